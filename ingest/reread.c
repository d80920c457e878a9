/* Reads again what is in the store, without the network: raw elements as they were sent (remap, after a mapping changed) and
 * elements in quarantine (retry). People were replaced in them before they were stored. Knows no API: a stream says where its
 * elements stand in a page. */
#include <string.h>

#include "alidade/ingest.h"
#include "alidade/json.h"
#include "alidade/limits.h"
#include "facts.h"
#include "land.h"

#define CHUNK 200

struct item {
    int64_t id; /* of a row of quarantine */
    const char *element, *raw;
    int64_t seen_at;
};
struct reread {
    struct ald_store *store;
    const struct ald_reread *how;
    const struct ald_source_cfg *cfg;
    const struct ald_connector *connector;
    struct ald_facts *facts;
    struct ald_land land;
    struct ald_reread_outcome *out;
};

static void reread_done(struct reread *r)
{
    ald_facts_freep(&r->facts);
    ald_equals_freep(&r->land.equals);
}

/** NULL: one element does not make a page of this stream. */
static const char *list_of(const struct reread *r, const struct ald_stream *stream)
{
    return stream->list_in ? stream->list_in(r->cfg) : stream->list;
}

static enum ald_rc is_record(struct reread *r, const char *id, bool *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(r->store, "land_record_get", &q, err));
    ald_q_text(q, 1, r->cfg->name);
    ald_q_text(q, 2, id);
    return ald_q_step(q, ret, err);
}

/** "SUBJECT/ID" of details; NULL: the element stands for itself. Both may hold a '/': then the subject is the record that is there. */
static enum ald_rc subject_of(struct reread *r, struct ald_arena *arena, const struct ald_stream *stream, const char *element,
                              const char **ret, struct ald_err *err)
{
    const char *slash = strchr(element, '/');
    *ret = stream->alone ? element : slash ? ald_strndup(arena, element, (size_t)(slash - element)) : NULL;
    if (stream->alone || !slash || !strchr(slash + 1, '/'))
        return ALD_OK;
    for (; slash; slash = strchr(slash + 1, '/')) {
        const char *id = ald_strndup(arena, element, (size_t)(slash - element));
        bool found = false;
        ALD_TRY(is_record(r, id, &found, err));
        if (found) {
            *ret = id;
            return ALD_OK;
        }
    }
    return ALD_OK;
}

/* ---- One page ---- */

static enum ald_rc page_text(const struct item *items, size_t n, const char *list, struct ald_buf *text, struct ald_err *err)
{
    if (!list) /* the only one is the page */
        return ald_buf_adds(text, items[0].raw, err);
    if (*list)
        ALD_TRY(ald_buf_addf(text, err, "{\"%s\":", list));
    ALD_TRY(ald_buf_adds(text, "[", err));
    for (size_t i = 0; i < n; i++) {
        ALD_TRY(ald_buf_adds(text, i ? "," : "", err));
        ALD_TRY(ald_buf_adds(text, items[i].raw, err));
    }
    return ald_buf_adds(text, *list ? "]}" : "]", err);
}

/** Makes rows of a page of elements; what a page would say of what follows it is of no matter here. */
static enum ald_rc read_page(struct reread *r, const struct ald_stream *stream, const struct item *items, size_t n,
                             struct ald_arena *arena, struct ald_json_doc **ret_doc, struct ald_rows *ret_rows, struct ald_err *err)
{
    ALD_CLEANUP(ald_buf_done) struct ald_buf text;
    const char *subject = NULL;
    ALD_TRY(subject_of(r, arena, stream, items[0].element, &subject, err));
    const char *const subjects[] = {subject};
    struct ald_http_req req = {.page_size = CHUNK,
                               .csv = r->connector->type.is_file, /* lists may be one text */
                               .subjects = subjects,
                               .subjects_n = subject ? 1 : 0,
                               .window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE, .first = true}};
    struct ald_http_res *res = ald_alloc(arena, sizeof *res);
    struct ald_next next = {.high_water = ALD_TIME_NONE};
    ald_buf_init(&text, (size_t)CHUNK * ALD_MAX_STRING_BYTES);
    ALD_TRY(page_text(items, n, list_of(r, stream), &text, err));
    ALD_TRY(ald_json_parse(text.data, text.len, ret_doc, err));
    *res = (struct ald_http_res){.req = &req, .status = 200, .next_offset = -1, .first_line = 1, .server_date = ALD_TIME_NONE,
                                 .body = text.data, .body_n = text.len, .doc = *ret_doc, .facts = r->facts};
    ald_json_root(*ret_doc, &res->root);
    *ret_rows = (struct ald_rows){.arena = arena};
    return stream->page(r->cfg, res, ret_rows, &next, err);
}

static enum ald_rc land_rows(struct reread *r, const struct ald_stream *stream, const struct ald_rows *rows, int64_t seen_at,
                             struct ald_err *err)
{
    ALD_TRY(ald_store_begin(r->store, err));
    r->land.now = seen_at;
    enum ald_rc rc = ald_land_page(&r->land, stream->name, rows, NULL, err);
    if (rc == ALD_OK)
        rc = ald_store_commit(r->store, err);
    if (rc != ALD_OK)
        ald_store_rollback(r->store);
    return rc;
}

