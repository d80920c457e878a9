/* What the files of JSON share. Nobody else includes it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alidade/buf.h"
#include "alidade/err.h"
#include "alidade/json.h"

/** The largest integer up to which every integer is a double: 2^53. */
#define ALD_JSON_EXACT_INT 9007199254740992.0
/** Room for ald_json_double_text and ald_json_exact_text. */
#define ALD_JSON_NUMBER_BYTES 40

struct ald_json_repaired {
    const char *text; /* of len bytes: the document itself, where there was nothing to repair, else a copy that ends with NUL */
    size_t len;
    struct ald_buf copy;
    struct ald_json_repairs repairs;
    int open; /* arrays and objects that the text leaves open: it was cut off, and text is a copy */
};
/** A document with its repairs. Every byte outside strings then belongs to a token of JSON, every string and
 *  every number is well-formed and within its limits; the order of the tokens is left for the parser to judge.
 *  @param ret written on success only; the caller calls ald_buf_done on its copy. */
ALD_CHECK enum ald_rc ald_json_repair(const char *bytes, size_t n, struct ald_json_repaired *ret, struct ald_err *err);
/** The offset in `bytes` of what the repaired text has at `offset`. */
size_t ald_json_repair_origin(const char *bytes, size_t n, size_t offset);

/** How many bytes at s are printable ASCII other than the quote and the backslash: what a string of JSON holds as it is. */
size_t ald_json_plain(const char *s, size_t n);
/** Length of the longest number of the JSON grammar at s, or 0; *ret_integer: neither fraction nor exponent. */
size_t ald_json_number_scan(const char *s, size_t n, bool *ret_integer);
/** The value of n bytes that ald_json_number_scan accepted whole, whatever the locale; infinite beyond the range. */
double ald_json_number_value(const char *s, size_t n);

/** The digits of an integer; returns out. */
char *ald_json_int_text(int64_t v, char out[ALD_JSON_NUMBER_BYTES]);
/** "%.*g" whatever the locale; returns out. */
char *ald_json_double_text(double v, int digits, char out[ALD_JSON_NUMBER_BYTES]);
/** The shortest text that reads back as v: integers up to 2^53 without exponent, others never look like an integer. */
char *ald_json_exact_text(double v, char out[ALD_JSON_NUMBER_BYTES]);
/** Writes text that is a JSON value already. */
void ald_jw_literal(struct ald_jw *w, const char *text);
