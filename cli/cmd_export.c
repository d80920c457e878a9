/* alidade export: records, events, incidents, signals, readings, settings, services, teams; NDJSON or CSV with the same names. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/file.h"
#include "alidade/report.h"
#include "commands.h"
#include "export.h"

/* One line as CSV: the header comes from the first object's keys; lists are joined by ';'. */
static void csv_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        (void)fputs(text, out);
        return;
    }
    (void)fputc('"', out);
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            (void)fputc('"', out);
        (void)fputc(*p, out);
    }
    (void)fputc('"', out);
}

static enum ald_rc cell_text(const struct ald_node *node, struct ald_buf *text, struct ald_arena *scratch, struct ald_err *err);

/* A ';' or '\\' in an item of a list is written with a '\\' before it, and so is a blank at its beginning or end. */
static enum ald_rc list_item(const struct ald_node *item, struct ald_buf *text, struct ald_arena *scratch, struct ald_err *err)
{
    struct ald_buf ALD_CLEANUP(ald_buf_done) plain;
    ald_buf_init(&plain, text->max);
    ALD_TRY(cell_text(item, &plain, scratch, err));
    for (size_t i = 0; i < plain.len; i++) {
        bool at_edge = i == 0 || i + 1 == plain.len;
        bool marked = strchr(at_edge ? ";\\ \t" : ";\\", plain.data[i]) != NULL;
        ALD_TRY(ald_buf_addf(text, err, marked ? "\\%c" : "%c", plain.data[i]));
    }
    return ALD_OK;
}

static enum ald_rc cell_text(const struct ald_node *node, struct ald_buf *text, struct ald_arena *scratch, struct ald_err *err)
{
    char at[32];
    switch (node->kind) {
    case ALD_NODE_NULL:
        return ALD_OK;
    case ALD_NODE_STR:
        return ald_buf_adds(text, node->text, err);
    case ALD_NODE_TIME:
        return ald_buf_adds(text, ald_time_format(node->integer, at), err);
    case ALD_NODE_LIST:
        for (size_t i = 0; i < node->list.n; i++) {
            if (i)
                ALD_TRY(ald_buf_adds(text, ";", err));
            ALD_TRY(list_item(node->list.items[i], text, scratch, err));
        }
        return ALD_OK;
    case ALD_NODE_ROWS:
        for (size_t i = 0; i < node->rows.n; i++) {
            if (i)
                ALD_TRY(ald_buf_adds(text, ";", err));
            ALD_TRY(cell_text(node->rows.row(node->rows.ctx, i, scratch), text, scratch, err));
        }
        return ALD_OK;
    default: {
        struct ald_jw *w = ald_alloc(scratch, sizeof *w);
        ald_jw_init(w, ald_json_sink_buf(text), 0);
        ald_node_write(w, node, scratch);
        return ald_jw_finish(w, err);
    }
    }
}

static enum ald_rc csv_line(struct ald_export *x, const struct ald_node *node, struct ald_err *err)
{
    struct ald_buf ALD_CLEANUP(ald_buf_done) text;
    ald_buf_init(&text, 16u << 20);
    for (size_t i = 0; x->lines == 0 && i < node->object.n; i++) {
        (void)fputs(i ? "," : "", x->out);
        csv_text(x->out, node->object.members[i].key);
    }
    if (x->lines == 0)
        (void)fputs("\r\n", x->out);
    for (size_t i = 0; i < node->object.n; i++) {
        ald_buf_clear(&text);
        ALD_TRY(cell_text(ald_member_node(&node->object.members[i]), &text, x->scratch, err));
        (void)fputs(i ? "," : "", x->out);
        csv_text(x->out, text.data);
    }
    (void)fputs("\r\n", x->out);
    return ALD_OK;
}

enum ald_rc ald_export_line(struct ald_export *x, const struct ald_node *node, struct ald_err *err)
{
    enum ald_rc rc = ALD_OK;
    if (x->csv) {
        rc = csv_line(x, node, err);
    } else {
        ald_node_write(x->w, node, x->scratch);
        ald_jw_newline(x->w);
    }
    x->lines++;
    ald_arena_reset(x->scratch);
    return rc;
}

