/* The briefs of a store: made when records are linked, written by analyze, read by the next. Knows chunks, not what is in one. */
#include "analysis/briefs.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/parallel.h"
#include "analysis/packing.h"

enum { VERSION = 3, HEAD = -1 /* its number among the chunks */, HEAD_BYTES = 2 * 8 };

/* ---- How linking came out ---- */

static uint64_t hash_of(const char *text)
{
    return text ? ald_siphash(text, strlen(text)) : 0;
}

/* What a record mentions, which likeness asks for. */
static void take_named(struct ald_linker *l, uint32_t r, struct ald_brief_states *ret)
{
    const struct ald_slice *refs = &l->b->refs[r];
    uint32_t to[ALD_LINK_MENTIONS_MOST];
    ret->of[r].named_at = (uint32_t)ret->named_n;
    for (size_t k = 0; k < refs->n && ald_link_takes_part(l, r); k++) {
        const struct ald_row_ref *ref = &l->b->ref[refs->at + k];
        size_t n = ref->kind == ALD_REF_MENTION ? ald_ref_targets(l, r, ref, to, ALD_LINK_MENTIONS_MOST) : 0;
        for (size_t i = 0; i < n; i++) {
            ret->named = ald_grow(l->arena, ret->named, ret->named_n, &ret->named_cap, sizeof *ret->named);
            ret->named[ret->named_n++] = l->b->a->records[to[i]].row;
        }
    }
    ret->of[r].named_n = (uint32_t)ret->named_n - ret->of[r].named_at;
}

/* By record: the links that joined it to others as their first end, in one number, whatever their order. */
static uint64_t *joins_of(const struct ald_linker *l)
{
    uint64_t *joins = ald_calloc(l->arena, l->b->a->records_n, sizeof *joins);
    for (size_t i = 0; i < l->link_n; i++) {
        const struct ald_link *link = &l->link[i];
        const int64_t key[] = {l->b->a->records[link->b].row, link->method};
        joins[link->a] += ald_siphash(key, sizeof key);
    }
    return joins;
}

static uint64_t link_of(struct ald_linker *l, uint32_t r, const struct ald_brief_states *states, uint64_t joins)
{
    const struct ald_record *record = &l->b->a->records[r];
    const struct ald_brief_state *state = &states->of[r];
    uint32_t into = l->b->draft[r].fold_into, group = ald_link_group(l, r);
    unsigned char bytes[7 * 8], *at = bytes;
    if (!record->link && ald_link_whole(l, r) == r && into == ALD_NOBODY && !state->named_n)
        return 0; /* nor is it a group's first: the first that is joined has a link as well */
    ald_put_bytes(&at, (uint64_t)l->b->a->records[group].row, 8);
    ald_put_bytes(&at, into == ALD_NOBODY ? UINT64_MAX : (uint64_t)l->b->a->records[into].row, 8);
    ald_put_bytes(&at, hash_of(ald_record_method(record)), 8);
    ald_put_double(&at, ald_record_confidence(record));
    ald_put_bytes(&at, hash_of(ald_record_via(record)), 8);
    ald_put_bytes(&at, state->named_n ? ald_siphash(&states->named[state->named_at], state->named_n * sizeof *states->named) : 0, 8);
    ald_put_bytes(&at, joins, 8);
    return ald_siphash(bytes, sizeof bytes) | 1; /* never 0 */
}

void ald_brief_states(struct ald_linker *l, struct ald_brief_states *ret)
{
    uint32_t n = (uint32_t)l->b->a->records_n;
    *ret = (struct ald_brief_states){.of = ald_calloc(l->arena, n, sizeof *ret->of)};
    const uint64_t *joins = joins_of(l);
    for (uint32_t i = 0; i < n; i++) {
        take_named(l, i, ret);
        ret->of[i].root = l->b->a->records[ald_link_whole(l, i)].row;
        ret->of[i].link = link_of(l, i, ret, joins[i]);
    }
}

/* ---- Packing ---- */

