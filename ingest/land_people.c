/* People of a page into the store. Who was stored last in the very same way in this run is not stored again: the same few stand on
 * nearly every page, and nobody else changes what is told of them while their source is read. */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "land_priv.h"
#include "people_names.h"

#define MET_MAX 65536 /* of whom is remembered how they were stored */

struct met {
    UT_hash_handle hh;
    char pseudonym[ALD_PSEUDONYM_SIZE], canonical[ALD_PSEUDONYM_SIZE];
    bool mapped;
};
struct ald_met {
    struct met *map;
};

struct ald_met *ald_met_new(void)
{
    struct ald_met *met = calloc(1, sizeof *met);
    if (!met)
        abort();
    return met;
}

void ald_met_freep(struct ald_met **met)
{
    struct met *one, *next;
    if (!*met)
        return;
    HASH_ITER (hh, (*met)->map, one, next) {
        HASH_DEL((*met)->map, one);
        free(one);
    }
    free(*met);
    *met = NULL;
}

static const char *canonical_of(const struct ald_person_row *person)
{
    return person->canonical ? person->canonical : person->pseudonym;
}

static struct met *find(const struct ald_met *met, const struct ald_person_row *person)
{
    struct met *one = NULL;
    if (met && !person->name) /* names are not kept */
        HASH_FIND_STR(met->map, person->pseudonym, one);
    return one;
}

/** Whether storing the person again would change nothing. */
static bool landed(const struct ald_met *met, const struct ald_person_row *person)
{
    const struct met *one = find(met, person);
    return one && one->mapped == person->mapped && strcmp(one->canonical, canonical_of(person)) == 0;
}

/** The person is stored. */
static void note(struct ald_met *met, const struct ald_person_row *person)
{
    const char *canonical = canonical_of(person);
    struct met *one = find(met, person);
    if (!met || person->name || strlen(person->pseudonym) >= sizeof one->pseudonym || strlen(canonical) >= sizeof one->canonical)
        return;
    if (!one) {
        if (HASH_COUNT(met->map) >= MET_MAX)
            return;
        one = calloc(1, sizeof *one);
        if (!one)
            abort();
        memcpy(one->pseudonym, person->pseudonym, strlen(person->pseudonym) + 1);
        HASH_ADD_STR(met->map, pseudonym, one);
    }
    memcpy(one->canonical, canonical, strlen(canonical) + 1);
    one->mapped = person->mapped;
}

static ALD_CHECK enum ald_rc run_person(struct ald_landing *l, const char *query, const struct ald_person_row *person, bool *ret_did,
                                        struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, query, &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, person->pseudonym);
    ald_q_text_lent(q, 3, canonical_of(person));
    ald_q_int(q, 4, person->mapped);
    ald_q_text_lent(q, 5, person->name);
    ALD_TRY(ald_q_run(q, err));
    *ret_did = ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

/* Whoever a page names goes into the store with it, so that nothing there names somebody new: that is no change of what is there. */
static enum ald_rc land_person(struct ald_landing *l, const struct ald_person_row *person, struct ald_err *err)
{
    bool is_new, changed = false;
    if (landed(l->land->met, person))
        return ALD_OK;
    ALD_TRY(run_person(l, "land_person_add_new", person, &is_new, err));
    if (!is_new)
        ALD_TRY(run_person(l, "land_person_put", person, &changed, err));
    l->changed |= changed;
    l->noted |= is_new;
    note(l->land->met, person);
    return ALD_OK;
}

enum ald_rc ald_landing_people(struct ald_landing *l, const struct ald_people_rows *people, struct ald_err *err)
{
    for (size_t i = 0; people && i < people->n; i++)
        ALD_TRY(land_person(l, &people->rows[i], err));
    return ALD_OK;
}
