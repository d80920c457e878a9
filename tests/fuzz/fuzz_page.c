/* The first line names a stream and a digit for cursor and options ("jira/issue 1"), or the first byte chooses them;
 * the rest is the body of an answer: parse, page, and print what every element keeps. Whatever comes, a page gives rows
 * or an error, and its next cursor gives a request. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"
#include "alidade/time.h"
#include "ingest/connector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

/** ALD_FUZZ_CONNECTOR names the one that a long run is for (tests/fuzz/run); without it, all. */
static bool asked_for(const struct ald_connector *c)
{
    const char *only = getenv("ALD_FUZZ_CONNECTOR");
    return !only || !*only || strcmp(only, c->type.type) == 0;
}

static size_t streams_n(void)
{
    const struct ald_connector *c;
    size_t n = 0;
    for (size_t i = 0; (c = ald_connector_at(i)); i++)
        n += asked_for(c) ? c->streams_n : 0;
    must(n > 0);
    return n;
}

static const struct ald_stream *stream_at(size_t at, const struct ald_connector **ret)
{
    for (size_t i = 0; (*ret = ald_connector_at(i)); i++) {
        if (!asked_for(*ret))
            continue;
        if (at < (*ret)->streams_n)
            return &(*ret)->streams[at];
        at -= (*ret)->streams_n;
    }
    abort();
}

/** What the input is for; *ret_body: where the body begins. Names stay when connectors are added, numbers do not. */
static const struct ald_stream *choose(const uint8_t *data, size_t size, const struct ald_connector **ret,
                                       size_t *ret_choice, size_t *ret_body)
{
    const uint8_t *end = memchr(data, '\n', size < 80 ? size : 80);
    size_t line = end ? (size_t)(end - data) : 0, n = streams_n();
    for (size_t i = 0; i < n && line > 2; i++) {
        const struct ald_stream *stream = stream_at(i, ret);
        size_t type = strlen((*ret)->type.type), name = strlen(stream->name);
        if (line != type + name + 3 || memcmp(data, (*ret)->type.type, type) != 0 || data[type] != '/' ||
            memcmp(data + type + 1, stream->name, name) != 0)
            continue;
        *ret_choice = data[line - 1];
        *ret_body = line + 1;
        return stream;
    }
    *ret_choice = data[0] / n;
    *ret_body = 1;
    return stream_at(data[0] % n, ret);
}

static void check_element(const struct ald_element *el)
{
    must(el->id && *el->id);
    if (el->error)
        must(!el->record && !el->events_n && !el->todos_n && !el->team_def && !el->service_def);
    if (el->record)
        must(el->record->external_id && el->record->kind && el->record->end_state);
    for (size_t i = 0; i < el->events_n; i++)
        must(el->events[i].kind && el->events[i].at != ALD_TIME_NONE);
    struct ald_buf text;
    ald_buf_init(&text, SIZE_MAX / 2);
    must(ald_json_text(&el->raw, &text, NULL) == ALD_OK);
    ald_buf_done(&text);
}

static void read_page(const struct ald_stream *stream, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                      struct ald_arena *arena, struct ald_json_doc *doc)
{
    struct ald_http_header headers[] = {{"x-total-count", "1000"}};
    struct ald_http_res res = {
        .req = req, .status = 200, .headers = headers, .headers_n = 1, .next_offset = 10, .first_line = 1, .doc = doc};
    if (doc)
        ald_json_root(doc, &res.root);
    struct ald_rows rows = {.arena = arena};
    struct ald_next next = {.high_water = ALD_TIME_NONE};
    struct ald_err err = {0};
    enum ald_rc rc = stream->page(cfg, &res, &rows, &next, &err);
    if (rc != ALD_OK) {
        must(err.rc == rc && err.msg[0]);
        return;
    }
    for (size_t i = 0; i < rows.n; i++)
        check_element(&rows.elements[i]);
    if (next.cursor) {
        must(*next.cursor != '\0');
        req->cursor = next.cursor;
        must(stream->request(arena, cfg, req, &err) == ALD_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const cursors[] = {NULL,
                                          "2|2|2|b",
                                          "2026-01-01 00:00:00|1|0|k|2026-01-01 00:00:00|a",
                                          "2026-01-01 00:00:00|0|1|k||",
                                          "2026-01-01 00:00:00|4|1|o|2026-01-02 00:00:00|a",
                                          "t|0|token",
                                          "s|1|token",
                                          "o|4|1767600000000|20004",
                                          "2"};
    static const char *const subjects[] = {"20000"};
    static const struct ald_source_opt opts[] = {{"learnings_path", "/l"},
                                                 {"reviews_path", "/v"},
                                                 {"attendance_path", "/a"},
                                                 {"actions_path", "/c"},
                                                 {"told_path", "/d"},
                                                 {"repositories", "made/ops"},
                                                 {"project", "made/ops"},
                                                 {"path", "/r"},
                                                 {"events_path", "/e"},
                                                 {"services_path", "/s"},
                                                 {"teams_path", "/t"},
                                                 {"jql", "project = INC ORDER BY key"},
                                                 {"page_id", "p"},
                                                 {"deployment", "datacenter"}};
    static const struct ald_source_opt fields[] = {{"service", "customfield_10020"}, {"team", "customfield_10030"}};
    if (size == 0)
        return 0;
    const struct ald_connector *connector;
    size_t choice, body, cursors_n = sizeof cursors / sizeof cursors[0];
    const struct ald_stream *stream = choose(data, size, &connector, &choice, &body);
    const struct ald_source_cfg cfg = {.name = "here",
                                       .type = connector->type.type,
                                       .base_url = "https://acme.example",
                                       .since = ALD_TIME_NONE,
                                       .overlap_ms = -1,
                                       .opts = opts,
                                       .opts_n = choice % 2 ? 14 : 12,
                                       .fields = fields,
                                       .fields_n = choice % 2 ? 2 : 0};
    struct ald_http_req req = {.cursor = cursors[choice % cursors_n],
                               .subjects = subjects,
                               .subjects_n = stream->parent ? 1 : 0,
                               .page_size = 2,
                               .window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE}};
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    struct ald_err err = {0};
    if (stream->wanted && !stream->wanted(&cfg))
        return 0;
    must(stream->request(arena, &cfg, &req, &err) == ALD_OK);
    if (ald_json_parse((const char *)data + body, size - body, &doc, &err) != ALD_OK)
        must(ald_json_parse("null", 4, &doc, &err) == ALD_OK); /* what is no document never gets as far as a page */
    read_page(stream, &cfg, &req, arena, doc);
    return 0;
}