struct ald_brief_chunk *ald_briefs_add(struct ald_briefs *briefs, struct ald_arena *arena, int64_t number)
{
    briefs->chunks = ald_grow(arena, briefs->chunks, briefs->n, &briefs->cap, sizeof *briefs->chunks);
    struct ald_brief_chunk *chunk = &briefs->chunks[briefs->n++];
    *chunk = (struct ald_brief_chunk){.number = number};
    return chunk;
}

/* ---- The store ---- */

static int later_order(const void *x, const void *y)
{
    const struct ald_later *a = x, *b = y;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

void ald_later_sort(struct ald_laters *laters)
{
    size_t kept = 0;
    if (laters->n)
        qsort(laters->items, laters->n, sizeof *laters->items, later_order);
    for (size_t i = 0; i < laters->n; i++)
        if (!kept || laters->items[kept - 1].row != laters->items[i].row)
            laters->items[kept++] = laters->items[i];
    laters->n = kept;
}

/* Version, generation, dates that are still to come: row and time of each. */
static struct ald_bytes pack_head(struct ald_arena *arena, int64_t generation, const struct ald_laters *later)
{
    struct ald_bytes ret = {.n = HEAD_BYTES + 16 * later->n};
    ret.data = ald_alloc(arena, ret.n);
    unsigned char *at = ret.data;
    ald_put_bytes(&at, VERSION, 8);
    ald_put_bytes(&at, (uint64_t)generation, 8);
    for (size_t i = 0; i < later->n; i++) {
        ald_put_bytes(&at, (uint64_t)later->items[i].row, 8);
        ald_put_bytes(&at, (uint64_t)later->items[i].at, 8);
    }
    return ret;
}

static bool take_head(struct ald_arena *arena, struct ald_q *q, int64_t generation, struct ald_briefs *ret)
{
    size_t n;
    const unsigned char *at = ald_q_col_blob(q, 1, &n);
    if (n < HEAD_BYTES || (n - HEAD_BYTES) % 16 || ald_get_bytes(&at, 8) != VERSION || (int64_t)ald_get_bytes(&at, 8) != generation)
        return false;
    for (size_t i = 0; i < (n - HEAD_BYTES) / 16; i++) {
        int64_t row = (int64_t)ald_get_bytes(&at, 8);
        ald_later_add(arena, &ret->later, row, (int64_t)ald_get_bytes(&at, 8));
    }
    return true;
}

enum ald_rc ald_briefs_head(struct ald_store *store, int64_t generation, struct ald_arena *arena, struct ald_briefs *ret, bool *ret_sound,
                            struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    *ret = (struct ald_briefs){.n = 0};
    ALD_TRY(ald_q_open(store, "part_brief_rows", &q, err));
    ald_q_int(q, 1, INT64_MIN);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret_sound = row && ald_q_col_int(q, 0) == HEAD && take_head(arena, q, generation, ret);
    return ALD_OK;
}

enum ald_rc ald_briefs_chunks(struct ald_store *store, struct ald_arena *arena, struct ald_briefs *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, "part_brief_rows", &q, err));
    ald_q_int(q, 1, HEAD);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        struct ald_brief_chunk *chunk = ald_briefs_add(ret, arena, ald_q_col_int(q, 0));
        const void *bytes = ald_q_col_blob(q, 1, &chunk->packed.n);
        chunk->packed.data = ald_alloc(arena, chunk->packed.n + 1);
        if (chunk->packed.n)
            memcpy(chunk->packed.data, bytes, chunk->packed.n);
    }
}

static const struct ald_kept_table table = {"part_brief_rows", "part_brief_put", "part_brief_add", "part_brief_remove", "i", 2};

/* The head says of which analysis the others are. */
static ALD_CHECK enum ald_rc save_head(struct ald_store *store, const struct ald_bytes *head, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *put = NULL;
    ALD_TRY(ald_q_open(store, table.put, &put, err));
    ald_q_int(put, 1, HEAD);
    ald_q_blob(put, 2, head->data, head->n);
    return ald_q_run(put, err);
}

