/* One recorded answer as text and back: see recording.h for the form. Only what pages read of an answer's head is kept: other
 * headers may hold cookies. */
#include <string.h>

#include "alidade/time.h"
#include "alidade/utf8.h"
#include "cursor.h"
#include "recording_priv.h"

static const char *const kept_headers[] = {"content-type", "date", "link", "x-next-page", "x-total-count",
                                           "x-seraph-loginreason"};

static bool is_kept(const char *name)
{
    for (size_t i = 0; i < sizeof kept_headers / sizeof kept_headers[0]; i++)
        if (strcmp(kept_headers[i], name) == 0)
            return true;
    return false;
}

/** One line: what could end it is shown as something else. */
static const char *one_line(struct ald_arena *arena, const char *text)
{
    return ald_utf8_printable(arena, text, false);
}

enum ald_rc ald_recorded_write(const struct ald_recorded *page, const char *line, struct ald_arena *arena,
                               struct ald_buf *out, struct ald_err *err)
{
    char at[32];
    ALD_TRY(ald_buf_addf(out, err, "%s\nstream: %s\nat: %s\nms: %lld\nbytes: %lld\nrepairs: %lld\nstatus: %ld\n",
                         one_line(arena, line), page->stream, ald_time_format(page->at, at), (long long)page->ms,
                         (long long)page->bytes, (long long)page->repairs, page->status));
    if (page->req->body)
        ALD_TRY(ald_buf_addf(out, err, "ask: %s\n", one_line(arena, page->req->body)));
    for (size_t i = 0; i < page->headers_n; i++)
        if (is_kept(page->headers[i].name))
            ALD_TRY(ald_buf_addf(out, err, "header: %s: %s\n", page->headers[i].name,
                                 one_line(arena, page->headers[i].value)));
    for (size_t i = 0; i < page->people.n; i++) {
        const struct ald_person_row *p = &page->people.rows[i];
        ALD_TRY(ald_buf_addf(out, err, "person: %s %s %d%s%s\n", p->pseudonym, p->canonical, p->mapped,
                             p->name ? " " : "", p->name ? one_line(arena, p->name) : ""));
    }
    if (page->failure.rc != ALD_OK)
        return ald_buf_addf(out, err, "%serror: %s %s\n", page->lost ? "lost: 1\n" : "", ald_rc_info(page->failure.rc)->name,
                            one_line(arena, page->failure.msg));
    ALD_TRY(ald_buf_adds(out, "\n", err));
    return page->body ? ald_buf_add(out, page->body, page->body_n, err) : ALD_OK;
}

/* ---- Reading ---- */

struct reader {
    struct ald_arena *arena;
    struct ald_recorded *page;
    struct ald_http_header *headers;
    size_t headers_cap;
};

static bool number(const char *value, int64_t *ret)
{
    return ald_cursor_digits(&value, 0, ALD_CURSOR_MOST, ret) && !*value;
}

static bool failure_of(const char *value, struct ald_err *ret)
{
    size_t n = strcspn(value, " ");
    for (int rc = ALD_OK + 1; rc < ALD_RC_COUNT_; rc++) {
        const char *name = ald_rc_info((enum ald_rc)rc)->name;
        if (strlen(name) == n && strncmp(name, value, n) == 0) {
            (void)ald_fail(ret, (enum ald_rc)rc, "%s", value + n + (value[n] == ' '));
            return true;
        }
    }
    return false;
}

static bool person_of(struct reader *r, const char *value)
{
    enum { DIGITS = 16 };
    struct ald_people_rows *people = &r->page->people;
    if (strlen(value) < 2 * DIGITS + 3 || value[DIGITS] != ' ' || value[2 * DIGITS + 1] != ' ')
        return false;
    const char *rest = value + 2 * DIGITS + 2;
    struct ald_person_row row = {.pseudonym = ald_strndup(r->arena, value, DIGITS),
                                 .canonical = ald_strndup(r->arena, value + DIGITS + 1, DIGITS),
                                 .mapped = *rest == '1',
                                 .name = rest[1] == ' ' ? rest + 2 : NULL};
    people->rows = ald_grow(r->arena, people->rows, people->n, &people->cap, sizeof *people->rows);
    people->rows[people->n++] = row;
    return true;
}

static bool header_of(struct reader *r, char *value)
{
    char *colon = strstr(value, ": ");
    if (!colon)
        return false;
    *colon = '\0';
    r->headers = ald_grow(r->arena, r->headers, r->page->headers_n, &r->headers_cap, sizeof *r->headers);
    r->headers[r->page->headers_n++] = (struct ald_http_header){value, colon + 2};
    r->page->headers = r->headers;
    return true;
}

static bool line_of(struct reader *r, const char *name, char *value)
{
    struct ald_recorded *page = r->page;
    int64_t status;
    if (strcmp(name, "at") == 0)
        return ald_time_parse(value, strlen(value), &page->at);
    if (strcmp(name, "ms") == 0)
        return number(value, &page->ms);
    if (strcmp(name, "bytes") == 0)
        return number(value, &page->bytes);
    if (strcmp(name, "repairs") == 0)
        return number(value, &page->repairs);
    if (strcmp(name, "status") == 0) {
        bool ok = number(value, &status);
        page->status = (long)status;
        return ok;
    }
    if (strcmp(name, "lost") == 0) {
        page->lost = true;
        return true;
    }
    if (strcmp(name, "header") == 0)
        return header_of(r, value);
    if (strcmp(name, "person") == 0)
        return person_of(r, value);
    if (strcmp(name, "error") == 0)
        return failure_of(value, &page->failure);
    return true; /* stream, ask, and what a later version may add: for people to read */
}

enum ald_rc ald_recorded_read(char *text, size_t n, const char *line, struct ald_arena *arena,
                              struct ald_recorded *ret, struct ald_err *err)
{
    struct reader r = {.arena = arena, .page = ret};
    *ret = (struct ald_recorded){.at = ALD_TIME_NONE};
    char *end = text + n;
    for (int nth = 1;; nth++) {
        char *nl = memchr(text, '\n', (size_t)(end - text));
        if (!nl && ret->failure.rc != ALD_OK && text == end)
            return ALD_OK;
        if (!nl)
            return ald_fail(err, ALD_ERR_FORMAT, "line %d: the file ends before its body", nth);
        *nl = '\0';
        if (nth == 1 && strcmp(text, one_line(arena, line)) != 0)
            return ald_fail(err, ALD_ERR_FORMAT, "line 1: found '%.120s', expected '%.120s'", text, line);
        if (nth > 1 && nl == text) {
            text = nl + 1;
            break;
        }
        char *colon = nth > 1 ? strstr(text, ": ") : NULL;
        if (colon)
            *colon = '\0';
        if (nth > 1 && (!colon || !line_of(&r, text, colon + 2)))
            return ald_fail(err, ALD_ERR_FORMAT, "line %d: not a line of a recorded page", nth);
        text = nl + 1;
    }
    ret->body = text;
    ret->body_n = (size_t)(end - text);
    return ALD_OK;
}
