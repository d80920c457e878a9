/* What is found of what changed since the last analyze, on the way to an analysis of it. Private to analysis. */
#pragma once

#include "analysis/asked.h"

struct ald_finding {
    struct ald_store *store;
    const struct ald_settings *settings;
    int64_t as_of;
    struct ald_arena *arena;
    struct ald_zone *zone;
    struct ald_calendar calendar;
    int64_t quarter; /* of as-of */
    struct ald_since since;
    int64_t from;              /* D: see recent.c; INT64_MAX: nothing changed */
    struct ald_names *changed; /* ids of incidents, stored ones and those that there will be */
    struct ald_renewed *renewed;
    bool quiet;                /* nothing changed but as-of: no record, no link */
    struct ald_asked ask; /* which records are wanted, so far: those of the changed incidents */
    const char *why;      /* all has to be looked at, because; NULL: not so far */
};
/** All has to be looked at; the first reason is kept. */
void ald_recent_refuse(struct ald_finding *f, const char *why);
/** recent_window.c: analyses what changed and all that it looks at. */
ALD_CHECK enum ald_rc ald_recent_window(struct ald_finding *f, struct ald_analysis **ret, struct ald_err *err);
