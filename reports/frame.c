/* What every kind of report says before and after its own figures: who made it, of what and when; where each source stood, what
 * to know before reading, definitions, what cannot be told. */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "definitions.h"
#include "figures_node.h"
#include "nodes.h"
#include "sources.h"
#include "view.h"
#include "words.h"

/* ---- The tree ---- */

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
    struct ald_definition d;
    for (size_t i = 0; ald_definition_at(i, &d); i++)
        ald_node_set(a, o, d.id, ald_node_str(a, d.text));
    return o;
}

static struct ald_node *word_node(struct ald_arena *a, const struct ald_definition *d)
{
    struct ald_node *o = ald_node_object(a);
    char *title = ald_strdup(a, d->id);
    for (char *p = title; *p; p++)
        if (*p == '_')
            *p = ' ';
    ald_node_set(a, o, "id", ald_node_str(a, d->id));
    ald_node_set(a, o, "title", ald_node_str(a, title));
    ald_node_set(a, o, "text", ald_node_str(a, d->text));
    return o;
}

static bool is(const char *id, const char *other)
{
    return other && strcmp(id, other) == 0;
}

/* Whether a heading or a figure of the report leads to this definition. */
static bool used(const struct ald_report *report, const char *id)
{
    for (size_t i = 0; i < report->sections_n; i++)
        for (size_t k = 0; k < report->sections[i].blocks_n; k++) {
            const struct ald_block *b = &report->sections[i].blocks[k];
            for (size_t f = 0; f < b->figures_n; f++)
                if (is(id, b->figures[f].definition))
                    return true;
            for (size_t c = 0; b->table && c < b->table->columns_n; c++)
                if (is(id, b->table->columns[c].definition))
                    return true;
        }
    return false;
}

