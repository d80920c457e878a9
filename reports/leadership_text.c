/* The answers of the leadership report: sentences from figures, each with its uncertainty. What is not recorded is said, with how
 * to record it. A mean is no headline; where the configuration asks for it, it stands beside what luck does to it. */
#include <math.h>
#include <string.h>

#include "leadership.h"
#include "nodes.h"
#include "quarterly.h"
#include "sentences.h"
#include "sources.h"
#include "words.h"

enum { LATE_NAMED = 3, SEVERITIES_NAMED = 6, PATTERNS_NAMED = 3, TITLED_WHOLE = 3, TITLE_MOST = 60, TITLE_SHORT = 40 };

struct asked {
    struct ald_arena *a;
    const struct ald_report_input *in;
    const struct ald_report *report;
    const struct ald_figures *f;
    const struct ald_changes *changes;
};

/* A count of the tree; -1: absent. */
static int64_t count_at(const struct asked *q, const char *path)
{
    const struct ald_node *node = ald_node_at(q->report->root, path);
    return node && node->kind == ALD_NODE_INT ? node->integer : node && node->kind == ALD_NODE_NUM ? (int64_t)node->number : -1;
}

static int64_t whole(const struct asked *q, const char *path)
{
    return ald_whole_at(q->report->root, path);
}

/* ---- More incidents than usual? ---- */

/* "As declared: 3 SEV1, 12 SEV2, 20 others and 4 without one"; labels that are numbers: "3 of severity 1". */
static const char *severities(const struct asked *q)
{
    const struct ald_node *list = ald_node_at(q->report->root, "severities");
    const char *said = "";
    int64_t others = 0, none = 0;
    size_t named = 0;
    for (size_t i = 0; i < ald_rows_n(list); i++) {
        const struct ald_node *row = ald_rows_at(list, i, NULL);
        const char *label = ald_text_at(row, "severity");
        int64_t n = ald_node_at(row, "n")->integer;
        if (!label)
            none = n;
        else if (named < SEVERITIES_NAMED)
            said = ald_sprintf(q->a, "%s%s%s %s%s", said, named++ ? ", " : "", ald_words_count(q->a, n),
                               *label >= '0' && *label <= '9' ? "of severity " : "", label);
        else
            others += n;
    }
    if (!named)
        return NULL;
    if (others)
        said = ald_sprintf(q->a, "%s, %s", said, ald_many(q->a, (size_t)others, "other", "others"));
    return ald_sprintf(q->a, "As declared: %s%s.", said,
                       none ? ald_sprintf(q->a, ", and %s without one", ald_words_count(q->a, none)) : "");
}

/* "SEV1: 1577 event-bus has two primaries (9 h 49 min); 1580 ..." Facts by name; no grade. The page is one: the more there are, the shorter their titles. */
static const char *most_severe(const struct asked *q)
{
    const struct ald_node *list = ald_node_at(q->report->root, "most_severe");
    const char *names = NULL;
    size_t most = ald_rows_n(list) <= TITLED_WHOLE ? TITLE_MOST : TITLE_SHORT;
    for (size_t i = 0; i < ald_rows_n(list); i++) {
        const struct ald_node *row = ald_rows_at(list, i, NULL);
        const char *key = ald_text_at(row, "key"), *title = ald_text_at(row, "title"), *how_long = ald_text_at(row, "how_long");
        bool keyed = !title || !*title || !ald_key_is_drawn(key);
        names = ald_sprintf(q->a, "%s%s%s%s%s (%s)", names ? names : "", names ? "; " : "", keyed ? key : "", keyed && title && *title ? " " : "",
                            title ? ald_title_start(q->a, title, most) : "", !how_long ? "time not known" : strncmp(how_long, "took ", 5) == 0 ? how_long + 5 : how_long);
    }
    const char *label = ald_rows_n(list) ? ald_text_at(ald_rows_at(list, 0, NULL), "severity") : "";
    return names ? ald_sprintf(q->a, "%s%s: %s.", *label >= '0' && *label <= '9' ? "Severity " : "", label, names) : NULL;
}

static const char *const *more_incidents(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    ald_sentence_add(&t, ald_text_at(q->report->root, "summary[0]"));
    ald_sentence_add(&t, severities(q));
    ald_sentence_add(&t, most_severe(q));
    return ald_sentences_end(&t);
}

