/* The tree of a report: nodes on an arena, paths into it, its JSON. Knows nothing of incidents. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/report.h"

static struct ald_node *node(struct ald_arena *a, enum ald_node_kind kind)
{
    struct ald_node *n = ald_alloc(a, sizeof *n);
    n->kind = kind;
    return n;
}

struct ald_node *ald_node_object(struct ald_arena *a)
{
    return node(a, ALD_NODE_OBJECT);
}

struct ald_node *ald_node_object_for(struct ald_arena *a, size_t members)
{
    struct ald_node *n = node(a, ALD_NODE_OBJECT);
    n->object.members = ald_calloc(a, members, sizeof *n->object.members);
    n->object.cap = members;
    return n;
}

struct ald_node *ald_node_list(struct ald_arena *a)
{
    return node(a, ALD_NODE_LIST);
}

struct ald_node *ald_node_rows(struct ald_arena *a, size_t n, struct ald_node *(*row)(void *, size_t, struct ald_arena *), void *ctx)
{
    struct ald_node *rows = node(a, ALD_NODE_ROWS);
    rows->rows.n = n;
    rows->rows.row = row;
    rows->rows.ctx = ctx;
    return rows;
}

struct ald_node *ald_node_object_later(struct ald_arena *a, const struct ald_making *members, size_t n, void *ctx)
{
    struct ald_node *object = ald_node_object_for(a, n), *nodes = ald_calloc(a, n, sizeof *nodes);
    for (size_t i = 0; i < n; i++) {
        nodes[i].kind = ALD_NODE_LATER;
        nodes[i].later.as = &members[i];
        nodes[i].later.ctx = ctx;
        nodes[i].later.arena = a;
        object->object.members[i].key = members[i].key;
        object->object.members[i].node = &nodes[i];
    }
    object->object.n = n;
    return object;
}

struct ald_node *ald_member_node(const struct ald_member *m)
{
    if (m->node->kind == ALD_NODE_LATER) {
        const struct ald_making *as = m->node->later.as;
        *m->node = *as->make(m->node->later.ctx, as->at, m->node->later.arena);
    }
    return m->node;
}

struct ald_node *ald_node_absent(struct ald_arena *a, const char *reason)
{
    struct ald_node *n = node(a, ALD_NODE_NULL);
    n->absent = reason;
    return n;
}

struct ald_node *ald_node_bool(struct ald_arena *a, bool v)
{
    struct ald_node *n = node(a, ALD_NODE_BOOL);
    n->boolean = v;
    return n;
}

struct ald_node *ald_node_int(struct ald_arena *a, int64_t v)
{
    struct ald_node *n = node(a, ALD_NODE_INT);
    n->integer = v;
    return n;
}

struct ald_node *ald_node_num(struct ald_arena *a, double v)
{
    if (!isfinite(v))
        return ald_node_absent(a, NULL);
    struct ald_node *n = node(a, ALD_NODE_NUM);
    n->number = v;
    return n;
}

struct ald_node *ald_node_str(struct ald_arena *a, const char *v)
{
    if (!v)
        return ald_node_absent(a, NULL);
    struct ald_node *n = node(a, ALD_NODE_STR);
    n->text = v;
    return n;
}

struct ald_node *ald_node_time(struct ald_arena *a, int64_t ms)
{
    if (ms == ALD_TIME_NONE)
        return ald_node_absent(a, NULL);
    struct ald_node *n = node(a, ALD_NODE_TIME);
    n->integer = ms;
    return n;
}

struct ald_node *ald_node_seconds(struct ald_arena *a, int64_t ms, const char *reason)
{
    return ms == ALD_TIME_NONE ? ald_node_absent(a, reason) : ald_node_num(a, (double)ms / 1000);
}

void ald_node_set(struct ald_arena *a, struct ald_node *object, const char *key, struct ald_node *value)
{
    assert(object->kind == ALD_NODE_OBJECT && value);
    object->object.members =
        ald_grow(a, object->object.members, object->object.n, &object->object.cap, sizeof *object->object.members);
    object->object.members[object->object.n++] = (struct ald_member){.key = key, .node = value};
}

void ald_node_keep_out(struct ald_node *object, const char *path, const char *as)
{
    size_t n = strcspn(path, ".");
    for (size_t i = 0; object->kind == ALD_NODE_OBJECT && i < object->object.n; i++) {
        struct ald_member *m = &object->object.members[i];
        if (strncmp(m->key, path, n) != 0 || m->key[n] != '\0')
            continue;
        if (path[n] == '.') {
            ald_node_keep_out(ald_member_node(m), path + n + 1, as);
            return;
        }
        m->key = as;
        m->unwritten = true;
        return;
    }
}

void ald_node_add(struct ald_arena *a, struct ald_node *list, struct ald_node *item)
{
    assert(list->kind == ALD_NODE_LIST && item);
    list->list.items = ald_grow(a, list->list.items, list->list.n, &list->list.cap, sizeof(struct ald_node *));
    list->list.items[list->list.n++] = item;
}

static bool is_key(const char *have, const char *key, size_t n)
{
    size_t same = 0; /* most differ in their first letter or two */
    while (same < n && have[same] == key[same])
        same++;
    return same == n && have[n] == '\0';
}

