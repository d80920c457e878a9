/* alidade doctor: looks at configuration, store, time zones and sources, and says what to do about what is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/doctor.h"
#include "alidade/hash.h"
#include "alidade/json.h"
#include "alidade/utf8.h"
#include "alidade/zone.h"
#include "commands.h"
#include "doctor_names.h"
#include "progress.h"

struct doctor {
    struct ald_session *s;
    struct ald_checkup checkup;
    struct ald_store *store; /* NULL: not readable */
    const struct ald_source_cfg *sources;
    struct ald_first_read *first; /* one for each source */
    size_t sources_n;
    bool configured;
};

/* ---- What this machine has ---- */

static void look_at_configuration(struct doctor *d)
{
    struct ald_session *s = d->s;
    struct ald_err err = {0};
    d->checkup.area = "configuration";
    if (ald_session_configure(s, &err) != ALD_OK) {
        const char *fix = s->options.config ? "correct that line, or begin with `alidade init`"
                                            : "correct that line, begin with `alidade init`, or name the file with -c";
        struct ald_err *mistakes = ald_calloc(s->arena, ALD_CFG_MISTAKES_MAX, sizeof *mistakes);
        size_t n = ald_config_mistakes(s->arena, s->options.config, mistakes);
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known = known || strcmp(mistakes[i].msg, err.msg) == 0;
        if (!known)
            (void)ald_checkup_fail(&d->checkup, "file", fix, &err);
        for (size_t i = 0; i < n; i++)
            (void)ald_checkup_fail(&d->checkup, "file", fix, &mistakes[i]);
        return;
    }
    d->configured = true;
    (void)ald_checkup_add(&d->checkup, ALD_CHECKUP_OK, "file", NULL, "%s: %zu source%s", s->config.path, s->config.sources_n,
                          s->config.sources_n == 1 ? "" : "s");
    if (s->config.sources_n == 0)
        (void)ald_checkup_add(&d->checkup, ALD_CHECKUP_LOOK, "sources", "add one under `sources` (alidade init shows examples), unless the store lives on alidade import",
                              "none: ingest and run have nothing to ask");
    for (size_t i = 0; s->config.notes[i]; i++)
        (void)ald_checkup_add(&d->checkup, ALD_CHECKUP_NOTE, "key", NULL, "%s", s->config.notes[i]);
}

/** The folder of reports, or the nearest one above it that is there. */
static void look_at_out(struct doctor *d)
{
    char *path = ald_strdup(d->s->arena, d->s->config.out);
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    for (char *slash; access(path, F_OK) != 0 && (slash = strrchr(path, '/')) && slash != path;)
        *slash = '\0';
    if (access(path, F_OK) != 0)
        path = ald_strdup(d->s->arena, *path == '/' ? "/" : ".");
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode) && access(path, W_OK | X_OK) == 0)
        (void)ald_checkup_add(&d->checkup, ALD_CHECKUP_OK, "reports", NULL, "%s can be written", d->s->config.out);
    else
        ald_checkup_add(&d->checkup, ALD_CHECKUP_BAD, "reports", "make the folder writable, or set key `reports.out`",
                        "%s cannot be written", d->s->config.out)
            ->rc = ALD_ERR_IO;
}

/* Read as it will be read, but never made: only the first ingest makes a key. */
static void look_at_key(struct doctor *d)
{
    struct ald_err err = {0};
    struct ald_key key = {0};
    const char *path = d->s->config.key_path;
    if (access(path, F_OK) == 0) {
        bool known;
        if (ald_key_load(path, &key, &err) == ALD_OK && (!d->store || ald_store_check_key(d->store, &key, path, &known, &err) == ALD_OK))
            (void)ald_checkup_add(&d->checkup, ALD_CHECKUP_OK, "key", NULL, "%s: readable, only by its owner; keep a copy apart from the store",
                                  path);
        else
            (void)ald_checkup_fail(&d->checkup, "key", "without this key, people would count as new ones", &err);
        ald_key_wipe(&key);
        return;
    }
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    if (!d->store || ald_q_open(d->store, "cli_any_person", &q, &err) != ALD_OK || ald_q_step(q, &row, &err) != ALD_OK || !row)
        (void)ald_checkup_add(&d->checkup, ALD_CHECKUP_NOTE, "key", NULL, "%s: not there yet; the first ingest makes it", path);
    else
        ald_checkup_add(&d->checkup, ALD_CHECKUP_BAD, "key", "put it back from a backup; without it, begin a new store",
                        "%s is missing, but the store holds pseudonyms that were made with it", path)
            ->rc = ALD_ERR_CONFIG;
}

static void look_at_store(struct doctor *d)
{
    const char *path = d->configured ? d->s->config.store : d->s->options.store;
    d->checkup.area = "store";
    if (!path)
        return; /* whose path is not known */
    ald_store_inspect(path, &d->checkup, &d->store);
    if (d->configured)
        look_at_key(d);
}

