/* Forgets a person: see forget.h. Knows how identities become pseudonyms (people_who.c) and how texts are searched for names
 * (people_text.c); nothing of tables. */
#include "alidade/forget.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "alidade/file.h"
#include "alidade/json.h"
#include "alidade/limits.h"
#include "alidade/rewrite.h"
#include "people.h"
#include "people_names.h"
#include "people_priv.h"
#include "people_text.h"

#define HEX (ALD_PSEUDONYM_SIZE - 1)

struct ald_forgetting {
    struct ald_arena *arena, *scratch; /* scratch: of one text */
    const struct ald_forget *how;
    const char (*old)[ALD_PSEUDONYM_SIZE]; /* pseudonyms that go */
    size_t n, cap;
    char instead[ALD_PSEUDONYM_SIZE];
    struct ald_known_names *names; /* words that go */
};

/* ---- Who ---- */

static bool is_old(const struct ald_forgetting *f, const char *hex)
{
    for (size_t i = 0; i < f->n; i++)
        if (memcmp(f->old[i], hex, HEX) == 0)
            return true;
    return false;
}

static void add_pseudonym(struct ald_forgetting *f, const char *hex)
{
    if (!ald_is_pseudonym(hex, strlen(hex)) || is_old(f, hex))
        return;
    char(*list)[ALD_PSEUDONYM_SIZE] = ald_grow(f->arena, (void *)(uintptr_t)f->old, f->n, &f->cap, sizeof *list);
    memcpy(list[f->n++], hex, ALD_PSEUDONYM_SIZE);
    f->old = (const char(*)[ALD_PSEUDONYM_SIZE])list;
}

static void add_identity(struct ald_forgetting *f, const char *identity)
{
    char hex[ALD_PSEUDONYM_SIZE];
    if (!f->how->key)
        return;
    ald_pseudonym(f->how->key, identity, hex);
    add_pseudonym(f, hex);
}

/* What the name, login or id may be at one source; a name that its texts are searched for. */
static enum ald_rc add_at_source(struct ald_forgetting *f, struct ald_store *store, const char *source, const char *id, bool *ret_known,
                                 struct ald_err *err)
{
    static const char *const kinds[] = {"", "login:", "name:"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        add_identity(f, ald_sprintf(f->arena, "%s:%s%s", source, kinds[i], id));
    if (!f->how->key)
        return ALD_OK;
    ALD_CLEANUP(ald_known_names_freep) struct ald_known_names *known = ald_known_names_new(f->how->key);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row;
    ALD_TRY(ald_q_open(store, "sync_name_list", &q, err));
    ald_q_text(q, 1, source);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        struct ald_name_row name = {.hash = (uint64_t)ald_q_col_int(q, 0), .counts = (unsigned)ald_q_col_int(q, 1)};
        const char *pseudonym = ald_q_col_text(q, 2);
        if (pseudonym && strlen(pseudonym) == HEX)
            memcpy(name.pseudonym, pseudonym, sizeof name.pseudonym);
        ald_text_names_put(known, &name);
    }
    const char *whose = ald_text_names_find(known, id, strlen(id));
    if (whose)
        add_pseudonym(f, whose);
    *ret_known = *ret_known || whose;
    return ALD_OK;
}

static enum ald_rc add_everywhere(struct ald_forgetting *f, struct ald_store *store, const char *id, bool *ret_known, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row;
    add_pseudonym(f, id);
    add_identity(f, strchr(id, '@') ? ald_who_lower(f->arena, id) : id); /* "source:id" as it stands */
    add_identity(f, ald_sprintf(f->arena, "account:%s", ald_who_lower(f->arena, id)));
    ALD_TRY(ald_q_open(store, "forget_sources", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        ALD_TRY(add_at_source(f, store, ald_strdup(f->arena, ald_q_col_text(q, 0)), id, ret_known, err));
    }
}

/* Rows of people that are one with those found so far; *ret_n counts those that the store knows. */
static enum ald_rc add_joined(struct ald_forgetting *f, struct ald_store *store, size_t *ret_n, bool *ret_known, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, "forget_person", &q, err));
    *ret_n = 0;
    for (size_t i = 0; i < f->n || i == 0; i++) { /* the list grows meanwhile */
        bool row = true, any = false;
        ald_q_text(q, 1, i < f->n ? f->old[i] : "");
        ald_q_text(q, 2, i == 0 ? f->how->person : NULL);
        for (;;) {
            ALD_TRY(ald_q_step(q, &row, err));
            if (!row)
                break;
            any = true;
            add_pseudonym(f, ald_q_col_text(q, 0));
            add_pseudonym(f, ald_q_col_text(q, 1));
        }
        *ret_n += any;
        *ret_known = *ret_known || any;
    }
    return ALD_OK;
}

