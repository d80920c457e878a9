/* What likeness has learnt from what has settled, as it is kept in the store: bytes that say the same wherever they are read, without a
 * text of any record. A later analysis in which the same records have settled need not learn it anew. Private to linking. */
#pragma once

#include "analysis/links.h"
#include "analysis/stored.h"

enum ald_model_part { ALD_MODEL_BLOCKS, ALD_MODEL_CLASSES, ALD_MODEL_HEAD, ALD_MODEL_WORDS, ALD_MODEL_N };

/** Parts by name, in the order in which the table has them. */
struct ald_link_model {
    struct ald_bytes part[ALD_MODEL_N];
};

enum { ALD_LOOKS = 3, ALD_GAPS = 6 };

/** What does not belong to a word, a block or a class. */
struct ald_model_head {
    uint64_t of; /* ald_link_fingerprint of what was learnt from */
    int64_t settled; /* records that start before it */
    uint64_t titled;
    double span_ms, look[ALD_LOOKS], gap[ALD_GAPS];
};
/** A word that settled records have. */
struct ald_model_word {
    uint64_t hash;
    uint32_t records; /* that have it */
    uint32_t word;    /* its number in the analysis that learns it; not kept */
};
/** A block, without its words. */
struct ald_model_block {
    uint64_t key;
    uint32_t bursts;
    double settled_ms;
    struct ald_bytes words; /* ald_model_word_add */
};
/** What two sources' coincidences tell. */
struct ald_model_class {
    uint64_t key;
    double factor, moves;
    const double *found, *chance; /* descending */
    uint32_t found_n, chance_n;
};

/** One analysis of a store that has settled. */
struct ald_link_learning {
    const struct ald_link_model *from; /* what an analysis before it learnt of the same records; NULL: it learns */
    struct ald_link_model *into;       /* what it learns; NULL: nothing */
    struct ald_model_head head;        /* of either */
};
/** link_settled.c: once groups stand, whether what is stored is about what has settled now; else it is to be learnt. */
void ald_link_learn(struct ald_linker *l, const struct ald_link_places *places);

/* ---- Packing; bytes lie in the arena ---- */

/** Once the other parts stand: its bytes tell whether the others are whole. */
void ald_model_put_head(struct ald_arena *arena, const struct ald_model_head *head, struct ald_link_model *ret);
/** Words by hash. */
void ald_model_put_words(struct ald_arena *arena, const struct ald_model_word *words, size_t n, struct ald_link_model *ret);
/** Orders the blocks by key. */
void ald_model_put_blocks(struct ald_arena *arena, struct ald_model_block *blocks, size_t n, struct ald_link_model *ret);
void ald_model_put_classes(struct ald_arena *arena, const struct ald_model_class *classes, size_t n, struct ald_link_model *ret);
/** The most bytes that a word of a block takes. */
#define ALD_MODEL_BLOCK_WORD_BYTES 10
/** Writes a word of a block, its place among the words less that of the one before (the first: its place), and moves on. */
void ald_model_put_block_word(unsigned char **at, uint32_t further, uint32_t bursts);

/* ---- Reading, of what ald_link_model_read gave ---- */

/** False: the parts are not what this program wrote; nothing else may be read. */
bool ald_model_head(const struct ald_link_model *model, struct ald_model_head *ret);
/** How many words there are; how many records have one, by its place; the place of one, ALD_NOBODY: it is not there. */
size_t ald_model_words(const struct ald_link_model *model);
uint32_t ald_model_word_records(const struct ald_link_model *model, size_t place);
uint32_t ald_model_find_word(const struct ald_link_model *model, uint64_t hash);
/** A block by its key, its words lent; false: there is none. */
bool ald_model_find_block(const struct ald_link_model *model, uint64_t key, struct ald_model_block *ret);
/** Reads a word of a block and moves on. */
void ald_model_block_word(const unsigned char **at, uint32_t *ret_further, uint32_t *ret_bursts);
/** All classes; arena-owned. @return how many. */
size_t ald_model_classes(const struct ald_link_model *model, struct ald_arena *arena, struct ald_model_class **ret);

/* ---- The store ---- */

/** What is stored; NULL: nothing that this program wrote. Analysis-owned. */
ALD_CHECK enum ald_rc ald_link_model_read(struct ald_linker *l, const struct ald_link_model **ret, struct ald_err *err);
