/* File sources: one JSON object a line, rows of CSV, or one document. A file that has not changed is not read; one that
 * has is read whole, in pages of lines, each line judged by itself. Knows nothing of what the lines mean. */
#include "sync_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "alidade/hash.h"
#include "alidade/limits.h"
#include "sync_csv.h"

#define CHUNK_BYTES (1u << 20)
#define LINES_DEFAULT 1000

struct reader {
    FILE *file;
    const char *path;
    char *chunk; /* CHUNK_BYTES, in the source's arena */
    size_t at, n;
    int64_t offset;       /* of the next byte that a caller gets */
    int64_t line;         /* number of the line that was read last */
    char fingerprint[33]; /* of all chunks so far */
    struct ald_buf text;  /* the line, or the row of CSV */
    int64_t first;        /* number of the line in which it begins */
    struct ald_arena *cells; /* of a row of CSV, emptied for each */
    struct ald_buf object;   /* as which it is read */
    struct ald_sync_csv csv; /* once the header was read */
    bool too_long, end;
};

static void reader_done(struct reader *r)
{
    if (r->file)
        (void)fclose(r->file);
    ald_buf_done(&r->text);
    ald_buf_done(&r->object);
    ald_arena_freep(&r->cells);
}

/** What else decides what lines become: under other options a file is another file, although its bytes are the same. */
static void seed(const struct ald_sync *s, char ret[33])
{
    const struct ald_source_cfg *cfg = s->cfg;
    const char *text = ald_sprintf(s->arena, "%d|%d|%d|%s|%s", s->connector->mapping, (int)s->opts->people,
                                   (int)s->opts->free_text, cfg->kind ? cfg->kind : "", cfg->role ? cfg->role : "");
    for (size_t i = 0; i < cfg->opts_n; i++)
        text = ald_sprintf(s->arena, "%s|%s=%s", text, cfg->opts[i].key, cfg->opts[i].value);
    for (size_t i = 0; i < cfg->fields_n; i++)
        text = ald_sprintf(s->arena, "%s|fields.%s=%s", text, cfg->fields[i].key, cfg->fields[i].value);
    ald_fingerprint(text, strlen(text), ret);
}

static enum ald_rc reader_open(struct ald_sync *s, const char *path, struct reader *r, struct ald_err *err)
{
    struct stat info;
    *r = (struct reader){.path = path, .chunk = ald_alloc(s->arena, CHUNK_BYTES + sizeof r->fingerprint)};
    seed(s, r->fingerprint);
    ald_buf_init(&r->text, ALD_MAX_LINE_BYTES);
    ald_buf_init(&r->object, (size_t)6 * ALD_MAX_LINE_BYTES);
    r->cells = ald_arena_new();
    r->file = fopen(path, "rbe");
    if (!r->file)
        return ald_fail(err, ALD_ERR_IO, "path: cannot read '%s': %s", path, strerror(errno));
    if (fstat(fileno(r->file), &info) == 0 && S_ISDIR(info.st_mode))
        return ald_fail(err, ALD_ERR_IO, "path: '%s' is a folder", path);
    return ALD_OK;
}

/** Next chunk; its hash and that of all before it become the fingerprint. */
static enum ald_rc next_chunk(struct reader *r, struct ald_err *err)
{
    r->at = 0;
    r->n = fread(r->chunk, 1, CHUNK_BYTES, r->file);
    if (ferror(r->file))
        return ald_fail(err, ALD_ERR_IO, "path: cannot read '%s': %s", r->path, strerror(errno));
    if (r->n == 0) {
        r->end = true;
        return ALD_OK;
    }
    memcpy(r->chunk + r->n, r->fingerprint, sizeof r->fingerprint);
    ald_fingerprint(r->chunk, r->n + sizeof r->fingerprint, r->fingerprint);
    return ALD_OK;
}

/** Adds a line to r->text, without its end. *ret_line false at the end of the file. */
static enum ald_rc add_next_line(struct reader *r, bool *ret_line, struct ald_err *err)
{
    bool any = false;
    for (;;) {
        if (r->at == r->n)
            ALD_TRY(next_chunk(r, err));
        if (r->end)
            break;
        any = true;
        const char *from = r->chunk + r->at;
        const char *nl = memchr(from, '\n', r->n - r->at);
        size_t n = nl ? (size_t)(nl - from) : r->n - r->at;
        if (!r->too_long && ald_buf_add(&r->text, from, n, NULL) != ALD_OK) {
            r->too_long = true;
            ald_buf_clear(&r->text);
        }
        r->at += n + (nl ? 1 : 0);
        r->offset += (int64_t)n + (nl ? 1 : 0);
        if (nl)
            break;
    }
    r->line += any;
    *ret_line = any;
    return ALD_OK;
}

