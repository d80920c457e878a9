/* Any bytes: parse, walk, read every member in every way, print, parse again. What is printed must be read back as the
 * same document without repairs, and print the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/json.h"
#include "alidade/limits.h"
#include "alidade/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void read_member(struct ald_arena *a, const struct ald_jv *object, const struct ald_jv *it)
{
    struct ald_err err;
    struct ald_jv found;
    const char *text = NULL;
    int64_t integer = 0;
    double number = 0;
    bool has = false, yes = false;
    must(ald_json_get(object, it->key, &found, &err) == ALD_OK);
    int good = 0;
    good += ald_json_str(object, it->key, &text, &err) == ALD_OK && ald_utf8_valid(text, strlen(text));
    good += ald_json_id_opt(a, object, it->key, &text, &err) == ALD_OK;
    good += ald_json_int_opt(object, it->key, &has, &integer, &err) == ALD_OK;
    good += ald_json_num_opt(object, it->key, &has, &number, &err) == ALD_OK && number - number == 0;
    good += ald_json_bool_opt(object, it->key, &has, &yes, &err) == ALD_OK;
    good += ald_json_time_opt(object, it->key, &integer, &err) == ALD_OK;
    must(good <= 6);
}

static size_t walk(struct ald_arena *a, const struct ald_jv *v, int depth)
{
    must(depth <= ALD_MAX_JSON_DEPTH);
    size_t count = 0, below = 0;
    struct ald_jv it;
    bool object = ald_json_kind(v) == ALD_JSON_OBJECT;
    for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it)) {
        must((it.key != NULL) == object && it.index == count);
        if (object && count < 16) /* look-ups are linear: do not fuzz their square */
            read_member(a, v, &it);
        count++;
        below += walk(a, &it, depth + 1);
    }
    must(count == ald_json_len(v));
    if (count == 0 && ald_json_kind(v) != ALD_JSON_NULL) {
        struct ald_err err;
        must(ald_json_expected(v, "a miracle", &err) == ALD_ERR_FORMAT && strlen(err.msg) < sizeof err.msg);
    }
    return below + 1;
}

/* Cursors go through siblings in step; scalars are compared by their texts, which the second round proves stable. */
static bool same(const struct ald_jv *x, const struct ald_jv *y)
{
    enum ald_json_kind kind = ald_json_kind(x);
    if (kind != ald_json_kind(y))
        return false;
    if (kind != ALD_JSON_ARRAY && kind != ALD_JSON_OBJECT) {
        struct ald_buf p, q;
        ald_buf_init(&p, SIZE_MAX / 2);
        ald_buf_init(&q, SIZE_MAX / 2);
        bool equal = ald_json_text(x, &p, NULL) == ALD_OK && ald_json_text(y, &q, NULL) == ALD_OK && p.len == q.len &&
                     memcmp(p.data, q.data, p.len) == 0;
        ald_buf_done(&p);
        ald_buf_done(&q);
        return equal;
    }
    struct ald_jv a, b;
    bool more = ald_json_first(x, &a), other = ald_json_first(y, &b);
    while (more && other) {
        if ((a.key && strcmp(a.key, b.key) != 0) || !same(&a, &b))
            return false;
        more = ald_json_next(&a);
        other = ald_json_next(&b);
    }
    return !more && !other;
}

static const char *shout(void *ctx, const char *s)
{
    ++*(size_t *)ctx;
    return *s ? "!" : s;
}

/* Changes values while a cursor stands on them. */
static void change(struct ald_jv *root)
{
    size_t strings = 0, before = ald_json_len(root), after = 0;
    ald_json_map_strings(root, shout, &strings);
    struct ald_jv it;
    for (bool ok = ald_json_first(root, &it); ok; ok = ald_json_next(&it)) {
        if (after++ % 2)
            ald_json_set_null(&it);
        else
            ald_json_set_str(&it, "x");
    }
    must(before == after);
    struct ald_buf text;
    ald_buf_init(&text, SIZE_MAX / 2);
    must(ald_json_text(root, &text, NULL) == ALD_OK);
    ald_buf_done(&text);
}

static void again(struct ald_jv *root, size_t nodes)
{
    struct ald_buf text, text2;
    ald_buf_init(&text, SIZE_MAX / 2);
    ald_buf_init(&text2, SIZE_MAX / 2);
    must(ald_json_text(root, &text, NULL) == ALD_OK);
    must(ald_utf8_valid(text.data, text.len) && strlen(text.data) == text.len);
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    must(ald_json_parse(text.data, text.len, &doc, NULL) == ALD_OK);
    struct ald_json_repairs r = ald_json_repairs(doc);
    must(r.utf8 + r.surrogates + r.nuls + r.big_integers == 0);
    struct ald_jv root2;
    ald_json_root(doc, &root2);
    must(same(root, &root2));
    must(ald_json_text(&root2, &text2, NULL) == ALD_OK);
    must(text.len == text2.len && memcmp(text.data, text2.data, text.len) == 0);
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *a = ald_arena_new();
    must(walk(a, &root2, 0) == nodes);
    ald_buf_done(&text);
    ald_buf_done(&text2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    struct ald_err err = {0};
    enum ald_rc rc = ald_json_parse((const char *)data, size, &doc, &err);
    if (rc != ALD_OK) {
        must(!doc && err.rc == rc && err.msg[0] && (rc == ALD_ERR_FORMAT || rc == ALD_ERR_LIMIT));
        return 0;
    }
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *a = ald_arena_new();
    struct ald_jv root;
    ald_json_root(doc, &root);
    again(&root, walk(a, &root, 0));
    change(&root);
    return 0;
}
