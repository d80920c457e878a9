/* alidade explain: why an incident reads as it does. Nothing here computes; it shows what the analysis holds. */
#include <stdint.h>
#include <stdio.h>

#include "commands.h"
#include "explain.h"
#include "named.h"

static struct ald_node *moments_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_incident *inc)
{
    struct ald_node *o = ald_node_object(a);
    for (int m = 0; m < ALD_MOMENT_N; m++) {
        const struct ald_taken *t = ald_moment_of(inc, m);
        struct ald_node *taken = ald_node_object(a);
        if (t->at == ALD_TIME_NONE) {
            ald_node_set(a, taken, "absent", ald_node_str(a, "not recorded"));
        } else {
            ald_node_set(a, taken, "at", ald_node_time(a, t->at));
            ald_node_set(a, taken, "field", ald_node_str(a, t->field ? ald_word_at(an, t->field) : "events"));
            ald_node_set(a, taken, "source", ald_node_str(a, an->records[t->record].traits->source));
            ald_node_set(a, taken, "external_id", ald_node_str(a, an->records[t->record].external_id));
        }
        ald_node_set(a, o, ald_moment_name((enum ald_moment)m), taken);
    }
    return o;
}

static struct ald_node *links_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_incident *inc)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < inc->records_n; k++) {
        const struct ald_record *rec = &an->records[inc->records[k]];
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "source", ald_node_str(a, rec->traits->source));
        ald_node_set(a, o, "external_id", ald_node_str(a, rec->external_id));
        ald_node_set(a, o, "method", ald_node_str(a, ald_record_method(rec)));
        ald_node_set(a, o, "confidence", ald_node_num(a, ald_record_confidence(rec)));
        ald_node_set(a, o, "via", ald_node_str(a, ald_record_via(rec)));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *suggestions_node(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < an->suggestions_n; k++)
        if (ald_suggestion_side(an, k, i) != ALD_NOBODY)
            ald_node_add(a, list, ald_suggestion_node(a, an, k));
    return list;
}

static struct ald_node *comparables_node(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    struct ald_node *list = ald_node_list(a);
    struct ald_comparable *near = NULL;
    int shown = ald_measure_at(an, i)->shown;
    size_t n = shown < 0 ? 0 : ald_analysis_comparables(an, i, shown, ald_measure_at(an, i)->reading[shown].m, a, &near);
    for (size_t k = 0; k < n; k++) {
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "incident", ald_node_str(a, near[k].id));
        ald_node_set(a, o, "distance", ald_node_num(a, near[k].distance));
        ald_node_set(a, o, "duration_s", ald_node_num(a, (double)near[k].duration_ms / 1000));
        ald_node_set(a, o, "open", ald_node_bool(a, near[k].open));
        ald_node_add(a, list, o);
    }
    return list;
}

static enum ald_rc as_json(struct ald_session *s, const struct ald_analysis *an, size_t i, struct ald_err *err)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) a = ald_arena_new();
    struct ald_node *o = ald_incident_node(a, an, i);
    ald_node_set(a, o, "moments", moments_node(a, an, &an->incidents[i]));
    struct ald_node *others = NULL;
    ALD_TRY(ald_other_moments_node(a, s->store, an, i, &others, err));
    ald_node_set(a, o, "moments_not_taken", others);
    ald_node_set(a, o, "links", links_node(a, an, &an->incidents[i]));
    ald_node_set(a, o, "suggestions", suggestions_node(a, an, i));
    ald_node_set(a, o, "comparables", comparables_node(a, an, i));
    struct ald_node *decisions = NULL;
    ALD_TRY(ald_decisions_node(a, s->store, an, i, &decisions, err));
    ald_node_set(a, o, "decisions", decisions);
    struct ald_node *planned = NULL;
    ALD_TRY(ald_planned_around_node(a, s->store, an, i, &planned, err));
    ald_node_set(a, o, "planned_around", planned);
    struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
    ald_jw_init(w, ald_json_sink_file(stdout), 2);
    ald_node_write(w, o, a);
    return ald_jw_finish(w, err);
}

/* Of the incident alone where the last analysis holds, else of the whole store. */
static enum ald_rc analysis_of(struct ald_session *s, struct ald_analysis **ret, size_t *ret_incident, struct ald_err *err)
{
    int64_t as_of = 0;
    const char *name = s->options.args[0];
    ALD_TRY(ald_session_as_of(s, &as_of, err));
    ALD_TRY(ald_named_spelt(s, &name, err));
    ALD_TRY(ald_analysis_around(s->store, &s->config.settings, as_of, name, ret, ret_incident, err));
    if (*ret)
        return ALD_OK;
    ALD_TRY(ald_analysis_run(s->store, &s->config.settings, as_of, ret, err));
    *ret_incident = ald_analysis_find(*ret, name);
    return ALD_OK;
}

enum ald_rc ald_cmd_explain(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) an = NULL;
    (void)ret_code;
    if (s->options.args_n != 1)
        return ald_fail(err, ALD_ERR_USAGE, "explain which incident? expected one id or key (see alidade list)");
    ALD_TRY(ald_store_begin_read(s->store, err));
    size_t i = SIZE_MAX;
    ALD_TRY(analysis_of(s, &an, &i, err));
    if (i == SIZE_MAX)
        return ald_fail(err, ALD_ERR_UNKNOWN, "no incident '%.80s' in '%s'%s%.40s%s (see alidade list)", s->options.args[0], s->config.store,
                        s->options.as_of ? " as of " : "", s->options.as_of ? s->options.as_of : "", ald_named_meant(s, an, s->options.args[0]));
    if (s->options.json)
        return as_json(s, an, i, err);
    ald_explain_head(an, i);
    struct ald_node *decisions = NULL;
    ALD_TRY(ald_decisions_node(s->arena, s->store, an, i, &decisions, err));
    ald_explain_decisions(s->arena, decisions);
    ald_explain_suggestions(an, i);
    struct ald_node *planned = NULL;
    ALD_TRY(ald_planned_around_node(s->arena, s->store, an, i, &planned, err));
    ald_explain_around(s->arena, an, planned);
    struct ald_node *others = NULL;
    ALD_TRY(ald_other_moments_node(s->arena, s->store, an, i, &others, err));
    ald_explain_times(an, i, others);
    ald_explain_signals(s->arena, an, i);
    ald_explain_patterns(s->arena, an, i);
    ald_explain_readings(s->arena, an, i);
    return ALD_OK;
}