static void begin(struct reader *r)
{
    ald_buf_clear(&r->text);
    r->too_long = false;
    r->first = r->line + 1;
}

static enum ald_rc next_line(struct reader *r, bool *ret_line, struct ald_err *err)
{
    begin(r);
    return add_next_line(r, ret_line, err);
}

/** Reads a row of CSV, which may be several lines. */
static enum ald_rc next_row(struct reader *r, bool *ret_row, struct ald_err *err)
{
    struct ald_csv_state state = {ALD_CSV_START};
    begin(r);
    ALD_TRY(add_next_line(r, ret_row, err));
    if (!*ret_row)
        return ALD_OK;
    if (!r->csv.separator) /* the header */
        r->csv.separator = ald_csv_separator(r->text.data, r->text.len);
    for (size_t from = 0; !r->too_long && ald_csv_more(&state, r->csv.separator, r->text.data + from, r->text.len - from);) {
        bool line = false;
        from = r->text.len;
        if (ald_buf_adds(&r->text, "\n", NULL) != ALD_OK)
            r->too_long = true;
        ALD_TRY(add_next_line(r, &line, err));
        if (!line) /* a quote that is never closed: said by the splitter */
            break;
    }
    return ALD_OK;
}

/** The fingerprint of a whole file. */
static enum ald_rc fingerprint(struct ald_sync *s, const char *path, char ret[33], struct ald_err *err)
{
    ALD_CLEANUP(reader_done) struct reader r;
    ALD_TRY(reader_open(s, path, &r, err));
    while (!r.end)
        ALD_TRY(next_chunk(&r, err));
    memcpy(ret, r.fingerprint, sizeof r.fingerprint);
    return ALD_OK;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/** Text of a line without byte order mark (files that were joined have some inside), carriage return and blanks. */
static void trim(const struct reader *r, const char **ret, size_t *ret_n)
{
    const char *from = r->text.data;
    size_t n = r->text.len;
    while (n > 0 && blank(from[n - 1]))
        n--;
    for (bool more = true; more;) {
        size_t skip = n >= 3 && memcmp(from, "\xEF\xBB\xBF", 3) == 0 ? 3 : n > 0 && blank(*from);
        from += skip;
        n -= skip;
        more = skip > 0;
    }
    *ret = from;
    *ret_n = n;
}

/** Puts a line that could not be read aside. Its bytes are not kept: people cannot be replaced in them. */
static void refuse(struct ald_sync_page *page, const struct reader *r, int64_t offset, const char *why)
{
    page->bad = ald_grow(page->arena, page->bad, page->bad_n, &page->bad_cap, sizeof *page->bad);
    page->bad[page->bad_n++] = (struct ald_sync_bad){
        .element = ald_sprintf(page->arena, "line %lld", (long long)r->first),
        .reason = ald_sprintf(page->arena, "%s line %lld (byte %lld): %s", r->path, (long long)r->first,
                              (long long)offset, why),
    };
}

/** Adds one JSON object, if it is one, to the page's document and to the array that is its text. */
static enum ald_rc add_object(const struct reader *r, int64_t line, int64_t offset, const char *text, size_t n, struct ald_sync_page *page,
                              struct ald_buf *array, struct ald_err *err)
{
    struct ald_err why = {0};
    size_t members = 0;
    if (ald_json_rows_add(page->doc, text, n, "@line", line, &members, &why) != ALD_OK) {
        refuse(page, r, offset, why.msg);
        return ALD_OK;
    }
    ALD_TRY(ald_buf_adds(array, array->len > 1 ? ",{\"@line\":" : "{\"@line\":", err));
    ALD_TRY(ald_buf_addi(array, line, err));
    ALD_TRY(ald_buf_adds(array, members ? "," : "", err));
    return ald_buf_add(array, text + 1, n - 1, err);
}

/** Adds one line of JSON. */
static enum ald_rc add_line(const struct reader *r, int64_t offset, struct ald_sync_page *page, struct ald_buf *array,
                            struct ald_err *err)
{
    const char *text;
    size_t n;
    trim(r, &text, &n);
    if (r->too_long) {
        refuse(page, r, offset, "longer than a line may be");
        return ALD_OK;
    }
    if (n == 0)
        return ALD_OK;
    return add_object(r, r->line, offset, text, n, page, array, err);
}

/** Adds one row of CSV as an object. */
static enum ald_rc add_row(struct reader *r, int64_t offset, struct ald_sync_page *page, struct ald_buf *array,
                           struct ald_err *err)
{
    size_t n = r->text.len;
    struct ald_err why = {0};
    n -= n && r->text.data[n - 1] == '\r';
    if (r->too_long) {
        refuse(page, r, offset, "longer than a row may be (is a quote never closed?)");
        return ALD_OK;
    }
    if (n == 0)
        return ALD_OK;
    ald_arena_reset(r->cells);
    ald_buf_clear(&r->object);
    if (ald_sync_csv_object(r->cells, &r->csv, r->text.data, n, &r->object, &why) != ALD_OK) {
        refuse(page, r, offset, why.msg);
        return ALD_OK;
    }
    return add_object(r, r->first, offset, r->object.data, r->object.len, page, array, err);
}

static enum ald_rc read_header(struct ald_sync *s, const struct ald_stream *stream, struct reader *r, struct ald_err *err)
{
    bool row = false;
    const char *text;
    size_t n;
    ALD_TRY(next_row(r, &row, err));
    trim(r, &text, &n);
    enum ald_rc rc = row && n ? ald_sync_csv_header(s->arena, text, n, &r->csv, err)
                              : ald_fail(err, ALD_ERR_FORMAT, "expected a header: the names of the columns");
    if (rc == ALD_OK && !stream->every_time) /* the records; the other files have names of their own */
        rc = ald_sync_csv_map(&r->csv, s->cfg->fields, s->cfg->fields_n, s->arena, err);
    return rc == ALD_OK ? rc : ald_wrap(err, "%s line 1", r->path);
}

/** The whole file as the page's body. */
static enum ald_rc fill_document(struct reader *r, struct ald_buf *body, struct ald_err *err)
{
    ald_buf_clear(body);
    for (;;) {
        ALD_TRY(next_chunk(r, err));
        if (r->end)
            return ALD_OK;
        if (body->len + r->n > ALD_MAX_RESPONSE_BYTES)
            return ald_fail(err, ALD_ERR_LIMIT, "path: '%s' is longer than %u MiB, which one document may be", r->path,
                            ALD_MAX_RESPONSE_BYTES >> 20);
        ALD_TRY(ald_buf_add(body, r->chunk, r->n, err));
    }
}

/** Reads up to page_size lines into the page's body. */
static enum ald_rc fill(struct reader *r, int lines, struct ald_sync_page *page, struct ald_buf *array,
                        struct ald_err *err)
{
    bool more = !page->req.document;
    page->req.offset = r->offset;
    page->req.page_size = lines;
    page->res.first_line = r->line + 1;
    page->res.columns = (const char *const *)r->csv.columns;
    if (more)
        page->doc = ald_json_rows_new(page->arena);
    if (page->req.document)
        ALD_TRY(fill_document(r, array, err));
    else
        ald_buf_clear(array);
    ALD_TRY(ald_buf_adds(array, more ? "[" : "", err));
    for (int i = 0; more && i < lines && array->len < ALD_MAX_RESPONSE_BYTES; i++) {
        int64_t offset = r->offset;
        ALD_TRY(page->req.csv ? next_row(r, &more, err) : next_line(r, &more, err));
        if (more)
            ALD_TRY(page->req.csv ? add_row(r, offset, page, array, err) : add_line(r, offset, page, array, err));
    }
    ALD_TRY(ald_buf_adds(array, page->req.document ? "" : "]", err));
    page->res.status = 200;
    page->res.body = array->data;
    page->res.body_n = array->len;
    page->res.next_offset = more ? r->offset : -1;
    page->res.server_date = ALD_TIME_NONE;
    return ALD_OK;
}

static enum ald_rc file_page(struct ald_sync *s, const struct ald_stream *stream, struct reader *r, int lines,
                             struct ald_buf *array, struct ald_sync_cursor *row, bool *ret_last, struct ald_err *err)
{
    const struct ald_clock *clock = &s->clock;
    ALD_CLEANUP(ald_sync_page_done) struct ald_sync_page page;
    ald_sync_page_init(s, &page);
    page.req.window = (struct ald_window){
        .since = s->opts->since, .until = s->opts->until, .first = row->completed_at == ALD_TIME_NONE};
    ALD_TRY(stream->request(page.arena, s->cfg, &page.req, err));
    page.at = clock->now_ms(clock->ctx);
    page.request = r->path;
    ald_gate_leave(s);
    enum ald_rc rc = fill(r, lines, &page, array, err);
    page.bytes = page.res.body_n;
    if (rc == ALD_OK)
        rc = ald_sync_page_read(s, stream, &page, err);
    ald_gate_enter(s);
    ALD_TRY(rc);
    page.ms = clock->now_ms(clock->ctx) - page.at;
    *ret_last = page.res.next_offset < 0;
    if (*ret_last) {
        row->complete = true;
        row->gap = NULL;
        row->completed_at = page.at;
        row->fingerprint = ald_strdup(s->arena, r->fingerprint);
    }
    const struct ald_sync_landing landing = {.cursor = *ret_last && !s->temporary ? row : NULL,
                                             .last = *ret_last,
                                             .read_whole = *ret_last,
                                             .read_since = ALD_TIME_NONE,
                                             .sweep = *ret_last && !s->temporary ? "" : NULL,
                                             .sweep_before = row->crawl_started};
    return ald_sync_land(s, stream, &page, &landing, err);
}

static enum ald_rc read_whole(struct ald_sync *s, const struct ald_stream *stream, const char *path, bool csv,
                              struct ald_sync_cursor *row, struct ald_err *err)
{
    ALD_CLEANUP(reader_done) struct reader r;
    ALD_TRY(reader_open(s, path, &r, err));
    ALD_CLEANUP(ald_buf_done) struct ald_buf array;
    ald_buf_init(&array, (size_t)8 * ALD_MAX_LINE_BYTES + ALD_MAX_RESPONSE_BYTES);
    if (csv)
        ALD_TRY(read_header(s, stream, &r, err));
    int lines = s->cfg->page_size > 0 ? s->cfg->page_size : LINES_DEFAULT;
    row->crawl_started = s->clock.now_ms(s->clock.ctx);
    for (bool last = false; !last;) {
        ALD_TRY(file_page(s, stream, &r, lines, &array, row, &last, err));
        if (!last && ald_sync_stopped(s))
            return ald_fail(err, ALD_ERR_STOPPED, "stopped");
    }
    return ALD_OK;
}

/** Whether the file is as it was when it was read last, so that nothing of it need be read. */
static enum ald_rc is_unchanged(struct ald_sync *s, const char *path, const struct ald_sync_cursor *row, bool *ret, struct ald_err *err)
{
    char now[33];
    *ret = row->complete && row->fingerprint && !s->file_read && !s->opts->full && !s->temporary;
    if (!*ret)
        return ALD_OK;
    ald_gate_leave(s); /* it may be large */
    enum ald_rc rc = fingerprint(s, path, now, err);
    ald_gate_enter(s);
    ALD_TRY(rc);
    *ret = strcmp(row->fingerprint, now) == 0;
    return ALD_OK;
}

enum ald_rc ald_sync_file(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    struct ald_http_req req = {.window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE}};
    ALD_TRY(stream->request(s->arena, s->cfg, &req, err));
    if (!req.file_path)
        return ald_fail(err, ALD_ERR_CONFIG, "path: no file is given");
    ALD_CLEANUP(ald_sync_cursor_done) struct ald_sync_cursor row = {0};
    ALD_TRY(ald_sync_cursor_load(s, stream->name, &row, err));
    bool unchanged = false;
    ALD_TRY(is_unchanged(s, req.file_path, &row, &unchanged, err));
    if (unchanged)
        return ALD_OK;
    s->file_read = true;
    ALD_TRY(read_whole(s, stream, req.file_path, req.csv, &row, err));
    if (!stream->every_time && (s->census_started == ALD_TIME_NONE || row.crawl_started < s->census_started))
        s->census_started = row.crawl_started;
    return ALD_OK;
}

enum ald_rc ald_sync_file_first(struct ald_sync *s, const struct ald_stream *stream, int lines, struct ald_sync_page *page, struct ald_err *err)
{
    ALD_CLEANUP(reader_done) struct reader r = {0};
    ALD_CLEANUP(ald_buf_done) struct ald_buf array;
    ald_buf_init(&array, (size_t)8 * ALD_MAX_LINE_BYTES + ALD_MAX_RESPONSE_BYTES);
    ALD_TRY(stream->request(page->arena, s->cfg, &page->req, err));
    ALD_TRY(reader_open(s, page->req.file_path, &r, err));
    if (page->req.csv)
        ALD_TRY(read_header(s, stream, &r, err));
    ALD_TRY(fill(&r, lines, page, &array, err));
    return ald_sync_page_read(s, stream, page, err);
}
