/* A JSON document: parsed, replaced in, written again. Bytes come here repaired and lexically checked by json_repair.c. All
 * nodes and texts of a document lie in one arena, and go with it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "json_node.h"
#include "json_priv.h"

struct ald_json_doc {
    struct ald_arena *arena; /* of nodes and texts */
    bool lent;               /* the arena is somebody else's */
    cJSON *root;
    struct ald_json_repairs repairs;
};

/* ---- Where cJSON takes its memory from ---- */

/* cJSON asks for memory without saying for which document, so the thread that parses one says it here meanwhile. */
static _Thread_local struct ald_arena *parsed_into;
static pthread_once_t hooked = PTHREAD_ONCE_INIT;

static void *take(size_t bytes)
{
    return parsed_into ? ald_alloc(parsed_into, bytes) : malloc(bytes);
}

static void give_back(void *memory)
{
    if (!parsed_into)
        free(memory);
}

static void hook(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = take, .free_fn = give_back});
}

/* Whether all of the text is a document. A copy goes with its NUL: at the very end of a buffer cJSON steps back, which does no harm where
 * nothing is left open. *ret_stop: how far it came. */
static bool parse_into(struct ald_arena *arena, const struct ald_json_repaired *fixed, cJSON **ret, size_t *ret_stop)
{
    const char *end = NULL;
    (void)pthread_once(&hooked, hook);
    parsed_into = arena;
    *ret = cJSON_ParseWithLengthOpts(fixed->text, fixed->len + (fixed->copy.len > 0), &end, 0);
    parsed_into = NULL;
    size_t stop = end ? (size_t)(end - fixed->text) : 0;
    while (*ret && stop < fixed->len && strchr(" \t\r\n", fixed->text[stop]))
        stop++;
    *ret_stop = stop;
    return *ret && stop == fixed->len;
}

/* ---- Documents ---- */

/* cJSON says where it stopped in the repaired text; the caller knows only the bytes it gave. */
static enum ald_rc not_json(const char *bytes, size_t n, const struct ald_json_repaired *fixed, size_t stop,
                            struct ald_err *err)
{
    size_t end = fixed->len;
    while (end > 0 && strchr(" \t\r\n", fixed->text[end - 1]))
        end--;
    if (fixed->open > 0 && stop + 1 >= end)
        return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu: the text ends inside an array or object", n);
    size_t at = ald_json_repair_origin(bytes, n, stop);
    unsigned char c = at < n ? (unsigned char)bytes[at] : 0;
    if (c > 0x20 && c < 0x7F)
        return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu: unexpected '%c'", at, c);
    return ald_fail(err, ALD_ERR_FORMAT, "not JSON at byte %zu", at);
}

static enum ald_rc parse(struct ald_arena *arena, const char *bytes, size_t n, cJSON **ret, struct ald_json_repairs *ret_repairs,
                         struct ald_err *err)
{
    struct ald_json_repaired fixed;
    ALD_TRY(ald_json_repair(bytes, n, &fixed, err));
    cJSON *root = NULL;
    size_t stop = 0;
    bool whole = parse_into(arena, &fixed, &root, &stop);
    if (!whole && fixed.copy.len == 0 && ald_buf_add(&fixed.copy, fixed.text, fixed.len, NULL) == ALD_OK) { /* only that tells where */
        fixed.text = fixed.copy.data;
        whole = parse_into(arena, &fixed, &root, &stop);
    }
    enum ald_rc rc = ALD_OK;
    if (!whole) {
        rc = not_json(bytes, n, &fixed, stop, err);
    } else {
        *ret = root;
        *ret_repairs = fixed.repairs;
    }
    ald_buf_done(&fixed.copy);
    return rc;
}

enum ald_rc ald_json_parse_into(struct ald_arena *arena, const char *bytes, size_t n, struct ald_json_doc **ret, struct ald_err *err)
{
    struct ald_json_doc made = {.arena = arena, .lent = true};
    ALD_TRY(parse(arena, bytes, n, &made.root, &made.repairs, err));
    *ret = ald_alloc(arena, sizeof **ret);
    **ret = made;
    return ALD_OK;
}

enum ald_rc ald_json_parse(const char *bytes, size_t n, struct ald_json_doc **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_TRY(ald_json_parse_into(arena, bytes, n, ret, err));
    (*ret)->lent = false;
    arena = NULL;
    return ALD_OK;
}

/* ---- Rows ---- */

static cJSON *new_node(struct ald_arena *arena, int type)
{
    cJSON *node = ald_calloc(arena, 1, sizeof *node);
    node->type = type;
    return node;
}

struct ald_json_doc *ald_json_rows_new(struct ald_arena *arena)
{
    struct ald_json_doc *doc = ald_alloc(arena, sizeof *doc);
    *doc = (struct ald_json_doc){.arena = arena, .lent = true, .root = new_node(arena, cJSON_Array)};
    return doc;
}

