/* Rows as cards: see ald_xlsx_cards. Knows columns, not what they mean. */
#include "xlsx_priv.h"

#include <string.h>

#include "alidade/utf8.h"

#define LABEL_UNITS 26.0
#define MOST_UNITS 18.0 /* of a name beside a title */

/* The label's columns, and those beside them. */
static void sides(const struct ald_xlsx_sheet *s, double label_units, struct ald_xlsx_span *ret_left, struct ald_xlsx_span *ret_right)
{
    *ret_left = (struct ald_xlsx_span){s->text_first, s->text_first};
    while (ret_left->last + 1 < s->text_last && ald_xlsx_units(s, *ret_left) < label_units)
        ret_left->last++;
    *ret_right = (struct ald_xlsx_span){ret_left->last + 1, s->text_last};
}

double ald_xlsx_pair_points(const struct ald_xlsx_sheet *s, const char *label, const char *text, const enum ald_xlsx_style styles[2])
{
    struct ald_xlsx_span left, right;
    sides(s, LABEL_UNITS, &left, &right);
    double points = ald_xlsx_text_points(s, left, label, styles[0]), need = ald_xlsx_text_points(s, right, text, styles[1]);
    return (need > points ? need : points) + 2;
}

enum ald_rc ald_xlsx_pair(struct ald_xlsx_sheet *s, const char *label, const char *text, const enum ald_xlsx_style styles[2],
                          struct ald_err *err)
{
    struct ald_xlsx_span left, right;
    sides(s, LABEL_UNITS, &left, &right);
    const char *rest = ald_words_printable(s->x->scratch, text);
    do { /* one row, but for texts that are longer than it can be high */
        size_t n = ald_xlsx_text_fit(s, right, rest, styles[1]);
        const char *piece = rest[n] ? ald_strndup(s->x->scratch, rest, n) : rest;
        double points = ald_xlsx_pair_points(s, label, piece, styles);
        ALD_TRY(ald_xlsx_row_height(s, points, err));
        ALD_TRY(ald_xlsx_put_text(s, left, label, styles[0], err));
        ALD_TRY(ald_xlsx_put_text(s, right, piece, styles[1], err));
        ald_xlsx_next_row(s, points);
        rest += n;
        label = "";
    } while (*rest);
    return ALD_OK;
}

/* Texts of a list under each other. */
static const char *lines_of(const struct ald_report *report, struct ald_arena *a, const struct ald_node *list)
{
    const char *all = "";
    for (size_t i = 0; i < ald_rows_n(list); i++) {
        const char *text = ald_words(report, a, list->list.items[i], ALD_SHOW_TEXT);
        all = ald_sprintf(a, "%s%s%s", all, i ? "\n" : "", text ? text : "");
    }
    return all;
}

/* Short values together on one line. */
static const char *facts_of(const struct ald_report *report, struct ald_arena *a, const struct ald_table *table, const struct ald_node *row)
{
    const char *all = "";
    for (size_t k = 2; k < table->columns_n; k++) {
        const struct ald_column *col = &table->columns[k];
        const char *words = ald_words_own_list(col) ? NULL : ald_words(report, a, ald_node_at(row, col->path), col->show);
        if (words && *words)
            all = ald_sprintf(a, "%s%s%s: %s", all, *all ? " \xC2\xB7 " : "", col->title, words);
    }
    return all;
}

static double head_points(const struct ald_xlsx_sheet *s, double label_units, const char *title)
{
    struct ald_xlsx_span left, right;
    sides(s, label_units, &left, &right);
    return ald_xlsx_text_points(s, right, title ? title : "", XS_LABEL) + (s->x->report->sections[s->section].one_page ? 1 : 6);
}

/* Its name, which leads to its source, and its title. */
static enum ald_rc put_head(struct ald_xlsx_sheet *s, const struct ald_table *table, const struct ald_node *row, double label_units, struct ald_err *err)
{
    const struct ald_column *name = &table->columns[0];
    const char *key = ald_text_at(row, name->path), *title = ald_text_at(row, table->columns[1].path);
    struct ald_xlsx_span left, right;
    sides(s, label_units, &left, &right);
    double points = head_points(s, label_units, title);
    struct ald_xlsx_link link = {.url = ald_text_at(row, name->link)};
    ALD_TRY(ald_xlsx_row_height(s, points, err));
    if (key && link.url)
        ALD_TRY(ald_xlsx_put_link(s, left, key, link, XS_GOTO, err));
    else
        ALD_TRY(ald_xlsx_put_text(s, left, key, XS_LABEL, err));
    ALD_TRY(ald_xlsx_put_text(s, right, title, XS_LABEL, err));
    ald_xlsx_next_row(s, points);
    return ALD_OK;
}

