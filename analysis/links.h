/* The parts of linking: link.c asks them in turn; link_refs.c and link_explicit.c explicit pointers, link_identity.c
 * what records share, link_suggest.c what looks alike, link_groups.c keeps the groups, folds.c folds what was merged.
 * Private to analysis. */
#pragma once

#include "analysis/build.h"

struct ald_linker;
struct ald_part;

/** What one text means in one source: one record, or several (then it says nothing; record: the first). The text is the record's. */
struct ald_link_slot {
    uint32_t hash;
    uint32_t record : 30;
    bool several : 1;
};
_Static_assert(sizeof(struct ald_link_slot) == 8, "three for each record");
/** Sorted by hash, record. Of one text there are at most as many as there are sources, so that a filler in every record costs
 * nothing. */
struct ald_link_index {
    struct ald_link_slot *slots;
    size_t n, cap;
    bool (*is)(struct ald_linker *l, uint32_t record, const char *text); /* whether it is a text of the record */
};

/** Records that a person keeps apart from the records of a group. */
struct ald_link_enemy {
    uint32_t record;
    struct ald_link_enemy *next;
};

/** Two partitions over the records: `group` by links alone, `whole` by links and folds, which is what becomes
 * incidents. What people keep apart is kept apart in `whole`. */
struct ald_linker {
    struct ald_build *b;
    struct ald_arena *arena;
    struct ald_link_index keys, urls;
    const struct ald_link_asked *asked; /* by all pointers of these records; NULL: to be found */
    uint32_t *group, *whole;         /* union-find parents */
    uint64_t *holds;                 /* by root of a whole: its sources, a bit each, the last one for all from the 64th on */
    struct ald_link_enemy **enemies; /* by root of a whole */
    struct ald_link *link;           /* what joined: one less than records in each incident */
    size_t link_n, link_cap;
    struct ald_link *suggestion;
    size_t suggestion_n, suggestion_cap;
    struct ald_link_idle *idle;
    size_t idle_n, idle_cap;
    int64_t settled; /* likeness is learnt from records that start before it; INT64_MAX: from all */
    struct ald_link_learning *learning; /* link_model.h; NULL: from all */
    /* Of a window (link_window.c), INT64_MIN: of all: starts from which on what comes out is what the whole gives; from which on pairs are
     * looked for; from which on records are looked at for them. */
    int64_t from, pairs_from, seen_from;
    const bool *changed; /* of a window: records of which likeness may say otherwise than before, wherever they start; NULL: those in the window alone */
    unsigned char *reached; /* of a window: enum ald_link_reach by record */
    bool unsound; /* what is asked of the window reaches further than it was looked */
};

/* ---- link_groups.c ---- */
void ald_link_init(struct ald_linker *l);
uint32_t ald_link_group(struct ald_linker *l, uint32_t record);
uint32_t ald_link_whole(struct ald_linker *l, uint32_t record);
/** A person's word that two records are never one incident. */
void ald_keep_apart(struct ald_linker *l, uint32_t a, uint32_t b);
/** True when people keep some record of a's whole from some record of b's. */
bool ald_kept_apart(struct ald_linker *l, uint32_t a, uint32_t b);
/** Makes every record of a whole point at its root: until the next join l->whole[r] is what ald_link_whole gives, for threads
 *  to read. */
void ald_link_flatten(struct ald_linker *l);
/** True when both wholes hold a record of the same source, other than `but` (ALD_NOBODY: any). From the 64th source on
 * also when it only could be: then a likeness is listed that would have been taken. */
bool ald_share_source(struct ald_linker *l, uint32_t a, uint32_t b, uint32_t but);
/** The same of what two wholes hold. */
bool ald_both_hold(uint64_t holds, uint64_t others, uint32_t but);
/** Joins two records unless people keep them apart; via is analysis-owned. Notes the link when it joins two wholes, and
 * the method of each record that had none. @return false: kept apart. */
bool ald_link_join(struct ald_linker *l, uint32_t a, uint32_t b, enum ald_link_method method, double confidence,
                   const char *via);
/** The same for a record that was merged into another: one whole, but groups of their own. */
bool ald_link_fold(struct ald_linker *l, uint32_t from, uint32_t to, const char *via);

