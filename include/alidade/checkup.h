/* A list of things that were looked at, each with what was found and, where something is to be done, what: filled by the
 * layer that can look, printed by the command line. */
#pragma once

#include <stddef.h>

#include "alidade/arena.h"
#include "alidade/err.h"

enum ald_checkup_state {
    ALD_CHECKUP_OK,
    ALD_CHECKUP_NOTE, /* worth knowing, nothing to do */
    ALD_CHECKUP_LOOK, /* works, but somebody should look */
    ALD_CHECKUP_BAD,  /* does not work */
    ALD_CHECKUP_STATE_COUNT_
};
/** The word of a state, as text and JSON say it. */
const char *ald_checkup_state_name(enum ald_checkup_state state);

struct ald_checkup_row {
    const char *area;  /* configuration, store, time zones, or a source's name */
    const char *name;  /* what was looked at */
    enum ald_checkup_state state;
    const char *found;
    const char *fix; /* what to do, or NULL */
    enum ald_rc rc;  /* of ALD_CHECKUP_BAD: what kind of failure it is; else ALD_OK */
};
struct ald_checkup {
    struct ald_arena *arena; /* owns every text */
    const char *area;        /* of the rows that follow */
    struct ald_checkup_row *rows;
    size_t n, cap;
};
/** Adds a row in checkup->area; found is copied, fix is not. @return the row, good until the next one is added. */
struct ald_checkup_row *ald_checkup_add(struct ald_checkup *checkup, enum ald_checkup_state state, const char *name, const char *fix,
                                        const char *fmt, ...) ALD_PRINTF(5, 6);
/** Adds the failure in *err as ALD_CHECKUP_BAD. */
struct ald_checkup_row *ald_checkup_fail(struct ald_checkup *checkup, const char *name, const char *fix, const struct ald_err *err);