struct part { /* what stands under the head */
    const char *label, *text;
    const enum ald_xlsx_style *styles;
};

static size_t parts_of(struct ald_xlsx_sheet *s, const struct ald_table *table, const struct ald_node *row, struct part *ret)
{
    static const enum ald_xlsx_style styles[2] = {XS_NOTE_LABEL, XS_TEXT}, small[2] = {XS_NOTE_LABEL, XS_NOTE};
    struct ald_arena *a = s->x->scratch;
    const char *facts = facts_of(s->x->report, a, table, row);
    size_t n = 0;
    if (*facts)
        ret[n++] = (struct part){"", facts, small};
    for (size_t k = 2; k < table->columns_n; k++) {
        const struct ald_node *node = ald_node_at(row, table->columns[k].path);
        if (ald_words_own_list(&table->columns[k]) && ald_rows_n(node))
            ret[n++] = (struct part){table->columns[k].title, lines_of(s->x->report, a, node), styles};
    }
    return n;
}

/* One that is not higher than a page is not parted. */
static enum ald_rc put_card(struct ald_xlsx_sheet *s, const struct ald_table *table, const struct ald_node *row, struct ald_err *err)
{
    struct part *parts = ald_calloc(s->x->scratch, table->columns_n + 1, sizeof *parts);
    size_t n = parts_of(s, table, row, parts);
    double points = head_points(s, LABEL_UNITS, ald_text_at(row, table->columns[1].path));
    for (size_t i = 0; i < n; i++)
        points += ald_xlsx_pair_points(s, parts[i].label, parts[i].text, parts[i].styles);
    (void)ald_xlsx_page_keep(s, points);
    ALD_TRY(put_head(s, table, row, LABEL_UNITS, err));
    for (size_t i = 0; i < n; i++)
        ALD_TRY(ald_xlsx_pair(s, parts[i].label, parts[i].text, parts[i].styles, err));
    ald_xlsx_next_row(s, 0);
    return ALD_OK;
}

enum ald_rc ald_xlsx_cards(struct ald_xlsx_sheet *s, const struct ald_table *table, struct ald_err *err)
{
    const struct ald_node *rows = ald_node_at(s->x->report->root, table->rows);
    for (size_t i = 0; i < ald_rows_n(rows); i++) {
        ALD_TRY(put_card(s, table, ald_rows_at(rows, i, s->x->scratch), err));
        ald_arena_reset(s->x->scratch);
    }
    return ALD_OK;
}

/* What is said of it as one paragraph; words of a list are no sentence: they need their title. */
static const char *brief_of(const struct ald_report *report, struct ald_arena *a, const struct ald_table *table, const struct ald_node *row)
{
    const char *all = "";
    for (size_t k = 2; k < table->columns_n; k++) {
        const struct ald_column *col = &table->columns[k];
        const char *words = ald_words(report, a, ald_node_at(row, col->path), col->show);
        if (words && *words)
            all = col->show == ALD_SHOW_LIST ? ald_sprintf(a, "%s%s%s: %s.", all, *all ? " " : "", col->title, words)
                                             : ald_sprintf(a, "%s%s%s", all, *all ? " " : "", words);
    }
    return all;
}

enum ald_rc ald_xlsx_brief(struct ald_xlsx_sheet *s, const struct ald_table *table, struct ald_err *err)
{
    const struct ald_node *rows = ald_node_at(s->x->report->root, table->rows);
    double units = 0;
    for (size_t i = 0; i < ald_rows_n(rows); i++) { /* names are short, and leave the room to the titles */
        const char *key = ald_text_at(ald_rows_at(rows, i, s->x->scratch), table->columns[0].path);
        double need = key ? 1.1 * (double)ald_utf8_count(key) + 1 : 0;
        units = need > units ? need : units;
    }
    units = units > MOST_UNITS ? MOST_UNITS : units;
    for (size_t i = 0; i < ald_rows_n(rows); i++) {
        const struct ald_node *row = ald_rows_at(rows, i, s->x->scratch);
        ALD_TRY(put_head(s, table, row, units, err));
        const char *text = brief_of(s->x->report, s->x->scratch, table, row);
        if (*text)
            ALD_TRY(ald_xlsx_paragraph(s, text, XS_TEXT, err));
        ald_arena_reset(s->x->scratch);
    }
    return ALD_OK;
}
