/* alidade quarantine: what could not be understood, and what becomes of it; alidade remap: all that is kept is read again. Neither
 * needs the network. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/json.h"
#include "alidade/utf8.h"
#include "commands.h"
#include "named.h"

#define REASON_CHARS 160

/* ---- Sources as the store knows them ---- */

static const struct ald_source_cfg *configured(const struct ald_session *s, const char *name)
{
    for (size_t i = 0; i < s->config.sources_n; i++)
        if (strcmp(s->config.sources[i].name, name) == 0)
            return &s->config.sources[i];
    return NULL;
}

static enum ald_rc sources_of(struct ald_session *s, const char *query, struct ald_source_cfg **ret, size_t *ret_n, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    size_t cap = 0;
    *ret = NULL;
    *ret_n = 0;
    ALD_TRY(ald_q_open(s->store, query, &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        const struct ald_source_cfg *known = configured(s, ald_q_col_text(q, 0));
        struct ald_source_cfg source = {.name = ald_strdup(s->arena, ald_q_col_text(q, 0)), .type = ald_strdup(s->arena, ald_q_col_text(q, 1)),
                                        .kind = ald_strdup(s->arena, ald_q_col_text(q, 2)), .role = ald_strdup(s->arena, ald_q_col_text(q, 3)),
                                        .since = ALD_TIME_NONE, .overlap_ms = -1};
        *ret = ald_grow(s->arena, *ret, *ret_n, &cap, sizeof **ret);
        (*ret)[(*ret_n)++] = known && strcmp(known->type, source.type) == 0 ? *known : source;
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

/* Of a file what was taken before is taken again: columns that were left out then are left out now. */
static void take_extra(struct ald_session *s, struct ald_source_cfg *source)
{
    struct ald_source_opt *opts = ald_calloc(s->arena, source->opts_n + 1, sizeof *opts);
    for (size_t i = 0; i < source->opts_n; i++)
        opts[i] = source->opts[i];
    opts[source->opts_n] = (struct ald_source_opt){"ignore_extra", "true"};
    source->opts = opts;
    source->opts_n++;
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

static void print_counts(const char *name, const struct ald_reread_outcome *o)
{
    (void)printf("%s: %" PRId64 " element%s read again: %" PRId64 " new record%s, %" PRId64 " changed, %" PRId64 " new event%s", name,
                 o->elements, plural(o->elements), o->records_new, plural(o->records_new), o->records_changed, o->events_new,
                 plural(o->events_new));
    if (o->said_new)
        (void)printf(", %" PRId64 " new or changed row%s of reviews and learning", o->said_new, plural(o->said_new));
    if (o->unreadable)
        (void)printf(", %" PRId64 " not readable", o->unreadable);
    (void)putchar('\n');
    if (o->without_text)
        (void)printf("%s: %" PRId64 " whose text was not kept: only the source can give %s again (alidade ingest --full)\n", name,
                     o->without_text, o->without_text == 1 ? "it" : "them");
    if (o->whole_pages)
        (void)printf("%s: %" PRId64 " that only %s whole answer can tell: the source must give %s again (alidade ingest --full)\n", name,
                     o->whole_pages, o->whole_pages == 1 ? "a" : "their", o->whole_pages == 1 ? "it" : "them");
}

/* ---- remap ---- */

static bool wanted(const struct ald_session *s, const char *name)
{
    bool any = s->options.args_n == 0;
    for (int i = 0; i < s->options.args_n; i++)
        any = any || strcmp(s->options.args[i], name) == 0;
    return any;
}

static enum ald_rc remap_all(struct ald_session *s, struct ald_source_cfg *sources, size_t n, int *ret_code, struct ald_err *err)
{
    const struct ald_reread how = {.free_text = s->config.settings.free_text};
    for (size_t i = 0; i < n; i++) {
        struct ald_reread_outcome outcome;
        if (!wanted(s, sources[i].name))
            continue;
        take_extra(s, &sources[i]);
        ALD_TRY(ald_ingest_reread(s->store, &sources[i], &how, &outcome, err));
        print_counts(sources[i].name, &outcome);
        if (outcome.unreadable)
            *ret_code = ald_worse_code(*ret_code, 3);
    }
    return ALD_OK;
}

enum ald_rc ald_cmd_remap(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_source_cfg *sources = NULL;
    size_t n = 0;
    ALD_TRY(sources_of(s, "cli_sources", &sources, &n, err));
    for (int a = 0; a < s->options.args_n; a++) {
        bool found = false;
        for (size_t i = 0; i < n; i++)
            found = found || strcmp(sources[i].name, s->options.args[a]) == 0;
        if (!found)
            return ald_fail(err, ALD_ERR_UNKNOWN, "no source '%.64s' in '%s'", s->options.args[a], s->config.store);
    }
    ALD_TRY(ald_run_begin(s, err));
    enum ald_rc rc = remap_all(s, sources, n, ret_code, err);
    return ald_run_end(s, rc, *ret_code, err);
}

/* ---- quarantine ---- */

static enum ald_rc number_of(const char *text, int64_t *ret, struct ald_err *err)
{
    char *end = NULL;
    *ret = strtoll(text, &end, 10);
    if (end == text || *end || *ret < 1)
        return ald_fail(err, ALD_ERR_USAGE, "found '%.40s', expected the number of an element in quarantine (see quarantine list)", text);
    return ALD_OK;
}

static enum ald_rc open_row(struct ald_session *s, int64_t id, struct ald_q **ret, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_quarantine_get", &q, err));
    ald_q_int(q, 1, id);
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row)
        return ald_fail(err, ALD_ERR_UNKNOWN, "there is nothing of number %" PRId64 " in quarantine (see quarantine list)", id);
    *ret = q;
    q = NULL;
    return ALD_OK;
}

static void row_json(struct ald_jw *w, struct ald_q *q, bool whole)
{
    static const char *const texts[] = {"source", "stream", "element", "reason"};
    ald_jw_object(w);
    ald_jw_key(w, "id");
    ald_jw_int(w, ald_q_col_int(q, 0));
    for (int i = 0; i < 4; i++) {
        ald_jw_key(w, texts[i]);
        ald_jw_str(w, ald_q_col_text(q, i + 1));
    }
    ald_jw_key(w, "first_seen");
    ald_jw_time(w, ald_q_col_time(q, 5));
    ald_jw_key(w, "last_seen");
    ald_jw_time(w, ald_q_col_time(q, 6));
    if (whole) {
        ald_jw_key(w, "raw");
        ald_jw_str(w, ald_q_col_text(q, 7));
    }
    ald_jw_object_end(w);
}

static void row_text(struct ald_session *s, struct ald_q *q)
{
    char at[32];
    const char *reason = ald_after_name(ald_shown(s, ald_q_col_text(q, 4)), ald_shown(s, ald_q_col_text(q, 3)));
    size_t cut = ald_utf8_prefix(reason, REASON_CHARS);
    (void)printf("%-5" PRId64 " %s/%s %s, since %.10s\n      %.*s%s\n", ald_q_col_int(q, 0), ald_q_col_text(q, 1), ald_q_col_text(q, 2),
                 ald_shown(s, ald_q_col_text(q, 3)), ald_time_format(ald_q_col_time(q, 5), at), (int)cut, reason, reason[cut] ? "..." : "");
}

static enum ald_rc list(struct ald_session *s, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
    bool row = false;
    int64_t n = 0;
    ald_jw_init(w, ald_json_sink_file(stdout), 0);
    ALD_TRY(ald_q_open(s->store, "cli_quarantine_list", &q, err));
    ald_q_text(q, 1, s->options.source);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        n++;
        if (s->options.json) {
            row_json(w, q, false);
            ald_jw_newline(w);
        } else {
            row_text(s, q);
        }
        ALD_TRY(ald_q_step(q, &row, err));
    }
    ALD_TRY(ald_jw_finish(w, err));
    ald_say(s, n ? "%" PRId64 " in quarantine" : "nothing in quarantine", n);
    return ALD_OK;
}

/* What was sent, as far as it was kept. */
static void print_raw(struct ald_session *s, const char *raw)
{
    (void)printf("      %s\n", *raw ? ald_shown(s, raw) : "(its text was not kept: people could not be replaced in it, or free_text is off)");
}

static enum ald_rc show(struct ald_session *s, int64_t id, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    ALD_TRY(open_row(s, id, &q, err));
    if (s->options.json) {
        struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
        ald_jw_init(w, ald_json_sink_file(stdout), 2);
        row_json(w, q, true);
        return ald_jw_finish(w, err);
    }
    row_text(s, q);
    print_raw(s, ald_q_col_text(q, 7));
    return ALD_OK;
}

static enum ald_rc is_there(struct ald_session *s, int64_t id, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    return open_row(s, id, &q, err);
}

static enum ald_rc retry(struct ald_session *s, int64_t id, int *ret_code, struct ald_err *err)
{
    struct ald_source_cfg *sources = NULL;
    size_t n = 0;
    if (id)
        ALD_TRY(is_there(s, id, err));
    const struct ald_reread how = {.quarantined = true, .only = id, .free_text = s->config.settings.free_text};
    ALD_TRY(sources_of(s, "cli_quarantine_sources", &sources, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct ald_reread_outcome outcome;
        if (s->options.ignore_extra)
            take_extra(s, &sources[i]);
        ALD_TRY(ald_ingest_reread(s->store, &sources[i], &how, &outcome, err));
        if (outcome.elements || outcome.without_text || outcome.whole_pages)
            print_counts(sources[i].name, &outcome);
    }
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_quarantine_count", &q, err));
    ald_q_int(q, 1, id);
    ALD_TRY(ald_q_step(q, &row, err));
    int64_t left = row ? ald_q_col_int(q, 0) : 0;
    (void)printf("%" PRId64 " still in quarantine\n", left);
    if (left)
        *ret_code = 3;
    return ALD_OK;
}

/* Says in full what goes; the reason stays as a remark of every report. */
static enum ald_rc drop(struct ald_session *s, int64_t id, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_q *ALD_CLEANUP(ald_q_closep) gone = NULL;
    const char *reason = s->options.reason;
    if (!reason || !reason[strspn(reason, " \t")])
        return ald_fail(err, ALD_ERR_USAGE, "dropping needs a reason: --reason TEXT; it stays in Data quality");
    ALD_TRY(ald_named_words(s, &reason, err));
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(open_row(s, id, &q, err));
    const char *source = ald_strdup(s->arena, ald_q_col_text(q, 1));
    const char *subject = ald_sprintf(s->arena, "%s/%s", ald_q_col_text(q, 2), ald_q_col_text(q, 3));
    row_text(s, q);
    print_raw(s, ald_q_col_text(q, 7));
    ald_q_closep(&q);
    ALD_TRY(ald_q_open(s->store, "cli_quarantine_drop", &gone, err));
    ald_q_int(gone, 1, id);
    ALD_TRY(ald_q_run(gone, err));
    ALD_TRY(ald_finding_set(s->store, "quarantine_dropped", source, subject, ald_sprintf(s->arena, "dropped from quarantine: %s", reason), 1,
                            "info", err));
    ALD_TRY(ald_store_touch(s->store, err));
    ALD_TRY(ald_store_commit(s->store, err));
    (void)printf("dropped\n");
    return ALD_OK;
}

enum ald_rc ald_cmd_quarantine(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    const char *verb = s->options.args_n ? s->options.args[0] : "list";
    int64_t id = 0;
    if (s->options.args_n > 1)
        ALD_TRY(number_of(s->options.args[1], &id, err));
    if (s->options.args_n > 2)
        return ald_fail(err, ALD_ERR_USAGE, "quarantine %.20s takes one number, found also '%.40s'", verb, s->options.args[2]);
    if (strcmp(verb, "list") == 0 && !id)
        return list(s, err);
    if (strcmp(verb, "retry") == 0)
        return retry(s, id, ret_code, err);
    if (strcmp(verb, "show") == 0 && id)
        return show(s, id, err);
    if (strcmp(verb, "drop") == 0 && id)
        return drop(s, id, err);
    if (strcmp(verb, "show") == 0 || strcmp(verb, "drop") == 0)
        return ald_fail(err, ALD_ERR_USAGE, "quarantine %s needs the number of an element (see quarantine list)", verb);
    return ald_fail(err, ALD_ERR_USAGE, "quarantine: found '%.40s', expected list, show N, retry [N] or drop N", verb);
}
