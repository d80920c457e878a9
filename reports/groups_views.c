/* What people see of groups, calibration and coupling. Groups come by name, never by rank. */
#include <string.h>

#include "charts.h"
#include "groups_node.h"
#include "words.h"

#define POINTS_LEAST 5 /* fewer, and without limits beside them, are no picture: the table says it */

static bool worth_a_chart(const struct ald_node *groups, const char *by)
{
    size_t n = 0;
    bool limits = false;
    for (size_t i = 0; i < groups->list.n; i++) {
        const struct ald_node *row = groups->list.items[i], *limit = ald_node_at(row, "lower95");
        bool is = strcmp(ald_text_at(row, "by"), by) == 0;
        n += is && !ald_node_at(row, "few")->boolean;
        limits = limits || (is && limit && limit->kind == ALD_NODE_NUM);
    }
    return limits || n >= POINTS_LEAST;
}

void ald_groups_view(struct ald_report *report, const struct ald_analysis *an)
{
    struct ald_section *s = ald_view_section(report, "services", "Services");
    s->landscape = true;
    ald_view_text(report, s, "How long the incidents of each service, and those that each team took first, lasted among comparable past ones. With "
                             "few incidents chance alone makes large differences, so each has limits within which chance keeps it. They stand "
                             "by name: a position here is no rank and no grade.");
    const struct ald_figure figures[] = {
        {"Mean percentile of the period", "funnel.mean_percentile", NULL, NULL, "funnel.n", ALD_SHOW_POSITION, "mean_percentile"}};
    ald_view_figures(report, s, "What each group is seen beside", figures, 1);
    const struct ald_node *groups = ald_node_at(report->root, "groups");
    if (worth_a_chart(groups, "service"))
        ald_charts_funnel(report, s, true);
    if (worth_a_chart(groups, "team"))
        ald_charts_funnel(report, s, false);
    const struct ald_node *small = ald_node_at(report->root, "funnel.small_teams");
    if (!an->settings->people_stored)
        ald_view_remark(report, s, "People are not stored, so nobody can tell which teams are larger than four people: all teams are folded "
                                   "into \"small teams\".");
    else if (small->list.n > 0)
        ald_view_remark(report, s, "Teams of which fewer than 5 people were seen engaged while they held an incident are folded into \"small teams\".");
    const struct ald_column columns[] = {
        {"Of", "by", ALD_SHOW_TEXT, 9, NULL, "group"},
        {"Name", "name", ALD_SHOW_TEXT, 28, NULL, NULL},
        {"Incidents", "n", ALD_SHOW_COUNT, 10, NULL, NULL},
        {"Mean percentile", "percentile_told", ALD_SHOW_POSITION, 11, NULL, "mean_percentile"},
        {"Lower limit, 95 %", "lower95", ALD_SHOW_POSITION, 13, NULL, "funnel_limits"},
        {"Upper limit, 95 %", "upper95", ALD_SHOW_POSITION, 13, NULL, "funnel_limits"},
        {"Lower limit, 99.8 %", "lower998", ALD_SHOW_POSITION, 13, NULL, "funnel_limits"},
        {"Upper limit, 99.8 %", "upper998", ALD_SHOW_POSITION, 13, NULL, "funnel_limits"},
        {"Adjusted p", "p_adjusted", ALD_SHOW_NUMBER, 11, NULL, "flagged"},
        {"Stands out", "flagged", ALD_SHOW_BOOL, 10, NULL, "flagged"},
        {"What it says", "text", ALD_SHOW_TEXT, 42, NULL, "flagged"},
        {"Wide incidents", "wide_n", ALD_SHOW_COUNT, 10, NULL, "wide"},
    };
    const struct ald_node *read = ald_node_at(report->root, "funnel.n");
    const char *empty = read->integer > 0 ? "No incident with a reading has a first team, or a service named at its start, on record."
                                          : "No incident of this period can be read against comparable ones yet.";
    ald_view_table(report, s, "By service and by first team, in the order of their names", "groups", empty, columns, sizeof columns / sizeof columns[0], true);
    if (groups->list.n > 0)
        ald_view_new_page(s);
}

/* The verdict on a reading's skill as a sentence of its own. */
static void say(struct ald_report *report, struct ald_section *section, const char *path, const char *which)
{
    const struct ald_node *verdict = ald_node_at(report->root, path);
    if (verdict && verdict->kind == ALD_NODE_STR)
        ald_view_remark(report, section, ald_sprintf(report->arena, "%s: %s.", which, verdict->text));
}

#define READING_FIGURES(name, id)                                                                                                        \
    {name ": over sooner than the band (1 in 10 expected)", "calibration." id ".below", "calibration." id ".below_ci[0]",                 \
     "calibration." id ".below_ci[1]", "calibration." id ".n", ALD_SHOW_PERCENT, "calibration"},                                          \
        {name ": inside the band (8 in 10 expected)", "calibration." id ".inside", "calibration." id ".inside_ci[0]",                     \
         "calibration." id ".inside_ci[1]", "calibration." id ".n", ALD_SHOW_PERCENT, "calibration"},                                     \
        {name ": longer than the band (1 in 10 expected)", "calibration." id ".above", "calibration." id ".above_ci[0]",                  \
         "calibration." id ".above_ci[1]", "calibration." id ".n", ALD_SHOW_PERCENT, "calibration"},                                      \
        {name ": skill (0: position adds nothing, 1: all)", "calibration." id ".skill", "calibration." id ".skill_ci[0]",                 \
         "calibration." id ".skill_ci[1]", "calibration." id ".skill_n", ALD_SHOW_NUMBER, "skill"},                                       \
    {                                                                                                                                     \
        name ": open ones left out", "calibration." id ".open_left_out", NULL, NULL, NULL, ALD_SHOW_COUNT, "calibration"                  \
    }

void ald_calibration_view(struct ald_report *report, struct ald_section *section)
{
    const struct ald_figure figures[] = {
        READING_FIGURES("Start reading", "start"),
        READING_FIGURES("Landmark reading", "landmark"),
        {"Over before the landmark", "calibration.over_before_landmark", NULL, NULL, "calibration.landmark_known", ALD_SHOW_PERCENT,
         "landmark_reading"},
    };
    ald_view_figures(report, section, "Whether the readings of this period hold what they promise", figures, sizeof figures / sizeof figures[0]);
    say(report, section, "calibration.start.verdict", "Start reading");
    say(report, section, "calibration.landmark.verdict", "Landmark reading");
    const struct ald_column columns[] = {
        {"Signal", "title", ALD_SHOW_TEXT, 26, NULL, NULL},
        {"Timing", "timing", ALD_SHOW_WORD, 22, NULL, "signal"},
        {"With duration: total", "spearman_total", ALD_SHOW_POSITION, 12, NULL, "coupling"},
        {"Incidents", "n_total", ALD_SHOW_COUNT, 10, NULL, NULL},
        {"With duration: at the landmark", "spearman_landmark", ALD_SHOW_POSITION, 14, NULL, "coupling"},
        {"Incidents open then", "n_landmark", ALD_SHOW_COUNT, 12, NULL, NULL},
    };
    ald_view_table(report, section, "How each signal goes together with duration (rank correlation)", "coupling", "None.", columns,
                   sizeof columns / sizeof columns[0], false);
}
