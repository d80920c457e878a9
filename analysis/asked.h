/* One question about one incident: what is asked, and which other records have to be read for it. Private to analysis. */
#pragma once

#include "analysis/stored.h"

/** What is asked, and what was found of it so far. */
struct ald_asked {
    struct ald_store *store;
    const struct ald_settings *settings;
    int64_t as_of;
    struct ald_arena *arena;
    int64_t number; /* of the incident in the store */
    struct ald_part part;
    int64_t *rows; /* of records to read; some twice */
    size_t rows_n, rows_cap, own_n; /* own: the first are the incident's */
    bool sound;
    /* The incident as its own records tell it, while others are looked for. */
    const struct ald_analysis *own;
    const struct ald_incident *inc;
    uint64_t *people; /* bits of each who was engaged */
    size_t people_n;
    int64_t *numbers;
    size_t numbers_n, numbers_cap;
};

/** The start of an incident of the store; not sound where it has none such. */
ALD_CHECK enum ald_rc ald_asked_start(struct ald_asked *ask, int64_t number, int64_t *ret, struct ald_err *err);
/** Wants the records of an incident of the store. */
ALD_CHECK enum ald_rc ald_want_incident(struct ald_asked *ask, int64_t number, struct ald_err *err);
/** Wants all that its signals, links, decisions and pointers look at; ask->own and inc stand. */
ALD_CHECK enum ald_rc ald_want_others(struct ald_asked *ask, struct ald_err *err);
