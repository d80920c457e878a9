/* Pages on paper: how much of a sheet one holds, what is left of it, where the next begins. A sheet of several pages prints at a
 * scale of ours: where a program fits columns to the page by itself, it may forget the breaks that it is given. Writes nothing
 * but scale and breaks. */
#include "xlsx_priv.h"

#include <math.h>

#define A4_LONG 842.0 /* points */
#define A4_SHORT 595.0
#define MARGINS_ACROSS 58.0
#define MARGINS_DOWN 94.0
/* A digit of Calibri 11 where it is widest. Excel rounds it to pixels of the screen (7 of 96 to the inch are 5.25 points, 15 of 192
 * are 5.63), LibreOffice draws 5.58. */
#define DIGIT_POINTS 5.63
#define LEAST_PERCENT 75 /* letters of 10 points are 7.5 on paper */
#define KEPT 0.98        /* of a page: heights are rounded, and no row may be left over for a page of its own */
#define SPILL 0.2        /* of a page: less than this on the last one is drawn in */
#define DRAWN_IN 0.85    /* of its scale, at least */

static bool is_one(const struct ald_xlsx_sheet *s)
{
    return s->x->report->sections[s->section].one_page;
}

static double across(const struct ald_xlsx_sheet *s)
{
    return (s->x->report->sections[s->section].landscape ? A4_LONG : A4_SHORT) - MARGINS_ACROSS;
}

static double down(const struct ald_xlsx_sheet *s)
{
    return (s->x->report->sections[s->section].landscape ? A4_SHORT : A4_LONG) - MARGINS_DOWN;
}

/* Whole percents at which the columns up to that one fit on a page. */
static double percent_of(const struct ald_xlsx_sheet *s, size_t last)
{
    double width = 0;
    for (size_t i = 0; i <= last && i < s->columns; i++)
        width += (s->widths[i] + ALD_XLSX_EDGE) * DIGIT_POINTS;
    double percent = width > 0 ? floor(100 * across(s) / width) : 100;
    return percent > 100 ? 100 : percent;
}

size_t ald_xlsx_printed(const struct ald_xlsx_sheet *s, const struct ald_table *table)
{
    size_t n = table->printed && table->printed < table->columns_n ? table->printed : table->columns_n;
    while (table->filter && n > 1 && percent_of(s, n - 1) < LEAST_PERCENT)
        n--;
    return n;
}

size_t ald_xlsx_wide_last(const struct ald_xlsx_sheet *s)
{
    const struct ald_section *section = &s->x->report->sections[s->section];
    size_t last = s->text_last;
    for (size_t i = 0; i < section->blocks_n; i++) {
        const struct ald_table *table = section->blocks[i].kind == ALD_BLOCK_TABLE ? section->blocks[i].table : NULL;
        if (!table || !table->filter || !ald_xlsx_rows_n(s->x->report, table))
            continue;
        size_t n = ald_xlsx_printed(s, table);
        last = n > last + 1 ? n - 1 : last;
    }
    return last;
}

/* The right-most column that will be printed, as far as it is known. */
static size_t last_printed(const struct ald_xlsx_sheet *s)
{
    size_t last = ald_xlsx_wide_last(s);
    return s->print_last > last ? s->print_last : !s->print_last && s->used_last > last ? s->used_last : last;
}

/* Asked for each row, and the same until the sheet grows wider. */
static const struct ald_xlsx_page *page_of(const struct ald_xlsx_sheet *sheet)
{
    struct ald_xlsx_page *page = sheet->page;
    if (page->percent <= 0 || page->columns != sheet->columns || page->used_last != sheet->used_last || page->print_last != sheet->print_last) {
        *page = (struct ald_xlsx_page){.most = page->most, .columns = sheet->columns, .used_last = sheet->used_last, .print_last = sheet->print_last};
        page->percent = percent_of(sheet, last_printed(sheet));
        page->percent = page->most > 0 && page->most < page->percent ? page->most : page->percent;
        page->points = KEPT * down(sheet) * 100 / page->percent;
    }
    return page;
}

double ald_xlsx_page_points(const struct ald_xlsx_sheet *s)
{
    return page_of(s)->points;
}

static void add_break(struct ald_xlsx_sheet *s, size_t row)
{
    if (s->breaks_n + 1 < sizeof s->breaks / sizeof s->breaks[0])
        s->breaks[s->breaks_n++] = (lxw_row_t)row;
}

/* Where a page ends is said, so that it is the same in every program. */
void ald_xlsx_page_row(struct ald_xlsx_sheet *s, double points)
{
    s->height += points;
    if (s->height - s->page_from <= ald_xlsx_page_points(s))
        return;
    s->page_from = s->height - points - s->repeated; /* the row begins a page, under the header that comes again */
    s->pages++;
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
    if (is_one(s) || points <= left || points > page - s->repeated || s->height - s->page_from <= s->repeated)
        return false;
    ald_xlsx_page_break(s);
    return true;
}

bool ald_xlsx_page_take_along(struct ald_xlsx_sheet *s, double points)
{
    double page = ald_xlsx_page_points(s), own = s->height - s->block_height;
    if (is_one(s) || s->repeated > 0 || points <= ald_xlsx_page_left(s) || s->block_height <= s->page_from || own + points > page)
        return false;
    add_break(s, s->block_row);
    s->page_from = s->block_height;
    s->pages++;
    s->parted = true;
    return true;
}

/* The percents at which one page holds that height; 0 where letters would be too small for that. */
static double drawn_in(const struct ald_xlsx_sheet *s, double height)
{
    double percent = floor(100 * KEPT * down(s) / height);
    return percent < LEAST_PERCENT || percent < DRAWN_IN * page_of(s)->percent ? 0 : percent;
}

bool ald_xlsx_page_draw_in(struct ald_xlsx_sheet *s, double points)
{
    double percent = drawn_in(s, s->height - s->page_from + points);
    if (percent <= 0)
        return points <= ald_xlsx_page_left(s);
    if (s->page->most <= 0 || percent < s->page->most)
        s->page->most = percent; /* pages that are full already have a little more room then */
    s->page->percent = 0;
    return true;
}

void ald_xlsx_page_fit(struct ald_xlsx_sheet *s)
{
    if (is_one(s)) { /* what is too high for its width leaves as much room on both sides */
        s->breaks_n = 0;
        worksheet_center_horizontally(s->ws);
        worksheet_fit_to_pages(s->ws, 1, 1);
        return;
    }
    double percent = page_of(s)->percent;
    bool spills = s->pages == 1 && s->height - s->page_from < SPILL * ald_xlsx_page_points(s);
    if (spills && !s->parted && drawn_in(s, s->height) > 0) { /* a few lines on one more page: all prints a little smaller instead */
        s->breaks_n = 0;
        percent = drawn_in(s, s->height);
    }
    s->breaks[s->breaks_n] = 0;
    worksheet_set_print_scale(s->ws, (uint16_t)(percent < 10 ? 10 : percent)); /* spreadsheets know no less */
}
