/* Reads a file as pages: see sync_reader.c. Only sync_file.c includes it. */
#pragma once

#include <stdio.h>

#include "sync_csv.h"
#include "sync_priv.h"

struct ald_sync_reader {
    FILE *file;
    const char *path;
    char *chunk; /* in the source's arena */
    size_t at, n;
    int64_t offset;       /* of the next byte that a caller gets */
    int64_t line;         /* number of the line that was read last */
    char fingerprint[33]; /* of all chunks so far */
    struct ald_buf text;  /* the line, or the row of CSV */
    int64_t first;        /* number of the line in which it begins */
    struct ald_arena *cells; /* of a row of CSV, emptied for each */
    struct ald_buf object;   /* as which it is read */
    struct ald_buf document; /* the whole file, where it is one */
    struct ald_sync_csv csv; /* once the header was read */
    bool too_long, end;
};
/** Opens a file, whose path outlives the reader. _done after it, whatever it returned. */
ALD_CHECK enum ald_rc ald_sync_reader_open(struct ald_sync *s, const char *path, struct ald_sync_reader *r, struct ald_err *err);
void ald_sync_reader_done(struct ald_sync_reader *r);
/** The names of the columns, with which a file of CSV begins. */
ALD_CHECK enum ald_rc ald_sync_reader_header(struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_reader *r, struct ald_err *err);
/** Reads up to so many lines into the page's document, or the whole file as its body, which lives until the next page or _done. */
ALD_CHECK enum ald_rc ald_sync_reader_fill(struct ald_sync_reader *r, int lines, struct ald_sync_page *page, struct ald_err *err);
/** The fingerprint of a whole file. */
ALD_CHECK enum ald_rc ald_sync_reader_fingerprint(struct ald_sync *s, const char *path, char ret[33], struct ald_err *err);
