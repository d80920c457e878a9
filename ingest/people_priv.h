/* What the files of people share: one document's work, what it says of somebody, and who that is. */
#pragma once

#include <uthash.h>

#include "alidade/limits.h"
#include "people.h"
#include "people_text.h"

#define ALD_SOMEONE "someone" /* in place of everybody, with ALD_PEOPLE_NONE */
#define ALD_PEOPLE_TEXT_MAX (8u * ALD_MAX_RESPONSE_BYTES) /* a text may grow where short names are replaced */
#define ALD_WHO_MAX 4u

/** A row that was already made in this document. */
struct ald_row_mark {
    UT_hash_handle hh;
    size_t i;
    char pseudonym[ALD_PSEUDONYM_SIZE];
};
/** Whom a bare text stands for. */
struct ald_bare {
    const struct ald_person_path *spec; /* where it stood; NULL: empty */
    unsigned names;                     /* when so much was known */
    const char *text, *pseudonym;
};
struct ald_people_work {
    struct ald_arena *arena;
    const struct ald_scrub *scrub;
    struct ald_known_names *known;
    const struct ald_person_path *spec; /* the one being walked */
    struct ald_people_rows rows;
    struct ald_row_mark *marks;
    struct ald_bare *bare; /* the same few people stand in a document again and again; NULL: few did so far */
    size_t bare_n;
};
/** What an object or a bare value says about who someone is; NULL: nothing. */
struct ald_said {
    const char *id, *login, *email, *name;
};
/** Who it is: the identities that were given, best first, and the pseudonym that stands for all of them. */
struct ald_who {
    char all[ALD_WHO_MAX][ALD_PSEUDONYM_SIZE];
    size_t n;
    char canonical[ALD_PSEUDONYM_SIZE];
    bool aliased;
};

/* ---- people_who.c: identities and the rows that they make ---- */
const char *ald_who_trimmed(struct ald_arena *arena, const char *s);
/** Upper-case ASCII letters made small. */
const char *ald_who_lower(struct ald_arena *arena, const char *s);
void ald_who_by_email(const struct ald_people_work *w, const char *email, char ret[ALD_PSEUDONYM_SIZE]);
/** kind: "", "login:" or "name:". */
void ald_who_by_id(const struct ald_people_work *w, const char *kind, const char *id, char ret[ALD_PSEUDONYM_SIZE]);
void ald_who_read_aliases(const struct ald_people_work *w);
struct ald_who ald_who_identify(const struct ald_people_work *w, const struct ald_said *said);
/** Two paths may lead to one value: what is a pseudonym already is left alone. */
bool ald_who_is_done(const struct ald_people_work *w, const char *text);
/** Makes the rows of a person and remembers under which words texts may speak of them. */
void ald_who_note(struct ald_people_work *w, const struct ald_said *said, const struct ald_who *who, bool defines);

/* ---- people_walk.c: down a declared path ---- */
/** Replaces whoever stands where w->spec's path leads from v on. @param parent the object that has v as a member, or NULL.
 *  @param element v is an element of a list. */
ALD_CHECK enum ald_rc ald_people_walk(struct ald_people_work *w, struct ald_jv *v, const struct ald_jv *parent, const char *path,
                                      bool element, struct ald_err *err);
