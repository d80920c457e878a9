/* Rows by id: see anchors.h. A table of keyed hashes of 64 bits: ids themselves are not kept. */
#include "anchors.h"

#include <string.h>

#include "alidade/hash.h"
#include "words.h"

struct slot {
    uint64_t key; /* 0: free */
    size_t row;
};
struct ald_anchors {
    struct slot *slots;
    size_t mask;
};

static uint64_t key_of(const char *id)
{
    uint64_t key = ald_siphash(id, strlen(id));
    return key ? key : 1;
}

/* Its slot, or the free one where it would stand. */
static struct slot *find(const struct ald_anchors *anchors, uint64_t key)
{
    size_t at = (size_t)key & anchors->mask;
    while (anchors->slots[at].key && anchors->slots[at].key != key)
        at = (at + 1) & anchors->mask;
    return &anchors->slots[at];
}

struct ald_anchors *ald_anchors_of(struct ald_arena *a, const struct ald_report *report, const struct ald_table *table, size_t n)
{
    const struct ald_node *rows = ald_node_at(report->root, table->rows);
    struct ald_anchors *anchors = ald_alloc(a, sizeof *anchors);
    anchors->mask = 15;
    while (anchors->mask < 2 * n)
        anchors->mask = 2 * anchors->mask + 1;
    anchors->slots = ald_calloc(a, anchors->mask + 1, sizeof *anchors->slots);
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    for (size_t i = 0; i < n; i++) {
        const char *id = ald_text_at(ald_rows_at(rows, i, scratch), table->anchor);
        struct slot *slot = id ? find(anchors, key_of(id)) : NULL;
        if (slot && !slot->key)
            *slot = (struct slot){key_of(id), i};
        ald_arena_reset(scratch);
    }
    return anchors;
}

size_t ald_anchors_find(const struct ald_anchors *anchors, const char *id)
{
    const struct slot *slot = find(anchors, key_of(id));
    return slot->key ? slot->row : SIZE_MAX;
}

bool ald_anchor_at(struct ald_arena *scratch, const struct ald_column *column, const struct ald_node *row, const char **ret_section,
                   const char **ret_id)
{
    if (!column->link || column->link[0] != '#')
        return false;
    size_t n = strcspn(column->link, ":");
    *ret_id = column->link[n] ? ald_text_at(row, column->link + n + 1) : NULL;
    *ret_section = ald_strndup(scratch, column->link + 1, n - 1);
    return *ret_id != NULL;
}

const struct ald_table *ald_anchored_table(const struct ald_report *report, const struct ald_section *section)
{
    for (size_t i = 0; i < section->blocks_n; i++) {
        const struct ald_table *table = section->blocks[i].kind == ALD_BLOCK_TABLE ? section->blocks[i].table : NULL;
        if (table && table->anchor && ald_rows_n(ald_node_at(report->root, table->rows)))
            return table;
    }
    return NULL;
}
