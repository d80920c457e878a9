/* Where each source stood: the parts of every report that come from the store and not from the analysis. */
#pragma once

#include "alidade/report.h"

/** The gap of a source that is configured and of which the store holds nothing. */
#define ALD_SOURCE_NEVER_READ "never read"

/** sources[]: those of the store, then those that are configured and were never read; *ret_gaps becomes true when one is incomplete or
 *  holds quarantined records. */
ALD_CHECK enum ald_rc ald_sources_node(struct ald_arena *a, const struct ald_report_input *in, struct ald_node **ret, bool *ret_gaps,
                                       struct ald_err *err);
/** Whether a row of sources[] is of one that was never read. */
bool ald_source_unread(const struct ald_node *source);
/** "pager and status" of those that were never read, or NULL. */
const char *ald_sources_unread(struct ald_arena *a, const struct ald_node *sources);
/** findings[] that ingest stored; the caller adds those of the analysis. */
ALD_CHECK enum ald_rc ald_findings_node(struct ald_arena *a, struct ald_store *store, struct ald_node **ret, struct ald_err *err);
void ald_finding_add(struct ald_arena *a, struct ald_node *findings, const char *id, const char *text, int64_t n, const char *severity);
