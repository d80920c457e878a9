/* The charts that reports share: see charts.h. */
#include "charts.h"

#include <string.h>

#include "nodes.h"
#include "words.h"

#define N(items) (sizeof(items) / sizeof *(items))
#define ALD_NO_READING "readings.start.absent" /* why an incident has none */
#define POINTS_LEAST 5  /* fewer points than this are no picture */
#define BANDS_MOST 240  /* more bands side by side would be one grey area */

static const struct ald_series by_reading[] = {
    {"about as long as comparable", ALD_SHOWN "verdict", "typical", ALD_MARK_CIRCLE, ALD_TONE_GREY},
    {"shorter than comparable", ALD_SHOWN "verdict", "shorter", ALD_MARK_DOWN, ALD_TONE_BLUE},
    {"longer than comparable", ALD_SHOWN "verdict", "longer", ALD_MARK_UP, ALD_TONE_ORANGE},
    {"open", ALD_SHOWN "verdict", "open", ALD_MARK_SQUARE, ALD_TONE_VIOLET},
};
static const struct ald_series medians[] = {{"median", NULL, NULL, ALD_MARK_CIRCLE, ALD_TONE_BLUE}};
static const struct ald_series means[] = {{"mean percentile", NULL, NULL, ALD_MARK_CIRCLE, ALD_TONE_BLUE}};

static const char part_why[] = "because records begin within it"; /* of a quarter */

bool ald_charts_both_axes(const struct ald_report *report)
{
    const struct ald_node *both = ald_node_at(report->root, "readings.on_both_axes");
    const struct ald_node *same = ald_node_at(report->root, "readings.same_blast_radius");
    return both && same && both->integer >= POINTS_LEAST && 4 * same->integer < 3 * both->integer;
}

bool ald_charts_any_reading(const struct ald_report *report)
{
    const struct ald_node *none = ald_node_at(report->root, "readings.none"), *all = ald_node_at(report->root, "counts.current");
    return none && all && none->integer < all->integer;
}

/* Two rows of the trend have a number there: one quarter alone is a figure, no chart. */
static bool quarters(const struct ald_report *report, const char *path)
{
    const struct ald_node *trend = ald_node_at(report->root, "trend");
    size_t n = 0;
    for (size_t i = 0; i < ald_rows_n(trend); i++) {
        const struct ald_node *node = ald_node_at(trend->list.items[i], path);
        n += node && node->kind == ALD_NODE_NUM && !ald_node_at(trend->list.items[i], "part")->boolean;
    }
    return n > 1;
}

/* "none stands out beyond chance", "beyond chance stand out: a, b": the groups of a kind that are flagged. */
static const char *standing_out(const struct ald_report *report, const char *by)
{
    struct ald_arena *a = report->arena;
    const struct ald_node *groups = ald_node_at(report->root, "groups");
    const char *names = NULL;
    for (size_t i = 0; i < ald_rows_n(groups); i++) {
        const struct ald_node *row = groups->list.items[i];
        if (strcmp(ald_text_at(row, "by"), by) == 0 && ald_node_at(row, "flagged")->boolean)
            names = names ? ald_sprintf(a, "%s, %s", names, ald_text_at(row, "name")) : ald_text_at(row, "name");
    }
    return names ? ald_sprintf(a, "beyond chance stand out: %s", names) : "none stands out beyond chance";
}

/* What the curve says at its start. */
static const char *held(const struct ald_report *report)
{
    struct ald_arena *a = report->arena;
    const char *one = ald_words(report, a, ald_node_at(report->root, "concentration.top1_share"), ALD_SHOW_PERCENT);
    const char *three = ald_words(report, a, ald_node_at(report->root, "concentration.top3_share"), ALD_SHOW_PERCENT);
    return one && three ? ald_sprintf(a, " The longest one holds %s, the longest three %s.", one, three) : "";
}

/* Complexity read at the start and at the landmark share an axis and are not on one scale: marks say which it is (METHODS 3). */
static void tell_readings_apart(const struct ald_report *report, struct ald_chart *chart)
{
    const struct ald_node *landmark = ald_node_at(report->root, "settings.landmark_s");
    const char *span = ald_words(report, report->arena, landmark, ALD_SHOW_SECONDS);
    chart->hollow = "shown";
    chart->hollow_is = ald_reading_id(ALD_START_READING);
    chart->hollow_means = "placed by their start alone";
    chart->hollow_brief = "by their start alone";
    chart->filled_means = ald_sprintf(report->arena, "placed by their first %s", span);
    chart->apart = "Compare each kind with itself: they are not on one scale.";
    chart->noun = "incidents";
    chart->x_word = "complexity";
    chart->why = ALD_NO_READING;
}

static bool enough_readings(const struct ald_report *report)
{
    const struct ald_node *none = ald_node_at(report->root, "readings.none"), *all = ald_node_at(report->root, "counts.current");
    return none && all && all->integer - none->integer >= POINTS_LEAST;
}

