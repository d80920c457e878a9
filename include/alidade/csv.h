/* CSV as RFC 4180 has it, and as spreadsheets write it: quoted cells with line ends and doubled quotes inside, CRLF or LF. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alidade/arena.h"
#include "alidade/err.h"

/** Follows bytes through a row, line by line: a row goes on while a quoted cell is open. Zeroed at its beginning. */
struct ald_csv_state {
    enum { ALD_CSV_START, ALD_CSV_PLAIN, ALD_CSV_QUOTED, ALD_CSV_QUOTE } at;
};
/** Takes the next line (without its end) of a row. @return true when the row goes on with the next line. */
bool ald_csv_more(struct ald_csv_state *state, char separator, const char *line, size_t n);

struct ald_csv_row {
    const char **cells; /* NUL-terminated; bytes as they stand, quotes resolved */
    size_t *lengths;    /* of cells, which may hold NUL bytes */
    size_t n;           /* at least 1 */
};
/** Splits one row (without the line end after it). Everything is arena-owned.
 *  @return ALD_ERR_FORMAT: a quote that is not closed, or text after a closing one; the message names the cell, from 1. */
ALD_CHECK enum ald_rc ald_csv_split(struct ald_arena *arena, char separator, const char *row, size_t n, struct ald_csv_row *ret,
                                    struct ald_err *err);
/** What separates the cells of a file whose first row this is: ',' where it has one outside quotes, else ';', else a tab. */
char ald_csv_separator(const char *header, size_t n);
/** Names of a list that is one cell: joined by ';'; "\;", "\\" and a blank behind "\" stand for themselves. NULL-terminated, without
 *  empty ones; other blanks around a name are cut off. Arena-owned. */
const char *const *ald_csv_list(struct ald_arena *arena, const char *cell);
