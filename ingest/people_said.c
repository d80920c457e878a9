/* Texts that people give by hand, beside any source: those whom a source names are replaced in them as in its own texts. */
#include <string.h>

#include "people.h"
#include "people_names.h"

enum ald_rc ald_people_said(struct ald_store *store, enum ald_people people, const struct ald_key *key, struct ald_arena *arena,
                            const char *text, const char **ret, struct ald_err *err)
{
    *ret = text;
    if (!text || people == ALD_PEOPLE_NAMES)
        return ALD_OK;
    ALD_CLEANUP(ald_known_names_freep) struct ald_known_names *known = ald_known_names_new(key);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, "people_name_list", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        struct ald_name_row name = {.hash = (uint64_t)ald_q_col_int(q, 0), .counts = (unsigned)ald_q_col_int(q, 1)};
        const char *pseudonym = ald_q_col_text(q, 2);
        if (pseudonym && strlen(pseudonym) < sizeof name.pseudonym)
            memcpy(name.pseudonym, pseudonym, strlen(pseudonym) + 1);
        ald_text_names_put(known, &name);
        ALD_TRY(ald_q_step(q, &row, err));
    }
    const struct ald_scrub scrub = {.key = key, .source = "", .mode = people, .known = known};
    *ret = ald_people_text(arena, &scrub, text);
    return ALD_OK;
}
