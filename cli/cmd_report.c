/* alidade report, and the report step of run: builds each kind once, then writes all of them in every format. */
#include <stdio.h>
#include <string.h>

#include "alidade/report.h"
#include "commands.h"
#include "near.h"
#include "owner.h"
#include "progress.h"

/* "leadership, learning ... or all" */
static const char *kinds_text(struct ald_session *s)
{
    const char *text = "";
    for (size_t k = 0; ald_kind_at(k); k++)
        text = ald_sprintf(s->arena, "%s%s%s", text, k ? ", " : "", ald_kind_at(k)->name);
    return ald_sprintf(s->arena, "%s or all", text);
}

static const char *meant(struct ald_session *s, const char *name)
{
    struct ald_near near = ald_near_begin(name);
    for (size_t k = 0; ald_kind_at(k); k++)
        ald_near_offer(&near, ald_kind_at(k)->name);
    return ald_near_text(&near, ald_alloc(s->arena, ALD_NEAR_MAX));
}

static enum ald_rc kinds_of(struct ald_session *s, char **names, int n, const struct ald_kind ***ret, struct ald_err *err)
{
    size_t all = 0;
    while (ald_kind_at(all))
        all++;
    const struct ald_kind **kinds = ald_calloc(s->arena, all + (size_t)n + 1, sizeof *kinds);
    size_t count = 0;
    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], "all") == 0) {
            for (size_t k = 0; k < all; k++)
                kinds[k] = ald_kind_at(k);
            count = all;
            break;
        }
        const struct ald_kind *kind = ald_kind_find(names[i]);
        if (!kind)
            return ald_fail(err, ALD_ERR_USAGE, "no kind of report '%.40s'%s, expected %s", names[i], meant(s, names[i]), kinds_text(s));
        size_t k = 0;
        while (k < count && kinds[k] != kind)
            k++;
        kinds[k] = kind;
        count = k < count ? count : k + 1;
    }
    kinds[count] = NULL;
    *ret = kinds;
    return ALD_OK;
}

/* --format, else the configuration's, else all that are built. */
static enum ald_rc formats_of(struct ald_session *s, const struct ald_format ***ret, struct ald_err *err)
{
    size_t all = 0;
    while (ald_format_at(all))
        all++;
    const struct ald_format **formats = ald_calloc(s->arena, all + 1, sizeof *formats);
    bool wanted[16] = {false};
    const char *list = s->options.format;
    for (size_t i = 0; !list && s->config.formats[i]; i++)
        for (size_t k = 0; k < all && k < 16; k++)
            wanted[k] = wanted[k] || strcmp(ald_format_at(k)->name, s->config.formats[i]) == 0;
    for (const char *p = list; p && *p;) {
        char name[32];
        size_t n = strcspn(p, ",");
        (void)snprintf(name, sizeof name, "%.*s", (int)n, p);
        bool found = false;
        for (size_t k = 0; k < all && k < 16; k++)
            if (strcmp(ald_format_at(k)->name, name) == 0)
                found = wanted[k] = true;
        if (!found)
            return ald_fail(err, ALD_ERR_USAGE, "--format: found '%.31s', expected names of formats (json, xlsx, html, md) joined by ','", name);
        p += n + (p[n] == ',');
    }
    bool any = false;
    for (size_t k = 0; k < 16; k++)
        any = any || wanted[k];
    size_t count = 0;
    for (size_t k = 0; k < all && k < 16; k++)
        if (any ? wanted[k] : !ald_format_at(k)->on_request)
            formats[count++] = ald_format_at(k);
    *ret = formats;
    return ALD_OK;
}

/* Exit code 3 needs a word of why. */
static void say_gaps(const struct ald_session *s, const struct ald_report *report)
{
    const struct ald_node *sources = ald_node_at(report->root, "sources");
    for (size_t i = 0; i < sources->list.n; i++) {
        const struct ald_node *source = sources->list.items[i], *gaps = ald_node_at(source, "gaps");
        if (ald_node_at(source, "complete")->boolean)
            continue;
        const char *name = ald_shown(s, ald_node_at(source, "name")->text), *gap = gaps->list.n ? ald_shown(s, gaps->list.items[0]->text) : "";
        if (s->log.json)
            ald_log_kv(&s->log, ALD_LOG_ERROR, "source", "source", name, "message", gap, NULL);
        else
            (void)fprintf(stderr, "alidade: source '%s' is not complete, and the reports say so: %s (alidade status)\n", name, gap);
    }
}

/* What is written: each kind in each format. */
struct files {
    struct ald_session *s;
    const struct ald_kind **kinds;
    const struct ald_format **formats;
    size_t kinds_n, formats_n;
    struct ald_report **reports;    /* by kind; NULL: not there */
    struct ald_report_file **items; /* by kind and format; NULL: not begun */
};

static struct files files_of(struct ald_session *s, const struct ald_kind **kinds, const struct ald_format **formats)
{
    struct files files = {.s = s, .kinds = kinds, .formats = formats};
    while (kinds[files.kinds_n])
        files.kinds_n++;
    while (formats[files.formats_n])
        files.formats_n++;
    files.reports = ald_calloc(s->arena, files.kinds_n, sizeof(struct ald_report *));
    files.items = ald_calloc(s->arena, files.kinds_n * files.formats_n, sizeof(struct ald_report_file *));
    return files;
}

static void reports_gone(struct files *files)
{
    for (size_t k = 0; k < files->kinds_n; k++)
        ald_report_freep(&files->reports[k]);
}