void ald_charts_scatter(struct ald_report *report, struct ald_section *section)
{
    if (!enough_readings(report))
        return;
    bool page = ald_node_at(report->root, "open_and_longest"); /* one page names no point that it does not speak of */
    struct ald_chart chart = {
        .rows = ald_node_at(report->root, ALD_ALL_INCIDENTS) ? ALD_ALL_INCIDENTS : "incidents",
        .x = ALD_SHOWN "complexity.position",
        .x_title = "complexity in our history: simple (0) to complex (1)",
        .label = "key",
        .x_show = ALD_SHOW_POSITION,
        .named = !page,
        .name_first = {"read_in_full", page ? "open_and_longest" : NULL, page ? "hard.lasted.incidents" : NULL},
        .series = by_reading,
        .series_n = N(by_reading),
    };
    tell_readings_apart(report, &chart);
    if (ald_charts_both_axes(report)) {
        chart.title = "Every incident: complexity against blast radius";
        chart.alt = "Scatter chart. Each point is an incident, by complexity (left to right) and blast radius (bottom to top), with a shape and "
                    "colour for its reading: shorter, about as long, or longer than comparable earlier incidents.";
        chart.y = ALD_SHOWN "blast_radius.position";
        chart.y_title = "blast radius: narrow (0) to wide (1)";
        chart.y_word = "blast radius";
        chart.y_show = ALD_SHOW_POSITION;
        chart.unit_axes = true;
        chart.corners[0] = "simple, wide";
        chart.corners[1] = "complex, wide";
        chart.corners[2] = "simple, narrow";
        chart.corners[3] = "complex, narrow";
    } else {
        chart.title = "Every incident: complexity against time to resolve";
        chart.alt = "Scatter chart. Each point is an incident, by complexity (left to right) and time to resolve on a logarithmic scale (bottom "
                    "to top), with a shape and colour for its reading.";
        chart.y = "clocks.resolve_s";
        chart.y_word = "time to resolve";
        chart.y_title = "time to resolve (logarithmic)";
        chart.y_show = ALD_SHOW_SECONDS;
        chart.y_log = true;
        chart.corners[0] = "simple, long: ask what made it hard";
        chart.corners[1] = "complex, long";
        chart.corners[2] = "simple, short";
        chart.corners[3] = "complex, short: ask what went right";
    }
    ald_view_chart(report, section, &chart);
}

void ald_charts_durations(struct ald_report *report, struct ald_section *section)
{
    if (!enough_readings(report))
        return;
    const struct ald_chart chart = {
        .title = "Every incident: time to resolve, with the band of comparable ones",
        .alt = "Scatter chart. Each point is an incident, by its start (left to right) and its time to resolve on a logarithmic scale (bottom to "
               "top). The line through each spans eight in ten of the comparable earlier incidents. The table below lists them.",
        .rows = "incidents",
        .x = "started_at",
        .y = "clocks.resolve_s",
        .low = ALD_SHOWN "lower_s",
        .high = ALD_SHOWN "upper_s",
        .range_title = "eight in ten comparable ones",
        .label = "key",
        .x_title = "start",
        .y_title = "time to resolve (logarithmic)",
        .x_show = ALD_SHOW_TIME,
        .y_show = ALD_SHOW_SECONDS,
        .y_log = true,
        .most = BANDS_MOST,
        .noun = "incidents",
        .x_word = "reading",
        .y_word = "time to resolve",
        .why = ALD_NO_READING,
        .series = by_reading,
        .series_n = N(by_reading),
    };
    ald_view_chart(report, section, &chart);
}

void ald_charts_counts(struct ald_report *report, struct ald_section *section)
{
    const struct ald_node *periods = ald_node_at(report->root, "counts.periods");
    size_t some = 0;
    for (size_t i = 0; i < ald_rows_n(periods); i++)
        some += ald_node_at(periods->list.items[i], "n")->integer > 0;
    if (ald_rows_n(periods) < 2 || !some)
        return;
    static const struct ald_series series[] = {{"incidents of a period", NULL, NULL, ALD_MARK_CIRCLE, ALD_TONE_BLUE}};
    static const struct ald_level levels[] = {{"between these lines, a count is no surprise", "counts.lower", 0},
                                              {"and this one", "counts.upper", 0}};
    const struct ald_chart chart = {
        .form = ALD_CHART_RANGES,
        .title = "How many incidents: this period and those before",
        .alt = "Chart of the number of incidents in this period and the earlier ones, oldest first:",
        .rows = "counts.periods",
        .y = "n",
        .label = "label",
        .y_title = "incidents",
        .y_show = ALD_SHOW_COUNT,
        .joined = true,
        .series = series,
        .series_n = N(series),
        .levels = levels,
        .levels_n = N(levels),
    };
    ald_view_chart(report, section, &chart);
}

