/* The one place that writes cells: formats, and a value as text, number, date or duration; never a formula (links: xlsx_links.c).
 * Knows no blocks. */
#include "xlsx_priv.h"

#include <math.h>
#include <string.h>

#include "alidade/utf8.h"

#define INK 0x1B2733
#define GREY 0x5B6776
#define LINE 0xD5DBE1
#define FILL 0xE6EBF1
#define LINK 0x1F4E79
#define LINE_POINTS 15.0 /* of a row of one line */
#define PIXEL_POINTS 0.75
#define MAX_LINES 26       /* of a row */
#define LEAD_UTF16 1000  /* of a sentence, at most */


struct look {
    double size;
    lxw_color_t colour;
    bool bold, italic, wrap, line, fill, link, right;
    bool prose; /* our own sentences: no line ends within a figure */
    uint8_t indent;
    const char *number;
};
#define SLOT .size = 11, .colour = INK, .line = true
/* Texts are indented, so that they do not touch a number on their left; the other way round LibreOffice forgets some.
 */
#define WORDS .line = true, .wrap = true, .indent = 1
#define HEADER .size = 10, .colour = INK, .bold = true, .wrap = true, .line = true, .fill = true
static const struct look looks[XS_STYLE_N] = {
    [XS_TITLE] = {.size = 18, .colour = INK, .bold = true, .wrap = true},
    [XS_SUBTITLE] = {.size = 10, .colour = GREY, .wrap = true, .prose = true},
    [XS_SIMULATED] = {.size = 10, .colour = INK, .bold = true, .wrap = true},
    [XS_HEADING] = {.size = 13, .colour = INK, .bold = true, .wrap = true},
    [XS_LABEL] = {.size = 11, .colour = INK, .bold = true, .wrap = true},
    [XS_LEAD] = {.size = 12, .colour = INK, .wrap = true, .prose = true},
    [XS_LEAD_STRONG] = {.size = 12, .colour = INK, .bold = true, .wrap = true, .prose = true},
    [XS_QUOTE] = {.size = 11, .colour = INK, .italic = true, .wrap = true, .indent = 1},
    [XS_TEXT] = {.size = 11, .colour = INK, .wrap = true, .prose = true},
    [XS_REMARK] = {.size = 10, .colour = GREY, .italic = true, .wrap = true, .prose = true},
    [XS_CORNER_LEFT] = {.size = 10, .colour = GREY, .wrap = true},
    [XS_CORNER_RIGHT] = {.size = 10, .colour = GREY, .wrap = true, .right = true},
    [XS_GOTO] = {.size = 11, .colour = LINK, .link = true},
    [XS_HEAD] = {HEADER, .indent = 1},
    [XS_HEAD_RIGHT] = {HEADER, .right = true},
    [XS_HEAD_FILTER] = {HEADER, .right = true, .indent = 2}, /* beside the button of a filter */
    [XS_HEAD_LINK] = {HEADER, .indent = 1, .link = true},
    [XS_HEAD_RIGHT_LINK] = {HEADER, .right = true, .link = true},
    [XS_HEAD_FILTER_LINK] = {HEADER, .right = true, .indent = 2, .link = true},
    [XS_NOTE_LABEL] = {.size = 10, .colour = INK, .wrap = true},
    [XS_NOTE] = {.size = 10, .colour = GREY, .wrap = true, .prose = true},
    [XS_CELL_TEXT] = {WORDS, .size = 11, .colour = INK},
    [XS_CELL_LABEL] = {WORDS, .prose = true, .size = 11, .colour = INK, .bold = true},
    [XS_CELL_SMALL] = {WORDS, .prose = true, .size = 10, .colour = GREY},
    [XS_CELL_RIGHT] = {SLOT, .wrap = true, .right = true},
    [XS_CELL_LINK] = {WORDS, .size = 11, .colour = LINK, .link = true},
    [XS_CELL_ABSENT] = {WORDS, .size = 10, .colour = GREY, .italic = true},
    [XS_CELL_NOTE] = {.size = 11, .colour = GREY, .line = true, .right = true},
    [XS_CELL_COUNT] = {SLOT, .right = true, .number = "#,##0"},
    [XS_CELL_TENTHS] = {SLOT, .right = true, .number = "0.0"},
    [XS_CELL_HUNDREDTHS] = {SLOT, .right = true, .number = "0.00"},
    [XS_CELL_THOUSANDTHS] = {SLOT, .right = true, .number = "0.000"},
    [XS_CELL_TINY] = {SLOT, .right = true, .number = "0.00E+00"},
    [XS_CELL_PERCENT] = {SLOT, .right = true, .number = "0.0 %"},
    [XS_CELL_SECONDS] = {SLOT, .right = true, .number = "[h]:mm:ss"},
    [XS_CELL_DAYS] = {SLOT, .right = true, .number = "#,##0.0 \"d\""},
    [XS_CELL_TIME] = {SLOT, .indent = 1, .number = "yyyy-mm-dd hh:mm:ss"},
};

