/* The timeline while it is read (load_events.c) and joined with what else was read (load_events_join.c). What it must know of the records it
 * is told in the order of their rows (load_records.c), and follows close behind. Private to both. */
#pragma once

#include <pthread.h>

#include "analysis/whom.h"

/** Of one record, whose events come in one stretch. */
struct ald_told {
    int64_t row;
    int64_t start;     /* told; ALD_TIME_NONE: none */
    uint32_t source;   /* told; ALD_NOBODY: the record is gone, or not there yet: nor are its events */
    uint32_t record;   /* its number, when all are loaded */
    uint32_t events_n; /* read */
    unsigned shows;    /* read: facets */
};

/** A service that an event adds by a field, which rows of the record may contradict: known when these are read. */
struct ald_claim {
    size_t event;
    uint32_t told; /* whose: a number in told */
    const char *field;
};

/** What a record's events after as-of tell, if there are any. */
struct ald_told_later {
    uint32_t told;
    struct ald_slice names;
    bool change; /* of state */
};

struct ald_timeline {
    const struct ald_build *b;
    struct ald_store *store;
    struct ald_arena *arena;
    bool part; /* the store reads some records alone */
    struct ald_names *kinds; /* by enum ald_event_kind */
    struct ald_whom *whom;
    struct ald_told *told; /* all records, in the order of rows */
    size_t told_n;
    struct ald_laters dates; /* after as-of */
    struct ald_entry *events;
    size_t events_n, events_cap;
    int64_t *instants; /* of those that are far from their record's start */
    size_t instants_n, instants_cap;
    struct ald_event_names *later;
    size_t later_n, later_cap;
    struct ald_told_later *laters;
    size_t laters_n, laters_cap;
    struct ald_given *given; /* record: a number in told */
    size_t given_n, given_cap;
    struct ald_claim *claims;
    size_t claims_n, claims_cap;
    struct ald_when *order; /* of one record at a time */
    size_t order_cap;
    pthread_t thread;
    bool running;
    enum ald_rc rc;
    struct ald_err err;

    size_t said, heard; /* how many were told: by who tells and who reads, each its own */
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t more;
    size_t known; /* how many may be looked at */
    bool over;    /* there will be no more */
};

/** load_events.c: reads all events. */
ALD_CHECK enum ald_rc ald_timeline_read(struct ald_timeline *t, struct ald_err *err);
/** Waits for the thread that reads. @return false when there was none. */
bool ald_timeline_wait(struct ald_timeline *t);
