/* Rows of CSV as JSON objects, so that what reads lines need not know which they were. Bytes that are no text are left for the
 * JSON parser, which repairs and counts them. Pure. */
#include "sync_csv.h"

#include <string.h>

#include "alidade/limits.h"

static enum ald_rc add_text(struct ald_buf *out, const char *s, size_t n, struct ald_err *err)
{
    size_t plain = 0;
    ALD_TRY(ald_buf_add(out, "\"", 1, err));
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        ALD_TRY(ald_buf_add(out, s + plain, i - plain, err));
        if (c < 0x20)
            ALD_TRY(ald_buf_addf(out, err, "\\u%04x", (unsigned)c));
        else
            ALD_TRY(ald_buf_addf(out, err, "\\%c", c));
        plain = i + 1;
    }
    ALD_TRY(ald_buf_add(out, s + plain, n - plain, err));
    return ald_buf_add(out, "\"", 1, err);
}

/** What stands before a cell of each column: "name":, in the way of JSON. */
static enum ald_rc spell_columns(struct ald_arena *arena, struct ald_sync_csv *csv, struct ald_err *err)
{
    ALD_CLEANUP(ald_buf_done) struct ald_buf text;
    ald_buf_init(&text, (size_t)8 * ALD_MAX_LINE_BYTES);
    csv->spelt = ald_calloc(arena, csv->columns_n, sizeof *csv->spelt);
    for (size_t i = 0; i < csv->columns_n; i++) {
        ald_buf_clear(&text);
        ALD_TRY(add_text(&text, csv->columns[i], strlen(csv->columns[i]), err));
        ALD_TRY(ald_buf_add(&text, ":", 1, err));
        csv->spelt[i] = ald_strndup(arena, text.data, text.len);
    }
    return ALD_OK;
}

static const char *trimmed(struct ald_arena *arena, const char *s, size_t n)
{
    while (n && strchr(" \t", *s)) {
        s++;
        n--;
    }
    while (n && strchr(" \t", s[n - 1]))
        n--;
    return ald_strndup(arena, s, n);
}

enum ald_rc ald_sync_csv_header(struct ald_arena *arena, const char *row, size_t n, struct ald_sync_csv *ret, struct ald_err *err)
{
    struct ald_csv_row cells;
    struct ald_sync_csv csv = {.separator = ald_csv_separator(row, n)};
    ALD_TRY(ald_csv_split(arena, csv.separator, row, n, &cells, err));
    csv.columns = ald_calloc(arena, cells.n + 1, sizeof *csv.columns);
    for (size_t i = 0; i < cells.n; i++) {
        const char *name = trimmed(arena, cells.cells[i], cells.lengths[i]);
        if (!*name)
            return ald_fail(err, ALD_ERR_FORMAT, "column %zu of the header has no name", i + 1);
        for (size_t k = 0; k < i; k++)
            if (strcmp(csv.columns[k], name) == 0)
                return ald_fail(err, ALD_ERR_FORMAT, "the header has column '%.60s' twice (%zu and %zu)", name, k + 1, i + 1);
        csv.columns[csv.columns_n++] = name;
    }
    ALD_TRY(spell_columns(arena, &csv, err));
    *ret = csv;
    return ALD_OK;
}

static size_t column_of(const char *const *columns, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(columns[i], name) != 0)
        i++;
    return i;
}

enum ald_rc ald_sync_csv_map(struct ald_sync_csv *csv, const struct ald_source_opt *fields, size_t n, struct ald_arena *arena,
                             struct ald_err *err)
{
    const char **named = ald_calloc(arena, csv->columns_n + 1, sizeof *named);
    for (size_t i = 0; i < n; i++) {
        size_t at = column_of(csv->columns, csv->columns_n, fields[i].value);
        if (at == csv->columns_n)
            return ald_fail(err, ALD_ERR_FORMAT, "no column '%.60s', which fields.%.40s names, among its %zu, '%.60s' and on", fields[i].value,
                            fields[i].key, csv->columns_n, csv->columns[0]);
        if (named[at])
            return ald_fail(err, ALD_ERR_FORMAT, "column '%.60s' is named by fields.%.40s and by fields.%.40s", fields[i].value, named[at], fields[i].key);
        named[at] = fields[i].key;
    }
    for (size_t i = 0; i < csv->columns_n; i++) {
        size_t same = named[i] ? column_of(csv->columns, csv->columns_n, named[i]) : csv->columns_n;
        if (same < csv->columns_n && !named[same])
            return ald_fail(err, ALD_ERR_FORMAT, "fields.%.40s names column '%.60s', but there is a column '%.40s' too", named[i], csv->columns[i], named[i]);
    }
    for (size_t i = 0; i < csv->columns_n; i++)
        csv->columns[i] = named[i] ? named[i] : csv->columns[i];
    return spell_columns(arena, csv, err);
}

enum ald_rc ald_sync_csv_object(struct ald_arena *arena, const struct ald_sync_csv *csv, const char *row, size_t n,
                                struct ald_buf *out, struct ald_err *err)
{
    struct ald_csv_row cells;
    ALD_TRY(ald_csv_split(arena, csv->separator, row, n, &cells, err));
    if (cells.n != csv->columns_n)
        return ald_fail(err, ALD_ERR_FORMAT, "found %zu cell%s, expected %zu, as many as the header has", cells.n, cells.n == 1 ? "" : "s",
                        csv->columns_n);
    ALD_TRY(ald_buf_add(out, "{", 1, err));
    for (size_t i = 0; i < cells.n; i++) {
        if (!cells.lengths[i])
            continue;
        if (out->len > 1)
            ALD_TRY(ald_buf_add(out, ",", 1, err));
        ALD_TRY(ald_buf_adds(out, csv->spelt[i], err));
        ALD_TRY(add_text(out, cells.cells[i], cells.lengths[i], err));
    }
    return ald_buf_add(out, "}", 1, err);
}
