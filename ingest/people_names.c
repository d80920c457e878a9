/* Known names as keyed hashes of their words: see people_names.h. Maps by uthash, allocated apart from any arena, as they
 * outlive every page. */
#include "people_names.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "alidade/utf8.h"
#include "people.h"
#include "people_sieve.h"
#include "people_words.h"

#define MIN_CODE_POINTS 3u

struct name {
    UT_hash_handle hh;
    struct ald_name_row row;
};
struct ald_name_alias {
    UT_hash_handle hh;
    char rep[ALD_PSEUDONYM_SIZE];
    char pseudonym[ALD_PSEUDONYM_SIZE];
};
/** A word that was asked for. */
struct asked {
    unsigned known_as_of; /* what is known has this number since; 0: empty */
    unsigned short counts;
    unsigned char n;
    char word[25];
};
#define ASKED_N 1024u
/** Somebody who was met. */
struct met {
    uint64_t hash; /* of the identity; 0: empty */
    char pseudonym[ALD_PSEUDONYM_SIZE];
};
#define MET_N 1024u
#define SIEVE_N 4096u
#define STOOD_N ALD_WORD_NUMBERS

struct ald_known_names {
    struct ald_hash_key key;
    struct asked *asked; /* ASKED_N, by a hash of the word */
    struct met *met;     /* MET_N, by the hash; NULL: nobody was */
    uint64_t *told;      /* MET_N hashes, the same */
    unsigned changes; /* counts from 1 */
    uint64_t sieve[SIEVE_N / 64]; /* of words that begin a name */
    uint64_t *stood;              /* STOOD_N bits: of words that stood in texts and began none; NULL: that is not remembered */
    bool sieve_all;               /* there are such words whose number is not known */
    struct name *names;
    struct ald_name_alias *aliases;
    struct ald_name_row *fresh;
    size_t fresh_n, fresh_cap;
    bool joined;
};

static void *make(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p)
        abort();
    return p;
}

