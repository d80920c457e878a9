/* What is known of what changed since the last analyze before anything of it is read: what that one noted of itself, and which records were
 * noted since. Knows why all may have to be looked at, not how a day is analysed. */
#include "analysis/stored.h"

enum { NOTES_MOST = 20000 }; /* more is no day's work */

static void refuse(struct ald_since *since, const char *why)
{
    if (!since->why)
        since->why = why;
}

static ALD_CHECK enum ald_rc look_at_written(struct ald_since *since, struct ald_store *store, const struct ald_settings *settings,
                                             const struct ald_calendar *calendar, int64_t as_of, struct ald_err *err)
{
    ALD_TRY(ald_written_load(store, settings, &since->written, err));
    if (!since->written.sound)
        refuse(since, "nothing is stored that this program and configuration wrote");
    else if (since->written.as_of > as_of)
        refuse(since, "what is stored is of a later as-of");
    else if (ald_quarter_of(calendar, since->written.as_of) != ald_quarter_of(calendar, as_of))
        refuse(since, "what is stored is of another quarter");
    return ALD_OK;
}

static ALD_CHECK enum ald_rc take_notes(struct ald_since *since, struct ald_store *store, struct ald_arena *arena, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    size_t cap = 0;
    bool row = true;
    ALD_TRY(ald_q_open(store, "recent_touched", &q, err));
    while (!since->why) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        const char *incident = ald_q_col_text(q, 2);
        const struct ald_note note = {
            .record = ald_q_col_int(q, 0), .from = ald_q_col_int(q, 1), .incident = incident ? ald_strdup(arena, incident) : NULL};
        if (note.record == 0)
            refuse(since, "lists, people's word or something else but records changed");
        else if (note.from == INT64_MIN)
            refuse(since, "what a changed record told before is not known");
        else if (since->notes_n == NOTES_MOST)
            refuse(since, "many records changed");
        since->notes = ald_grow(arena, since->notes, since->notes_n, &cap, sizeof *since->notes);
        since->notes[since->notes_n++] = note;
    }
    return ALD_OK;
}

enum ald_rc ald_since_load(struct ald_store *store, const struct ald_settings *settings, const struct ald_calendar *calendar, int64_t as_of,
                           struct ald_arena *arena, struct ald_since *ret, struct ald_err *err)
{
    *ret = (struct ald_since){.notes_n = 0};
    ALD_TRY(look_at_written(ret, store, settings, calendar, as_of, err));
    return ret->why ? ALD_OK : take_notes(ret, store, arena, err);
}
