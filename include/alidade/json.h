/* JSON in and out. cJSON is seen only by base/json*.c.
 *
 * Reading repairs the bytes first (one linear pass, counted): invalid UTF-8, lone surrogate escapes and \u0000 become
 * U+FFFD; integer literals beyond 2^53 and numbers beyond the range of doubles become strings, so that ids survive. Then
 * it parses strictly: one document, no trailing bytes but white space, at most ALD_MAX_JSON_DEPTH deep, no string beyond
 * ALD_MAX_STRING_BYTES; a byte order mark and raw control characters in strings are let pass.
 *
 * A struct ald_jv is a cursor on the caller's stack that knows its path through its parents, so a parent must outlive its
 * children and `ret` must not be the parent. Errors name the path: "$.result[3].opened_at: expected a time, found \"soon\"".
 * Key look-ups are case-sensitive; of duplicate keys the first wins. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/arena.h"
#include "alidade/buf.h"
#include "alidade/err.h"

struct ald_json_doc;

enum ald_json_kind { ALD_JSON_NULL, ALD_JSON_BOOL, ALD_JSON_NUMBER, ALD_JSON_STRING, ALD_JSON_ARRAY, ALD_JSON_OBJECT };

/** A cursor. Initialise through ald_json_root/_get/_opt/_first/_at only; the fields are base/json*.c's. */
struct ald_jv {
    void *node; /* cJSON, or NULL */
    const struct ald_jv *parent;
    const char *key; /* member name, or NULL for an element */
    size_t index;    /* element number when key is NULL */
    const char *root_name; /* of a root: "$" */
    struct ald_arena *arena; /* of a root: the document's */
};

/** @return ALD_ERR_FORMAT with the byte offset; ALD_ERR_LIMIT when too deep or a string is too long. bytes need no NUL. */
ALD_CHECK enum ald_rc ald_json_parse(const char *bytes, size_t n, struct ald_json_doc **ret, struct ald_err *err);
/** The same in an arena of the caller's, with which the document goes. */
ALD_CHECK enum ald_rc ald_json_parse_into(struct ald_arena *arena, const char *bytes, size_t n, struct ald_json_doc **ret, struct ald_err *err);
/** A document of rows: an array, empty at first, of objects that are parsed one by one. It goes with the arena. */
struct ald_json_doc *ald_json_rows_new(struct ald_arena *arena);
/** Adds the object that the bytes are, with a first member of that name and number.
 *  @return as ald_json_parse, also for what is no object; the document is then as it was. */
ALD_CHECK enum ald_rc ald_json_rows_add(struct ald_json_doc *rows, const char *bytes, size_t n, const char *name, int64_t number,
                                        struct ald_err *err);
void ald_json_doc_free(struct ald_json_doc *doc);
void ald_json_doc_freep(struct ald_json_doc **doc);
/** How many repairs the bytes needed: ill-formed UTF-8, lone surrogates, NULs, numbers kept as text. */
struct ald_json_repairs {
    size_t utf8, surrogates, nuls, big_integers;
};
struct ald_json_repairs ald_json_repairs(const struct ald_json_doc *doc);
void ald_json_root(struct ald_json_doc *doc, struct ald_jv *ret);

/** Kind of the value; null for a cursor without node. _name: "object" ..., for errors. */
enum ald_json_kind ald_json_kind(const struct ald_jv *v);
const char *ald_json_kind_name(enum ald_json_kind kind);
/** Member of an object. @return ALD_ERR_FORMAT when v is no object or the member is absent (null counts as present). */
ALD_CHECK enum ald_rc ald_json_get(const struct ald_jv *v, const char *key, struct ald_jv *ret, struct ald_err *err);
/** True when v is an object with a member of that name that is not null. */
bool ald_json_opt(const struct ald_jv *v, const char *key, struct ald_jv *ret);
/** True when v is an object with a member whose name is the n > 0 bytes, null or not. */
bool ald_json_names(const struct ald_jv *v, const char *key, size_t n);
/** Elements of an array or members of an object, in document order: for (ok = first(&v,&it); ok; ok = next(&it)). */
bool ald_json_first(const struct ald_jv *v, struct ald_jv *ret);
bool ald_json_next(struct ald_jv *it);
/** Elements of an array or members of an object; 0 for anything else. */
size_t ald_json_len(const struct ald_jv *v);

/* Members of an object by name. The plain form refuses absent and null; the _opt form answers NULL / has=false for both.
 * Strings are valid UTF-8 without NUL and live as long as the document. `id` takes a string or an integer and gives text
 * (arena-owned for integers). `num` and `integer` also take numbers written as strings; `boolean` also "true"/"false".
 * `time` takes every form of time.h. An empty string counts as absent in `_opt` of id, num, integer, boolean and time. */
