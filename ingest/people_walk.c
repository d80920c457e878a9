/* People where a connector says that they stand: down its paths, and what is put in their place. Knows no API. */
#include "people_priv.h"

#include <string.h>

/** A string or number as trimmed text; of an object its "value" or "display_value". NULL for anything else, and for "".
 */
static enum ald_rc scalar(struct ald_people_work *w, const struct ald_jv *v, const char **ret, struct ald_err *err)
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
        *ret = ald_who_trimmed(w->arena, *ret);
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

/** The first of several paths ("attributes.full_name|name") that leads somewhere. */
static bool find_member(struct ald_people_work *w, const struct ald_jv *object, const char *keys, struct ald_jv *ret)
{
    if (keys && !strpbrk(keys, ".|")) /* nearly all */
        return ald_json_opt(object, keys, ret);
    for (size_t n; keys && *keys; keys += n + (keys[n] == '|')) {
        const struct ald_jv *at = object;
        size_t done = 0;
        n = strcspn(keys, "|");
        while (done < n) {
            size_t part = strcspn(keys + done, ".|");
            struct ald_jv *below = ald_alloc(w->arena, sizeof *below); /* the path of a member leads through those above it */
            if (!ald_json_opt(at, ald_strndup(w->arena, keys + done, part), below))
                break;
            at = below;
            done += part + (done + part < n);
        }
        if (done < n)
            continue;
        *ret = *at;
        return true;
    }
    return false;
}

