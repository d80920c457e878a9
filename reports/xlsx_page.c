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
    double scale = floor(100 * across / width) / 100; /* programs print at whole percents */
    return down / (scale < 1 ? scale : 1);
}

static void add_break(struct ald_xlsx_sheet *s, size_t row)
{
    if (s->breaks_n + 1 < sizeof s->breaks / sizeof s->breaks[0])
        s->breaks[s->breaks_n++] = (lxw_row_t)row;
}

/* Programs differ by a tenth in how much they put on a page. Where it ends is said, so that what is kept together by the smaller
 * page is together on the larger one too. */
void ald_xlsx_page_row(struct ald_xlsx_sheet *s, double points)
{
    s->height += points;
    if (s->height - s->page_from <= ald_xlsx_page_points(s))
        return;
    s->page_from = s->height - points - s->repeated; /* the row begins a page, under the header that comes again */
    s->pages++;
    if (!s->repeats) /* a long table may break where the program likes: each page has its header */
        add_break(s, s->row - 1);
}

double ald_xlsx_page_left(const struct ald_xlsx_sheet *s)
{
    return ald_xlsx_page_points(s) - (s->height - s->page_from);
}

void ald_xlsx_page_break(struct ald_xlsx_sheet *s)
{
    if (!s->row || (s->breaks_n && s->breaks[s->breaks_n - 1] == s->row))
        return;
    add_break(s, s->row);
    s->page_from = s->height - s->repeated;
    s->pages++;
    s->parted = true;
}

bool ald_xlsx_page_keep(struct ald_xlsx_sheet *s, double points)
{
    double page = ald_xlsx_page_points(s), left = ald_xlsx_page_left(s);
    bool one = s->x->report->sections[s->section].one_page;
    if (one || points <= left || points > page - s->repeated || s->height - s->page_from <= s->repeated)
        return false;
    ald_xlsx_page_break(s);
    return true;
}

bool ald_xlsx_page_spills(const struct ald_xlsx_sheet *s, double points)
{
    double over = points - ald_xlsx_page_left(s);
    return !s->parted && over > 0 && over < SPILL * ald_xlsx_page_points(s);
}

/* A few lines that would spill onto one more page: all pages print a little smaller instead. */
void ald_xlsx_page_fit(struct ald_xlsx_sheet *s)
{
    bool one = s->x->report->sections[s->section].one_page;
    bool spills = !one && !s->parted && s->pages && s->height - s->page_from < SPILL * ald_xlsx_page_points(s);
    if (one || spills)
        s->breaks_n = 0;
    s->breaks[s->breaks_n] = 0;
    if (one) /* what is too high for its width leaves as much room on both sides */
        worksheet_center_horizontally(s->ws);
    worksheet_fit_to_pages(s->ws, 1, one ? 1 : spills ? (uint16_t)s->pages : 0);
}
