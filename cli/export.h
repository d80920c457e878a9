/* Between cmd_export.c and the exports that come straight from the store. */
#pragma once

#include <stdio.h>

#include "alidade/report.h"

struct ald_export {
    FILE *out;
    bool csv;
    struct ald_jw *w;
    struct ald_arena *scratch; /* emptied after each line */
    const struct ald_analysis *analysis;
    struct ald_store *store;
    size_t lines;
};
/** Writes one object as a line; its nodes live on x->scratch, which is emptied. */
/** What can be exported, separated by blanks. */
extern const char ald_export_whats[];
ALD_CHECK enum ald_rc ald_export_line(struct ald_export *x, const struct ald_node *node, struct ald_err *err);
ALD_CHECK enum ald_rc ald_export_records(struct ald_export *x, struct ald_err *err);
/** reviews, attendance, learnings, actions, told: NULL after the last. */
const char *ald_export_said_name(size_t i);
ALD_CHECK enum ald_rc ald_export_said(struct ald_export *x, const char *what, struct ald_err *err);
ALD_CHECK enum ald_rc ald_export_events(struct ald_export *x, struct ald_err *err);