/* found: where to look first, and then where it was. Keys differ, so it does not matter where the search begins. */
static const struct ald_node *member(const struct ald_node *object, const char *key, size_t n, size_t *found)
{
    if (object->kind != ALD_NODE_OBJECT)
        return NULL;
    const struct ald_member *members = object->object.members;
    if (*found < object->object.n && is_key(members[*found].key, key, n))
        return ald_member_node(&members[*found]);
    for (size_t i = 0; i < object->object.n; i++) {
        if (!is_key(members[i].key, key, n))
            continue;
        *found = i;
        return ald_member_node(&members[i]);
    }
    return NULL;
}

/* "{shown}": the step is the text of that member of the node where the path began. */
static const struct ald_node *named_by(const struct ald_node *start, const struct ald_node *at, const char *step, size_t n, size_t found[2])
{
    if (n < 3 || step[0] != '{' || step[n - 1] != '}')
        return member(at, step, n, found);
    const struct ald_node *name = member(start, step + 1, n - 2, found);
    return name && name->kind == ALD_NODE_STR ? member(at, name->text, strlen(name->text), found + 1) : NULL;
}

const struct ald_node *ald_node_at(const struct ald_node *node, const char *path)
{
    struct ald_path once = {.text = path};
    return ald_node_at_path(node, &once);
}

const struct ald_node *ald_node_at_path(const struct ald_node *start, struct ald_path *of)
{
    const struct ald_node *at = of->text ? start : NULL;
    const char *path = of->text;
    size_t step = 0;
    while (at && *path) {
        size_t n = strcspn(path, ".["), none[2] = {0, 0};
        if (n)
            at = named_by(start, at, path, n, step + 1 < ALD_PATH_STEPS ? &of->found[step] : none);
        step += 2;
        path += n;
        while (at && *path == '[') {
            char *end = NULL;
            size_t i = strtoul(path + 1, &end, 10);
            at = at->kind == ALD_NODE_LIST && i < at->list.n ? at->list.items[i] : NULL;
            path = *end == ']' ? end + 1 : "";
        }
        if (*path == '.')
            path++;
    }
    return at;
}

static void write_object(struct ald_jw *w, const struct ald_node *object, struct ald_arena *scratch)
{
    bool reasons = false;
    ald_jw_object(w);
    for (size_t i = 0; i < object->object.n; i++) {
        const struct ald_member *m = &object->object.members[i];
        if (m->unwritten)
            continue;
        const struct ald_node *value = ald_member_node(m);
        ald_jw_key(w, m->key);
        ald_node_write(w, value, scratch);
        reasons = reasons || (value->kind == ALD_NODE_NULL && value->absent);
    }
    if (reasons) {
        ald_jw_key(w, "absent");
        ald_jw_object(w);
        for (size_t i = 0; i < object->object.n; i++) {
            const struct ald_member *m = &object->object.members[i];
            if (m->unwritten || m->node->kind != ALD_NODE_NULL || !m->node->absent)
                continue;
            ald_jw_key(w, m->key);
            ald_jw_str(w, m->node->absent);
        }
        ald_jw_object_end(w);
    }
    ald_jw_object_end(w);
}

static void write_rows(struct ald_jw *w, const struct ald_node *rows)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) row = ald_arena_new();
    ald_jw_array(w);
    for (size_t i = 0; i < rows->rows.n; i++) {
        ald_node_write(w, rows->rows.row(rows->rows.ctx, i, row), row);
        ald_arena_reset(row);
    }
    ald_jw_array_end(w);
}

void ald_node_write(struct ald_jw *w, const struct ald_node *n, struct ald_arena *scratch)
{
    switch (n->kind) {
    case ALD_NODE_NULL:
        ald_jw_null(w);
        break;
    case ALD_NODE_BOOL:
        ald_jw_bool(w, n->boolean);
        break;
    case ALD_NODE_INT:
        ald_jw_int(w, n->integer);
        break;
    case ALD_NODE_NUM:
        ald_jw_num(w, n->number);
        break;
    case ALD_NODE_STR:
        ald_jw_str(w, n->text);
        break;
    case ALD_NODE_TIME:
        ald_jw_time(w, n->integer);
        break;
    case ALD_NODE_OBJECT:
        write_object(w, n, scratch);
        break;
    case ALD_NODE_LIST:
        ald_jw_array(w);
        for (size_t i = 0; i < n->list.n; i++)
            ald_node_write(w, n->list.items[i], scratch);
        ald_jw_array_end(w);
        break;
    case ALD_NODE_ROWS:
        write_rows(w, n);
        break;
    case ALD_NODE_LATER:
        assert(false); /* its object has made it */
        break;
    }
}
