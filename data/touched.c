/* What changed since the last analyze: the generation, which tells that something did, and notes of which records it was. Whoever changes what
 * readings depend on calls one of these in its transaction. Knows not what a record is. */
#include "store_priv.h"

/* What it told before it changes: see store_touched_record. */
enum before { BEFORE_KNOWN, BEFORE_NONE, BEFORE_UNKNOWN };

static ALD_CHECK enum ald_rc note(struct ald_store *store, int64_t record, enum before before, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *all = NULL, *q = NULL;
    bool noted = false;
    ALD_TRY(ald_q_open(store, "store_touched_is_all", &all, err));
    ALD_TRY(ald_q_step(all, &noted, err));
    if (noted)
        return ALD_OK;
    ALD_TRY(ald_q_open(store, "store_touched_record", &q, err));
    ald_q_int(q, 1, record);
    ald_q_int(q, 2, (int64_t)before);
    return ald_q_run(q, err);
}

enum ald_rc ald_store_touch(struct ald_store *store, struct ald_err *err)
{
    ALD_TRY(ald_store_exec(store, "store_touched_all", err));
    return ald_store_exec(store, "store_touch", err);
}

enum ald_rc ald_store_touch_noted(struct ald_store *store, struct ald_err *err)
{
    return ald_store_exec(store, "store_touch", err);
}

enum ald_rc ald_store_note_change(struct ald_store *store, int64_t record, struct ald_err *err)
{
    return note(store, record, BEFORE_KNOWN, err);
}

enum ald_rc ald_store_note_new(struct ald_store *store, int64_t record, struct ald_err *err)
{
    return note(store, record, BEFORE_NONE, err);
}

enum ald_rc ald_store_note_changed(struct ald_store *store, int64_t record, struct ald_err *err)
{
    return note(store, record, BEFORE_UNKNOWN, err);
}

enum ald_rc ald_store_notes_clear(struct ald_store *store, struct ald_err *err)
{
    return ald_store_exec(store, "store_touched_none", err);
}