ALD_CHECK enum ald_rc ald_json_str(const struct ald_jv *v, const char *key, const char **ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_json_str_opt(const struct ald_jv *v, const char *key, const char **ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_json_id(struct ald_arena *a, const struct ald_jv *v, const char *key, const char **ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_json_id_opt(struct ald_arena *a, const struct ald_jv *v, const char *key, const char **ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_json_int(const struct ald_jv *v, const char *key, int64_t *ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_json_int_opt(const struct ald_jv *v, const char *key, bool *ret_has, int64_t *ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_json_num_opt(const struct ald_jv *v, const char *key, bool *ret_has, double *ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_json_bool_opt(const struct ald_jv *v, const char *key, bool *ret_has, bool *ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_json_time(const struct ald_jv *v, const char *key, int64_t *ret_ms, struct ald_err *err);
/** Absent, null or "": *ret_ms = ALD_TIME_NONE. */
ALD_CHECK enum ald_rc ald_json_time_opt(const struct ald_jv *v, const char *key, int64_t *ret_ms, struct ald_err *err);
/** The cursor's own value as a string; error names its path. */
ALD_CHECK enum ald_rc ald_json_as_str(const struct ald_jv *v, const char **ret, struct ald_err *err);

/** The path of a cursor, e.g. "$.result[3].opened_at"; arena-owned. */
char *ald_json_path(struct ald_arena *a, const struct ald_jv *v);
/** Fails with "PATH: expected WHAT, found FOUND". FOUND is the kind, or the (shortened) text of a string; only the kind
 *  when WHAT speaks of an object or array, because the text may then be a person's name. */
enum ald_rc ald_json_expected(const struct ald_jv *v, const char *what, struct ald_err *err);
/** Compact text of a value, keys in document order, integers exact. */
ALD_CHECK enum ald_rc ald_json_text(const struct ald_jv *v, struct ald_buf *out, struct ald_err *err);

/* For replacing people before anything is stored. */
/** Replaces the value under the cursor by a string. */
void ald_json_set_str(struct ald_jv *v, const char *value);
void ald_json_set_null(struct ald_jv *v);
/** Calls fn on every string value (not keys) below v; when fn gives another string, it replaces the value (copied);
 *  NULL leaves it. */
void ald_json_map_strings(struct ald_jv *v, const char *(*fn)(void *ctx, const char *s), void *ctx);

/* ---- Writing: streaming, UTF-8 in, keys in the order of the calls. Failures are sticky and reported by _finish. ---- */
struct ald_json_sink {
    enum ald_rc (*write)(void *ctx, const char *bytes, size_t n, struct ald_err *err);
    void *ctx;
};
struct ald_jw {
    struct ald_json_sink sink;
    int indent; /* 0: one line */
    int depth;
    bool first, after_key;
    enum ald_rc rc;
    struct ald_err err;
    char chunk[4096];
    size_t used;
};
void ald_jw_init(struct ald_jw *w, struct ald_json_sink sink, int indent);
/** Sinks for a struct ald_buf * and a FILE *. */
struct ald_json_sink ald_json_sink_buf(struct ald_buf *buf);
struct ald_json_sink ald_json_sink_file(void *file);
void ald_jw_object(struct ald_jw *w);
void ald_jw_object_end(struct ald_jw *w);
void ald_jw_array(struct ald_jw *w);
void ald_jw_array_end(struct ald_jw *w);
void ald_jw_key(struct ald_jw *w, const char *key);
/** NULL writes null. Control characters (C0, DEL, C1) are escaped, also U+2028/2029; '/' is not. */
void ald_jw_str(struct ald_jw *w, const char *s);
void ald_jw_int(struct ald_jw *w, int64_t v);
/** 12 significant digits, locale-independent, "-0" as 0; not finite writes null. */
void ald_jw_num(struct ald_jw *w, double v);
void ald_jw_bool(struct ald_jw *w, bool v);
void ald_jw_null(struct ald_jw *w);
/** RFC 3339 UTC with milliseconds; ALD_TIME_NONE writes null. */
void ald_jw_time(struct ald_jw *w, int64_t ms);
/** Ends an NDJSON line (only with indent 0, depth 0). */
void ald_jw_newline(struct ald_jw *w);
/** Flushes (with indent, after a last line feed); the first failure of all calls. With depth != 0 it is a bug (assert). */
ALD_CHECK enum ald_rc ald_jw_finish(struct ald_jw *w, struct ald_err *err);
