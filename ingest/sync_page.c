/* One page: ask, judge the answer, parse, replace people, make rows. What cannot be read is asked for again, then in
 * ever smaller pages, down to the one record that is at fault. Knows no API. */
#include "sync_priv.h"

#include <string.h>

#include "alidade/utf8.h"

#define MESSAGE_CHARS 160

/* ---- page sizes ---- */

struct ald_sync_size ald_sync_size_of(const struct ald_sync *s)
{
    int full = s->cfg->page_size > 0 ? s->cfg->page_size : s->connector->page_size;
    if (s->connector->page_size_max > 0 && full > s->connector->page_size_max)
        full = s->connector->page_size_max;
    if (full < 1)
        full = 1;
    return (struct ald_sync_size){.full = full, .now = full};
}

bool ald_sync_size_shrink(struct ald_sync_size *size)
{
    if (size->now <= 1)
        return false;
    int divisor = 2;
    while (size->now % divisor != 0)
        divisor++;
    size->now /= divisor;
    return true;
}

void ald_sync_size_read(struct ald_sync_size *size)
{
    size->covered += size->now;
    if (size->covered >= size->full) {
        size->covered = 0;
        size->now = size->full;
        return;
    }
    /* The largest size of the same chain of divisors at which the next page begins. */
    struct ald_sync_size larger = {.full = size->full, .now = size->full};
    while (larger.now > size->now && size->covered % larger.now != 0)
        if (!ald_sync_size_shrink(&larger))
            break;
    size->now = larger.now;
}

/* ---- one page ---- */

void ald_sync_page_init(const struct ald_sync *s, struct ald_sync_page *page)
{
    *page = (struct ald_sync_page){.arena = ald_arena_new_of(s->pages), .next = {.high_water = ALD_TIME_NONE}};
}

void ald_sync_page_done(struct ald_sync_page *page)
{
    ald_arena_freep(&page->arena);
}

static uint64_t mixed(uint64_t mark, const char *bytes, size_t n)
{
    uint64_t eight = 0;
    memcpy(&eight, bytes, n);
    mark = (mark ^ eight) * UINT64_C(0x9E3779B97F4A7C15);
    return mark ^ mark >> 32;
}

/* Eight bytes at once: who makes another page look like the one before gains nothing but an end of the list. */
uint64_t ald_sync_page_mark(const struct ald_sync_page *page)
{
    const size_t n = page->res.body_n, step = sizeof(uint64_t);
    uint64_t mark = n;
    size_t at = 0;
    for (; n - at >= step; at += step)
        mark = mixed(mark, page->res.body + at, sizeof(uint64_t));
    return (at < n ? mixed(mark, page->res.body + at, n - at) : mark) | 1;
}

static void page_again(struct ald_sync_page *page)
{
    ald_arena_reset(page->arena);
    *page = (struct ald_sync_page){.arena = page->arena, .next = {.high_water = ALD_TIME_NONE}};
}

static bool is_html(const struct ald_http_res *res)
{
    const char *type = ald_http_header(res, "content-type");
    if (type && (strstr(type, "text/html") || strstr(type, "application/xhtml")))
        return true;
    size_t i = 0;
    while (i < res->body_n && strchr(" \t\r\n", res->body[i]))
        i++;
    return i < res->body_n && res->body[i] == '<';
}

/** The first string that stands where APIs put their error messages. */
static const char *error_text(const struct ald_jv *v, int depth)
{
    static const char *const keys[] = {"message", "error_description", "error", "errors", "errorMessages", "detail"};
    const char *s = NULL;
    if (ald_json_kind(v) == ALD_JSON_STRING)
        return ald_json_as_str(v, &s, NULL) == ALD_OK ? s : NULL;
    struct ald_jv child;
    if (depth > 3)
        return NULL;
    if (ald_json_kind(v) == ALD_JSON_ARRAY)
        return ald_json_first(v, &child) ? error_text(&child, depth + 1) : NULL;
    for (size_t i = 0; !s && i < sizeof keys / sizeof keys[0]; i++)
        if (ald_json_opt(v, keys[i], &child))
            s = error_text(&child, depth + 1);
    return s;
}

