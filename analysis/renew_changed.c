/* Which records are linked otherwise now, before likeness, and which of the others that may concern: those that are or were in one whole with such,
 * and those that mention it or that it mentions. Knows how linking came out, not why. */
#include "analysis/renew.h"

static void lower(struct ald_attempt *t, int64_t start)
{
    if (start != ALD_TIME_NONE && start < t->first)
        t->first = start;
}

static bool is_new_state(const struct ald_brief_state *x, const struct ald_brief_state *y)
{
    return x->root != y->root || x->link != y->link;
}

static void mark_was(const struct ald_attempt *t, int64_t root, bool *ret)
{
    uint32_t record = ald_laid_record(&t->laid, root);
    if (record != ALD_NOBODY) /* else its others have another one now */
        ret[record] = true;
}

/* One of the two changed: what a mention makes of the other may be otherwise. */
static void mark_pair(const struct ald_attempt *t, int64_t from, int64_t to, bool *ret)
{
    uint32_t x = ald_laid_record(&t->laid, from), y = ald_laid_record(&t->laid, to);
    if (y != ALD_NOBODY && (x == ALD_NOBODY || t->changed[x]))
        ret[y] = true;
    if (x != ALD_NOBODY && (y == ALD_NOBODY || t->changed[y]))
        ret[x] = true;
}

/* Those that mention what changed, or are mentioned by it, as it was or is. */
static void mark_mentions(struct ald_attempt *t)
{
    const struct ald_brief_states *states = &t->states;
    uint32_t n = (uint32_t)t->a->records_n;
    bool *also = ald_calloc(t->l.arena, n, sizeof *also);
    for (size_t i = 0; i < t->was_named_n; i++)
        mark_pair(t, t->was_named[i].from, t->was_named[i].to, also);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < states->of[i].named_n; k++)
            mark_pair(t, t->a->records[i].row, states->named[states->of[i].named_at + k], also);
    for (uint32_t i = 0; i < n; i++)
        t->changed[i] |= also[i] && !t->a->records[i].vendor;
}

/* Marks records that are linked otherwise or changed, and those that are or were in one whole with such. */
void ald_renew_changed(struct ald_attempt *t)
{
    struct ald_linker *l = &t->l;
    uint32_t n = (uint32_t)t->a->records_n;
    bool *now = ald_calloc(l->arena, n, sizeof *now), *was = ald_calloc(l->arena, n, sizeof *was); /* by what stands for a whole */
    t->changed = ald_calloc(l->arena, n, sizeof *t->changed);
    for (uint32_t i = 0; i < n; i++) {
        const struct ald_brief_state *before = &t->laid.before[i];
        bool relinked = is_new_state(&t->states.of[i], before), touched = ald_laid_is_touched(&t->laid, t->a->records[i].row);
        if (relinked || touched)
            ald_laid_change(&t->laid, t->a->records[i].row);
        if ((!relinked && !touched) || t->a->records[i].vendor)
            continue;
        now[ald_link_whole(l, i)] = true;
        mark_was(t, before->root, was);
    }
    for (size_t i = 0; i < t->old_n; i++) {
        uint32_t record = ald_laid_record(&t->laid, t->old[i].row);
        ald_laid_change(&t->laid, t->old[i].row);
        if (record != ALD_NOBODY && t->a->records[record].vendor)
            continue;
        mark_was(t, t->old[i].root, was);
        lower(t, t->old[i].start);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t root = ald_laid_record(&t->laid, t->laid.before[i].root);
        t->changed[i] = now[ald_link_whole(l, i)] || (root != ALD_NOBODY && was[root]);
        if (t->changed[i])
            lower(t, t->a->records[i].started_at);
    }
    lower(t, t->a->as_of); /* where nothing that changed has a start */
    mark_mentions(t);
}
