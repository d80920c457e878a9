/* Patterns of incidents and of a period: their nodes in the tree and what people see of them. Suggested and confirmed never
 * share a number. */
#include "patterns_node.h"

#include <string.h>

#include "alidade/patterns.h"
#include "figures_node.h"
#include "nodes.h"
#include "view.h"
#include "words.h"

static struct ald_node *share(struct ald_arena *a, size_t n, size_t of, const char *absent)
{
    return of ? ald_node_num(a, (double)n / (double)of) : ald_node_absent(a, absent);
}

struct ald_node *ald_matches_node(struct ald_arena *a, const struct ald_analysis *an, size_t i)
{
    struct ald_node *list = ald_node_list(a);
    size_t n;
    const struct ald_match *matches = ald_matches_at(an, i, &n);
    for (size_t m = 0; m < n; m++) {
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "id", ald_node_str(a, ald_lexicon_at(ald_analysis_lexicon(an), matches[m].pattern)->id));
        ald_node_set(a, o, "verdict", ald_node_str(a, ald_tag_name(matches[m].tag)));
        ald_node_set(a, o, "quote", matches[m].quote ? ald_node_str(a, matches[m].quote) : ald_node_absent(a, "no text says so: a person does"));
        if (matches[m].tag != ALD_TAG_SUGGESTED)
            ald_node_set(a, o, "reason", ald_node_str(a, matches[m].reason));
        ald_node_add(a, list, o);
    }
    return list;
}

static struct ald_node *past_node(struct ald_arena *a, const struct ald_interval *past)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "lower", past->has ? ald_node_int(a, (int64_t)past->low) : ald_node_absent(a, past->absent));
    ald_node_set(a, o, "upper", past->has ? ald_node_int(a, (int64_t)past->high) : ald_node_absent(a, past->absent));
    return o;
}

static const char *text_of(const struct ald_pattern_count *c)
{
    double n = (double)(c->confirmed + c->suggested);
    if (!c->past.has)
        return "cannot be told yet";
    return n < c->past.low ? "fewer than usual" : n > c->past.high ? "more than usual" : "about as many as usual";
}

static struct ald_node *count_node(struct ald_arena *a, const struct ald_pattern *p, const struct ald_pattern_count *c, size_t n)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "id", ald_node_str(a, p->id));
    ald_node_set(a, o, "title", ald_node_str(a, p->title));
    ald_node_set(a, o, "confirmed", ald_node_int(a, (int64_t)c->confirmed));
    ald_node_set(a, o, "suggested", ald_node_int(a, (int64_t)c->suggested));
    ald_node_set(a, o, "share", share(a, c->confirmed + c->suggested, n, "no incident in the period"));
    ald_node_set(a, o, "past", past_node(a, &c->past));
    ald_node_set(a, o, "text", ald_node_str(a, text_of(c)));
    ald_node_set(a, o, "mean_percentile", c->read ? ald_node_num(a, c->mean_percentile) : ald_node_absent(a, "none of them has a start reading"));
    ald_node_set(a, o, "percentile_told", c->read >= ALD_PERCENTILE_LEAST ? ald_node_num(a, c->mean_percentile)
                                          : ald_node_absent(a, c->read ? ALD_PERCENTILE_FEW : "none of them has a start reading"));
    ald_node_set(a, o, "percentile_ci", c->read >= ALD_PERCENTILE_LEAST ? ald_interval_node(a, &c->percentile_ci, 1)
                                        : ald_node_absent(a, c->read ? ALD_PERCENTILE_FEW : "none of them has a start reading"));
    ald_node_set(a, o, "mean_percentile_n", ald_node_int(a, (int64_t)c->read));
    return o;
}

struct quotes_ctx {
    const struct ald_analysis *analysis;
    const uint32_t *incidents; /* one entry per match */
    const struct ald_match **matches;
};

