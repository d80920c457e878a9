/* doctor: what a configured source answers, asked with a few cheap requests. Writes nothing. */
#pragma once

#include "alidade/checkup.h"
#include "alidade/ingest.h"

/** What a first read of a source would take. Every number is an estimate. */
struct ald_first_read {
    bool known;        /* the source, or a page of it, told how much there is */
    int64_t since;     /* ALD_TIME_NONE: from the source's beginning */
    int64_t records;   /* elements of the lists: records, and entries of an account's log */
    int64_t requests;
    int64_t ms;        /* how long these take, one after the other */
    int per_minute;    /* the documented limit that was reckoned with, or 0 */
};

/** Looks at opts->sources[i]: credentials, connection, clock, each stream, the size of a first read. Of opts it uses sources,
 *  people, version, clock, log, progress and stop; with dry_run no request is made. store (may be NULL) tells what is there
 *  already. Adds rows to checkup, in the area that is the source's name.
 *  @return ALD_ERR_STOPPED; what is wrong with the source is a row. */
ALD_CHECK enum ald_rc ald_doctor_source(const struct ald_ingest_opts *opts, size_t i, struct ald_store *store, struct ald_checkup *checkup,
                                        struct ald_first_read *ret, struct ald_err *err);