/* ---- Did anything change? ---- */

static const char *half_over(const struct asked *q)
{
    const struct ald_clock_summary *c = &q->f->clocks[ALD_CLOCK_RESOLVE];
    if (!c->has_median)
        return "None has a time of resolution on record";
    if (c->n == 1)
        return ald_sprintf(q->a, "One has a time of resolution: it was over within %s", ald_span(q->a, c->median_ms));
    const char *those = ald_sprintf(q->a, "the %s with a time of resolution", ald_words_count(q->a, (int64_t)c->n));
    if (!c->median_ci.has)
        return ald_sprintf(q->a, "Half of %s were over within %s, and they are too few to say how far off that may be", those,
                           ald_span(q->a, c->median_ms));
    return ald_sprintf(q->a, "Half of %s were over within %s (%s to %s, allowing for chance)", those, ald_span(q->a, c->median_ms),
                       ald_span(q->a, c->median_ci.low), ald_span(q->a, c->median_ci.high));
}

static const char *visible(const struct asked *q)
{
    const struct ald_change *c = &q->changes->change;
    if (!c->has_detectable || !c->has_p || c->changed || c->part_baseline || ald_change_open_differs(c)) /* what was noticed needs no "would be" */
        return "";
    return ald_sprintf(q->a, "; %s", ald_noticed_only(q->a, c->detectable_reduction));
}

static const char *mean(const struct asked *q)
{
    const struct ald_clock_summary *c = &q->f->clocks[ALD_CLOCK_RESOLVE];
    const struct ald_interval *luck = &q->changes->change.luck;
    if (!q->in->analysis->settings->show_mean || !c->has_mean)
        return NULL;
    if (!luck->has)
        return ald_sprintf(q->a, "The mean, which was asked for, is %s; how far luck moves it cannot be told: %s.", ald_span(q->a, c->mean_ms),
                           luck->absent ? luck->absent : "too little history");
    return ald_sprintf(q->a, "The mean, which was asked for, is %s; with nothing changed it would move between %+.0f %% and %+.0f %% by luck alone.",
                       ald_span(q->a, c->mean_ms), 100 * luck->low, 100 * luck->high);
}

/* The first stands alone: it says what is still open, where that is no chance. */
static void compared(const struct asked *q, struct ald_sentences *t)
{
    const struct ald_change *c = &q->changes->change;
    const char *took = ald_took(q->a, c->ratio, &c->ratio_ci, "before"), *open = ald_change_open(q->a, c);
    if (!c->has_p) {
        ald_sentence_add(t, ald_sprintf(q->a, "Whether resolving them became faster or slower cannot be told: %s%s%s.",
                                        c->p_absent ? c->p_absent : "too little history", open ? "; " : "", open ? open : ""));
    } else if (c->part_baseline) {
        ald_sentence_add(t, ald_sprintf(q->a, "Whether resolving them became faster or slower cannot be told yet: %s.", ald_change_part(q->a, c)));
    } else if (c->changed) {
        took = ald_sprintf(q->a, "resolving them took %s", ald_as_long(q->a, c->ratio, &c->ratio_ci, "before", true));
        const char *with = ald_change_with_open(q->a, c, "before", took);
        ald_sentence_add(t, ald_sprintf(q->a, "%s.", ald_capital(q->a, with ? with : took)));
    } else if (open) {
        ald_sentence_add(t, ald_sprintf(q->a, "%s.", ald_capital(q->a, ald_change_with_open(q->a, c, "before", NULL))));
        ald_sentence_add(t, ald_sprintf(q->a, "Those that are over took %s.", took));
    } else {
        ald_sentence_add(t, ald_sprintf(q->a, "Nothing shows that resolving them became faster or slower: %s.", took));
    }
}

static const char *const *any_change(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    if (q->f->incidents_n == 0)
        ald_sentence_add(&t, "With no incident there is no time to compare.");
    else
        compared(q, &t);
    if (q->f->incidents_n)
        ald_sentence_add(&t, ald_sprintf(q->a, "%s%s.", half_over(q), visible(q)));
    ald_sentence_add(&t, mean(q));
    return ald_sentences_end(&t);
}

/* ---- Were customers hurt? ---- */

