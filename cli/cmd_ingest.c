/* alidade ingest: pulls records of the configured sources into the store. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "near.h"
#include "owner.h"
#include "progress.h"
#include "session.h"

enum ald_rc ald_choose_sources(const struct ald_session *s, struct ald_source_cfg **ret, size_t *ret_n, struct ald_err *err)
{
    struct ald_source_cfg *chosen = ald_calloc(s->arena, s->config.sources_n + 1, sizeof *chosen);
    size_t n = 0;
    bool all = s->options.args_n == 0 || strcmp(s->options.command, "run") == 0;
    for (int a = 0; !all && a < s->options.args_n; a++) {
        bool found = false;
        struct ald_near near = ald_near_begin(s->options.args[a]);
        char room[ALD_NEAR_MAX];
        for (size_t i = 0; i < s->config.sources_n; i++) {
            found = found || strcmp(s->config.sources[i].name, s->options.args[a]) == 0;
            ald_near_offer(&near, s->config.sources[i].name);
        }
        if (!found)
            return ald_fail(err, ALD_ERR_USAGE, "no source '%.64s' in %s%s", s->options.args[a], s->config.path, ald_near_text(&near, room));
    }
    for (size_t i = 0; i < s->config.sources_n; i++) {
        bool wanted = all;
        for (int a = 0; !all && a < s->options.args_n; a++)
            wanted = wanted || strcmp(s->config.sources[i].name, s->options.args[a]) == 0;
        if (wanted)
            chosen[n++] = s->config.sources[i];
    }
    if (n == 0)
        return ald_fail(err, ALD_ERR_CONFIG, "%s: key 'sources': nothing to ingest, expected at least one source (alidade import FILE reads files, alidade "
                                              "analyze and alidade report what is stored)",
                        s->config.path);
    *ret = chosen;
    *ret_n = n;
    return ALD_OK;
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* One line a stream, each with its source. */
static void print_dry_run(const struct ald_source_outcome *o)
{
    for (const char *line = o->dry_run; *line;) {
        size_t n = strcspn(line, "\n");
        (void)printf("%s: %.*s\n", o->source, (int)n, line);
        line += n + (line[n] == '\n');
    }
}

/* The outcome's message without "source 'x': ", where the line begins with the source anyway. */
static const char *message_of(const struct ald_session *s, const struct ald_source_outcome *o)
{
    const char *head = ald_sprintf(s->arena, "source '%s': ", o->source);
    size_t n = strlen(head);
    return ald_shown(s, strncmp(o->message, head, n) == 0 ? o->message + n : o->message);
}

/* What -q does not silence: a run that left something out. */
static void print_left_out(const struct ald_session *s, const struct ald_source_outcome *o)
{
    char put_aside[64] = "";
    if (o->rc != ALD_OK || !(o->gap || o->quarantined_new))
        return;
    if (o->quarantined_new)
        (void)snprintf(put_aside, sizeof put_aside, "%lld quarantined (alidade status)", (long long)o->quarantined_new);
    const char *gap = !o->gap ? "" : *o->message ? message_of(s, o) : "a gap, see alidade status";
    if (s->log.json)
        ald_log_kv(&s->log, ALD_LOG_ERROR, "source", "source", o->source, "message", *gap ? gap : put_aside, NULL);
    else
        (void)fprintf(stderr, "alidade: source '%s': %s%s%s\n", o->source, gap, *gap && *put_aside ? "; " : "", put_aside);
}

static void print_outcome(const struct ald_session *s, const struct ald_source_outcome *o)
{
    if (o->dry_run) {
        print_dry_run(o);
        return;
    }
    if (o->rc != ALD_OK) {
        if (s->log.json)
            ald_log_kv(&s->log, ALD_LOG_ERROR, "source", "source", o->source, "kind", ald_rc_info(o->rc)->name, "message", o->message, NULL);
        else
            (void)fprintf(stderr, "alidade: source '%s': %s\n", o->source, message_of(s, o));
    }
    if (s->options.quiet) {
        print_left_out(s, o);
        return;
    }
    bool nothing = !o->said_new && !o->records_new && !o->records_changed && !o->events_new && !o->requests && o->rc == ALD_OK;
    bool said_only = o->said_new && !o->records_new && !o->records_changed && !o->events_new && !o->requests;
    (void)printf("%s: ", o->source);
    if (nothing)
        (void)printf("nothing new");
    else if (!said_only)
        (void)printf("%lld new record%s, %lld changed, %lld new event%s, %lld request%s%s", (long long)o->records_new, plural(o->records_new),
                     (long long)o->records_changed, (long long)o->events_new, plural(o->events_new), (long long)o->requests,
                     plural(o->requests), o->rc != ALD_OK ? " - incomplete" : "");
    if (o->said_new)
        (void)printf("%s%lld new or changed row%s of reviews and learning", said_only ? "" : ", ", (long long)o->said_new, plural(o->said_new));
    if (o->quarantined_new)
        (void)printf(", %lld quarantined (alidade status)", (long long)o->quarantined_new);
    if (o->gap && o->rc == ALD_OK)
        (void)printf(" - gap: %s", *o->message ? message_of(s, o) : "see alidade status");
    (void)putchar('\n');
}

