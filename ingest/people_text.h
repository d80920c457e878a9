/* Known names and where they occur in texts. Knows nothing of connectors, paths or identities. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alidade/arena.h"
#include "alidade/buf.h"
#include "alidade/json.h"

#define ALD_PSEUDONYM_SIZE 17 /* 16 hex digits and NUL */

struct ald_name_term;  /* one name as words, and its pseudonym */
struct ald_name_head;  /* the first word of names: how many words they have */
struct ald_name_alias; /* a pseudonym and the one that stands for it */

/** What people.c keeps across documents: maps by uthash, allocated apart from any arena. */
struct ald_known_names {
    struct ald_name_term *terms;
    struct ald_name_head *heads;
    struct ald_name_alias *aliases;
    bool aliases_ready;
};

/** Remembers a name, login or e-mail. Fewer than three code points, no letter, or a word of machines ("system") are
 *  left out: replacing them would ruin texts and protect nobody. Of two people with one name the smaller pseudonym
 *  stays, so that the order of documents does not matter.
 *  @param turned also remember "Doe Jane" for a name of two words. */
void ald_text_names_add(struct ald_known_names *known, const char *text, const char *pseudonym, bool turned);
/** The pseudonym of a name given as the first n bytes of text, or NULL. */
const char *ald_text_names_find(const struct ald_known_names *known, const char *text, size_t n);

/** Two pseudonyms are one person: the smallest of all that are joined stands for each of them. */
void ald_text_names_join(struct ald_known_names *known, const char *a, const char *b);
/** What stands for a pseudonym, or NULL when it was never joined. */
const char *ald_text_names_alias(const struct ald_known_names *known, const char *pseudonym);

/** True when all of s has the shape of an e-mail address. */
bool ald_is_email(const char *s);

/** How texts are rewritten. */
struct ald_text_scrub {
    const struct ald_known_names *known;
    /** Text that takes the place of an e-mail address that is nobody's known one (n bytes, not NUL-terminated). */
    const char *(*email)(void *ctx, const char *s, size_t n);
    /** Text in the place of the account named in a mention "[~account]"; NULL: such brackets are ordinary text. */
    const char *(*mention)(void *ctx, const char *s, size_t n);
    void *ctx;
    const char *instead; /* in place of every person; NULL: their pseudonym */
    struct ald_buf out;  /* ald_buf_init before, ald_buf_done after */
};
/** Replaces known names at word boundaries (ASCII case ignored, the longest first, words may be parted otherwise than
 *  in the name) and all e-mail addresses. For ald_json_map_strings with a struct ald_text_scrub as ctx.
 *  @return s itself when nothing was found, else text that lives until the next call. */
const char *ald_text_scrub(void *scrub, const char *s);
