/* The look at a file before it is imported. Lines that do not parse are left to the run itself, which puts them aside by number;
 * a file that is of another form altogether is refused here, before anything is written. */
#include "import_scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "alidade/buf.h"
#include "alidade/csv.h"
#include "alidade/json.h"
#include "alidade/limits.h"

struct scan {
    struct ald_session *s;
    struct ald_import_scan *out;
    const char *path;
    struct ald_arena *scratch;
    struct ald_csv_state state;
    struct ald_csv_row header; /* of CSV; n 0: not read yet */
    char separator;
    bool any; /* some line is of the form */
};

/* ---- Sources ---- */

static enum ald_rc add_source(struct scan *c, const char *name, const char *kind, const char *role, struct ald_err *err)
{
    struct ald_import_scan *out = c->out;
    if (!name || !*name) {
        out->unnamed = true;
        return ALD_OK;
    }
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->sources[i].name, name) == 0)
            return ALD_OK;
    if (!ald_cfg_name_ok(name))
        return ald_fail(err, ALD_ERR_FORMAT, "%s: source name: found '%.64s', expected at most 64 letters, digits, '.', '_' or '-'", c->path,
                        name);
    if (out->n == ALD_IMPORT_SOURCES_MAX)
        return ald_fail(err, ALD_ERR_LIMIT, "%s: more than %d different sources in one file", c->path, ALD_IMPORT_SOURCES_MAX);
    out->sources[out->n++] = (struct ald_import_source){ald_strdup(c->s->arena, name), ald_strdup(c->s->arena, kind), ald_strdup(c->s->arena, role)};
    return ALD_OK;
}

static const char *string_of(const struct ald_jv *object, const char *key)
{
    const char *text = NULL;
    return ald_json_str_opt(object, key, &text, NULL) == ALD_OK ? text : NULL;
}

static enum ald_rc note_object(struct scan *c, const char *line, size_t n, struct ald_err *err)
{
    struct ald_json_doc *ALD_CLEANUP(ald_json_doc_freep) doc = NULL;
    struct ald_jv root;
    if (ald_json_parse(line, n, &doc, NULL) != ALD_OK)
        return ALD_OK;
    ald_json_root(doc, &root);
    if (ald_json_kind(&root) != ALD_JSON_OBJECT)
        return ALD_OK;
    c->any = true;
    return add_source(c, string_of(&root, "source"), string_of(&root, "kind"), string_of(&root, "role"), err);
}

static const char *cell_of(const struct scan *c, const struct ald_csv_row *row, const char *name)
{
    for (size_t i = 0; i < c->header.n && i < row->n; i++)
        if (strcmp(c->header.cells[i], name) == 0)
            return row->lengths[i] ? row->cells[i] : NULL;
    return NULL;
}

static enum ald_rc note_row(struct scan *c, const char *row, size_t n, struct ald_err *err)
{
    struct ald_csv_row cells;
    if (!c->header.n) {
        if (ald_csv_split(c->s->arena, c->separator, row, n, &c->header, err) != ALD_OK)
            return ald_wrap(err, "%s line 1", c->path);
        return ALD_OK;
    }
    c->any = true;
    if (ald_csv_split(c->scratch, c->separator, row, n, &cells, NULL) != ALD_OK)
        return ALD_OK;
    enum ald_rc rc = add_source(c, cell_of(c, &cells, "source"), cell_of(c, &cells, "kind"), cell_of(c, &cells, "role"), err);
    ald_arena_reset(c->scratch);
    return rc;
}

/* ---- Lines ---- */

/** A line without its end. *ret_more: the row goes on with the next one. */
static enum ald_rc note_line(struct scan *c, struct ald_buf *text, size_t from, bool *ret_more, struct ald_err *err)
{
    const char *at = text->data;
    size_t n = text->len;
    *ret_more = false;
    if (c->out->form == ALD_IMPORT_CSV) {
        if (!c->separator)
            c->separator = ald_csv_separator(at, n);
        *ret_more = ald_csv_more(&c->state, c->separator, at + from, n - from);
        if (*ret_more)
            return ALD_OK;
        c->state = (struct ald_csv_state){ALD_CSV_START};
    }
    n -= n && at[n - 1] == '\r';
    if (n >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0) {
        at += 3;
        n -= 3;
    }
    if (n == 0)
        return ALD_OK;
    return c->out->form == ALD_IMPORT_CSV ? note_row(c, at, n, err) : note_object(c, at, n, err);
}