int ald_outcome_code(const struct ald_source_outcome *o)
{
    if (o->rc == ALD_OK)
        return o->gap || o->quarantined_new ? 3 : 0;
    /* One source's trouble is a gap of this run, unless it is the user's to mend: credentials or configuration. */
    return o->rc == ALD_ERR_AUTH ? 4 : o->rc == ALD_ERR_CONFIG ? 2 : 3;
}

static enum ald_rc window_of(const struct ald_session *s, struct ald_ingest_opts *opts, struct ald_err *err)
{
    ALD_TRY(ald_session_time(s, "since", s->options.since, &opts->since, err));
    ALD_TRY(ald_session_time(s, "until", s->options.until, &opts->until, err));
    if (opts->since != ALD_TIME_NONE && opts->until != ALD_TIME_NONE && opts->since >= opts->until)
        return ald_fail(err, ALD_ERR_USAGE, "--until: found '%.60s', expected a time after --since %.60s", s->options.until,
                        s->options.since);
    if (opts->full && (s->options.since || s->options.until))
        return ald_fail(err, ALD_ERR_USAGE, "--full reads everything: leave out --since and --until");
    if (opts->record && (s->options.since || s->options.until || opts->dry_run))
        return ald_fail(err, ALD_ERR_USAGE, "--record keeps a whole run: leave out --since, --until and --dry-run");
    if (opts->record && !opts->free_text)
        return ald_fail(err, ALD_ERR_CONFIG, "%s: key 'free_text': off stores no texts, but pages hold them: --record needs free_text: on",
                        s->config.path);
    return ALD_OK;
}

enum ald_rc ald_ingest_sources(struct ald_session *s, const struct ald_source_cfg *sources, size_t n, int *ret_code, struct ald_err *err)
{
    struct ald_ingest_opts opts = {
        .sources = sources,
        .sources_n = n,
        .full = s->options.full,
        .dry_run = s->options.dry_run,
        .whole_or_not = strcmp(s->options.command, "import") == 0,
        .people = s->config.people,
        .free_text = s->config.settings.free_text,
        .people_aliases = s->config.people_aliases,
        .key_path = s->config.key_path,
        .version = ALD_VERSION,
        .record = s->options.record,
        .run_id = s->run_id,
        .clock = s->clock,
        .log = &s->log,
        .progress = ald_progress_ingest,
        .progress_ctx = s,
        .stop = ald_stopped,
    };
    ALD_TRY(window_of(s, &opts, err));
    ALD_TRY(ald_session_check_key(s, err));
    ALD_TRY(ald_owner_note(s, err));
    struct ald_source_outcome *outcomes = ald_calloc(s->arena, n, sizeof *outcomes);
    enum ald_rc rc = ald_ingest_run(s->store, &opts, s->arena, outcomes, err);
    ald_progress_note(s, NULL);
    /* Of a store that fails nobody knows which rows it kept: counts would promise too much. */
    bool counts = rc == ALD_OK || rc == ALD_ERR_STOPPED;
    for (size_t i = 0; i < n && outcomes[i].source && counts; i++) {
        print_outcome(s, &outcomes[i]);
        /* One file that cannot be read is all that an import was for. */
        bool nothing = outcomes[i].rc != ALD_OK && strcmp(s->options.command, "import") == 0;
        *ret_code = ald_worse_code(*ret_code, nothing ? 1 : ald_outcome_code(&outcomes[i]));
    }
    return rc;
}

enum ald_rc ald_step_ingest(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_source_cfg *sources = NULL;
    size_t n = 0;
    ALD_TRY(ald_choose_sources(s, &sources, &n, err));
    if (!s->options.dry_run)
        ALD_TRY(ald_ingest_forget_unread(s->store, s->config.sources, s->config.sources_n, err));
    return ald_ingest_sources(s, sources, n, ret_code, err);
}

enum ald_rc ald_cmd_ingest(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    ALD_TRY(ald_run_begin(s, err));
    enum ald_rc rc = ald_step_ingest(s, ret_code, err);
    return ald_run_end(s, rc, *ret_code, err);
}
