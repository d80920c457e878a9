/* alidade report, and the report step of run: builds each kind once, renders it in every format. */
#include <stdio.h>
#include <string.h>

#include "alidade/report.h"
#include "commands.h"
#include "near.h"
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
        kinds[count++] = kind;
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

/* Once nothing is left to build, and no format that is left asks what signals rest on, that makes room for what writing takes. */
static void make_room(struct ald_analysis *analysis, const struct ald_kind *next, const struct ald_format *const *formats)
{
    for (size_t f = 0; formats[f]; f++)
        if (next || formats[f]->whole)
            return;
    ald_analysis_let_go(analysis);
    ald_memory_trim();
}

static void let_all_go(void *ctx)
{
    ald_analysis_freep(ctx);
    ald_memory_trim();
}

/* *whole is gone once the last file has been made of it. */
static enum ald_rc write_all(struct ald_session *s, struct ald_analysis **whole, const struct ald_kind **kinds,
                             const struct ald_format **formats, int *ret_code, struct ald_err *err)
{
    struct ald_analysis *analysis = *whole;
    struct ald_report_input in = {.store = s->store, .analysis = analysis, .version = ALD_VERSION, .simulated = s->config.simulated};
    ALD_TRY(ald_session_period(s, &analysis->calendar, analysis->as_of, &in.period, err));
    const char *dir = s->options.out ? s->options.out : s->config.out;
    for (size_t k = 0; kinds[k]; k++) {
        struct ald_report *ALD_CLEANUP(ald_report_freep) report = NULL;
        ALD_TRY(ald_report_build(kinds[k], &in, &report, err));
        for (size_t f = 0; formats[f]; f++) {
            const char *path = NULL;
            make_room(analysis, kinds[k + 1], &formats[f]);
            if (!kinds[k + 1] && !formats[f + 1]) {
                report->read_whole = let_all_go;
                report->read_whole_ctx = whole;
            }
            ald_progress_note(s, ald_sprintf(s->arena, "writing %s as %s ...", kinds[k]->name, formats[f]->name));
            ALD_TRY(ald_report_write(report, formats[f], dir, s->arena, &path, err));
            ald_progress_note(s, NULL);
            (void)printf("%s\n", path);
        }
        if (report->gaps && *ret_code == 0) /* else it was said: by the ingest of this run, or for the kind before */
            say_gaps(s, report);
        if (report->gaps)
            *ret_code = ald_worse_code(*ret_code, 3);
    }
    return ALD_OK;
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
        rc = write_all(s, &analysis, kinds, formats, ret_code, err);
    ald_store_rollback(s->store);
    return rc;
}

enum ald_rc ald_cmd_report(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    if (s->options.args_n == 0)
        return ald_fail(err, ALD_ERR_USAGE, "which report? expected %s", kinds_text(s));
    return ald_step_report(s, s->options.args, s->options.args_n, ret_code, err);
}