static struct ald_node *quote_row(void *ctx, size_t i, struct ald_arena *scratch)
{
    const struct quotes_ctx *q = ctx;
    const struct ald_incident *inc = &q->analysis->incidents[q->incidents[i]];
    const struct ald_match *m = q->matches[i];
    const struct ald_pattern *p = ald_lexicon_at(ald_analysis_lexicon(q->analysis), m->pattern);
    struct ald_node *o = ald_node_object(scratch);
    ald_node_set(scratch, o, "pattern", ald_node_str(scratch, p->id));
    ald_node_set(scratch, o, "title", ald_node_str(scratch, p->title));
    ald_node_set(scratch, o, "verdict", ald_node_str(scratch, ald_tag_name(m->tag)));
    ald_node_set(scratch, o, "incident", ald_node_str(scratch, inc->id));
    ald_node_set(scratch, o, "key", ald_node_str(scratch, inc->key));
    ald_node_set(scratch, o, "incident_title", ald_node_str(scratch, inc->title));
    ald_node_set(scratch, o, "url", ald_node_str(scratch, ald_incident_url(q->analysis, scratch, inc)));
    ald_node_set(scratch, o, "quote", m->quote ? ald_node_str(scratch, m->quote) : ald_node_absent(scratch, "no text says so: a person does"));
    ald_node_set(scratch, o, "reason", ald_node_str(scratch, m->reason));
    return o;
}

/* By pattern, then by the order of incidents. */
static struct ald_node *quotes_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct quotes_ctx *ctx = ald_alloc(a, sizeof *ctx);
    size_t all = ald_lexicon_n(ald_analysis_lexicon(an)), n = 0, own;
    for (size_t i = 0; i < f->incidents_n; i++) {
        (void)ald_matches_at(an, f->incidents[i], &own);
        n += own;
    }
    uint32_t *incidents = ald_calloc(a, n, sizeof *incidents);
    const struct ald_match **matches = ald_calloc(a, n, sizeof *matches);
    size_t *at = ald_calloc(a, all + 1, sizeof *at);
    for (size_t i = 0; i < f->incidents_n; i++) {
        const struct ald_match *list = ald_matches_at(an, f->incidents[i], &own);
        for (size_t m = 0; m < own; m++)
            at[list[m].pattern + 1]++;
    }
    for (size_t p = 0; p < all; p++)
        at[p + 1] += at[p];
    for (size_t i = 0; i < f->incidents_n; i++) {
        const struct ald_match *list = ald_matches_at(an, f->incidents[i], &own);
        for (size_t m = 0; m < own; m++) {
            size_t to = at[list[m].pattern]++;
            incidents[to] = f->incidents[i];
            matches[to] = &list[m];
        }
    }
    *ctx = (struct quotes_ctx){an, incidents, matches};
    return ald_node_rows(a, n, quote_row, ctx);
}

void ald_patterns_nodes(struct ald_report *report, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_arena *a = report->arena;
    struct ald_pattern_figures all;
    struct ald_node *list = ald_node_list(a), *widest = ald_node_object(a);
    ald_patterns_fill(an, f, a, &all);
    for (size_t i = 0; i < all.patterns_n; i++)
        ald_node_add(a, list, count_node(a, ald_lexicon_at(ald_analysis_lexicon(an), all.patterns[i].pattern), &all.patterns[i], all.n));
    ald_node_set(a, widest, "n", ald_node_int(a, (int64_t)all.wide));
    ald_node_set(a, widest, "lorin", ald_node_int(a, (int64_t)all.lorin));
    ald_node_set(a, widest, "confirmed", ald_node_int(a, (int64_t)all.lorin_confirmed));
    ald_node_set(a, widest, "lorin_all", ald_node_int(a, (int64_t)all.lorin_all));
    ald_node_set(a, widest, "of_all", ald_node_int(a, (int64_t)all.n));
    ald_node_set(a, widest, "share", share(a, all.lorin, all.wide, "no incident of the period has a blast radius of 0.8 or more"));
    ald_node_set(a, report->root, "patterns", list);
    ald_node_set(a, report->root, "widest", widest);
    ald_node_set(a, report->root, "without_text", ald_node_int(a, (int64_t)all.without_text));
    ald_node_set(a, report->root, "quotes", quotes_node(a, an, f));
}

