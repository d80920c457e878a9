/* Paging of ServiceNow's tables, played against a table that behaves as the real ones do: ties on the time column, rows
 * that change meanwhile, rows hidden after the limit was applied, capped limits, accounts in any time zone, missing
 * headers. However the pages fall, every row must be read, in a bounded number of requests. */
#include <stdlib.h>

#include "alidade/rng.h"
#include "trial.h"
#include "where.h"

enum { TOTAL = 1, LINK = 2 };

struct row {
    int64_t at;
    unsigned id;
    bool hidden, seen;
};
struct table {
    struct row rows[400];
    size_t n;
    int64_t zone_ms, now;
    int64_t cap;     /* of the limit; 0: none */
    int headers;     /* TOTAL | LINK */
    int change_each; /* a row changes every so many requests; 0: never */
    int changes_left;
    struct ald_rng rng;
    size_t requests;
};

static int by_time(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static int64_t parameter(const char *url, const char *name)
{
    const char *s = strstr(url, name);
    assert_non_null(s);
    return strtoll(s + strlen(name), NULL, 10);
}

/** The lower bound as this account's zone reads it. */
static int64_t bound(const struct table *w, const char *url)
{
    const char *s = strstr(url, "sys_updated_on%3E%3D");
    char text[20] = "";
    if (!s)
        return ALD_TIME_NONE;
    s += strlen("sys_updated_on%3E%3D");
    for (size_t i = 0; i < 19; i++) {
        int code = 0;
        if (s[0] == '%' && s[1] == '3')
            code = ':';
        else if (s[0] == '%')
            code = ' ';
        text[i] = (char)(code ? code : *s);
        s += code ? 3 : 1;
    }
    return time_of(text) - w->zone_ms;
}

static const char *stamp(struct ald_arena *a, int64_t at)
{
    char buf[32];
    (void)ald_time_format(at, buf);
    buf[10] = ' ';
    return ald_strndup(a, buf, 19);
}

/** Answers one request and lets the page be read. */
static void serve(struct table *w, struct trial *t)
{
    const char *url = trial_ask(t);
    int64_t limit = parameter(url, "sysparm_limit="), offset = parameter(url, "sysparm_offset="), from = bound(w, url);
    if (w->cap && limit > w->cap)
        limit = w->cap;
    w->requests++;
    if (w->change_each && w->changes_left > 0 && w->requests % (size_t)w->change_each == 0) {
        w->now += 1000;
        w->changes_left--;
        w->rows[ald_rng_below(&w->rng, w->n)].at = w->now;
    }
    qsort(w->rows, w->n, sizeof *w->rows, by_time);
    ALD_CLEANUP(ald_buf_done) struct ald_buf body;
    ald_buf_init(&body, 1u << 20);
    assert_int_equal(ald_buf_adds(&body, "{\"result\":[", NULL), ALD_OK);
    const char *comma = "";
    int64_t total = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct row *r = &w->rows[i];
        if (from != ALD_TIME_NONE && r->at < from)
            continue;
        int64_t place = total++;
        if (place < offset || place >= offset + limit || r->hidden)
            continue;
        r->seen = true;
        assert_int_equal(ald_buf_addf(&body, NULL, "%s{\"sys_id\":\"r%u\",\"sys_updated_on\":{\"value\":\"%s\"}}",
                                      comma, r->id, stamp(t->arena, r->at)),
                         ALD_OK);
        comma = ",";
    }
    t->res.headers_n = 0;
    if (w->headers & TOTAL)
        trial_header(t, "x-total-count", ald_sprintf(t->arena, "%d", (int)total));
    if (w->headers & LINK) {
        const char *next = "";
        if (offset + limit < total)
            next =
                ald_sprintf(t->arena, ",<https://acme.example/x?a<b^c&sysparm_limit=%d&sysparm_offset=%d>;rel=\"next\"",
                            (int)limit, (int)(offset + limit));
        trial_header(t, "link",
                     ald_sprintf(t->arena,
                                 "<https://acme.example/x?sysparm_offset=-1>;rel=\"prev\"%s,"
                                 "<https://acme.example/x?sysparm_offset=9999>;rel=\"last\"",
                                 next));
    }
    assert_int_equal(ald_buf_adds(&body, "]}", NULL), ALD_OK);
    enum ald_rc rc = trial_page(t, body.data);
    if (rc != ALD_OK)
        fail_msg("%s (after %s)", t->err.msg, t->req.cursor ? t->req.cursor : "the beginning");
    assert_null(t->next.gap);
}

