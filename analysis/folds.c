/* Folding: a record that was merged into another takes its whole group along; the group it ends in is the incident,
 * whose own records keep the clocks. Knows pointers between records, not what they were read from. */
#include "analysis/links.h"

int ald_record_order(const struct ald_build *b, uint32_t x, uint32_t y)
{
    int64_t sx = b->work[x].start, sy = b->work[y].start;
    if (sx != sy) {
        if (sx == ALD_TIME_NONE || sy == ALD_TIME_NONE)
            return sx == ALD_TIME_NONE ? 1 : -1;
        return sx < sy ? -1 : 1;
    }
    return strcmp(ald_record_id(&b->a->records[x]), ald_record_id(&b->a->records[y]));
}

/* Follows the pointers from every node; in each cycle the node with the smallest id loses its own. record_of: the
 * record whose id stands for a node, NULL: nodes are records. @return how many cycles there were. */
static size_t break_cycles(const struct ald_build *b, uint32_t *next, const uint32_t *record_of)
{
    const struct ald_record *records = b->a->records;
    size_t cycles = 0, n = b->a->records_n;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    uint32_t *walk = ald_calloc(scratch, n, sizeof *walk); /* which walk met a node first; 0: none yet */
    for (uint32_t i = 0; i < n; i++) {
        uint32_t x = i;
        while (x != ALD_NOBODY && !walk[x]) {
            walk[x] = i + 1;
            x = next[x];
        }
        if (x == ALD_NOBODY || walk[x] != i + 1)
            continue;
        uint32_t smallest = x;
        for (uint32_t y = next[x]; y != x; y = next[y]) {
            const struct ald_record *a = &records[record_of ? record_of[y] : y];
            if (strcmp(ald_record_id(a), ald_record_id(&records[record_of ? record_of[smallest] : smallest])) < 0)
                smallest = y;
        }
        next[smallest] = ALD_NOBODY;
        cycles++;
    }
    return cycles;
}

/* Pointers between records become pointers between groups; the first record that leaves its group takes it along. */
static void fold_groups(struct ald_build *b, uint32_t *record_next, uint32_t *group_next, uint32_t *earliest)
{
    size_t n = b->a->records_n;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t g = b->draft[i].group;
        if (earliest[g] == ALD_NOBODY || ald_record_order(b, i, earliest[g]) < 0)
            earliest[g] = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t g = b->draft[i].group, t = record_next[i];
        if (t == ALD_NOBODY)
            continue;
        if (b->draft[t].group == g)
            b->work[i].folded = true;
        else if (group_next[g] == ALD_NOBODY)
            group_next[g] = b->draft[t].group;
    }
}

/* The group that a chain of folded groups ends in; shortens the chain for the next who asks. */
static uint32_t last_of(uint32_t *top, uint32_t g)
{
    while (top[g] != g)
        g = top[g] = top[top[g]];
    return g;
}

size_t ald_fold(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    size_t n = a->records_n, incidents = 0;
    uint32_t *record_next = ald_calloc(scratch, n, sizeof *record_next);
    uint32_t *group_next = ald_calloc(scratch, n, sizeof *group_next);
    uint32_t *earliest = ald_calloc(scratch, n, sizeof *earliest);
    uint32_t *top = ald_calloc(scratch, n, sizeof *top), *number = ald_calloc(scratch, n, sizeof *number);
    for (uint32_t i = 0; i < n; i++) {
        record_next[i] = b->draft[i].fold_into;
        group_next[i] = earliest[i] = number[i] = ALD_NOBODY;
    }
    a->link_cycles = break_cycles(b, record_next, NULL);
    fold_groups(b, record_next, group_next, earliest);
    a->link_cycles += break_cycles(b, group_next, earliest);
    for (uint32_t g = 0; g < n; g++)
        top[g] = group_next[g] == ALD_NOBODY ? g : group_next[g];
    for (uint32_t i = 0; i < n; i++) {
        if (a->records[i].vendor)
            continue;
        uint32_t g = b->draft[i].group, into = last_of(top, g);
        b->work[i].folded |= into != g;
        a->records[i].folded = b->work[i].folded;
        if (number[b->draft[i].whole] == ALD_NOBODY)
            number[b->draft[i].whole] = (uint32_t)incidents++;
        a->records[i].incident = number[b->draft[i].whole];
    }
    return incidents;
}