static lxw_format *format(lxw_workbook *book, const struct look *look)
{
    lxw_format *f = workbook_add_format(book);
    format_set_font_size(f, look->size);
    format_set_font_color(f, look->colour);
    if (look->bold)
        format_set_bold(f);
    if (look->italic)
        format_set_italic(f);
    if (look->wrap)
        format_set_text_wrap(f);
    if (look->right || look->indent)
        format_set_align(f, look->right ? LXW_ALIGN_RIGHT : LXW_ALIGN_LEFT);
    if (look->indent)
        format_set_indent(f, look->indent);
    format_set_align(f, look->fill ? LXW_ALIGN_VERTICAL_CENTER : LXW_ALIGN_VERTICAL_TOP);
    if (look->link)
        format_set_underline(f, LXW_UNDERLINE_SINGLE);
    if (look->fill)
        format_set_bg_color(f, FILL);
    if (look->line) {
        format_set_bottom(f, LXW_BORDER_THIN);
        format_set_bottom_color(f, LINE);
    }
    if (look->number)
        format_set_num_format(f, look->number);
    return f;
}

void ald_xlsx_formats(struct ald_xlsx *x)
{
    for (size_t i = 0; i < XS_STYLE_N; i++)
        x->formats[i] = format(x->book, &looks[i]);
}

/* Height of a line: what Excel gives one of Calibri, a little generous. */
static double line_points(double size)
{
    return size == 11 ? LINE_POINTS : 1.32 * size;
}

static double text_units(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at, enum ald_xlsx_style style)
{
    double units = ald_xlsx_units(s, at) - 1.3 * looks[style].indent;
    return looks[style].bold ? units / 1.07 : units;
}

size_t ald_xlsx_text_fit(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text, enum ald_xlsx_style style)
{
    double size = looks[style].size, room = ALD_XLSX_ROW_POINTS - 3;
    return ald_xlsx_fit(text, text_units(s, at, style), size, (size_t)(room / line_points(size)));
}

double ald_xlsx_text_points(const struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text,
                            enum ald_xlsx_style style)
{
    double size = looks[style].size;
    return (double)ald_xlsx_lines(text, text_units(s, at, style), size) * line_points(size);
}

enum ald_rc ald_xlsx_did(const struct ald_xlsx_sheet *s, lxw_error e, struct ald_err *err)
{
    if (e == LXW_NO_ERROR)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_IO, "cannot write '%s', sheet '%s', row %zu: %s", s->x->path, s->name, s->row + 1,
                    lxw_strerror(e));
}

static enum ald_rc open_span(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, lxw_format *f, struct ald_err *err)
{
    if (at.last > s->used_last)
        s->used_last = at.last;
    if (at.first == at.last)
        return ALD_OK;
    lxw_row_t row = (lxw_row_t)s->row;
    return ald_xlsx_did(s, worksheet_merge_range(s->ws, row, (lxw_col_t)at.first, row, (lxw_col_t)at.last, "", f), err);
}

static enum ald_rc put_blank(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, lxw_format *f, struct ald_err *err)
{
    return ald_xlsx_did(s, worksheet_write_blank(s->ws, (lxw_row_t)s->row, (lxw_col_t)at.first, f), err);
}

