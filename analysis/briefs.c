/* The briefs of a store: made when records are linked, written by analyze, read by the next. Knows chunks, not what is in one. */
#include "analysis/briefs.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "analysis/packing.h"

enum { VERSION = 1, HEAD = -1 /* its number among the chunks */ };

/* ---- How linking came out ---- */

static uint64_t hash_of(const char *text)
{
    return text ? ald_siphash(text, strlen(text)) : 0;
}

static uint64_t link_of(struct ald_linker *l, uint32_t r)
{
    const struct ald_record *record = &l->b->a->records[r];
    uint32_t into = l->b->draft[r].fold_into, group = ald_link_group(l, r);
    unsigned char bytes[5 * 8], *at = bytes;
    if (!record->link && ald_link_whole(l, r) == r && into == ALD_NOBODY)
        return 0; /* nor is it a group's first: the first that is joined has a link as well */
    ald_put_bytes(&at, (uint64_t)l->b->a->records[group].row, 8);
    ald_put_bytes(&at, into == ALD_NOBODY ? UINT64_MAX : (uint64_t)l->b->a->records[into].row, 8);
    ald_put_bytes(&at, hash_of(ald_record_method(record)), 8);
    ald_put_double(&at, ald_record_confidence(record));
    ald_put_bytes(&at, hash_of(ald_record_via(record)), 8);
    return ald_siphash(bytes, sizeof bytes) | 1; /* never 0 */
}

struct ald_brief_state *ald_brief_states(struct ald_linker *l)
{
    size_t n = l->b->a->records_n;
    struct ald_brief_state *states = ald_calloc(l->arena, n, sizeof *states);
    for (uint32_t i = 0; i < n; i++)
        states[i] = (struct ald_brief_state){.root = l->b->a->records[ald_link_whole(l, i)].row, .link = link_of(l, i)};
    return states;
}

/* ---- Packing ---- */

struct ald_brief_chunk *ald_briefs_add(struct ald_briefs *briefs, struct ald_arena *arena, int64_t number)
{
    briefs->chunks = ald_grow(arena, briefs->chunks, briefs->n, &briefs->cap, sizeof *briefs->chunks);
    struct ald_brief_chunk *chunk = &briefs->chunks[briefs->n++];
    *chunk = (struct ald_brief_chunk){.number = number};
    return chunk;
}

struct ald_briefs *ald_briefs_pack(const struct ald_build *b, const struct ald_brief_state *states, struct ald_arena *arena)
{
    struct ald_briefs *ret = ald_calloc(arena, 1, sizeof *ret);
    for (size_t from = 0, to = 0; from < b->by_row_n; from = to) {
        int64_t number = b->by_row[from].row / ALD_BRIEFS_A_CHUNK;
        while (to < b->by_row_n && b->by_row[to].row / ALD_BRIEFS_A_CHUNK == number)
            to++;
        ald_briefs_add(ret, arena, number)->packed = ald_brief_pack(b, &b->by_row[from], to - from, states, arena);
    }
    return ret;
}

/* ---- The store ---- */

static bool head_holds(struct ald_q *q, int64_t generation)
{
    size_t n;
    const unsigned char *at = ald_q_col_blob(q, 1, &n);
    return n == 16 && ald_get_bytes(&at, 8) == VERSION && (int64_t)ald_get_bytes(&at, 8) == generation;
}

enum ald_rc ald_briefs_read(struct ald_store *store, int64_t generation, struct ald_arena *arena, struct ald_briefs *ret, bool *ret_sound,
                            struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    *ret = (struct ald_briefs){.n = 0};
    ALD_TRY(ald_q_open(store, "part_brief_rows", &q, err));
    ald_q_int(q, 1, INT64_MIN);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret_sound = row && ald_q_col_int(q, 0) == HEAD && head_holds(q, generation);
    while (*ret_sound) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        struct ald_brief_chunk *chunk = ald_briefs_add(ret, arena, ald_q_col_int(q, 0));
        const void *bytes = ald_q_col_blob(q, 1, &chunk->packed.n);
        chunk->packed.data = ald_alloc(arena, chunk->packed.n + 1);
        if (chunk->packed.n)
            memcpy(chunk->packed.data, bytes, chunk->packed.n);
    }
    return ALD_OK;
}

static void head_cells(int64_t generation, unsigned char bytes[16], struct ald_kept_cell ret[2])
{
    unsigned char *at = bytes;
    ald_put_bytes(&at, VERSION, 8);
    ald_put_bytes(&at, (uint64_t)generation, 8);
    ret[0] = ald_kept_int(HEAD);
    ret[1] = ald_kept_blob(bytes, 16);
}

/* Rows that change, the others stay. */
static ALD_CHECK enum ald_rc save_changes(struct ald_store *store, const struct ald_briefs *briefs, int64_t generation, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *put = NULL, *remove = NULL;
    unsigned char bytes[16];
    struct ald_kept_cell cells[2];
    ALD_TRY(ald_q_open(store, "part_brief_put", &put, err));
    ALD_TRY(ald_q_open(store, "part_brief_remove", &remove, err));
    head_cells(generation, bytes, cells);
    ald_kept_bind(put, cells, 2);
    ALD_TRY(ald_q_run(put, err));
    for (size_t i = 0; i < briefs->n; i++) {
        const struct ald_brief_chunk *chunk = &briefs->chunks[i];
        ald_q_int(chunk->packed.n ? put : remove, 1, chunk->number);
        if (chunk->packed.n)
            ald_q_blob(put, 2, chunk->packed.data, chunk->packed.n);
        ALD_TRY(ald_q_run(chunk->packed.n ? put : remove, err));
    }
    return ALD_OK;
}

enum ald_rc ald_briefs_save(struct ald_store *store, const struct ald_analysis *a, const struct ald_renewed *renewed, struct ald_err *err)
{
    static const struct ald_kept_table table = {"part_brief_rows", "part_brief_put", "part_brief_remove", "i", 2};
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept = {.store = NULL};
    unsigned char bytes[16];
    struct ald_kept_cell cells[2];
    if (renewed)
        return save_changes(store, renewed->briefs, a->generation, err);
    ALD_TRY(ald_kept_open(store, &table, NULL, &kept, err));
    head_cells(a->generation, bytes, cells);
    if (a->briefs)
        ALD_TRY(ald_kept_row(&kept, cells, err));
    for (size_t i = 0; a->briefs && i < a->briefs->n; i++) {
        const struct ald_brief_chunk *chunk = &a->briefs->chunks[i];
        cells[0] = ald_kept_int(chunk->number);
        cells[1] = ald_kept_blob(chunk->packed.data, chunk->packed.n);
        ALD_TRY(ald_kept_row(&kept, cells, err));
    }
    return ald_kept_end(&kept, err);
}
