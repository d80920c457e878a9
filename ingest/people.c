/* Replaces people in a document before anything else sees it: first where the connector says that people stand, then
 * wherever the same names, logins and e-mails occur in texts. Must not know any API, and keeps nothing that could name
 * a person but the known names of the run, in memory. */
#include "people.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "alidade/limits.h"
#include "people_text.h"

#define SOMEONE "someone"
#define MAX_TEXT_BYTES (8u * ALD_MAX_RESPONSE_BYTES) /* a text may grow where short names are replaced */
#define MAX_IDENTITIES 4u

/** A row that was already made in this document. */
struct row_mark {
    UT_hash_handle hh;
    size_t i;
    char pseudonym[ALD_PSEUDONYM_SIZE];
};

struct work {
    struct ald_arena *arena;
    const struct ald_scrub *scrub;
    struct ald_known_names *known;
    const struct ald_person_path *spec; /* the one being walked */
    struct ald_people_rows rows;
    struct row_mark *marks;
};

/** What an object or a bare value says about who someone is; NULL: nothing. */
struct said {
    const char *id, *login, *email, *name;
};

/** Who it is: the identities that were given, best first, and the pseudonym that stands for all of them. */
struct who {
    char all[MAX_IDENTITIES][ALD_PSEUDONYM_SIZE];
    size_t n;
    char canonical[ALD_PSEUDONYM_SIZE];
    bool aliased;
};

/* ---- Identities ---- */

