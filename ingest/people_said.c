/* Texts that people give by hand, beside any source: those whom a source names are replaced in them as in its own texts. */
#include "people.h"
#include "people_names.h"

/** All rows of an open query. */
static enum ald_rc take(struct ald_q *q, struct ald_known_names *known, struct ald_err *err)
{
    bool row = false;
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        const struct ald_name_row name = ald_text_names_row(q);
        ald_text_names_put(known, &name);
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

enum ald_rc ald_known_names_of_all(struct ald_store *store, struct ald_known_names *known, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "people_name_list", &q, err));
    return take(q, known, err);
}

enum ald_rc ald_known_names_beside(struct ald_store *store, const char *source, struct ald_known_names *known, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "people_name_beside", &q, err));
    ald_q_text(q, 1, source);
    return take(q, known, err);
}

enum ald_rc ald_people_said(struct ald_store *store, enum ald_people people, const struct ald_key *key, struct ald_arena *arena,
                            const char *text, const char **ret, struct ald_err *err)
{
    *ret = text;
    if (!text || people == ALD_PEOPLE_NAMES)
        return ALD_OK;
    ALD_CLEANUP(ald_known_names_freep) struct ald_known_names *known = ald_known_names_new(key);
    ALD_TRY(ald_known_names_of_all(store, known, err));
    const struct ald_scrub scrub = {.key = key, .source = "", .mode = people, .known = known};
    *ret = ald_people_text(arena, &scrub, text);
    return ALD_OK;
}
