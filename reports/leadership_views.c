/* The leadership page: what matters first, in words; charts beside it; what stands behind it on the pages that follow. */
#include <string.h>

#include "alidade/told.h"
#include "charts.h"
#include "frame.h"
#include "leadership.h"
#include "words.h"

#define N(items) (sizeof(items) / sizeof *(items))

enum { MORE, CHANGE, CUSTOMERS, OPEN, HARD, RECURS, LEARNED, ACTIONS, READ, CANNOT };

static const struct ald_node *sentences_of(const struct ald_report *report, size_t answer)
{
    return ald_node_at(report->root, ald_sprintf(report->arena, "answers[%zu].sentences", answer));
}

static bool strong(const struct ald_report *report, size_t answer, size_t i)
{
    const struct ald_node *which = ald_node_at(report->root, ald_sprintf(report->arena, "answers[%zu].strong", answer));
    return which && which->kind == ALD_NODE_INT && (size_t)which->integer == i;
}

static void lead(struct ald_report *report, struct ald_section *s, size_t answer)
{
    const struct ald_node *list = sentences_of(report, answer);
    for (size_t i = 0; i < ald_rows_n(list); i++)
        ald_view_lead(report, s, list->list.items[i]->text, strong(report, answer, i), i == 0);
}

static bool any(const struct ald_report *report)
{
    return ald_node_at(report->root, "counts.current")->integer > 0;
}

/* What matters most of them: the first and the last sentence. All of them stand on the next page. */
static void customers(struct ald_report *report, struct ald_section *s)
{
    const struct ald_node *list = sentences_of(report, CUSTOMERS);
    for (size_t i = 0; i < ald_rows_n(list); i++)
        if (i == 0 || i + 1 == ald_rows_n(list))
            ald_view_lead(report, s, list->list.items[i]->text, false, i == 0);
}

static void heading(struct ald_report *report, struct ald_section *s, size_t answer)
{
    ald_view_heading(report, s, ald_text_at(report->root, ald_sprintf(report->arena, "answers[%zu].question", answer)));
}

/* Its sentences as one paragraph. */
static void say_together(struct ald_report *report, struct ald_section *s, size_t answer)
{
    const struct ald_node *list = sentences_of(report, answer);
    const char *text = "";
    for (size_t i = 0; i < ald_rows_n(list); i++)
        text = ald_sprintf(report->arena, "%s%s%s", text, i ? " " : "", list->list.items[i]->text);
    if (*text)
        ald_view_text(report, s, text);
}

/* By name, whatever their reading: who asks for them knows them. */
static void open_and_longest(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {{"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
                                         {"How long", "how_long", ALD_SHOW_TEXT, 20, NULL, "resolve"},
                                         {"Declared", "severity", ALD_SHOW_TEXT, 12, NULL, NULL},
                                         {"Title", "title", ALD_SHOW_TEXT, 46, NULL, NULL},
                                         {"Beside comparable earlier ones", "reading", ALD_SHOW_TEXT, 30, NULL, "reading"}};
    if (!ald_rows_n(ald_node_at(report->root, "open_and_longest")))
        return;
    int64_t shown = 0, open = ald_node_at(report->root, "open_now")->integer;
    heading(report, s, OPEN);
    if (!open)
        ald_view_text(report, s, "No incident is still open. The longest:");
    ald_view_table(report, s, NULL, "open_and_longest", NULL, columns, N(columns) - !ald_rows_tell(ald_node_at(report->root, "open_and_longest"), "reading"), false);
    const struct ald_node *list = ald_node_at(report->root, "open_and_longest");
    for (size_t i = 0; i < ald_rows_n(list); i++)
        shown += strcmp(ald_text_at(list->list.items[i], "state"), "over") != 0;
    if (open > shown)
        ald_view_remark(report, s, ald_sprintf(report->arena, "%s more are still open.",
                                               ald_words_count(report->arena, open - shown)));
}

static void to_read(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {{"Incident", "key", ALD_SHOW_TEXT, 12, "url", NULL},
                                         {"Title", "title", ALD_SHOW_TEXT, 30, NULL, NULL},
                                         {"In short", "in_short", ALD_SHOW_TEXT, 70, NULL, NULL},
                                         {"Why this one", "why", ALD_SHOW_LIST, 64, NULL, "story"}};
    heading(report, s, READ);
    ald_view_table(report, s, NULL, "read_in_full", ald_text_at(report->root, ald_sprintf(report->arena, "answers[%d].sentences[0]", READ)), columns, N(columns), false)->cards = true;
}

static void recurring(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {{"The same title, numbers left out", "title", ALD_SHOW_TEXT, 46, NULL, NULL},
                                         {"Incidents", "n", ALD_SHOW_COUNT, 10, NULL, NULL},
                                         {"Latest", "latest", ALD_SHOW_TEXT, 14, "url", NULL}};
    heading(report, s, RECURS);
    say_together(report, s, RECURS);
    if (!ald_rows_n(ald_node_at(report->root, "top_patterns")) && ald_rows_n(ald_node_at(report->root, "recurring")) &&
        !ald_leadership_one_title(report->root))
        ald_view_table(report, s, NULL, "recurring", NULL, columns, N(columns), false);
}

/* Behind the sentence that names them. */
static void patterns(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {{"Pattern", "title", ALD_SHOW_TEXT, 46, NULL, "pattern"},
                                         {"Confirmed", "confirmed", ALD_SHOW_COUNT, 10, NULL, "pattern_tag"},
                                         {"Suggested", "suggested", ALD_SHOW_COUNT, 10, NULL, "pattern_tag"},
                                         {"Usual, from", "past.lower", ALD_SHOW_COUNT, 10, NULL, "pattern_share"},
                                         {"to", "past.upper", ALD_SHOW_COUNT, 8, NULL, "pattern_share"}};
    if (ald_rows_n(ald_node_at(report->root, "top_patterns")))
        ald_view_table(report, s, "Ways of failing that showed most often", "top_patterns", NULL, columns, N(columns), false);
}

static void page(struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "page", "Leadership page");
    s->one_page = true;
    lead(report, s, MORE);
    lead(report, s, CHANGE);
    if (any(report)) { /* of none there is nothing more to say */
        customers(report, s);
        lead(report, s, HARD);
    }
    open_and_longest(report, s);
    s->place = ALD_PLACE_LEFT;
    ald_charts_scatter(report, s);
    ald_charts_medians(report, s);
    s->place = ALD_PLACE_RIGHT;
    to_read(report, s);
    recurring(report, s);
    heading(report, s, LEARNED);
    say_together(report, s, LEARNED);
    heading(report, s, ACTIONS);
    say_together(report, s, ACTIONS);
    s->place = ALD_PLACE_FULL;
    s->aside = true;
    heading(report, s, CANNOT);
    say_together(report, s, CANNOT);
    s->aside = false;
}

