/* Sentences about change, each with its uncertainty. Figures are not targets; what cannot be told is said. */
#include <math.h>
#include <string.h>

#include "change_node.h"
#include "sentences.h"
#include "words.h"

/* "the 8 quarters before" as far as they are on record. */
static const char *beside_what(struct ald_sentences *t, const struct ald_analysis *an, const struct ald_period *period,
                               const struct ald_change *c)
{
    const struct ald_change_side *b = &c->baseline;
    const char *dots = b->label ? strstr(b->label, "..") : NULL; /* the end is exclusive */
    const char *stretch = dots       ? ald_sprintf(t->a, "from %.*s up to %s", (int)(dots - b->label), b->label, dots + 2)
                          : b->label ? ald_sprintf(t->a, "of %s", b->label)
                                     : "of the time before";
    int64_t age = an->as_of - period->end;
    const char *when = age < 0            ? "cut where this period stands now"
                       : age < ALD_DAY_MS ? "as they stood less than a day after the end of their own stretch of this length"
                                          : ald_sprintf(t->a, "as they stood %lld %s after the end of their own stretch of this length",
                                                        (long long)(age / ALD_DAY_MS), age / ALD_DAY_MS == 1 ? "day" : "days");
    return ald_sprintf(t->a,
                       "%s in %s of this period, beside %s in %s %s, %s: a young period has had less time to resolve its long "
                       "incidents, so older ones are taken at the same age.",
                       ald_many(t->a, c->current.n, "resolved incident", "resolved incidents"), ald_many(t->a, c->current.weeks, "week", "weeks"),
                       ald_many(t->a, c->baseline.n, "earlier one", "earlier ones"), ald_many(t->a, c->baseline.weeks, "week", "weeks"),
                       stretch, when);
}

/* The test and the interval are different reckonings: one may see a change whose size the other cannot tell from none. */
static const char *vague_of(const struct ald_change *c)
{
    bool none_fits = c->ratio_ci.has && c->ratio_ci.low <= 1 && c->ratio_ci.high >= 1;
    return none_fits ? "; the interval still holds no change at all, so little can be said of how much" : "";
}

const char *ald_change_part(struct ald_arena *a, const struct ald_change *c)
{
    return ald_sprintf(a, "only %s of earlier incidents %s on record%s, less than one whole period", ald_many(a, c->baseline.weeks, "week", "weeks"),
                       c->baseline.weeks == 1 ? "is" : "are", c->baseline.label ? ald_sprintf(a, ", from %.10s on", c->baseline.label) : "");
}

/* ---- Open ones ---- */

#define DIFFERS 0.05 /* METHODS 6 */

static double share_open(const struct ald_change_side *side)
{
    return side->incidents ? (double)side->open / (double)side->incidents : 0;
}

bool ald_change_open_differs(const struct ald_change *c)
{
    return c->open_then.has_p && c->open_then.p_value < DIFFERS && !c->part_baseline;
}

static bool more_open(const struct ald_change *c)
{
    return share_open(&c->current) > share_open(&c->baseline);
}

static const char *open_said(struct ald_arena *a, const struct ald_change *c)
{
    size_t open = c->current.open, then = c->baseline.open;
    const char *now = open == 0 ? "none is still open"
                                : ald_sprintf(a, "%s%s %s still open, for %s%s", more_open(c) ? "" : "only ", ald_words_count(a, (int64_t)open), open == 1 ? "is" : "are",
                                              open == 1 ? ald_span(a, (double)c->open_then.least_ms) : ald_span_least(a, c->open_then.least_ms),
                                              open == 1 ? "" : " or more");
    return ald_sprintf(a, "%s; at this age %s of %s earlier %s %s", now, ald_none_or(a, then), ald_words_count(a, (int64_t)c->baseline.incidents),
                       c->baseline.incidents == 1 ? "one" : "ones", then > 1 ? "were" : "was");
}

const char *ald_change_open(struct ald_arena *a, const struct ald_change *c)
{
    return ald_change_open_differs(c) ? open_said(a, c) : NULL;
}

