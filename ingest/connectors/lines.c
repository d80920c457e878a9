/* Lines of a file, JSON or CSV: columns that are known, values that are read by name, and words for what is refused. Every
 * line is judged by itself. Must not know files, nor what a column means. */
#include "connectors/lines.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alidade/csv.h"

#define LINE_KEY "@line"

bool ald_line_one_of(const char *s, const char *const *list)
{
    for (; s && *list; list++)
        if (strcmp(s, *list) == 0)
            return true;
    return false;
}

bool ald_line_is_url(const char *text)
{
    size_t n = strncasecmp(text, "http://", 7) == 0 ? 7 : strncasecmp(text, "https://", 8) == 0 ? 8 : 0;
    return n && text[n];
}

/* ---- Lines ---- */

/* A file of several sources is read once for each; a line of another source is not ours. */
static enum ald_rc check_source(const struct ald_line *line, struct ald_err *err)
{
    const char *source = NULL;
    ALD_TRY(ald_json_str_opt(line->v, "source", &source, err));
    if (source && line->cfg->name && strcmp(source, line->cfg->name) != 0)
        return ald_fail(err, ALD_ERR_FORMAT, "source '%.80s' is not this source ('%.80s')", source, line->cfg->name);
    return ALD_OK;
}

static bool takes_extra(const struct ald_source_cfg *cfg)
{
    const char *extra = ald_source_opt(cfg, "ignore_extra");
    return extra && strcmp(extra, "true") == 0;
}

/* Names up to a length, whole ones only. */
static const char *some_of(struct ald_arena *arena, const char *const *names, size_t most)
{
    const char *text = "";
    for (size_t i = 0; names[i]; i++) {
        const char *longer = ald_sprintf(arena, "%s%s%s", text, i ? ", " : "", names[i]);
        if (strlen(longer) > most)
            return ald_sprintf(arena, "%s ... (docs/FILES.md)", text);
        text = longer;
    }
    return text;
}

static enum ald_rc unknown(struct ald_arena *arena, const char *column, const char *const *known, struct ald_err *err)
{
    return ald_fail(err, ALD_ERR_FORMAT, "unknown column '%.60s', expected one of %s", column, some_of(arena, known, 240));
}

/** Whether the column is known. Most lines name them in the order of the list: *at, where the search begins, is the place behind it then. */
static bool comes_next(const char *const *known, const char *column, size_t *at)
{
    for (size_t i = *at; known[i]; i++)
        if (strcmp(known[i], column) == 0) {
            *at = i + 1;
            return true;
        }
    for (size_t i = 0; i < *at; i++)
        if (strcmp(known[i], column) == 0) {
            *at = i + 1;
            return true;
        }
    return false;
}

/** named: the columns of a file's lines were checked where it names them. */
static enum ald_rc check_columns(const struct ald_line *line, bool named, const char *const *known, struct ald_err *err)
{
    struct ald_jv it;
    size_t at = 0;
    ALD_TRY(check_source(line, err));
    if (named || takes_extra(line->cfg))
        return ALD_OK;
    for (bool ok = ald_json_first(line->v, &it); ok; ok = ald_json_next(&it))
        if (strcmp(it.key, LINE_KEY) != 0 && !comes_next(known, it.key, &at))
            return unknown(line->rows->arena, it.key, known, err);
    return ALD_OK;
}

/* The column that says what a line is about: without it no line can be read. */
static const char *subject_of(const char *const *known)
{
    return ald_line_one_of("external_id", known) ? "external_id" : ald_line_one_of("name", known) ? "name" : "incident";
}

