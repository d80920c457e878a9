/* One source's run: its secrets, connection, streams and outcome. Knows the order of
 * things, no API, no SQL and no libcurl. */
#include "ends.h"
#include "sync_priv.h"

#include <stdio.h>
#include <string.h>

static const char *base_url(const struct ald_sync *s)
{
    return s->cfg->base_url ? s->cfg->base_url : s->connector->type.default_base_url;
}

/* ---- credentials ---- */

static enum ald_rc load_secret(const char *what, const char *env, const char *file,
                               bool needed, struct ald_secret *ret, struct ald_err *err)
{
    enum ald_rc rc = ALD_OK;
    if (env) {
        rc = ald_secret_from_env(env, ret, err);
        if (rc != ALD_OK)
            (void)ald_wrap(err, "%s_env", what);
    } else if (file) {
        rc = ald_secret_from_file(file, ret, err);
        if (rc != ALD_OK)
            (void)ald_wrap(err, "%s_file", what);
    } else if (needed) {
        rc = ald_fail(err, ALD_ERR_CONFIG, "needs %s_env or %s_file", what, what);
    }
    if (rc != ALD_OK && (env || file))
        err->rc = ALD_ERR_AUTH;
    return rc == ALD_OK ? ALD_OK : err->rc;
}

enum ald_rc ald_sync_secrets(struct ald_sync *s, struct ald_err *err)
{
    const struct ald_source_type *type = &s->connector->type;
    bool token_needed =
        type->needs_token && (!type->token_when_key || ald_source_opt(s->cfg, type->token_when_key) != NULL);
    struct ald_err user = {0}, token = {0};
    (void)load_secret("user", s->cfg->user_env, s->cfg->user_file, type->needs_user, &s->user, &user);
    (void)load_secret("token", s->cfg->token_env, s->cfg->token_file, token_needed, &s->token, &token);
    if (user.rc == ALD_OK && token.rc == ALD_OK)
        return ALD_OK;
    const enum ald_rc rc = user.rc == ALD_ERR_CONFIG || token.rc == ALD_ERR_CONFIG ? ALD_ERR_CONFIG : ALD_ERR_AUTH;
    return ald_fail(err, rc, "source '%s': %s%s%s", s->cfg->name, user.msg, *user.msg && *token.msg ? "; " : "", token.msg);
}

const char *ald_sync_credentials(const struct ald_sync *s)
{
    const struct ald_source_cfg *c = s->cfg;
    const char *user = "", *token = "";
    if (c->user_env || c->user_file)
        user = ald_sprintf(s->arena, "%s %s", c->user_env ? "user_env" : "user_file",
                           c->user_env ? c->user_env : c->user_file);
    if (c->token_env || c->token_file)
        token = ald_sprintf(s->arena, "%s %s", c->token_env ? "token_env" : "token_file",
                            c->token_env ? c->token_env : c->token_file);
    if (!*user && !*token)
        return "no credentials were given";
    return ald_sprintf(s->arena, "%s%s%s", user, *user && *token ? ", " : "", token);
}

/* ---- the source's own row ---- */

static enum ald_rc check_type(struct ald_sync *s, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_source_type", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    bool row;
    ALD_TRY(ald_q_step(q, &row, err));
    const char *type = row ? ald_q_col_text(q, 0) : s->cfg->type;
    const struct ald_connector *before = ald_connector_find(type);
    bool both_files = before && before->type.is_file && s->connector->type.is_file; /* of the same lines */
    if (strcmp(type, s->cfg->type) != 0 && !both_files)
        return ald_fail(
            err, ALD_ERR_CONFIG,
            "source '%s': the store holds records of a %s source of that name, the configuration says %s; give "
            "the new source another name",
            s->cfg->name, type, s->cfg->type);
    return ALD_OK;
}