/* "13 of the 35 that record it", "all 13 that record it", "none of the 35 that record it", "the one that records it". */
static const char *share(const struct asked *q, int64_t n, int64_t of)
{
    const char *all = ald_words_count(q->a, of);
    if (of == 1)
        return n ? "the one that records it" : "none; only one records it";
    if (n == of) /* no share of anything where it is filled in only when there is something to say */
        return ald_sprintf(q->a, "all %s that record it", all);
    return ald_sprintf(q->a, "%s of the %s that record it", n ? ald_words_count(q->a, n) : "none", all);
}

/* Whether all of them are told by nothing but status pages: where they are posted is no news then. */
static bool from_status_alone(const struct asked *q)
{
    const struct ald_analysis *an = q->in->analysis;
    for (size_t i = 0; i < q->f->incidents_n; i++) {
        const struct ald_incident *inc = &an->incidents[q->f->incidents[i]];
        for (size_t r = 0; r < inc->records_n; r++)
            if (strcmp(an->records[inc->records[r]].traits->kind, "status") != 0)
                return false;
    }
    return true;
}

static const char *posted(const struct asked *q, int64_t n, int64_t of)
{
    if (from_status_alone(q))
        return q->f->incidents_n == 1 ? "Known from the status page alone: how many customers it hurt is not recorded there."
                                      : "Known from the status page alone: how many customers were hurt is not recorded there.";
    const char *all = ald_words_count(q->a, of);
    if (of == 1)
        return n ? "The one of which that is known was posted on the status page." : "The one of which that is known was not posted on the status page.";
    if (n == 0)
        return ald_sprintf(q->a, "None of %s was posted on the status page.", all);
    if (n == of)
        return ald_sprintf(q->a, "All %s were posted on the status page.", all);
    return ald_sprintf(q->a, "%s of %s %s posted on the status page.", ald_words_count(q->a, n), all, n == 1 ? "was" : "were");
}

/* "; the other 9 do not say": of none nothing is said. */
static const char *silent_said(const struct asked *q, int64_t silent)
{
    return silent > 0 ? ald_sprintf(q->a, "; the other %s", ald_many(q->a, (size_t)silent, "does not say", "do not say")) : "";
}

/* One signal that tells of customers. */
static const char *hurt(const struct asked *q, const struct ald_node *row)
{
    const char *id = ald_text_at(row, "signal");
    int64_t n = ald_node_at(row, "n")->integer, of = ald_node_at(row, "of")->integer;
    const char *most = ald_words(q->report, q->a, ald_node_at(row, "most"), ALD_SHOW_COUNT);
    if (strcmp(id, "customers_impacted") == 0) {
        int64_t silent = (int64_t)q->f->incidents_n - of;
        if (n == of && of > 1 && silent > 0)
            return ald_sprintf(q->a, "Customers were affected in %s incidents, up to %s of them in one; the other %s, so this is no share of all.",
                               ald_words_count(q->a, n), most, ald_many(q->a, (size_t)silent, "does not say", "do not say"));
        return ald_sprintf(q->a, "Customers were affected in %s%s%s.", share(q, n, of), n ? ald_sprintf(q->a, ", up to %s of them in one", most) : "",
                           silent_said(q, silent));
    }
    if (strcmp(id, "customer_reports") == 0)
        return ald_sprintf(q->a, "Customers reported %s.", share(q, n, of));
    if (strcmp(id, "status_page_posted") == 0)
        return posted(q, n, of);
    if (strcmp(id, "requests_failed") == 0 && n == of && n > 0) /* filled in where some failed: no share of anything */
        return ald_sprintf(q->a, "Requests failed in %s, up to %s in one%s.", ald_many(q->a, (size_t)n, "incident", "incidents"), most,
                           silent_said(q, (int64_t)q->f->incidents_n - of));
    return ald_sprintf(q->a, "%s in %s.", ald_text_at(row, "title"), share(q, n, of));
}

static const char *const *customers_hurt(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    const struct ald_node *list = ald_node_at(q->report->root, "customers");
    for (size_t i = 0; i < ald_rows_n(list); i++)
        ald_sentence_add(&t, hurt(q, ald_rows_at(list, i, NULL)));
    if (!t.n)
        ald_sentence_add(&t, q->f->incidents_n ? "Whether customers were hurt is not recorded." : "With no incident, nothing is to be told of customers.");
    ald_sentence_add(&t, ald_leadership_wide(q->a, q->report->root));
    return ald_sentences_end(&t);
}