/* Rows that change, the others stay. */
static ALD_CHECK enum ald_rc save_changes(struct ald_store *store, const struct ald_briefs *briefs, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *put = NULL, *remove = NULL;
    ALD_TRY(ald_q_open(store, table.put, &put, err));
    ALD_TRY(ald_q_open(store, table.remove, &remove, err));
    for (size_t i = 0; i < briefs->n; i++) {
        const struct ald_brief_chunk *chunk = &briefs->chunks[i];
        ald_q_int(chunk->packed.n ? put : remove, 1, chunk->number);
        if (chunk->packed.n)
            ald_q_blob(put, 2, chunk->packed.data, chunk->packed.n);
        ALD_TRY(ald_q_run(chunk->packed.n ? put : remove, err));
    }
    return ALD_OK;
}

/* Chunks that are packed at the same time. */
struct packing {
    const struct ald_build *b;
    const struct ald_brief_states *states;
    struct packing_chunk {
        struct ald_arena *arena;
        size_t from, to; /* of by_row */
        struct ald_bytes packed;
    } chunks[ALD_PARALLEL_MOST];
};

static void pack_chunk(void *ctx, size_t i)
{
    struct packing *p = ctx;
    struct packing_chunk *chunk = &p->chunks[i];
    ald_arena_reset(chunk->arena);
    chunk->packed = ald_brief_pack(p->b, &p->b->by_row[chunk->from], chunk->to - chunk->from, p->states, NULL, chunk->arena);
}

static int64_t chunk_number(const struct ald_build *b, size_t at)
{
    return b->by_row[at].row / ALD_BRIEFS_A_CHUNK;
}

/* The next chunks from `at` on, which moves behind them. @return how many. */
static size_t pack_next(struct packing *p, size_t most, size_t *at)
{
    size_t n = 0;
    for (; n < most && *at < p->b->by_row_n; n++) {
        struct packing_chunk *chunk = &p->chunks[n];
        chunk->from = *at;
        while (*at < p->b->by_row_n && chunk_number(p->b, *at) == chunk_number(p->b, chunk->from))
            ++*at;
        chunk->to = *at;
    }
    ald_parallel(n, pack_chunk, p);
    return n;
}

static void packing_done(struct packing *p)
{
    for (size_t i = 0; i < ALD_PARALLEL_MOST; i++)
        ald_arena_free(p->chunks[i].arena);
}

enum ald_rc ald_briefs_write(const struct ald_build *b, const struct ald_brief_states *states, struct ald_err *err)
{
    ALD_CLEANUP(packing_done) struct packing p = {.b = b, .states = states};
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept = {.store = NULL};
    const struct ald_datum after[] = {ald_datum_int(HEAD)};
    const size_t parts = ald_parallel_parts_for(b->by_row_n);
    for (size_t i = 0; i < parts; i++)
        p.chunks[i].arena = ald_arena_new();
    ALD_TRY(ald_kept_open(b->store, &table, after, &kept, err));
    for (size_t at = 0; at < b->by_row_n;)
        for (size_t i = 0, n = pack_next(&p, parts, &at); i < n; i++) {
            const struct packing_chunk *chunk = &p.chunks[i];
            const struct ald_datum cells[] = {ald_datum_int(chunk_number(b, chunk->from)), ald_datum_blob(chunk->packed.data, chunk->packed.n)};
            ALD_TRY(ald_kept_row(&kept, cells, err));
        }
    b->a->briefs_kept = true;
    return ald_kept_end(&kept, err);
}

static ALD_CHECK enum ald_rc remove_all(struct ald_store *store, struct ald_err *err)
{
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept = {.store = NULL};
    ALD_TRY(ald_kept_open(store, &table, NULL, &kept, err));
    return ald_kept_end(&kept, err);
}

enum ald_rc ald_briefs_save(struct ald_store *store, const struct ald_analysis *a, const struct ald_renewed *renewed, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ald_later_sort(a->later);
    struct ald_bytes head = pack_head(arena, a->generation, renewed ? &renewed->briefs->later : a->later);
    if (!renewed && !a->briefs_kept)
        return remove_all(store, err);
    ALD_TRY(save_head(store, &head, err));
    return renewed ? save_changes(store, renewed->briefs, err) : ALD_OK;
}