static struct table make(size_t n, size_t per_second, uint64_t seed)
{
    struct table w = {.n = n, .headers = TOTAL | LINK};
    ald_rng_init(&w.rng, seed);
    int64_t at = time_of("2026-01-01T00:00:00Z");
    for (size_t i = 0; i < n; i++) {
        if (i % per_second == 0)
            at += 1000 * (1 + (int64_t)ald_rng_below(&w.rng, 7200));
        w.rows[i] = (struct row){.at = at, .id = (unsigned)((i * 7919) % 1000)};
    }
    w.now = at + ALD_HOUR_MS;
    return w;
}

static void crawl(struct table *w, int page_size, size_t requests_max)
{
    struct trial t;
    trial_open(&t, "servicenow", "incident");
    t.req.page_size = page_size;
    const char *cursor = NULL;
    do {
        t.req.cursor = cursor;
        serve(w, &t);
        if (cursor && t.next.cursor)
            assert_string_not_equal(cursor, t.next.cursor);
        cursor = t.next.cursor;
        if (w->requests > requests_max)
            fail_msg("still going on after %zu requests, at %s", w->requests, cursor);
    } while (cursor);
    for (size_t i = 0; i < w->n; i++)
        if (!w->rows[i].hidden && !w->rows[i].seen)
            fail_msg("row r%u of %s was never read (page size %d, zone %d h, cap %d, headers %d, changes each %d)",
                     w->rows[i].id, stamp(t.arena, w->rows[i].at), page_size, (int)(w->zone_ms / ALD_HOUR_MS),
                     (int)w->cap, w->headers, w->change_each);
    trial_close(&t);
}

static const int page_sizes[] = {1, 2, 7, 100, 1000};

static size_t every_size(void)
{
    return brief() ? 3 : 1;
}

static void test_ties(void **state)
{
    (void)state;
    static const size_t groups[] = {1, 2, 5, 40, 200};
    for (size_t g = 0; g < 5; g += brief() ? 2 : 1)
        for (size_t p = 0; p < 5; p += every_size())
            for (int headers = 0; headers < 4; headers++) {
                struct table w = make(200, groups[g], 1);
                w.headers = headers;
                crawl(&w, page_sizes[p], 200 / (size_t)page_sizes[p] + 3);
            }
}

static void test_short_pages(void **state)
{
    (void)state;
    for (size_t p = 0; p < 5; p += every_size())
        for (int headers = 1; headers < 4; headers++)
            for (size_t group = 1; group < 100; group += brief() ? 39 : 13) {
                struct table w = make(200, group, 2);
                for (size_t i = 0; i < w.n; i++)
                    w.rows[i].hidden = ald_rng_below(&w.rng, 10) < 4 || (i > 50 && i < 90);
                w.headers = headers;
                crawl(&w, page_sizes[p], 2000);
            }
}

static void test_capped_limit(void **state)
{
    (void)state;
    for (size_t p = 0; p < 5; p += every_size())
        for (int headers = 1; headers < 4; headers++)
            for (int cap = 1; cap < 30; cap += brief() ? 16 : 4)
                for (size_t group = 1; group < 100; group += brief() ? 66 : 33) {
                    struct table w = make(200, group, 3);
                    w.headers = headers;
                    w.cap = cap;
                    if (headers == TOTAL && cap < 3)
                        continue; /* nothing says that there is a cap, and the anchor fills the page */
                    crawl(&w, page_sizes[p], 1200);
                }
}

static void test_zones(void **state)
{
    (void)state;
    static const int hours[] = {-12, -8, -1, 1, 5, 14};
    for (size_t z = 0; z < 6; z++)
        for (size_t p = 0; p < 5; p += every_size())
            for (size_t group = 1; group < 100; group += brief() ? 66 : 33) {
                struct table w = make(200, group, 4);
                w.zone_ms = hours[z] * ALD_HOUR_MS;
                w.headers = (int)(z + p + group) % 4;
                crawl(&w, page_sizes[p], 1000);
            }
}

static void test_rows_change_meanwhile(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed += brief() ? 5 : 1)
        for (size_t p = 0; p < 5; p += every_size())
            for (int zone = -8; zone <= 8; zone += 8) {
                struct table w = make(200, 1 + seed % 20, seed);
                w.zone_ms = zone * ALD_HOUR_MS;
                w.change_each = 1 + (int)(seed % 4);
                w.changes_left = 60;
                crawl(&w, page_sizes[p], 3000);
            }
}