const char *ald_change_with_open(struct ald_arena *a, const struct ald_change *c, const char *than, const char *took)
{
    const char *open = ald_change_open(a, c);
    if (!open)
        return NULL;
    if (!took)
        return ald_sprintf(a, "most took about as long as %s, %s %s", than, more_open(c) ? "but" : "and", open);
    return ald_sprintf(a, "%s; %s %s", took, more_open(c) == (c->ratio > 1) ? "and" : "but", open);
}

bool ald_change_strong(const struct ald_change *c)
{
    return !c->part_baseline && ((c->has_p && c->changed) || ald_change_open_differs(c));
}

const char *ald_change_beside_few(struct ald_arena *a, const struct ald_change *c, const char *sentence)
{
    size_t n = strlen(sentence);
    if (!c->part_baseline || !n || sentence[n - 1] != '.')
        return sentence;
    return ald_sprintf(a, "%.*s; seen beside only %s of earlier incidents.", (int)n - 1, sentence, ald_many(a, c->baseline.weeks, "week", "weeks"));
}

/* Both sides and the chance of it, whatever it is. */
static const char *open_beside(struct ald_arena *a, const struct ald_change *c)
{
    if (!c->open_then.has_p || c->current.open + c->baseline.open == 0)
        return NULL;
    double p = c->open_then.p_value;
    return ald_sprintf(a, "Still open at this age: %s of %s, beside %s of %s earlier ones; a difference this large comes up by chance in %s of reshuffles.",
                       ald_none_or(a, c->current.open), ald_words_count(a, (int64_t)c->current.incidents), ald_none_or(a, c->baseline.open),
                       ald_words_count(a, (int64_t)c->baseline.incidents),
                       p < 0.001 ? "fewer than 0.1 %" : ald_sprintf(a, p < DIFFERS ? "%.1f %%" : "%.0f %%", 100 * p));
}

/* ---- Sentences ---- */

static const char *verdict_of(struct ald_arena *a, const struct ald_change *c)
{
    if (c->has_p && c->part_baseline)
        return ald_sprintf(a, "Whether times to resolve changed cannot be told yet: %s. Beside those, times to resolve: %s.", ald_change_part(a, c), c->verdict);
    if (!c->has_p)
        return ald_sprintf(a, "Whether times to resolve changed cannot be told: %s.", c->p_absent);
    if (!c->changed && ald_change_open_differs(c))
        return ald_sprintf(a, "%s. Times to resolve of those that are over: %s.", ald_capital(a, ald_change_with_open(a, c, "before", NULL)), c->verdict);
    if (c->changed)
        return ald_sprintf(a, "Times to resolve %s; a difference this large comes up by chance in %s of reshuffles%s.", c->verdict,
                           c->p_value < 0.001 ? "fewer than 0.1 %" : ald_sprintf(a, "%.1f %%", 100 * c->p_value), vague_of(c));
    return ald_sprintf(a, "Times to resolve: %s.", c->verdict);
}

static const char *luck_of(struct ald_arena *a, const struct ald_change *c)
{
    if (!c->luck.has)
        return NULL;
    return ald_sprintf(a, "With nothing changed, the mean would move between %+.0f %% and %+.0f %% by luck alone.", 100 * c->luck.low,
                       100 * c->luck.high);
}

static const char *visible_of(struct ald_arena *a, const struct ald_change *c)
{
    if (!c->has_detectable)
        return NULL;
    return ald_sprintf(a,
                       "With this many incidents, only %s would be noticed four times in five; noticing a reduction by 10 %% would need %s "
                       "incidents per period.",
                       ald_noticed(a, c->detectable_reduction), ald_words_count(a, llround(c->incidents_needed)));
}

static const char *shift_of(struct ald_arena *a, const struct ald_shift *s)
{
    if (s->absent)
        return ald_sprintf(a, "Whether they took longer than comparable past incidents cannot be told: %s.", s->absent);
    const char *where = !s->interval.has         ? "; too few weeks to say how far off that may be"
                        : s->interval.low > 0.5  ? ": longer than comparable ones, on the whole"
                        : s->interval.high < 0.5 ? ": shorter than comparable ones, on the whole"
                                                 : ": like comparable ones, as far as can be told";
    const char *interval = s->interval.has ? ald_sprintf(a, " (%.2f to %.2f)", s->interval.low, s->interval.high) : "";
    return ald_sprintf(a, "Seen beside comparable past incidents, the mean percentile of %s is %.2f%s, where 0.50 is like them%s.",
                       ald_many(a, s->n, "incident", "incidents"), s->mean, interval, where);
}

