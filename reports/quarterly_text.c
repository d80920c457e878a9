/* The sentences of the quarterly summary: generated from figures, each with its uncertainty. A zero is said, a missing figure is
 * said with its reason. */
#include "frame.h"
#include "quarterly.h"
#include "sentences.h"
#include "words.h"

/* Nothing happened, or nobody told: the reader has to know how old the newest is. */
static void say_none(struct ald_sentences *t, const struct ald_analysis *an, const struct ald_figures *f)
{
    if (an->as_of < f->period.start) {
        ald_sentence_add(t, ald_sprintf(t->a, "This period begins on %s, after the moment that this report speaks of.", ald_words_date(t->a, an->zone, f->period.start)));
        return;
    }
    int64_t first = ald_frame_before_records(an, &f->period);
    if (first != ALD_TIME_NONE) {
        ald_sentence_add(t, ald_sprintf(t->a, "No incident of this period is recorded, and none could be: it lies before the first record of any source (%s).",
                                        ald_words_date(t->a, an->zone, first)));
        return;
    }
    int64_t before = ALD_TIME_NONE;
    for (size_t i = 0; i < an->incidents_n; i++)
        if (an->incidents[i].cls == ALD_INCIDENT && an->incidents[i].started_at != ALD_TIME_NONE && an->incidents[i].started_at < f->period.start)
            before = before == ALD_TIME_NONE || an->incidents[i].started_at > before ? an->incidents[i].started_at : before;
    const char *last = before == ALD_TIME_NONE ? "nor is any before it" : ald_sprintf(t->a, "the last before it began on %s", ald_words_date(t->a, an->zone, before));
    ald_sentence_add(t, ald_sprintf(t->a, "No incident of this period is recorded; %s.", last));
}

static void say_count(struct ald_sentences *t, const struct ald_analysis *an, const struct ald_figures *f)
{
    const struct ald_counts *c = &f->counts;
    if (c->current == 0) {
        say_none(t, an, f);
        return;
    }
    const char *head = ald_many(t->a, c->current, "incident", "incidents");
    if (!c->has_band) {
        const char *untold = ald_untold_sources(t->a, an, f);
        ald_sentence_add(t, ald_sprintf(t->a, "%s. Whether that is many cannot be told yet: %s%s%s.", head, untold ? untold : "", untold ? ", and " : "",
                           c->past_n ? untold ? "fewer than four whole periods have passed since" : "fewer than four earlier periods are on record"
                           : untold  ? "no earlier period is on record as a whole since then"
                                     : "no earlier period is on record as a whole"));
        return;
    }
    size_t least = c->past[0].n, most = least;
    for (size_t i = 1; i < c->past_n; i++) {
        least = c->past[i].n < least ? c->past[i].n : least;
        most = c->past[i].n > most ? c->past[i].n : most;
    }
    const char *unit = f->period.months == 3 ? "quarters" : f->period.months == 1 ? "months" : f->period.months == 12 ? "years" : "periods";
    const char *age = an->as_of < f->period.end ? " at the same age" : "";
    const char *band = ald_from_to(t->a, (size_t)c->lower, (size_t)c->upper);
    const char *past = most ? ald_from_to(t->a, least, most) : "none";
    const char *late = ald_late_sources(t->a, an, f);
    bool inside = (double)c->current >= c->lower && (double)c->current <= c->upper;
    if (inside && ald_counts_beyond_all(c)) /* beyond each of them is seen at once: say why it is no sign all the same */
        ald_sentence_add(t, ald_sprintf(t->a, "%s, %s than in any of the %zu %s before (%s%s), but chance alone moves such numbers that far: %s would be no "
                                              "surprise.%s",
                                        head, c->current > most ? "more" : "fewer", c->past_n, unit, past, age, band, late));
    else
        ald_sentence_add(t, ald_sprintf(t->a, "%s, %s: the %zu %s before had %s%s%s.%s", head, c->verdict ? c->verdict : "beside earlier ones", c->past_n, unit,
                                        past, age, c->upper > 0 ? ald_sprintf(t->a, ", and %s would be no surprise", band) : "", late));
}

