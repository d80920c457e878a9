/* Sources that began within the baseline: with them the present has incidents that the past could not have had. Where they are too many for
 * that, the earlier periods are not counted at all (ald_counts). */
#include "alidade/told.h"
#include "quarterly.h"
#include "sentences.h"
#include "words.h"

/* Below this share of a period's incidents their coming changes no count that is looked at. */
#define SHARE_TOLD 0.05

/* "12 are told by nothing but pager (since 1 May 2026)": incidents of the period of which nobody told before `from`; NULL: they are too few. */
static const char *told_only(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f, int64_t from)
{
    const struct ald_told *told = f->counts.told;
    bool *alone = ald_calloc(a, told->n, sizeof *alone);
    const char *names = "";
    size_t n = 0;
    for (size_t i = 0; i < f->incidents_n; i++) {
        const struct ald_told_source *by = ald_told_by(told, an, f->incidents[i]);
        if (!by || by->since < from)
            continue;
        alone[by - told->sources] = true;
        n++;
    }
    if (!n || (double)n < SHARE_TOLD * (double)f->counts.current)
        return NULL;
    for (size_t i = 0; i < told->n; i++)
        if (alone[i])
            names = ald_sprintf(a, "%s%s%s (since %s)", names, *names ? ", " : "", told->sources[i].source, ald_words_date(a, an->zone, told->sources[i].since));
    return ald_sprintf(a, "%s told by nothing but %s", n > 1 && n == f->incidents_n ? "all are" : ald_many(a, n, "is", "are"), names);
}

const char *ald_late_sources(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    const struct ald_counts *c = &f->counts;
    const char *late = c->past_n ? told_only(a, an, f, c->past[c->past_n - 1].end) : NULL, *untold = ald_untold_sources(a, an, f);
    if (late)
        return ald_sprintf(a, " %s: earlier ones of that sort are on no record, so these counts are not of the same things.", late);
    return untold ? ald_sprintf(a, " Earlier ones are not counted: %s.", untold) : "";
}

const char *ald_untold_sources(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    return f->counts.untold_from == ALD_TIME_NONE ? NULL : told_only(a, an, f, f->counts.untold_from);
}