static const char *concentration_of(struct ald_arena *a, const struct ald_concentration *c)
{
    if (c->absent)
        return NULL;
    return ald_sprintf(a,
                       "The longest incident holds %.0f %% of all time to resolve, the longest three %.0f %%, the longest tenth %.0f %%; "
                       "without the longest one the mean is %s.",
                       100 * c->top1_share, 100 * c->top3_share, 100 * c->top10pct_share,
                       ald_span(a, c->mean_without_longest_ms));
}

static const char *severity_of(struct ald_arena *a, const struct ald_severity *s)
{
    if (!s->verdict)
        return NULL;
    const char *figures = ald_sprintf(a, "(rank correlation %.2f, %.2f to %.2f, over %s)", s->spearman, s->interval.low, s->interval.high,
                                      ald_many(a, s->n, "incident", "incidents"));
    if (strcmp(s->verdict, "too few to say") == 0)
        return ald_sprintf(a, "Whether declared severity goes with duration: %s %s.", s->verdict, figures);
    return ald_sprintf(a, "Declared severity: %s %s.", s->verdict, figures);
}

const char *const *ald_change_sentences(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f,
                                        const struct ald_changes *changes)
{
    const struct ald_change *c = &changes->change;
    struct ald_sentences t = {.a = a};
    ald_sentence_add(&t, verdict_of(a, c));
    ald_sentence_add(&t, open_beside(a, c));
    if (!c->absent)
        ald_sentence_add(&t, beside_what(&t, an, &f->period, c));
    ald_sentence_add(&t, luck_of(a, c));
    ald_sentence_add(&t, visible_of(a, c));
    ald_sentence_add(&t, shift_of(a, &c->shift));
    ald_sentence_add(&t, concentration_of(a, &changes->concentration));
    ald_sentence_add(&t, severity_of(a, &changes->severity));
    return ald_sentences_end(&t);
}

/* "Whether times to resolve changed cannot be told yet: 10 of 40 incidents ...; 10 are still open, ..." */
static const char *untold(struct ald_arena *a, const char *why, const char *open, const char *visible)
{
    return ald_sprintf(a, "Whether times to resolve changed cannot be told yet: %s%s%s%s.", why, visible, open ? "; " : "", open ? open : "");
}

const char *ald_change_summary(struct ald_arena *a, const struct ald_changes *changes)
{
    const struct ald_change *c = &changes->change;
    static const char earlier[] = "earlier incidents at the same age";
    if (c->absent || (!c->has_p && !c->has_detectable))
        return NULL;
    if (c->part_baseline && c->has_p)
        return untold(a, ald_change_part(a, c), NULL, "");
    const char *visible = c->has_detectable ? ald_sprintf(a, "; %s", ald_noticed_only(a, c->detectable_reduction)) : "";
    if (!c->has_p)
        return untold(a, c->p_absent, ald_change_open(a, c), visible);
    if (c->changed) {
        const char *took = ald_sprintf(a, "they took %s%s", ald_as_long(a, c->ratio, &c->ratio_ci, earlier, false), vague_of(c));
        const char *with = ald_change_with_open(a, c, earlier, took);
        return ald_sprintf(a, "%s.", ald_capital(a, with ? with : took));
    }
    const char *with = ald_change_with_open(a, c, earlier, NULL), *chance = ald_sprintf(a, "chance alone makes such a difference %.0f times in 100", 100 * c->p_value);
    if (with)
        return ald_sprintf(a, "%s. Those that are over took %s, %.0f times in 100 by chance alone.", ald_capital(a, with), ald_took(a, c->ratio, &c->ratio_ci, "those"),
                           100 * c->p_value);
    return ald_sprintf(a, "Beside %s nothing shows that times to resolve changed: %s, and %s%s.", earlier, ald_took(a, c->ratio, &c->ratio_ci, "those"), chance,
                       visible);
}
