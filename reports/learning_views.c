/* What people see of learning, capacity and exercises: reads the tree alone. */
#include "learning_node.h"

#include <math.h>

#include "view.h"
#include "words.h"

#define N(a) (sizeof(a) / sizeof(a)[0])
#define ALWAYS 0.95  /* of the period */
#define NEVER_MOST 5 /* to choose from; the JSON has all */

static size_t rows_at(const struct ald_report *report, const char *path)
{
    return ald_rows_n(ald_node_at(report->root, path));
}

static int64_t count_at(const struct ald_report *report, const char *path)
{
    const struct ald_node *node = ald_node_at(report->root, path);
    return node && node->kind == ALD_NODE_INT ? node->integer : node && node->kind == ALD_NODE_NUM ? (int64_t)node->number : 0;
}

static void reviews(struct ald_report *report, struct ald_section *s)
{
    const struct ald_figure figures[] = {
        {"Incidents and near misses that are over", "learning.incidents", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"of these, with a review", "learning.reviewed", NULL, NULL, "learning.incidents", ALD_SHOW_COUNT, "review"},
        {"of these, with a review meeting", "learning.reviews_held", NULL, NULL, "learning.incidents", ALD_SHOW_COUNT, "review"},
        {"Days from the end to the meeting, median", "learning.days_to_review_median", NULL, NULL, "learning.days_to_review_n", ALD_SHOW_NUMBER, "review"},
        {"People came because they had to", "learning.attendance.required", NULL, NULL, NULL, ALD_SHOW_COUNT, "voluntary"},
        {"People came without having to", "learning.attendance.voluntary", NULL, NULL, NULL, ALD_SHOW_COUNT, "voluntary"},
        {"Teams that came though not involved", "learning.attendance.teams_not_involved", NULL, NULL, NULL, ALD_SHOW_COUNT, "voluntary"},
        {"Readers of write-ups", "learning.readers", NULL, NULL, "learning.readers_n", ALD_SHOW_COUNT, NULL},
        {"Reviews without actions (nothing unusual)", "learning.reviews_without_actions", NULL, NULL, "learning.reviewed", ALD_SHOW_COUNT, "actions"},
        {"Actions opened", "learning.actions.opened", NULL, NULL, NULL, ALD_SHOW_COUNT, "actions"},
        {"of these, still open", "learning.actions.open", NULL, NULL, "learning.actions.opened", ALD_SHOW_COUNT, "actions"},
        {"of those, past their date", "learning.actions.late", NULL, NULL, "learning.actions.open", ALD_SHOW_COUNT, "actions"},
        {"Age of open actions, median", "learning.actions.open_age_median_s", NULL, NULL, "learning.actions.open_dated", ALD_SHOW_AGE, "actions"},
        {"Earlier incidents that texts of the period name", "learning.citations.incidents", NULL, NULL, NULL, ALD_SHOW_COUNT, "citations"},
    };
    ald_view_figures(report, s, "Reviews, who came, what followed", figures, N(figures));
}

static void said(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Title", "title", ALD_SHOW_TEXT, 40, "#incidents:incident", NULL},
        {"In people's own words", "text", ALD_SHOW_TEXT, 90, NULL, "learnings"},
        {"Kind", "kind", ALD_SHOW_TEXT, 14, NULL, NULL},
    };
    const char *empty = count_at(report, "learning.learnings_n") ? "What people said is counted, but its text is not stored (free_text: off)."
                                                                 : "Nothing is on record for this period.";
    ald_view_table(report, s, "What people said they learned", "learning.learnings", empty, columns, N(columns) - !ald_rows_tell(ald_node_at(report->root, "learning.learnings"), "kind"), false);
}

static void actions(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Action", "action", ALD_SHOW_TEXT, 46, "action_url", "actions"},
        {"Team", "team", ALD_SHOW_TEXT, 18, NULL, NULL},
        {"Opened", "opened_at", ALD_SHOW_TIME, 17, NULL, NULL},
        {"Due", "due_at", ALD_SHOW_TIME, 17, NULL, NULL},
        {"Closed", "closed_at", ALD_SHOW_TIME, 17, NULL, NULL},
        {"Age", "age_s", ALD_SHOW_AGE, 12, NULL, NULL},
        {"Past its date", "late", ALD_SHOW_BOOL, 10, NULL, NULL},
    };
    ald_view_table(report, s, "Actions that followed, open ones first", "learning.actions.list", "No action is recorded for incidents of this period.", columns,
                   N(columns), true);
}

