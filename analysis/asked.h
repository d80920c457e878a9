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
/** How many incidents the store has, by their numbers. */
ALD_CHECK enum ald_rc ald_asked_most(struct ald_asked *ask, int64_t *ret, struct ald_err *err);
/** The number of the first of them that starts at `at` or later, or has no start; most + 1: none does. */
ALD_CHECK enum ald_rc ald_asked_first_from(struct ald_asked *ask, int64_t most, int64_t at, int64_t *ret, struct ald_err *err);
/** Wants a record; an incident, whose records ald_want_numbers finds. */
void ald_want_row(struct ald_asked *ask, int64_t row);
void ald_want_number(struct ald_asked *ask, int64_t number);
ALD_CHECK enum ald_rc ald_want_numbers(struct ald_asked *ask, struct ald_err *err);
/** Wants the records of an incident of the store. */
ALD_CHECK enum ald_rc ald_want_incident(struct ald_asked *ask, int64_t number, struct ald_err *err);
/** Wants the incidents and records that its signals look at; ask->own, inc and number stand. */
ALD_CHECK enum ald_rc ald_want_before(struct ald_asked *ask, struct ald_err *err);
/** Wants all that its signals, links, decisions and pointers look at; ask->own and inc stand. */
ALD_CHECK enum ald_rc ald_want_others(struct ald_asked *ask, struct ald_err *err);
