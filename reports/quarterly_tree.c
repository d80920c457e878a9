/* The tree of the quarterly report: the JSON contract of DESIGN 8, as far as this version measures it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "figures_node.h"
#include "frame.h"
#include "gathered.h"
#include "groups_node.h"
#include "learning_node.h"
#include "nodes.h"
#include "patterns_node.h"
#include "quarterly.h"
#include "sentences.h"

struct rows_ctx {
    const struct ald_analysis *analysis;
    const struct ald_figures *figures;
};

static struct ald_node *incident_row(void *ctx, size_t i, struct ald_arena *scratch)
{
    const struct rows_ctx *rows = ctx;
    return ald_incident_node(scratch, rows->analysis, rows->figures->incidents[i]);
}

static struct ald_node *side(struct ald_arena *a, const struct ald_analysis *an, uint32_t i, int reading)
{
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_reading *r = &ald_measure_at(an, i)->reading[reading];
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "key", ald_node_str(a, inc->key));
    ald_node_set(a, o, "title", ald_node_str(a, inc->title));
    ald_node_set(a, o, "url", ald_node_str(a, ald_incident_url(an, a, inc)));
    ald_node_set(a, o, "resolve_s", ald_node_seconds(a, inc->duration_ms, NULL));
    ald_node_set(a, o, "complexity", ald_node_num(a, r->axis[ALD_COMPLEXITY].has ? r->axis[ALD_COMPLEXITY].position : (double)NAN));
    ald_node_set(a, o, "text", ald_node_str(a, ald_reading_text(r)));
    return o;
}

static struct ald_node *pairs_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < f->pairs_n; i++) {
        const struct ald_pair *p = &f->pairs[i];
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "a", ald_node_str(a, an->incidents[p->a].id));
        ald_node_set(a, o, "b", ald_node_str(a, an->incidents[p->b].id));
        ald_node_set(a, o, "duration_ratio", ald_node_num(a, p->duration_ratio));
        ald_node_set(a, o, "complexity_gap", ald_node_num(a, p->complexity_gap));
        ald_node_set(a, o, "blast_radius_gap",
                     isfinite(p->blast_radius_gap) ? ald_node_num(a, p->blast_radius_gap)
                                                   : ald_node_absent(a, "one of the two has no position on blast radius"));
        ald_node_set(a, o, "reading", ald_node_str(a, ald_reading_id(p->reading)));
        ald_node_set(a, o, "more_complex", side(a, an, p->a, p->reading));
        ald_node_set(a, o, "simpler", side(a, an, p->b, p->reading));
        ald_node_add(a, list, o);
    }
    return list;
}

/* Where the times of a moment came from: field -> how many incidents of the period. */
static struct ald_node *moments_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *list = ald_node_list(a);
    for (int m = 0; m < ALD_MOMENT_N; m++) {
        struct {
            const char *source, *field;
            size_t n;
        } seen[32];
        size_t n = 0;
        for (size_t i = 0; i < f->incidents_n; i++) {
            const struct ald_taken *t = ald_moment_of(&an->incidents[f->incidents[i]], m);
            if (t->at == ALD_TIME_NONE)
                continue;
            const char *source = an->records[t->record].traits->source;
            const char *field = t->field ? ald_word_at(an, t->field) : "";
            size_t k = 0;
            while (k < n && (strcmp(seen[k].source, source) != 0 || strcmp(seen[k].field, field) != 0))
                k++;
            if (k == n && n < sizeof seen / sizeof seen[0]) {
                seen[n].source = source;
                seen[n].field = field;
                seen[n++].n = 0;
            }
            if (k < n)
                seen[k].n++;
        }
        for (size_t k = 0; k < n; k++) {
            struct ald_node *o = ald_node_object(a);
            ald_node_set(a, o, "moment", ald_node_str(a, ald_moment_name((enum ald_moment)m)));
            ald_node_set(a, o, "source", ald_node_str(a, seen[k].source));
            ald_node_set(a, o, "field", ald_node_str(a, seen[k].field));
            ald_node_set(a, o, "n", ald_node_int(a, (int64_t)seen[k].n));
            ald_node_add(a, list, o);
        }
    }
    return list;
}