static const char *lower(struct ald_arena *arena, const char *s)
{
    char *ret = ald_strdup(arena, s);
    for (char *c = ret; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    return ret;
}

static const char *trimmed(struct ald_arena *arena, const char *s)
{
    s += strspn(s, " \t\r\n");
    size_t n = strlen(s);
    while (n && strchr(" \t\r\n", s[n - 1]))
        n--;
    return ald_strndup(arena, s, n);
}

static void email_pseudonym(const struct work *w, const char *email, char ret[ALD_PSEUDONYM_SIZE])
{
    ald_pseudonym(w->scrub->key, lower(w->arena, email), ret);
}

/** kind: "", "login:" or "name:". */
static void id_pseudonym(const struct work *w, const char *kind, const char *id, char ret[ALD_PSEUDONYM_SIZE])
{
    ald_pseudonym(w->scrub->key, ald_sprintf(w->arena, "%s:%s%s", w->scrub->source, kind, id), ret);
}

/** The ids of people_aliases are written "source:id"; an e-mail, with or without source, is the same identity
 * everywhere. */
static void alias_pseudonym(const struct work *w, const char *alias, char ret[ALD_PSEUDONYM_SIZE])
{
    const char *colon = strchr(alias, ':');
    const char *email = ald_is_email(alias) ? alias : colon && ald_is_email(colon + 1) ? colon + 1 : NULL;
    ald_pseudonym(w->scrub->key, email ? lower(w->arena, email) : alias, ret);
}

static void read_aliases(const struct work *w)
{
    const char *const *pair = w->scrub->aliases;
    for (; pair && !w->known->aliases_ready && pair[0] && pair[1]; pair += 2) {
        char a[ALD_PSEUDONYM_SIZE], b[ALD_PSEUDONYM_SIZE];
        alias_pseudonym(w, pair[0], a);
        alias_pseudonym(w, pair[1], b);
        ald_text_names_join(w->known, a, b);
    }
    w->known->aliases_ready = true;
}

static struct who identify(const struct work *w, const struct said *said)
{
    struct who who = {.n = 0};
    if (said->email)
        email_pseudonym(w, said->email, who.all[who.n++]);
    if (said->id)
        id_pseudonym(w, "", said->id, who.all[who.n++]);
    if (said->login)
        id_pseudonym(w, "login:", said->login, who.all[who.n++]);
    if (who.n == 0 && said->name) { /* whom the run's lists know by that name, else somebody of that name */
        const char *known = ald_text_names_find(w->known, said->name, strlen(said->name));
        if (known)
            memcpy(who.all[who.n++], known, ALD_PSEUDONYM_SIZE);
        else
            id_pseudonym(w, "name:", said->name, who.all[who.n++]);
    }
    const char *canonical = who.all[0];
    for (size_t i = 0; i < who.n; i++) {
        const char *rep = ald_text_names_alias(w->known, who.all[i]);
        if (rep && (!who.aliased || strcmp(rep, canonical) < 0))
            canonical = rep;
        who.aliased = who.aliased || rep;
    }
    memcpy(who.canonical, canonical, sizeof who.canonical);
    return who;
}

/* ---- Rows ---- */

static void add_row(struct work *w, const char *pseudonym, const struct who *who, bool mapped, const char *name)
{
    struct row_mark *mark;
    HASH_FIND_STR(w->marks, pseudonym, mark);
    if (!mark) {
        mark = ald_alloc(w->arena, sizeof *mark);
        memcpy(mark->pseudonym, pseudonym, sizeof mark->pseudonym);
        mark->i = w->rows.n;
        HASH_ADD_STR(w->marks, pseudonym, mark);
        w->rows.rows = ald_grow(w->arena, w->rows.rows, w->rows.n, &w->rows.cap, sizeof *w->rows.rows);
        w->rows.rows[w->rows.n++] = (struct ald_person_row){.pseudonym = mark->pseudonym, .canonical = mark->pseudonym};
    }
    struct ald_person_row *row = &w->rows.rows[mark->i];
    /* A joined identity is better than one that stands alone, wherever in the document either was seen. */
    if (strcmp(row->canonical, row->pseudonym) == 0)
        row->canonical = ald_strdup(w->arena, who->canonical);
    row->mapped = row->mapped || mapped;
    if (!row->name && w->scrub->mode == ALD_PEOPLE_NAMES)
        row->name = name;
}

/** Two paths may lead to one value: what is a pseudonym already is left alone. */
static bool is_done(const struct work *w, const char *text)
{
    struct row_mark *mark;
    HASH_FIND_STR(w->marks, text, mark);
    return mark;
}

/** Makes the rows of a person and remembers under which words texts may speak of them. */
static void note(struct work *w, const struct said *said, const struct who *who, bool defines)
{
    /* Who has an e-mail, or was joined by the user's word, is identified without any list of people. */
    bool mapped =
        defines || w->spec->primary || who->aliased || (said->email && (said->id || said->login || said->name || w->spec->login));
    if (w->scrub->mode != ALD_PEOPLE_NONE) {
        for (size_t i = 0; i < who->n; i++)
            add_row(w, who->all[i], who, mapped, said->name);
        add_row(w, who->canonical, who, mapped, said->name);
    }
    if (w->scrub->mode == ALD_PEOPLE_NAMES)
        return;
    if (said->name)
        ald_text_names_add(w->known, said->name, who->canonical, true);
    if (said->login)
        ald_text_names_add(w->known, said->login, who->canonical, false);
    if (said->email)
        ald_text_names_add(w->known, said->email, who->canonical, false);
}

/* ---- Values ---- */

/** A string or number as trimmed text; of an object its "value" or "display_value". NULL for anything else, and for "".
 */
static enum ald_rc scalar(struct work *w, const struct ald_jv *v, const char **ret, struct ald_err *err)
{
    struct ald_jv inner;
    *ret = NULL;
    switch (ald_json_kind(v)) {
    case ALD_JSON_OBJECT:
        if ((ald_json_opt(v, "value", &inner) || ald_json_opt(v, "display_value", &inner)) &&
            ald_json_kind(&inner) != ALD_JSON_OBJECT)
            return scalar(w, &inner, ret, err);
        return ALD_OK;
    case ALD_JSON_STRING:
        ALD_TRY(ald_json_as_str(v, ret, err));
        *ret = trimmed(w->arena, *ret);
        break;
    case ALD_JSON_NUMBER: {
        ALD_CLEANUP(ald_buf_done) struct ald_buf text;
        ald_buf_init(&text, 64);
        ALD_TRY(ald_json_text(v, &text, err));
        *ret = ald_strdup(w->arena, text.data);
        break;
    }
    case ALD_JSON_NULL:
    case ALD_JSON_BOOL:
    case ALD_JSON_ARRAY:
        break;
    }
    if (*ret && !**ret)
        *ret = NULL;
    return ALD_OK;
}

static enum ald_rc member(struct work *w, const struct ald_jv *object, const char *key, const char **ret,
                          struct ald_err *err)
{
    struct ald_jv v;
    *ret = NULL;
    return key && ald_json_opt(object, key, &v) ? scalar(w, &v, ret, err) : ALD_OK;
}

/** Replaces a member that is there and says something. */
static void set_member(const struct ald_jv *object, const char *key, const char *value)
{
    struct ald_jv v;
    const char *old = "";
    if (!key || !ald_json_opt(object, key, &v))
        return;
    if (ald_json_kind(&v) == ALD_JSON_STRING && (ald_json_as_str(&v, &old, NULL) != ALD_OK || !*old))
        return;
    if (value)
        ald_json_set_str(&v, value);
    else
        ald_json_set_null(&v);
}

static void set_person(const struct work *w, struct ald_jv *v, const char *pseudonym)
{
    if (w->scrub->mode == ALD_PEOPLE_NONE)
        ald_json_set_null(v);
    else
        ald_json_set_str(v, pseudonym);
}

/** True for "Jane Doe", "jane.doe", "jane"; false for ids such as "u1", "5137153cc611227c". */
static bool reads_like_a_name(const char *text)
{
    return strpbrk(text, " ._") || !strpbrk(text, "0123456789");
}

/** Sorts a bare text into what it is. One that reads like a name is also looked for in texts. */
static struct said bare_said(const struct work *w, const char *text)
{
    if (ald_is_email(text))
        return (struct said){.email = text};
    if (w->spec->login)
        return (struct said){.login = text};
    return (struct said){.id = text, .name = reads_like_a_name(text) ? text : NULL};
}

/** True when text is one of a space-separated list of words. */
static bool listed(const char *words, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    for (const char *p = words; p && *p && n;) {
        size_t len = strcspn(p, " ");
        if (len == n && memcmp(p, text, n) == 0)
            return true;
        p += len + strspn(p + len, " ");
    }
    return false;
}

/** True for "a,b,c": several ids in one string. */
static bool is_list(const char *text)
{
    return strchr(text, ',') && !strpbrk(text, " \t\r\n");
}

/** True where an export may be coming back: a bare value that identifies by itself and has the form of our pseudonyms.
 *  Elsewhere 16 hex digits may well be a source's own id. */
static bool is_pseudonym(const struct work *w, const char *text)
{
    return w->spec->primary && !w->spec->login && strlen(text) == ALD_PSEUDONYM_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == ALD_PSEUDONYM_SIZE - 1;
}

static const char *bare_person(struct work *w, const char *text, const char *name)
{
    struct said said = bare_said(w, text);
    said.name = name ? name : said.name;
    struct who who = {.n = 0};
    if (is_pseudonym(w, text)) {
        memcpy(who.all[who.n++], text, ALD_PSEUDONYM_SIZE);
        memcpy(who.canonical, text, ALD_PSEUDONYM_SIZE);
        said = (struct said){0};
    } else {
        who = identify(w, &said);
    }
    note(w, &said, &who, false);
    return ald_strdup(w->arena, who.canonical);
}

/** @param parent the object that has v as a member, or NULL. */
static enum ald_rc replace_bare(struct work *w, struct ald_jv *v, const struct ald_jv *parent, struct ald_err *err)
{
    const char *text, *name = NULL;
    ALD_TRY(scalar(w, v, &text, err));
    if (!text || is_done(w, text))
        return ALD_OK;
    if (listed(w->spec->bot_values, text)) {
        ald_json_set_str(v, "");
        return ALD_OK;
    }
    if (parent)
        ALD_TRY(member(w, parent, w->spec->beside, &name, err));
    if (!is_list(text)) {
        set_person(w, v, bare_person(w, text, name));
        if (name && w->scrub->mode != ALD_PEOPLE_NAMES)
            set_member(parent, w->spec->beside, NULL);
        return ALD_OK;
    }
    ALD_CLEANUP(ald_buf_done) struct ald_buf list;
    ald_buf_init(&list, MAX_TEXT_BYTES);
    for (const char *part = text; *part;) {
        size_t n = strcspn(part, ",");
        if (n && list.len)
            ALD_TRY(ald_buf_adds(&list, ",", err));
        if (n)
            ALD_TRY(ald_buf_adds(&list, bare_person(w, ald_strndup(w->arena, part, n), NULL), err));
        part += n + (part[n] == ',');
    }
    set_person(w, v, list.data);
    return ALD_OK;
}

static enum ald_rc read_said(struct work *w, const struct ald_jv *object, struct said *ret, struct ald_err *err)
{
    const struct ald_person_path *spec = w->spec;
    ALD_TRY(member(w, object, spec->id_key, &ret->id, err));
    ALD_TRY(member(w, object, spec->login_key, &ret->login, err));
    ALD_TRY(member(w, object, spec->email_key, &ret->email, err));
    ALD_TRY(member(w, object, spec->name_key, &ret->name, err));
    if (ret->name && ret->name[0] == '@' && ret->name[1]) /* a mention shows it so */
        ret->name++;
    if (ret->email && !strchr(ret->email, '@'))
        ret->email = NULL; /* "hidden", "n/a": the same for many people */
    if (ret->id || ret->login || ret->email)
        return ALD_OK;
    /* An object where a bare value was expected: {"link": .., "value": ..}. */
    const char *value;
    ALD_TRY(scalar(w, object, &value, err));
    if (!value)
        return ALD_OK;
    const char *name = ret->name;
    *ret = bare_said(w, value);
    if (name)
        ret->name = name;
    return ALD_OK;
}

static bool nobody(const struct said *said)
{
    return !said->id && !said->login && !said->email && !said->name;
}

static enum ald_rc replace_object(struct work *w, struct ald_jv *v, struct ald_err *err)
{
    struct said said = {0};
    const char *account = NULL;
    ALD_TRY(member(w, v, w->spec->bot_key, &account, err));
    ALD_TRY(read_said(w, v, &said, err));
    if (listed(w->spec->bot_values, account)) {
        ald_json_set_str(v, "");
        return ALD_OK;
    }
    if (nobody(&said)) {
        /* No one is named, or in a way that we do not know: nothing of it may stay. */
        ald_json_set_null(v);
        return ALD_OK;
    }
    struct who who = identify(w, &said);
    note(w, &said, &who, false);
    set_person(w, v, who.canonical);
    return ALD_OK;
}

/** The object stays, for the connector to read; what names the person in it goes. */
static enum ald_rc replace_members(struct work *w, struct ald_jv *v, bool element, struct ald_err *err)
{
    const struct ald_person_path *spec = w->spec;
    struct said said = {0};
    ALD_TRY(read_said(w, v, &said, err));
    if ((said.id && is_done(w, said.id)) || (said.login && is_done(w, said.login)))
        return ALD_OK;
    if (!nobody(&said)) {
        struct who who = identify(w, &said);
        note(w, &said, &who, true);
    }
    char id[ALD_PSEUDONYM_SIZE], login[ALD_PSEUDONYM_SIZE];
    bool none = w->scrub->mode == ALD_PEOPLE_NONE;
    if (said.id) {
        id_pseudonym(w, "", said.id, id);
        /* Elements of a list of people need something as their id; it may be the same for all. */
        set_member(v, spec->id_key, !none ? id : element ? SOMEONE : NULL);
    }
    if (said.login) {
        id_pseudonym(w, "login:", said.login, login);
        set_member(v, spec->login_key, none ? NULL : login);
    }
    if (w->scrub->mode != ALD_PEOPLE_NAMES)
        set_member(v, spec->name_key, NULL);
    set_member(v, spec->email_key, NULL);
    return ALD_OK;
}

/** True when the sibling named by the spec has one of its values. */
static enum ald_rc when(struct work *w, const struct ald_jv *parent, bool *ret, struct ald_err *err)
{
    const char *value = NULL;
    *ret = !w->spec->when_key;
    if (*ret || !parent)
        return ALD_OK;
    ALD_TRY(member(w, parent, w->spec->when_key, &value, err));
    *ret = listed(w->spec->when_values, value);
    return ALD_OK;
}

/** @param parent the object that has v as a member, or NULL. @param element v is an element of a list. */
static enum ald_rc visit(struct work *w, struct ald_jv *v, const struct ald_jv *parent, bool element,
                         struct ald_err *err)
{
    bool wanted;
    ALD_TRY(when(w, parent, &wanted, err));
    if (!wanted)
        return ALD_OK;
    switch (ald_json_kind(v)) {
    case ALD_JSON_STRING:
    case ALD_JSON_NUMBER:
        return replace_bare(w, v, parent, err);
    case ALD_JSON_OBJECT:
        return w->spec->defines ? replace_members(w, v, element, err) : replace_object(w, v, err);
    case ALD_JSON_ARRAY: {
        struct ald_jv it; /* a list where one was declared: whoever stands in it is a person too */
        for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it))
            ALD_TRY(visit(w, &it, parent, true, err));
        return ALD_OK;
    }
    case ALD_JSON_NULL:
    case ALD_JSON_BOOL:
        break;
    }
    return ALD_OK;
}