static enum ald_rc put_source(struct ald_sync *s, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(ald_q_open(s->store, "sync_source_put", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_text(q, 2, s->cfg->type);
    ald_q_text(q, 3, s->cfg->kind ? s->cfg->kind : s->connector->type.default_kind);
    ald_q_text(q, 4, s->cfg->role ? s->cfg->role : "own");
    ald_q_text(q, 5, base_url(s));
    ALD_TRY(ald_q_run(q, err));
    bool changed = ald_store_changes(s->store) > 0;
    if (s->cfg->base_url) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *alias = NULL;
        ALD_TRY(ald_q_open(s->store, "sync_alias_put", &alias, err));
        ald_q_text(alias, 1, s->cfg->name);
        ald_q_text(alias, 2, s->cfg->base_url);
        ALD_TRY(ald_q_run(alias, err));
        changed = changed || ald_store_changes(s->store) > 0;
    }
    if (changed)
        ALD_TRY(ald_store_touch(s->store, err));
    return ald_store_commit(s->store, err);
}

/** Every attempt is noted; a success only when every stream is complete. */
static enum ald_rc put_result(struct ald_sync *s, struct ald_err *err)
{
    const char *why = NULL;
    if (s->out->rc != ALD_OK || s->out->gap)
        why = s->out->message[0] ? s->out->message : "something is missing";
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_source_result", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    ald_q_time(q, 2, ald_sync_ended(s));
    ald_q_text(q, 3, why);
    return ald_q_run(q, err);
}

/* ---- streams ---- */

bool ald_sync_wanted(const struct ald_sync *s, const struct ald_stream *stream)
{
    return !stream->wanted || stream->wanted(s->cfg);
}

static enum ald_rc run_stream(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    s->stream = stream;
    s->stream_pages = s->stream_rows = s->stream_total = s->stream_done = 0;
    if (s->connector->type.is_file)
        return ald_sync_file(s, stream, err);
    return stream->parent ? ald_sync_details(s, stream, err) : ald_sync_crawl(s, stream, err);
}

/** A failure of the source as a whole: nothing more is asked of it. */
static bool ends_source(enum ald_rc rc)
{
    return rc == ALD_ERR_AUTH || rc == ALD_ERR_STOPPED || rc == ALD_ERR_CONFIG;
}

static void outcome_fail(struct ald_sync *s, const struct ald_err *why)
{
    if (s->out->rc == ALD_OK) {
        s->out->rc = why->rc;
        (void)snprintf(s->out->message, sizeof s->out->message, "%s", why->msg);
    }
}

/** A stream that failed: what is missing, in the store and in the outcome. */
static enum ald_rc stream_failed(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *why,
                                 struct ald_err *err)
{
    const char *gap = ald_sprintf(s->arena, ALD_SYNC_INTERRUPTED ": %s", why->msg);
    if (why->rc == ALD_ERR_AUTH)
        (void)ald_wrap(why, "source '%s': the credentials were refused (%s)", s->cfg->name, ald_sync_credentials(s));
    else
        (void)ald_wrap(why, "source '%s': %s", s->cfg->name, stream->name);
    ald_ends_explain(&s->connector->type, s->clock.now_ms(s->clock.ctx), why);
    outcome_fail(s, why);
    return ald_sync_gap(s, stream->name, gap, err);
}

/** Main streams in the order of their table, then the details that they caused. */
static enum ald_rc run_streams(struct ald_sync *s, struct ald_err *err)
{
    const struct ald_connector *c = s->connector;
    bool ended = false;
    for (int details = 0; details <= 1; details++) {
        for (size_t i = 0; i < c->streams_n; i++) {
            const struct ald_stream *stream = &c->streams[i];
            if ((stream->parent != NULL && !c->type.is_file) != (details == 1) || !ald_sync_wanted(s, stream))
                continue;
            if (ended) {
                ALD_TRY(ald_sync_gap(s, stream->name, ALD_SYNC_INTERRUPTED " before this stream was reached", err));
                continue;
            }
            struct ald_err why = {0};
            enum ald_rc rc = run_stream(s, stream, &why);
            if (rc == ALD_OK) {
                ended = details == 1 && s->connection_lost;
                continue;
            }
            if (s->fatal || rc == ALD_ERR_DB) {
                if (err)
                    *err = why;
                return rc;
            }
            s->census_spoiled = true;
            s->lists_untold = s->lists_untold || details == 0;
            ended = ends_source(rc) || s->connection_lost;
            ALD_TRY(stream_failed(s, stream, &why, err));
        }
    }
    return ended ? ALD_OK : ald_sync_census(s, err);
}

/* ---- one source ---- */

static void on_wait(void *ctx, int64_t ms, const char *why)
{
    struct ald_sync *s = ctx;
    char text[32], note[160];
    (void)snprintf(note, sizeof note, "waiting %s: %s", ald_duration_format(ms, text), why ? why : "asked to");
    ald_gate_enter(s); /* asking goes on outside */
    ald_sync_progress(s, note);
    ald_gate_leave(s);
}

static bool on_stop(void *ctx)
{
    return ald_sync_stopped(ctx);
}

enum ald_rc ald_sync_connect(struct ald_sync *s, int64_t patience_ms, struct ald_err *err)
{
    char agent[64];
    (void)snprintf(agent, sizeof agent, "alidade/%s", s->opts->version ? s->opts->version : "0");
    const struct ald_http_cfg cfg = {
        .base_url = base_url(s),
        .ca_file = s->cfg->ca_file,
        .user_agent = agent,
        .user = &s->user,
        .token = &s->token,
        .clock = s->clock,
        .jitter_seed =
            ald_siphash(s->cfg->name, strlen(s->cfg->name)) ^ (uint64_t)s->clock.now_ms(s->clock.ctx),
        .log = s->opts->log,
        .connect_ms = s->cfg->timeout_ms,
        .low_speed_s = s->cfg->timeout_ms / 1000,
        .patience_ms = patience_ms,
        .waiting = on_wait,
        .stop = on_stop,
        .ctx = s,
    };
    if (!cfg.base_url)
        return ald_fail(err, ALD_ERR_CONFIG, "source '%s': base_url is missing", s->cfg->name);
    enum ald_rc rc = ald_http_open(&cfg, &s->http, err);
    return rc == ALD_OK ? rc : ald_wrap(err, "source '%s'", s->cfg->name);
}

/** What can be wrong before anything is asked; its failure is the source's, not the run's. */
static enum ald_rc prepare(struct ald_sync *s, struct ald_err *err)
{
    s->connector = ald_connector_find(s->cfg->type);
    if (!s->connector)
        return ald_fail(err, ALD_ERR_CONFIG, "source '%s': no type '%s'", s->cfg->name, s->cfg->type);
    ALD_TRY(check_type(s, err));
    if (s->connector->type.is_file)
        return ALD_OK;
    ALD_TRY(s->cfg->replay ? ald_sync_replay_open(s, err) : ald_sync_secrets(s, err));
    if (s->opts->dry_run)
        return ALD_OK;
    if (!s->cfg->replay)
        ALD_TRY(ald_sync_connect(s, 0, err));
    return ald_sync_record_open(s, err);
}

enum ald_rc ald_sync_check(struct ald_sync *s, struct ald_err *err)
{
    s->connector = ald_connector_find(s->cfg->type);
    if (!s->connector)
        return ALD_OK; /* said when its turn comes */
    ALD_TRY(check_type(s, err));
    return s->connector->type.is_file || s->cfg->replay ? ALD_OK : ald_sync_secrets(s, err);
}

void ald_sync_done(struct ald_sync *s)
{
    ald_http_closep(&s->http);
    ald_recording_closep(&s->record);
    ald_recording_closep(&s->replay);
    ald_known_names_freep(&s->scrub.known);
    ald_known_names_freep(&s->late);
    ald_facts_freep(&s->facts);
    ald_met_freep(&s->land.met);
    ald_equals_freep(&s->land.equals);
    ald_secret_done(&s->user);
    ald_secret_done(&s->token);
    ald_arena_pool_freep(&s->pages);
}

enum ald_rc ald_sync_source(struct ald_sync *s, struct ald_err *err)
{
    struct ald_err why = {0};
    s->began = s->clock.now_ms(s->clock.ctx);
    enum ald_rc rc = prepare(s, &why);
    if (rc == ALD_ERR_DB) {
        if (err)
            *err = why;
        return rc;
    }
    if (rc != ALD_OK)
        outcome_fail(s, &why);
    if (s->opts->dry_run)
        return rc == ALD_OK ? ald_sync_dry_run(s, err) : ALD_OK;
    if (!s->connector || rc == ALD_ERR_CONFIG)
        return ALD_OK;
    if (s->opts->whole_or_not && rc == ALD_OK && ald_sync_import_try(s, &why) != ALD_OK) {
        outcome_fail(s, &why);
        return ALD_OK;
    }
    rc = put_source(s, err);
    if (rc == ALD_OK && s->opts->whole_or_not)
        rc = ald_sync_import_heal(s, err);
    if (rc == ALD_OK) {
        rc = ald_sync_names_load(s, err);
        if (rc == ALD_OK)
            rc = ald_sync_census_begin(s, err);
    }
    if (rc == ALD_OK) {
        s->land.connector = s->connector;
        s->land.again = s->opts->full && !s->temporary;
        bool done = s->out->rc != ALD_OK;
        if (!done)
            rc = ald_sync_replayed(s, &done, err);
        if (rc == ALD_OK && !done)
            rc = run_streams(s, err);
        if (rc == ALD_OK)
            rc = ald_sync_names_mend(s, err);
        if (rc == ALD_OK)
            rc = ald_sync_record_finish(s, err);
    }
    if (rc == ALD_OK)
        rc = put_result(s, err);
    if (rc != ALD_OK)
        ald_store_rollback(s->store);
    return rc;
}
