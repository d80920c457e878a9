/* The tree of the quarterly report: the JSON contract of DESIGN 8, as far as this version measures it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "change_node.h"
#include "definitions.h"
#include "figures_node.h"
#include "groups_node.h"
#include "nodes.h"
#include "quarterly.h"
#include "sources.h"

struct rows_ctx {
    const struct ald_analysis *analysis;
    const struct ald_figures *figures;
};

static struct ald_node *incident_row(void *ctx, size_t i, struct ald_arena *scratch)
{
    const struct rows_ctx *rows = ctx;
    return ald_incident_node(scratch, rows->analysis, rows->figures->incidents[i]);
}

static struct ald_node *head_node(struct ald_arena *a, const struct ald_report_input *in)
{
    struct ald_node *o = ald_node_object(a);
    char release[16];
    ald_node_set(a, o, "name", ald_node_str(a, "alidade"));
    ald_node_set(a, o, "version", ald_node_str(a, in->version));
    ald_node_set(a, o, "config_hash", ald_node_str(a, in->analysis->settings->config_hash));
    ald_node_set(a, o, "tzdata", ald_node_str(a, ald_strdup(a, ald_zone_release(release))));
    return o;
}

static struct ald_node *period_node(struct ald_arena *a, const struct ald_report_input *in)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "label", ald_node_str(a, in->period.label));
    ald_node_set(a, o, "start", ald_node_time(a, in->period.start));
    ald_node_set(a, o, "end", ald_node_time(a, in->period.end));
    ald_node_set(a, o, "timezone", ald_node_str(a, in->analysis->settings->timezone));
    return o;
}

static struct ald_node *settings_node(struct ald_arena *a, const struct ald_settings *s)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "duration", ald_node_str(a, s->duration == ALD_DURATION_ACTIVE ? "active" : "elapsed"));
    ald_node_set(a, o, "landmark_s", ald_node_num(a, (double)s->landmark_ms / 1000));
    ald_node_set(a, o, "lookback", ald_node_int(a, s->lookback_quarters));
    ald_node_set(a, o, "weights", ald_weights_node(a, s));
    ald_node_set(a, o, "severity_order", ald_strings_node(a, s->severity_order, s->severity_order_n));
    ald_node_set(a, o, "resamples", ald_node_int(a, s->resamples));
    return o;
}

static struct ald_node *definitions_node(struct ald_arena *a)
{
    struct ald_node *o = ald_node_object(a);
    const struct ald_definition *d;
    for (size_t i = 0; (d = ald_definition_at(i)); i++)
        ald_node_set(a, o, d->id, ald_node_str(a, d->text));
    return o;
}

static struct ald_node *definition_list_node(struct ald_arena *a)
{
    struct ald_node *list = ald_node_list(a);
    const struct ald_definition *d;
    for (size_t i = 0; (d = ald_definition_at(i)); i++) {
        struct ald_node *o = ald_node_object(a);
        char *title = ald_strdup(a, d->id);
        for (char *p = title; *p; p++)
            if (*p == '_')
                *p = ' ';
        ald_node_set(a, o, "title", ald_node_str(a, title));
        ald_node_set(a, o, "text", ald_node_str(a, d->text));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *caveats_node(struct ald_arena *a)
{
    static const char *const texts[] = {
        "How well people responded: a time says how long something lasted, not how hard it was or how well it was handled.",
        "What did not happen because of reliability work: only incidents that took place are counted.",
        "Whether the next quarter will look alike: with a few dozen incidents, most differences between quarters are luck.",
        "Severity labels are shown as the source gives them; they are on no axis, because they follow conventions that differ and change.",
        "What is worth learning does not grow with impact: a short or harmless incident can teach more than a large one.",
        "Figures never describe individuals. They are no target and no grade; used as one, the records behind them change.",
    };
    return ald_strings_node(a, texts, sizeof texts / sizeof texts[0]);
}

static struct ald_node *side(struct ald_arena *a, const struct ald_analysis *an, uint32_t i, int reading)
{
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_reading *r = &ald_measure_at(an, i)->reading[reading];
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "key", ald_node_str(a, inc->key));
    ald_node_set(a, o, "title", ald_node_str(a, inc->title));
    ald_node_set(a, o, "url", ald_node_str(a, inc->url));
    ald_node_set(a, o, "resolve_s", ald_node_seconds(a, inc->duration_ms, NULL));
    ald_node_set(a, o, "complexity", ald_node_num(a, r->axis[ALD_COMPLEXITY].has ? r->axis[ALD_COMPLEXITY].position : (double)NAN));
    ald_node_set(a, o, "text", ald_node_str(a, r->text));
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
            const struct ald_taken *t = &an->incidents[f->incidents[i]].moments[m];
            if (t->at == ALD_TIME_NONE)
                continue;
            const char *source = an->records[t->record].source;
            const char *field = t->field ? t->field : "";
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

static void add_if(struct ald_arena *a, struct ald_node *findings, const char *id, size_t n, const char *text, const char *severity)
{
    if (n)
        ald_finding_add(a, findings, id, text, (int64_t)n, severity);
}

static size_t stand_ins(const struct ald_analysis *an, const struct ald_figures *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->incidents_n; i++) {
        const struct ald_incident *inc = &an->incidents[f->incidents[i]];
        bool found = false;
        for (size_t k = 0; k < inc->services_n; k++)
            found = found || inc->services[k].stand_in;
        n += found;
    }
    return n;
}

static void own_findings(struct ald_arena *a, struct ald_node *list, const struct ald_analysis *an, const struct ald_figures *f)
{
    const struct ald_population *p = &f->population;
    add_if(a, list, "end_not_recorded", p->end_not_recorded, "closed without a time of resolution: counted, in no resolve clock", "warning");
    add_if(a, list, "impossible", p->impossible, "end before start or in the future: excluded from clocks", "warning");
    add_if(a, list, "zero_length", p->zero_length, "shorter than the source's clock can tell: excluded from clocks", "info");
    add_if(a, list, "entered_after", p->entered_after, "entered after the fact: first seen resolved", "info");
    add_if(a, list, "unjoined_people", an->unjoined_people,
           "ids of people that the source does not explain: they count as nobody, so that nobody is counted twice", "info");
    add_if(a, list, "merge_cycles", an->link_cycles, "records that say they are merged into each other: broken at the smaller id", "warning");
    add_if(a, list, "stand_in_services", stand_ins(an, f), "incidents whose service is another field standing in for it", "info");
    add_if(a, list, "vendor_records", p->vendor, "records of vendors: never counted as ours", "info");
    if (f->landmark_known && 3 * f->over_before_landmark > f->landmark_known) {
        char now[32];
        char better[32];
        const char *text = "more than a third of the incidents were over before the landmark";
        if (isfinite(f->first_quartile_ms) && f->first_quartile_ms >= 1)
            text = ald_sprintf(a, "incidents were over before the landmark of %s, more than a third; analysis.landmark: %s (the first quartile) would read more",
                               ald_duration_format(an->settings->landmark_ms, now), ald_duration_format((int64_t)f->first_quartile_ms, better));
        ald_finding_add(a, list, "over_before_landmark", text, (int64_t)f->over_before_landmark, "info");
    }
    ald_finding_add(a, list, "as_last_synced", "incidents whose titles, labels and services are as last synced, whatever as-of says",
                    (int64_t)f->incidents_n, "info");
}

static struct ald_node *carried_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; i < f->carried_over_n; i++)
        ald_node_add(a, list, ald_node_str(a, an->incidents[f->carried_over[i]].id));
    return list;
}

static size_t count(const char *const *texts)
{
    size_t n = 0;
    while (texts[n])
        n++;
    return n;
}

enum ald_rc ald_quarterly_tree(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *f, struct ald_err *err)
{
    struct ald_arena *a = report->arena;
    const struct ald_analysis *an = in->analysis;
    struct ald_node *root = report->root;
    struct ald_node *sources = NULL;
    struct ald_node *findings = NULL;
    struct ald_node *overrides = NULL;
    ALD_TRY(ald_sources_node(a, in->store, &sources, &report->gaps, err));
    ALD_TRY(ald_findings_node(a, in->store, &findings, err));
    ALD_TRY(ald_overrides_node(a, in->store, &overrides, err));
    own_findings(a, findings, an, f);
    /* Quarantine is the store's: a record that could not be read has no start, so it belongs to every period. */
    struct ald_figures *counted = ald_alloc(a, sizeof *counted);
    *counted = *f;
    for (size_t i = 0; i < sources->list.n; i++)
        counted->population.quarantined += (size_t)ald_node_at(sources->list.items[i], "quarantined")->integer;
    struct rows_ctx *ctx = ald_alloc(a, sizeof *ctx);
    *ctx = (struct rows_ctx){an, f};
    struct ald_node *groups = NULL;
    struct ald_node *funnel = NULL;
    ald_groups_nodes(a, an, f, &groups, &funnel);
    const struct ald_changes *changes = ald_changes_of(a, an, f);
    const char *const *sentences = ald_quarterly_sentences(a, an, f, changes);
    const char *const *left_out = ald_quarterly_left_out(a, f);
    ald_node_set(a, root, "schema_version", ald_node_int(a, 1));
    ald_node_set(a, root, "kind", ald_node_str(a, "quarterly"));
    ald_node_set(a, root, "generator", head_node(a, in));
    ald_node_set(a, root, "organisation", ald_node_str(a, an->settings->organisation));
    ald_node_set(a, root, "simulated", ald_node_bool(a, in->simulated));
    ald_node_set(a, root, "as_of", ald_node_time(a, an->as_of));
    ald_node_set(a, root, "period", period_node(a, in));
    ald_node_set(a, root, "settings", settings_node(a, an->settings));
    ald_node_set(a, root, "summary", ald_strings_node(a, sentences, count(sentences)));
    ald_node_set(a, root, "left_out", ald_strings_node(a, left_out, count(left_out)));
    ald_node_set(a, root, "sources", sources);
    ald_node_set(a, root, "findings", findings);
    ald_node_set(a, root, "definitions", definitions_node(a));
    ald_node_set(a, root, "definition_list", definition_list_node(a));
    ald_node_set(a, root, "caveats", caveats_node(a));
    ald_node_set(a, root, "overrides", overrides);
    ald_node_set(a, root, "population", ald_population_node(a, counted));
    ald_node_set(a, root, "counts", ald_counts_node(a, f));
    ald_node_set(a, root, "trend", ald_trend_node(a, changes));
    ald_node_set(a, root, "clocks", ald_clocks_node(a, f));
    ald_node_set(a, root, "change", ald_change_node(a, an, f, changes));
    ald_node_set(a, root, "concentration", ald_concentration_node(a, changes));
    ald_node_set(a, root, "severity", ald_severity_node(a, changes));
    ald_node_set(a, root, "readings", ald_reading_counts_node(a, f));
    ald_node_set(a, root, "coupling", ald_coupling_node(a, an, f));
    ald_node_set(a, root, "calibration", ald_calibration_node(a, an, f));
    ald_node_set(a, root, "groups", groups);
    ald_node_set(a, root, "funnel", funnel);
    ald_node_set(a, root, "recorded", recorded_node(a, an, f));
    ald_node_set(a, root, "moments", moments_node(a, an, f));
    ald_node_set(a, root, "pairs", pairs_node(a, an, f));
    ald_node_set(a, root, "carried_over", carried_node(a, an, f));
    ald_node_set(a, root, "incidents", ald_node_rows(a, f->incidents_n, incident_row, ctx));
    return ALD_OK;
}