enum ald_rc ald_xlsx_put_text(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text,
                              enum ald_xlsx_style style, struct ald_err *err)
{
    lxw_format *f = s->x->formats[style];
    ALD_TRY(open_span(s, at, f, err));
    if (!text || !*text)
        return put_blank(s, at, f, err);
    const char *clean = ald_xlsx_clean(s->x->scratch, looks[style].prose ? ald_words_kept(s->x->scratch, text) : text, s->x->limits->text_utf16);
    return ald_xlsx_did(s, worksheet_write_string(s->ws, (lxw_row_t)s->row, (lxw_col_t)at.first, clean, f), err);
}

enum ald_rc ald_xlsx_put_number(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, double value,
                                enum ald_xlsx_style style, struct ald_err *err)
{
    lxw_format *f = s->x->formats[style];
    ALD_TRY(open_span(s, at, f, err));
    if (!isfinite(value))
        return put_blank(s, at, f, err);
    return ald_xlsx_did(s, worksheet_write_number(s->ws, (lxw_row_t)s->row, (lxw_col_t)at.first, value, f), err);
}

enum ald_rc ald_xlsx_open_span(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, enum ald_xlsx_style style, struct ald_err *err)
{
    return open_span(s, at, s->x->formats[style], err);
}

/* Three significant digits, as near as a number format comes to that. */
static enum ald_xlsx_style number_style(double v)
{
    double size = fabs(v);
    if (v == rint(v) || size >= 100)
        return XS_CELL_COUNT;
    if (size >= 10)
        return XS_CELL_TENTHS;
    return size >= 1 ? XS_CELL_HUNDREDTHS : size >= 0.001 ? XS_CELL_THOUSANDTHS : XS_CELL_TINY;
}

static enum ald_rc put_quantity(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, double v, enum ald_show show,
                                struct ald_err *err)
{
    switch (show) {
    case ALD_SHOW_COUNT:
        return ald_xlsx_put_number(s, at, v, XS_CELL_COUNT, err);
    case ALD_SHOW_POSITION:
        return ald_xlsx_put_number(s, at, v, XS_CELL_HUNDREDTHS, err);
    case ALD_SHOW_PERCENT:
        return ald_xlsx_put_number(s, at, v, XS_CELL_PERCENT, err);
    case ALD_SHOW_SECONDS:
    case ALD_SHOW_AGE:
        if (v < 0) { /* spreadsheets show a negative duration as ##### */
            const struct ald_node node = {.kind = ALD_NODE_NUM, .number = v};
            return ald_xlsx_put_text(s, at, ald_words(s->x->report, s->x->scratch, &node, show), XS_CELL_RIGHT, err);
        }
        return ald_xlsx_put_number(s, at, v / 86400, show == ALD_SHOW_AGE ? XS_CELL_DAYS : XS_CELL_SECONDS, err);
    default:
        return ald_xlsx_put_number(s, at, v, isfinite(v) ? number_style(v) : XS_CELL_TEXT, err);
    }
}

static enum ald_rc put_time(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const struct ald_node *node,
                            struct ald_err *err)
{
    const struct ald_zone *zone = s->x->report->zone;
    if (!ald_xlsx_serial_ok(zone, node->integer))
        return ald_xlsx_put_text(s, at, ald_words(s->x->report, s->x->scratch, node, ALD_SHOW_TIME), XS_CELL_RIGHT, err);
    return ald_xlsx_put_number(s, at, ald_xlsx_serial(zone, node->integer), XS_CELL_TIME, err);
}

enum ald_rc ald_xlsx_put_node(struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const struct ald_node *node,
                              enum ald_show show, struct ald_xlsx_link link, struct ald_err *err)
{
    enum ald_node_kind kind = node ? node->kind : ALD_NODE_NULL;
    if (kind == ALD_NODE_NUM)
        return put_quantity(s, at, node->number, show, err);
    if (kind == ALD_NODE_INT)
        return put_quantity(s, at, (double)node->integer, show, err);
    if (kind == ALD_NODE_TIME)
        return put_time(s, at, node, err);
    if (kind == ALD_NODE_NULL)
        return ald_xlsx_put_text(s, at, node ? node->absent : NULL, XS_CELL_ABSENT, err);
    const char *text = ald_words(s->x->report, s->x->scratch, node, show);
    if (show == ALD_SHOW_SENTENCE) /* of a value the blanks stay as they are: people look for it */
        text = ald_words_kept(s->x->scratch, text);
    if (text && *text && (link.place || link.url))
        return ald_xlsx_put_link(s, at, text, link, XS_CELL_LINK, err);
    return ald_xlsx_put_text(s, at, text, XS_CELL_TEXT, err);
}

