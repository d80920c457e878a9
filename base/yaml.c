/* YAML in: libyaml's events into nodes that know where they stand. Knows nothing of what the configuration means. What
 * could surprise a reader of the file (anchors, tags, duplicate keys) is refused rather than understood. */
#include "alidade/yaml.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "alidade/limits.h"

struct loader {
    yaml_parser_t parser;
    struct ald_arena *arena;
    const char *name, *bytes;
    size_t n_bytes, n_nodes;
    struct ald_err *err;
};

static void event_done(yaml_event_t *event)
{
    yaml_event_delete(event);
}

static void parser_done(struct loader *l)
{
    yaml_parser_delete(&l->parser);
}

static int line_of(const yaml_mark_t *mark)
{
    return (int)mark->line + 1;
}

static int column_of(const yaml_mark_t *mark)
{
    return (int)mark->column + 1;
}

static enum ald_rc refuse(const struct loader *l, const yaml_mark_t *mark, const char *what)
{
    return ald_fail(l->err, ALD_ERR_CONFIG, "%s:%d:%d: %s", l->name, line_of(mark), column_of(mark), what);
}

/* The reader of bytes gives an offset only. Columns count characters, as everywhere in libyaml. */
static enum ald_rc refuse_bytes(const struct loader *l)
{
    int line = 1, column = 1;
    size_t end = l->parser.problem_offset < l->n_bytes ? l->parser.problem_offset : l->n_bytes;
    for (size_t i = 0; i < end; i++) {
        if (l->bytes[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)l->bytes[i] & 0xC0u) != 0x80) {
            column++;
        }
    }
    return ald_fail(l->err, ALD_ERR_CONFIG, "%s:%d:%d: %s", l->name, line, column, l->parser.problem);
}

/* What libyaml says of the slips that people make most, in words about the file. */
static const char *in_words(const struct loader *l)
{
    const char *problem = l->parser.problem ? l->parser.problem : "not understood";
    size_t line = l->parser.problem_mark.line, at = 0;
    for (; line && at < l->n_bytes; at++)
        line -= l->bytes[at] == '\n';
    while (at < l->n_bytes && l->bytes[at] == ' ')
        at++;
    if (at < l->n_bytes && l->bytes[at] == '\t')
        return "a tab: lines are indented with spaces";
    if (strcmp(problem, "mapping values are not allowed in this context") == 0)
        return "mapping values are not allowed in this context: a text with ': ' in it stands in quotes, and a key is indented like its neighbours";
    return problem;
}

static enum ald_rc next_event(struct loader *l, yaml_event_t *event)
{
    if (yaml_parser_parse(&l->parser, event))
        return ALD_OK;
    switch (l->parser.error) {
    case YAML_MEMORY_ERROR:
        abort();
    case YAML_READER_ERROR:
        return refuse_bytes(l);
    default:
        return refuse(l, &l->parser.problem_mark, in_words(l));
    }
}

static struct ald_yaml *new_node(const struct loader *l, enum ald_yaml_kind kind, const yaml_mark_t *mark)
{
    struct ald_yaml *node = ald_alloc(l->arena, sizeof *node);
    node->kind = kind;
    node->line = line_of(mark);
    node->column = column_of(mark);
    node->text = "";
    return node;
}

static enum ald_rc plain_node(const struct loader *l, const yaml_mark_t *mark, const yaml_char_t *anchor,
                              const yaml_char_t *tag)
{
    if (anchor)
        return refuse(l, mark, "anchors (&) are not supported");
    return tag ? refuse(l, mark, "tags (!) are not supported") : ALD_OK;
}

static enum ald_rc scalar(const struct loader *l, const yaml_event_t *event, struct ald_yaml **ret)
{
    const yaml_mark_t *mark = &event->start_mark;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    ALD_TRY(plain_node(l, mark, event->data.scalar.anchor, event->data.scalar.tag));
    if (!plain && event->data.scalar.plain_implicit) /* "!" before a quoted text leaves only this trace */
        return refuse(l, mark, "tags (!) are not supported");
    const char *text = (const char *)event->data.scalar.value;
    if (memchr(text, '\0', event->data.scalar.length))
        return refuse(l, mark, "the text contains a NUL character");
    struct ald_yaml *node = new_node(l, ALD_YAML_SCALAR, mark);
    node->text = ald_strndup(l->arena, text, event->data.scalar.length);
    node->quoted = !plain;
    *ret = node;
    return ALD_OK;
}

static enum ald_rc node_from(struct loader *l, const yaml_event_t *event, int depth, struct ald_yaml **ret);

