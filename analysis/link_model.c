/* The model of likeness as bytes, and back. Knows what is learnt by its form alone.
 *
 * Bytes, little-endian: head: version (4), hash of the other parts (8), of (8), settled (8), titled (8), span, looks, gaps (8 each). words, by hash: hash
 * (8), records (4). blocks: how many (4); of each, by key: key (8), where its words begin (4); a last one where they end; then of each:
 * bursts (4), milliseconds (8), its words: how much further on, and bursts, as numbers of 7 bits a byte. classes: key (8), factor, moves (8
 * each), how many are found and by chance (4 each), their odds (8 each). */
#include "analysis/link_model.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "analysis/kept.h"
#include "analysis/packing.h"

enum { VERSION = 2, WORD_BYTES = 8 + 4, INDEX_BYTES = 8 + 4, BLOCK_BYTES = 4 + 8, CLASS_BYTES = 8 + 8 + 8 + 4 + 4 };
enum { HEAD_BYTES = 4 + 8 + 8 + 8 + 8 + 8 * (1 + ALD_LOOKS + ALD_GAPS) };

static const char *const part_names[ALD_MODEL_N] = {"blocks", "classes", "head", "words"}; /* as the table orders them */

/* ---- Packing ---- */

static struct ald_bytes room(struct ald_arena *arena, size_t n)
{
    return (struct ald_bytes){.data = ald_calloc(arena, n, 1), .n = n};
}

/* Of all parts but the head. */
static uint64_t hash_of(const struct ald_link_model *model)
{
    unsigned char bytes[8 * ALD_MODEL_N], *at = bytes;
    for (size_t i = 0; i < ALD_MODEL_N; i++)
        ald_put_bytes(&at, i == ALD_MODEL_HEAD ? 0 : ald_siphash(model->part[i].data, model->part[i].n), 8);
    return ald_siphash(bytes, sizeof bytes);
}

void ald_model_put_head(struct ald_arena *arena, const struct ald_model_head *head, struct ald_link_model *ret)
{
    struct ald_bytes *part = &ret->part[ALD_MODEL_HEAD];
    *part = room(arena, HEAD_BYTES);
    unsigned char *at = part->data;
    ald_put_bytes(&at, VERSION, 4);
    ald_put_bytes(&at, hash_of(ret), 8);
    ald_put_bytes(&at, head->of, 8);
    ald_put_bytes(&at, (uint64_t)head->settled, 8);
    ald_put_bytes(&at, head->titled, 8);
    ald_put_double(&at, head->span_ms);
    for (size_t i = 0; i < ALD_LOOKS; i++)
        ald_put_double(&at, head->look[i]);
    for (size_t i = 0; i < ALD_GAPS; i++)
        ald_put_double(&at, head->gap[i]);
}

void ald_model_put_words(struct ald_arena *arena, const struct ald_model_word *words, size_t n, struct ald_link_model *ret)
{
    struct ald_bytes *part = &ret->part[ALD_MODEL_WORDS];
    *part = room(arena, n * WORD_BYTES);
    unsigned char *at = part->data;
    for (size_t i = 0; i < n; i++) {
        ald_put_bytes(&at, words[i].hash, 8);
        ald_put_bytes(&at, words[i].records, 4);
    }
}

void ald_model_put_block_word(unsigned char **at, uint32_t further, uint32_t bursts)
{
    ald_put_number(at, further);
    ald_put_number(at, bursts);
}

static int by_key(const void *x, const void *y)
{
    const struct ald_model_block *a = x, *b = y;
    return (a->key > b->key) - (a->key < b->key);
}