static void copy_pseudonym(char to[ALD_PSEUDONYM_SIZE], const char *from)
{
    size_t n = strnlen(from, ALD_PSEUDONYM_SIZE - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}

bool ald_is_pseudonym(const char *s, size_t n)
{
    return n == ALD_PSEUDONYM_SIZE - 1 && strspn(s, "0123456789abcdef") >= n;
}

struct ald_known_names *ald_known_names_new(const struct ald_key *key)
{
    struct ald_known_names *known = make(sizeof *known);
    known->asked = make(ASKED_N * sizeof *known->asked);
    known->changes = 1;
    ald_hash_key(key, "known names", &known->key);
    return known;
}

void ald_known_names_free(struct ald_known_names *known)
{
    if (!known)
        return;
    struct name *name, *next_name;
    HASH_ITER (hh, known->names, name, next_name) {
        HASH_DEL(known->names, name);
        free(name);
    }
    struct ald_name_alias *alias, *next_alias;
    HASH_ITER (hh, known->aliases, alias, next_alias) {
        HASH_DEL(known->aliases, alias);
        free(alias);
    }
    free(known->fresh);
    free(known->asked);
    free(known->met);
    free(known->told);
    free(known->stood);
    ald_hash_key_wipe(&known->key);
    free(known);
}

void ald_known_names_freep(struct ald_known_names **known)
{
    ald_known_names_free(*known);
    *known = NULL;
}

/* ---- Names ---- */

static const struct ald_name_row *find(const struct ald_known_names *known, const char *words, size_t n)
{
    uint64_t hash = ald_keyed_hash(&known->key, words, n);
    struct name *name;
    HASH_FIND_BYHASHVALUE(hh, known->names, &hash, sizeof hash, (unsigned)hash, name); /* it is a hash already */
    return name ? &name->row : NULL;
}

static void sieve_add(struct ald_known_names *known, const struct ald_name_row *row)
{
    known->sieve_all = known->sieve_all || (row->counts && !row->number);
    if (row->number)
        ald_words_sieve_add(known->sieve, SIEVE_N, row->number);
}

/** Joins what is known with row; true when that says more than before. */
static bool merge(struct ald_known_names *known, const struct ald_name_row *row)
{
    struct name *name;
    sieve_add(known, row);
    HASH_FIND_BYHASHVALUE(hh, known->names, &row->hash, sizeof row->hash, (unsigned)row->hash, name);
    if (!name) {
        name = make(sizeof *name);
        name->row = *row;
        HASH_ADD_BYHASHVALUE(hh, known->names, row.hash, sizeof name->row.hash, (unsigned)row->hash, name);
        known->changes++;
        return true;
    }
    bool better = *row->pseudonym && (!*name->row.pseudonym || strcmp(row->pseudonym, name->row.pseudonym) < 0);
    bool more = better || (row->counts & ~name->row.counts) != 0;
    if (better)
        copy_pseudonym(name->row.pseudonym, row->pseudonym);
    name->row.counts |= row->counts;
    name->row.number = row->number ? row->number : name->row.number;
    known->changes += more;
    return more;
}

/** @param news true: learned even where it says nothing that was not known. @return whether it was learned. */
static bool learn(struct ald_known_names *known, const char *words, size_t n, unsigned counts, const char *pseudonym, bool news)
{
    struct ald_name_row row = {.hash = ald_keyed_hash(&known->key, words, n), .counts = counts, .number = counts ? ald_word_number(words, n) : 0};
    copy_pseudonym(row.pseudonym, pseudonym);
    if (!merge(known, &row) && !news)
        return false;
    if (known->fresh_n == known->fresh_cap) {
        known->fresh_cap = known->fresh_cap ? 2 * known->fresh_cap : 64;
        known->fresh = reallocarray(known->fresh, known->fresh_cap, sizeof *known->fresh);
        if (!known->fresh)
            abort();
    }
    known->fresh[known->fresh_n++] = row;
    return true;
}

void ald_text_names_pseudonym(struct ald_known_names *known, const struct ald_key *key, const char *identity, char ret[ALD_PSEUDONYM_SIZE])
{
    const uint64_t hash = ald_keyed_hash(&known->key, identity, strlen(identity)) | 1;
    if (!known->met)
        known->met = make(MET_N * sizeof *known->met);
    struct met *met = &known->met[hash >> 1 & (MET_N - 1)];
    if (met->hash != hash) {
        ald_pseudonym(key, identity, met->pseudonym);
        met->hash = hash;
    }
    copy_pseudonym(ret, met->pseudonym);
}

bool ald_text_names_told(struct ald_known_names *known, const void *bytes, size_t n)
{
    const uint64_t hash = ald_keyed_hash(&known->key, bytes, n) | 1;
    if (!known->told)
        known->told = make(MET_N * sizeof *known->told);
    uint64_t *told = &known->told[hash >> 1 & (MET_N - 1)];
    const bool before = *told == hash;
    *told = hash;
    return before;
}

static void put(struct ald_known_names *known, const struct ald_words *w, const char *pseudonym)
{
    const bool news = learn(known, w->text, w->ends[w->words_n - 1], 0, pseudonym, false);
    /* It may begin a name that was known before: where that was looked for nobody looked for this one. */
    (void)learn(known, w->text, w->ends[0], 1u << (w->words_n - 1), "", news);
}

void ald_text_names_add(struct ald_known_names *known, const char *text, const char *pseudonym, bool turned)
{
    struct ald_words w;
    w.words_n = 0;
    ald_words_more(&w, text, strlen(text), ALD_NAME_WORDS_MAX, strlen(text));
    if (w.words_n == 0)
        return;
    size_t n = w.ends[w.words_n - 1];
    char name[ALD_NAME_BYTES_MAX + 1];
    memcpy(name, w.text, n);
    name[n] = '\0';
    if (ald_utf8_count(name) < MIN_CODE_POINTS || !ald_words_of_somebody(name, n))
        return;
    put(known, &w, pseudonym);
    if (!turned || w.words_n != 2 || w.text[w.ends[0]] != ' ')
        return;
    struct ald_words t = {0};
    if (ald_words_add(&t, name, w.ends[0] + 1, n, false) && ald_words_add(&t, name, 0, w.ends[0], true))
        put(known, &t, pseudonym);
}

void ald_text_names_supersede(struct ald_known_names *known, const char *lesser, const char *pseudonym)
{
    (void)learn(known, lesser, strlen(lesser), 1, pseudonym, false);
}

const char *ald_text_names_find(const struct ald_known_names *known, const char *text, size_t n)
{
    struct ald_words w = {.words_n = 0};
    ald_words_more(&w, text, n, ALD_NAME_WORDS_MAX, n);
    return w.words_n ? ald_text_names_term(known, w.text, w.ends[w.words_n - 1]) : NULL;
}

/** Where the word is remembered, if it is. */
static struct asked *asked_at(const struct ald_known_names *known, const char *word, size_t n)
{
    uint64_t first = 0, last = 0, hash;
    memcpy(&first, word, n < sizeof first ? n : sizeof first);
    memcpy(&last, word + (n < sizeof last ? 0 : n - sizeof last), n < sizeof last ? n : sizeof last);
    hash = (first ^ last * UINT64_C(0x9E3779B97F4A7C15) ^ n) * UINT64_C(0xD6E8FEB86659FD93);
    return &known->asked[hash >> 54]; /* ten bits: ASKED_N */
}

static unsigned head(const struct ald_known_names *known, const char *word, size_t n)
{
    struct ald_words w = {.words_n = 0};
    const struct ald_name_row *row = ald_words_add(&w, word, 0, n, false) ? find(known, w.text, w.ends[0]) : NULL;
    return row ? row->counts : 0;
}

/** What is known of a word that passed the sieve. */
static unsigned sieved_head(const struct ald_known_names *known, const char *word, size_t n)
{
    if (n > sizeof known->asked->word)
        return head(known, word, n);
    struct asked *asked = asked_at(known, word, n);
    if (asked->known_as_of != known->changes || asked->n != n || memcmp(asked->word, word, n) != 0) {
        *asked = (struct asked){.known_as_of = known->changes, .counts = (unsigned short)head(known, word, n), .n = (unsigned char)n};
        memcpy(asked->word, word, n);
    }
    return asked->counts;
}

static bool passes(const struct ald_known_names *known, unsigned number)
{
    return known->sieve_all || ald_words_sieve_has(known->sieve, SIEVE_N, number);
}

unsigned ald_text_names_head(const struct ald_known_names *known, const char *word, size_t n)
{
    return known->names && passes(known, ald_word_number(word, n)) ? sieved_head(known, word, n) : 0;
}

bool ald_text_names_begin(const struct ald_known_names *known, const char *word, size_t n)
{
    const unsigned number = ald_word_number(word, n);
    if (passes(known, number) && sieved_head(known, word, n))
        return true;
    if (known->stood)
        ald_words_sieve_add(known->stood, STOOD_N, number);
    return false;
}

void ald_text_names_note(const struct ald_known_names *known, const char *word, size_t n)
{
    if (known->stood)
        ald_words_sieve_add(known->stood, STOOD_N, ald_word_number(word, n));
}

void ald_text_names_remember(struct ald_known_names *known)
{
    if (!known->stood)
        known->stood = make(STOOD_N / 8);
}

bool ald_text_names_stood(const struct ald_known_names *known, const struct ald_known_names *late)
{
    const struct name *name = NULL, *next = NULL;
    HASH_ITER (hh, late->names, name, next) {
        const bool begins = name->row.counts != 0, sure = known->stood && name->row.number;
        if (begins && (!sure || ald_words_sieve_has(known->stood, STOOD_N, name->row.number)))
            return true;
    }
    return false;
}

const char *ald_text_names_term(const struct ald_known_names *known, const char *words, size_t n)
{
    const struct ald_name_row *row = known->names ? find(known, words, n) : NULL;
    if (!row || !*row->pseudonym)
        return NULL;
    const struct ald_name_row *better = find(known, row->pseudonym, strlen(row->pseudonym)); /* once: a login's leads to an id's */
    return better && *better->pseudonym ? better->pseudonym : row->pseudonym;
}

bool ald_text_names_any(const struct ald_known_names *known)
{
    return known->names != NULL;
}

unsigned ald_text_names_version(const struct ald_known_names *known)
{
    return known->changes;
}

/* ---- Keeping them ---- */

struct ald_name_row ald_text_names_row(struct ald_q *q)
{
    struct ald_name_row row = {.hash = (uint64_t)ald_q_col_int(q, 0), .counts = (unsigned)ald_q_col_int(q, 1)};
    const char *pseudonym = ald_q_col_text(q, 2);
    if (pseudonym && strlen(pseudonym) < sizeof row.pseudonym)
        copy_pseudonym(row.pseudonym, pseudonym);
    return row;
}

void ald_text_names_put(struct ald_known_names *known, const struct ald_name_row *row)
{
    (void)merge(known, row);
}

const struct ald_name_row *ald_text_names_fresh(const struct ald_known_names *known, size_t *ret_n)
{
    *ret_n = known->fresh_n;
    return known->fresh;
}

void ald_text_names_settle(struct ald_known_names *known)
{
    known->fresh_n = 0;
}

/* ---- Aliases ---- */

static struct ald_name_alias *alias_of(struct ald_known_names *known, const char *pseudonym)
{
    struct ald_name_alias *alias;
    HASH_FIND_STR(known->aliases, pseudonym, alias);
    if (alias)
        return alias;
    alias = make(sizeof *alias);
    copy_pseudonym(alias->pseudonym, pseudonym);
    copy_pseudonym(alias->rep, pseudonym);
    HASH_ADD_STR(known->aliases, pseudonym, alias);
    return alias;
}

void ald_text_names_join(struct ald_known_names *known, const char *a, const char *b)
{
    struct ald_name_alias *one = alias_of(known, a), *other = alias_of(known, b);
    int order = strcmp(one->rep, other->rep);
    if (order == 0)
        return;
    char from[ALD_PSEUDONYM_SIZE], to[ALD_PSEUDONYM_SIZE];
    copy_pseudonym(from, order < 0 ? other->rep : one->rep);
    copy_pseudonym(to, order < 0 ? one->rep : other->rep);
    struct ald_name_alias *alias, *next;
    HASH_ITER (hh, known->aliases, alias, next) {
        if (strcmp(alias->rep, from) == 0)
            copy_pseudonym(alias->rep, to);
    }
}

const char *ald_text_names_alias(const struct ald_known_names *known, const char *pseudonym)
{
    struct ald_name_alias *alias;
    HASH_FIND_STR(known->aliases, pseudonym, alias);
    return alias ? alias->rep : NULL;
}

bool ald_text_names_joined(struct ald_known_names *known)
{
    bool before = known->joined;
    known->joined = true;
    return before;
}