/* Per signal: for how many incidents of the period it is recorded, and why not for the others. */
static struct ald_node *recorded_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        size_t n = 0;
        size_t at_landmark = 0;
        const char *why = NULL;
        for (size_t i = 0; i < f->incidents_n; i++) {
            const struct ald_obs *obs = ald_obs_at(an, f->incidents[i], s);
            n += obs->has_total;
            at_landmark += obs->has_landmark_value;
            if (!obs->has_total && !why)
                why = obs->absent;
        }
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "signal", ald_node_str(a, ald_signal_at(s)->id));
        ald_node_set(a, o, "title", ald_node_str(a, ald_signal_at(s)->title));
        ald_node_set(a, o, "axis", ald_node_str(a, ald_axis_id(ald_signal_at(s)->axis)));
        ald_node_set(a, o, "timing", ald_node_str(a, ald_timing_text(ald_signal_at(s)->timing)));
        ald_node_set(a, o, "recorded", ald_node_int(a, (int64_t)n));
        ald_node_set(a, o, "at_landmark", ald_node_int(a, (int64_t)at_landmark));
        ald_node_set(a, o, "of", ald_node_int(a, (int64_t)f->incidents_n));
        ald_node_set(a, o, "otherwise", ald_node_str(a, why));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *carried_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < f->carried_over_n; i++)
        ald_node_add(a, list, ald_node_str(a, an->incidents[f->carried_over[i]].id));
    return list;
}

enum ald_rc ald_quarterly_tree(const struct ald_report_input *in, struct ald_report *report, const struct ald_quarterly **ret,
                               struct ald_err *err)
{
    struct ald_arena *a = report->arena;
    const struct ald_analysis *an = in->analysis;
    struct ald_node *root = report->root;
    const struct ald_quarterly *gathered = NULL;
    const struct ald_remembered *remembered = NULL;
    struct ald_node *stories = NULL;
    ALD_TRY(ald_gathered_read(in, &gathered, err));
    ALD_TRY(ald_gathered_remembered(in, &remembered, err));
    ALD_TRY(ald_gathered_stories(in, &stories, err));
    const struct ald_figures *f = gathered->figures;
    const struct ald_changes *changes = gathered->changes;
    struct rows_ctx *ctx = ald_alloc(a, sizeof *ctx);
    *ctx = (struct rows_ctx){an, f};
    struct ald_node *groups = NULL;
    struct ald_node *funnel = NULL;
    ald_groups_nodes(a, an, f, &groups, &funnel);
    const char *const *sentences = ald_quarterly_sentences(a, an, f, changes);
    const char *const *left_out = ald_quarterly_left_out(a, f);
    ald_frame_head(in, report);
    ald_node_set(a, root, "summary", ald_strings_node(a, sentences, ald_sentences_n(sentences)));
    ald_node_set(a, root, "left_out", ald_strings_node(a, left_out, ald_sentences_n(left_out)));
    ALD_TRY(ald_frame_foot(in, report, f, err));
    ald_node_set(a, root, "counts", ald_counts_node(a, f));
    ald_node_set(a, root, "trend", ald_trend_node(a, changes));
    ald_node_set(a, root, "clocks", ald_clocks_node(a, f));
    ald_node_set(a, root, "change", ald_change_node(a, an, f, changes));
    ald_node_set(a, root, "concentration", ald_concentration_node(a, changes));
    ald_node_set(a, root, "severity", ald_severity_node(a, changes));
    ald_node_set(a, root, "readings", ald_reading_counts_node(a, an, f, &changes->usual));
    ald_node_set(a, root, "coupling", gathered->coupling);
    ald_node_set(a, root, "calibration", ald_calibration_node(a, an, f));
    ald_node_set(a, root, "groups", groups);
    ald_node_set(a, root, "funnel", funnel);
    ald_patterns_nodes(report, an, f);
    ald_read_in_full_node(a, root, an, f, remembered);
    ald_learning_nodes(a, root, an, f, remembered, ald_gathered_capacity(in));
    ald_node_set(a, root, "stories", stories);
    ald_node_set(a, root, "recorded", recorded_node(a, an, f));
    ald_node_set(a, root, "moments", moments_node(a, an, f));
    ald_node_set(a, root, "pairs", pairs_node(a, an, f));
    ald_node_set(a, root, "carried_over", carried_node(a, an, f));
    ald_node_set(a, root, "incidents", ald_node_rows(a, f->incidents_n, incident_row, ctx));
    *ret = gathered;
    return ALD_OK;
}
