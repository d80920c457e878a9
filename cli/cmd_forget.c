/* alidade forget: a person goes out of the store, its copies and recordings; says what it cannot reach. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/forget.h"
#include "alidade/rewrite.h"
#include "commands.h"

struct tally {
    struct ald_forgetting *f;
    bool keep;
    int64_t places; /* in all */
    bool missed;    /* something that is known could not be reached */
};

static const char *verb(const struct tally *t)
{
    return t->keep ? "changed" : "would change";
}

static enum ald_rc in_store(struct ald_session *s, struct tally *t, size_t known, struct ald_err *err)
{
    int64_t places, names;
    ALD_TRY(ald_forget_in_store(t->f, s->store, t->keep, &places, &names, err));
    t->places += places;
    (void)printf("store %s: %zu pseudonym%s, %" PRId64 " value%s %s", ald_shown(s, s->config.store), known, known == 1 ? "" : "s", places,
                 places == 1 ? "" : "s", verb(t));
    if (t->keep)
        (void)printf(", %" PRId64 " known name%s dropped", names, names == 1 ? "" : "s");
    (void)putchar('\n');
    return ALD_OK;
}

static enum ald_rc in_copy(struct ald_session *s, struct tally *t, const char *path, struct ald_err *err)
{
    ALD_CLEANUP(ald_store_closep) struct ald_store *copy = NULL;
    int64_t places, names;
    ALD_TRY(ald_store_open_as_is(path, t->keep, &copy, err));
    ALD_TRY(ald_forget_in_store(t->f, copy, t->keep, &places, &names, err));
    if (t->keep)
        ALD_TRY(ald_store_scour(copy, err));
    t->places += places;
    (void)printf("copy %s: %" PRId64 " value%s %s\n", ald_shown(s, path), places, places == 1 ? "" : "s", verb(t));
    return ALD_OK;
}

/* A copy that cannot be opened must not keep the others from being cleared. */
static enum ald_rc in_copies(struct ald_session *s, struct tally *t, struct ald_err *err)
{
    const char *const *copies = NULL;
    ALD_TRY(ald_store_copies(s->store, s->arena, &copies, err));
    for (; *copies; copies++) {
        struct ald_err why = {0};
        if (access(*copies, F_OK) == 0 && in_copy(s, t, *copies, &why) == ALD_OK) {
            if (t->keep)
                (void)unlink(ald_sprintf(s->arena, "%s.lock", *copies)); /* made by opening it */
            continue;
        }
        t->missed = true;
        (void)fprintf(stderr, "alidade: copy %s: not reached: %s\n", ald_shown(s, *copies), why.rc != ALD_OK ? ald_shown(s, why.msg) : "it is not there");
    }
    return ALD_OK;
}

static enum ald_rc in_folder(struct ald_session *s, struct tally *t, const char *folder, struct ald_err *err)
{
    int64_t pages;
    ALD_TRY(ald_forget_in_recording(t->f, folder, t->keep, &pages, err));
    t->places += pages;
    if (pages)
        (void)printf("recording %s: %" PRId64 " page%s %s\n", ald_shown(s, folder), pages, pages == 1 ? "" : "s", verb(t));
    return ALD_OK;
}

/* A folder that --record wrote: each of its folders is a source's, also of one that is configured no more. */
static enum ald_rc in_all_folders(struct ald_session *s, struct tally *t, const char *folder, struct ald_err *err)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort);
    if (n < 0)
        return ald_fail(err, ALD_ERR_USAGE, "forget: '%s' is no folder that can be read", folder);
    enum ald_rc rc = in_folder(s, t, folder, err);
    for (int i = 0; i < n; i++) {
        const char *path = ald_sprintf(s->arena, "%s/%s", folder, entries[i]->d_name);
        struct stat st;
        if (rc == ALD_OK && entries[i]->d_name[0] != '.' && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            rc = in_folder(s, t, path, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

/* Recordings that sources replay, and those that the command line names. */
static enum ald_rc in_recordings(struct ald_session *s, struct tally *t, struct ald_err *err)
{
    for (int a = 1; a < s->options.args_n; a++)
        ALD_TRY(in_all_folders(s, t, s->options.args[a], err));
    for (size_t i = 0; i < s->config.sources_n; i++) {
        const struct ald_source_cfg *source = &s->config.sources[i];
        if (source->replay)
            ALD_TRY(in_folder(s, t, ald_sprintf(s->arena, "%s/%s", source->replay, source->name), err));
    }
    return ALD_OK;
}

static enum ald_rc everywhere(struct ald_session *s, struct tally *t, size_t known, struct ald_err *err)
{
    if (t->keep) /* should this end before old pages are cleared, the next analyze clears them */
        ALD_TRY(ald_store_owe_scour(s->store, err));
    ALD_TRY(in_store(s, t, known, err));
    ALD_TRY(in_copies(s, t, err));
    ALD_TRY(in_recordings(s, t, err));
    if (!t->keep)
        return ALD_OK;
    /* Also when nothing was found: a run that was killed may have left old pages. */
    ALD_TRY(ald_store_scour(s->store, err));
    ald_say(s, "Free pages and logs are cleared. Not reached: the sources, which send again what they still hold (have it deleted there first, "
               "else the next ingest brings it back); recordings that were not named; exports and reports that were made; copies elsewhere "
               "and of the disk; and nicknames in texts (--text).");
    return ALD_OK;
}

static enum ald_rc forget(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    ALD_CLEANUP(ald_forget_endp) struct ald_forgetting *f = NULL;
    struct ald_key key = {0};
    bool lost = access(s->config.key_path, F_OK) != 0;
    const struct ald_forget how = {
        .person = s->options.args[0], .words = s->options.text, .people_aliases = s->config.people_aliases, .key = lost ? NULL : &key};
    struct tally t = {.keep = !s->options.dry_run};
    size_t known = 0;
    if (lost)
        ald_say(s, "key file '%s' is missing: only a pseudonym, a stored name or --text can be found", ald_shown(s, s->config.key_path));
    else
        ALD_TRY(ald_session_key(s, &key, err));
    enum ald_rc rc = ald_forget_begin(s->store, &how, s->arena, &f, &known, err);
    t.f = f;
    if (rc == ALD_OK)
        rc = everywhere(s, &t, known, err);
    ald_key_wipe(&key);
    ALD_TRY(rc);
    if (t.places == 0 && known == 0) {
        (void)fprintf(stderr, "alidade: nothing of '%s' was found\n", ald_shown(s, s->options.args[0]));
        *ret_code = 1;
    } else if (t.missed) {
        *ret_code = 1;
    }
    return ALD_OK;
}

enum ald_rc ald_cmd_forget(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    if (s->options.args_n < 1 || !*s->options.args[0])
        return ald_fail(err, ALD_ERR_USAGE, "forget: expected a person: an e-mail address, an id as SOURCE:ID, a login, a name or a pseudonym");
    ALD_TRY(ald_run_begin(s, err));
    enum ald_rc rc = forget(s, ret_code, err);
    return ald_run_end(s, rc, *ret_code, err);
}