static enum ald_rc walk(struct work *w, struct ald_jv *v, const struct ald_jv *parent, const char *path, bool element,
                        struct ald_err *err);

/** True for an object that own_key tells apart from others. */
static enum ald_rc tells_apart(struct work *w, const struct ald_jv *v, bool *ret, struct ald_err *err)
{
    struct ald_jv own;
    const char *value = NULL;
    *ret = w->spec->own_key && ald_json_opt(v, w->spec->own_key, &own);
    if (!*ret || !w->spec->own_values)
        return ALD_OK;
    ALD_TRY(scalar(w, &own, &value, err));
    *ret = listed(w->spec->own_values, value);
    return ALD_OK;
}

/** "**": the rest of the path from here and from everything below. */
static enum ald_rc everywhere(struct work *w, struct ald_jv *v, const struct ald_jv *parent, const char *rest,
                              bool element, struct ald_err *err)
{
    struct ald_jv it;
    enum ald_json_kind kind = ald_json_kind(v);
    if (kind != ALD_JSON_OBJECT && kind != ALD_JSON_ARRAY)
        return ALD_OK;
    if (kind == ALD_JSON_OBJECT && *rest)
        ALD_TRY(walk(w, v, parent, rest, element, err));
    bool own = false;
    if (kind == ALD_JSON_OBJECT && !*rest)
        ALD_TRY(tells_apart(w, v, &own, err));
    if (own)
        ALD_TRY(visit(w, v, parent, element, err));
    if (ald_json_kind(v) != kind) /* replaced as a whole */
        return ALD_OK;
    const struct ald_jv *holder = kind == ALD_JSON_OBJECT ? v : parent;
    for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it))
        ALD_TRY(everywhere(w, &it, holder, rest, kind == ALD_JSON_ARRAY, err));
    return ALD_OK;
}

