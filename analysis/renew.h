/* All records of a store laid out for linking: those that were read anew, and of all others their briefs. Private to analysis. */
#pragma once

#include "analysis/briefs.h"

/** The rows of one chunk. */
struct ald_laid_chunk {
    struct ald_brief_reader reader; /* present NULL: nothing is stored of it */
    uint32_t *record;               /* by row of the chunk: its record; ALD_NOBODY: none */
    bool changed;                   /* its briefs are to be packed anew */
};
struct ald_laid {
    struct ald_arena *arena;
    struct ald_laid_chunk *chunks; /* by number */
    size_t chunks_n;
    struct ald_brief_state *before; /* by record: as the last analysis linked it; link and root 0: it had no brief */
    struct ald_link_asked asked; /* what some pointer or decision may ask for */
    size_t left_out_n;
    const int64_t *touched;         /* rows of records that changed, ascending: their briefs do not hold */
    size_t touched_n;
};

/** Opens the chunks; false: they are not what this program writes. */
bool ald_laid_open(struct ald_laid *laid, const struct ald_briefs *briefs, int64_t rows_to);
/** Calls take for every brief that is stored; it reads or passes what follows. */
void ald_laid_each(const struct ald_laid *laid, void (*take)(void *ctx, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief),
                   void *ctx);
/** Of a build that has read some records, and their clocks: adds all others as their briefs tell them, in the order of records, but those that stood
 *  alone and that nothing can link: they are counted (left_out). *ret_sound: all that they name is there. */
ALD_CHECK enum ald_rc ald_laid_out(struct ald_laid *laid, struct ald_build *b, bool *ret_sound, struct ald_err *err);
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
