/* Names that people give on the command line: records by id or key, themselves. */
#include "named.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "alidade/hash.h"
#include "commands.h"
#include "near.h"

static enum ald_rc ambiguous(struct ald_session *s, const char *name, const char *candidates, struct ald_err *err)
{
    return ald_fail(err, ALD_ERR_UNKNOWN, "'%.60s' may mean several: %s; give the id of one", ald_shown(s, name), candidates);
}

/* Whether a statement gives a row for a name. */
static enum ald_rc gives(struct ald_session *s, const char *statement, const char *name, bool *ret, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    ALD_TRY(ald_q_open(s->store, statement, &q, err));
    ald_q_text(q, 1, name);
    return ald_q_step(q, ret, err);
}

enum ald_rc ald_named_spelt(struct ald_session *s, const char **name, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(gives(s, "cli_named_known", *name, &row, err)); /* nearly always: all records are read only for other names */
    if (!row)
        ALD_TRY(gives(s, "cli_named_records", *name, &row, err));
    if (row)
        return ALD_OK;
    ALD_TRY(ald_q_open(s->store, "cli_named_spelt", &q, err));
    ald_q_text(q, 1, *name);
    ALD_TRY(ald_q_step(q, &row, err));
    const char *key = row ? ald_strdup(s->arena, ald_q_col_text(q, 0)) : NULL;
    if (row)
        ALD_TRY(ald_q_step(q, &row, err));
    if (key && !row)
        *name = key;
    return ALD_OK;
}

enum ald_rc ald_named_record(struct ald_session *s, const char *name, const char **ret_id, const char **ret_title, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    const char *id = NULL;
    const char *title = NULL;
    const char *incident = NULL;
    const char *candidates = "";
    bool row = false;
    bool same = true;
    bool vendor = false;
    size_t n = 0;
    ALD_TRY(ald_named_spelt(s, &name, err));
    ALD_TRY(ald_q_open(s->store, "cli_named_records", &q, err));
    ald_q_text(q, 1, name);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        bool exact = ald_q_col_int(q, 3) != 0;
        bool others = strcmp(ald_q_col_text(q, 4), "vendor") == 0;
        if (n && others && !exact)
            continue; /* another company's record of that name is not what is meant */
        const char *of = ald_q_col_text(q, 5);
        same = n == 0 || (same && incident && of && strcmp(incident, of) == 0);
        candidates = ald_sprintf(s->arena, "%s%s%s", candidates, n ? ", " : "", ald_q_col_text(q, 0));
        if (n == 0) {
            id = ald_strdup(s->arena, ald_q_col_text(q, 0));
            title = ald_strdup(s->arena, ald_q_col_text(q, 2));
            incident = ald_strdup(s->arena, of);
            vendor = others;
        }
        n++;
        if (exact)
            break;
    }
    if (n == 0)
        return ald_fail(err, ALD_ERR_UNKNOWN, "no incident or record '%.80s' in '%s' (see alidade list)", ald_shown(s, name), s->config.store);
    if (!same)
        return ambiguous(s, name, candidates, err);
    if (vendor)
        return ald_fail(err, ALD_ERR_UNKNOWN, "'%.80s' is another company's record: nothing can be decided about it", ald_shown(s, id));
    *ret_id = n > 1 ? incident : id;
    *ret_title = title;
    return ALD_OK;
}

const char *ald_named_meant(const struct ald_session *s, const struct ald_analysis *an, const char *word)
{
    struct ald_near near = ald_near_begin(word);
    char *room = ald_alloc(s->arena, ALD_NEAR_MAX);
    for (size_t i = 0; i < an->incidents_n && near.least; i++) {
        const char *key = an->incidents[i].key, *tail = key ? strrchr(key, '-') : NULL;
        if (key && (strcasecmp(key, word) == 0 || (tail && strcmp(tail + 1, word) == 0)))
            near = (struct ald_near){.word = word, .best = key};
        else if (key)
            ald_near_offer(&near, key);
    }
    near.best = near.best ? ald_shown(s, near.best) : NULL;
    return ald_near_text(&near, room);
}

enum ald_rc ald_named_self(struct ald_session *s, const char **ret, struct ald_err *err)
{
    const char *name = s->options.by ? s->options.by : getenv("USER");
    const struct passwd *account = name && *name ? NULL : getpwuid(geteuid());
    if (account)
        name = account->pw_name;
    *ret = NULL;
    if (!name || !*name || s->config.people == ALD_PEOPLE_NONE)
        return ALD_OK;
    if (s->config.people == ALD_PEOPLE_NAMES) {
        *ret = ald_strdup(s->arena, name);
        return ALD_OK;
    }
    struct ald_key key = {0};
    char pseudonym[17];
    ALD_TRY(ald_session_key(s, &key, err));
    char *identity = strchr(name, '@') ? ald_strdup(s->arena, name) : ald_sprintf(s->arena, "account:%s", name);
    for (char *c = identity; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    ald_pseudonym(&key, identity, pseudonym);
    ald_key_wipe(&key);
    *ret = ald_strdup(s->arena, pseudonym);
    return ALD_OK;
}

void ald_named_limits(struct ald_session *s, const char *what)
{
    if (s->config.people == ALD_PEOPLE_NONE && !s->told_of_names)
        ald_say(s, "people: none keeps no names to look for: %s", what);
    s->told_of_names = true;
}

enum ald_rc ald_named_words(struct ald_session *s, const char **words, struct ald_err *err)
{
    struct ald_key key = {0};
    if (!*words || s->config.people == ALD_PEOPLE_NAMES)
        return ALD_OK;
    if (s->config.people == ALD_PEOPLE_PSEUDONYMS)
        ALD_TRY(ald_session_key(s, &key, err));
    ald_named_limits(s, "in what you wrote only e-mail addresses are replaced, so leave names out of it");
    enum ald_rc rc = ald_people_said(s->store, s->config.people, &key, s->arena, *words, words, err);
    ald_key_wipe(&key);
    return rc;
}