/* ---- What was hard? ---- */

static const char *const *what_was_hard(const struct asked *q)
{
    static const char *const none[] = {"With no incident there is nothing to compare.", NULL};
    if (!q->f->incidents_n)
        return none;
    return ald_leadership_hard(q->a, q->report->root, q->in->analysis, q->f, q->changes);
}

/* ---- What is still open, what took longest? ---- */

static const char *called(const struct asked *q, const struct ald_node *row)
{
    return ald_called(q->a, ald_text_at(row, "key"), ald_text_at(row, "title"));
}

/* "LUM-1416 (SEV2, for 62 d)" */
static const char *named_with(const struct asked *q, const struct ald_node *row, const char *time)
{
    const char *severity = ald_text_at(row, "severity");
    return ald_sprintf(q->a, "%s (%s%s%s)", called(q, row), severity ? severity : "", severity ? ", " : "", time);
}

static const char *time_of(const struct asked *q, const struct ald_node *row)
{
    const struct ald_node *ms = ald_node_at(row, "time_s");
    return ms && ms->kind == ALD_NODE_NUM ? ald_span(q->a, 1000 * ms->number) : "a time not known";
}

static const char *open_said(const struct asked *q, const char *names, int64_t left)
{
    int64_t open = whole(q, "open_now"), before = whole(q, "open_from_before");
    const char *from = !before          ? ""
                       : before == open ? open == 1 ? ", from before this period" : ", all from before this period"
                                        : ald_sprintf(q->a, ", %s of them from before this period", ald_words_count(q->a, before));
    return ald_sprintf(q->a, "%s%s: %s%s.", ald_many(q->a, (size_t)open, "incident is still open", "incidents are still open"), from, names,
                       left ? ald_sprintf(q->a, " and %s", ald_many(q->a, (size_t)left, "more", "more")) : "");
}

static const char *const *open_and_longest(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    const struct ald_node *list = ald_node_at(q->report->root, "open_and_longest"), *longest = NULL;
    const char *names = "";
    int64_t left = whole(q, "open_now");
    for (size_t i = 0; i < ald_rows_n(list) && !longest; i++) {
        const struct ald_node *row = ald_rows_at(list, i, NULL);
        if (strcmp(ald_text_at(row, "state"), "over") == 0) {
            longest = row;
            continue;
        }
        names = ald_sprintf(q->a, "%s%s%s", names, *names ? ", " : "", named_with(q, row, ald_sprintf(q->a, "for %s", time_of(q, row))));
        left--;
    }
    if (*names)
        ald_sentence_add(&t, open_said(q, names, left));
    else
        ald_sentence_add(&t, q->f->incidents_n ? "No incident is still open." : "With no incident, none is open.");
    if (longest && q->f->clocks[ALD_CLOCK_RESOLVE].n > 1)
        ald_sentence_add(&t, ald_sprintf(q->a, "The longest was %s, %.0f %% of all time to resolve.", named_with(q, longest, time_of(q, longest)),
                                         100 * ald_node_at(longest, "share")->number));
    return ald_sentences_end(&t);
}

/* ---- What recurs? ---- */

/* " noticed by people (9)": of a row of patterns. */
static const char *pattern_named(const struct asked *q, const struct ald_node *row)
{
    char *title = ald_strdup(q->a, ald_text_at(row, "title"));
    title[0] = title[0] >= 'A' && title[0] <= 'Z' && !(title[1] >= 'A' && title[1] <= 'Z') ? (char)(title[0] - 'A' + 'a') : title[0];
    return ald_sprintf(q->a, "%s (%s)", title, ald_words_count(q->a, ald_node_at(row, "confirmed")->integer + ald_node_at(row, "suggested")->integer));
}

