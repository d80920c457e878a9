/* The section Change: sentences, figures, the quarters of the lookback. Points into the tree. */
#include "change_node.h"
#include "charts.h"
#include "words.h"

#define N(items) (sizeof(items) / sizeof *(items))

static void figures(struct ald_report *report, struct ald_section *s)
{
    const struct ald_figure change[] = {
        {"Times to resolve, as a multiple of before", "change.ratio", "change.ratio_ci[0]", "change.ratio_ci[1]", "change.current.n",
         ALD_SHOW_NUMBER, "ratio"},
        {"Difference this large by chance", "change.p_value", NULL, NULL, "change.current.n", ALD_SHOW_PERCENT, "p_value"},
        {"Still open at this age", "change.open_at_same_age.current.open", NULL, NULL, "change.open_at_same_age.current.n", ALD_SHOW_COUNT,
         "open_at_same_age"},
        {"Earlier ones, open at the same age", "change.open_at_same_age.baseline.open", NULL, NULL, "change.open_at_same_age.baseline.n", ALD_SHOW_COUNT,
         "open_at_same_age"},
        {"Such a difference of the two shares by chance", "change.open_at_same_age.p_value", NULL, NULL, "change.open_at_same_age.current.n",
         ALD_SHOW_PERCENT, "open_at_same_age"},
        {"By luck alone the mean moves down to", "change.luck_interval_mean[0]", NULL, NULL, "change.baseline.n", ALD_SHOW_PERCENT,
         "luck_interval"},
        {"By luck alone the mean moves up to", "change.luck_interval_mean[1]", NULL, NULL, "change.baseline.n", ALD_SHOW_PERCENT,
         "luck_interval"},
        {"Smallest reduction likely to be noticed", "change.detectable_reduction", NULL, NULL, "change.current.n", ALD_SHOW_PERCENT,
         "detectable_reduction"},
        {"Incidents per period to notice 10 % less", "change.incidents_needed_10pct", NULL, NULL, NULL, ALD_SHOW_COUNT,
         "detectable_reduction"},
        {"Mean percentile among comparable ones", "change.adjusted_shift.mean_percentile", "change.adjusted_shift.ci[0]",
         "change.adjusted_shift.ci[1]", "change.adjusted_shift.n", ALD_SHOW_POSITION, "adjusted_shift"},
        {"Earlier incidents at the same age", "change.baseline.n", NULL, NULL, NULL, ALD_SHOW_COUNT, "same_age"},
        {"Weeks they lie in", "change.baseline.weeks", NULL, NULL, NULL, ALD_SHOW_COUNT, "weeks"},
        {"Weeks of this period", "change.current.weeks", NULL, NULL, NULL, ALD_SHOW_COUNT, "weeks"},
    };
    const struct ald_figure spread[] = {
        {"Time held by the longest incident", "concentration.top1_share", NULL, NULL, "concentration.n", ALD_SHOW_PERCENT, "concentration"},
        {"Time held by the longest three", "concentration.top3_share", NULL, NULL, "concentration.n", ALD_SHOW_PERCENT, "concentration"},
        {"Time held by the longest tenth", "concentration.top10pct_share", NULL, NULL, "concentration.n", ALD_SHOW_PERCENT, "concentration"},
        {"Mean without the longest", "concentration.mean_without_longest_s", NULL, NULL, "concentration.n", ALD_SHOW_SECONDS,
         "concentration"},
        {"Severity with duration, rank correlation", "severity.spearman", "severity.ci[0]", "severity.ci[1]", "severity.n", ALD_SHOW_NUMBER,
         "severity"},
    };
    ald_view_figures(report, s, "Figures, each with what it rests on", change, N(change));
    ald_view_figures(report, s, "How the times are spread", spread, N(spread));
}

/* What the charts leave out, said of the table. */
static void parts(struct ald_report *report, struct ald_section *s)
{
    const struct ald_node *trend = ald_node_at(report->root, "trend");
    for (size_t i = 0; i < ald_rows_n(trend); i++)
        if (ald_node_at(trend->list.items[i], "part")->boolean)
            ald_view_remark(report, s, ald_sprintf(report->arena, "Records begin within %s: it is on record only in part, and not drawn.",
                                                   ald_text_at(trend->list.items[i], "label")));
}

static void trend(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {
        {"Quarter", "label", ALD_SHOW_TEXT, 12, NULL, "trend"},
        {"Incidents", "n", ALD_SHOW_COUNT, 10, NULL, "count"},
        {"Resolved by then", "resolved", ALD_SHOW_COUNT, 11, NULL, "same_age"},
        {"Open then", "open", ALD_SHOW_COUNT, 10, NULL, "same_age"},
        {"Median", "median_s", ALD_SHOW_SECONDS, 12, NULL, "median"},
        {"Median, 95 % from", "median_ci_s[0]", ALD_SHOW_SECONDS, 12, NULL, "median"},
        {"Median, 95 % to", "median_ci_s[1]", ALD_SHOW_SECONDS, 12, NULL, "median"},
        {"Mean percentile", "mean_percentile", ALD_SHOW_POSITION, 12, NULL, "adjusted_shift"},
        {"Percentile, 95 % from", "ci[0]", ALD_SHOW_POSITION, 12, NULL, "adjusted_shift"},
        {"Percentile, 95 % to", "ci[1]", ALD_SHOW_POSITION, 12, NULL, "adjusted_shift"},
        {"With a reading", "with_reading", ALD_SHOW_COUNT, 10, NULL, "reading"},
    };
    s->place = ALD_PLACE_LEFT;
    ald_charts_medians(report, s);
    s->place = ALD_PLACE_RIGHT;
    ald_charts_percentiles(report, s);
    s->place = ALD_PLACE_FULL;
    ald_view_table(report, s, "Fiscal quarters, each as it stood at the same age as this one", "trend", "No quarter is on record.", columns,
                   N(columns), false);
    parts(report, s);
}

void ald_change_view(struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "change", "Change");
    s->landscape = true;
    const struct ald_node *sentences = ald_node_at(report->root, "change.sentences");
    for (size_t i = 0; i < sentences->list.n; i++)
        ald_view_text(report, s, sentences->list.items[i]->text);
    trend(report, s);
    ald_charts_concentration(report, s);
    if (ald_node_at(report->root, "population.incidents")->integer > 0) /* of none the sentences say all that there is to say */
        figures(report, s);
}
