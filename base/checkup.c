/* Rows of a checkup: see checkup.h. Knows nothing of what is looked at. */
#include "alidade/checkup.h"

#include <stdarg.h>
#include <stdio.h>

#define FOUND_BYTES 1024

static const char *const names[] = {"ok", "note", "look", "bad"};
_Static_assert(sizeof names / sizeof names[0] == ALD_CHECKUP_STATE_COUNT_, "one name per state");

const char *ald_checkup_state_name(enum ald_checkup_state state)
{
    return names[state];
}

struct ald_checkup_row *ald_checkup_add(struct ald_checkup *checkup, enum ald_checkup_state state, const char *name, const char *fix,
                                        const char *fmt, ...)
{
    char found[FOUND_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(found, sizeof found, fmt, args);
    va_end(args);
    checkup->rows = ald_grow(checkup->arena, checkup->rows, checkup->n, &checkup->cap, sizeof *checkup->rows);
    struct ald_checkup_row *row = &checkup->rows[checkup->n++];
    *row = (struct ald_checkup_row){
        .area = checkup->area, .name = name, .state = state, .found = ald_strdup(checkup->arena, found), .fix = fix, .rc = ALD_OK};
    return row;
}

struct ald_checkup_row *ald_checkup_fail(struct ald_checkup *checkup, const char *name, const char *fix, const struct ald_err *err)
{
    struct ald_checkup_row *row = ald_checkup_add(checkup, ALD_CHECKUP_BAD, name, fix, "%s", err->msg);
    row->rc = err->rc;
    return row;
}
