/* What recording.c (the folder), recording_run.c (its recording.json) and recording_page.c (one answer) share. */
#pragma once

#include <uthash.h>

#include "alidade/buf.h"
#include "alidade/time.h"
#include "http.h"
#include "recording.h"

/** The text of a page file. line: the request. */
ALD_CHECK enum ald_rc ald_recorded_write(const struct ald_recorded *page, const char *line, struct ald_arena *arena,
                                         struct ald_buf *out, struct ald_err *err);
/** Reads a page file, which must answer line. text is cut into pieces. @return ALD_ERR_FORMAT. */
ALD_CHECK enum ald_rc ald_recorded_read(char *text, size_t n, const char *line, struct ald_arena *arena,
                                        struct ald_recorded *ret, struct ald_err *err);

/** How often a request was made. */
struct ald_asked {
    UT_hash_handle hh;
    int n;
    char name[];
};
struct ald_recorded_window {
    const char *stream;
    struct ald_window window;
    int64_t started;
};
struct ald_recording {
    struct ald_arena *arena;
    const char *folder; /* DIR/SOURCE */
    struct ald_recording_run run;
    int64_t now, ended;
    uint64_t contents; /* of all pages, in whatever order they came */
    const char *contents_text;
    struct ald_asked *asked;
    struct ald_recorded_window *windows;
    size_t windows_n, windows_cap;
    bool as_sent;
};

/** DIR/SOURCE/manifest.json. Arena-owned. */
const char *ald_recording_manifest_path(const struct ald_recording *rec);
ALD_CHECK enum ald_rc ald_recording_write_manifest(struct ald_recording *rec, struct ald_err *err);
/** Reads it into rec, whose run says what it should be of. */
ALD_CHECK enum ald_rc ald_recording_read_manifest(struct ald_recording *rec, const struct ald_jv *root, struct ald_err *err);
