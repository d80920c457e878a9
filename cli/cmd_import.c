/* alidade import: one run of a file source over a file. A file may hold lines of several sources: each is its own run. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "import_scan.h"
#include "named.h"

#define REASONS_SHOWN 5

/* What may be imported, and the key of the source that takes its file. */
static const struct what {
    const char *kind, *key;
} whats[] = {{"records", "path"},
             {"incidents", "path"},
             {"events", "events_path"},
             {"services", "services_path"},
             {"teams", "teams_path"},
             {"reviews", "reviews_path"},
             {"attendance", "attendance_path"},
             {"learnings", "learnings_path"},
             {"actions", "actions_path"},
             {"told", "told_path"}};
#define WHATS_N (sizeof whats / sizeof whats[0])

static enum ald_rc what_of(const struct ald_session *s, const struct what **ret, struct ald_err *err)
{
    const char *kind = s->options.kind ? s->options.kind : "records";
    const char *names = "";
    for (size_t i = 0; i < WHATS_N; i++) {
        if (strcmp(whats[i].kind, kind) == 0) {
            *ret = &whats[i];
            return ALD_OK;
        }
        names = ald_sprintf(s->arena, "%s%s%s", names, i == 0 ? "" : i + 1 < WHATS_N ? ", " : " or ", whats[i].kind);
    }
    return ald_fail(err, ALD_ERR_USAGE, "--kind: found '%.40s', expected %s", kind, names);
}

/* history.ndjson -> history */
static const char *stem(struct ald_session *s, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t n = strcspn(base, ".");
    char *name = ald_strndup(s->arena, base, n ? n : strlen(base));
    for (char *p = name; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", *p))
            *p = '_';
    return *name ? name : "import";
}

static const char *one_of(const char *word, const char *const *words)
{
    for (; word && *words; words++)
        if (strcmp(word, *words) == 0)
            return *words;
    return NULL;
}

/* How the store knows the source already: a file that only describes must not change what it is. */
static enum ald_rc known_source(struct ald_session *s, struct ald_source_cfg *source, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_source_kind", &q, err));
    ald_q_text(q, 1, source->name);
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row)
        return ALD_OK;
    source->kind = ald_strdup(s->arena, ald_q_col_text(q, 0));
    source->role = ald_strdup(s->arena, ald_q_col_text(q, 1));
    return ALD_OK;
}

static enum ald_rc source_of(struct ald_session *s, const struct what *what, const struct ald_import_scan *scan,
                             const struct ald_import_source *from, bool several, struct ald_source_cfg *ret, struct ald_err *err)
{
    static const char *const types[] = {[ALD_IMPORT_NDJSON] = "ndjson", [ALD_IMPORT_CSV] = "csv", [ALD_IMPORT_SLACK] = "slack"};
    static const char *const kinds[] = {"pager", "ticket", "status", "file", NULL};
    static const char *const roles[] = {"own", "vendor", NULL};
    struct ald_source_opt *opts = ald_calloc(s->arena, 6, sizeof *opts);
    size_t n = 0;
    const char *kind = one_of(from->kind, kinds);
    const char *role = one_of(from->role, roles);
    opts[n++] = (struct ald_source_opt){what->key, s->options.args[0]};
    opts[n++] = (struct ald_source_opt){"one_run", "true"};
    if (several)
        opts[n++] = (struct ald_source_opt){"only_source", from->name};
    if (s->options.ignore_extra)
        opts[n++] = (struct ald_source_opt){"ignore_extra", "true"};
    if (s->options.incident)
        opts[n++] = (struct ald_source_opt){"incident", s->options.incident};
    *ret = (struct ald_source_cfg){.name = from->name, .type = types[scan->form], .kind = "ticket", .role = "own", .since = ALD_TIME_NONE,
                                   .overlap_ms = -1, .opts = opts, .opts_n = n};
    ALD_TRY(known_source(s, ret, err));
    for (size_t k = 0; k < s->config.sources_n; k++)
        if (strcmp(s->config.sources[k].name, from->name) == 0) {
            ret->kind = s->config.sources[k].kind;
            ret->role = s->config.sources[k].role;
        }
    if (strcmp(what->key, "path") == 0) {
        ret->kind = kind ? kind : ret->kind;
        ret->role = role ? role : ret->role;
    }
    return ALD_OK;
}

/* Lines of this file that were put aside, with why; they are also in `alidade quarantine list`. */
static enum ald_rc print_refused(struct ald_session *s, const struct ald_source_cfg *source, int64_t since, bool *ret_any, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    int shown = 0;
    ALD_TRY(ald_q_open(s->store, "cli_quarantine_since", &q, err));
    ald_q_text(q, 1, source->name);
    ald_q_time(q, 2, since);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        const char *reason = ald_shown(s, ald_q_col_text(q, 0));
        const char *path = ald_shown(s, s->options.args[0]);
        bool named = strncmp(reason, path, strlen(path)) == 0;
        if (shown++ < REASONS_SHOWN)
            (void)fprintf(stderr, "alidade: %s%s%s\n", named ? "" : path, named ? "" : ": ", reason);
        ALD_TRY(ald_q_step(q, &row, err));
    }
    if (shown > REASONS_SHOWN)
        (void)fprintf(stderr, "alidade: %s: %d more like these (alidade quarantine list)\n", ald_shown(s, s->options.args[0]), shown - REASONS_SHOWN);
    *ret_any = shown > 0;
    return ALD_OK;
}