/** Goes down a path. Lists are entered whether or not "[]" says so, and "[]" is passed over where there is no list: a
 * server that answers with one record instead of a list must not make us miss a person. */
static enum ald_rc walk(struct work *w, struct ald_jv *v, const struct ald_jv *parent, const char *path, bool element,
                        struct ald_err *err)
{
    if (strncmp(path, "**", 2) == 0)
        return everywhere(w, v, parent, path + 2 + (path[2] == '.'), element, err);
    bool list = strncmp(path, "[]", 2) == 0;
    if (!list && !*path)
        return visit(w, v, parent, element, err);
    const char *rest = list ? path + 2 : path;
    rest += list && *rest == '.';
    if (ald_json_kind(v) == ALD_JSON_ARRAY) {
        struct ald_jv it;
        for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it))
            ALD_TRY(walk(w, &it, parent, rest, true, err));
        return ALD_OK;
    }
    if (list)
        return walk(w, v, parent, rest, true, err);
    size_t n = strcspn(path, ".[");
    struct ald_jv child;
    if (!ald_json_opt(v, ald_strndup(w->arena, path, n), &child))
        return ALD_OK;
    return walk(w, &child, v, path + n + (path[n] == '.'), false, err);
}

/* ---- The document ---- */

static const char *email_of_stranger(void *ctx, const char *s, size_t n)
{
    struct work *w = ctx;
    char pseudonym[ALD_PSEUDONYM_SIZE];
    email_pseudonym(w, ald_strndup(w->arena, s, n), pseudonym);
    const char *alias = ald_text_names_alias(w->known, pseudonym);
    return alias ? alias : ald_strdup(w->arena, pseudonym);
}

