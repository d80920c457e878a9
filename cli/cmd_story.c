/* alidade story: which older incidents could be told, why one is or is not among them, and what has been told. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alidade/decision.h"
#include "alidade/report.h"
#include "alidade/stories.h"
#include "commands.h"
#include "named.h"

/* ---- list ---- */

static const char *text_at(struct ald_session *s, const struct ald_node *node, const char *path)
{
    const struct ald_node *v = ald_node_at(node, path);
    return ald_shown(s, v && v->kind == ALD_NODE_STR ? v->text : NULL);
}

static void print_items(struct ald_session *s, const char *label, const struct ald_node *list)
{
    for (size_t i = 0; list && i < list->list.n; i++)
        (void)printf("    %-10s %s\n", i ? "" : label, ald_shown(s, list->list.items[i]->text));
}

static void print_candidate(struct ald_session *s, const struct ald_analysis *an, const struct ald_node *c)
{
    struct ald_civil at = ald_zone_civil(an->zone, ald_node_at(c, "started_at")->integer);
    (void)printf("%2" PRId64 "  %s  %s\n", ald_node_at(c, "rank")->integer, text_at(s, c, "key"), text_at(s, c, "title"));
    (void)printf("    %-10s %04" PRId64 "-%02d-%02d%s\n", "began", at.year, at.month, at.day,
                 strcmp(text_at(s, c, "slot"), "reserve") == 0 ? ", a reserve" : "");
    print_items(s, "why", ald_node_at(c, "why"));
    print_items(s, "words", ald_node_at(c, "quotes"));
    const struct ald_node *teams = ald_node_at(c, "teams");
    for (size_t i = 0; i < teams->list.n; i++)
        (void)printf("%s%s%s", i ? ", " : "    teams      ", ald_shown(s, teams->list.items[i]->text), i + 1 == teams->list.n ? "\n" : "");
}

static enum ald_rc list(struct ald_session *s, const struct ald_analysis *an, struct ald_err *err)
{
    struct ald_report *ALD_CLEANUP(ald_report_freep) report = NULL;
    ALD_CLEANUP(ald_gathered_freep) struct ald_gathered *gathered = ald_gathered_new();
    struct ald_report_input in = {.store = s->store, .analysis = an, .gathered = gathered, .version = ALD_VERSION, .simulated = s->config.simulated};
    ALD_TRY(ald_session_period(s, &an->calendar, an->as_of, &in.period, err));
    ALD_TRY(ald_report_build(ald_kind_find("stories"), &in, &report, err));
    const struct ald_node *stories = ald_node_at(report->root, "stories"), *candidates = ald_node_at(stories, "candidates");
    if (s->options.json) {
        struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
        struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
        ald_jw_init(w, ald_json_sink_file(stdout), 2);
        ald_node_write(w, stories, scratch);
        return ald_jw_finish(w, err);
    }
    for (size_t i = 0; i < candidates->list.n; i++)
        print_candidate(s, an, candidates->list.items[i]);
    int64_t eligible = ald_node_at(stories, "eligible")->integer;
    if (eligible == 0)
        ald_say(s, "no incident that was not told yet is at least %d quarters old (stories.minimum_age)", an->settings->story_minimum_age_quarters);
    else
        ald_say(s, "%" PRId64 " incidents are old enough and not told yet, %" PRId64 " of them with a reason; `alidade story why INCIDENT` says more",
                eligible, ald_node_at(stories, "with_reason")->integer);
    return ALD_OK;
}

/* ---- why ---- */

/** Where the incident stands among all candidates; NULL: not chosen. */
static const struct ald_story *chosen(const struct ald_story_choice *choice, size_t incident)
{
    for (size_t k = 0; k < choice->n; k++)
        if (choice->stories[k].incident == incident)
            return &choice->stories[k];
    return NULL;
}

static const char *verdict(struct ald_session *s, const struct ald_analysis *an, const struct ald_story_view *view, size_t incident,
                           const struct ald_story *story, size_t gaps_n)
{
    const char *not_eligible = ald_story_not_eligible(an, view, incident, s->arena);
    if (not_eligible)
        return ald_sprintf(s->arena, "not on the list: %s", not_eligible);
    if (story->reasons_n == 0)
        return gaps_n ? "not on the list: of what could be compared, nothing is a reason (impact and length are none)"
                      : "not on the list: nothing about it is a reason (impact and length are none)";
    struct ald_story_choice choice;
    ald_stories_choose(an, view, s->arena, &choice);
    const struct ald_story *place = chosen(&choice, incident);
    if (place)
        return ald_sprintf(s->arena, "%s %zu of the list, score %.2f", place->reserve ? "reserve, place" : "place", place->rank, place->score);
    return ald_sprintf(s->arena, "not on the list: %zu others come before it, by their score or because it is too like one of them", choice.n);
}

static struct ald_node *why_node(struct ald_arena *a, const struct ald_story *story, const char *said, const struct ald_story_gap *gaps,
                                 size_t gaps_n)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < gaps_n; k++) {
        struct ald_node *gap = ald_node_object(a);
        ald_node_set(a, gap, "what", ald_node_str(a, gaps[k].what));
        ald_node_set(a, gap, "why", ald_node_str(a, gaps[k].why));
        ald_node_add(a, list, gap);
    }
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "verdict", ald_node_str(a, said));
    ald_node_set(a, o, "reasons", ald_story_reasons_node(a, story));
    ald_node_set(a, o, "not_compared", list);
    return o;
}

/** Those at the beginning that have one cause, as one sentence. */
static void print_gaps(const struct ald_story_gap *gaps, size_t n)
{
    (void)printf("  could not be compared (%s): %s", gaps->why, gaps->what);
    for (size_t k = 1; k < n && strcmp(gaps[k].why, gaps->why) == 0; k++)
        (void)printf("; %s", gaps[k].what);
    (void)printf("\n");
}

