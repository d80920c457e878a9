/* What people see of the quarterly report: sections of sentences, figures, charts and tables that point into the tree. */
#include <string.h>

#include "charts.h"
#include "frame.h"
#include "groups_node.h"
#include "learning_node.h"
#include "nodes.h"
#include "patterns_node.h"
#include "quarterly.h"
#include "view.h"

/* A period without incidents has no pages of empty tables. */
static bool any(const struct ald_report *report)
{
    return ald_node_at(report->root, "counts.current")->integer > 0;
}

static void summary(const struct ald_report_input *in, struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "summary", "Summary");
    s->one_page = true;
    const struct ald_node *sentences = ald_node_at(report->root, "summary");
    for (size_t i = 0; i < sentences->list.n; i++)
        ald_view_text(report, s, sentences->list.items[i]->text);
    const struct ald_node *left_out = ald_node_at(report->root, "left_out");
    const char *remark = "";
    for (size_t i = 0; i < left_out->list.n; i++)
        remark = ald_sprintf(report->arena, "%s%s%s", remark, i ? " " : "", left_out->list.items[i]->text);
    if (*remark)
        ald_view_remark(report, s, remark);
    const struct ald_figure figures[] = {
        {"Incidents, beside the usual range", "counts.current", "counts.lower", "counts.upper", "counts.past_n", ALD_SHOW_COUNT, "count"},
        {"Time to resolve, median", "clocks.resolve.median_s", "clocks.resolve.median_ci_s[0]", "clocks.resolve.median_ci_s[1]",
         "clocks.resolve.n", ALD_SHOW_SECONDS, "median"},
        {"Time to resolve, nine of ten", "clocks.resolve.p90_s", "clocks.resolve.p90_ci_s[0]", "clocks.resolve.p90_ci_s[1]", "clocks.resolve.n",
         ALD_SHOW_SECONDS, "p90"},
        {"Time to resolve, geometric mean", "clocks.resolve.geometric_mean_s", "clocks.resolve.geometric_mean_ci_s[0]",
         "clocks.resolve.geometric_mean_ci_s[1]", "clocks.resolve.n", ALD_SHOW_SECONDS, "geometric_mean"},
        {"Time to acknowledge, median", "clocks.acknowledge.median_s", "clocks.acknowledge.median_ci_s[0]",
         "clocks.acknowledge.median_ci_s[1]", "clocks.acknowledge.n", ALD_SHOW_SECONDS, "acknowledge"},
        {"Time to detect, median", "clocks.detect.median_s", "clocks.detect.median_ci_s[0]", "clocks.detect.median_ci_s[1]", "clocks.detect.n",
         ALD_SHOW_SECONDS, "detect"},
        {"Time to mitigate, median", "clocks.mitigate.median_s", "clocks.mitigate.median_ci_s[0]", "clocks.mitigate.median_ci_s[1]",
         "clocks.mitigate.n", ALD_SHOW_SECONDS, "mitigate"},
    };
    size_t told = ald_view_figures_told(report, sizeof figures / sizeof figures[0]);
    if (told)
        ald_view_figures(report, s, "Figures, each with how far off it may be", figures, told);
    if (any(report) && in->analysis->settings->show_mean) {
        const struct ald_figure mean[] = {{"Time to resolve, mean", "clocks.resolve.mean_s", "clocks.resolve.mean_ci_s[0]",
                                           "clocks.resolve.mean_ci_s[1]", "clocks.resolve.n", ALD_SHOW_SECONDS, "mean"}};
        ald_view_figures(report, s, "The mean, because the configuration asks for it", mean, 1);
    }
    if (!any(report))
        return;
    bool read = ald_charts_any_reading(report);
    s->place = read ? ALD_PLACE_LEFT : ALD_PLACE_FULL;
    ald_charts_scatter(report, s);
    s->place = read ? ALD_PLACE_RIGHT : ALD_PLACE_FULL;
    ald_charts_medians(report, s);
    ald_charts_percentiles(report, s);
    s->place = ALD_PLACE_FULL;
}