static enum ald_rc list(struct loader *l, struct ald_yaml *node, int depth)
{
    for (size_t cap = 0;;) {
        ALD_CLEANUP(event_done) yaml_event_t event = {0};
        ALD_TRY(next_event(l, &event));
        if (event.type == YAML_SEQUENCE_END_EVENT)
            return ALD_OK;
        struct ald_yaml *item;
        ALD_TRY(node_from(l, &event, depth, &item));
        node->items = ald_grow(l->arena, node->items, node->n, &cap, sizeof(struct ald_yaml *));
        node->items[node->n++] = item;
    }
}

struct key {
    const char *text;
    size_t order;
    int line, column;
};

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int c = strcmp(x->text, y->text);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

/* Sorts keys and reports the repetition that stands first in the file. */
static enum ald_rc refuse_duplicates(const struct loader *l, struct key *keys, size_t n)
{
    const struct key *again = NULL, *first = NULL;
    if (keys && n > 1)
        qsort(keys, n, sizeof *keys, compare_keys);
    for (size_t i = 1; keys && i < n; i++) {
        if (strcmp(keys[i].text, keys[i - 1].text) == 0 && (!again || keys[i].order < again->order)) {
            again = &keys[i];
            first = &keys[i - 1];
        }
    }
    if (!again)
        return ALD_OK;
    return ald_fail(l->err, ALD_ERR_CONFIG, "%s:%d:%d: duplicate key '%s', first on line %d", l->name, again->line,
                    again->column, again->text, first->line);
}

static enum ald_rc map(struct loader *l, struct ald_yaml *node, int depth)
{
    struct key *keys = NULL;
    size_t key_cap = 0, item_cap = 0;
    for (;; node->n++) {
        ALD_CLEANUP(event_done) yaml_event_t key_event = {0};
        ALD_CLEANUP(event_done) yaml_event_t event = {0};
        struct ald_yaml *key;
        ALD_TRY(next_event(l, &key_event));
        if (key_event.type == YAML_MAPPING_END_EVENT)
            break;
        if (key_event.type == YAML_SEQUENCE_START_EVENT || key_event.type == YAML_MAPPING_START_EVENT)
            return refuse(l, &key_event.start_mark, "a key must be a text");
        ALD_TRY(node_from(l, &key_event, depth, &key));
        ALD_TRY(next_event(l, &event));
        node->items = ald_grow(l->arena, node->items, node->n, &item_cap, sizeof(struct ald_yaml *));
        ALD_TRY(node_from(l, &event, depth, &node->items[node->n]));
        keys = ald_grow(l->arena, keys, node->n, &key_cap, sizeof *keys);
        keys[node->n] = (struct key){.text = key->text, .order = node->n, .line = key->line, .column = key->column};
    }
    node->keys = ald_calloc(l->arena, node->n, sizeof(const char *));
    node->key_lines = ald_calloc(l->arena, node->n, sizeof *node->key_lines);
    for (size_t i = 0; keys && i < node->n; i++) {
        node->keys[i] = keys[i].text;
        node->key_lines[i] = keys[i].line;
    }
    return refuse_duplicates(l, keys, node->n);
}

/* The node that an event begins; depth counts the lists and maps around it. */
static enum ald_rc node_from(struct loader *l, const yaml_event_t *event, int depth, struct ald_yaml **ret)
{
    const yaml_mark_t *mark = &event->start_mark;
    if (++l->n_nodes > ALD_MAX_YAML_NODES)
        return ald_fail(l->err, ALD_ERR_CONFIG, "%s:%d:%d: more than %d values", l->name, line_of(mark),
                        column_of(mark), ALD_MAX_YAML_NODES);
    if (event->type == YAML_ALIAS_EVENT)
        return refuse(l, mark, "aliases (*) are not supported");
    if (event->type == YAML_SCALAR_EVENT)
        return scalar(l, event, ret);
    if (depth >= ALD_MAX_YAML_DEPTH)
        return ald_fail(l->err, ALD_ERR_CONFIG, "%s:%d:%d: nested more than %d deep", l->name, line_of(mark),
                        column_of(mark), ALD_MAX_YAML_DEPTH);
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        ALD_TRY(plain_node(l, mark, event->data.sequence_start.anchor, event->data.sequence_start.tag));
        *ret = new_node(l, ALD_YAML_LIST, mark);
        return list(l, *ret, depth + 1);
    }
    if (event->type != YAML_MAPPING_START_EVENT)
        return refuse(l, mark, "expected a value");
    ALD_TRY(plain_node(l, mark, event->data.mapping_start.anchor, event->data.mapping_start.tag));
    *ret = new_node(l, ALD_YAML_MAP, mark);
    return map(l, *ret, depth + 1);
}