/* Which ways of failing show most often, and how far to believe it. */
static const char *patterns_said(const struct asked *q)
{
    const struct ald_node *list = ald_node_at(q->report->root, "top_patterns");
    const char *names = "";
    int64_t confirmed = 0, suggested = 0;
    for (size_t i = 0; i < ald_rows_n(list) && i < PATTERNS_NAMED; i++) {
        const struct ald_node *row = ald_rows_at(list, i, NULL);
        names = ald_sprintf(q->a, "%s%s%s", names, i ? ", " : "", pattern_named(q, row));
        confirmed += ald_node_at(row, "confirmed")->integer;
        suggested += ald_node_at(row, "suggested")->integer;
    }
    if (!*names)
        return NULL;
    if (!suggested)
        return ald_sprintf(q->a, "Ways of failing that showed most often, as people confirmed: %s.", names);
    return ald_sprintf(q->a, "Ways of failing that showed most often: %s. %s; about one suggestion in three is wrong.", names,
                       confirmed ? ald_sprintf(q->a, "People confirmed %s of them, rules suggest the others", ald_words_count(q->a, confirmed))
                                 : "Rules suggest them from texts, nobody has confirmed one");
}

static const char *const *what_recurs(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    const struct ald_analysis *an = q->in->analysis;
    size_t known = 0, before = 0;
    for (size_t i = 0; i < q->f->incidents_n; i++) {
        const struct ald_obs *obs = ald_obs_at(an, q->f->incidents[i], ALD_SIGNAL_novelty);
        known += obs->has_total;
        before += obs->has_total && obs->total < 1;
    }
    const char *others = known < q->f->incidents_n
                             ? ald_sprintf(q->a, "; of %s it cannot be told", ald_many(q->a, q->f->incidents_n - known, "other", "others"))
                             : "";
    const struct ald_node *form = ald_leadership_one_title(q->report->root);
    if (form)
        ald_sentence_add(&t, ald_sprintf(q->a, "Whether they came again cannot be told by title: %s of %s bear the same one once numbers are left out.",
                                         ald_words_count(q->a, ald_node_at(form, "n")->integer), ald_words_count(q->a, (int64_t)q->f->incidents_n)));
    else if (known == 1)
        ald_sentence_add(&t, ald_sprintf(q->a, "%s one of the 90 days before, by title (numbers aside) and service%s.",
                                         q->f->incidents_n == 1 ? before ? "It was like" : "It was not like any"
                                         : before               ? "One was like"
                                                                : "One was not like any",
                                         others));
    else if (known)
        ald_sentence_add(&t, ald_sprintf(q->a, "%s of the %s %s one of the 90 days before, by title (numbers aside) and service%s.",
                                         before ? ald_words_count(q->a, (int64_t)before) : "None", ald_words_count(q->a, (int64_t)known),
                                         before > 1 ? "resemble" : "resembles", others));
    if (!q->f->incidents_n)
        ald_sentence_add(&t, "With no incident, nothing came again.");
    int64_t wide = whole(q, "widest.n"), lorin = whole(q, "widest.lorin");
    int64_t confirmed = whole(q, "widest.confirmed");
    ald_sentence_add(&t, patterns_said(q));
    if (lorin > 0 && wide >= ALD_FEW_USUAL) /* a share of fewer is no law */
        ald_sentence_add(&t, ald_sprintf(q->a, "In %s of the %s that reached furthest, and in %s of all %s, something built for reliability took part, as %s.",
                                         ald_words_count(q->a, lorin), ald_words_count(q->a, wide), ald_words_count(q->a, whole(q, "widest.lorin_all")),
                                         ald_words_count(q->a, whole(q, "widest.of_all")),
                                         !confirmed           ? "rules suggest and nobody has confirmed"
                                         : confirmed == lorin ? "people confirmed"
                                                              : ald_sprintf(q->a, "rules suggest; people confirmed %s", ald_words_count(q->a, confirmed))));
    if (!ald_rows_n(ald_node_at(q->report->root, "top_patterns")) && q->f->incidents_n)
        ald_sentence_add(&t, q->in->analysis->settings->free_text
                                 ? "No way of failing (a fix that backfired, a limit that ran out) was recognised in what was written, or tagged by people."
                                 : "Texts are not stored, so ways of failing are known only where people tagged them.");
    return ald_sentences_end(&t);
}

/* ---- What was learned, which actions are late? ---- */