/* The lists as the analysis took them, with the names that import reads. */
static enum ald_rc services(struct ald_export *x, struct ald_err *err)
{
    struct ald_arena *a = x->scratch;
    for (size_t i = 0; i < x->analysis->services_n; i++) {
        struct ald_service_view service;
        struct ald_node *o = ald_node_object(a), *needs = ald_node_list(a);
        ald_analysis_service(x->analysis, i, &service);
        for (size_t k = 0; k < service.needs_n; k++)
            ald_node_add(a, needs, ald_node_str(a, x->analysis->services[service.needs[k]]));
        ald_node_set(a, o, "name", ald_node_str(a, service.name));
        ald_node_set(a, o, "tier", service.tier ? ald_node_int(a, service.tier) : ald_node_absent(a, NULL));
        ald_node_set(a, o, "team", ald_node_str(a, service.team));
        ald_node_set(a, o, "depends_on", needs);
        ALD_TRY(ald_export_line(x, o, err));
    }
    return ALD_OK;
}

static enum ald_rc teams(struct ald_export *x, struct ald_err *err)
{
    struct ald_arena *a = x->scratch;
    for (size_t i = 0; i < x->analysis->teams_n; i++) {
        struct ald_team_view team;
        struct ald_node *o = ald_node_object(a);
        ald_analysis_team(x->analysis, i, &team);
        ald_node_set(a, o, "name", ald_node_str(a, team.name));
        ald_node_set(a, o, "parent", ald_node_str(a, team.parent));
        ald_node_set(a, o, "timezone", ald_node_str(a, team.timezone));
        ALD_TRY(ald_export_line(x, o, err));
    }
    return ALD_OK;
}

static enum ald_rc from_analysis(struct ald_export *x, const char *what, struct ald_err *err)
{
    const struct ald_analysis *an = x->analysis;
    for (size_t i = 0; i < an->incidents_n; i++) {
        if (i > 0 && an->incidents[i].quarter != an->incidents[i - 1].quarter)
            ald_measures_drop(an); /* a quarter in memory at a time */
        if (strcmp(what, "incidents") == 0)
            ALD_TRY(ald_export_line(x, ald_incident_node(x->scratch, an, i), err));
        for (size_t k = 0; strcmp(what, "signals") == 0 && k < ALD_SIGNAL_N; k++)
            ALD_TRY(ald_export_line(x, ald_signal_node(x->scratch, an, i, k), err));
        for (int r = 0; strcmp(what, "readings") == 0 && r < ALD_READING_N; r++)
            ALD_TRY(ald_export_line(x, ald_reading_node(x->scratch, an, i, r), err));
    }
    return ALD_OK;
}

static bool is_said(const char *what)
{
    for (size_t i = 0; ald_export_said_name(i); i++)
        if (strcmp(what, ald_export_said_name(i)) == 0)
            return true;
    return false;
}

/* Events and what was said come straight from the store; all else needs incidents. */
static bool needs_analysis(const char *what)
{
    return strcmp(what, "events") != 0 && !is_said(what);
}

/* For records and settings readings count for nothing. */
static bool needs_readings(const char *what)
{
    return needs_analysis(what) && strcmp(what, "records") != 0 && strcmp(what, "settings") != 0;
}

static enum ald_rc write_export(struct ald_export *x, const char *what, struct ald_err *err)
{
    if (strcmp(what, "events") == 0)
        return ald_export_events(x, err);
    if (is_said(what))
        return ald_export_said(x, what, err);
    if (strcmp(what, "records") == 0)
        return ald_export_records(x, err);
    assert(x->analysis); /* needs_analysis */
    if (strcmp(what, "settings") == 0)
        return ald_export_line(x, ald_settings_node(x->scratch, x->analysis), err);
    if (strcmp(what, "services") == 0)
        return services(x, err);
    if (strcmp(what, "teams") == 0)
        return teams(x, err);
    return from_analysis(x, what, err);
}

const char ald_export_whats[] = "records events incidents signals readings settings services teams reviews attendance learnings actions told";