/* ---- link_asked.c ---- */
/** Hashes of texts that explicit pointers may ask for. */
struct ald_link_asked {
    uint64_t *bits;
    uint32_t mask;
    bool urls; /* some pointer is an address */
};
void ald_link_asked(struct ald_linker *l, struct ald_link_asked *ret);
/** Hashes of texts. */
struct ald_link_hashes {
    uint32_t *items;
    size_t n, cap;
    struct ald_arena *arena;
};
void ald_link_hashes_add(struct ald_link_hashes *hashes, uint32_t hash);
/** The same bit by bit: refs: about how many; what one ref may ask for, which need not point, and which is added to the hashes. */
void ald_link_ask_begin(struct ald_arena *arena, size_t refs, struct ald_link_asked *ret);
void ald_link_ask(struct ald_link_asked *asked, struct ald_arena *scratch, const struct ald_row_ref *ref, struct ald_link_hashes *hashes);
void ald_link_ask_hash(struct ald_link_asked *asked, uint32_t hash);
bool ald_link_is_asked(const struct ald_link_asked *asked, uint32_t hash);
/** Kinds of what records share: an incident key, an alert, a channel. */
static inline bool ald_ref_is_shared(unsigned kind)
{
    return kind >= ALD_REF_INCIDENT_KEY && kind <= ALD_REF_CHANNEL;
}
/** The value that a ref of such a kind shares with others, as it is compared; NULL: none. */
const char *ald_link_shared(struct ald_arena *scratch, const struct ald_row_ref *ref);

/* ---- link_refs.c ---- */
/** Address for comparing: trimmed, scheme and host in lower case, no '/' at the end, without utm_ parameters; NULL when it has no scheme. */
const char *ald_link_url(struct ald_arena *arena, const char *url);
/** What forms and people write when they have nothing to say. */
bool ald_says_nothing(const char *value);
const char *ald_link_trimmed(struct ald_arena *arena, const char *s);
/** Indexes what explicit pointers ask for. */
void ald_index_records(struct ald_linker *l);
/** The records that an explicit pointer of `from` names (never itself), at most max. An id is "source:external_id"; a
 * key belongs to the source that owns its prefix; a mention is an address or a key. */
size_t ald_ref_targets(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref, uint32_t *ret, size_t max);
/** "FIELD of RECORD: VALUE", analysis-owned. */
const char *ald_ref_text(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref);
/** What "merged into X" means: an id or key of the same source, else "source:id", an address, a key that only one
 * source has. ALD_NOBODY: nothing, or itself. */
uint32_t ald_fold_target(struct ald_linker *l, uint32_t from, const struct ald_row_ref *ref);

/* ---- link_explicit.c ---- */
/** Folds and joins by explicit pointers. */
void ald_link_explicit(struct ald_linker *l);

/* ---- link_decisions.c ---- */
/** Joins what people joined and keeps apart what they keep apart; a decision without effect becomes an idle link. */
ALD_CHECK enum ald_rc ald_link_decisions(struct ald_linker *l, struct ald_err *err);

/* ---- link_identity.c ---- */
/** Records of one source from which "more than half of its records carry it" is worth a thought. */
enum { ALD_LINK_COMMON_LEAST = 8 };
/** Joins records that carry the same incident key, alert or channel at the same time. */
void ald_link_identity(struct ald_linker *l);
void ald_link_idle_add(struct ald_linker *l, enum ald_link_method method, const char *value, size_t records,
                       const char *why);

/* ---- link_settled.c ---- */
/** Sets `settled`: the first day of the quarter before the one that as-of lies in, where enough records that take part start before it
 *  (link.learn_least) and every source that tells of later ones has been there for a quarter; else INT64_MAX. */
void ald_link_settle(struct ald_linker *l);
/** Whether likeness is learnt from a record. */
bool ald_link_is_settled(const struct ald_linker *l, uint32_t record);

/* ---- link_words.c ---- */
/** Words of titles: per record, ascending and each once. */
struct ald_link_words {
    struct ald_names *texts;
    uint32_t *list;
    size_t *at;     /* by record, and one more: where its words lie in the list */
    double *weight; /* by word: ln(records with a title / records with the word), of settled ones; a word that they lack is taken as
                     * one that a single record has */
    size_t n;       /* words */
    uint32_t *rank; /* by number of its text: the word's; NULL: the same */
    /* In a store that has settled: by word: its place among those that settled records have, by hash (ALD_NOBODY: it is none), and back. */
    uint32_t *place, *by_place;
    size_t places;
};
/** In a store that has settled, words are numbered by their texts. */
void ald_words_build(struct ald_linker *l, struct ald_link_words *ret);
/** Calls take for each word of a text that the words know. */
void ald_words_each(struct ald_arena *scratch, const struct ald_link_words *words, const char *text,
                    void (*take)(void *ctx, uint32_t word), void *ctx);

/* ---- link_pairs.c, link_suggest.c ---- */
/** Two records that could tell of one happening. odds: how many times likelier than a coincidence. */
struct ald_link_pair {
    uint32_t a, b;  /* a < b */
    uint32_t block; /* ALD_NOBODY: a mention alone */
    double odds, similarity, by_chance;
    double most; /* the confidence that the sources' coincidences leave room for */
    double confidence;
    const struct ald_row_ref *mention; /* of b by a or of a by b, or NULL */
};
struct ald_link_pairs {
    struct ald_link_pair *items;
    size_t n, cap;
};
/** What the same records give when one source is moved by whole weeks: coincidences. Sources come in classes, pairs of
 * them. */
