/* The first byte chooses a stream of a connector and a cursor, the rest is the body of an answer: parse, page, and
 * print what every element keeps. Whatever comes, a page gives rows or an error, and its next cursor gives a request.
 */
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

static size_t streams_n(void)
{
    const struct ald_connector *c;
    size_t n = 0;
    for (size_t i = 0; (c = ald_connector_at(i)); i++)
        n += c->streams_n;
    return n;
}

static const struct ald_stream *stream_at(size_t at, const struct ald_connector **ret)
{
    for (size_t i = 0; (*ret = ald_connector_at(i)); i++) {
        if (at < (*ret)->streams_n)
            return &(*ret)->streams[at];
        at -= (*ret)->streams_n;
    }
    abort();
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
    static const char *const cursors[] = {NULL, "2|2|2|b", "2026-01-01 00:00:00|1|0|k|2026-01-01 00:00:00|a",
                                          "2026-01-01 00:00:00|0|1|k||",
                                          "2026-01-01 00:00:00|4|1|o|2026-01-02 00:00:00|a"};
    static const struct ald_source_opt opts[] = {
        {"path", "/r"}, {"events_path", "/e"}, {"services_path", "/s"}, {"teams_path", "/t"}, {"page_id", "p"}};
    if (size == 0)
        return 0;
    size_t n = streams_n();
    const struct ald_connector *connector;
    const struct ald_stream *stream = stream_at(data[0] % n, &connector);
    const struct ald_source_cfg cfg = {.name = "here",
                                       .type = connector->type.type,
                                       .base_url = "https://acme.example",
                                       .since = ALD_TIME_NONE,
                                       .overlap_ms = -1,
                                       .opts = opts,
                                       .opts_n = 4 + data[0] / n % 2};
    struct ald_http_req req = {
        .cursor = cursors[data[0] / n % 5], .page_size = 2, .window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE}};
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    struct ald_err err = {0};
    must(stream->request(arena, &cfg, &req, &err) == ALD_OK);
    if (ald_json_parse((const char *)data + 1, size - 1, &doc, &err) != ALD_OK)
        doc = NULL;
    read_page(stream, &cfg, &req, arena, doc);
    return 0;
}