/** A page that cannot be read as a whole is read element by element; one that cannot be read alone is counted. */
static enum ald_rc some(struct reread *r, const struct ald_stream *stream, struct item *items, size_t n, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    struct ald_rows rows;
    struct ald_err why = {0};
    if (read_page(r, stream, items, n, arena, &doc, &rows, &why) != ALD_OK) {
        for (size_t i = 0; n > 1 && i < n; i++)
            ALD_TRY(some(r, stream, &items[i], 1, err));
        if (n == 1)
            r->out->unreadable++;
        return ALD_OK;
    }
    ald_facts_take(r->facts, &rows);
    return land_rows(r, stream, &rows, items[0].seen_at, err);
}

/** Runs of elements with one subject: a page of details is of one record. */
static enum ald_rc by_subject(struct reread *r, const struct ald_stream *stream, struct item *items, size_t n, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    for (size_t i = 0, end; i < n; i = end) {
        const char *subject = NULL, *other = NULL;
        ALD_TRY(subject_of(r, arena, stream, items[i].element, &subject, err));
        for (end = i + 1; end < n; end++) {
            ALD_TRY(subject_of(r, arena, stream, items[end].element, &other, err));
            if (!subject != !other || (subject && strcmp(subject, other) != 0))
                break;
        }
        ALD_TRY(some(r, stream, &items[i], end - i, err));
    }
    return ALD_OK;
}

/* ---- All of a stream ---- */

static enum ald_rc take_chunk(struct reread *r, const char *stream, const char *after, int64_t after_id, struct ald_arena *arena,
                              struct item *items, size_t *ret_n, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    *ret_n = 0;
    ALD_TRY(ald_q_open(r->store, r->how->quarantined ? "reread_quarantine" : "reread_raw", &q, err));
    ald_q_text(q, 1, r->cfg->name);
    ald_q_text(q, 2, stream);
    if (r->how->quarantined)
        ald_q_int(q, 3, after_id);
    else
        ald_q_text(q, 3, after);
    ald_q_int(q, 4, CHUNK);
    if (r->how->quarantined)
        ald_q_int(q, 5, r->how->only);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        items[(*ret_n)++] = (struct item){.id = ald_q_col_int(q, 0),
                                          .element = ald_strdup(arena, ald_q_col_text(q, 1)),
                                          .raw = ald_strdup(arena, ald_q_col_text(q, 2)),
                                          .seen_at = ald_q_col_time(q, 3)};
    }
}

/** Elements whose text was kept come first in items; the others are counted. */
static size_t with_text(struct reread *r, struct item *items, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (*items[i].raw)
            items[kept++] = items[i];
        else
            r->out->without_text++;
    }
    return kept;
}

static enum ald_rc stream_again(struct reread *r, const struct ald_stream *stream, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *place = ald_arena_new();
    struct item *items = ald_calloc(place, CHUNK, sizeof *items);
    const char *after = "";
    int64_t after_id = 0;
    for (size_t n = CHUNK; n == CHUNK;) {
        ald_arena_reset(arena);
        ALD_TRY(take_chunk(r, stream->name, after, after_id, arena, items, &n, err));
        if (n == 0)
            break;
        after = ald_strdup(place, items[n - 1].element);
        after_id = items[n - 1].id;
        size_t kept = with_text(r, items, n);
        if (!list_of(r, stream) && !stream->alone) {
            r->out->whole_pages += (int64_t)kept;
            continue;
        }
        r->out->elements += (int64_t)kept;
        if (kept)
            ALD_TRY(by_subject(r, stream, items, kept, err));
    }
    return ALD_OK;
}

enum ald_rc ald_ingest_reread(struct ald_store *store, const struct ald_source_cfg *source, const struct ald_reread *how,
                              struct ald_reread_outcome *ret, struct ald_err *err)
{
    const struct ald_connector *connector = ald_connector_find(source->type);
    *ret = (struct ald_reread_outcome){.elements = 0};
    if (!connector)
        return ald_fail(err, ALD_ERR_CONFIG, "source '%s': this version has no type '%s'", source->name, source->type);
    ALD_CLEANUP(reread_done)
    struct reread r = {.store = store,
                       .how = how,
                       .cfg = source,
                       .connector = connector,
                       .facts = ald_facts_new(),
                       .land = {.store = store, .cfg = source, .connector = connector, .free_text = how->free_text, .stored = true},
                       .out = ret};
    for (size_t i = 0; i < connector->streams_n; i++)
        if (!connector->streams[i].as) /* its elements are those of another stream, which come there */
            ALD_TRY(stream_again(&r, &connector->streams[i], err));
    ret->records_new = r.land.records_new;
    ret->records_changed = r.land.records_changed;
    ret->events_new = r.land.events_new;
    ret->said_new = r.land.said_new;
    return ALD_OK;
}
