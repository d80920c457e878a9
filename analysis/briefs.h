/* Briefs: of each record what linking by pointers and shared values asks of it, and how it came out, packed in the store, so that a daily
 * run links all records without reading them. Private to analysis. */
#pragma once

#include "analysis/links.h"
#include "analysis/stored.h"

/** Records whose rows lie so near are packed together: a day rewrites few. */
enum { ALD_BRIEFS_A_CHUNK = 4096 };

/** How pointers and shared values link a record, before likeness. */
struct ald_brief_state {
    int64_t root;  /* row of the record that stands for its whole */
    uint64_t link; /* a hash of its group, of what it is folded into, of its first link, of those that joined it to others and of what it mentions; 0: it stands alone and mentions nothing */
    uint32_t named_at, named_n; /* rows of records that it mentions */
};
/** Of all records, once pointers and shared values have linked them; in the linker's arena. */
struct ald_brief_states {
    struct ald_brief_state *of; /* by record */
    int64_t *named;
    size_t named_n, named_cap;
};
void ald_brief_states(struct ald_linker *l, struct ald_brief_states *ret);

struct ald_brief_chunk {
    int64_t number; /* row / ALD_BRIEFS_A_CHUNK */
    struct ald_bytes packed; /* no bytes: none of its records is there any more */
};
/** Of a store, or what changed of them. */
struct ald_briefs {
    struct ald_brief_chunk *chunks; /* ascending */
    size_t n, cap;
    struct ald_laters later; /* by row */
};

/* ---- briefs_packed.c, briefs_unpacked.c: one chunk as bytes, and back ---- */

/** What several records of a chunk have in common; lent by the chunk. Texts may be NULL. */
struct ald_brief_traits {
    const char *source, *kind, *class_, *address;
};
/** One record; lent by the chunk. */
struct ald_brief {
    const unsigned char *at; /* where it begins */
    uint32_t traits; /* of the reader's */
    const char *id;  /* "source:external_id" */
    const char *key; /* or NULL */
    const char *url_end; /* NULL: no url */
    int64_t start, end;  /* end: ald_record_end */
    struct ald_brief_state state; /* without named_at */
    const unsigned char *named;   /* the rows, as ald_get_number reads them */
    unsigned shows; /* facets that its events show */
    uint32_t refs_n, services_n;
    bool young, titled;
};
struct ald_brief_others;
/** Packs records of one chunk, by row. others: NULL where all rows have a record. */
struct ald_bytes ald_brief_pack(const struct ald_build *b, const struct ald_row_index *rows, size_t n, const struct ald_brief_states *states,
                                const struct ald_brief_others *others, struct ald_arena *arena);

struct ald_brief_reader {
    const unsigned char *at, *present; /* present: a bit for each row of the chunk */
    const char **texts;
    const struct ald_brief_traits *traits;
    size_t traits_n, texts_n;
};
/** Briefs of records that are not in the build, none of them young: of rows without a record, one after the other, where each begins. */
struct ald_brief_others {
    const struct ald_brief_reader *reader;
    const unsigned char *const *at;
};
/** Reads the head of a chunk; false: it is not what this program wrote. Lists lie in the arena. */
bool ald_brief_open(const struct ald_bytes *packed, struct ald_arena *arena, struct ald_brief_reader *ret);
/** Whether a chunk has a brief of a row. */
bool ald_brief_has(const struct ald_brief_reader *reader, int64_t row);
/** Reads the next record (row: the next of those that are present); then come all its refs, all its services (names), and of a young one its title,
 *  how many teams there are, these (names), how many pairs its events name, and these (names of a service and of a team). */
void ald_brief_next(struct ald_brief_reader *reader, int64_t row, struct ald_brief *ret);
struct ald_row_ref ald_brief_ref(struct ald_brief_reader *reader);
/** NULL: none. */
const char *ald_brief_name(struct ald_brief_reader *reader);
const char *ald_brief_title(struct ald_brief_reader *reader, const struct ald_brief *brief);
uint32_t ald_brief_number(struct ald_brief_reader *reader);
/** Passes all that follows over. */
void ald_brief_pass(struct ald_brief_reader *reader, const struct ald_brief *brief);
/** The start from which on records are young: likeness may ask for them as long as the quarter of as-of lasts. */
int64_t ald_brief_young_from(const struct ald_analysis *analysis);

/* ---- briefs.c: all of them ---- */

/** Packs the records of a build that are linked and writes them, a chunk in memory at a time; what the store held of others goes. They hold
 *  once ald_briefs_save has said of which analysis they are. */
ALD_CHECK enum ald_rc ald_briefs_write(const struct ald_build *b, const struct ald_brief_states *states, struct ald_err *err);
/** By row, the earliest of each. */
void ald_later_sort(struct ald_laters *laters);
/** One more chunk, without bytes yet. */
struct ald_brief_chunk *ald_briefs_add(struct ald_briefs *briefs, struct ald_arena *arena, int64_t number);
/** What is stored of all records, but no chunk; *ret_sound: it is of the analysis of a generation, and what this program writes. In the arena. */
ALD_CHECK enum ald_rc ald_briefs_head(struct ald_store *store, int64_t generation, struct ald_arena *arena, struct ald_briefs *ret, bool *ret_sound,
                                      struct ald_err *err);
/** Adds the chunks. */
ALD_CHECK enum ald_rc ald_briefs_chunks(struct ald_store *store, struct ald_arena *arena, struct ald_briefs *ret, struct ald_err *err);
/** Says that those which were written while records were linked hold, or lets all go where none were; or writes what renewing changed. */
ALD_CHECK enum ald_rc ald_briefs_save(struct ald_store *store, const struct ald_analysis *analysis, const struct ald_renewed *renewed, struct ald_err *err);