static enum ald_rc header_error(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_arena *arena,
                                const char *const *known, struct ald_err *err)
{
    const char *const *has = res->columns;
    const char *subject = subject_of(known);
    size_t others = 0, first = SIZE_MAX, n = 0;
    while (has[n])
        n++;
    if (!ald_line_one_of(subject, has)) /* where there is no header, the others are somebody's data */
        return ald_fail(err, ALD_ERR_FORMAT, "no column '%s', which every line needs, among its %zu, '%.60s' and on; %s", subject, n, has[0],
                        strcmp(subject, "incident") != 0 && ald_line_one_of("incident", has)
                            ? "lines about incidents are imported with --kind (reviews, attendance, learnings, actions, told)"
                            : ald_sprintf(arena, "`fields: { %s: COLUMN }` of a csv source in alidade.yaml says which it is", subject));
    for (size_t i = 0; i < cfg->fields_n; i++) /* never left out: somebody meant it */
        if (ald_line_one_of(cfg->fields[i].key, has) && !ald_line_one_of(cfg->fields[i].key, known))
            return ald_fail(err, ALD_ERR_FORMAT, "fields.%.40s is no name of a column, expected one of %s", cfg->fields[i].key,
                            some_of(arena, known, 300));
    for (size_t i = 0; has[i] && !takes_extra(cfg); i++)
        if (!ald_line_one_of(has[i], known)) {
            first = first == SIZE_MAX ? i : first;
            others++;
        }
    if (first == SIZE_MAX)
        return ALD_OK;
    (void)unknown(arena, has[first], known, err);
    return ald_fail(err, ALD_ERR_FORMAT, "%s%s; `fields:` of a csv source in alidade.yaml maps columns of yours, `ignore_extra: true` (import: --ignore-extra) leaves out the rest", err->msg,
                    others == 1 ? "" : ald_sprintf(arena, "; %zu more are not known either", others - 1));
}

static enum ald_rc check_header(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_arena *arena,
                                const char *const *known, struct ald_err *err)
{
    struct ald_err why = {0};
    if (res->columns && header_error(cfg, res, arena, known, &why) != ALD_OK) {
        *err = why;
        return ald_wrap(err, "%s line 1", res->req->file_path);
    }
    if (!(res->req && res->req->csv) && cfg->fields_n)
        return ald_fail(err, ALD_ERR_CONFIG, "`fields:` maps columns of CSV files: give the values of a line of JSON the names of docs/FILES.md");
    return ALD_OK;
}

/** Text, or a number as text; NULL when absent or "". */
enum ald_rc ald_line_text(const struct ald_line *line, const char *key, const char **ret, struct ald_err *err)
{
    struct ald_jv v;
    *ret = NULL;
    if (!ald_json_opt(line->v, key, &v))
        return ALD_OK;
    switch (ald_json_kind(&v)) {
    case ALD_JSON_STRING:
        ALD_TRY(ald_json_as_str(&v, ret, err));
        break;
    case ALD_JSON_NUMBER: {
        ALD_CLEANUP(ald_buf_done) struct ald_buf text;
        ald_buf_init(&text, 64);
        ALD_TRY(ald_json_text(&v, &text, err));
        *ret = ald_strdup(line->rows->arena, text.data);
        break;
    }
    case ALD_JSON_BOOL:
    case ALD_JSON_NULL:
    case ALD_JSON_ARRAY:
    case ALD_JSON_OBJECT:
        return ald_json_expected(&v, "text or a number", err);
    }
    if (*ret && !**ret)
        *ret = NULL;
    return ALD_OK;
}

enum ald_rc ald_line_needed(const struct ald_line *line, const char *key, const char **ret, struct ald_err *err)
{
    ALD_TRY(ald_line_text(line, key, ret, err));
    return *ret ? ALD_OK : ald_fail(err, ALD_ERR_FORMAT, "%s is missing", key);
}

enum ald_rc ald_line_time(const struct ald_line *line, const char *key, int64_t *ret_ms, struct ald_err *err)
{
    struct ald_jv v;
    const char *text = NULL;
    ALD_TRY(ald_json_get(line->v, key, &v, err));
    if (ald_json_kind(&v) != ALD_JSON_STRING)
        return ald_json_time(line->v, key, ret_ms, err);
    ALD_TRY(ald_json_as_str(&v, &text, err));
    if (ald_time_written(text, strlen(text), line->order, line->zone, ret_ms)) {
        if (ald_time_skipped(text, strlen(text), line->order, line->zone))
            ald_rows_finding(line->rows, "time_skipped", key,
                             ald_sprintf(line->rows->arena, "%s: '%.40s' does not exist in %s, where clocks were put forward: taken as the moment after", key,
                                         text, ald_zone_name(line->zone)),
                             1, "warning");
        return ALD_OK;
    }
    bool other = line->order == ALD_DATE_YEAR_FIRST && (ald_time_written(text, strlen(text), ALD_DATE_DAY_FIRST, NULL, ret_ms) ||
                                                        ald_time_written(text, strlen(text), ALD_DATE_MONTH_FIRST, NULL, ret_ms));
    return ald_json_expected(&v, other ? "a time (key `dates` says which number is the day, dmy or mdy)" : "a time such as 2026-07-01 08:30", err);
}