static void say_clock(struct ald_sentences *t, const struct ald_figures *f)
{
    const struct ald_clock_summary *c = &f->clocks[ALD_CLOCK_RESOLVE];
    if (!c->has_median)
        return;
    const char *half = ald_span(t->a, c->median_ms), *n = ald_words_count(t->a, (int64_t)c->n);
    if (c->median_ci.has)
        ald_sentence_add(t, ald_sprintf(t->a, "Half of the %s with a time of resolution were over within %s; allowing for chance, that may be anything from %s "
                                 "to %s (95 %% interval).",
                           n, half, ald_span(t->a, c->median_ci.low), ald_span(t->a, c->median_ci.high)));
    else if (c->n == 1)
        ald_sentence_add(t, ald_sprintf(t->a, "One has a time of resolution: it was over within %s.", half));
    else
        ald_sentence_add(t, ald_sprintf(t->a, "Half of the %s with a time of resolution were over within %s; they are too few to say how far off that may be.", n,
                           half));
    if (c->has_p90 && c->p90_ci.has)
        ald_sentence_add(t, ald_sprintf(t->a, "Nine of ten were over within %s (%s to %s).", ald_span(t->a, c->p90_ms), ald_span(t->a, c->p90_ci.low),
                           ald_span(t->a, c->p90_ci.high)));
}

/* ", 2 of these by their start alone": of so many, so many of which nothing later than the start was read. */
static const char *by_start(struct ald_arena *a, size_t n, size_t start)
{
    if (!start)
        return "";
    return start == n ? n == 1 ? " by its start" : " by their start" : ald_sprintf(a, " (%s of these by %s)", ald_words_count(a, (int64_t)start), start == 1 ? "its start" : "their start");
}

static void say_corners(struct ald_sentences *t, const struct ald_analysis *an, const struct ald_figures *f)
{
    size_t complex_short = 0, complex_start = 0, simple_long = 0, simple_start = 0;
    for (size_t i = 0; i < f->incidents_n; i++) {
        const struct ald_measure *m = ald_measure_at(an, f->incidents[i]);
        bool start = m->shown == ALD_START_READING;
        complex_short += m->corner == ALD_CORNER_COMPLEX_SHORT;
        complex_start += m->corner == ALD_CORNER_COMPLEX_SHORT && start;
        simple_long += m->corner == ALD_CORNER_SIMPLE_LONG;
        simple_start += m->corner == ALD_CORNER_SIMPLE_LONG && start;
    }
    if (complex_short)
        ald_sentence_add(t, ald_sprintf(t->a, "%s more complex than most%s and yet over quickly: ask what went right.",
                                        ald_many(t->a, complex_short, "was", "were"), by_start(t->a, complex_short, complex_start)));
    if (simple_long)
        ald_sentence_add(t, ald_sprintf(t->a, "%s simpler than most%s and yet took long: ask what made %s hard.", ald_many(t->a, simple_long, "was", "were"),
                                        by_start(t->a, simple_long, simple_start), simple_long == 1 ? "it" : "them"));
}

static void say_pairs(struct ald_sentences *t, const struct ald_figures *f)
{
    size_t start = 0;
    for (size_t i = 0; i < f->pairs_n; i++)
        start += f->pairs[i].reading == ALD_START_READING;
    if (f->pairs_n)
        ald_sentence_add(t, ald_sprintf(t->a, "%s took about equally long although one of the two was far more complex%s; their times alone would hide that.",
                                        ald_many(t->a, f->pairs_n, "pair of incidents", "pairs of incidents"), by_start(t->a, f->pairs_n, start)));
}

const char *ald_until_readings(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    enum { NEEDED = 30 };
    const double quarter_ms = 365.25 / 4 * (double)ALD_DAY_MS;
    int quarters = an->settings->lookback_quarters;
    size_t have = 0, own = 0;
    for (size_t i = 0; i < an->incidents_n; i++) {
        const struct ald_incident *inc = &an->incidents[i];
        bool timed = inc->state == ALD_OPEN || (inc->state == ALD_STATE_RESOLVED && inc->duration_ms != ALD_TIME_NONE);
        if (inc->cls != ALD_INCIDENT || !timed || inc->started_at == ALD_TIME_NONE || inc->started_at >= f->period.end ||
            (double)(f->period.end - inc->started_at) > quarters * quarter_ms)
            continue;
        have++;
        own += inc->started_at >= f->period.start;
    }
    if (have >= NEEDED)
        return ald_sprintf(a, "%s are on record by now: incidents of the quarter after this can be compared.", ald_words_count(a, (int64_t)have));
    const char *far = ald_sprintf(a, "%s so far", ald_many(a, have, "is on record", "are on record"));
    if (!own)
        return ald_sprintf(a, "%s.", far);
    size_t more = (NEEDED - have + own - 1) / own;
    if ((double)more * (double)(f->period.end - f->period.start) > quarters * quarter_ms)
        return ald_sprintf(a, "%s; at the pace of this period 30 will not come together within %d quarters: analysis.lookback can be longer.", far, quarters);
    return ald_sprintf(a, "%s; at the pace of this period that takes about %s.", far, ald_many(a, more, "more period like it", "more periods like it"));
}

