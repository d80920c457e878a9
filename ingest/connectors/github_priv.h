/* What the files of the GitHub connector share. */
#pragma once

#include "connectors/listing.h"

#define ALD_GITHUB_TIMELINE_HOLDS (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS | ALD_HOLDS_SERVICES | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN | \
                                   ALD_HOLDS_IMPACT | ALD_HOLDS_VENDOR)

/** The fact that repository KEY, as the configuration names it, is called VALUE now. */
#define ALD_GITHUB_NAME "github_name"

/** An issue is told apart by "OWNER/NAME#NUMBER", with the repository's name as the configuration has it. */
struct ald_github_at {
    const char *repository; /* "acme/ops" */
    const char *number;     /* "12" */
};
struct ald_github_at ald_github_at(struct ald_arena *arena, const char *subject);

/* ---- github.c ---- */
/** The i-th name of key `repositories`, or NULL. */
const char *ald_github_repository(struct ald_arena *arena, const struct ald_source_cfg *cfg, int64_t i);
/** Its address. */
const char *ald_github_below(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *repository);
void ald_github_ask(struct ald_http_req *req, const char *url);
/** "&since=..." or "". */
const char *ald_github_since(struct ald_arena *arena, int64_t from);
/** What the user asks for, where that is left to the source. */
const char *ald_github_terms(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_window *window);

extern const struct ald_probe ald_github_probe; /* github_count.c */

/* ---- github_rows.c. A failure quarantines the element. ---- */
/** before: it may have been read before. */
ALD_CHECK enum ald_rc ald_github_issue(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                                       const struct ald_jv *v, bool before, struct ald_err *err);
ald_listing_row_fn ald_github_event, ald_github_sub_issue;
/** Text that tells an event of the timeline from others: entries of some kinds have no id. */
const char *ald_github_event_id(struct ald_arena *arena, const struct ald_jv *v);