void ald_model_put_blocks(struct ald_arena *arena, struct ald_model_block *blocks, size_t n, struct ald_link_model *ret)
{
    struct ald_bytes *part = &ret->part[ALD_MODEL_BLOCKS];
    size_t bytes = 4 + (n + 1) * INDEX_BYTES, begin = bytes;
    for (size_t i = 0; i < n; i++)
        bytes += BLOCK_BYTES + blocks[i].words.n;
    if (n)
        qsort(blocks, n, sizeof *blocks, by_key);
    *part = room(arena, bytes);
    unsigned char *index = part->data, *at = part->data + begin;
    ald_put_bytes(&index, n, 4);
    for (size_t i = 0; i < n; i++) {
        ald_put_bytes(&index, blocks[i].key, 8);
        ald_put_bytes(&index, (uint64_t)(at - part->data), 4);
        ald_put_bytes(&at, blocks[i].bursts, 4);
        ald_put_double(&at, blocks[i].settled_ms);
        if (blocks[i].words.n)
            memcpy(at, blocks[i].words.data, blocks[i].words.n);
        at += blocks[i].words.n;
    }
    ald_put_bytes(&index, 0, 8);
    ald_put_bytes(&index, (uint64_t)(at - part->data), 4);
}

void ald_model_put_classes(struct ald_arena *arena, const struct ald_model_class *classes, size_t n, struct ald_link_model *ret)
{
    struct ald_bytes *part = &ret->part[ALD_MODEL_CLASSES];
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += CLASS_BYTES + sizeof(double) * ((size_t)classes[i].found_n + classes[i].chance_n);
    *part = room(arena, bytes);
    unsigned char *at = part->data;
    for (size_t i = 0; i < n; i++) {
        ald_put_bytes(&at, classes[i].key, 8);
        ald_put_double(&at, classes[i].factor);
        ald_put_double(&at, classes[i].moves);
        ald_put_bytes(&at, classes[i].found_n, 4);
        ald_put_bytes(&at, classes[i].chance_n, 4);
        for (size_t k = 0; k < classes[i].found_n; k++)
            ald_put_double(&at, classes[i].found[k]);
        for (size_t k = 0; k < classes[i].chance_n; k++)
            ald_put_double(&at, classes[i].chance[k]);
    }
}

/* ---- Reading ---- */

bool ald_model_head(const struct ald_link_model *model, struct ald_model_head *ret)
{
    const struct ald_bytes *part = &model->part[ALD_MODEL_HEAD];
    const unsigned char *at = part->data;
    if (part->n != HEAD_BYTES || ald_get_bytes(&at, 4) != VERSION || ald_get_bytes(&at, 8) != hash_of(model))
        return false;
    ret->of = ald_get_bytes(&at, 8);
    ret->settled = (int64_t)ald_get_bytes(&at, 8);
    ret->titled = ald_get_bytes(&at, 8);
    ret->span_ms = ald_get_double(&at);
    for (size_t i = 0; i < ALD_LOOKS; i++)
        ret->look[i] = ald_get_double(&at);
    for (size_t i = 0; i < ALD_GAPS; i++)
        ret->gap[i] = ald_get_double(&at);
    return true;
}

size_t ald_model_words(const struct ald_link_model *model)
{
    return model->part[ALD_MODEL_WORDS].n / WORD_BYTES;
}

uint32_t ald_model_word_records(const struct ald_link_model *model, size_t place)
{
    const unsigned char *at = model->part[ALD_MODEL_WORDS].data + place * WORD_BYTES + 8;
    return (uint32_t)ald_get_bytes(&at, 4);
}

/* The place of a key among n that lie in ascending order, each at the beginning of so many bytes; n: it is not there. */
static size_t find(const unsigned char *data, size_t n, size_t bytes, uint64_t key)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const unsigned char *at = data + mid * bytes;
        uint64_t there = ald_get_bytes(&at, 8);
        if (there == key)
            return mid;
        if (there < key)
            low = mid + 1;
        else
            high = mid;
    }
    return n;
}

uint32_t ald_model_find_word(const struct ald_link_model *model, uint64_t hash)
{
    size_t n = ald_model_words(model), place = find(model->part[ALD_MODEL_WORDS].data, n, WORD_BYTES, hash);
    return place < n ? (uint32_t)place : ALD_NOBODY;
}

