/* alidade override, link, unlink, tag: people's word about incidents. Each is a row that can be listed and undone; what it
 * does to an incident is the analysis' business. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/lexicon.h"
#include "alidade/override.h"
#include "alidade/report.h"
#include "commands.h"
#include "doctor_names.h"
#include "named.h"

/* ---- Listing ---- */

static struct ald_node *list_node(struct ald_arena *a, const struct ald_decision *d)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "id", ald_node_int(a, d->id));
    ald_node_set(a, o, "kind", ald_node_str(a, ald_decision_kind_name(d->kind)));
    ald_node_set(a, o, "subject", ald_node_str(a, d->subject));
    ald_node_set(a, o, "field", ald_node_str(a, d->field));
    ald_node_set(a, o, "value", ald_node_str(a, d->value));
    ald_node_set(a, o, "reason", ald_node_str(a, d->reason));
    ald_node_set(a, o, "decided_at", ald_node_time(a, d->decided_at));
    ald_node_set(a, o, "decided_by", ald_node_str(a, d->decided_by));
    ald_node_set(a, o, "undone_at", ald_node_time(a, d->undone_at));
    ald_node_set(a, o, "undone_by", ald_node_str(a, d->undone_by));
    ald_node_set(a, o, "undone_reason", ald_node_str(a, d->undone_reason));
    return o;
}

/* "class of pager:Q1 is noise". */
static const char *sentence(struct ald_session *s, const struct ald_decision *d)
{
    const char *subject = ald_shown(s, d->subject);
    const char *value = ald_shown(s, d->value);
    switch (d->kind) {
    case ALD_DECIDE_LINK:
        return ald_sprintf(s->arena, "%s and %s are one incident", subject, value);
    case ALD_DECIDE_UNLINK:
        return ald_sprintf(s->arena, "%s and %s are not one incident", subject, value);
    case ALD_DECIDE_TAG:
        return ald_sprintf(s->arena, "%s of %s is %s", ald_shown(s, d->field), subject,
                           strcmp(value, "confirm") == 0 ? "confirmed" : "rejected");
    default:
        return ald_sprintf(s->arena, "%s of %s is %s", ald_shown(s, d->field), subject, value);
    }
}

static const char *signed_by(struct ald_session *s, const char *by)
{
    return by ? ald_sprintf(s->arena, " by %s", ald_shown(s, by)) : "";
}

static void print_decision(struct ald_session *s, const struct ald_decision *d)
{
    char at[32];
    (void)printf("%-4" PRId64 " %s\n     %.10s%s: %s\n", d->id, sentence(s, d), ald_time_format(d->decided_at, at),
                 signed_by(s, d->decided_by), ald_shown(s, d->reason));
    if (d->undone_at != ALD_TIME_NONE)
        (void)printf("     undone %.10s%s%s%s\n", ald_time_format(d->undone_at, at), signed_by(s, d->undone_by),
                     d->undone_reason ? ": " : "", ald_shown(s, d->undone_reason));
}

/* Links and unlinks are one list: each may answer the other. */
static bool listed(enum ald_decision_kind kind, enum ald_decision_kind wanted)
{
    bool pair = wanted == ALD_DECIDE_LINK || wanted == ALD_DECIDE_UNLINK;
    return pair ? kind == ALD_DECIDE_LINK || kind == ALD_DECIDE_UNLINK : kind == wanted;
}

static enum ald_rc list(struct ald_session *s, enum ald_decision_kind kind, struct ald_err *err)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) arena = ald_arena_new();
    struct ald_decision *all = NULL;
    size_t n = 0;
    size_t shown = 0;
    struct ald_jw *w = ald_alloc(arena, sizeof *w);
    ald_jw_init(w, ald_json_sink_file(stdout), 0);
    ALD_TRY(ald_decisions(s->store, ALD_DECISION_KIND_N, s->options.all, arena, &all, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (!listed(all[i].kind, kind))
            continue;
        shown++;
        if (s->options.json) {
            ald_node_write(w, list_node(arena, &all[i]), arena);
            ald_jw_newline(w);
        } else {
            print_decision(s, &all[i]);
        }
    }
    ALD_TRY(ald_jw_finish(w, err));
    if (!shown)
        ald_say(s, "none%s", s->options.all ? "" : " in force (--all shows those that were undone)");
    return ALD_OK;
}

