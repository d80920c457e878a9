/* Values for SQL: of one row as parameters, or of many rows as a table that a statement selects from. Owns nothing. */
#pragma once

#include "alidade/store.h"

enum { ALD_DATA_MOST = 16 };

struct ald_datum {
    enum { ALD_DATUM_NULL, ALD_DATUM_INT, ALD_DATUM_REAL, ALD_DATUM_TEXT, ALD_DATUM_BLOB } type;
    union {
        int64_t whole;
        double real;
        const void *bytes; /* of a blob; lent */
        const char *text;  /* the same */
    };
    size_t n; /* bytes of a blob or text */
};
/** A whole number. */
struct ald_datum ald_datum_int(int64_t v);
/** NULL for ALD_TIME_NONE. */
struct ald_datum ald_datum_time(int64_t ms);
/** NULL for NAN. */
struct ald_datum ald_datum_real(double v);
/** NULL for NULL. */
struct ald_datum ald_datum_text(const char *text);
/** n at least 1. */
struct ald_datum ald_datum_blob(const void *bytes, size_t n);

/** Values as parameters from ?1 on; texts and bytes are lent, until the statement is closed or they are bound again. */
void ald_q_bind(struct ald_q *q, const struct ald_datum *data, int n);

/** n rows of so many columns each, at most ALD_DATA_MOST, one after the other. */
struct ald_batch {
    const struct ald_datum *data;
    size_t n;
    int columns;
};
/** Rows as a parameter: `SELECT c0, c1 FROM ald_batch(?1)` gives their first two columns, in their order. Lent, as values are. One statement
 *  for many rows does without most of what SQLite does for each statement, which is half of what it does for a row. */
void ald_q_batch(struct ald_q *q, int i, struct ald_batch *rows);
