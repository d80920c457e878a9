/* Who somebody is: pseudonyms of the identities that were given, joined by aliases, and the rows that they make. Knows no
 * documents. */
#include "people_priv.h"

#include <string.h>

const char *ald_who_lower(struct ald_arena *arena, const char *s)
{
    char *ret = ald_strdup(arena, s);
    for (char *c = ret; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    return ret;
}

const char *ald_who_trimmed(struct ald_arena *arena, const char *s)
{
    s += strspn(s, " \t\r\n");
    size_t n = strlen(s);
    while (n && strchr(" \t\r\n", s[n - 1]))
        n--;
    return ald_strndup(arena, s, n);
}

void ald_who_by_email(const struct ald_people_work *w, const char *email, char ret[ALD_PSEUDONYM_SIZE])
{
    ald_text_names_pseudonym(w->known, w->scrub->key, ald_who_lower(w->arena, email), ret);
}

/** kind: "", "login:" or "name:". */
void ald_who_by_id(const struct ald_people_work *w, const char *kind, const char *id, char ret[ALD_PSEUDONYM_SIZE])
{
    const size_t source_n = strlen(w->scrub->source), kind_n = strlen(kind), id_n = strlen(id);
    char *identity = ald_alloc(w->arena, source_n + 1 + kind_n + id_n + 1); /* "SOURCE:KINDID" */
    memcpy(identity, w->scrub->source, source_n);
    identity[source_n] = ':';
    memcpy(identity + source_n + 1, kind, kind_n);
    memcpy(identity + source_n + 1 + kind_n, id, id_n + 1);
    ald_text_names_pseudonym(w->known, w->scrub->key, identity, ret);
}

/** The ids of people_aliases are written "source:id"; an e-mail, with or without source, is the same identity
 * everywhere. */
static void alias_pseudonym(const struct ald_people_work *w, const char *alias, char ret[ALD_PSEUDONYM_SIZE])
{
    const char *colon = strchr(alias, ':');
    const char *email = ald_is_email(alias) ? alias : colon && ald_is_email(colon + 1) ? colon + 1 : NULL;
    ald_pseudonym(w->scrub->key, email ? ald_who_lower(w->arena, email) : alias, ret);
}

void ald_who_read_aliases(const struct ald_people_work *w)
{
    const char *const *pair = w->scrub->aliases;
    bool joined = ald_text_names_joined(w->known);
    for (; pair && !joined && pair[0] && pair[1]; pair += 2) {
        char a[ALD_PSEUDONYM_SIZE], b[ALD_PSEUDONYM_SIZE];
        alias_pseudonym(w, pair[0], a);
        alias_pseudonym(w, pair[1], b);
        ald_text_names_join(w->known, a, b);
    }
}

struct ald_who ald_who_identify(const struct ald_people_work *w, const struct ald_said *said)
{
    struct ald_who who = {.n = 0};
    if (said->email)
        ald_who_by_email(w, said->email, who.all[who.n++]);
    if (said->id)
        ald_who_by_id(w, "", said->id, who.all[who.n++]);
    if (said->login)
        ald_who_by_id(w, "login:", said->login, who.all[who.n++]);
    if (who.n == 0 && said->name) { /* whom the run's lists know by that name, else somebody of that name */
        const char *known = ald_text_names_find(w->known, said->name, strlen(said->name));
        if (known)
            memcpy(who.all[who.n++], known, ALD_PSEUDONYM_SIZE);
        else
            ald_who_by_id(w, "name:", said->name, who.all[who.n++]);
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

static void add_row(struct ald_people_work *w, const char *pseudonym, const struct ald_who *who, bool mapped, const char *name)
{
    struct ald_row_mark *mark;
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
bool ald_who_is_done(const struct ald_people_work *w, const char *text)
{
    struct ald_row_mark *mark;
    HASH_FIND_STR(w->marks, text, mark);
    return mark;
}

/** Whether all that would be remembered of the person was so lately. */
static bool is_told(const struct ald_people_work *w, const struct ald_said *said, const struct ald_who *who)
{
    const char *const parts[] = {said->name, said->login, said->email, who->canonical, said->id ? "id" : NULL, who->aliased ? "aliased" : NULL};
    char text[512];
    size_t n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const size_t length = parts[i] ? strlen(parts[i]) + 1 : 0;
        if (n + length + 1 > sizeof text)
            return false;
        if (length)
            memcpy(text + n, parts[i], length);
        n += length;
        text[n++] = parts[i] ? 1 : 2; /* told apart from one that is empty */
    }
    return ald_text_names_told(w->known, text, n);
}

/** Makes the rows of a person and remembers under which words texts may speak of them. */
void ald_who_note(struct ald_people_work *w, const struct ald_said *said, const struct ald_who *who, bool defines)
{
    /* Who has an e-mail, or was joined by the user's word, is identified without any list of people. */
    bool mapped =
        defines || w->spec->primary || who->aliased || (said->email && (said->id || said->login || said->name || w->spec->login));
    if (w->scrub->mode != ALD_PEOPLE_NONE) {
        for (size_t i = 0; i < who->n; i++)
            add_row(w, who->all[i], who, mapped, said->name);
        add_row(w, who->canonical, who, mapped, said->name);
    }
    if (w->scrub->mode == ALD_PEOPLE_NAMES || is_told(w, said, who))
        return;
    /* Who was met by login alone may stand in texts by that: from now on as whom the id or the address makes them. */
    if (said->login && (said->id || said->email) && !who->aliased) {
        const char *const logins[] = {said->login, ald_who_lower(w->arena, said->login)};
        for (size_t i = 0; i < 2; i++) {
            char login[ALD_PSEUDONYM_SIZE];
            ald_who_by_id(w, "login:", logins[i], login);
            ald_text_names_supersede(w->known, login, who->canonical);
        }
    }
    if (said->name)
        ald_text_names_add(w->known, said->name, who->canonical, true);
    if (said->login)
        ald_text_names_add(w->known, said->login, who->canonical, false);
    if (said->email)
        ald_text_names_add(w->known, said->email, who->canonical, false);
}