/* ---- Undoing ---- */

static enum ald_rc undo(struct ald_session *s, enum ald_decision_kind kind, struct ald_err *err)
{
    char *end = NULL;
    int64_t id = strtoll(s->options.undo, &end, 10);
    struct ald_decision *all = NULL;
    const struct ald_decision *found = NULL;
    const char *by = NULL;
    size_t n = 0;
    if (end == s->options.undo || *end || id < 1)
        return ald_fail(err, ALD_ERR_USAGE, "--undo: found '%.40s', expected the number of a decision (see --list)", s->options.undo);
    ALD_TRY(ald_named_self(s, &by, err));
    ALD_TRY(ald_decisions(s->store, ALD_DECISION_KIND_N, true, s->arena, &all, &n, err));
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id)
            found = &all[i];
    if (found && !listed(found->kind, kind))
        return ald_fail(err, ALD_ERR_UNKNOWN, "decision %" PRId64 " is not of 'alidade %s' but of 'alidade %s'", id, s->options.command,
                        ald_decision_kind_name(found->kind));
    ALD_TRY(ald_named_words(s, &s->options.reason, err));
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(ald_decision_undo(s->store, id, s->clock.now_ms(s->clock.ctx), by, s->options.reason, err));
    ALD_TRY(ald_store_commit(s->store, err));
    (void)printf("decision %" PRId64 " undone; it was: %s\n", id, found ? sentence(s, found) : "");
    return ALD_OK;
}

/* ---- Deciding ---- */

static enum ald_rc decide(struct ald_session *s, struct ald_decision *d, struct ald_err *err)
{
    enum ald_decision_effect effect = ALD_DECISION_NEW;
    ALD_TRY(ald_named_self(s, &d->decided_by, err));
    ALD_TRY(ald_named_words(s, &s->options.reason, err));
    d->reason = s->options.reason;
    d->decided_at = s->clock.now_ms(s->clock.ctx);
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(ald_decision_add(s->store, d, &d->id, &effect, err));
    ALD_TRY(ald_store_commit(s->store, err));
    (void)printf("decision %" PRId64 ": %s%s\n", d->id, sentence(s, d),
                 effect == ALD_DECISION_SAME ? " (that was decided already)" : effect == ALD_DECISION_REPLACES ? " (replaces an earlier one)" : "");
    return ALD_OK;
}

/* True when the call was for a list or an undoing, which is then done. */
static enum ald_rc other_use(struct ald_session *s, enum ald_decision_kind kind, bool *ret_done, struct ald_err *err)
{
    *ret_done = s->options.list || s->options.undo;
    if (s->options.list && s->options.undo)
        return ald_fail(err, ALD_ERR_USAGE, "--list and --undo are two things: give one");
    if (*ret_done && s->options.args_n)
        return ald_fail(err, ALD_ERR_USAGE, "%s takes no incident, found '%.60s'", s->options.list ? "--list" : "--undo", s->options.args[0]);
    if (!*ret_done && (s->options.all || s->options.json))
        return ald_fail(err, ALD_ERR_USAGE, "--all and --json go with --list");
    if (!*ret_done && (!s->options.reason || !s->options.reason[strspn(s->options.reason, " \t")]))
        return ald_fail(err, ALD_ERR_USAGE, "a decision needs a reason: --reason TEXT, for whoever reads it later");
    if (s->options.list)
        return list(s, kind, err);
    return s->options.undo ? undo(s, kind, err) : ALD_OK;
}

/* A slip in a time takes the incident out of every figure: better said at once than found a quarter later. */
static enum ald_rc remark(struct ald_session *s, const struct ald_decision *d, struct ald_err *err)
{
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) an = NULL;
    size_t n = strlen(d->field);
    ALD_TRY(ald_names_remark(s, d->field, d->value, err));
    if (n < 3 || strcmp(d->field + n - 3, "_at") != 0)
        return ALD_OK;
    ALD_TRY(ald_store_begin_read(s->store, err));
    ALD_TRY(ald_session_analysis(s, &an, err));
    size_t i = ald_analysis_find(an, d->subject);
    if (i != SIZE_MAX && an->incidents[i].impossible)
        ald_say(s, "with it the end lies before the start, or in the future, and the incident is in no time: --undo %" PRId64 " takes it back", d->id);
    return ALD_OK;
}