void ald_forget_endp(struct ald_forgetting **p)
{
    struct ald_forgetting *f = *p;
    if (f) {
        ald_known_names_free(f->names);
        ald_arena_free(f->scratch);
    }
    *p = NULL;
}

enum ald_rc ald_forget_begin(struct ald_store *store, const struct ald_forget *how, struct ald_arena *arena, struct ald_forgetting **ret,
                             size_t *ret_n, struct ald_err *err)
{
    static const struct ald_key none = {{0}}; /* names live in memory only */
    struct ald_forgetting *f = ald_calloc(arena, 1, sizeof *f);
    *f = (struct ald_forgetting){.arena = arena, .how = how};
    f->scratch = ald_arena_new();
    f->names = ald_known_names_new(how->key ? how->key : &none);
    *ret = f;
    ald_pseudonym_random(f->instead);
    bool known = false;
    ALD_TRY(add_everywhere(f, store, how->person, &known, err));
    for (const char *const *pair = how->people_aliases; pair && pair[0] && pair[1]; pair += 2)
        for (int i = 0; i < 2; i++)
            if (strcmp(pair[i], how->person) == 0)
                ALD_TRY(add_everywhere(f, store, pair[1 - i], &known, err));
    ALD_TRY(add_joined(f, store, ret_n, &known, err));
    /* A single word that is nobody's here would go wherever it stands: --text says that it is meant. */
    bool name = strchr(how->person, '@') || strchr(how->person, ' ') || (known && !strchr(how->person, ':'));
    if (name && !ald_is_pseudonym(how->person, strlen(how->person)))
        ald_text_names_add(f->names, how->person, f->instead, true);
    if (how->words)
        ald_text_names_add(f->names, how->words, f->instead, true);
    return ALD_OK;
}

/* ---- Texts ---- */

/* Pseudonyms are 16 digits and stand for themselves wherever they are, also right after others: the "f" of a JSON text's \f, the "20" of
 * a URL's %20. That 16 digits of a longer hash are somebody's by chance will not happen. */
static const char *without_pseudonyms(struct ald_forgetting *f, const char *text)
{
    char *copy = NULL;
    for (const char *s = text; *s;) {
        size_t n = strspn(s, "0123456789abcdef");
        const char *end = s + n;
        while (end - s >= HEX) {
            if (!is_old(f, s)) {
                s++;
                continue;
            }
            if (!copy)
                copy = ald_strdup(f->scratch, text);
            memcpy(copy + (s - text), f->instead, HEX);
            s += HEX;
        }
        s = *end ? end + 1 : end;
    }
    return copy ? copy : text;
}

struct scrubbing {
    struct ald_text_scrub scrub;
    struct ald_arena *arena;
    size_t changes;
};

static const char *same_email(void *ctx, const char *s, size_t n)
{
    struct scrubbing *w = ctx;
    return ald_strndup(w->arena, s, n);
}

static const char *scrub_string(void *ctx, const char *s)
{
    struct scrubbing *w = ctx;
    const char *now = ald_text_scrub(&w->scrub, s);
    if (strcmp(now, s) == 0)
        return s;
    w->changes++;
    return now;
}

/* A document is searched string by string: a name must not be found across two of them. */
static bool scrub_document(struct scrubbing *w, const char *text, const char **ret)
{
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    ALD_CLEANUP(ald_buf_done) struct ald_buf out;
    struct ald_jv root;
    ald_buf_init(&out, ALD_MAX_FILE_BYTES);
    if (!strchr("{[", *text) || ald_json_parse(text, strlen(text), &doc, NULL) != ALD_OK)
        return false;
    ald_json_root(doc, &root);
    ald_json_map_strings(&root, scrub_string, w);
    *ret = text;
    if (w->changes && ald_json_text(&root, &out, NULL) == ALD_OK)
        *ret = ald_strndup(w->arena, out.data, out.len);
    return true;
}

