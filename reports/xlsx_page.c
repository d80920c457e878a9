/* Pages on paper: how much of a sheet one holds, what is left of it, where the next begins. By the widths of Calibri, which the
 * workbook asks for; another font prints a little wider. Writes nothing but breaks. */
#include "xlsx_priv.h"

#include <math.h>

#define A4_LONG 842.0 /* points */
#define A4_SHORT 595.0
#define MARGINS_ACROSS 72.0
#define MARGINS_DOWN 94.0
#define UNIT_POINTS 5.25 /* width of a digit */
#define EDGE_POINTS 3.75 /* of a column */
#define SPILL 0.2        /* of a page: less than this on the last one is drawn in */

/* The right-most column that will be printed, as far as it is known. */
static size_t last_printed(const struct ald_xlsx_sheet *s)
{
    const struct ald_section *section = &s->x->report->sections[s->section];
    size_t last = s->text_last;
    for (size_t i = 0; i < section->blocks_n; i++) {
        const struct ald_table *table = section->blocks[i].kind == ALD_BLOCK_TABLE ? section->blocks[i].table : NULL;
        if (!table || !table->filter || !ald_xlsx_rows_n(s->x->report, table))
            continue;
        size_t n = table->printed && table->printed < table->columns_n ? table->printed : table->columns_n;
        last = n > last + 1 ? n - 1 : last;
    }
    return s->print_last > last ? s->print_last : !s->print_last && s->used_last > last ? s->used_last : last;
}

double ald_xlsx_page_points(const struct ald_xlsx_sheet *s)
{
    bool landscape = s->x->report->sections[s->section].landscape;
    double width = 0, across = (landscape ? A4_LONG : A4_SHORT) - MARGINS_ACROSS, down = (landscape ? A4_SHORT : A4_LONG) - MARGINS_DOWN;
    for (size_t i = 0, last = last_printed(s); i <= last && i < s->columns; i++)
        width += s->widths[i] * UNIT_POINTS + EDGE_POINTS;
    double scale = across / width;
    return down / (scale < 1 ? scale : 1);
}

double ald_xlsx_page_left(const struct ald_xlsx_sheet *s)
{
    double page = ald_xlsx_page_points(s);
    return page - fmod(s->height - s->page_from, page);
}

void ald_xlsx_page_break(struct ald_xlsx_sheet *s)
{
    if (!s->row || s->breaks_n + 1 >= sizeof s->breaks / sizeof s->breaks[0])
        return;
    s->breaks[s->breaks_n++] = (lxw_row_t)s->row;
    s->page_from = s->height;
}

/* A few lines that would spill onto one more page: all pages print a little smaller instead. */
void ald_xlsx_page_fit(struct ald_xlsx_sheet *s)
{
    bool one = s->x->report->sections[s->section].one_page;
    double pages = s->height / ald_xlsx_page_points(s);
    bool spills = !one && !s->breaks_n && pages > 1 && pages - floor(pages) < SPILL;
    if (one) /* what is too high for its width leaves as much room on both sides */
        worksheet_center_horizontally(s->ws);
    worksheet_fit_to_pages(s->ws, 1, one ? 1 : spills ? (uint16_t)pages : 0);
}