static void look_at_zones(struct doctor *d)
{
    struct ald_zone *ALD_CLEANUP(ald_zone_freep) zone = NULL;
    struct ald_err err = {0};
    char release[16];
    const char *name = d->configured && d->s->config.settings.timezone ? d->s->config.settings.timezone : "UTC";
    d->checkup.area = "time zones";
    /* Of UTC every machine knows: only another zone shows that the data is there. */
    if (ald_zone_load(strcmp(name, "UTC") == 0 ? "Europe/Berlin" : name, &zone, &err) != ALD_OK) {
        bool used = strcmp(name, "UTC") != 0;
        struct ald_checkup_row *row = ald_checkup_fail(&d->checkup, "data", "apt-get install tzdata", &err);
        row->state = used ? ALD_CHECKUP_BAD : ALD_CHECKUP_LOOK;
        row->rc = used ? err.rc : ALD_OK;
        return;
    }
    (void)ald_checkup_add(&d->checkup, ALD_CHECKUP_OK, "data", NULL, "release %s; reports use %s", ald_zone_release(release), name);
}

/* ---- Sources ---- */

static enum ald_rc look_at_sources(struct doctor *d, struct ald_err *err)
{
    struct ald_session *s = d->s;
    if (!d->configured || s->config.sources_n == 0)
        return ALD_OK;
    struct ald_source_cfg *chosen = NULL;
    ALD_TRY(ald_choose_sources(s, &chosen, &d->sources_n, err));
    d->sources = chosen;
    d->first = ald_calloc(s->arena, d->sources_n, sizeof *d->first);
    const struct ald_ingest_opts opts = {
        .sources = d->sources,
        .sources_n = d->sources_n,
        .since = ALD_TIME_NONE,
        .until = ALD_TIME_NONE,
        .dry_run = s->options.dry_run,
        .people = s->config.people,
        .free_text = s->config.settings.free_text,
        .people_aliases = s->config.people_aliases,
        .version = ALD_VERSION,
        .clock = s->clock,
        .log = &s->log,
        .progress = ald_progress_ingest,
        .progress_ctx = s,
        .stop = ald_stopped,
    };
    for (size_t i = 0; i < d->sources_n; i++)
        ALD_TRY(ald_doctor_source(&opts, i, d->store, &d->checkup, &d->first[i], err));
    return ALD_OK;
}

static const struct ald_source_cfg *source_of(const struct doctor *d, const char *area)
{
    for (size_t i = 0; i < d->sources_n; i++)
        if (d->sources[i].name == area)
            return &d->sources[i];
    return NULL;
}

/* ---- What is printed ---- */

struct ink {
    const char *state[ALD_CHECKUP_STATE_COUNT_], *bold, *off;
    int columns;
};

static struct ink ink_of(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool colour = isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
    struct winsize size = {0};
    struct ink ink = {.state = {"", "", "", ""}, .bold = "", .off = "", .columns = 100};
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60)
        ink.columns = size.ws_col > 120 ? 120 : size.ws_col;
    if (colour)
        ink = (struct ink){.state = {"\033[32m", "\033[36m", "\033[33m", "\033[31m"}, .bold = "\033[1m", .off = "\033[0m", .columns = ink.columns};
    return ink;
}

enum { MARGIN = 8, NAME_MIN = 11, NAME_MAX = 22 };

/** Words, broken before the last column; lines after the first begin at `indent`. */
static void print_wrapped(struct ald_arena *arena, const char *text, int indent, int columns)
{
    int at = indent;
    while (*text) {
        size_t n = strcspn(text, " ");
        int width = (int)ald_utf8_width(ald_strndup(arena, text, n));
        if (at > indent && at + 1 + width > columns) {
            (void)printf("\n%*s", indent, "");
            at = indent;
        } else if (at > indent) {
            (void)putchar(' ');
            at++;
        }
        (void)fwrite(text, 1, n, stdout);
        at += width;
        text += n;
        text += strspn(text, " ");
    }
    (void)putchar('\n');
}

static int name_width(const struct ald_checkup *checkup)
{
    size_t most = NAME_MIN;
    for (size_t i = 0; i < checkup->n; i++)
        if (strlen(checkup->rows[i].name) > most)
            most = strlen(checkup->rows[i].name);
    return most > NAME_MAX ? NAME_MAX : (int)most;
}

static void print_head(const struct doctor *d, const struct ald_checkup_row *row, const struct ink *ink, bool first)
{
    const struct ald_source_cfg *source = source_of(d, row->area);
    (void)printf("%s%s%s%s", first ? "" : "\n", ink->bold, row->area, ink->off);
    if (source)
        (void)printf(" (%s%s)", source->type, source->role[0] == 'v' ? ", vendor" : "");
    (void)putchar('\n');
}

