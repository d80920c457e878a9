/* Linking: which records tell of one incident. In this order, so that the surer word comes first: people's decisions,
 * explicit pointers, what records share, what looks alike; then what was merged is folded. Near-linear. Knows refs,
 * aliases and times, no API. */
#include "analysis/briefs.h"
#include "analysis/link_model.h"

#include <stdlib.h>
#include <string.h>

int64_t ald_record_end(const struct ald_build *b, uint32_t record)
{
    const struct ald_work *w = &b->work[record];
    int64_t end = w->start;
    if (b->draft[record].state == ALD_OPEN)
        return INT64_MAX;
    if (w->spans_n && w->spans[w->spans_n - 1].end != ALD_TIME_NONE)
        end = w->spans[w->spans_n - 1].end;
    else if (b->draft[record].state == ALD_END_NOT_RECORDED && ald_own_moment(b, record, ALD_CLOSED).at != ALD_TIME_NONE)
        end = ald_own_moment(b, record, ALD_CLOSED).at;
    return end > w->start ? end : w->start;
}

void ald_link_idle_add(struct ald_linker *l, enum ald_link_method method, const char *value, size_t records,
                       const char *why)
{
    l->idle = ald_grow(l->b->a->arena, l->idle, l->idle_n, &l->idle_cap, sizeof *l->idle);
    l->idle[l->idle_n++] = (struct ald_link_idle){.method = method, .value = value, .records = records, .why = why};
}

static int idle_order(const void *x, const void *y)
{
    const struct ald_link_idle *a = x, *b = y;
    if (a->method != b->method)
        return a->method < b->method ? -1 : 1;
    int c = strcmp(a->why, b->why);
    return c ? c : strcmp(a->value, b->value);
}

static int link_order(const void *x, const void *y)
{
    const struct ald_link *a = x, *b = y;
    if (a->method != b->method)
        return a->method < b->method ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static void hand_over(struct ald_linker *l)
{
    struct ald_build *b = l->b;
    struct ald_analysis *a = b->a;
    for (uint32_t i = 0; i < a->records_n; i++) {
        b->draft[i].group = ald_link_group(l, i);
        b->draft[i].whole = ald_link_whole(l, i);
    }
    if (l->link_n)
        qsort(l->link, l->link_n, sizeof *l->link, link_order);
    if (l->idle_n)
        qsort(l->idle, l->idle_n, sizeof *l->idle, idle_order);
    b->link = ald_calloc(a->arena, l->link_n, sizeof *b->link);
    b->link_n = l->link_n;
    if (l->link_n)
        memcpy(b->link, l->link, l->link_n * sizeof *b->link);
    a->suggestions = l->suggestion;
    a->suggestions_n = l->suggestion_n;
    a->idle_links = l->idle;
    a->idle_links_n = l->idle_n;
}

static void linker_done(struct ald_linker *l)
{
    ald_arena_free(l->arena);
}

/* part: NULL: all of the store. */
static ALD_CHECK enum ald_rc link_records(struct ald_build *b, struct ald_part *part, size_t *ret_incidents, struct ald_err *err)
{
    ALD_CLEANUP(linker_done) struct ald_linker l = {.b = b, .arena = ald_arena_new()};
    ald_link_init(&l);
    struct ald_link_learning learning = {.from = NULL};
    l.learning = &learning;
    l.from = l.pairs_from = l.seen_from = INT64_MIN;
    if (part) {
        ALD_TRY(ald_link_window_open(&l, part, err));
    } else {
        ald_link_settle(&l);
        if (l.settled != INT64_MAX)
            ALD_TRY(ald_link_model_read(&l, &learning.from, err));
    }
    if (l.settled == INT64_MAX)
        l.learning = NULL;
    ald_index_records(&l);
    ALD_TRY(ald_link_decisions(&l, err));
    ald_link_explicit(&l);
    ald_link_identity(&l);
    struct ald_brief_states states;
    bool keeps = b->keeps && l.settled != INT64_MAX && !part; /* of all records */
    if (keeps)
        ald_brief_states(&l, &states);
    ald_link_suggest(&l);
    hand_over(&l);
    if (keeps)
        ALD_TRY(ald_briefs_write(b, &states, err));
    *ret_incidents = ald_fold(b);
    if (part)
        part->unsound |= l.unsound;
    return ALD_OK;
}

enum ald_rc ald_link(struct ald_build *b, size_t *ret_incidents, struct ald_err *err)
{
    return link_records(b, NULL, ret_incidents, err);
}

enum ald_rc ald_link_window(struct ald_build *b, size_t *ret_incidents, struct ald_err *err)
{
    return link_records(b, b->part, ret_incidents, err);
}