static void triangulation(struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "triangulation", "Triangulation");
    s->landscape = true;
    ald_view_text(report, s, "Each incident's time to resolve, seen among the earlier incidents nearest to it in complexity and blast radius. A "
                             "complex incident handled well and a simple one that dragged on can take equally long: here they come apart.");
    if (!ald_charts_any_reading(report)) {
        ald_view_remark(report, s, "No incident of this period can be read against comparable earlier ones yet; the summary says what that takes.");
        return;
    }
    if (!ald_charts_both_axes(report))
        ald_view_remark(report, s, "Blast radius is not measured for enough incidents here, or is the same for most, so the chart shows complexity "
                                   "against time to resolve. Data quality says what is recorded.");
    ald_charts_scatter(report, s);
    ald_charts_durations(report, s);
    const struct ald_column columns[] = {
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Title", "title", ALD_SHOW_TEXT, 43, NULL, NULL},
        {"Time to resolve", "clocks.resolve_s", ALD_SHOW_SECONDS, 13, NULL, "resolve"},
        {"Reading", ALD_SHOWN "text", ALD_SHOW_SENTENCE, 22, "#incidents:id", "reading"},
        {"Comparable: 1 in 10 under", ALD_SHOWN "lower_s", ALD_SHOW_SECONDS, 13, NULL, "band"},
        {"Comparable: 9 in 10 under", ALD_SHOWN "upper_s", ALD_SHOW_SECONDS, 13, NULL, "band"},
        {"Share over sooner", ALD_SHOWN "percentile", ALD_SHOW_PERCENT, 10, NULL, "percentile"},
        {"Complexity", ALD_SHOWN "complexity.position", ALD_SHOW_POSITION, 11, NULL, "complexity"},
        {"Blast radius", ALD_SHOWN "blast_radius.position", ALD_SHOW_POSITION, 11, NULL, "blast_radius"},
        {"Read by", "shown", ALD_SHOW_TEXT, 10, NULL, "landmark_reading"},
        {"Corner", "corner", ALD_SHOW_TEXT, 22, NULL, "corner"},
        {"Comparable: median", ALD_SHOWN "median_s", ALD_SHOW_SECONDS, 13, NULL, "comparables"},
        {"Comparables", ALD_SHOWN "m", ALD_SHOW_COUNT, 12, NULL, "comparables"},
    };
    struct ald_table *table = ald_view_table(report, s, "Every incident with what it was compared with", "incidents",
                                             "No incident of this period is recorded.", columns, sizeof columns / sizeof columns[0], true);
    table->printed = 11;
    table->anchor = "id";
    ald_view_new_page(s);
}

static void pairs(struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "pairs", "Same length, different story");
    s->landscape = true;
    ald_view_text(report, s, "Two incidents that took about equally long, one of them far more complex. Judged by time alone they would look "
                             "the same. Read both write-ups side by side: what made the complex one go well, or the simple one hard?");
    const struct ald_column columns[] = {
        {"More complex", "more_complex.key", ALD_SHOW_TEXT, 14, "more_complex.url", NULL},
        {"Title", "more_complex.title", ALD_SHOW_TEXT, 28, NULL, NULL},
        {"Time to resolve", "more_complex.resolve_s", ALD_SHOW_SECONDS, 12, NULL, "resolve"},
        {"Complexity", "more_complex.complexity", ALD_SHOW_POSITION, 11, NULL, "complexity"},
        {"Reading", "more_complex.text", ALD_SHOW_SENTENCE, 22, "#incidents:a", "reading"},
        {"Simpler", "simpler.key", ALD_SHOW_TEXT, 14, "simpler.url", NULL},
        {"Title ", "simpler.title", ALD_SHOW_TEXT, 28, NULL, NULL},
        {"Time to resolve ", "simpler.resolve_s", ALD_SHOW_SECONDS, 12, NULL, "resolve"},
        {"Complexity ", "simpler.complexity", ALD_SHOW_POSITION, 11, NULL, "complexity"},
        {"Reading ", "simpler.text", ALD_SHOW_TEXT, 22, "#incidents:b", "reading"},
        {"Gap in complexity", "complexity_gap", ALD_SHOW_POSITION, 11, NULL, "pair"},
        {"Gap in blast radius", "blast_radius_gap", ALD_SHOW_POSITION, 11, NULL, "pair"},
    };
    ald_view_table(report, s, NULL, "pairs", "No two resolved incidents of this period took about equally long with clearly different complexity.",
                   columns, sizeof columns / sizeof columns[0], false)
        ->printed = 10; /* the gaps are seen from what stands before them */
}

static void incidents(struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "incidents", "Incidents");
    s->landscape = true;
    const struct ald_column columns[] = {
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Title", "title", ALD_SHOW_TEXT, 43, NULL, NULL},
        {"State", "state", ALD_SHOW_WORD, 12, NULL, NULL},
        {"Started", "started_at", ALD_SHOW_TIME, 19, NULL, NULL},
        {"Time to resolve", "clocks.resolve_s", ALD_SHOW_SECONDS, 13, NULL, "resolve"},
        {"Reading", ALD_SHOWN "text", ALD_SHOW_SENTENCE, 22, "#triangulation:id", "reading"},
        {"Severity", "severity", ALD_SHOW_TEXT, 10, NULL, NULL},
        {"Services", "services", ALD_SHOW_LIST, 24, NULL, "services_impacted"},
        {"First team", "first_team", ALD_SHOW_TEXT, 16, NULL, NULL},
        {"Resolved", "resolved_at", ALD_SHOW_TIME, 19, NULL, NULL},
        {"Time to acknowledge", "clocks.acknowledge_s", ALD_SHOW_SECONDS, 13, NULL, "acknowledge"},
        {"Corner", "corner", ALD_SHOW_TEXT, 36, NULL, "corner"},
        {"Teams", "teams", ALD_SHOW_LIST, 28, NULL, "teams_engaged"},
        {"Reopened", "reopens", ALD_SHOW_COUNT, 9, NULL, NULL},
        {"Id", "id", ALD_SHOW_TEXT, 40, NULL, NULL},
    };
    struct ald_table *table = ald_view_table(report, s, NULL, "incidents", "No incident of this period is recorded.", columns,
                                             sizeof columns / sizeof columns[0], true);
    table->printed = 9;
    table->anchor = "id";
}