/* What a source that ignores parts of a query answers is not taken. */
static void test_ignored_terms(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "servicenow", "incident");
    t.req.window.since = time_of("2026-03-01T00:00:00Z");
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"a\",\"sys_updated_on\":\"2026-02-27 00:00:00\"}]}"),
                     ALD_ERR_NET);
    assert_has(t.err.msg, "ignored the filter");
    /* within a zone's width: the account's zone, not an ignored term */
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"a\",\"sys_updated_on\":\"2026-02-28 00:00:00\"}]}"),
                     ALD_OK);
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"a\",\"sys_updated_on\":\"2026-03-03 00:00:00\"},"
                                    "{\"sys_id\":\"b\",\"sys_updated_on\":\"2026-03-02 00:00:00\"}]}"),
                     ALD_ERR_NET);
    assert_has(t.err.msg, "ignored the order");
    trial_close(&t);
}

static void test_cursor(void **state)
{
    (void)state;
    struct trial t;
    trial_open(&t, "servicenow", "incident");
    t.req.page_size = 3;
    trial_header(&t, "x-total-count", "9");
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"a\",\"sys_updated_on\":\"2026-03-01 00:00:00\"},"
                                    "{\"sys_id\":\"b\",\"sys_updated_on\":\"2026-03-02 00:00:00\"},"
                                    "{\"sys_id\":\"c\",\"sys_updated_on\":\"2026-03-02 00:00:00\"}]}"),
                     ALD_OK);
    assert_int_equal(t.next.total, 9);
    assert_string_equal(t.next.cursor, "2026-03-02 00:00:00|1|0|k|2026-03-02 00:00:00|c");
    t.req.cursor = t.next.cursor;
    assert_has(trial_ask(&t), "sys_updated_on%3E%3D2026-03-02%2000%3A00%3A00%5EORDERBY");
    assert_has(t.req.url, "sysparm_limit=4&sysparm_offset=1");
    /* c moved on: the rows of that second again */
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"d\",\"sys_updated_on\":\"2026-03-02 00:00:00\"}]}"),
                     ALD_OK);
    assert_string_equal(t.next.cursor, "2026-03-02 00:00:00|0|1|k||");
    assert_int_equal(t.next.total, 0);
    /* no row of that second left: a zone's width back, by offset from then on */
    t.req.cursor = t.next.cursor;
    assert_int_equal(trial_page(&t, "{\"result\":[{\"sys_id\":\"e\",\"sys_updated_on\":\"2026-03-02 00:00:01\"}]}"),
                     ALD_OK);
    assert_string_equal(t.next.cursor, "2026-02-28 22:00:00|0|2|o||");
    /* a source whose rows never stand still */
    t.req.cursor = "2026-03-02 00:00:00|1|20|k|2026-03-02 00:00:00|c";
    assert_int_equal(trial_page(&t, "{\"result\":[]}"), ALD_ERR_NET);
    assert_has(t.err.msg, "moved 20 times");
    /* a source that promises rows for ever */
    t.res.headers_n = 0;
    trial_header(&t, "link", "<https://acme.example/?sysparm_offset=5>;rel=\"next\"");
    t.req.cursor = "2026-03-02 00:00:00|5|200|k||";
    assert_int_equal(trial_page(&t, "{\"result\":[]}"), ALD_OK);
    assert_null(t.next.cursor);
    assert_has(t.next.gap, "200 pages without a row");
    /* one row that cannot be read at all is stepped over */
    t.res.headers_n = 0;
    t.req.page_size = 1;
    trial_header(&t, "x-total-count", "9");
    t.req.cursor = "2026-03-02 00:00:00|1|0|k|2026-03-02 00:00:00|c";
    assert_int_equal(t.stream->skip(t.arena, &t.cfg, &t.res, &t.next, &t.err), ALD_OK);
    assert_string_equal(t.next.cursor, "2026-03-02 00:00:00|3|0|k||");
    t.req.cursor = NULL;
    assert_int_equal(t.stream->skip(t.arena, &t.cfg, &t.res, &t.next, &t.err), ALD_OK);
    assert_string_equal(t.next.cursor, "|1|0|k||");
    t.next.cursor = NULL;
    t.req.cursor = "|8|0|k||";
    assert_int_equal(t.stream->skip(t.arena, &t.cfg, &t.res, &t.next, &t.err), ALD_OK);
    assert_null(t.next.cursor);
    trial_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_short_pages),
        cmocka_unit_test(test_capped_limit),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_rows_change_meanwhile),
        cmocka_unit_test(test_ignored_terms),
        cmocka_unit_test(test_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