/* All of them, or those that the pages lead to and the words that these are said in. */
static void fill_words(struct ald_report *report, enum ald_frame_words words)
{
    static const char *const always[] = {"incident", "complexity", "blast_radius", "comparables", "reading"};
    struct ald_definition d;
    for (size_t i = 0; ald_definition_at(i, &d); i++) {
        bool keep = words == ALD_FRAME_ALL || used(report, d.id);
        for (size_t k = 0; k < sizeof always / sizeof always[0]; k++)
            keep = keep || is(d.id, always[k]);
        if (keep)
            ald_node_add(report->arena, report->words, word_node(report->arena, &d));
    }
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

void ald_frame_head(const struct ald_report_input *in, struct ald_report *report)
{
    struct ald_arena *a = report->arena;
    const struct ald_analysis *an = in->analysis;
    struct ald_node *root = report->root;
    ald_node_set(a, root, "schema_version", ald_node_int(a, 1));
    ald_node_set(a, root, "kind", ald_node_str(a, report->kind));
    ald_node_set(a, root, "generator", head_node(a, in));
    ald_node_set(a, root, "organisation", ald_node_str(a, an->settings->organisation));
    ald_node_set(a, root, "simulated", ald_node_bool(a, in->simulated));
    ald_node_set(a, root, "as_of", ald_node_time(a, an->as_of));
    ald_node_set(a, root, "period", period_node(a, in));
    ald_node_set(a, root, "settings", settings_node(a, an->settings));
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

/* Their keys, so that they can be looked at; of many the first. */
static void ends_finding(struct ald_arena *a, struct ald_node *list, const struct ald_analysis *an, const struct ald_figures *f)
{
    enum { NAMED = 5 };
    const char *names = "";
    size_t named = 0, n = f->population.ends_differ;
    for (size_t i = 0; i < f->incidents_n && named < NAMED; i++) {
        const struct ald_incident *inc = &an->incidents[f->incidents[i]];
        if (inc->ends_differ)
            names = ald_sprintf(a, "%s%s%s", names, named++ ? ", " : "", inc->key ? inc->key : inc->id);
    }
    if (n > named)
        names = ald_sprintf(a, "%s and %s more", names, ald_words_count(a, (int64_t)(n - named)));
    if (n)
        ald_finding_add(a, list, "ends_differ",
                        ald_sprintf(a, "incidents whose records give different ends: pagers and status pages decide, and tickets where these say nothing; explain INCIDENT shows each: %s", names),
                        (int64_t)n, "info");
}

int64_t ald_frame_before_records(const struct ald_analysis *an, const struct ald_period *period)
{
    int64_t first = an->incidents_n > 0 ? an->incidents[0].started_at : ALD_TIME_NONE;
    return first != ALD_TIME_NONE && first >= period->end ? first : ALD_TIME_NONE;
}

static void own_findings(struct ald_arena *a, struct ald_node *list, const struct ald_analysis *an, const struct ald_figures *f)
{
    const struct ald_population *p = &f->population;
    int64_t first = ald_frame_before_records(an, &f->period);
    if (first != ALD_TIME_NONE)
        ald_finding_add(a, list, "before_first_record",
                        ald_sprintf(a, "The period lies before the first record of any source (%s): that it shows no incident does not mean that there was none.",
                                    ald_words_date(a, an->zone, first)),
                        1, "warning");
    add_if(a, list, "end_not_recorded", p->end_not_recorded, "closed without a time of resolution: counted, in no resolve clock", "warning");
    add_if(a, list, "impossible", p->impossible, "end before start or in the future: excluded from clocks", "warning");
    add_if(a, list, "zero_length", p->zero_length, "shorter than the source's clock can tell: excluded from clocks", "info");
    add_if(a, list, "entered_after", p->entered_after, "entered after the fact: first seen resolved", "info");
    ends_finding(a, list, an, f);
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
    add_if(a, list, "as_last_synced", f->incidents_n, "incidents whose titles, labels and services are as last synced, whatever as-of says", "info");
}

enum ald_rc ald_frame_foot(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *f, struct ald_err *err)
{
    struct ald_arena *a = report->arena;
    struct ald_node *root = report->root;
    struct ald_node *sources = NULL;
    struct ald_node *findings = NULL;
    struct ald_node *overrides = NULL;
    ALD_TRY(ald_sources_node(a, in, &sources, &report->gaps, err));
    ALD_TRY(ald_findings_node(a, in->store, &findings, err));
    ALD_TRY(ald_decisions_node(a, in->store, in->analysis, SIZE_MAX, &overrides, err));
    own_findings(a, findings, in->analysis, f);
    if (in->filled_for)
        ald_finding_add(a, findings, "other_organisation",
                        ald_sprintf(a, "The store was filled for '%s', and the configuration names the organisation '%s': whose incidents these are must be asked.",
                                    in->filled_for, in->analysis->settings->organisation),
                        1, "warning");
    ald_linking_findings(a, findings, in->analysis);
    /* Quarantine is the store's: a record that could not be read has no start, so it belongs to every period. */
    struct ald_figures *counted = ald_alloc(a, sizeof *counted);
    *counted = *f;
    for (size_t i = 0; i < sources->list.n; i++)
        counted->population.quarantined += (size_t)ald_node_at(sources->list.items[i], "quarantined")->integer;
    ald_node_set(a, root, "sources", sources);
    ald_node_set(a, root, "findings", findings);
    ald_node_set(a, root, "definitions", definitions_node(a));
    report->words = ald_node_list(a);
    ald_node_set(a, root, "definition_list", report->words);
    ald_node_set(a, root, "caveats", caveats_node(a));
    ald_node_set(a, root, "overrides", overrides);
    ald_node_set(a, root, "population", ald_population_node(a, counted));
    ald_node_set(a, root, "linking", ald_linking_node(a, in->analysis, &in->period));
    return ALD_OK;
}

/* ---- The views ---- */

void ald_frame_subtitle(const struct ald_report_input *in, struct ald_report *report)
{
    struct ald_arena *a = report->arena;
    char from[32];
    char to[32];
    struct ald_civil first = ald_zone_civil(report->zone, in->period.start);
    struct ald_civil last = ald_zone_civil(report->zone, in->period.end - 1);
    struct ald_civil as_of = ald_zone_civil(report->zone, report->as_of);
    const char *organisation = in->analysis->settings->organisation;
    (void)snprintf(from, sizeof from, "%04lld-%02d-%02d", (long long)first.year, first.month, first.day);
    (void)snprintf(to, sizeof to, "%04lld-%02d-%02d", (long long)last.year, last.month, last.day);
    report->subtitle = ald_sprintf(a, "%s%s%s (%s to %s, %s), as of %04lld-%02d-%02d %02d:%02d%s", organisation, *organisation ? " \xc2\xb7 " : "",
                                   in->period.label, from, to, in->analysis->settings->timezone, (long long)as_of.year, as_of.month, as_of.day,
                                   as_of.hour, as_of.minute, in->simulated ? " \xc2\xb7 simulated data" : "");
}

void ald_frame_sources_view(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column sources[] = {
        {"Source", "name", ALD_SHOW_TEXT, 16, NULL, NULL},   {"Type", "type", ALD_SHOW_TEXT, 15, NULL, NULL},
        {"Role", "role", ALD_SHOW_TEXT, 10, NULL, NULL},     {"Complete", "complete", ALD_SHOW_BOOL, 10, NULL, "complete"},
        {"Records", "records", ALD_SHOW_COUNT, 10, NULL, NULL},
        {"Reviews, learnings, actions", "learning_rows", ALD_SHOW_COUNT, 13, NULL, NULL}, {"Quarantined", "quarantined", ALD_SHOW_COUNT, 12, NULL, NULL},
        {"Last read", "last_success", ALD_SHOW_TIME, 19, NULL, NULL}, {"Gaps", "gaps", ALD_SHOW_LIST, 60, NULL, NULL},
    };
    ald_view_table(report, s, "Where each source stood", "sources", "No source has been read.", sources, sizeof sources / sizeof sources[0], false);
    const struct ald_column findings[] = {
        {"How many", "n", ALD_SHOW_COUNT, 10, NULL, NULL},
        {"What", "text", ALD_SHOW_SENTENCE, 90, NULL, NULL},
        {"Weight", "severity", ALD_SHOW_TEXT, 10, NULL, NULL},
    };
    ald_view_table(report, s, "What to know before reading the figures", "findings", "Nothing to report.", findings, 3, false);
}

void ald_frame_overrides_view(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column overrides[] = {
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Decision", "kind", ALD_SHOW_TEXT, 10, NULL, NULL},
        {"Field", "field", ALD_SHOW_TEXT, 16, NULL, NULL},
        {"Value", "value_shown", ALD_SHOW_TEXT, 20, NULL, NULL},
        {"Reason", "reason", ALD_SHOW_TEXT, 50, NULL, NULL},
        {"Changes nothing, because", "idle", ALD_SHOW_TEXT, 40, NULL, NULL},
    };
    ald_view_table(report, s, "What people decided", "overrides", "Nothing: no override, link or tag is on record.", overrides, 6, false);
}

void ald_frame_definitions_view(struct ald_report *report, enum ald_frame_words words)
{
    fill_words(report, words);
    struct ald_section *s = ald_view_section(report, "definitions", "Definitions");
    const struct ald_column columns[] = {{"Word", "title", ALD_SHOW_TEXT, 26, NULL, NULL}, {"What it means", "text", ALD_SHOW_SENTENCE, 94, NULL, NULL}};
    ald_view_heading(report, s, "What these figures cannot tell");
    const struct ald_node *caveats = ald_node_at(report->root, "caveats");
    for (size_t i = 0; i < caveats->list.n; i++)
        ald_view_text(report, s, caveats->list.items[i]->text);
    ald_view_table(report, s, "Words and figures", "definition_list", "None.", columns, 2, false)->anchor = "id";
    if (words == ALD_FRAME_USED)
        ald_view_remark(report, s, "These are the words of this report. The quarterly report defines all.");
}

void ald_frame_end_views(struct ald_report *report)
{
    struct ald_section *quality = ald_view_section(report, "data_quality", "Data quality");
    quality->landscape = true;
    ald_frame_sources_view(report, quality);
    ald_frame_overrides_view(report, quality);
    ald_frame_definitions_view(report, ALD_FRAME_USED);
}