enum ald_rc ald_line_time_opt(const struct ald_line *line, const char *key, int64_t *ret_ms, struct ald_err *err)
{
    struct ald_jv v;
    const char *text = NULL;
    *ret_ms = ALD_TIME_NONE;
    if (!ald_json_opt(line->v, key, &v) || (ald_json_kind(&v) == ALD_JSON_STRING && ald_json_as_str(&v, &text, NULL) == ALD_OK && !text[strspn(text, " \t")]))
        return ALD_OK;
    return ald_line_time(line, key, ret_ms, err);
}

/** Strings of a list, NULL-terminated; none when absent. */
enum ald_rc ald_line_list(const struct ald_line *line, const char *key, const char *const **ret, struct ald_err *err)
{
    static const char *const none[] = {NULL};
    struct ald_jv list, it;
    *ret = none;
    if (!ald_json_opt(line->v, key, &list))
        return ALD_OK;
    if (line->csv && ald_json_kind(&list) == ALD_JSON_STRING) {
        const char *cell;
        ALD_TRY(ald_json_as_str(&list, &cell, err));
        *ret = ald_csv_list(line->rows->arena, cell);
        return ALD_OK;
    }
    if (ald_json_kind(&list) != ALD_JSON_ARRAY)
        return ald_json_expected(&list, "a list", err);
    const char **all = ald_calloc(line->rows->arena, ald_json_len(&list) + 1, sizeof *all);
    size_t n = 0;
    for (bool ok = ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        const char *s;
        ALD_TRY(ald_json_as_str(&it, &s, err));
        if (*s)
            all[n++] = s;
    }
    *ret = (const char *const *)all;
    return ALD_OK;
}

/* "$[3].opened_at: expected a time", where `fields:` maps a column to opened_at: that column, and *ret_rest ": expected a time". */
static const char *mapped_column(const struct ald_source_cfg *cfg, const char *msg, const char **ret_rest)
{
    const char *name = strncmp(msg, "$[", 2) == 0 ? strstr(msg, "].") : NULL;
    for (size_t i = 0; name && i < cfg->fields_n; i++) {
        size_t n = strlen(cfg->fields[i].key);
        if (strncmp(name + 2, cfg->fields[i].key, n) == 0 && strchr(":[", name[2 + n])) {
            *ret_rest = name + 2 + n;
            return cfg->fields[i].value;
        }
    }
    return NULL;
}

/** A line's number and its place in the page are two things: messages speak of the line. */
static void refuse(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, int64_t number, const struct ald_err *why)
{
    const char *msg = why->msg;
    struct ald_err err = {0};
    const char *rest = "", *column = mapped_column(cfg, msg, &rest);
    if (column)
        (void)ald_fail(&err, ALD_ERR_FORMAT, "line %" PRId64 ": column '%.60s'%.300s", number, column, rest);
    else if (strncmp(msg, "$[", 2) == 0 && strchr(msg, ']'))
        (void)ald_fail(&err, ALD_ERR_FORMAT, "line %" PRId64 ": $%.400s", number, strchr(msg, ']') + 1);
    else
        (void)ald_fail(&err, ALD_ERR_FORMAT, "line %" PRId64 ": %.400s", number, msg);
    ald_rows_refuse(rows, el, &err);
}

/* How the source's files write times. */
static enum ald_rc times_of(const struct ald_source_cfg *cfg, struct ald_zone **ret_zone, enum ald_date_order *ret_order, struct ald_err *err)
{
    const char *zone = ald_source_opt(cfg, "timezone"), *dates = ald_source_opt(cfg, "dates");
    *ret_order = !dates ? ALD_DATE_YEAR_FIRST : strcmp(dates, "dmy") == 0 ? ALD_DATE_DAY_FIRST : ALD_DATE_MONTH_FIRST;
    if (dates && strcmp(dates, "dmy") != 0 && strcmp(dates, "mdy") != 0)
        return ald_fail(err, ALD_ERR_CONFIG, "dates: found '%.40s', expected dmy or mdy", dates);
    return zone ? ald_zone_load(zone, ret_zone, err) : ALD_OK;
}

