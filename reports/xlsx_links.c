/* Where cells lead to: out to a source, or to a row of another sheet. In constant-memory mode the library would keep every link
 * until the end, and a sheet holds only 65,530 of them; there a link is the formula HYPERLINK with two texts of ours to quote,
 * the one formula that a workbook may have. */
#include "xlsx_priv.h"

#include <string.h>

#include "alidade/utf8.h"
#include "anchors.h"

#define ONE_LINE 20.0 /* points */

/* ---- Rows that links lead to ---- */

/* Rows of a sheet by the anchor of their table. */
struct ald_xlsx_target {
    const char *section, *sheet;
    const struct ald_table *table;
    struct ald_anchors *anchors;
    size_t first, n; /* rows of the sheet; anchors may know more of the table's than these n */
    struct ald_xlsx_target *next;
};

/* Rows that go on to another sheet are no targets: where they will stand is not known yet. */
void ald_xlsx_target_add(struct ald_xlsx_sheet *s, const struct ald_table *table)
{
    struct ald_xlsx *x = s->x;
    size_t n = ald_xlsx_rows_n(x->report, table), room = x->limits->sheet_rows - ald_xlsx_reserve(x), first = s->row + 1;
    n = first >= room ? 0 : n < room - first ? n : room - first;
    struct ald_xlsx_target *t = ald_alloc(x->arena, sizeof *t);
    *t = (struct ald_xlsx_target){.section = x->report->sections[s->section].id,
                                  .sheet = s->name,
                                  .table = table,
                                  .first = first,
                                  .n = n,
                                  .next = x->targets};
    for (const struct ald_xlsx_target *other = x->targets; other && !t->anchors; other = other->next) /* of the same rows */
        if (strcmp(other->table->rows, table->rows) == 0 && strcmp(other->table->anchor, table->anchor) == 0 && other->n >= n)
            t->anchors = other->anchors;
    if (!t->anchors)
        t->anchors = ald_anchors_of(x->arena, x->report, table, n);
    x->targets = t;
}

const char *ald_xlsx_place(struct ald_xlsx *x, const char *section, const char *anchor)
{
    for (const struct ald_xlsx_target *t = x->targets; t; t = t->next) {
        size_t row = strcmp(t->section, section) == 0 ? ald_anchors_find(t->anchors, anchor) : SIZE_MAX;
        if (row < t->n)
            return ald_sprintf(x->scratch, "'%s'!A%zu", t->sheet, t->first + row + 1);
    }
    return NULL;
}

struct ald_xlsx_link ald_xlsx_link_at(struct ald_xlsx_sheet *s, const struct ald_column *column, const struct ald_node *row, size_t rows)
{
    struct ald_xlsx_link link = {NULL, NULL};
    const char *section = NULL, *id = NULL;
    if (column->link[0] != '#')
        link.url = ald_text_at(row, column->link);
    else if (s->x->constant && rows > s->x->limits->table_rows)
        return link; /* one formula in each row is enough of them */
    else if (ald_anchor_at(s->x->scratch, column, row, &section, &id))
        link.place = ald_xlsx_place(s->x, section, id);
    return link;
}

/* ---- Writing ---- */

/* The library takes "internal:" and "external:" for its own wherever they stand. */
static const char *disarmed(struct ald_arena *a, const char *url)
{
    static const char *const words[] = {"internal:", "external:"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (const char *at = strstr(url, words[i]); at; at = strstr(url, words[i]))
            url = ald_sprintf(a, "%.*s%.8s%%3A%s", (int)(at - url), url, at, at + 9);
    return url;
}

/* A text in a formula: its quotes are doubled. */
static const char *quoted(struct ald_arena *a, const char *text)
{
    char *to = ald_alloc(a, 2 * strlen(text) + 1);
    size_t at = 0;
    for (; *text; text++) {
        if (*text == '"')
            to[at++] = '"';
        to[at++] = *text;
    }
    return to;
}

static enum ald_rc put_formula(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text, struct ald_xlsx_link link, lxw_format *f,
                               struct ald_err *err)
{
    struct ald_arena *a = s->x->scratch;
    const char *to = link.place ? ald_sprintf(a, "#%s", link.place) : link.url;
    const char *formula = ald_sprintf(a, "HYPERLINK(\"%s\",\"%s\")", quoted(a, to), quoted(a, text));
    return ald_xlsx_did(s, worksheet_write_formula_str(s->ws, (lxw_row_t)s->row, (lxw_col_t)at.first, formula, f, text), err);
}

size_t ald_xlsx_url_bytes(const struct ald_xlsx *x)
{
    return x->constant ? x->limits->formula_text : x->limits->url_bytes;
}

bool ald_xlsx_can_link(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at, struct ald_xlsx_link link, const char *text,
                       enum ald_xlsx_style style)
{
    const struct ald_xlsx *x = s->x;
    if (!x->constant && link.place && ald_xlsx_text_points(s, at, text, style) > ONE_LINE) /* LibreOffice breaks no line in a link */
        return false;
    if (link.url && (strlen(link.url) > ald_xlsx_url_bytes(x) || !ald_words_can_link(x->scratch, link.url)))
        return false;
    if (!x->constant)
        return s->links < x->limits->links;
    size_t n = strlen(text); /* never fewer than UTF-16 units */
    return n <= x->limits->formula_text || ald_utf8_prefix_utf16(text, x->limits->formula_text) == n;
}

enum ald_rc ald_xlsx_put_link(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text, struct ald_xlsx_link link,
                              enum ald_xlsx_style style, struct ald_err *err)
{
    const char *clean = ald_xlsx_clean(s->x->scratch, text, s->x->limits->text_utf16);
    if (!ald_xlsx_can_link(s, at, link, clean, style)) {
        s->links_left_out += link.url && *link.url;
        return ald_xlsx_put_text(s, at, text, style == XS_CELL_LINK ? XS_CELL_TEXT : style, err);
    }
    lxw_format *f = s->x->formats[style];
    ALD_TRY(ald_xlsx_open_span(s, at, style, err));
    if (s->x->constant)
        return put_formula(s, at, clean, link, f, err);
    s->links++;
    const char *to = link.place ? ald_sprintf(s->x->scratch, "internal:%s", link.place) : disarmed(s->x->scratch, link.url);
    return ald_xlsx_did(s, worksheet_write_url_opt(s->ws, (lxw_row_t)s->row, (lxw_col_t)at.first, to, f, clean, NULL), err);
}