static const struct ald_report_source *configured(struct ald_session *s)
{
    struct ald_report_source *rows = ald_calloc(s->arena, s->config.sources_n + 1, sizeof *rows);
    for (size_t i = 0; i < s->config.sources_n; i++) {
        const struct ald_source_cfg *cfg = &s->config.sources[i];
        rows[i] = (struct ald_report_source){.name = cfg->name, .type = cfg->type, .kind = cfg->kind, .role = cfg->role};
    }
    return rows;
}

/* Prints what is there, kind by kind: not in the order in which it was written. */
static void files_done(struct files *files)
{
    for (size_t i = 0; i < files->kinds_n * files->formats_n; i++) {
        const char *path = files->items[i] ? ald_report_file_path(files->items[i]) : NULL;
        if (path)
            (void)printf("%s\n", path);
        ald_report_file_drop(files->items[i]);
    }
    reports_gone(files);
}

static enum ald_rc build_all(struct files *files, const struct ald_report_input *in, int *ret_code, struct ald_err *err)
{
    for (size_t k = 0; k < files->kinds_n; k++) {
        ALD_TRY(ald_report_build(files->kinds[k], in, &files->reports[k], err));
        if (!files->reports[k]->gaps)
            continue;
        if (*ret_code == 0) /* else it was said: by the ingest of this run, or for the kind before */
            say_gaps(files->s, files->reports[k]);
        *ret_code = ald_worse_code(*ret_code, 3);
    }
    ald_gathered_built(in->gathered);
    ald_memory_trim();
    return ALD_OK;
}

/* whole: formats that read all of the tree, or the others. What is written in one step stands then. */
static enum ald_rc write_some(struct files *files, bool whole, struct ald_err *err)
{
    struct ald_session *s = files->s;
    const char *dir = s->options.out ? s->options.out : s->config.out;
    for (size_t i = 0; i < files->kinds_n * files->formats_n; i++) {
        size_t k = i / files->formats_n;
        const struct ald_format *format = files->formats[i % files->formats_n];
        if (format->whole != whole)
            continue;
        ald_progress_note(s, ald_sprintf(s->arena, "writing %s as %s ...", files->kinds[k]->name, format->name));
        ALD_TRY(ald_report_file_begin(files->reports[k], format, dir, s->arena, &files->items[i], err));
        if (format->write)
            ALD_TRY(ald_report_file_end(files->items[i], err));
        ald_progress_note(s, NULL);
    }
    return ALD_OK;
}

static enum ald_rc end_all(struct files *files, struct ald_err *err)
{
    for (size_t i = 0; i < files->kinds_n * files->formats_n; i++)
        if (!ald_report_file_path(files->items[i]))
            ALD_TRY(ald_report_file_end(files->items[i], err));
    return ALD_OK;
}

/* What asks what signals rest on comes first, and all that only those ask for is gone before others are written; what these rest on before
 * those are packed that keep all of a file themselves. */
static enum ald_rc write_all(struct ald_analysis **analysis, struct ald_report_input *in, struct files *files, int *ret_code, struct ald_err *err)
{
    ALD_TRY(build_all(files, in, ret_code, err));
    ALD_TRY(write_some(files, true, err));
    ald_analysis_narrow(*analysis, &in->period);
    ald_memory_trim();
    ALD_TRY(write_some(files, false, err));
    reports_gone(files);
    ald_gathered_freep(&in->gathered);
    ald_analysis_freep(analysis);
    ald_memory_trim();
    return end_all(files, err);
}

static ALD_CHECK enum ald_rc write_of(struct ald_session *s, struct ald_analysis **analysis, const struct ald_kind **kinds,
                                      const struct ald_format **formats, int *ret_code, struct ald_err *err)
{
    struct ald_owner owner;
    ALD_TRY(ald_owner_of(s, &owner, err));
    struct ald_report_input in = {.store = s->store, .analysis = *analysis, .version = ALD_VERSION, .simulated = owner.simulated, .filled_for = owner.other,
                                   .configured = configured(s), .configured_n = s->config.sources_n};
    ALD_TRY(ald_session_period(s, &in.analysis->calendar, in.analysis->as_of, &in.period, err));
    struct files files = files_of(s, kinds, formats);
    in.gathered = ald_gathered_new();
    enum ald_rc rc = write_all(analysis, &in, &files, ret_code, err);
    files_done(&files);
    ald_gathered_freep(&in.gathered);
    return rc;
}

enum ald_rc ald_step_report(struct ald_session *s, char **names, int n, int *ret_code, struct ald_err *err)
{
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) analysis = NULL;
    const struct ald_kind **kinds = NULL;
    const struct ald_format **formats = NULL;
    if (s->options.out && strcmp(s->options.out, "-") == 0)
        return ald_fail(err, ALD_ERR_USAGE, "--out: reports are files in a folder, and '-' is none; expected a folder (./- if it is called so)");
    ALD_TRY(kinds_of(s, names, n, &kinds, err));
    ALD_TRY(formats_of(s, &formats, err));
    ALD_TRY(ald_store_begin_read(s->store, err));
    ald_progress_note(s, "reading the store ...");
    enum ald_rc rc = ald_session_analysis(s, &analysis, err);
    if (rc == ALD_OK)
        rc = write_of(s, &analysis, kinds, formats, ret_code, err);
    ald_store_rollback(s->store);
    return rc;
}

enum ald_rc ald_cmd_report(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    if (s->options.args_n == 0)
        return ald_fail(err, ALD_ERR_USAGE, "which report? expected %s", kinds_text(s));
    return ald_step_report(s, s->options.args, s->options.args_n, ret_code, err);
}