/* A status page of one's own, read or still to be read. */
static bool has_status_page(const struct ald_node *sources)
{
    for (size_t i = 0; i < sources->list.n; i++)
        if (strcmp(ald_node_at(sources->list.items[i], "kind")->text, "status") == 0 && strcmp(ald_node_at(sources->list.items[i], "role")->text, "own") == 0)
            return true;
    return false;
}

/* What is missing, and what brings it in: for who runs the program, not on the page. */
static void hints(const struct ald_report_input *in, struct ald_report *report, struct ald_section *s)
{
    const struct {
        bool missing;
        const char *text;
    } rows[] = {
        {ald_absent_at(report->root, "learning.reviewed") != NULL,
         "Reviews: 'alidade review add', or 'alidade import FILE --kind reviews' (attendance, learnings)."},
        {ald_absent_at(report->root, "learning.actions.opened") != NULL, "Actions: 'alidade import FILE --kind actions'."},
        {!ald_rows_n(ald_node_at(report->root, "customers")),
         has_status_page(ald_node_at(report->root, "sources"))
             ? "Whether customers were hurt: map a field of your tickets (fields: { customers: ... })."
             : "Whether customers were hurt: map a field of your tickets (fields: { customers: ... }), or add your status page as a source."},
        {!in->analysis->settings->free_text, "Ways of failing, where texts are not stored (free_text: off): 'alidade tag'."},
    };
    bool some = false;
    for (size_t i = 0; i < N(rows) && any(report); i++) {
        if (!rows[i].missing)
            continue;
        if (!some)
            ald_view_heading(report, s, "What would bring in what is missing");
        some = true;
        ald_view_remark(report, s, rows[i].text);
    }
}