static const char *const *what_was_learned(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    int64_t reviewed = count_at(q, "learning.reviewed"), voluntary = count_at(q, "learning.attendance.voluntary");
    int64_t said = count_at(q, "learning.learnings_n"), never = whole(q, "learning.never_reviewed_complex"), start = whole(q, "learning.never_reviewed_complex_by_start");
    const bool near = count_at(q, "population.near_misses") > 0; /* learned from too, and counted with the incidents here */
    const char *came =
        voluntary > 0 ? ald_sprintf(q->a, ", and %s without having to", ald_many(q->a, (size_t)voluntary, "person came", "people came")) : "";
    if (reviewed < 0)
        ald_sentence_add(&t, "No review is on record.");
    else if (count_at(q, "learning.incidents") == 0)
        ald_sentence_add(&t, "No incident is over, so there was none to review.");
    else if (count_at(q, "learning.incidents") == 1)
        ald_sentence_add(&t, ald_sprintf(q->a, "The one incident that is over was %sreviewed%s.", reviewed ? "" : "not ", came));
    else
        ald_sentence_add(&t, ald_sprintf(q->a, "%s of the %s over %s reviewed%s.", reviewed ? ald_words_count(q->a, reviewed) : "None",
                                         ald_many(q->a, (size_t)count_at(q, "learning.incidents"), "incident that is",
                                                  near ? "incidents and near misses that are" : "incidents that are"),
                                         reviewed <= 1 ? "was" : "were", came));
    if (said > 0)
        ald_sentence_add(&t, ald_sprintf(q->a, "%s recorded what was learned.", ald_many(q->a, (size_t)said, "note", "notes")));
    if (reviewed >= 0 && never > 0)
        ald_sentence_add(&t, ald_sprintf(q->a, "%s of those that were not reviewed %s among the most complex%s.", ald_words_count(q->a, never),
                                         never == 1 ? "is" : "are",
                                         !start           ? ""
                                         : start == never ? ", by what was known at the start"
                                                          : ald_sprintf(q->a, ", %s of them by what was known at the start", ald_words_count(q->a, start))));
    return ald_sentences_end(&t);
}

static const char *const *late_actions(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    int64_t opened = count_at(q, "learning.actions.opened"), open = count_at(q, "learning.actions.open"), late = count_at(q, "learning.actions.late");
    if (!q->f->incidents_n)
        ald_sentence_add(&t, "With no incident, no action follows.");
    else if (opened <= 0)
        ald_sentence_add(&t, "No action is on record for these incidents.");
    else
        ald_sentence_add(&t, ald_sprintf(q->a, "%s followed; %s.", ald_many(q->a, (size_t)opened, "action", "actions"),
                                         open <= 0 ? "none is still open"
                                                   : ald_sprintf(q->a, "%s still open, %s", ald_many(q->a, (size_t)open, "is", "are"),
                                                                 late > 0 ? ald_sprintf(q->a, "%s of them past the date", ald_words_count(q->a, late))
                                                                          : "none of them past the date")));
    const struct ald_node *list = ald_node_at(q->report->root, "learning.actions.list");
    const char *names = NULL;
    for (size_t i = 0, named = 0; i < ald_rows_n(list) && named < LATE_NAMED; i++) {
        const struct ald_node *row = ald_rows_at(list, i, NULL), *is_late = ald_node_at(row, "late");
        if (!is_late->boolean)
            continue;
        const char *action = ald_text_at(row, "action") ? ald_text_at(row, "action") : "one without a title", *team = ald_text_at(row, "team");
        const char *name = ald_sprintf(q->a, "%s (%s%s%s)", action, ald_text_at(row, "key"), team ? ", with " : "", team ? team : "");
        names = names ? ald_sprintf(q->a, "%s; %s", names, name) : name;
        named++;
    }
    if (names)
        ald_sentence_add(&t, ald_sprintf(q->a, "Late%s: %s.", late > LATE_NAMED ? ", among others" : "", names));
    return ald_sentences_end(&t);
}

/* ---- What to read, what cannot be told ---- */

static const char *const *what_to_read(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    const struct ald_node *list = ald_node_at(q->report->root, "read_in_full");
    for (size_t i = 0; i < ald_rows_n(list); i++) {
        const struct ald_node *row = ald_rows_at(list, i, NULL);
        const char *in_short = ald_text_at(row, "in_short");
        ald_sentence_add(&t, ald_sprintf(q->a, "%s: %s.%s%s", called(q, row), ald_text_at(row, "why[0]"), in_short ? " " : "", in_short ? in_short : ""));
    }
    if (!t.n && !q->f->incidents_n)
        ald_sentence_add(&t, "With no incident, there is none to read.");
    else if (!t.n)
        ald_sentence_add(&t, "None of this period's incidents stands out by more than its length or reach.");
    return ald_sentences_end(&t);
}