struct ald_link_decoy {
    uint32_t class_, record; /* record: of the class' sparser source; settled */
    uint32_t shift;          /* 0: a real pair; else which of the moves */
    double odds;
};
struct ald_link_chance {
    struct ald_link_decoy *items;
    size_t n, cap;
};
#define ALD_LINK_SHIFTS 4 /* of two sources; one source beside itself has half of them */
/** Moves, in ms; i < ALD_LINK_SHIFTS. The first half are forward. */
int64_t ald_link_shift(size_t i);
/** Weighs the odds of every pair by how often records of its two sources have a counterpart that nothing else links:
 * what is found, less what is found after moving one source by weeks, over the records without one. Sets odds and most.
 */
void ald_link_weigh(struct ald_linker *l, const bool *placed, struct ald_link_pairs *pairs,
                    struct ald_link_chance *chance);
/** Notes one coincidence. */
void ald_link_decoy_add(const struct ald_linker *l, struct ald_arena *arena, struct ald_link_chance *chance, const struct ald_link_pair *pair,
                        uint32_t shift);

/** Records are looked at in blocks: those that name a service, a team, or either end of an edge between services. */
enum ald_block_kind { ALD_BLOCK_SERVICE, ALD_BLOCK_TEAM, ALD_BLOCK_EDGE };
/** The number of the block of edge i (i: all edges: one past the last block). */
uint32_t ald_block_edge(const struct ald_linker *l, uint32_t i);
enum ald_block_kind ald_block_kind(const struct ald_linker *l, uint32_t block);
/** What stands for a block wherever it has which number. */
uint64_t ald_block_key(enum ald_block_kind kind, const char *name);
/** "checkout", or "cart needs identity"; arena- or analysis-owned. */
const char *ald_block_name(const struct ald_linker *l, struct ald_arena *arena, uint32_t block);

/* ---- link_places.c ---- */
/** Records by block: those of block i are records[at[i]] up to records[at[i + 1]], in their order, some of them twice. */
struct ald_link_places {
    const uint32_t *records;
    const size_t *at;
    uint32_t blocks;
};
void ald_link_places(const struct ald_linker *l, struct ald_link_places *ret);
/** Whether a record can stand in blocks: it has a start and is no vendor's. */
bool ald_link_takes_part(const struct ald_linker *l, uint32_t record);

/** Pairs of records that share a service or team, name services of which one needs the other, or of which one mentions
 * the other, that overlap in time, are not one incident yet and not kept apart by people; sorted by a, b, each pair
 * once. */
void ald_pairs_find(struct ald_linker *l, struct ald_link_pairs *ret);
/** True when both are of one source. */
static inline bool ald_pair_of_one_source(const struct ald_linker *l, const struct ald_link_pair *p)
{
    return l->b->work[p->a].source == l->b->work[p->b].source;
}
/* ---- link_window.c ---- */
/** What likeness in a window says of a record: nothing, all, or that nothing in the window looks like it, whereas what lies before the window
 *  and belongs to it was not looked at. */
enum ald_link_reach { ALD_LINK_NOT_REACHED, ALD_LINK_REACHED, ALD_LINK_REACHES_BACK };
/** The start from which on all records are looked at for a window that begins at a time. */
int64_t ald_link_window_seen(int64_t from);
/** Sets the window of a linker; unsound where not all that is looked at is read, or nothing that has settled is known. */
ALD_CHECK enum ald_rc ald_link_window_open(struct ald_linker *l, const struct ald_part *part, struct ald_err *err);
/** Leaves the pairs that hang together, over pairs and links, with a record that starts in the window; unsound where one of them may hang
 *  together with what was not looked at. */
void ald_link_window_close(struct ald_linker *l, struct ald_link_pairs *pairs);

/** The most records that one mention is taken to name. */
enum { ALD_LINK_MENTIONS_MOST = 8 };
/** Joins what is likely enough to be one happening, lists the rest as suggestions. */
void ald_link_suggest(struct ald_linker *l);
#define ALD_LINK_APART_MS (6 * ALD_HOUR_MS) /* the most between two starts of a pair */
#define ALD_LINK_ACCEPT 0.9                 /* link.accept, where nothing is configured */

/* ---- times of a record, for linking ---- */
/** When it was over as far as is known: its last end, its closing, INT64_MAX when open; never before its start. */
int64_t ald_record_end(const struct ald_build *b, uint32_t record);

/* ---- folds.c ---- */
/** Breaks cycles at the smaller id (counted in link_cycles), folds groups, numbers incidents: sets records[].incident,
 *  folded, work[].folded. @return the number of incidents. */
size_t ald_fold(struct ald_build *b);
