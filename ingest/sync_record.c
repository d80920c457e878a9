/* A run that is written down, and one that is read from a recording instead of the network. Knows what of a run the
 * answers depend on; where they lie is recording.c's. */
#include "sync_priv.h"

#include "alidade/limits.h"

static const char *people_name(enum ald_people people)
{
    return people == ALD_PEOPLE_NONE ? "none" : people == ALD_PEOPLE_NAMES ? "names" : "pseudonyms";
}

static struct ald_recording_run run_of(const struct ald_sync *s)
{
    return (struct ald_recording_run){
        .source = s->cfg->name,
        .type = s->connector->type.type,
        .people = people_name(s->opts->people),
        .base_url = s->cfg->base_url ? s->cfg->base_url : s->connector->type.default_base_url,
        .began = s->began,
    };
}

enum ald_rc ald_sync_replay_open(struct ald_sync *s, struct ald_err *err)
{
    const struct ald_recording_run run = run_of(s);
    enum ald_rc rc = ald_recording_open(s->cfg->replay, &run, &s->replay, err);
    if (rc != ALD_OK)
        return ald_wrap(err, "source '%s'", s->cfg->name);
    s->clock = ald_recording_clock(s->replay);
    s->began = s->clock.now_ms(s->clock.ctx);
    return ALD_OK;
}

enum ald_rc ald_sync_record_open(struct ald_sync *s, struct ald_err *err)
{
    if (!s->opts->record || s->connector->type.is_file) /* a file is its own record */
        return ALD_OK;
    const struct ald_recording_run run = run_of(s);
    enum ald_rc rc = ald_recording_create(s->opts->record, &run, &s->record, err);
    return rc == ALD_OK ? rc : ald_wrap(err, "source '%s'", s->cfg->name);
}

int64_t ald_sync_ended(const struct ald_sync *s)
{
    return s->replay ? ald_recording_ended(s->replay) : s->clock.now_ms(s->clock.ctx);
}

enum ald_rc ald_sync_record_finish(struct ald_sync *s, struct ald_err *err)
{
    return s->record ? ald_recording_finish(s->record, ald_sync_ended(s), err) : ALD_OK;
}

/* ---- Windows ---- */

enum ald_rc ald_sync_record_window(struct ald_sync *s, const struct ald_stream *stream, struct ald_window *window,
                                   int64_t *started, struct ald_err *err)
{
    if (s->replay)
        (void)ald_recording_window_get(s->replay, stream->name, window, started);
    return s->record ? ald_recording_window_put(s->record, stream->name, window, *started, err) : ALD_OK;
}

/* ---- Pages ---- */

enum ald_rc ald_sync_record_page(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_page *page,
                                 const struct ald_err *failure, struct ald_err *err)
{
    if (!s->record || page->req.text) /* people cannot be found in what is no document */
        return ALD_OK;
    ALD_CLEANUP(ald_buf_done) struct ald_buf body;
    ald_buf_init(&body, ALD_MAX_FILE_BYTES);
    struct ald_recorded out = {.req = &page->req,
                               .stream = stream->name,
                               .at = page->at,
                               .ms = page->ms,
                               .bytes = (int64_t)page->bytes,
                               .repairs = (int64_t)page->repairs,
                               .status = page->res.status,
                               .headers = page->res.headers,
                               .headers_n = page->res.headers_n};
    if (failure) {
        out.failure = *failure;
        out.lost = s->connection_lost;
    } else if (page->doc) {
        ALD_TRY(ald_json_text(&page->res.root, &body, err));
        out.people = page->people;
        out.body = body.data;
        out.body_n = body.len;
    }
    return ald_recording_put(s->record, &out, err);
}

enum ald_rc ald_sync_replay_page(struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_page *page,
                                 struct ald_err *err)
{
    struct ald_recorded in;
    enum ald_rc rc = ald_recording_get(s->replay, stream->name, &page->req, page->arena, &in, err);
    if (rc == ALD_ERR_IO && stream->optional && !ald_recording_holds(s->replay, stream->name)) {
        page->res = (struct ald_http_res){.req = &page->req, .next_offset = -1, .server_date = ALD_TIME_NONE};
        page->refused = true;
        s->out->requests--; /* nobody was asked, and nobody answered */
        return ALD_OK;
    }
    ALD_TRY(rc);
    page->at = in.at == ALD_TIME_NONE ? s->clock.now_ms(s->clock.ctx) : in.at;
    page->ms = in.ms;
    page->bytes = in.bytes ? (size_t)in.bytes : in.body_n;
    page->repairs = (size_t)in.repairs;
    page->people = in.people;
    page->res = (struct ald_http_res){.req = &page->req,
                                      .status = in.status,
                                      .headers = in.headers,
                                      .headers_n = in.headers_n,
                                      .body = in.body ? in.body : "",
                                      .body_n = in.body_n,
                                      .next_offset = -1,
                                      .server_date = ALD_TIME_NONE};
    const char *date = ald_http_header(&page->res, "date");
    if (date && !ald_time_parse_http(date, &page->res.server_date))
        page->res.server_date = ALD_TIME_NONE;
    if (in.failure.rc == ALD_OK)
        return ALD_OK;
    s->connection_lost = in.lost;
    return ald_fail(err, in.failure.rc, "%s", in.failure.msg);
}

/* ---- A recording that was read before ---- */

enum ald_rc ald_sync_replayed(struct ald_sync *s, bool *ret, struct ald_err *err)
{
    const struct ald_connector *c = s->connector;
    *ret = s->replay && !s->opts->full && !s->temporary;
    for (size_t i = 0; *ret && i < c->streams_n; i++) {
        const struct ald_stream *stream = &c->streams[i];
        if (stream->wanted && !stream->wanted(s->cfg))
            continue;
        ALD_CLEANUP(ald_sync_cursor_done) struct ald_sync_cursor row = {0};
        ALD_TRY(ald_sync_cursor_load(s, stream->name, &row, err));
        *ret = row.exists && row.complete && (stream->parent || ald_sync_scope_is(s, &row));
    }
    return ALD_OK;
}