/* On a sheet of their own: what people filter has one column for each value, which suits no other table. */
static void quotes(struct ald_report *report)
{
    if (!ald_rows_n(ald_node_at(report->root, "quotes"))) {
        ald_view_remark(report, &report->sections[report->sections_n - 1], "No pattern was recognised in this period.");
        return;
    }
    struct ald_section *s = ald_view_section(report, "quotes", "Quotes by pattern");
    s->landscape = true;
    ald_view_text(report, s, "What was written, sentence by sentence, with the pattern that a rule saw in it or a person tagged.");
    const struct ald_column columns[] = {
        {"Pattern", "title", ALD_SHOW_TEXT, 26, NULL, "pattern"},
        {"Word", "verdict", ALD_SHOW_TEXT, 11, "#incidents:incident", "pattern_tag"},
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Its title", "incident_title", ALD_SHOW_TEXT, 32, NULL, NULL},
        {"What was written", "quote", ALD_SHOW_TEXT, 62, NULL, "pattern_tag"},
        {"Reason given by a person", "reason", ALD_SHOW_TEXT, 24, NULL, NULL},
    };
    ald_view_table(report, s, NULL, "quotes", NULL, columns, sizeof columns / sizeof columns[0], true);
}

void ald_patterns_view(struct ald_report *report, const struct ald_analysis *an)
{
    struct ald_section *s = ald_view_section(report, "patterns", "Patterns");
    s->landscape = true;
    ald_view_text(report, s, "Ways of failing, recognised in what was written. A suggestion is a sentence that a rule picked out. In texts of organisations that "
                             "the rules had never seen, about one suggestion in three was wrong, and about a third of what was there was not found; of what was "
                             "suggested as backfired mitigations, workarounds, near misses and surprises by automation more than half was wrong. So read the "
                             "quote, then confirm or reject with alidade tag. What people confirmed is counted apart.");
    if (!an->settings->free_text)
        ald_view_remark(report, s, "Texts are not stored (free_text: off): nothing is suggested, and only what people tagged is shown.");
    const struct ald_node *without = ald_node_at(report->root, "without_text");
    const struct ald_node *n = ald_node_at(report->root, "counts.current");
    if (an->settings->free_text && without->integer > 0)
        ald_view_remark(report, s, ald_sprintf(report->arena, "Of %lld of %lld incidents no text but the title was read; they can show few patterns.",
                                               (long long)without->integer, (long long)n->integer));
    const struct ald_figure figures[] = {
        {"Widest incidents in which reliability work took part", "widest.share", NULL, NULL, "widest.n", ALD_SHOW_PERCENT, "lorin"}};
    ald_view_figures(report, s, "\"Lorin's law\" (Hochstein 2017)", figures, 1);
    const struct ald_column columns[] = {
        {"Pattern", "title", ALD_SHOW_TEXT, 30, NULL, "pattern"},
        {"Confirmed", "confirmed", ALD_SHOW_COUNT, 10, NULL, "pattern_tag"},
        {"Suggested", "suggested", ALD_SHOW_COUNT, 10, NULL, "pattern_tag"},
        {"Share of incidents", "share", ALD_SHOW_PERCENT, 10, NULL, "pattern_share"},
        {"Usual, from", "past.lower", ALD_SHOW_COUNT, 8, NULL, "pattern_share"},
        {"Usual, to", "past.upper", ALD_SHOW_COUNT, 8, NULL, "pattern_share"},
        {"Beside earlier periods", "text", ALD_SHOW_TEXT, 24, NULL, "pattern_share"},
        {"Mean percentile", "percentile_told", ALD_SHOW_POSITION, 10, NULL, "mean_percentile"},
        {"Percentile, 95 % from", "percentile_ci[0]", ALD_SHOW_POSITION, 10, NULL, "pattern_percentile"},
        {"Percentile, 95 % to", "percentile_ci[1]", ALD_SHOW_POSITION, 10, NULL, "pattern_percentile"},
        {"Of incidents", "mean_percentile_n", ALD_SHOW_COUNT, 10, NULL, NULL},
    };
    ald_view_table(report, s, "How often each pattern shows", "patterns", "None.", columns, sizeof columns / sizeof columns[0], false);
    quotes(report);
}
