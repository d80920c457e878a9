/* People are replaced before anything is written: in the members that the connector declares and, by name, login and
 * e-mail, in every text of the same document. */
#pragma once

#include "connector.h"

struct ald_person_row {
    const char *pseudonym, *canonical;
    bool mapped;
    const char *name; /* only with ALD_PEOPLE_NAMES */
};
struct ald_people_rows {
    struct ald_person_row *rows;
    size_t n, cap;
};
struct ald_scrub {
    const struct ald_key *key;
    const char *source;
    enum ald_people mode;
    const char *const *aliases; /* pairs of ids, NULL-terminated; may be NULL */
    /** Names known from earlier documents of this run may be added here; may be NULL. */
    struct ald_known_names *known;
};
/** Names, logins and e-mails with their pseudonyms, gathered over the documents of one run of one source: one per
 *  scrub, whose key, source, mode and aliases must stay the same. Own memory, as it outlives every page. */
struct ald_known_names *ald_known_names_new(const struct ald_key *key);
void ald_known_names_free(struct ald_known_names *known);
void ald_known_names_freep(struct ald_known_names **known);
/** Takes in the names that any source told, as the store keeps them (of one with several pseudonyms the smallest). */
ALD_CHECK enum ald_rc ald_known_names_of_all(struct ald_store *store, struct ald_known_names *known, struct ald_err *err);
/** The same but for names of this source that were looked for in all of its texts. */
ALD_CHECK enum ald_rc ald_known_names_beside(struct ald_store *store, const char *source, struct ald_known_names *known, struct ald_err *err);

/** A text that stands in no document: known names and all e-mail addresses replaced. Arena-owned, or text itself. */
const char *ald_people_text(struct ald_arena *arena, const struct ald_scrub *scrub, const char *text);
/** The same for texts that were scrubbed before `late` names were known. With json the text is a document,
 *  of which the strings are meant; one that cannot be read fails. *ret: arena-owned, or NULL when nothing is to change. */
ALD_CHECK enum ald_rc ald_people_rewrite(struct ald_arena *arena, const struct ald_scrub *scrub, const struct ald_known_names *late,
                                         const char *text, bool json, const char **ret, struct ald_err *err);
/** Replaces people in the document below root for one stream. The rows are arena-owned.
 *  A bare value, or an object that is not `defines`, becomes one string: the pseudonym (null with ALD_PEOPLE_NONE). */
ALD_CHECK enum ald_rc ald_people_scrub(struct ald_arena *arena, const struct ald_scrub *scrub, const struct ald_connector *connector,
                                       const char *stream, struct ald_jv *root, struct ald_people_rows *ret, struct ald_err *err);