bool ald_model_find_block(const struct ald_link_model *model, uint64_t key, struct ald_model_block *ret)
{
    unsigned char *data = model->part[ALD_MODEL_BLOCKS].data;
    const unsigned char *at = data;
    size_t n = (size_t)ald_get_bytes(&at, 4), place = find(at, n, INDEX_BYTES, key);
    if (place == n)
        return false;
    at += place * INDEX_BYTES + 8;
    size_t from = (size_t)ald_get_bytes(&at, 4);
    at += 8;
    size_t to = (size_t)ald_get_bytes(&at, 4);
    at = data + from;
    *ret = (struct ald_model_block){.key = key};
    ret->bursts = (uint32_t)ald_get_bytes(&at, 4);
    ret->settled_ms = ald_get_double(&at);
    ret->words = (struct ald_bytes){.data = data + from + BLOCK_BYTES, .n = to - from - BLOCK_BYTES};
    return true;
}

void ald_model_block_word(const unsigned char **at, uint32_t *ret_further, uint32_t *ret_bursts)
{
    *ret_further = (uint32_t)ald_get_number(at);
    *ret_bursts = (uint32_t)ald_get_number(at);
}

static const double *get_doubles(struct ald_arena *arena, const unsigned char **at, size_t n)
{
    double *list = ald_calloc(arena, n, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = ald_get_double(at);
    return list;
}

size_t ald_model_classes(const struct ald_link_model *model, struct ald_arena *arena, struct ald_model_class **ret)
{
    const struct ald_bytes *part = &model->part[ALD_MODEL_CLASSES];
    size_t n = 0, cap = 0;
    *ret = NULL;
    for (const unsigned char *at = part->data; at < part->data + part->n;) {
        *ret = ald_grow(arena, *ret, n, &cap, sizeof **ret);
        struct ald_model_class *c = &(*ret)[n++];
        c->key = ald_get_bytes(&at, 8);
        c->factor = ald_get_double(&at);
        c->moves = ald_get_double(&at);
        c->found_n = (uint32_t)ald_get_bytes(&at, 4);
        c->chance_n = (uint32_t)ald_get_bytes(&at, 4);
        c->found = get_doubles(arena, &at, c->found_n);
        c->chance = get_doubles(arena, &at, c->chance_n);
    }
    return n;
}

/* ---- The store ---- */

enum ald_rc ald_link_model_read(struct ald_linker *l, const struct ald_link_model **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    struct ald_arena *arena = l->b->a->arena;
    struct ald_link_model *model = ald_alloc(arena, sizeof *model);
    *model = (struct ald_link_model){.part = {{NULL, 0}}};
    *ret = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(l->b->store, "part_model_rows", &q, err));
    ald_q_text_lent(q, 1, "");
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        for (size_t i = 0; i < ALD_MODEL_N; i++) {
            if (strcmp(ald_q_col_text(q, 0), part_names[i]) != 0)
                continue;
            const void *bytes = ald_q_col_blob(q, 1, &model->part[i].n);
            model->part[i].data = ald_alloc(arena, model->part[i].n + 1);
            if (model->part[i].n)
                memcpy(model->part[i].data, bytes, model->part[i].n);
        }
    }
    struct ald_model_head head;
    *ret = ald_model_head(model, &head) ? model : NULL;
    return ALD_OK;
}

enum ald_rc ald_link_model_save(struct ald_store *store, const struct ald_analysis *a, struct ald_err *err)
{
    static const struct ald_kept_table table = {"part_model_rows", "part_model_put", "part_model_add", "part_model_remove", "t", 2};
    ALD_CLEANUP(ald_kept_done) struct ald_kept kept = {.store = NULL};
    ALD_TRY(ald_kept_open(store, &table, NULL, &kept, err));
    for (size_t i = 0; i < ALD_MODEL_N && a->link_model; i++) {
        const struct ald_bytes *part = &a->link_model->part[i];
        if (!part->n)
            continue;
        const struct ald_datum cells[] = {ald_datum_text(part_names[i]), ald_datum_blob(part->data, part->n)};
        ALD_TRY(ald_kept_row(&kept, cells, err));
    }
    return ald_kept_end(&kept, err);
}