static void print_text(const struct doctor *d)
{
    const struct ink ink = ink_of();
    const char *area = NULL;
    size_t counts[ALD_CHECKUP_STATE_COUNT_] = {0};
    int width = name_width(&d->checkup), indent = MARGIN + width + 2;
    for (size_t i = 0; i < d->checkup.n; i++) {
        const struct ald_checkup_row *row = &d->checkup.rows[i];
        counts[row->state]++;
        if (!area || strcmp(area, row->area) != 0)
            print_head(d, row, &ink, !area);
        area = row->area;
        (void)printf("  %s%-4s%s  %-*s  ", ink.state[row->state], ald_checkup_state_name(row->state), ink.off, width, row->name);
        print_wrapped(d->s->arena, ald_shown(d->s, row->found), indent, ink.columns);
        if (row->fix) {
            (void)printf("%*s", indent, "");
            print_wrapped(d->s->arena, ald_sprintf(d->s->arena, "-> %s", ald_shown(d->s, row->fix)), indent, ink.columns);
        }
    }
    if (counts[ALD_CHECKUP_BAD])
        (void)printf("\n%s%zu to mend%s", ink.state[ALD_CHECKUP_BAD], counts[ALD_CHECKUP_BAD], ink.off);
    else
        (void)printf("\n%snothing to mend%s", ink.state[ALD_CHECKUP_OK], ink.off);
    (void)printf("; %zu to look at, %zu ok, %zu worth knowing\n", counts[ALD_CHECKUP_LOOK], counts[ALD_CHECKUP_OK], counts[ALD_CHECKUP_NOTE]);
}

static void json_first(struct ald_jw *w, const struct doctor *d)
{
    ald_jw_key(w, "first_reads");
    ald_jw_array(w);
    for (size_t i = 0; i < d->sources_n; i++) {
        const struct ald_first_read *first = &d->first[i];
        if (!first->known)
            continue;
        ald_jw_object(w);
        ald_jw_key(w, "source");
        ald_jw_str(w, d->sources[i].name);
        ald_jw_key(w, "since");
        ald_jw_time(w, first->since);
        ald_jw_key(w, "records");
        ald_jw_int(w, first->records);
        ald_jw_key(w, "requests");
        ald_jw_int(w, first->requests);
        ald_jw_key(w, "requests_per_minute");
        if (first->per_minute)
            ald_jw_int(w, first->per_minute);
        else
            ald_jw_null(w);
        ald_jw_key(w, "seconds");
        ald_jw_num(w, (double)first->ms / 1000.0);
        ald_jw_object_end(w);
    }
    ald_jw_array_end(w);
}

static enum ald_rc print_json(const struct doctor *d, int code, struct ald_err *err)
{
    struct ald_jw w;
    ald_jw_init(&w, ald_json_sink_file(stdout), 2);
    ald_jw_object(&w);
    ald_jw_key(&w, "exit_code");
    ald_jw_int(&w, code);
    ald_jw_key(&w, "checks");
    ald_jw_array(&w);
    for (size_t i = 0; i < d->checkup.n; i++) {
        const struct ald_checkup_row *row = &d->checkup.rows[i];
        const char *const members[][2] = {
            {"area", source_of(d, row->area) ? "source" : row->area},
            {"source", source_of(d, row->area) ? row->area : NULL},
            {"check", row->name},
            {"state", ald_checkup_state_name(row->state)},
            {"found", row->found},
            {"fix", row->fix},
        };
        ald_jw_object(&w);
        for (size_t k = 0; k < sizeof members / sizeof members[0]; k++) {
            ald_jw_key(&w, members[k][0]);
            ald_jw_str(&w, members[k][1]);
        }
        ald_jw_object_end(&w);
    }
    ald_jw_array_end(&w);
    json_first(&w, d);
    ald_jw_object_end(&w);
    return ald_jw_finish(&w, err);
}

static int exit_code(const struct doctor *d)
{
    int code = 0;
    for (size_t i = 0; i < d->checkup.n; i++)
        if (d->checkup.rows[i].state == ALD_CHECKUP_BAD) {
            int own = ald_rc_info(d->checkup.rows[i].rc)->exit_code;
            /* One source's trouble is a gap, unless it is the user's to mend. */
            bool of_source = source_of(d, d->checkup.rows[i].area) != NULL;
            code = ald_worse_code(code, of_source && own == 1 ? 3 : own);
        }
    return code;
}

enum ald_rc ald_cmd_doctor(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct doctor d = {.s = s, .checkup = {.arena = s->arena}};
    look_at_configuration(&d);
    if (d.configured)
        look_at_out(&d);
    look_at_store(&d);
    look_at_zones(&d);
    enum ald_rc rc = look_at_sources(&d, err);
    if (rc == ALD_OK && d.configured && d.store)
        rc = ald_doctor_names(s, d.store, &d.checkup, err);
    ald_progress_note(s, NULL);
    ald_store_closep(&d.store);
    if (rc == ALD_ERR_USAGE || rc == ALD_ERR_STOPPED)
        return rc;
    *ret_code = exit_code(&d);
    if (s->options.json)
        return print_json(&d, *ret_code, err);
    print_text(&d);
    return rc;
}
