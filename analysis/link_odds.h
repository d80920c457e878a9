/* What tells whether two records in one block (a service, a team, an edge) speak of one happening. Private to linking.
 */
#pragma once

#include "analysis/link_model.h"

/** What pairing asks of a record, those of a block side by side: each is looked at hundreds of times. */
struct ald_link_seat {
    int64_t start, end; /* end: ald_record_end */
    const char *class_;
    uint64_t holds;     /* sources of its whole */
    const uint32_t *words;
    uint32_t record, source, whole;
    uint32_t words_n, services_n;
    uint32_t service;   /* the first that a row names; ALD_NOBODY */
    bool has_enemies;   /* its whole */
};

struct ald_link_odds {
    struct ald_linker *l;
    struct ald_link_words words;
    uint32_t *excluded; /* by word: the block, from 1, whose name it is part of */
    uint32_t *met;      /* by word: the block, from 1, that the next two are about */
    int64_t *burst;     /* by word: first start of its last burst in the block */
    double *bursts;     /* by word: how many times it came up in the block */
    uint32_t *came;     /* words of the block; NULL: nothing is to be packed */
    size_t came_n;
    uint32_t block;     /* the one at hand, from 1 */
    uint64_t key;       /* the same for whoever learns and reads; ald_block_key */
    double block_bursts;
    double look[ALD_LOOKS];     /* shares of linked pairs by how alike their titles are */
    double gap[ALD_GAPS];       /* and by how far apart they start */
    double settled_ms;          /* between the first and the last settled record of the block */
    double history_ms, span_ms; /* of the block, up to the record at hand; of all settled records */
    struct ald_link_lately {
        uint32_t met;          /* the block, from 1, that the rest is about */
        uint32_t hours;        /* of the last days in which it came up */
        int64_t entered, left; /* the last of them; the last that is too long ago */
    } * lately;                /* by word, and behind the last one for anything: what is not settled */
    size_t oldest;             /* the first seat that is not too long ago */
    bool late;                 /* the record at hand has not settled: what came up lately counts as well */
};

/** Reads the words of all titles and learns from the links that stand; blocks: how many there are. */
void ald_odds_build(struct ald_linker *l, uint32_t blocks, double span_ms, struct ald_link_odds *ret);
void ald_odds_done(struct ald_link_odds *odds);
/** The same for another thread: what is learned is shared, what is counted of a block is its own. */
struct ald_link_odds ald_odds_beside(const struct ald_link_odds *odds, struct ald_arena *arena);
/** Turns to the block of a service or team (its number; key: ald_block_key), whose settled records are given in the order of their starts. */
void ald_odds_block(struct ald_link_odds *odds, struct ald_arena *scratch, uint32_t block, uint64_t key, const char *name,
                    const struct ald_link_seat *seats, size_t n);
/** What was counted in the block, packed; once, before the next block. Arena-owned. */
struct ald_model_block ald_odds_pack(struct ald_link_odds *odds, struct ald_arena *arena);
/** Goes on to a record of the block that has not settled: all that have not come here, in their order; first: the first of them. */
void ald_odds_later(struct ald_link_odds *odds, const struct ald_link_seat *seats, size_t first, size_t i);
/** Fills similarity, by_chance and odds of a pair, a and b, in the block at hand; apart_ms: between their starts. */
void ald_odds_weigh(const struct ald_link_odds *odds, const struct ald_link_seat *a, const struct ald_link_seat *b,
                    double apart_ms, enum ald_block_kind kind, bool after_end, struct ald_link_pair *pair);
