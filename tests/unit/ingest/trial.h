/* For tests of connectors: a document of the test's own goes through request() and page() as sync.c would do it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#undef skip /* cmocka's, in the way of streams' */

#include "alidade/time.h"
#include "connector.h"

struct trial {
    struct ald_source_cfg cfg;
    const struct ald_connector *connector;
    const struct ald_stream *stream;
    struct ald_arena *arena;
    struct ald_json_doc *doc;
    struct ald_http_req req;
    struct ald_http_res res;
    struct ald_rows rows;
    struct ald_next next;
    struct ald_err err;
    struct ald_http_header headers[4];
};

static inline void trial_open(struct trial *t, const char *type, const char *stream)
{
    *t = (struct trial){.connector = ald_connector_find(type), .arena = ald_arena_new()};
    t->cfg = (struct ald_source_cfg){
        .name = "here", .type = type, .base_url = "https://acme.example", .since = ALD_TIME_NONE, .overlap_ms = -1};
    assert_non_null(t->connector);
    for (size_t i = 0; i < t->connector->streams_n; i++)
        if (strcmp(t->connector->streams[i].name, stream) == 0)
            t->stream = &t->connector->streams[i];
    assert_non_null(t->stream);
    t->req = (struct ald_http_req){.page_size = 100,
                                   .window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE, .first = true}};
    t->res = (struct ald_http_res){
        .status = 200, .headers = t->headers, .next_offset = -1, .first_line = 1, .server_date = ALD_TIME_NONE};
}

static inline void trial_close(struct trial *t)
{
    ald_json_doc_free(t->doc);
    ald_arena_free(t->arena);
}

/** The URL that is asked for. */
static inline const char *trial_ask(struct trial *t)
{
    t->req.headers_n = 0;
    assert_int_equal(t->stream->request(t->arena, &t->cfg, &t->req, &t->err), ALD_OK);
    return t->req.url;
}

static inline void trial_header(struct trial *t, const char *name, const char *value)
{
    t->headers[t->res.headers_n++] = (struct ald_http_header){name, value};
}

static inline enum ald_rc trial_page(struct trial *t, const char *body)
{
    ald_json_doc_freep(&t->doc);
    t->err = (struct ald_err){0};
    t->rows = (struct ald_rows){.arena = t->arena};
    t->next = (struct ald_next){.high_water = ALD_TIME_NONE};
    t->res.req = &t->req;
    t->res.body = body;
    t->res.body_n = strlen(body);
    t->res.doc = NULL;
    t->res.root = (struct ald_jv){0};
    if (ald_json_parse(body, strlen(body), &t->doc, &t->err) == ALD_OK) {
        t->res.doc = t->doc;
        ald_json_root(t->doc, &t->res.root);
    }
    return t->stream->page(&t->cfg, &t->res, &t->rows, &t->next, &t->err);
}

static inline int64_t time_of(const char *s)
{
    int64_t ms;
    assert_true(ald_time_parse(s, strlen(s), &ms));
    return ms;
}

static inline void assert_has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text ? text : "(null)");
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (text && strstr(text, part))
        fail_msg("\"%s\" is in \"%s\"", part, text);
}

/** What the record says of something, as text; NULL: nothing. */
static inline const char *value_of(const struct ald_row_record *rec, const char *name)
{
    for (size_t i = 0; i < rec->values_n; i++)
        if (strcmp(rec->values[i].name, name) == 0)
            return rec->values[i].value;
    return NULL;
}

static inline const char *ref_of(const struct ald_row_record *rec, const char *kind)
{
    for (size_t i = 0; i < rec->refs_n; i++)
        if (strcmp(rec->refs[i].kind, kind) == 0)
            return rec->refs[i].value;
    return NULL;
}

static inline int64_t moment_of(const struct ald_row_record *rec, const char *moment, int rank)
{
    for (size_t i = 0; i < rec->moments_n; i++)
        if (strcmp(rec->moments[i].moment, moment) == 0 && rec->moments[i].rank == rank)
            return rec->moments[i].at;
    return ALD_TIME_NONE;
}
