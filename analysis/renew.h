/* Records of a store laid out for linking: those that were read anew, and of others their briefs. Private to analysis. */
#pragma once

#include "analysis/briefs.h"

/** The rows of one chunk. */
struct ald_laid_chunk {
    struct ald_brief_reader reader; /* present NULL: nothing is stored of it */
    uint32_t *record;               /* by row of the chunk: its record; ALD_NOBODY: none */
    const struct ald_traits **traits; /* by number of the reader's; NULL: not met yet */
    uint32_t *source_of;            /* the same: its source; ALD_NOBODY: there is none such */
    bool touched, changed;          /* it has rows of records that changed; its briefs are to be packed anew */
};
/** A record that is laid out. */
struct ald_place {
    uint64_t key;            /* ald_places_sort's */
    const char *id;          /* without its source */
    const unsigned char *at; /* its brief; NULL: it was read */
    uint32_t row, source;
};
/** What is laid out. */
struct ald_near {
    struct ald_place *places; /* by source and id */
    size_t places_n;
    struct ald_was {
        int64_t row;
        struct ald_brief_state state;
    } * was; /* of those that changed */
    size_t was_n;
};
/** renew_order.c: by source and id. */
void ald_places_sort(struct ald_place *places, size_t n, size_t sources);

struct ald_laid {
    struct ald_arena *arena;
    struct ald_laid_chunk *chunks; /* by number */
    size_t chunks_n;
    struct ald_brief_state *before; /* by record: as the last analysis linked it; link and root 0: it had no brief */
    struct ald_link_asked asked; /* what some pointer or decision may ask for */
    struct ald_link_hashes asks;  /* of each brief that has refs, one after the other: how many texts these may ask for, and the texts */
    struct ald_link_hashes seeds; /* texts over which something may be linked otherwise: of records that were read, of decisions */
    size_t left_out_n;
    const int64_t *touched;         /* rows of records that changed, ascending: their briefs do not hold */
    size_t touched_n;
};

/** Opens the chunks, once `touched` stands; false: they are not what this program writes. */
bool ald_laid_open(struct ald_laid *laid, const struct ald_briefs *briefs);
/** Calls take for every brief that is stored; it reads or passes what follows. */
void ald_laid_each(const struct ald_laid *laid, void (*take)(void *ctx, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief),
                   void *ctx);
/** renew_near.c: which records have to be laid out, in their order; the others are counted (left_out of the build). False: a source is not there. */
bool ald_laid_near(struct ald_laid *laid, struct ald_build *b, struct ald_arena *arena, struct ald_near *ret);
/** The chunk of a row. */
static inline struct ald_laid_chunk *ald_laid_chunk(const struct ald_laid *laid, int64_t row)
{
    return &laid->chunks[row / ALD_BRIEFS_A_CHUNK];
}
static inline uint32_t *ald_laid_slot(const struct ald_laid *laid, int64_t row)
{
    return &ald_laid_chunk(laid, row)->record[row % ALD_BRIEFS_A_CHUNK];
}
/** In place of a record's number: it is there, but left out. */
#define ALD_LEFT_OUT (ALD_NOBODY - 1)
/** Of a build that has read some records, and their clocks: adds others as their briefs tell them, in the order of records, but those whose links
 *  are as they were (ald_laid_near). False: what they name is not there. */
bool ald_laid_out(struct ald_laid *laid, struct ald_build *b);
/** The record of a row; ALD_NOBODY: it is not there. */
uint32_t ald_laid_record(const struct ald_laid *laid, int64_t row);
/** Whether it is there, but left out. */
bool ald_laid_is_left_out(const struct ald_laid *laid, int64_t row);
/** Order of rows (int64_t), in which `touched` is searched. */
int ald_laid_by_row(const void *x, const void *y);
bool ald_laid_is_touched(const struct ald_laid *laid, int64_t row);
/** The brief of a row is to be packed anew, or is to go. */
void ald_laid_change(struct ald_laid *laid, int64_t row);

/** renew_compare.c: links and suggestions that are not what is stored, once likeness has looked at its window. */
ALD_CHECK enum ald_rc ald_renew_compare(struct ald_laid *laid, struct ald_linker *l, struct ald_store *store, struct ald_arena *arena,
                                        struct ald_renewed *ret, struct ald_err *err);
/** The briefs that are not what is stored. */
struct ald_briefs *ald_renew_pack(const struct ald_laid *laid, const struct ald_build *b, const struct ald_brief_states *states,
                                  struct ald_arena *arena);

/* ---- One attempt to renew ---- */

struct ald_renewing {
    struct ald_store *store;
    const struct ald_settings *settings;
    struct ald_arena *arena, *scratch; /* of what is handed over; of all else */
    struct ald_renewed *ret;
    const struct ald_since *since;
    struct ald_briefs briefs;
    int64_t as_of;
    int64_t *touched;
    size_t touched_n, touched_cap;
    int64_t begins; /* the first day of the quarter of as-of: nothing that starts before it may have changed */
};
/** All has to be looked at; the first reason is kept. */
void ald_renew_give_up(struct ald_renewing *r, const char *why);

/* What a record that changed was. */
struct ald_renew_old {
    int64_t row, start, root;
};

struct ald_attempt {
    struct ald_renewing *r;
    struct ald_laid laid;
    struct ald_build build, *b; /* b NULL: not begun */
    struct ald_linker l;
    struct ald_analysis *a;
    struct ald_renew_old *old;   /* of touched rows that had a brief */
    size_t old_n, old_cap;
    struct ald_brief_states states;
    struct mention {
        int64_t from, to;
    } * was_named; /* as it was */
    size_t was_named_n, was_named_cap;
    bool *changed;
    int64_t first; /* W */
};
/** renew_read.c: reads what changed, and lays out all others. */
ALD_CHECK enum ald_rc ald_renew_read(struct ald_attempt *t, struct ald_err *err);
/** renew_changed.c: finds what is linked otherwise (changed), and W (first), once pointers and shared values have linked all. */
void ald_renew_changed(struct ald_attempt *t);