void ald_charts_medians(struct ald_report *report, struct ald_section *section)
{
    if (!quarters(report, "median_s"))
        return;
    const struct ald_chart chart = {
        .form = ALD_CHART_RANGES,
        .title = "Half were over within this time, by quarter",
        .alt = "Chart of the median time to resolve of each fiscal quarter at the same age, on a logarithmic scale, each with its 95 % interval, "
               "oldest first:",
        .rows = "trend",
        .y = "median_s",
        .noun = "quarters",
        .y_word = "median",
        .low = "median_ci_s[0]",
        .high = "median_ci_s[1]",
        .range_title = "95 % interval of the median",
        .label = "label",
        .unless = "part",
        .unless_why = part_why,
        .y_title = "median (logarithmic)",
        .y_show = ALD_SHOW_SECONDS,
        .y_log = true,
        .series = medians,
        .series_n = N(medians),
    };
    ald_view_chart(report, section, &chart);
}

void ald_charts_percentiles(struct ald_report *report, struct ald_section *section)
{
    if (!quarters(report, "mean_percentile"))
        return;
    static const struct ald_level like[] = {{"like comparable ones", NULL, 0.5}};
    const struct ald_chart chart = {
        .form = ALD_CHART_RANGES,
        .title = "Against comparable past incidents, by quarter",
        .alt = "Chart of the mean percentile of each fiscal quarter among comparable past incidents, each with its 95 % interval; 0.50 is like "
               "them, above is longer. An interval that crosses 0.50 shows no difference. Oldest first:",
        .rows = "trend",
        .y = "mean_percentile",
        .noun = "quarters",
        .y_word = "mean percentile",
        .low = "ci[0]",
        .high = "ci[1]",
        .range_title = "95 % interval",
        .label = "label",
        .unless = "part",
        .unless_why = part_why,
        .y_title = "shorter (0) to longer (1)",
        .y_show = ALD_SHOW_POSITION,
        .series = means,
        .series_n = N(means),
        .levels = like,
        .levels_n = N(like),
    };
    ald_view_chart(report, section, &chart);
}

#define LIMITS(by)                                                                                                                       \
    {                                                                                                                                    \
        {"95 % limits", "funnel.limits." by, "n", "lower95", true}, {"95 % limits", "funnel.limits." by, "n", "upper95", true},           \
            {"99.8 % limits", "funnel.limits." by, "n", "lower998", false}, {"99.8 % limits", "funnel.limits." by, "n", "upper998", false} \
    }

void ald_charts_funnel(struct ald_report *report, struct ald_section *section, bool services)
{
    static const struct ald_series of_services[] = {{"services", "by", "service", ALD_MARK_CIRCLE, ALD_TONE_BLUE}};
    static const struct ald_series of_teams[] = {{"first teams", "by", "team", ALD_MARK_SQUARE, ALD_TONE_ORANGE}};
    static const struct ald_line service_limits[] = LIMITS("service"), team_limits[] = LIMITS("team");
    static const struct ald_level centre[] = {{"the period as a whole", "funnel.mean_percentile", 0}};
    const struct ald_chart chart = {
        .title = services ? "Services: number of incidents against their mean percentile"
                          : "First teams: number of incidents against their mean percentile",
        .alt = ald_sprintf(report->arena,
                           "Funnel chart of %s: %s. Each point is one, by its number of incidents (left to right) and their mean percentile "
                           "(bottom to top; 0.5 is like comparable past incidents). Few incidents scatter widely by chance alone, so the limits "
                           "are wider on the left; those of fewer than five are not drawn. The table below gives the limits of each.",
                           services ? "services" : "teams assigned first", standing_out(report, services ? "service" : "team")),
        .rows = "groups",
        .x = "n",
        .y = "mean_percentile",
        .noun = services ? "services" : "first teams",
        .y_word = "mean percentile",
        .label = "name",
        .x_title = "incidents with a reading",
        .y_title = "mean percentile: shorter (0) to longer (1)",
        .x_show = ALD_SHOW_COUNT,
        .y_show = ALD_SHOW_POSITION,
        .named = true,
        .name_where = "flagged", /* a name says that there is something to say */
        .unless = "few",
        .unless_why = "fewer than 5 incidents",
        .series = services ? of_services : of_teams,
        .series_n = 1,
        .lines = services ? service_limits : team_limits,
        .lines_n = N(service_limits),
        .levels = centre,
        .levels_n = N(centre),
    };
    ald_view_chart(report, section, &chart);
}

void ald_charts_concentration(struct ald_report *report, struct ald_section *section)
{
    static const struct ald_series series[] = {{"share of all time to resolve", NULL, NULL, ALD_MARK_CIRCLE, ALD_TONE_BLUE}};
    const struct ald_chart chart = {
        .title = "How much of all time the longest incidents hold",
        .alt = ald_sprintf(report->arena,
                           "Curve of the share of all time to resolve (bottom to top) that the longest incidents hold, by how many of them are "
                           "taken (left to right).%s A steep start: a few incidents decide every mean.",
                           held(report)),
        .rows = "concentration.curve",
        .x = "longest",
        .y = "share",
        .x_title = "the longest so many incidents",
        .y_title = "share of all time to resolve",
        .x_show = ALD_SHOW_COUNT,
        .y_show = ALD_SHOW_PERCENT,
        .joined = true,
        .series = series,
        .series_n = N(series),
    };
    const struct ald_node *curve = ald_node_at(report->root, chart.rows);
    if (ald_rows_n(curve))
        ald_view_chart(report, section, &chart);
}