/** What the other side says of its failure, short and printable; "" when it says nothing. Arena-owned. */
static const char *server_message(const struct ald_sync *s, const struct ald_sync_page *page)
{
    if (!page->res.body || page->res.body_n == 0)
        return "";
    if (is_html(&page->res))
        return ": a web page";
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    if (ald_json_parse(page->res.body, page->res.body_n, &doc, NULL) != ALD_OK)
        return "";
    struct ald_jv root;
    ald_json_root(doc, &root);
    const char *text = error_text(&root, 0);
    /* Some proxies send back what they were sent. */
    if (!text || (s->token.len && strstr(text, s->token.value)) || (s->user.len && strstr(text, s->user.value)))
        return "";
    text = ald_utf8_printable(page->arena, ald_people_text(page->arena, &s->scrub, text), false);
    return ald_sprintf(page->arena, ": \"%.*s\"", (int)ald_utf8_prefix(text, MESSAGE_CHARS), text);
}

/** The request without its query, for messages: queries can be longer than a message. */
static const char *asked(struct ald_sync_page *page)
{
    return ald_strndup(page->arena, page->request, strcspn(page->request, "?"));
}

static enum ald_rc judge(const struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_page *page,
                         struct ald_err *err)
{
    long status = page->res.status;
    if (status == 400 && stream->reads_400 && !is_html(&page->res))
        return ALD_OK;
    if (status >= 200 && status < 300) {
        if (!page->req.text && is_html(&page->res))
            return ald_fail(err, ALD_ERR_NET,
                            "%s answered with a web page instead of JSON (is the instance asleep, or a login page?)",
                            asked(page));
        return ALD_OK;
    }
    bool worded = status == 400 && stream->refusal_400 && page->res.body && strstr(page->res.body, stream->refusal_400);
    page->refused = stream->optional && (worded || status == 402 || status == 403 || status == 404 || status == 410);
    if (page->refused)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_NET, "%s: status %ld%s", asked(page), status, server_message(s, page));
}

/** What the page taught of names goes with it, and into the store with it. */
static void take_names(struct ald_sync *s, struct ald_sync_page *page)
{
    size_t n = 0;
    const struct ald_name_row *fresh = s->scrub.known ? ald_text_names_fresh(s->scrub.known, &n) : NULL;
    if (n == 0)
        return;
    page->names = ald_calloc(page->arena, n, sizeof *page->names);
    memcpy(page->names, fresh, n * sizeof *fresh);
    page->names_n = n;
    ald_text_names_settle(s->scrub.known);
}

enum ald_rc ald_sync_page_read(struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_page *page,
                               struct ald_err *err)
{
    page->res.req = &page->req;
    page->rows = (struct ald_rows){.arena = page->arena};
    page->next = (struct ald_next){.high_water = ALD_TIME_NONE};
    if (!page->req.text) {
        if (!page->doc) /* lines were parsed one by one */
            ALD_TRY(ald_json_parse_into(page->arena, page->res.body, page->res.body_n, &page->doc, err));
        page->res.doc = page->doc;
        ald_json_root(page->doc, &page->res.root);
        if (!s->replay || ald_recording_as_sent(s->replay)) {
            struct ald_json_repairs repairs = ald_json_repairs(page->doc);
            page->repairs = repairs.utf8 + repairs.surrogates + repairs.nuls;
            ALD_TRY(ald_people_scrub(page->arena, &s->scrub, s->connector, stream->name, &page->res.root, &page->people,
                                     err));
        }
    }
    page->res.facts = s->facts;
    ALD_TRY(stream->page(s->cfg, &page->res, &page->rows, &page->next, err));
    ald_facts_take(s->facts, &page->rows);
    take_names(s, page);
    return ALD_OK;
}

static enum ald_rc fetch(struct ald_sync *s, struct ald_sync_page *page, struct ald_err *err)
{
    enum ald_rc rc = ald_http_fetch(s->http, &page->req, page->arena, &page->res, err);
    page->ms = s->clock.now_ms(s->clock.ctx) - page->at;
    page->bytes = rc == ALD_OK ? page->res.body_n : 0;
    s->connection_lost = rc == ALD_ERR_NET && ald_http_last_status(s->http) == 0;
    return rc;
}