static enum ald_rc why(struct ald_session *s, const struct ald_analysis *an, struct ald_err *err)
{
    struct ald_remembered *remembered = NULL;
    struct ald_story story;
    const char *name = s->options.args[1];
    ALD_TRY(ald_named_spelt(s, &name, err));
    size_t i = ald_analysis_find(an, name);
    if (i == SIZE_MAX)
        return ald_fail(err, ALD_ERR_UNKNOWN, "no incident '%.80s'%s (see alidade list)", ald_shown(s, s->options.args[1]),
                        ald_named_meant(s, an, s->options.args[1]));
    ALD_TRY(ald_remembered_load(s->store, an, s->arena, s->arena, &remembered, err));
    ald_story_measure(an, &remembered->view, i, s->arena, &story);
    const struct ald_story_gap *gaps;
    size_t gaps_n = ald_story_gaps(an, i, s->arena, &gaps);
    const char *said = verdict(s, an, &remembered->view, i, &story, gaps_n);
    if (s->options.json) {
        struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
        ald_jw_init(w, ald_json_sink_file(stdout), 2);
        ald_node_write(w, why_node(s->arena, &story, said, gaps, gaps_n), s->arena);
        return ald_jw_finish(w, err);
    }
    (void)printf("%s  %s\n  %s\n", ald_shown(s, an->incidents[i].key), ald_shown(s, an->incidents[i].title), said);
    for (size_t k = 0; k < story.reasons_n; k++)
        (void)printf("  %.2f  %s%s%s\n", story.reasons[k].strength, story.reasons[k].text, story.reasons[k].evidence ? ": " : "",
                     ald_shown(s, story.reasons[k].evidence));
    for (size_t k = 0; k < gaps_n; k++)
        if (k == 0 || strcmp(gaps[k].why, gaps[k - 1].why) != 0)
            print_gaps(&gaps[k], gaps_n - k);
    return ALD_OK;
}

/* ---- told, exclude ---- */

static enum ald_rc told(struct ald_session *s, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    const char *record = NULL, *title = NULL;
    int64_t now = s->clock.now_ms(s->clock.ctx), on = now - now % ALD_SECOND_MS; /* as-of is in whole seconds too */
    ALD_TRY(ald_named_record(s, s->options.args[1], &record, &title, err));
    if (s->options.on)
        ALD_TRY(ald_session_time(s, "on", s->options.on, &on, err));
    if (on > now)
        return ald_fail(err, ALD_ERR_USAGE, "--on: found '%.40s', which is still to come: note it when it has been told", s->options.on);
    ALD_TRY(ald_named_words(s, &s->options.where, err));
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(ald_q_open(s->store, "learning_told_put", &q, err));
    ald_q_text(q, 1, ALD_SOURCE_PEOPLE);
    ald_q_text(q, 2, ald_sprintf(s->arena, "%s@%" PRId64, record, on / ALD_DAY_MS));
    ald_q_text(q, 3, record);
    ald_q_time(q, 4, on);
    ald_q_text(q, 5, s->options.where);
    ald_q_time(q, 6, now);
    ALD_TRY(ald_q_run(q, err));
    ALD_TRY(ald_store_touch(s->store, err));
    ALD_TRY(ald_store_commit(s->store, err));
    ald_say(s, "%s: noted as told; it is no candidate any more", ald_shown(s, title));
    return ALD_OK;
}

static enum ald_rc exclude(struct ald_session *s, struct ald_err *err)
{
    struct ald_decision d = {.kind = ALD_DECIDE_TAG, .field = ALD_STORY_TAG, .value = "reject", .reason = s->options.reason};
    enum ald_decision_effect effect;
    const char *title = NULL;
    if (!d.reason || !d.reason[strspn(d.reason, " \t")])
        return ald_fail(err, ALD_ERR_USAGE, "setting an incident aside needs a reason: --reason TEXT, for whoever reads it later");
    ALD_TRY(ald_named_record(s, s->options.args[1], &d.subject, &title, err));
    ALD_TRY(ald_named_self(s, &d.decided_by, err));
    ALD_TRY(ald_named_words(s, &d.reason, err));
    d.decided_at = s->clock.now_ms(s->clock.ctx);
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(ald_decision_add(s->store, &d, &d.id, &effect, err));
    ALD_TRY(ald_store_commit(s->store, err));
    (void)printf("decision %" PRId64 ": %s is not to be told (alidade tag --undo %" PRId64 " takes it back)\n", d.id, ald_shown(s, title), d.id);
    return ALD_OK;
}

enum ald_rc ald_cmd_story(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    const char *what = s->options.args_n ? s->options.args[0] : "";
    bool lists = strcmp(what, "list") == 0 && s->options.args_n == 1, one = s->options.args_n == 2;
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) an = NULL;
    (void)ret_code;
    if (one && strcmp(what, "told") == 0)
        return told(s, err);
    if (one && strcmp(what, "exclude") == 0)
        return exclude(s, err);
    if (!lists && !(one && strcmp(what, "why") == 0))
        return ald_fail(err, ALD_ERR_USAGE,
                        "expected story list, story why INCIDENT, story told INCIDENT [--on DATE] [--where PLACE], or story exclude INCIDENT "
                        "--reason TEXT");
    ALD_TRY(ald_store_begin_read(s->store, err));
    ALD_TRY(ald_session_analysis(s, &an, err));
    ALD_TRY(lists ? list(s, an, err) : why(s, an, err));
    ald_store_rollback(s->store);
    return ALD_OK;
}