static const char *to_read_question(const struct asked *q)
{
    static const char *const by_n[] = {"To read in full", "One to read in full", "Two to read in full", "Three to read in full"};
    size_t n = ald_rows_n(ald_node_at(q->report->root, "read_in_full"));
    return by_n[n < 3 ? n : 3];
}

/* Which incidents have no time to resolve, and why, in one sentence: the quarterly report has one for each reason. */
static const char *in_no_time(const struct asked *q)
{
    const struct ald_population *p = &q->f->population;
    size_t n = p->open + p->end_not_recorded + p->impossible + p->zero_length;
    if (!n)
        return NULL;
    return ald_sprintf(q->a, "%s of the %s %s in none of these times: %s.", ald_words_count(q->a, (int64_t)n),
                       ald_many(q->a, q->f->incidents_n, "incident", "incidents"), n == 1 ? "is" : "are", ald_text_at(q->report->root, "population.in_no_time"));
}

/* Whether one that was read lacks something. */
static bool incomplete(const struct ald_node *sources)
{
    for (size_t i = 0; i < sources->list.n; i++)
        if (!ald_node_at(sources->list.items[i], "complete")->boolean && !ald_source_unread(sources->list.items[i]))
            return true;
    return false;
}

static const char *const *cannot_tell(const struct asked *q)
{
    struct ald_sentences t = {.a = q->a};
    ald_sentence_add(&t, "How well people responded; what did not happen because of reliability work; whether the next quarter will look alike.");
    const struct ald_node *sources = ald_node_at(q->report->root, "sources");
    const char *unread = ald_sources_unread(q->a, sources);
    ald_sentence_add(&t, ald_leadership_skill(q->a, q->report->root, q->in->analysis->settings));
    ald_sentence_add(&t, ald_leadership_bands(q->a, q->report->root, q->in->analysis->settings));
    ald_sentence_add(&t, in_no_time(q));
    if (q->f->population.noise)
        ald_sentence_add(&t, ald_sprintf(q->a, "%s counted apart.", ald_many(q->a, q->f->population.noise, "page that nobody had to work on is",
                                                                             "pages that nobody had to work on are")));
    if (unread)
        ald_sentence_add(&t, ald_sprintf(q->a, "Configured but never read: %s. What would come from there is in none of these figures.", unread));
    if (q->report->gaps && incomplete(sources))
        ald_sentence_add(&t, "At least one source is not complete: what it lacks is in none of these figures.");
    return ald_sentences_end(&t);
}

/* What stands out on the page, in the workbook and in messages alike. What is as usual does not, nor what is seen beside a few weeks. */
static void mark_strong(const struct asked *q, struct ald_answer *answer)
{
    const struct ald_change *c = &q->changes->change;
    if (strcmp(answer->id, "change") == 0 && ald_change_strong(c))
        answer->strong = 0;
    if (strcmp(answer->id, "hard") == 0 && !c->part_baseline && ald_leadership_unusual(q->report->root))
        answer->strong = 0; /* how they stand beside comparable ones */
}

void ald_leadership_answers(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *f,
                            const struct ald_changes *changes, struct ald_answer ret[ALD_ANSWERS])
{
    static const struct {
        const char *id, *question;
        const char *const *(*answer)(const struct asked *);
    } rows[ALD_ANSWERS] = {
        {"more_incidents", "More incidents than usual?", more_incidents},
        {"change", "Did anything change?", any_change},
        {"customers", "Were customers hurt?", customers_hurt},
        {"open", "Still open, and the longest", open_and_longest},
        {"hard", "What was hard?", what_was_hard},
        {"recurs", "What recurs?", what_recurs},
        {"learned", "What was learned?", what_was_learned},
        {"actions", "Which actions are late?", late_actions},
        {"read", NULL, what_to_read},
        {"cannot_tell", "What these figures cannot tell", cannot_tell},
    };
    const struct asked q = {report->arena, in, report, f, changes};
    for (size_t i = 0; i < ALD_ANSWERS; i++)
        ret[i] = (struct ald_answer){rows[i].id, rows[i].question ? rows[i].question : to_read_question(&q), rows[i].answer(&q), -1};
    for (size_t i = 0; i < ALD_ANSWERS; i++)
        mark_strong(&q, &ret[i]);
}