static void data_quality(struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "data_quality", "Data quality");
    s->landscape = true;
    ald_view_text(report, s, ald_sprintf(report->arena, "How records became incidents: %s. The command explain tells why for each; "
                                                        "list --suggestions shows what was not taken.",
                                         ald_node_at(report->root, "linking.text")->text));
    const struct ald_figure population[] = {
        {"Records", "population.records", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"Incidents", "population.incidents", NULL, NULL, NULL, ALD_SHOW_COUNT, "incident"},
        {"of these, with a resolve clock", "clocks.resolve.n", NULL, NULL, NULL, ALD_SHOW_COUNT, "resolve"},
        {"of these, open", "population.open", NULL, NULL, NULL, ALD_SHOW_COUNT, "open"},
        {"of these, end not recorded", "population.end_not_recorded", NULL, NULL, NULL, ALD_SHOW_COUNT, "end_not_recorded"},
        {"of these, impossible", "population.impossible", NULL, NULL, NULL, ALD_SHOW_COUNT, "impossible"},
        {"of these, zero length", "population.zero_length", NULL, NULL, NULL, ALD_SHOW_COUNT, "zero_length"},
        {"of these, records disagree on the end", "population.ends_differ", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"Carried over", "population.carried_over", NULL, NULL, NULL, ALD_SHOW_COUNT, "carried_over"},
        {"Noise", "population.noise", NULL, NULL, NULL, ALD_SHOW_COUNT, "noise"},
        {"Planned", "population.planned", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"Exercises", "population.exercises", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"Near misses", "population.near_misses", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"Merged", "population.merged", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"Quarantined", "population.quarantined", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"With a reading: over before the landmark", "readings.over_before_landmark", NULL, NULL, "readings.landmark_known", ALD_SHOW_COUNT,
         "landmark_reading"},
        {"Without a reading", "readings.none", NULL, NULL, "counts.current", ALD_SHOW_COUNT, "reading"},
    };
    ald_view_figures(report, s, "What was counted, and what was not", population, sizeof population / sizeof population[0]);
    ald_frame_sources_view(report, s);
    const struct ald_column recorded[] = {
        {"Signal", "title", ALD_SHOW_TEXT, 26, NULL, NULL},      {"Axis", "axis", ALD_SHOW_WORD, 14, NULL, NULL},
        {"Timing", "timing", ALD_SHOW_WORD, 22, NULL, "signal"}, {"Recorded for", "recorded", ALD_SHOW_COUNT, 12, NULL, NULL},
        {"At the landmark", "at_landmark", ALD_SHOW_COUNT, 14, NULL, NULL}, {"Of", "of", ALD_SHOW_COUNT, 8, NULL, NULL},
        {"Otherwise because", "otherwise", ALD_SHOW_TEXT, 50, NULL, NULL},
    };
    ald_view_table(report, s, "Which signals are recorded", "recorded", "None.", recorded, sizeof recorded / sizeof recorded[0], false);
    ald_calibration_view(report, s);
    const struct ald_column moments[] = {
        {"Moment", "moment", ALD_SHOW_WORD, 18, NULL, NULL},
        {"Source", "source", ALD_SHOW_TEXT, 16, NULL, NULL},
        {"Taken from field", "field", ALD_SHOW_TEXT, 26, NULL, NULL},
        {"Incidents", "n", ALD_SHOW_COUNT, 10, NULL, NULL},
    };
    ald_view_table(report, s, "Where the times came from", "moments", "None.", moments, 4, false);
    ald_frame_overrides_view(report, s);
}

void ald_quarterly_views(const struct ald_report_input *in, struct ald_report *report)
{
    ald_frame_subtitle(in, report);
    summary(in, report);
    bool full = any(report);
    if (full) {
        triangulation(report);
        if (ald_charts_any_reading(report))
            pairs(report);
    }
    ald_change_view(report);
    if (full) {
        ald_groups_view(report, in->analysis);
        ald_patterns_view(report, in->analysis);
    }
    if (full || ald_node_at(report->root, "exercises.n")->integer > 0)
        ald_capacity_view(report);
    if (full)
        ald_learning_view(report);
    ald_stories_view(report);
    incidents(report);
    data_quality(report);
    ald_frame_definitions_view(report, ALD_FRAME_ALL);
}