enum ald_rc ald_json_rows_add(struct ald_json_doc *rows, const char *bytes, size_t n, const char *name, int64_t number,
                              struct ald_err *err)
{
    struct ald_json_repairs repairs = {0};
    cJSON *row = NULL;
    ALD_TRY(parse(rows->arena, bytes, n, &row, &repairs, err));
    const struct ald_jv root = {.node = row, .root_name = "$"};
    if (ald_json_kind(&root) != ALD_JSON_OBJECT)
        return ald_json_expected(&root, "an object", err);
    cJSON *first = new_node(rows->arena, cJSON_Number);
    first->string = ald_strdup(rows->arena, name);
    first->valuedouble = (double)number;
    if (!cJSON_InsertItemInArray(row, 0, first) || !cJSON_AddItemToArray(rows->root, row))
        abort(); /* neither takes memory */
    rows->repairs.utf8 += repairs.utf8;
    rows->repairs.surrogates += repairs.surrogates;
    rows->repairs.nuls += repairs.nuls;
    rows->repairs.big_integers += repairs.big_integers;
    return ALD_OK;
}

void ald_json_doc_free(struct ald_json_doc *doc)
{
    if (doc && !doc->lent)
        ald_arena_free(doc->arena);
}

void ald_json_doc_freep(struct ald_json_doc **doc)
{
    ald_json_doc_free(*doc);
    *doc = NULL;
}

struct ald_json_repairs ald_json_repairs(const struct ald_json_doc *doc)
{
    return doc->repairs;
}

void ald_json_root(struct ald_json_doc *doc, struct ald_jv *ret)
{
    *ret = (struct ald_jv){.node = doc->root, .root_name = "$", .arena = doc->arena};
}

/* ---- Text and replacing; recursion is bounded by ALD_MAX_JSON_DEPTH ---- */

static void write_node(struct ald_jw *w, const cJSON *node)
{
    char number[ALD_JSON_NUMBER_BYTES];
    enum ald_json_kind kind = ald_json_node_kind(node);
    if (kind == ALD_JSON_NULL) {
        ald_jw_null(w);
    } else if (kind == ALD_JSON_BOOL) {
        ald_jw_bool(w, cJSON_IsTrue(node) != 0);
    } else if (kind == ALD_JSON_NUMBER) {
        ald_jw_literal(w, ald_json_exact_text(node->valuedouble, number));
    } else if (kind == ALD_JSON_STRING) {
        ald_jw_str(w, node->valuestring);
    } else if (kind == ALD_JSON_ARRAY) {
        ald_jw_array(w);
        for (const cJSON *child = node->child; child; child = child->next)
            write_node(w, child);
        ald_jw_array_end(w);
    } else {
        ald_jw_object(w);
        for (const cJSON *child = node->child; child; child = child->next) {
            ald_jw_key(w, child->string);
            write_node(w, child);
        }
        ald_jw_object_end(w);
    }
}

enum ald_rc ald_json_text(const struct ald_jv *v, struct ald_buf *out, struct ald_err *err)
{
    struct ald_jw w;
    ald_jw_init(&w, ald_json_sink_buf(out), 0);
    write_node(&w, v->node);
    return ald_jw_finish(&w, err);
}

/* That of the document: its root knows it. */
static struct ald_arena *arena_of(const struct ald_jv *v)
{
    while (v->parent)
        v = v->parent;
    return v->arena;
}

/* The node stays where it is, with its siblings and its name; only what it holds changes. `text` is the arena's, or NULL. */
static void become(cJSON *node, int type, char *text)
{
    node->child = NULL;
    node->valuestring = text;
    node->valueint = 0;
    node->valuedouble = 0;
    node->type = type | (node->type & cJSON_StringIsConst);
}

void ald_json_set_str(struct ald_jv *v, const char *value)
{
    become(v->node, cJSON_String, ald_strdup(arena_of(v), value));
}

void ald_json_set_null(struct ald_jv *v)
{
    become(v->node, cJSON_NULL, NULL);
}

static void map_node(struct ald_arena *arena, cJSON *node, const char *(*fn)(void *ctx, const char *s), void *ctx)
{
    if (ald_json_node_kind(node) == ALD_JSON_STRING) {
        const char *other = fn(ctx, node->valuestring);
        if (other && other != node->valuestring && strcmp(other, node->valuestring) != 0)
            become(node, cJSON_String, ald_strdup(arena, other));
        return;
    }
    if (!ald_json_node_first(node))
        return;
    for (cJSON *child = node->child; child; child = child->next)
        map_node(arena, child, fn, ctx);
}

void ald_json_map_strings(struct ald_jv *v, const char *(*fn)(void *ctx, const char *s), void *ctx)
{
    map_node(arena_of(v), v->node, fn, ctx);
}