static enum ald_rc check_words(struct ald_session *s, bool *ret_csv, struct ald_err *err)
{
    if (s->options.out && strcmp(s->options.out, "-") == 0) /* as everywhere: standard output */
        s->options.out = NULL;
    const char *format = s->options.format ? s->options.format : "ndjson";
    bool known = s->options.args_n > 0;
    for (int i = 0; i < s->options.args_n; i++)
        known = known && ald_cfg_in_words(ald_export_whats, s->options.args[i]);
    if (!known)
        return ald_fail(err, ALD_ERR_USAGE, "export what? expected one or more of: %s", ald_export_whats);
    if (s->options.args_n > 1 && !s->options.out)
        return ald_fail(err, ALD_ERR_USAGE, "several exports need a folder: --out DIR");
    struct stat info;
    *ret_csv = strcmp(format, "csv") == 0;
    if (s->options.args_n == 1 && s->options.out && stat(s->options.out, &info) == 0 && S_ISDIR(info.st_mode))
        return ald_fail(err, ALD_ERR_USAGE, "--out: '%.200s' is a folder, and one export goes into a file: name one in it, such as %.200s/%s.%s",
                        s->options.out, s->options.out, s->options.args[0], *ret_csv ? "csv" : "ndjson");
    if (!*ret_csv && strcmp(format, "ndjson") != 0)
        return ald_fail(err, ALD_ERR_USAGE, "--format: found '%.40s', expected ndjson or csv", format);
    return ALD_OK;
}

static enum ald_rc to_stream(struct ald_export *x, const char *what, FILE *out, struct ald_err *err)
{
    x->out = out;
    x->lines = 0;
    ald_jw_init(x->w, ald_json_sink_file(out), 0);
    enum ald_rc rc = write_export(x, what, err);
    if (rc == ALD_OK)
        rc = ald_jw_finish(x->w, err);
    if (rc == ALD_OK && (fflush(out) != 0 || ferror(out)))
        rc = ald_fail(err, ALD_ERR_IO, "cannot write the export: %s", strerror(errno));
    return rc;
}

static enum ald_rc to_file(struct ald_export *x, const char *what, const char *path, struct ald_err *err)
{
    struct ald_replace place;
    ALD_TRY(ald_replace_begin(&place, path, err));
    enum ald_rc rc = to_stream(x, what, place.file, err);
    if (rc == ALD_OK)
        rc = ald_replace_commit(&place, err);
    else if (rc == ALD_ERR_IO)
        (void)ald_wrap(err, "'%s'", path);
    if (rc != ALD_OK)
        ald_replace_abort(&place);
    return rc;
}

/* All from one analysis of one state of the store. */
static enum ald_rc all_of_them(struct ald_session *s, struct ald_export *x, struct ald_err *err)
{
    const char *out = s->options.out;
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) analysis = NULL;
    bool incidents = false, readings = false;
    for (int i = 0; i < s->options.args_n; i++) {
        incidents = incidents || needs_analysis(s->options.args[i]);
        readings = readings || needs_readings(s->options.args[i]);
    }
    ALD_TRY(ald_store_begin_read(s->store, err));
    if (incidents)
        ALD_TRY(readings ? ald_session_analysis(s, &analysis, err) : ald_session_incidents(s, &analysis, err));
    x->analysis = analysis;
    if (s->options.args_n == 1)
        return out ? to_file(x, s->options.args[0], out, err) : to_stream(x, s->options.args[0], stdout, err);
    for (int i = 0; i < s->options.args_n; i++) {
        const char *what = s->options.args[i];
        ALD_TRY(to_file(x, what, ald_sprintf(s->arena, "%s/%s.%s", out, what, x->csv ? "csv" : "ndjson"), err));
    }
    return ALD_OK;
}

enum ald_rc ald_cmd_export(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_jw w;
    struct ald_export x = {.scratch = scratch, .store = s->store, .w = &w};
    (void)ret_code;
    ALD_TRY(check_words(s, &x.csv, err));
    enum ald_rc rc = all_of_them(s, &x, err);
    ald_store_rollback(s->store);
    return rc;
}
