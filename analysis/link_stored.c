/* Linking of a part of the store: as the last analysis linked, which saw all of it. */
#include <stdlib.h>
#include <string.h>

#include "analysis/stored.h"

static void put_link(struct ald_build *b, uint32_t r, const struct ald_relink *as)
{
    struct ald_record *record = &b->a->records[r];
    struct ald_work *w = &b->work[r];
    struct ald_draft *draft = &b->draft[r];
    uint32_t number = ald_names_add(b->part->links, as->incident);
    record->link = NULL;
    if (strcmp(as->method, ald_record_method(record)) != 0) { /* not single */
        struct ald_record_link *link = ald_alloc(b->a->arena, sizeof *link);
        *link = (struct ald_record_link){
            .method = ald_build_string(b, as->method), .via = ald_strdup(b->a->arena, as->via), .confidence = as->confidence};
        record->link = link;
    }
    record->folded = w->folded = as->folded;
    record->incident = draft->group = draft->whole = number;
}

static int by_relinked_row(const void *key, const void *item)
{
    int64_t row = *(const int64_t *)key, other = ((const struct ald_relink *)item)->row;
    return (row > other) - (row < other);
}

static bool is_renewed(const struct ald_build *b, int64_t row)
{
    const struct ald_renewed *renewed = b->part->renewed;
    return renewed && renewed->links_n &&
           bsearch(&row, renewed->links, renewed->links_n, sizeof *renewed->links, by_relinked_row) != NULL;
}

static void take_link(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    if (is_renewed(b, ald_q_col_int(q, 0)))
        return;
    struct ald_relink as = {.incident = ald_q_col_text(q, 1),
                            .method = ald_q_col_text(q, 2),
                            .confidence = ald_q_col_real(q, 3),
                            .via = ald_q_col_text(q, 4),
                            .folded = ald_q_col_int(q, 5) != 0};
    put_link(b, r, &as);
}

static int by_row(const void *key, const void *item)
{
    int64_t row = *(const int64_t *)key, other = ((const struct ald_row_index *)item)->row;
    return (row > other) - (row < other);
}

static uint32_t record_of(const struct ald_build *b, int64_t row)
{
    const struct ald_row_index *found = b->by_row_n ? bsearch(&row, b->by_row, b->by_row_n, sizeof *b->by_row, by_row) : NULL;
    return found ? found->record : ALD_NOBODY;
}

static void take_renewed(struct ald_build *b)
{
    const struct ald_renewed *renewed = b->part->renewed;
    for (size_t i = 0; renewed && i < renewed->links_n; i++) {
        uint32_t r = record_of(b, renewed->links[i].row);
        if (r != ALD_NOBODY && renewed->links[i].incident)
            put_link(b, r, &renewed->links[i]);
    }
}

/* The record of a row; one that is not in the part is noted. */
static uint32_t side(struct ald_build *b, int64_t row)
{
    struct ald_part *part = b->part;
    uint32_t record = record_of(b, row);
    if (record == ALD_NOBODY) {
        part->others = ald_grow(b->a->arena, part->others, part->others_n, &part->others_cap, sizeof *part->others);
        part->others[part->others_n++] = row;
    }
    return record;
}

/* As linking lists them. */
static int likeliest_first(const void *x, const void *y)
{
    const struct ald_link *a = x, *b = y;
    if (a->confidence < b->confidence || a->confidence > b->confidence)
        return a->confidence > b->confidence ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static ALD_CHECK enum ald_rc take_suggestions(struct ald_build *b, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    struct ald_arena *arena = b->a->arena;
    struct ald_link *list = NULL;
    size_t n = 0, cap = 0;
    bool row = true;
    ALD_TRY(ald_q_open(b->store, "part_suggestions", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        struct ald_link link = {.a = side(b, ald_q_col_int(q, 0)),
                                .b = side(b, ald_q_col_int(q, 1)),
                                .method = ALD_LINK_SUGGESTION,
                                .confidence = ald_q_col_real(q, 2),
                                .via = ald_strdup(arena, ald_q_col_text(q, 3)),
                                .refused = ald_strdup(arena, ald_q_col_text(q, 4))};
        if (link.a == ALD_NOBODY || link.b == ALD_NOBODY)
            continue;
        list = ald_grow(arena, list, n, &cap, sizeof *list);
        list[n++] = link;
    }
    if (n)
        qsort(list, n, sizeof *list, likeliest_first);
    b->a->suggestions = list;
    b->a->suggestions_n = n;
    return ALD_OK;
}

static void links_done(struct ald_part *part)
{
    ald_names_free(part->links);
    part->links = NULL;
}

enum ald_rc ald_link_stored(struct ald_build *b, size_t *ret_incidents, struct ald_err *err)
{
    b->part->links = ald_names_new(b->linking);
    enum ald_rc rc = ald_each_record(b, "part_links", take_link, err);
    if (rc == ALD_OK)
        take_renewed(b);
    *ret_incidents = ald_names_n(b->part->links);
    links_done(b->part);
    ALD_TRY(rc);
    for (size_t i = 0; i < b->a->records_n; i++)
        b->part->unsound |= (b->a->records[i].incident == ALD_NOBODY) != b->a->records[i].vendor;
    return b->part->renewed ? ALD_OK : take_suggestions(b, err);
}