static void say_readings(struct ald_sentences *t, const struct ald_analysis *an, const struct ald_figures *f, const struct ald_changes *changes)
{
    size_t longer = f->longer + f->open_longer, read = f->shorter + f->typical + longer;
    if (read + f->still_open == 0) {
        if (f->incidents_n) {
            ald_sentence_add(t, ald_sprintf(t->a, "No incident can be seen beside comparable ones yet: that needs 30 resolved or open incidents from before "
                                     "its quarter, within %d quarters.",
                               an->settings->lookback_quarters));
            ald_sentence_add(t, ald_until_readings(t->a, an, f));
        }
        return;
    }
    if (read == 0)
        ald_sentence_add(t, ald_sprintf(t->a, "None that is over can be seen beside comparable ones; %s still open.", ald_many(t->a, f->still_open, "is", "are")));
    else if (read == 1)
        ald_sentence_add(t, ald_sprintf(t->a, "One incident can be seen beside comparable ones: it %s.",
                           f->shorter       ? "was over sooner than comparable earlier ones"
                           : f->open_longer ? "is still open, and has taken longer than comparable earlier ones: ask what makes it hard"
                           : f->longer      ? "took longer than comparable earlier ones: ask what made it hard"
                                            : "took about as long as comparable earlier ones"));
    else
        ald_sentence_add(t, ald_change_beside_few(t->a, &changes->change, ald_sprintf(t->a, "Beside comparable earlier ones, %s of %s %s over sooner, %s took about as long, %s longer%s%s%s.",
                           ald_none_or(t->a, f->shorter), ald_words_count(t->a, (int64_t)read), f->shorter > 1 ? "were" : "was", ald_none_or(t->a, f->typical),
                           ald_none_or(t->a, longer), ald_still_open(t->a, f->open_longer, longer), ald_usual_readings(t->a, &changes->usual, read),
                           !longer ? "" : longer == 1 ? ": ask what made it hard" : ": ask what made them hard")));
    say_corners(t, an, f);
    say_pairs(t, f);
}

static void say_missing(struct ald_sentences *t, const struct ald_figures *f)
{
    const struct ald_population *p = &f->population;
    if (p->open)
        ald_sentence_add(t, ald_sprintf(t->a, "%s still open, and so in none of these times.", ald_many(t->a, p->open, "incident is", "incidents are")));
    if (p->end_not_recorded)
        ald_sentence_add(t, ald_sprintf(t->a, "%s closed without a time of resolution, and so left out; recording it when closing would bring %s in.",
                           ald_many(t->a, p->end_not_recorded, "was", "were"), p->end_not_recorded == 1 ? "it" : "them"));
    if (p->impossible)
        ald_sentence_add(t, ald_sprintf(t->a, "%s left out because the recorded end lies before the start, or in the future.",
                           ald_many(t->a, p->impossible, "was", "were")));
    if (p->zero_length)
        ald_sentence_add(t, ald_sprintf(t->a, "%s left out because start and end are the same moment: shorter than the source's clock can tell, or entered "
                                 "after the fact.",
                           ald_many(t->a, p->zero_length, "was", "were")));
    if (p->noise)
        ald_sentence_add(t, ald_sprintf(t->a, "%s counted apart.", ald_many(t->a, p->noise, "page that nobody had to work on is", "pages that nobody had to work on are")));
}

const char *const *ald_quarterly_sentences(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f,
                                           const struct ald_changes *changes)
{
    struct ald_sentences t = {.a = a};
    say_count(&t, an, f);
    say_clock(&t, f);
    const char *change = ald_change_summary(a, changes);
    ald_sentence_add(&t, change);
    say_readings(&t, an, f, changes);
    return ald_sentences_end(&t);
}

const char *const *ald_quarterly_left_out(struct ald_arena *a, const struct ald_figures *f)
{
    struct ald_sentences t = {.a = a};
    say_missing(&t, f);
    return ald_sentences_end(&t);
}