static enum ald_rc expect_end(struct loader *l)
{
    ALD_CLEANUP(event_done) yaml_event_t end = {0};
    ALD_CLEANUP(event_done) yaml_event_t after = {0};
    ALD_TRY(next_event(l, &end)); /* of the document */
    ALD_TRY(next_event(l, &after));
    if (after.type != YAML_STREAM_END_EVENT)
        return refuse(l, &after.start_mark, "only one document is allowed");
    return ALD_OK;
}

static enum ald_rc document(struct loader *l, struct ald_yaml **ret)
{
    ALD_CLEANUP(event_done) yaml_event_t stream = {0};
    ALD_CLEANUP(event_done) yaml_event_t start = {0};
    ALD_CLEANUP(event_done) yaml_event_t root = {0};
    static const yaml_mark_t top = {0};
    ALD_TRY(next_event(l, &stream));
    ALD_TRY(next_event(l, &start));
    *ret = new_node(l, ALD_YAML_MAP, &top);
    if (start.type == YAML_STREAM_END_EVENT)
        return ALD_OK;
    if (start.data.document_start.tag_directives.start != start.data.document_start.tag_directives.end)
        return refuse(l, &start.start_mark, "tags (!) are not supported");
    ALD_TRY(next_event(l, &root));
    struct ald_yaml *node;
    ALD_TRY(node_from(l, &root, 0, &node));
    if (!ald_yaml_is_null(node))
        *ret = node;
    return expect_end(l);
}

enum ald_rc ald_yaml_parse(struct ald_arena *arena, const char *name, const char *bytes, size_t n,
                           const struct ald_yaml **ret, struct ald_err *err)
{
    ALD_CLEANUP(parser_done)
    struct loader l = {.arena = arena, .name = name, .bytes = bytes, .n_bytes = n, .err = err};
    if (!yaml_parser_initialize(&l.parser))
        abort();
    yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING); /* else a byte order mark could choose UTF-16 */
    yaml_parser_set_input_string(&l.parser, (const unsigned char *)bytes, n);
    struct ald_yaml *root;
    ALD_TRY(document(&l, &root));
    *ret = root;
    return ALD_OK;
}

/* ---- Reading values ---- */

const struct ald_yaml *ald_yaml_get(const struct ald_yaml *map, const char *key)
{
    if (!map || map->kind != ALD_YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++) {
        if (strcmp(map->keys[i], key) == 0)
            return map->items[i];
    }
    return NULL;
}

/* The text of a scalar without quotes, else NULL: what stands in quotes is text, never a number or a truth value. */
static const char *plain_text(const struct ald_yaml *node)
{
    return node && node->kind == ALD_YAML_SCALAR && !node->quoted ? node->text : NULL;
}

bool ald_yaml_is_null(const struct ald_yaml *node)
{
    const char *s = plain_text(node);
    return s && (!*s || !strcmp(s, "~") || !strcasecmp(s, "null"));
}

bool ald_yaml_bool(const struct ald_yaml *node, bool *ret)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    const char *s = plain_text(node);
    for (size_t i = 0; s && i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(s, words[i]) == 0) {
            *ret = i % 2;
            return true;
        }
    }
    return false;
}

bool ald_yaml_int(const struct ald_yaml *node, long long *ret)
{
    const char *s = plain_text(node);
    if (!s)
        return false;
    const char *digits = s + (*s == '-' || *s == '+');
    if (!*digits || digits[strspn(digits, "0123456789")])
        return false;
    errno = 0;
    long long v = strtoll(s, NULL, 10);
    if (errno)
        return false;
    *ret = v;
    return true;
}

/* [+-]digits[.digits][e[+-]digits], at least one digit before or after the point. */
static bool number_shape(const char *s)
{
    static const char digits[] = "0123456789";
    s += *s == '-' || *s == '+';
    size_t before = strspn(s, digits), after = 0;
    s += before;
    if (*s == '.') {
        after = strspn(++s, digits);
        s += after;
    }
    if (before + after == 0)
        return false;
    if (*s != 'e' && *s != 'E')
        return !*s;
    s++;
    s += *s == '-' || *s == '+';
    return *s && !s[strspn(s, digits)];
}

bool ald_yaml_num(const struct ald_yaml *node, double *ret)
{
    const char *s = plain_text(node);
    if (!s || !number_shape(s))
        return false;
    /* strtod would want the locale's decimal point. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        abort();
    double v = strtod_l(s, NULL, c);
    freelocale(c);
    if (!isfinite(v))
        return false;
    *ret = v;
    return true;
}