static enum ald_rc scan_lines(struct scan *c, FILE *file, struct ald_err *err)
{
    struct ald_buf ALD_CLEANUP(ald_buf_done) text;
    enum ald_rc rc = ALD_OK;
    bool too_long = false;
    bool more = false;
    size_t from = 0;
    ald_buf_init(&text, ALD_MAX_LINE_BYTES);
    for (int ch = getc(file); rc == ALD_OK; ch = getc(file)) {
        if (ch != EOF && ch != '\n') {
            char byte = (char)ch;
            too_long = too_long || ald_buf_add(&text, &byte, 1, NULL) != ALD_OK;
            continue;
        }
        if (!too_long)
            rc = note_line(c, &text, from, &more, err);
        if (ch == EOF)
            break;
        from = 0;
        if (more && !too_long && ald_buf_adds(&text, "\n", NULL) == ALD_OK) {
            from = text.len;
        } else {
            ald_buf_clear(&text);
            too_long = false;
        }
    }
    return rc;
}

/* ---- The form ---- */

/* The first byte tells: '{' an object a line, '[' one document, anything else a header. A .json file is one document. A file without
 * any is what `alidade export` writes of nothing, in either form: no lines. */
static enum ald_import_form told_by(FILE *file, const char *path)
{
    int c = getc(file);
    while (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xEF || c == 0xBB || c == 0xBF)
        c = getc(file);
    rewind(file);
    size_t n = strlen(path);
    bool document = n > 5 && strcmp(path + n - 5, ".json") == 0;
    if (c == '[' || (c == '{' && document))
        return ALD_IMPORT_SLACK;
    return c == '{' || c == EOF ? ALD_IMPORT_NDJSON : ALD_IMPORT_CSV;
}

static enum ald_rc form_of(const char *format, FILE *file, const char *path, enum ald_import_form *ret, struct ald_err *err)
{
    static const char *const names[] = {[ALD_IMPORT_NDJSON] = "ndjson", [ALD_IMPORT_CSV] = "csv", [ALD_IMPORT_SLACK] = "slack"};
    *ret = told_by(file, path);
    if (!format)
        return ALD_OK;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(format, names[i]) == 0) {
            *ret = (enum ald_import_form)i;
            return ALD_OK;
        }
    }
    return ald_fail(err, ALD_ERR_USAGE, "--format: found '%.40s', expected ndjson, csv or slack", format);
}

enum ald_rc ald_import_scan(struct ald_session *s, const char *path, const char *format, struct ald_import_scan *ret, struct ald_err *err)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct scan c = {.s = s, .out = ret, .path = path, .scratch = scratch};
    *ret = (struct ald_import_scan){.n = 0};
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) /* it is read twice, and a pipe gives what it holds once */
        return ald_fail(err, ALD_ERR_USAGE, "'%s' is %s: write it to a file, and import that", path,
                        S_ISDIR(info.st_mode) ? "a folder" : S_ISFIFO(info.st_mode) ? "a pipe" : "no file");
    FILE *file = fopen(path, "re");
    if (!file)
        return ald_fail(err, ALD_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    bool empty = getc(file) == EOF;
    rewind(file);
    enum ald_rc rc = ferror(file) ? ALD_OK : form_of(format, file, path, &ret->form, err);
    if (rc == ALD_OK && ret->form != ALD_IMPORT_SLACK)
        rc = scan_lines(&c, file, err);
    if (rc == ALD_OK && ferror(file))
        rc = ald_fail(err, ALD_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    (void)fclose(file); /* only read */
    if (rc == ALD_OK && ret->form == ALD_IMPORT_NDJSON && !c.any && !empty)
        rc = ald_fail(err, ALD_ERR_FORMAT, "'%s': no line is a JSON object, expected NDJSON or CSV as `alidade export` writes it", path);
    return rc;
}