/* What the file left behind from an earlier run too, which is still missing; and rows that are about no incident of the store, which are no error. */
static enum ald_rc print_remarks(struct ald_session *s, const struct ald_source_cfg *source, const char *stream, bool refused, int *ret_code, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) aside = NULL;
    struct ald_q *ALD_CLEANUP(ald_q_closep) unknown = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_quarantined_of", &aside, err));
    ald_q_text(aside, 1, source->name);
    ald_q_text(aside, 2, stream);
    ALD_TRY(ald_q_step(aside, &row, err));
    int64_t n = row ? ald_q_col_int(aside, 0) : 0;
    if (n && !refused)
        ald_say(s, "%s: %" PRId64 " of its lines still in quarantine (alidade quarantine list)", source->name, n);
    if (row && ald_q_col_int(aside, 1) > 0)
        *ret_code = ald_worse_code(*ret_code, 3); /* as when they were put there: they are still missing */
    ALD_TRY(ald_q_open(s->store, "cli_said_unknown", &unknown, err));
    ald_q_text(unknown, 1, source->name);
    ALD_TRY(ald_q_step(unknown, &row, err));
    n = row ? ald_q_col_int(unknown, 0) : 0;
    if (n)
        ald_say(s, "%s: %" PRId64 " row%s about no incident that the store knows, such as '%s': counted once it comes", source->name, n,
                n == 1 ? " is" : "s are", ald_shown(s, ald_q_col_text(unknown, 1)));
    return ALD_OK;
}

/* Imports of other names that gave nothing (earlier versions kept that they were refused): no run would ever mend them. */
static enum ald_rc forget_refused(struct ald_session *s, const struct ald_source_cfg *sources, size_t n, struct ald_err *err)
{
    struct ald_source_cfg *stay = ald_calloc(s->arena, n + s->config.sources_n + 1, sizeof *stay);
    memcpy(stay, sources, n * sizeof *stay);
    for (size_t i = 0; i < s->config.sources_n; i++)
        stay[n + i] = s->config.sources[i];
    return ald_ingest_forget_unread(s->store, stay, n + s->config.sources_n, err);
}

static enum ald_rc read_all(struct ald_session *s, const char *stream, const struct ald_source_cfg *sources, size_t n, int *ret_code, struct ald_err *err)
{
    int64_t since = s->clock.now_ms(s->clock.ctx);
    ALD_TRY(ald_ingest_sources(s, sources, n, ret_code, err));
    ALD_TRY(forget_refused(s, sources, n, err));
    for (size_t i = 0; i < n; i++) {
        bool refused = false;
        ALD_TRY(print_refused(s, &sources[i], since, &refused, err));
        if (*ret_code == 0 || *ret_code == 3)
            ALD_TRY(print_remarks(s, &sources[i], stream, refused, ret_code, err));
    }
    return ALD_OK;
}

static enum ald_rc check_words(const struct ald_session *s, const struct what *what, const struct ald_import_scan *scan, struct ald_err *err)
{
    const struct ald_options *o = &s->options;
    bool learnings = strcmp(what->kind, "learnings") == 0;
    if (scan->form == ALD_IMPORT_SLACK && !learnings)
        return ald_fail(err, ALD_ERR_FORMAT, "'%s' is one JSON document, expected NDJSON (one object a line) or CSV; with --kind learnings a "
                        "Slack export (--format ndjson, where every line is an object after all)", o->args[0]);
    if (o->incident && scan->form != ALD_IMPORT_SLACK)
        return ald_fail(err, ALD_ERR_USAGE, "--incident goes with a Slack export: lines name their incident in column incident");
    if (o->source && scan->n && (scan->n > 1 || strcmp(scan->sources[0].name, o->source) != 0))
        return ald_fail(err, ALD_ERR_USAGE, "--source: found '%.64s', but the file's own column source says '%.64s'", o->source,
                        scan->sources[0].name);
    if (o->source && !ald_cfg_name_ok(o->source))
        return ald_fail(err, ALD_ERR_USAGE, "--source: found '%.64s', expected at most 64 letters, digits, '.', '_' or '-'", o->source);
    return ALD_OK;
}

enum ald_rc ald_cmd_import(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    const struct what *what = NULL;
    struct ald_import_scan scan;
    if (s->options.args_n != 1)
        return ald_fail(err, ALD_ERR_USAGE, "import what? expected one file: alidade import FILE --kind records");
    ALD_TRY(what_of(s, &what, err));
    const char *path = s->options.args[0];
    ALD_TRY(ald_import_scan(s, path, s->options.format, &scan, err));
    ALD_TRY(check_words(s, what, &scan, err));
    size_t n = scan.n;
    struct ald_source_cfg *sources = ald_calloc(s->arena, n + 1, sizeof *sources);
    for (size_t i = 0; i < n; i++)
        ALD_TRY(source_of(s, what, &scan, &scan.sources[i], true, &sources[i], err));
    if (n == 0 || scan.unnamed) {
        /* Exports of one workspace overlap, whatever their files are called: a message has one time in all of them. */
        const char *own_name = scan.form == ALD_IMPORT_SLACK ? "slack" : stem(s, path);
        struct ald_import_source own = {.name = s->options.source ? s->options.source : own_name};
        ALD_TRY(source_of(s, what, &scan, &own, n > 0, &sources[n], err));
        n++;
    }
    ald_named_limits(s, "in these texts e-mail addresses are replaced, and only the names that the file itself gives to people");
    ALD_TRY(ald_run_begin(s, err));
    enum ald_rc rc = read_all(s, strcmp(what->key, "path") == 0 ? "records" : what->kind, sources, n, ret_code, err);
    return ald_run_end(s, rc, *ret_code, err);
}
