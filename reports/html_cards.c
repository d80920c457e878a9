/* Cards: rows that are read one by one. Brief ones say the rest in one line; labelled ones put each list under its title, and
 * short values together at the end. */
#include "html_priv.h"

static const char *words_at(struct ald_html *h, const struct ald_column *col, const struct ald_node *row)
{
    const char *words = ald_words(h->report, h->scratch, ald_node_at(row, col->path), col->show);
    return words && *words ? ald_words_line(h->scratch, words, 600) : NULL;
}

/* The name and the title; both may be missing. */
static void put_head(struct ald_html *h, const struct ald_table *table, const struct ald_node *row)
{
    for (size_t k = 0; k < table->columns_n && k < 2; k++) {
        const char *words = words_at(h, &table->columns[k], row);
        if (!words)
            continue;
        ald_html_raw(h, k == 0 ? "<b><bdi>" : " <bdi>");
        ald_html_link_at(h, &table->columns[k], row, words);
        ald_html_raw(h, k == 0 ? "</bdi></b>" : "</bdi>");
    }
}

static void put_brief(struct ald_html *h, const struct ald_table *table, const struct ald_node *row)
{
    const char *between = "<br><span class=\"why\">";
    ald_html_raw(h, "<li>");
    put_head(h, table, row);
    for (size_t k = 2; k < table->columns_n; k++) {
        const char *words = words_at(h, &table->columns[k], row);
        if (!words)
            continue;
        ald_html_raw(h, between);
        if (table->columns[k].show == ALD_SHOW_LIST) { /* words of a list are no sentence: they need their title */
            ald_html_text(h, table->columns[k].title);
            ald_html_raw(h, ": ");
        }
        ald_html_link_at(h, &table->columns[k], row, words);
        if (table->columns[k].show == ALD_SHOW_LIST)
            ald_html_raw(h, ".");
        between = " ";
    }
    ald_html_raw(h, *between == ' ' ? "</span></li>" : "</li>");
}

static void put_list(struct ald_html *h, const struct ald_column *col, const struct ald_node *list)
{
    if (!list || list->kind != ALD_NODE_LIST || list->list.n == 0)
        return;
    ald_html_raw(h, "<h3>");
    ald_html_text(h, col->title);
    ald_html_raw(h, "</h3><ul>");
    for (size_t i = 0; i < list->list.n; i++) {
        const char *words = ald_words(h->report, h->scratch, list->list.items[i], ALD_SHOW_TEXT);
        ald_html_raw(h, "<li><bdi>");
        ald_html_text(h, words ? ald_words_line(h->scratch, words, 600) : "");
        ald_html_raw(h, "</bdi></li>");
    }
    ald_html_raw(h, "</ul>");
}

static void put_labelled(struct ald_html *h, const struct ald_table *table, const struct ald_node *row)
{
    const char *between = "<p class=\"why\">";
    ald_html_raw(h, "<li class=\"card\">");
    put_head(h, table, row);
    for (size_t k = 2; k < table->columns_n; k++) {
        const struct ald_column *col = &table->columns[k];
        const char *words = ald_words_own_list(col) ? NULL : words_at(h, col, row);
        if (!words)
            continue;
        ald_html_raw(h, between);
        ald_html_text(h, col->title);
        ald_html_raw(h, ": ");
        ald_html_text(h, words);
        between = " \xC2\xB7 ";
    }
    ald_html_raw(h, *between == ' ' ? "</p>" : "");
    for (size_t k = 2; k < table->columns_n; k++)
        if (ald_words_own_list(&table->columns[k]))
            put_list(h, &table->columns[k], ald_node_at(row, table->columns[k].path));
    ald_html_raw(h, "</li>");
}

void ald_html_cards(struct ald_html *h, const struct ald_table *table, const struct ald_node *rows, size_t n)
{
    ald_html_raw(h, table->labelled ? "<ol class=\"cards full\">" : "<ol class=\"cards\">");
    for (size_t i = 0; i < n; i++) {
        const struct ald_node *row = ald_rows_at(rows, i, h->scratch);
        if (table->labelled)
            put_labelled(h, table, row);
        else
            put_brief(h, table, row);
        ald_arena_reset(h->scratch);
    }
    ald_html_raw(h, "</ol>\n");
}