static enum ald_rc member(struct ald_people_work *w, const struct ald_jv *object, const char *key, const char **ret,
                          struct ald_err *err)
{
    struct ald_jv v;
    *ret = NULL;
    return find_member(w, object, key, &v) ? scalar(w, &v, ret, err) : ALD_OK;
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

static void set_person(const struct ald_people_work *w, struct ald_jv *v, const char *pseudonym)
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
static struct ald_said bare_said(const struct ald_people_work *w, const char *text)
{
    if (ald_is_email(text))
        return (struct ald_said){.email = text};
    if (w->spec->by_email)
        return (struct ald_said){.name = text};
    if (w->spec->login)
        return (struct ald_said){.login = text};
    return (struct ald_said){.id = text, .name = reads_like_a_name(text) ? text : NULL};
}

/** True when text is one of a list of words, which are separated by spaces, or by '|' where one of them holds a space. */
static bool listed(const char *words, const char *text)
{
    const char *between = words && strchr(words, '|') ? "|" : " ";
    size_t n = text ? strlen(text) : 0;
    for (const char *p = words; p && *p && n;) {
        size_t len = strcspn(p, between);
        if (len == n && memcmp(p, text, n) == 0)
            return true;
        p += len + strspn(p + len, between);
    }
    return false;
}

/** True for a bare value that stands for no person. */
static bool is_software(const struct ald_people_work *w, const char *text)
{
    if (listed(w->spec->bot_values, text))
        return true;
    return w->spec->by_email && !ald_is_email(text) && !ald_text_names_find(w->known, text, strlen(text));
}

/** True for "a,b,c": several ids in one string. */
static bool is_list(const char *text)
{
    return strchr(text, ',') && !strpbrk(text, " \t\r\n");
}

/** True where an export may be coming back: a bare value that identifies by itself and has the form of our pseudonyms.
 *  Elsewhere 16 hex digits may well be a source's own id. */
static bool is_pseudonym(const struct ald_people_work *w, const char *text)
{
    return (w->spec->primary || w->spec->ours) && !w->spec->login && ald_is_pseudonym(text, strlen(text));
}

static const char *bare_person(struct ald_people_work *w, const char *text, const char *name)
{
    struct ald_said said = bare_said(w, text);
    said.name = name ? name : said.name;
    struct ald_who who = {.n = 0};
    if (is_pseudonym(w, text)) {
        memcpy(who.all[who.n++], text, ALD_PSEUDONYM_SIZE);
        memcpy(who.canonical, text, ALD_PSEUDONYM_SIZE);
        said = (struct ald_said){0};
    } else {
        who = ald_who_identify(w, &said);
    }
    ald_who_note(w, &said, &who, false);
    return ald_strdup(w->arena, who.canonical);
}

#define BARE_N 256u /* a power of two */
#define BARE_FEW 16u /* details are small documents */

/** Where it is remembered whom the text stands for there; NULL: it is not worth it. */
static struct ald_bare *bare_at(struct ald_people_work *w, const char *text)
{
    uint32_t hash = 2166136261u; /* FNV-1a: of a name or an id */
    if (++w->bare_n <= BARE_FEW || w->spec->beside)
        return NULL;
    if (!w->bare)
        w->bare = ald_calloc(w->arena, BARE_N, sizeof *w->bare);
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return &w->bare[hash >> 24];
}

/** Puts the person there who stood there before in this document. @return false where nobody did, or more is known since; *ret: where
 *  it is then to be remembered, or NULL. */
static bool replace_again(struct ald_people_work *w, struct ald_jv *v, struct ald_bare **ret, const char **ret_text)
{
    *ret = NULL;
    if (ald_json_kind(v) != ALD_JSON_STRING || ald_json_as_str(v, ret_text, NULL) != ALD_OK)
        return false;
    const struct ald_bare *bare = *ret = bare_at(w, *ret_text);
    if (!bare || bare->spec != w->spec || bare->names != ald_text_names_version(w->known) || strcmp(bare->text, *ret_text) != 0)
        return false;
    set_person(w, v, bare->pseudonym);
    return true;
}

/** @param parent the object that has v as a member, or NULL. */
static enum ald_rc replace_bare(struct ald_people_work *w, struct ald_jv *v, const struct ald_jv *parent, struct ald_err *err)
{
    const char *text, *given, *name = NULL;
    struct ald_bare *bare;
    if (replace_again(w, v, &bare, &given))
        return ALD_OK;
    ALD_TRY(scalar(w, v, &text, err));
    if (!text || ald_who_is_done(w, text))
        return ALD_OK;
    if (is_software(w, text)) {
        ald_json_set_str(v, "");
        return ALD_OK;
    }
    if (parent)
        ALD_TRY(member(w, parent, w->spec->beside, &name, err));
    if (!is_list(text)) {
        const char *pseudonym = bare_person(w, text, name);
        set_person(w, v, pseudonym);
        if (bare)
            *bare = (struct ald_bare){.spec = w->spec, .names = ald_text_names_version(w->known), .text = given, .pseudonym = pseudonym};
        if (name && w->scrub->mode != ALD_PEOPLE_NAMES)
            set_member(parent, w->spec->beside, NULL);
        return ALD_OK;
    }
    ALD_CLEANUP(ald_buf_done) struct ald_buf list;
    ald_buf_init(&list, ALD_PEOPLE_TEXT_MAX);
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

static enum ald_rc read_said(struct ald_people_work *w, const struct ald_jv *object, struct ald_said *ret, struct ald_err *err)
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

static bool nobody(const struct ald_said *said)
{
    return !said->id && !said->login && !said->email && !said->name;
}

static enum ald_rc replace_object(struct ald_people_work *w, struct ald_jv *v, struct ald_err *err)
{
    struct ald_said said = {0};
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
    struct ald_who who = ald_who_identify(w, &said);
    ald_who_note(w, &said, &who, false);
    set_person(w, v, who.canonical);
    return ALD_OK;
}

/** The object stays, for the connector to read; what names the person in it goes. */
static enum ald_rc replace_members(struct ald_people_work *w, struct ald_jv *v, bool element, struct ald_err *err)
{
    const struct ald_person_path *spec = w->spec;
    struct ald_said said = {0};
    ALD_TRY(read_said(w, v, &said, err));
    if ((said.id && ald_who_is_done(w, said.id)) || (said.login && ald_who_is_done(w, said.login)))
        return ALD_OK;
    if (!nobody(&said)) {
        struct ald_who who = ald_who_identify(w, &said);
        ald_who_note(w, &said, &who, true);
    }
    char id[ALD_PSEUDONYM_SIZE], login[ALD_PSEUDONYM_SIZE];
    bool none = w->scrub->mode == ALD_PEOPLE_NONE;
    if (said.id) {
        ald_who_by_id(w, "", said.id, id);
        /* Elements of a list of people need something as their id; it may be the same for all. */
        set_member(v, spec->id_key, !none ? id : element ? ALD_SOMEONE : NULL);
    }
    if (said.login) {
        ald_who_by_id(w, "login:", said.login, login);
        set_member(v, spec->login_key, none ? NULL : login);
    }
    if (w->scrub->mode != ALD_PEOPLE_NAMES)
        set_member(v, spec->name_key, NULL);
    set_member(v, spec->email_key, NULL);
    return ALD_OK;
}

/** True when the sibling named by the spec has one of its values. */
static enum ald_rc when(struct ald_people_work *w, const struct ald_jv *parent, bool *ret, struct ald_err *err)
{
    const char *value = NULL;
    *ret = !w->spec->when_key;
    if (*ret || !parent)
        return ALD_OK;
    struct ald_jv flag;
    if (ald_json_opt(parent, w->spec->when_key, &flag) && ald_json_kind(&flag) == ALD_JSON_BOOL) {
        bool has, is;
        ALD_TRY(ald_json_bool_opt(parent, w->spec->when_key, &has, &is, err));
        value = is ? "true" : "false";
    } else {
        ALD_TRY(member(w, parent, w->spec->when_key, &value, err));
    }
    *ret = listed(w->spec->when_values, value ? value : "-");
    return ALD_OK;
}

/** @param parent the object that has v as a member, or NULL. @param element v is an element of a list. */
static enum ald_rc visit(struct ald_people_work *w, struct ald_jv *v, const struct ald_jv *parent, bool element,
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

/** True for an object that own_key tells apart from others. */
static enum ald_rc tells_apart(struct ald_people_work *w, const struct ald_jv *v, bool *ret, struct ald_err *err)
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

static bool has_below(const struct ald_jv *v)
{
    const enum ald_json_kind kind = ald_json_kind(v);
    return kind == ALD_JSON_OBJECT || kind == ALD_JSON_ARRAY;
}

/** False where the path, whose first member takes n bytes, cannot lead anywhere from the object. */
static bool may_lead(const struct ald_jv *v, const char *path, size_t n)
{
    return n == 0 || *path == '*' || ald_json_names(v, path, n);
}

/** "**": the rest of the path from here and from everything below. */
static enum ald_rc everywhere(struct ald_people_work *w, struct ald_jv *v, const struct ald_jv *parent, const char *rest,
                              bool element, struct ald_err *err)
{
    struct ald_jv it;
    enum ald_json_kind kind = ald_json_kind(v);
    if (kind != ALD_JSON_OBJECT && kind != ALD_JSON_ARRAY)
        return ALD_OK;
    if (kind == ALD_JSON_OBJECT && *rest && may_lead(v, rest, strcspn(rest, ".[")))
        ALD_TRY(ald_people_walk(w, v, parent, rest, element, err));
    bool own = false;
    if (kind == ALD_JSON_OBJECT && !*rest)
        ALD_TRY(tells_apart(w, v, &own, err));
    if (own)
        ALD_TRY(visit(w, v, parent, element, err));
    if (ald_json_kind(v) != kind) /* replaced as a whole */
        return ALD_OK;
    const struct ald_jv *holder = kind == ALD_JSON_OBJECT ? v : parent;
    for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it))
        if (has_below(&it)) /* most members are texts */
            ALD_TRY(everywhere(w, &it, holder, rest, kind == ALD_JSON_ARRAY, err));
    return ALD_OK;
}

/** Goes down a path. Lists are entered whether or not "[]" says so, and "[]" is passed over where there is no list: a
 * server that answers with one record instead of a list must not make us miss a person. */
enum ald_rc ald_people_walk(struct ald_people_work *w, struct ald_jv *v, const struct ald_jv *parent, const char *path, bool element,
                        struct ald_err *err)
{
    if (path[0] == '*' && path[1] == '*')
        return everywhere(w, v, parent, path + 2 + (path[2] == '.'), element, err);
    bool list = path[0] == '[' && path[1] == ']';
    if (!list && !*path)
        return visit(w, v, parent, element, err);
    const char *rest = list ? path + 2 : path;
    rest += list && *rest == '.';
    if (ald_json_kind(v) == ALD_JSON_ARRAY) {
        struct ald_jv it;
        for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it))
            ALD_TRY(ald_people_walk(w, &it, parent, rest, true, err));
        return ALD_OK;
    }
    if (list)
        return ald_people_walk(w, v, parent, rest, true, err);
    size_t n = strcspn(path, ".[");
    struct ald_jv child;
    if (!may_lead(v, path, n) || !ald_json_opt(v, ald_strndup(w->arena, path, n), &child))
        return ALD_OK;
    return ald_people_walk(w, &child, v, path + n + (path[n] == '.'), false, err);
}