enum ald_rc ald_cmd_override(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_decision d = {.kind = ALD_DECIDE_OVERRIDE, .field = s->options.field};
    struct ald_zone *ALD_CLEANUP(ald_zone_freep) zone = NULL;
    const char *title = NULL;
    bool done = false;
    (void)ret_code;
    ALD_TRY(other_use(s, d.kind, &done, err));
    if (done)
        return ALD_OK;
    if (s->options.args_n != 1 || !d.field || !s->options.value)
        return ald_fail(err, ALD_ERR_USAGE, "override what? expected alidade override INCIDENT --field FIELD --value VALUE --reason TEXT");
    ALD_TRY(ald_zone_load(s->config.settings.timezone, &zone, err));
    ALD_TRY(ald_override_spell(s->arena, zone, d.field, s->options.value, &d.value, err));
    ALD_TRY(ald_names_check(s, d.field, d.value, err));
    ALD_TRY(ald_named_record(s, s->options.args[0], &d.subject, &title, err));
    ALD_TRY(decide(s, &d, err));
    ald_say(s, "%s: reports and `alidade explain %s` take it up at once", ald_shown(s, title), ald_shown(s, s->options.args[0]));
    return remark(s, &d, err);
}

static enum ald_rc pair(struct ald_session *s, enum ald_decision_kind kind, struct ald_err *err)
{
    struct ald_decision d = {.kind = kind};
    const char *title = NULL;
    bool done = false;
    ALD_TRY(other_use(s, kind, &done, err));
    if (done)
        return ALD_OK;
    if (s->options.args_n != 2)
        return ald_fail(err, ALD_ERR_USAGE, "%s what? expected two incidents or records: alidade %s A B --reason TEXT", s->options.command,
                        s->options.command);
    ALD_TRY(ald_named_record(s, s->options.args[0], &d.subject, &title, err));
    ALD_TRY(ald_named_record(s, s->options.args[1], &d.value, &title, err));
    if (strcmp(d.subject, d.value) == 0)
        return ald_fail(err, ALD_ERR_UNKNOWN, "'%.60s' and '%.60s' are the same record: name two (alidade explain shows an incident's records)",
                        ald_shown(s, s->options.args[0]), ald_shown(s, s->options.args[1]));
    return decide(s, &d, err);
}

enum ald_rc ald_cmd_link(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    (void)ret_code;
    return pair(s, ALD_DECIDE_LINK, err);
}

enum ald_rc ald_cmd_unlink(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    (void)ret_code;
    return pair(s, ALD_DECIDE_UNLINK, err);
}

/* A pattern that the lexicon knows; an explanation that was given up is none. */
static enum ald_rc check_pattern(const struct ald_session *s, const char *id, struct ald_err *err)
{
    const struct ald_lexicon *lex = ald_lexicon_built_in();
    char known[400];
    size_t pattern = ald_lexicon_find(lex, id);
    if (pattern != SIZE_MAX && !ald_lexicon_at(lex, pattern)->hypothesis)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_USAGE, "tag: found '%.40s', expected one of: %s", ald_shown(s, id), ald_patterns_known(lex, known, sizeof known));
}

enum ald_rc ald_cmd_tag(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_decision d = {.kind = ALD_DECIDE_TAG};
    const char *title = NULL;
    bool done = false;
    (void)ret_code;
    ALD_TRY(other_use(s, d.kind, &done, err));
    if (done)
        return ALD_OK;
    if (s->options.args_n != 3)
        return ald_fail(err, ALD_ERR_USAGE, "tag what? expected alidade tag INCIDENT PATTERN confirm|reject --reason TEXT");
    d.field = s->options.args[1];
    d.value = s->options.args[2];
    if (strcmp(d.value, "confirm") != 0 && strcmp(d.value, "reject") != 0)
        return ald_fail(err, ALD_ERR_USAGE, "tag: found '%.40s', expected confirm or reject", d.value);
    ALD_TRY(check_pattern(s, d.field, err));
    ALD_TRY(ald_named_record(s, s->options.args[0], &d.subject, &title, err));
    return decide(s, &d, err);
}