static void cited(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Title", "title", ALD_SHOW_TEXT, 40, "#incidents:incident", NULL},
        {"Named in", "by", ALD_SHOW_TEXT, 16, NULL, "citations"},
        {"When", "at", ALD_SHOW_TIME, 17, NULL, NULL},
        {"Words", "quote", ALD_SHOW_TEXT, 80, NULL, NULL},
    };
    ald_view_table(report, s, "Earlier incidents that people still point to", "learning.citations.list", "No text of this period names an earlier incident.", columns,
                   N(columns), false);
}

static void never(struct ald_report *report, struct ald_section *s)
{
    const struct ald_column columns[] = {
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Title", "title", ALD_SHOW_TEXT, 50, "#incidents:incident", NULL},
        {"Complexity", "complexity", ALD_SHOW_POSITION, 11, NULL, "complexity"},
        {"Time to resolve", "resolve_s", ALD_SHOW_SECONDS, 13, NULL, "resolve"},
        {"Why it may be worth one", "why", ALD_SHOW_LIST, 60, NULL, "pattern_tag"},
    };
    ald_view_table(report, s, "Not reviewed, and perhaps worth it: the most complex first", "learning.never_reviewed",
                   "None of those that were not reviewed is among the most complex or shows a known way of failing.", columns, N(columns), false)
        ->most = NEVER_MOST;
}

void ald_learning_view(struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "learning", "Learning");
    s->landscape = true;
    ald_view_text(report, s, "What was made of the period's incidents: which were reviewed, who came to hear of them, what people said they learned. "
                             "Numbers of actions are no measure of learning; a review without any is as good as one with ten.");
    const struct ald_node *reviewed = ald_node_at(report->root, "learning.reviewed");
    if (reviewed && reviewed->kind == ALD_NODE_NULL && reviewed->absent)
        ald_view_remark(report, s, "No review is on record. 'alidade review add', 'alidade import FILE --kind reviews', or a source that has reviews "
                                   "brings them in.");
    reviews(report, s);
    said(report, s);
    never(report, s);
    cited(report, s);
    actions(report, s);
    if (count_at(report, "learning.strangers"))
        ald_view_remark(report, s, "Some rows of reviews, learning or actions name an incident that the store does not know; they are not counted here.");
}

static double share_at(const struct ald_report *report, const char *path)
{
    const struct ald_node *node = ald_node_at(report->root, path);
    return node && node->kind == ALD_NODE_NUM ? node->number : 0;
}

/* What a figure of capacity does not tell, where it tells little. */
static void too_coarse(struct ald_report *report, struct ald_section *s)
{
    bool three = share_at(report, "capacity.three_open_share") > ALWAYS;
    if (share_at(report, "capacity.two_open_share") > ALWAYS)
        ald_view_remark(report, s, ald_sprintf(report->arena, "%s were open practically always: too coarse a measure here, where so many run side by side.",
                                               three ? "Three or more incidents" : "Two or more incidents"));
}