enum ald_rc ald_lines_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              const char *const *columns, ald_line_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv it;
    if (!res->doc || ald_json_kind(&res->root) != ALD_JSON_ARRAY)
        return ald_fail(err, ALD_ERR_FORMAT, "expected a list of lines");
    ALD_CLEANUP(ald_zone_freep) struct ald_zone *zone = NULL;
    enum ald_date_order order;
    ALD_TRY(times_of(cfg, &zone, &order, err));
    ALD_TRY(check_header(cfg, res, rows->arena, columns, err));
    int64_t number = res->first_line - 1;
    const char *only = ald_source_opt(cfg, "only_source");
    for (bool ok = ald_json_first(&res->root, &it); ok; ok = ald_json_next(&it)) {
        struct ald_err why = {0};
        bool has = false;
        int64_t at = 0;
        if (ald_json_int_opt(&it, LINE_KEY, &has, &at, NULL) != ALD_OK)
            has = false;
        number = has ? at : number + 1;
        const char *source = NULL;
        if (only && ald_json_kind(&it) == ALD_JSON_OBJECT && ald_json_str_opt(&it, "source", &source, NULL) == ALD_OK &&
            source && strcmp(source, only) != 0)
            continue;
        struct ald_element *el = ald_rows_element(rows, ald_sprintf(rows->arena, "line %" PRId64, number), &it);
        const struct ald_line line = {
            .cfg = cfg, .rows = rows, .el = el, .v = &it, .csv = res->req && res->req->csv, .zone = zone, .order = order};
        enum ald_rc rc = ald_json_kind(&it) == ALD_JSON_OBJECT ? check_columns(&line, res->columns != NULL, columns, &why)
                                                               : ald_json_expected(&it, "an object", &why);
        if (rc == ALD_OK)
            rc = fn(&line, &why);
        if (rc != ALD_OK)
            refuse(cfg, rows, el, number, &why);
    }
    next->high_water = ALD_TIME_NONE;
    if (res->next_offset >= 0)
        next->cursor = ald_sprintf(rows->arena, "%" PRId64, res->next_offset);
    return ALD_OK;
}

enum ald_rc ald_line_choice(const struct ald_line *line, const char *key, const char *const *list, const char **ret,
                          struct ald_err *err)
{
    struct ald_jv v;
    const char *s = NULL;
    ALD_TRY(ald_line_text(line, key, &s, err));
    if (!s)
        return ALD_OK;
    *ret = s;
    if (ald_line_one_of(s, list))
        return ALD_OK;
    const char *names = "";
    for (size_t i = 0; list[i]; i++)
        names = ald_sprintf(line->rows->arena, "%s%s%s", names, i ? ", " : "one of ", list[i]);
    ALD_TRY(ald_json_get(line->v, key, &v, err));
    return ald_json_expected(&v, names, err);
}

enum ald_rc ald_line_flag(const struct ald_line *line, const char *key, int *ret, struct ald_err *err)
{
    static const char *const yes[] = {"true", "yes", "1", "TRUE", "True", "Yes", NULL};
    static const char *const no[] = {"false", "no", "0", "FALSE", "False", "No", NULL};
    struct ald_jv v;
    bool has, value;
    const char *word = NULL;
    *ret = -1;
    if (!ald_json_opt(line->v, key, &v))
        return ALD_OK;
    if (ald_json_kind(&v) == ALD_JSON_BOOL) {
        ALD_TRY(ald_json_bool_opt(line->v, key, &has, &value, err));
        *ret = value;
        return ALD_OK;
    }
    ALD_TRY(ald_line_text(line, key, &word, err));
    if (!word)
        return ALD_OK;
    if (!ald_line_one_of(word, yes) && !ald_line_one_of(word, no))
        return ald_json_expected(&v, "true or false", err);
    *ret = ald_line_one_of(word, yes);
    return ALD_OK;
}
