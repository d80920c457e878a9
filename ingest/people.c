/* Replaces people in a document before anything else sees it: first where the connector says that people stand, then
 * wherever the same names, logins and e-mails occur in texts. Must not know any API, and keeps nothing that could name
 * a person but the known names of the run, in memory. */
#include <string.h>

#include "people_priv.h"

static const char *email_of_stranger(void *ctx, const char *s, size_t n)
{
    struct ald_people_work *w = ctx;
    char pseudonym[ALD_PSEUDONYM_SIZE];
    ald_who_by_email(w, ald_strndup(w->arena, s, n), pseudonym);
    const char *alias = ald_text_names_alias(w->known, pseudonym);
    return alias ? alias : ald_strdup(w->arena, pseudonym);
}

/** For ald_json_map_strings: a string that is nothing but a pseudonym stands where the source named somebody. */
static const char *scrub_string(void *text, const char *s)
{
    return ald_is_pseudonym(s, strlen(s)) ? s : ald_text_scrub(text, s);
}

/** "[~account]" or "@login" names someone who may appear nowhere else: by login, or as "accountid:ID". */
static const char *mentioned(void *ctx, const char *s, size_t n)
{
    static const char by_id[] = "accountid:";
    struct ald_people_work *w = ctx;
    const char *account = ald_strndup(w->arena, s, n), *known = ald_text_names_find(w->known, s, n);
    bool id = strncmp(account, by_id, sizeof by_id - 1) == 0;
    struct ald_said said = {.login = ald_who_lower(w->arena, account)};
    if (id)
        said = (struct ald_said){.id = account + sizeof by_id - 1};
    struct ald_who who = ald_who_identify(w, &said);
    return known && !id ? known : ald_strdup(w->arena, who.canonical);
}

static enum ald_rc replace_declared(struct ald_people_work *w, const struct ald_connector *connector, const char *stream,
                                    struct ald_jv *root, struct ald_err *err)
{
    ald_who_read_aliases(w);
    for (size_t i = 0; i < connector->people_n; i++) {
        w->spec = &connector->people[i];
        if (strcmp(w->spec->stream, stream) == 0)
            ALD_TRY(ald_people_walk(w, root, NULL, w->spec->path, false, err));
    }
    return ALD_OK;
}

static struct ald_text_scrub text_scrub(struct ald_people_work *w, const struct ald_known_names *known, enum ald_mentions mentions)
{
    struct ald_text_scrub text = {.known = known,
                                  .email = email_of_stranger,
                                  .mentions = mentions,
                                  .mention = mentioned,
                                  .ctx = w,
                                  .instead = w->scrub->mode == ALD_PEOPLE_NONE ? ALD_SOMEONE : NULL};
    ald_buf_init(&text.out, ALD_PEOPLE_TEXT_MAX);
    return text;
}

static void replace_in_texts(struct ald_people_work *w, const struct ald_connector *connector, struct ald_jv *root)
{
    if (w->scrub->mode == ALD_PEOPLE_NAMES)
        return;
    struct ald_text_scrub text = text_scrub(w, w->known, connector->mentions);
    ald_json_map_strings(root, scrub_string, &text);
    ald_buf_done(&text.out);
}

enum ald_rc ald_people_scrub(struct ald_arena *arena, const struct ald_scrub *scrub,
                             const struct ald_connector *connector, const char *stream, struct ald_jv *root,
                             struct ald_people_rows *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_known_names_freep) struct ald_known_names *own = scrub->known ? NULL : ald_known_names_new(scrub->key);
    struct ald_people_work w = {.arena = arena, .scrub = scrub, .known = scrub->known ? scrub->known : own};
    enum ald_rc rc = replace_declared(&w, connector, stream, root, err);
    HASH_CLEAR(hh, w.marks);
    if (rc != ALD_OK)
        return rc;
    replace_in_texts(&w, connector, root);
    *ret = w.rows;
    return ALD_OK;
}

const char *ald_people_text(struct ald_arena *arena, const struct ald_scrub *scrub, const char *text)
{
    if (scrub->mode == ALD_PEOPLE_NAMES || !scrub->known)
        return text;
    struct ald_people_work w = {.arena = arena, .scrub = scrub, .known = scrub->known};
    struct ald_text_scrub to = text_scrub(&w, w.known, ALD_MENTIONS_NONE);
    const char *found = ald_text_scrub(&to, text);
    const char *ret = found == text ? text : ald_strdup(arena, found);
    ald_buf_done(&to.out);
    return ret;
}

enum ald_rc ald_people_rewrite(struct ald_arena *arena, const struct ald_scrub *scrub, const struct ald_known_names *late,
                               const char *text, bool json, const char **ret, struct ald_err *err)
{
    *ret = NULL;
    if (json && !ald_text_names_maybe(late, text, strlen(text)))
        return ALD_OK;
    struct ald_people_work w = {.arena = arena, .scrub = scrub, .known = scrub->known};
    struct ald_text_scrub to = text_scrub(&w, late, ALD_MENTIONS_NONE);
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    enum ald_rc rc = json ? ald_json_parse(text, strlen(text), &doc, err) : ALD_OK;
    if (rc == ALD_OK && json) {
        struct ald_jv root;
        ald_json_root(doc, &root);
        ald_json_map_strings(&root, scrub_string, &to);
        ald_buf_clear(&to.out);
        rc = ald_json_text(&root, &to.out, err);
        if (rc == ALD_OK && strcmp(to.out.data, text) != 0)
            *ret = ald_strndup(arena, to.out.data, to.out.len);
    } else if (rc == ALD_OK) {
        const char *found = ald_text_scrub(&to, text);
        *ret = found == text ? NULL : ald_strdup(arena, found);
    }
    ald_buf_done(&to.out);
    return rc;
}