void ald_capacity_view(struct ald_report *report)
{
    /* Stretches of weeks make their people the busiest, whatever these did. */
    double tenth = share_at(report, "capacity.engaged_longest_tenth_share");
    const char *busiest = tenth > 0.5 ? ald_sprintf(report->arena, "carried by the busiest tenth of them (a tenth of the incidents holds %.0f %%: it tells of long "
                                                                   "incidents, not of busy people)", fmin(100 * tenth, 99))
                                      : "carried by the busiest tenth of them";
    struct ald_section *s = ald_view_section(report, "capacity", "Capacity");
    ald_view_text(report, s, "How much of people's time incidents took, and at which hours. Counts only, and none about fewer than five people: they tell "
                             "of the load on the whole, never of anybody.");
    const struct ald_figure figures[] = {
        {"Time with two or more open incidents", "capacity.two_open_share", NULL, NULL, NULL, ALD_SHOW_PERCENT, "open_at_once"},
        {"Time with three or more", "capacity.three_open_share", NULL, NULL, NULL, ALD_SHOW_PERCENT, "open_at_once"},
        {"left out of both: over, but not recorded since when", "capacity.end_unknown", NULL, NULL, NULL, ALD_SHOW_COUNT, "open_at_once"},
        {"People engaged or called", "capacity.people", NULL, NULL, NULL, ALD_SHOW_COUNT, NULL},
        {"Hours from a person's first to last action, nights included", "capacity.engaged_hours", NULL, NULL, "capacity.people", ALD_SHOW_NUMBER,
         "engaged_hours"},
        {"of these, in the three incidents with most of them", "capacity.engaged_longest_three_share", NULL, NULL, "capacity.engaged_incidents",
         ALD_SHOW_PERCENT, "engaged_hours"},
        {busiest, "capacity.busiest_tenth_share", NULL, NULL, "capacity.people", ALD_SHOW_PERCENT, "busiest_tenth"},
        {"Interruptions", "capacity.interruptions", NULL, NULL, NULL, ALD_SHOW_COUNT, "interruptions"},
        {"of these, outside working hours there", "capacity.interruptions_off_hours", NULL, NULL, "capacity.interruptions", ALD_SHOW_COUNT, "interruptions"},
        {"of these, in sleeping hours there", "capacity.interruptions_sleep_hours", NULL, NULL, "capacity.interruptions", ALD_SHOW_COUNT, "interruptions"},
        {"Interruptions of people whose team has a time zone of its own", "capacity.interruptions_in_own_zone", NULL, NULL, "capacity.interruptions", ALD_SHOW_COUNT,
         "interruptions"},
        {"Services that one person knows", "capacity.services_known_by_one", NULL, NULL, "capacity.services", ALD_SHOW_COUNT, "known_by_few"},
        {"Services that two people know", "capacity.services_known_by_two", NULL, NULL, "capacity.services", ALD_SHOW_COUNT, "known_by_few"},
        {"Exercises", "exercises.n", NULL, NULL, NULL, ALD_SHOW_COUNT, "exercise"},
        {"Incidents later on the services they covered", "exercises.later_incidents", NULL, NULL, NULL, ALD_SHOW_COUNT, "exercise"},
    };
    ald_view_figures(report, s, "Load and practice", figures, N(figures));
    too_coarse(report, s);
    size_t never_n = rows_at(report, "exercises.services_never_exercised");
    const struct ald_node *names = ald_node_at(report->root, "exercises.services_never_exercised");
    if (never_n)
        ald_view_text(report, s, ald_sprintf(report->arena, "Services with incidents and no exercise in the lookback: %s.",
                                             ald_words(report, report->arena, names, ALD_SHOW_LIST)));
    const struct ald_column columns[] = {{"Exercise", "key", ALD_SHOW_TEXT, 14, "url", "exercise"},
                                         {"Title", "title", ALD_SHOW_TEXT, 60, NULL, NULL},
                                         {"Began", "started_at", ALD_SHOW_TIME, 17, NULL, NULL}};
    ald_view_table(report, s, "Exercises of the period", "exercises.list", "No exercise is recorded for this period.", columns, N(columns), false);
    const struct ald_column practice[] = {
        {"Service", "service", ALD_SHOW_TEXT, 20, NULL, NULL},          {"Pattern", "title", ALD_SHOW_TEXT, 24, NULL, "practice"},
        {"Incidents", "n", ALD_SHOW_COUNT, 10, NULL, NULL},             {"Order with percentile", "spearman", ALD_SHOW_NUMBER, 11, NULL, "practice"},
        {"95 % from", "ci[0]", ALD_SHOW_NUMBER, 9, NULL, "practice"},    {"95 % to", "ci[1]", ALD_SHOW_NUMBER, 9, NULL, "practice"},
        {"Adjusted p", "p_adjusted", ALD_SHOW_NUMBER, 10, NULL, "practice"}, {"What it says", "verdict", ALD_SHOW_TEXT, 34, NULL, "practice"},
    };
    ald_view_table(report, s, "Practice: does recovery get shorter with exposure?", "practice",
                   "No service has 20 incidents with one and the same pattern in the lookback and the period: too few to say.", practice, N(practice), false);
}
