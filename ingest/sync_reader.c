/* Files as pages: one JSON object a line, rows of CSV, or one document. Each line is judged by itself. Knows nothing of what the lines mean,
 * and touches nothing of the source but its arena, when a file is opened. */
#include "sync_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/hash.h"
#include "alidade/limits.h"

#define CHUNK_BYTES (1u << 20)

void ald_sync_reader_done(struct ald_sync_reader *r)
{
    if (r->file)
        (void)fclose(r->file);
    ald_buf_done(&r->text);
    ald_buf_done(&r->object);
    ald_buf_done(&r->document);
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

enum ald_rc ald_sync_reader_open(struct ald_sync *s, const char *path, struct ald_sync_reader *r, struct ald_err *err)
{
    struct stat info;
    *r = (struct ald_sync_reader){.path = path, .chunk = ald_alloc(s->arena, CHUNK_BYTES + sizeof r->fingerprint)};
    seed(s, r->fingerprint);
    ald_buf_init(&r->text, ALD_MAX_LINE_BYTES);
    ald_buf_init(&r->object, (size_t)6 * ALD_MAX_LINE_BYTES);
    ald_buf_init(&r->document, ALD_MAX_RESPONSE_BYTES);
    r->cells = ald_arena_new();
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is not waited for */
    r->file = fd < 0 ? NULL : fdopen(fd, "rb");
    if (!r->file) {
        const int why = errno;
        if (fd >= 0)
            (void)close(fd);
        return ald_fail(err, ALD_ERR_IO, "path: cannot read '%s': %s", path, strerror(why));
    }
    if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode)) /* the next run reads it to see whether it is as it was */
        return ald_fail(err, ALD_ERR_IO, "path: '%s' is %s", path, S_ISDIR(info.st_mode) ? "a folder" : "a pipe or a device, expected a file");
    return ALD_OK;
}

/** Next chunk; its hash and that of all before it become the fingerprint. */
static enum ald_rc next_chunk(struct ald_sync_reader *r, struct ald_err *err)
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
static enum ald_rc add_next_line(struct ald_sync_reader *r, bool *ret_line, struct ald_err *err)
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

static void begin(struct ald_sync_reader *r)
{
    ald_buf_clear(&r->text);
    r->too_long = false;
    r->first = r->line + 1;
}

static enum ald_rc next_line(struct ald_sync_reader *r, bool *ret_line, struct ald_err *err)
{
    begin(r);
    return add_next_line(r, ret_line, err);
}

/** Reads a row of CSV, which may be several lines. */
static enum ald_rc next_row(struct ald_sync_reader *r, bool *ret_row, struct ald_err *err)
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

enum ald_rc ald_sync_reader_fingerprint(struct ald_sync *s, const char *path, char ret[33], struct ald_err *err)
{
    ALD_CLEANUP(ald_sync_reader_done) struct ald_sync_reader r;
    ALD_TRY(ald_sync_reader_open(s, path, &r, err));
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
static void trim(const struct ald_sync_reader *r, const char **ret, size_t *ret_n)
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
static void refuse(struct ald_sync_page *page, const struct ald_sync_reader *r, int64_t offset, const char *why)
{
    page->bad = ald_grow(page->arena, page->bad, page->bad_n, &page->bad_cap, sizeof *page->bad);
    page->bad[page->bad_n++] = (struct ald_sync_bad){
        .element = ald_sprintf(page->arena, "line %lld", (long long)r->first),
        .reason = ald_sprintf(page->arena, "%s line %lld (byte %lld): %s", r->path, (long long)r->first,
                              (long long)offset, why),
    };
}

/** Adds one JSON object, if it is one, to the page's document. */
static void add_object(const struct ald_sync_reader *r, int64_t line, int64_t offset, const char *text, size_t n, struct ald_sync_page *page)
{
    struct ald_err why = {0};
    if (ald_json_rows_add(page->doc, text, n, "@line", line, &why) != ALD_OK)
        refuse(page, r, offset, why.msg);
}

/** Adds one line of JSON. */
static void add_line(const struct ald_sync_reader *r, int64_t offset, struct ald_sync_page *page)
{
    const char *text;
    size_t n;
    trim(r, &text, &n);
    if (r->too_long)
        refuse(page, r, offset, "longer than a line may be");
    else if (n > 0)
        add_object(r, r->line, offset, text, n, page);
}

/** Adds one row of CSV as an object. */
static void add_row(struct ald_sync_reader *r, int64_t offset, struct ald_sync_page *page)
{
    size_t n = r->text.len;
    struct ald_err why = {0};
    n -= n && r->text.data[n - 1] == '\r';
    if (r->too_long) {
        refuse(page, r, offset, "longer than a row may be (is a quote never closed?)");
        return;
    }
    if (n == 0)
        return;
    ald_arena_reset(r->cells);
    ald_buf_clear(&r->object);
    if (ald_sync_csv_object(r->cells, &r->csv, r->text.data, n, &r->object, &why) != ALD_OK)
        refuse(page, r, offset, why.msg);
    else
        add_object(r, r->first, offset, r->object.data, r->object.len, page);
}

enum ald_rc ald_sync_reader_header(struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_reader *r, struct ald_err *err)
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
static enum ald_rc fill_document(struct ald_sync_reader *r, struct ald_sync_page *page, struct ald_err *err)
{
    struct ald_buf *body = &r->document;
    ald_buf_clear(body);
    for (;;) {
        ALD_TRY(next_chunk(r, err));
        if (r->end)
            break;
        if (body->len + r->n > ALD_MAX_RESPONSE_BYTES)
            return ald_fail(err, ALD_ERR_LIMIT, "path: '%s' is longer than %u MiB, which one document may be", r->path,
                            ALD_MAX_RESPONSE_BYTES >> 20);
        ALD_TRY(ald_buf_add(body, r->chunk, r->n, err));
    }
    ALD_TRY(ald_buf_adds(body, "", err)); /* an empty file has a body, of no bytes */
    page->res.body = body->data;
    page->res.body_n = page->bytes = body->len;
    page->res.next_offset = -1;
    return ALD_OK;
}

/** Up to so many lines as the page's document. */
static enum ald_rc fill_lines(struct ald_sync_reader *r, int lines, struct ald_sync_page *page, struct ald_err *err)
{
    bool more = true;
    page->doc = ald_json_rows_new(page->arena);
    for (int i = 0; more && i < lines && page->bytes < ALD_MAX_RESPONSE_BYTES; i++) {
        const int64_t offset = r->offset;
        ALD_TRY(page->req.csv ? next_row(r, &more, err) : next_line(r, &more, err));
        if (more && page->req.csv)
            add_row(r, offset, page);
        else if (more)
            add_line(r, offset, page);
        page->bytes += (size_t)(r->offset - offset);
    }
    page->res.next_offset = more ? r->offset : -1;
    return ALD_OK;
}

enum ald_rc ald_sync_reader_fill(struct ald_sync_reader *r, int lines, struct ald_sync_page *page, struct ald_err *err)
{
    page->req.offset = r->offset;
    page->req.page_size = lines;
    page->res.first_line = r->line + 1;
    page->res.columns = (const char *const *)r->csv.columns;
    page->res.status = 200;
    page->res.server_date = ALD_TIME_NONE;
    return page->req.document ? fill_document(r, page, err) : fill_lines(r, lines, page, err);
}