/** "[~account]" names someone who may appear nowhere else: by login, or as "accountid:ID". */
static const char *mentioned(void *ctx, const char *s, size_t n)
{
    static const char by_id[] = "accountid:";
    struct work *w = ctx;
    const char *account = ald_strndup(w->arena, s, n), *known = ald_text_names_find(w->known, s, n);
    bool id = strncmp(account, by_id, sizeof by_id - 1) == 0;
    struct said said = {.login = account};
    if (id)
        said = (struct said){.id = account + sizeof by_id - 1};
    struct who who = identify(w, &said);
    return known && !id ? known : ald_strdup(w->arena, who.canonical);
}

static enum ald_rc replace_declared(struct work *w, const struct ald_connector *connector, const char *stream,
                                    struct ald_jv *root, struct ald_err *err)
{
    read_aliases(w);
    for (size_t i = 0; i < connector->people_n; i++) {
        w->spec = &connector->people[i];
        if (strcmp(w->spec->stream, stream) == 0)
            ALD_TRY(walk(w, root, NULL, w->spec->path, false, err));
    }
    return ALD_OK;
}

static void replace_in_texts(struct work *w, const struct ald_connector *connector, struct ald_jv *root)
{
    if (w->scrub->mode == ALD_PEOPLE_NAMES)
        return;
    struct ald_text_scrub text = {.known = w->known,
                                  .email = email_of_stranger,
                                  .mention = connector->wiki_mentions ? mentioned : NULL,
                                  .ctx = w,
                                  .instead = w->scrub->mode == ALD_PEOPLE_NONE ? SOMEONE : NULL};
    ald_buf_init(&text.out, MAX_TEXT_BYTES);
    ald_json_map_strings(root, ald_text_scrub, &text);
    ald_buf_done(&text.out);
}

enum ald_rc ald_people_scrub(struct ald_arena *arena, const struct ald_scrub *scrub,
                             const struct ald_connector *connector, const char *stream, struct ald_jv *root,
                             struct ald_people_rows *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_known_names_freep) struct ald_known_names *own = scrub->known ? NULL : ald_known_names_new();
    struct work w = {.arena = arena, .scrub = scrub, .known = scrub->known ? scrub->known : own};
    enum ald_rc rc = replace_declared(&w, connector, stream, root, err);
    HASH_CLEAR(hh, w.marks);
    if (rc != ALD_OK)
        return rc;
    replace_in_texts(&w, connector, root);
    *ret = w.rows;
    return ALD_OK;
}
