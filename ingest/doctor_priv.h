/* What doctor.c and doctor_size.c share. */
#pragma once

#include "alidade/doctor.h"
#include "sync_priv.h"

/** Elements that one page of a probe asks for: an ordinary page, so that what it causes can be reckoned up. */
#define ALD_DOCTOR_SAMPLE 100

/** What is known of one stream of the connector after its probe. */
struct ald_doctor_stream {
    const char *subject; /* a detail request of it that could be made, or NULL */
    bool read;           /* a page was read */
    int64_t elements;    /* of that page */
    int64_t todos;       /* of a detail stream: requests that the sampled elements of its parent cause in a first read */
    int64_t total;       /* elements that a first read has to bring; -1: not known */
};
struct ald_doctor {
    struct ald_sync sync;
    struct ald_checkup *checkup;
    struct ald_store *store; /* or NULL */
    struct ald_doctor_stream *streams; /* as many as the connector has */
    const char *record; /* external id of some record, or NULL */
    int64_t ms[64];     /* how long answers took */
    size_t ms_n;
    int64_t skew_ms;    /* of this machine's clock against the source's, ALD_TIME_NONE: not known */
};

/** One request of a stream. *ret_status: of the answer, 0 when none came. page is initialised by the caller. */
ALD_CHECK enum ald_rc ald_doctor_ask(struct ald_doctor *d, const struct ald_stream *stream, const struct ald_window *window,
                                     const char *subject, int page_size, struct ald_sync_page *page, long *ret_status,
                                     struct ald_err *err);
bool ald_doctor_wanted(const struct ald_doctor *d, const struct ald_stream *stream);
/** The median of what answers took. */
int64_t ald_doctor_median_ms(const struct ald_doctor *d);
/** How much there is to read, by the streams' probes or their first pages; adds a row. */
ALD_CHECK enum ald_rc ald_doctor_size(struct ald_doctor *d, struct ald_first_read *ret, struct ald_err *err);
/** The files of a source that reads files: are they there, and can their first lines be understood; adds rows. */
void ald_doctor_files(struct ald_doctor *d);