static enum ald_rc answer(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_ask *ask,
                          struct ald_sync_page *page, struct ald_err *err)
{
    const struct ald_clock *clock = &s->clock;
    page_again(page);
    page->req = (struct ald_http_req){.cursor = ask->cursor,
                                      .subjects = ask->subjects,
                                      .statuses = ask->statuses,
                                      .subjects_n = ask->subjects_n,
                                      .window = ask->window,
                                      .page_size = ask->size->now};
    ALD_TRY(stream->request(page->arena, s->cfg, &page->req, err));
    page->request = ald_sprintf(page->arena, "%s%s", page->req.body ? "POST " : "", ald_http_redact(page->arena, page->req.url));
    page->at = clock->now_ms(clock->ctx);
    s->out->requests++;
    ALD_TRY(s->replay ? ald_sync_replay_page(s, stream, page, err) : fetch(s, page, err));
    if (!page->refused)
        ALD_TRY(judge(s, stream, page, err));
    return page->refused ? ALD_OK : ald_sync_page_read(s, stream, page, err);
}

static enum ald_rc ask_once(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_ask *ask,
                            struct ald_sync_page *page, struct ald_err *err)
{
    struct ald_err why = {0};
    enum ald_rc rc = answer(s, stream, ask, page, &why);
    if (rc != ALD_ERR_STOPPED && page->req.url)
        ALD_TRY(ald_sync_record_page(s, stream, page, rc == ALD_OK ? NULL : &why, err));
    if (rc != ALD_OK && err)
        *err = why;
    return rc;
}

static void bad(struct ald_sync_page *page, const char *element, const char *reason)
{
    page->bad = ald_grow(page->arena, page->bad, page->bad_n, &page->bad_cap, sizeof *page->bad);
    page->bad[page->bad_n++] = (struct ald_sync_bad){.element = element, .reason = reason};
}

/** One record that cannot be read even alone: it is put aside, and what follows it is asked for. */
static enum ald_rc step_over(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_ask *ask,
                             struct ald_sync_page *page, struct ald_err *err)
{
    if (ask->subjects_n > 0 || !stream->skip || ++ask->size->unreadable > ALD_SYNC_UNREADABLE_MAX)
        return err->rc;
    struct ald_err why = *err;
    page->doc = NULL;
    page->rows = (struct ald_rows){.arena = page->arena};
    page->people = (struct ald_people_rows){0};
    page->next = (struct ald_next){.high_water = ALD_TIME_NONE};
    page->res.doc = NULL;
    page->res.req = &page->req;
    page->repairs = 0;
    if (stream->skip(page->arena, s->cfg, &page->res, &page->next, err) != ALD_OK) {
        *err = why;
        return why.rc;
    }
    /* The raw bytes are not kept: people cannot be found in what cannot be read. */
    bad(page, ald_sprintf(page->arena, "page %s", ask->cursor ? ask->cursor : "first"),
        ald_sprintf(page->arena, "%s; its text is not kept, because people could not be replaced in it: %s", why.msg,
                    page->request));
    return ALD_OK;
}

enum ald_rc ald_sync_page_fetch(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_ask *ask,
                                struct ald_sync_page *page, struct ald_err *err)
{
    struct ald_err failed = {0};
    for (bool again = false;;) {
        enum ald_rc rc = ask_once(s, stream, ask, page, &failed);
        if (rc == ALD_OK) {
            ask->size->unreadable = 0;
            return ALD_OK;
        }
        bool unreadable = rc == ALD_ERR_FORMAT || rc == ALD_ERR_LIMIT;
        if (unreadable && !again && (rc == ALD_ERR_FORMAT || ask->size->now <= 1)) {
            again = true; /* it may have been cut or garbled on its way */
            continue;
        }
        if (unreadable && ald_sync_stopped(s))
            rc = ald_fail(&failed, ALD_ERR_STOPPED, "stopped");
        else if (unreadable && ald_sync_size_shrink(ask->size))
            continue;
        else if (unreadable && (page->res.status != 0 || rc == ALD_ERR_LIMIT))
            rc = step_over(s, stream, ask, page, &failed);
        if (rc != ALD_OK && err)
            *err = failed;
        return rc;
    }
}
