/* Recorded pages: what one run of one source was answered, in DIR/SOURCE: recording.json says what the run was, and each answer is
 * one file STREAM-DIGEST.page, where DIGEST is of the request, and .2, .3 ... before .page where the same was asked again. A
 * page file is text: the request line, then lines "name: value" (stream, at, ms, bytes, repairs, status, header, person, error,
 * ask), a blank line, and the body as it was read, people already replaced. No credential is in it. Knows no store, no network. */
#pragma once

#include "connector.h"
#include "people.h"

#define ALD_RECORDING_AS_SENT "as sent" /* people of a recording that was made by hand: nobody was replaced */

struct ald_recording;

/** One answer, or how asking failed. Texts are the caller's or arena-owned. */
struct ald_recorded {
    const struct ald_http_req *req;
    const char *stream;
    int64_t at, ms, bytes, repairs;
    long status;                  /* 0: no answer came */
    const struct ald_http_header *headers;
    size_t headers_n;
    struct ald_people_rows people;
    const char *body;             /* NULL: none was read */
    size_t body_n;
    struct ald_err failure;       /* rc ALD_OK: none */
    bool lost;                    /* with a failure: there was no connection at all */
};
/** What a run of a source is, as far as its requests depend on it. */
struct ald_recording_run {
    const char *source, *type, *people; /* people: pseudonyms none names */
    const char *base_url;               /* requests are told from here on */
    int64_t began;
};

/** Makes DIR/SOURCE. @return ALD_ERR_CONFIG when it holds a recording already; ALD_ERR_IO. */
ALD_CHECK enum ald_rc ald_recording_create(const char *dir, const struct ald_recording_run *run, struct ald_recording **ret,
                                           struct ald_err *err);
/** Opens DIR/SOURCE for reading. @return ALD_ERR_CONFIG when there is none, or one of another type or way with people. */
ALD_CHECK enum ald_rc ald_recording_open(const char *dir, const struct ald_recording_run *run, struct ald_recording **ret,
                                         struct ald_err *err);
/** Writes that the run ended, when. */
ALD_CHECK enum ald_rc ald_recording_finish(struct ald_recording *rec, int64_t ended, struct ald_err *err);
void ald_recording_close(struct ald_recording *rec);
void ald_recording_closep(struct ald_recording **rec);

ALD_CHECK enum ald_rc ald_recording_put(struct ald_recording *rec, const struct ald_recorded *page, struct ald_err *err);
/** Reads the answer to req of a stream. @return ALD_ERR_IO with the file's name when it was not recorded, or is no recorded page. */
ALD_CHECK enum ald_rc ald_recording_get(struct ald_recording *rec, const char *stream, const struct ald_http_req *req,
                                        struct ald_arena *arena, struct ald_recorded *ret, struct ald_err *err);
/** Whether it holds any page of a stream: one that was made before the stream was read, or without the right to, holds none. */
bool ald_recording_holds(const struct ald_recording *rec, const char *stream);
/** Lets fn rewrite the body of each page so far: *ret NULL leaves it. */
ALD_CHECK enum ald_rc ald_recording_rewrite(struct ald_recording *rec,
                                            enum ald_rc (*fn)(void *ctx, struct ald_arena *arena, const char *body, const char **ret,
                                                              struct ald_err *err),
                                            void *ctx, struct ald_err *err);
/** The window that a stream was asked for, and when asking began. */
ALD_CHECK enum ald_rc ald_recording_window_put(struct ald_recording *rec, const char *stream, const struct ald_window *window,
                                               int64_t started, struct ald_err *err);
/** False: the stream's window was not recorded. */
bool ald_recording_window_get(const struct ald_recording *rec, const char *stream, struct ald_window *ret, int64_t *ret_started);

/** The time of the recorded run: when the page read last had come. */
struct ald_clock ald_recording_clock(struct ald_recording *rec);
/** When the run ended, as far as it was written down. */
int64_t ald_recording_ended(const struct ald_recording *rec);
/** Hex digits that differ when the recording does. */
const char *ald_recording_contents(const struct ald_recording *rec);
/** True when people stand in the pages as the source sent them. */
bool ald_recording_as_sent(const struct ald_recording *rec);
