/* alidade import: one run of an ndjson source over a file. A file may hold lines of several sources: each is its own run. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alidade/buf.h"
#include "alidade/json.h"
#include "alidade/limits.h"
#include "commands.h"

#define SOURCES_MAX 64

struct names {
    const char *items[SOURCES_MAX];
    const char *kinds[SOURCES_MAX];
    size_t n;
    bool unnamed; /* some line names no source */
    bool any;     /* some line is a JSON object */
};

static enum ald_rc add_name(struct ald_session *s, struct names *names, const char *name, const char *kind, struct ald_err *err)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->items[i], name) == 0)
            return ALD_OK;
    if (!ald_cfg_name_ok(name))
        return ald_fail(err, ALD_ERR_FORMAT, "source name: found '%.64s', expected at most 64 letters, digits, '.', '_' or '-'", name);
    if (names->n == SOURCES_MAX)
        return ald_fail(err, ALD_ERR_LIMIT, "more than %d different sources in one file", SOURCES_MAX);
    names->kinds[names->n] = ald_strdup(s->arena, kind);
    names->items[names->n++] = ald_strdup(s->arena, name);
    return ALD_OK;
}

/* Lines that do not parse are left to the run itself, which quarantines them. */
static enum ald_rc note_line(struct ald_session *s, const char *line, size_t n, struct names *names, struct ald_err *err)
{
    struct ald_json_doc *ALD_CLEANUP(ald_json_doc_freep) doc = NULL;
    struct ald_jv root;
    const char *source = NULL;
    const char *kind = NULL;
    struct ald_err ignored = {0};
    if (ald_json_parse(line, n, &doc, &ignored) != ALD_OK)
        return ALD_OK;
    ald_json_root(doc, &root);
    names->any = names->any || ald_json_kind(&root) == ALD_JSON_OBJECT;
    if (ald_json_kind(&root) != ALD_JSON_OBJECT || ald_json_str_opt(&root, "source", &source, &ignored) != ALD_OK || !source || !*source) {
        names->unnamed = true;
        return ALD_OK;
    }
    if (ald_json_str_opt(&root, "kind", &kind, &ignored) != ALD_OK)
        kind = NULL;
    return add_name(s, names, source, kind, err);
}

/** Which sources the lines name. Lines are bounded: what is longer is left to the run, which puts it aside. */
static enum ald_rc scan(struct ald_session *s, const char *path, struct names *names, struct ald_err *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return ald_fail(err, ALD_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    struct ald_buf ALD_CLEANUP(ald_buf_done) line;
    ald_buf_init(&line, ALD_MAX_LINE_BYTES);
    enum ald_rc rc = ALD_OK;
    bool empty = true, too_long = false;
    for (int c = getc(file); rc == ALD_OK; c = getc(file)) {
        if (c != EOF && c != '\n') {
            char byte = (char)c;
            too_long = too_long || ald_buf_add(&line, &byte, 1, NULL) != ALD_OK;
            empty = false;
            continue;
        }
        if (!too_long && line.len > 1)
            rc = note_line(s, line.data, line.len, names, err);
        ald_buf_clear(&line);
        too_long = false;
        if (c == EOF)
            break;
    }
    if (rc == ALD_OK && ferror(file))
        rc = ald_fail(err, ALD_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    (void)fclose(file); /* only read */
    if (rc == ALD_OK && !names->any && !empty)
        rc = ald_fail(err, ALD_ERR_FORMAT, "'%s': no line is a JSON object, expected NDJSON as `alidade export` writes it", path);
    return rc;
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

static const char *kind_of(const char *kind)
{
    static const char *const kinds[] = {"pager", "ticket", "status", "file"};
    for (size_t i = 0; kind && i < 4; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return kinds[i];
    return NULL;
}

static const char *path_key(const char *what)
{
    static const char *const keys[][2] = {{"records", "path"}, {"incidents", "path"}, {"events", "events_path"}, {"services", "services_path"},
                                          {"teams", "teams_path"}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i][0], what) == 0)
            return keys[i][1];
    return NULL;
}

enum ald_rc ald_cmd_import(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    const char *what = s->options.kind ? s->options.kind : "records";
    const char *key = path_key(what);
    struct names names = {.n = 0};
    if (s->options.args_n != 1)
        return ald_fail(err, ALD_ERR_USAGE, "import what? expected one file: alidade import FILE --kind records");
    if (!key)
        return ald_fail(err, ALD_ERR_USAGE, "--kind: found '%.40s', expected records, events, services or teams", what);
    const char *path = s->options.args[0];
    ALD_TRY(scan(s, path, &names, err));
    bool several = names.n > 0;
    if (s->options.source && several && (names.n > 1 || strcmp(names.items[0], s->options.source) != 0))
        return ald_fail(err, ALD_ERR_USAGE, "--source: found '%.64s', but the file's own column source says '%.64s'", s->options.source,
                        names.items[0]);
    if (!several || names.unnamed)
        ALD_TRY(add_name(s, &names, s->options.source ? s->options.source : stem(s, path), NULL, err));
    struct ald_source_cfg *sources = ald_calloc(s->arena, names.n, sizeof *sources);
    for (size_t i = 0; i < names.n; i++) {
        struct ald_source_opt *opts = ald_calloc(s->arena, 4, sizeof *opts);
        size_t n = 0;
        opts[n++] = (struct ald_source_opt){key, path};
        if (several)
            opts[n++] = (struct ald_source_opt){"only_source", names.items[i]};
        if (s->options.ignore_extra)
            opts[n++] = (struct ald_source_opt){"ignore_extra", "true"};
        const char *kind = kind_of(names.kinds[i]);
        sources[i] = (struct ald_source_cfg){.name = names.items[i], .type = "ndjson", .kind = kind ? kind : "ticket", .role = "own",
                                             .since = ALD_TIME_NONE, .overlap_ms = -1, .opts = opts, .opts_n = n};
        for (size_t k = 0; k < s->config.sources_n; k++)
            if (strcmp(s->config.sources[k].name, names.items[i]) == 0)
                sources[i].kind = s->config.sources[k].kind;
    }
    ALD_TRY(ald_run_begin(s, err));
    enum ald_rc rc = ald_ingest_sources(s, sources, names.n, ret_code, err);
    return ald_run_end(s, rc, *ret_code, err);
}
