/* Where each source stood: the parts of every report that come from the store and not from the analysis. */
#pragma once

#include "alidade/report.h"

/** sources[]; *ret_gaps becomes true when one is incomplete or holds quarantined records. */
ALD_CHECK enum ald_rc ald_sources_node(struct ald_arena *a, struct ald_store *store, struct ald_node **ret, bool *ret_gaps,
                                       struct ald_err *err);
/** findings[] that ingest stored; the caller adds those of the analysis. */
ALD_CHECK enum ald_rc ald_findings_node(struct ald_arena *a, struct ald_store *store, struct ald_node **ret, struct ald_err *err);
void ald_finding_add(struct ald_arena *a, struct ald_node *findings, const char *id, const char *text, int64_t n, const char *severity);