/* As a program draws it: in whole pixels, and no higher than a row may be. */
double ald_xlsx_row_points(double points)
{
    double height = ceil(points / PIXEL_POINTS) * PIXEL_POINTS;
    return height > ALD_XLSX_ROW_POINTS ? ALD_XLSX_ROW_POINTS : height;
}

enum ald_rc ald_xlsx_row_height(struct ald_xlsx_sheet *s, double points, struct ald_err *err)
{
    if (points <= 0)
        return ALD_OK;
    return ald_xlsx_did(s, worksheet_set_row(s->ws, (lxw_row_t)s->row, ald_xlsx_row_points(points), NULL), err);
}

void ald_xlsx_next_row(struct ald_xlsx_sheet *s, double points)
{
    s->row++;
    ald_xlsx_page_row(s, points > 0 ? ald_xlsx_row_points(points) : LINE_POINTS);
}

enum ald_rc ald_xlsx_paragraph(struct ald_xlsx_sheet *s, const char *text, enum ald_xlsx_style style,
                               struct ald_err *err)
{
    struct ald_xlsx_span at = {s->text_first, s->text_last};
    double size = looks[style].size, line = line_points(size), units = ald_xlsx_units(s, at);
    const char *rest = ald_words_printable(s->x->scratch, looks[style].prose ? ald_words_kept(s->x->scratch, text) : text);
    while (*rest) {
        size_t n = ald_xlsx_fit(rest, units, size, MAX_LINES);
        char *piece = ald_strndup(s->x->scratch, rest, n);
        rest += n;
        while (n && (piece[n - 1] == ' ' || piece[n - 1] == '\n'))
            piece[--n] = '\0';
        double points = (double)ald_xlsx_lines(piece, units, size) * line + (s->x->report->sections[s->section].one_page ? 1 : 3);
        ALD_TRY(ald_xlsx_row_height(s, points, err));
        ALD_TRY(ald_xlsx_put_text(s, at, piece, style, err));
        ald_xlsx_next_row(s, points);
    }
    return ALD_OK;
}

enum ald_rc ald_xlsx_lead(struct ald_xlsx_sheet *s, const struct ald_block *blocks, size_t n, struct ald_err *err)
{
    struct ald_arena *a = s->x->scratch;
    lxw_rich_string_tuple *parts = ald_calloc(a, n, sizeof *parts), **list = ald_calloc(a, n + 1, sizeof *list);
    const char *all = "";
    size_t parts_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!blocks[i].text || !*blocks[i].text)
            continue;
        char *text = ald_sprintf(a, "%s%s", *all ? " " : "", ald_xlsx_clean(a, ald_words_kept(a, blocks[i].text), LEAD_UTF16));
        parts[parts_n] = (lxw_rich_string_tuple){.format = s->x->formats[blocks[i].strong ? XS_LEAD_STRONG : XS_LEAD], .string = text};
        list[parts_n] = &parts[parts_n];
        parts_n++;
        all = ald_sprintf(a, "%s%s", all, text);
    }
    struct ald_xlsx_span at = {s->text_first, s->text_last};
    double size = looks[XS_LEAD].size, points = (double)ald_xlsx_lines(all, ald_xlsx_units(s, at) / 1.03, size) * line_points(size) + 3;
    if (parts_n < 2 || points > MAX_LINES * LINE_POINTS) { /* the library wants two at least; a row holds so many lines */
        for (size_t i = 0; i < n; i++)
            ALD_TRY(ald_xlsx_paragraph(s, blocks[i].text ? blocks[i].text : "", blocks[i].strong ? XS_LEAD_STRONG : XS_LEAD, err));
        return ALD_OK;
    }
    ALD_TRY(ald_xlsx_row_height(s, points, err));
    ALD_TRY(open_span(s, at, s->x->formats[XS_LEAD], err));
    ALD_TRY(ald_xlsx_did(s, worksheet_write_rich_string(s->ws, (lxw_row_t)s->row, (lxw_col_t)at.first, list, s->x->formats[XS_LEAD]), err));
    ald_xlsx_next_row(s, points);
    return ALD_OK;
}