static const char *without_names(struct ald_forgetting *f, const char *text)
{
    struct scrubbing w = {.scrub = {.known = f->names, .email = same_email}, .arena = f->scratch};
    const char *now = text;
    if (!*text || !ald_text_names_maybe(f->names, text, strlen(text)))
        return text;
    w.scrub.ctx = &w;
    ald_buf_init(&w.scrub.out, ALD_MAX_FILE_BYTES);
    if (!scrub_document(&w, text, &now)) {
        now = scrub_string(&w, text);
        if (now != text)
            now = ald_strdup(f->scratch, now);
    }
    ald_buf_done(&w.scrub.out);
    return now;
}

static const char *rewrite(void *ctx, bool prose, const char *text)
{
    struct ald_forgetting *f = ctx;
    ald_arena_reset(f->scratch);
    const char *now = without_pseudonyms(f, text);
    return prose && ald_text_names_any(f->names) ? without_names(f, now) : now;
}

/* ---- Places ---- */

static enum ald_rc drop(struct ald_store *store, const char *name, const char *pseudonym, int64_t *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(store, name, &q, err));
    ald_q_text(q, 1, pseudonym);
    ALD_TRY(ald_q_run(q, err));
    *ret = ald_store_changes(store);
    return ALD_OK;
}

enum ald_rc ald_forget_in_store(struct ald_forgetting *f, struct ald_store *store, bool keep, int64_t *ret_places, int64_t *ret_names,
                                struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row;
    int64_t nobody;
    *ret_names = 0;
    ALD_TRY(ald_store_rewrite(store, keep, rewrite, f, ret_places, err));
    if (!keep)
        return ALD_OK;
    ALD_TRY(drop(store, "forget_name", f->instead, &nobody, err));
    ALD_TRY(ald_q_open(store, "forget_names_kept", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    return row && ald_q_col_int(q, 0) ? drop(store, "forget_known", f->instead, ret_names, err) : ALD_OK;
}

/* Head lines name people by pseudonym; the body is a document of the source. */
static enum ald_rc rewrite_page(struct ald_forgetting *f, const char *path, bool keep, int64_t *pages, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    struct ald_replace file;
    char *text;
    size_t n;
    ALD_TRY(ald_file_read(path, ALD_MAX_FILE_BYTES, arena, &text, &n, err));
    char *end = strstr(text, "\n\n"), *body = end ? end + 2 : text + strlen(text);
    const char *head = ald_strndup(arena, text, (size_t)(body - text));
    const char *new_head = ald_strdup(arena, rewrite(f, true, head)), *new_body = ald_strdup(arena, rewrite(f, true, body));
    if (strcmp(head, new_head) == 0 && strcmp(body, new_body) == 0)
        return ALD_OK;
    ++*pages;
    if (!keep)
        return ALD_OK;
    ALD_TRY(ald_replace_begin(&file, path, err));
    (void)fputs(new_head, file.file); /* a failure shows when it is committed */
    (void)fputs(new_body, file.file);
    return ald_replace_commit(&file, err);
}

enum ald_rc ald_forget_in_recording(struct ald_forgetting *f, const char *folder, bool keep, int64_t *ret_pages, struct ald_err *err)
{
    DIR *dir = opendir(folder);
    *ret_pages = 0;
    if (!dir)
        return errno == ENOENT || errno == ENOTDIR ? ALD_OK : ald_fail(err, ALD_ERR_IO, "cannot read '%s': %s", folder, strerror(errno));
    enum ald_rc rc = ALD_OK;
    for (const struct dirent *entry; rc == ALD_OK && (entry = readdir(dir));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".page") == 0)
            rc = rewrite_page(f, ald_sprintf(f->arena, "%s/%s", folder, entry->d_name), keep, ret_pages, err);
    }
    (void)closedir(dir);
    return rc;
}