static void figures(const struct ald_report_input *in, struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "figures", "Figures behind it");
    s->screen = s->landscape = true;
    const struct ald_figure rows[] = {
        {"Incidents, beside the usual range", "counts.current", "counts.lower", "counts.upper", "counts.past_n", ALD_SHOW_COUNT, "count"},
        {"Time to resolve, median", "clocks.resolve.median_s", "clocks.resolve.median_ci_s[0]", "clocks.resolve.median_ci_s[1]",
         "clocks.resolve.n", ALD_SHOW_SECONDS, "median"},
        {"Times to resolve, as a multiple of before", "change.ratio", "change.ratio_ci[0]", "change.ratio_ci[1]", "change.current.n",
         ALD_SHOW_NUMBER, "ratio"},
        {"Difference this large by chance", "change.p_value", NULL, NULL, "change.current.n", ALD_SHOW_PERCENT, "p_value"},
        {"Still open at this age", "change.open_at_same_age.current.open", NULL, NULL, "change.open_at_same_age.current.n", ALD_SHOW_COUNT,
         "open_at_same_age"},
        {"Earlier ones, open at the same age", "change.open_at_same_age.baseline.open", NULL, NULL, "change.open_at_same_age.baseline.n", ALD_SHOW_COUNT,
         "open_at_same_age"},
        {"Such a difference of the two shares by chance", "change.open_at_same_age.p_value", NULL, NULL, "change.open_at_same_age.current.n",
         ALD_SHOW_PERCENT, "open_at_same_age"},
        {"Smallest reduction likely to be noticed", "change.detectable_reduction", NULL, NULL, "change.current.n", ALD_SHOW_PERCENT,
         "detectable_reduction"},
        {"Mean percentile among comparable ones", "change.adjusted_shift.mean_percentile", "change.adjusted_shift.ci[0]",
         "change.adjusted_shift.ci[1]", "change.adjusted_shift.n", ALD_SHOW_POSITION, "adjusted_shift"},
        {"Harder than nine in ten of the past, of those that lasted", "hard.lasted.n", NULL, NULL, "hard.lasted.of", ALD_SHOW_COUNT, "complexity"},
        {"Reached further than eight in ten", "hard.wide", NULL, NULL, "hard.wide_of", ALD_SHOW_COUNT, "blast_radius"},
    };
    if (ald_view_figures_told(report, N(rows)))
        ald_view_figures(report, s, "Each with how far off it may be", rows, ald_view_figures_told(report, N(rows)));
    if (any(report) && in->analysis->settings->show_mean) {
        const struct ald_figure mean[] = {
            {"Time to resolve, mean", "clocks.resolve.mean_s", "clocks.resolve.mean_ci_s[0]", "clocks.resolve.mean_ci_s[1]", "clocks.resolve.n",
             ALD_SHOW_SECONDS, "mean"},
            {"By luck alone the mean moves down to", "change.luck_interval_mean[0]", NULL, NULL, "change.baseline.n", ALD_SHOW_PERCENT,
             "luck_interval"},
            {"By luck alone the mean moves up to", "change.luck_interval_mean[1]", NULL, NULL, "change.baseline.n", ALD_SHOW_PERCENT,
             "luck_interval"}};
        ald_view_figures(report, s, "The mean, because the configuration asks for it", mean, N(mean));
    }
    if (ald_rows_n(sentences_of(report, CUSTOMERS)) > 2) {
        heading(report, s, CUSTOMERS);
        say_together(report, s, CUSTOMERS);
    }
    patterns(report, s);
    ald_charts_percentiles(report, s);
    ald_charts_counts(report, s);
    hints(in, report, s);
    ald_frame_sources_view(report, s);
    ald_frame_overrides_view(report, s);
}

static bool tells_of_it(const struct ald_told *told, const char *source)
{
    const struct ald_told_source *found = told ? ald_told_of(told, source) : NULL;
    return found && found->now;
}

/* " from pager and tickets": own sources that tell of the period. */
static const char *source_names(struct ald_arena *a, const struct ald_node *sources, const struct ald_told *told)
{
    const char *names = "", *last = NULL;
    size_t named = 0;
    for (size_t i = 0; i < ald_rows_n(sources); i++) {
        const char *name = ald_text_at(sources->list.items[i], "name");
        if (!tells_of_it(told, name))
            continue;
        if (last)
            names = ald_sprintf(a, "%s%s%s", names, named++ ? ", " : " from ", last);
        last = name;
    }
    return last ? ald_sprintf(a, "%s%s%s", names, named ? " and " : " from ", last) : "";
}

/* "Acme, 44 incidents from pager and tickets, as of 7 October 2026" */
static const char *subtitle(const struct ald_report_input *in, const struct ald_report *report, const struct ald_figures *f)
{
    struct ald_arena *a = report->arena;
    const char *names = source_names(a, ald_node_at(report->root, "sources"), f->counts.told), *organisation = in->analysis->settings->organisation;
    return ald_sprintf(a, "%s%s%s %s%s, of %s \xc2\xb7 as of %s", organisation, *organisation ? " \xc2\xb7 " : "",
                       ald_words_count(a, (int64_t)f->incidents_n), f->incidents_n == 1 ? "incident" : "incidents", names,
                       f->population.records == 1 ? "1 record" : ald_sprintf(a, "%s records", ald_words_count(a, (int64_t)f->population.records)),
                       ald_words_date(a, report->zone, report->as_of));
}

void ald_leadership_views(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *f)
{
    report->first_untitled = true;
    report->title = ald_sprintf(report->arena, "Reliability, %s",
                                ald_words_period(report->arena, report->zone, in->period.start, in->period.end, in->period.months));
    report->subtitle = subtitle(in, report, f);
    page(report);
    figures(in, report);
    ald_frame_definitions_view(report, ALD_FRAME_USED);
    report->sections[report->sections_n - 1].screen = true;
}
