/* Rows of long tables. The library keeps or spools every cell, spells it by printf and deflates all of it; rows that come by the
 * ten thousand are spelt here, deflated as they come, and put among the library's own when the workbook is closed. What they
 * say is what the library would have written of the same cells. Knows no nodes. */
#include "xlsx_priv.h"

#include <string.h>

#include "alidade/json.h"
#include "zip.h"

#define TEXT_BYTES ((size_t)1 << 16)
#define SLICE 4096        /* of a text, at once */
#define GROWS 5           /* "&" as "&amp;" */
#define CELL_BYTES 128    /* more than a cell is without its text */
#define PACKED 4          /* level: with 6, as the library has it, a tenth shorter at twice the time */

struct ald_xlsx_rows {
    struct ald_xlsx_run *run;
    size_t row; /* that is open; SIZE_MAX: none is */
    size_t n, digits_n;
    char digits[ALD_JSON_NUMBER_BYTES]; /* number of the open row */
    char text[TEXT_BYTES];
};

static enum ald_rc pass_on(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    size_t n = s->rows->n;
    s->rows->n = 0;
    return ald_pieces_add(s->x->pieces, s->rows->text, n, err) == ALD_OK
               ? ALD_OK
               : ald_wrap(err, "cannot write '%s', sheet '%s', row %zu", s->x->path, s->name, s->row + 1);
}

static enum ald_rc room_for(struct ald_xlsx_sheet *s, size_t n, struct ald_err *err)
{
    return n > TEXT_BYTES - s->rows->n ? pass_on(s, err) : ALD_OK;
}

static void put(struct ald_xlsx_rows *r, const char *text, size_t n)
{
    memcpy(r->text + r->n, text, n);
    r->n += n;
}

#define PUT(r, literal) put(r, literal, sizeof(literal) - 1)

static void put_s(struct ald_xlsx_rows *r, const char *text)
{
    put(r, text, strlen(text));
}

static void put_escaped(struct ald_xlsx_rows *r, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        switch (text[i]) {
        case '&':
            PUT(r, "&amp;");
            break;
        case '<':
            PUT(r, "&lt;");
            break;
        case '>':
            PUT(r, "&gt;");
            break;
        default:
            r->text[r->n++] = text[i];
        }
}

static enum ald_rc put_text(struct ald_xlsx_sheet *s, const char *text, struct ald_err *err)
{
    for (size_t left = strlen(text), n; left > 0; left -= n, text += n) {
        n = left < SLICE ? left : SLICE;
        ALD_TRY(room_for(s, n * GROWS, err));
        put_escaped(s->rows, text, n);
    }
    return ALD_OK;
}

/* Digits as the library writes them: "%.16G". */
static void put_double(struct ald_xlsx_rows *r, double v)
{
    char text[ALD_JSON_NUMBER_BYTES];
    char *e = strchr(ald_json_double_text(v, 16, text), 'e');
    if (e)
        *e = 'E';
    put_s(r, text);
}

static void close_row(struct ald_xlsx_rows *r)
{
    if (r->row != SIZE_MAX)
        PUT(r, "</row>");
    r->row = SIZE_MAX;
}

static enum ald_rc open_row(struct ald_xlsx_sheet *s, double points, struct ald_err *err)
{
    struct ald_xlsx_rows *r = s->rows;
    ALD_TRY(room_for(s, CELL_BYTES, err));
    close_row(r);
    r->row = s->row;
    r->digits_n = strlen(ald_json_int_text((int64_t)s->row + 1, r->digits));
    PUT(r, "<row r=\"");
    put(r, r->digits, r->digits_n);
    if (points > 0) {
        PUT(r, "\" ht=\"");
        put_double(r, points);
        PUT(r, "\" customHeight=\"1");
    }
    PUT(r, "\">");
    return ALD_OK;
}

/* "<c r="B7" s="12"", without its end. */
static enum ald_rc open_cell(struct ald_xlsx_sheet *s, size_t column, lxw_format *format, struct ald_err *err)
{
    struct ald_xlsx_rows *r = s->rows;
    if (r->row != s->row)
        ALD_TRY(open_row(s, 0, err));
    ALD_TRY(room_for(s, CELL_BYTES, err));
    PUT(r, "<c r=\"");
    char letters[3];
    size_t n = 0;
    for (size_t at = column + 1; at > 0; at = (at - 1) / 26)
        letters[n++] = (char)('A' + (at - 1) % 26);
    while (n > 0)
        r->text[r->n++] = letters[--n];
    put(r, r->digits, r->digits_n);
    char style[ALD_JSON_NUMBER_BYTES];
    PUT(r, "\" s=\"");
    put_s(r, ald_json_int_text(lxw_format_get_xf_index(format), style));
    PUT(r, "\"");
    return ALD_OK;
}

enum ald_rc ald_xlsx_rows_height(struct ald_xlsx_sheet *s, double points, struct ald_err *err)
{
    return open_row(s, points, err);
}

enum ald_rc ald_xlsx_rows_blank(struct ald_xlsx_sheet *s, size_t column, lxw_format *format, struct ald_err *err)
{
    ALD_TRY(open_cell(s, column, format, err));
    PUT(s->rows, "/>");
    return ALD_OK;
}

enum ald_rc ald_xlsx_rows_number(struct ald_xlsx_sheet *s, size_t column, double value, lxw_format *format, struct ald_err *err)
{
    ALD_TRY(open_cell(s, column, format, err));
    PUT(s->rows, "><v>");
    put_double(s->rows, value);
    PUT(s->rows, "</v></c>");
    return ALD_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

enum ald_rc ald_xlsx_rows_text(struct ald_xlsx_sheet *s, size_t column, const char *text, lxw_format *format, struct ald_err *err)
{
    ALD_TRY(open_cell(s, column, format, err));
    PUT(s->rows, " t=\"inlineStr\"><is><t");
    if (is_blank(text[0]) || is_blank(text[strlen(text) - 1])) /* would be lost */
        PUT(s->rows, " xml:space=\"preserve\"");
    PUT(s->rows, ">");
    ALD_TRY(put_text(s, text, err));
    ALD_TRY(room_for(s, CELL_BYTES, err));
    PUT(s->rows, "</t></is></c>");
    return ALD_OK;
}

enum ald_rc ald_xlsx_rows_formula(struct ald_xlsx_sheet *s, size_t column, const char *formula, const char *text, lxw_format *format,
                                  struct ald_err *err)
{
    ALD_TRY(open_cell(s, column, format, err));
    PUT(s->rows, " t=\"str\"><f>");
    ALD_TRY(put_text(s, formula, err));
    ALD_TRY(room_for(s, CELL_BYTES, err));
    PUT(s->rows, "</f><v>");
    ALD_TRY(put_text(s, text, err));
    ALD_TRY(room_for(s, CELL_BYTES, err));
    PUT(s->rows, "</v></c>");
    return ALD_OK;
}

/* ---- Runs of rows ---- */

enum ald_rc ald_xlsx_rows_begin(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    if (!x->pieces)
        ALD_TRY(ald_pieces_new(x->path, PACKED, &x->pieces, err));
    struct ald_xlsx_run *run = ald_alloc(x->arena, sizeof *run);
    *run = (struct ald_xlsx_run){.sheet = s->ws->index, .first = s->row};
    s->rows = ald_alloc(x->arena, sizeof *s->rows);
    s->rows->run = run;
    s->rows->row = SIZE_MAX;
    *x->runs_end = run;
    x->runs_end = &run->next;
    return ALD_OK;
}

enum ald_rc ald_xlsx_rows_end(struct ald_xlsx_sheet *s, struct ald_err *err)
{
    ALD_TRY(room_for(s, CELL_BYTES, err));
    close_row(s->rows);
    ALD_TRY(pass_on(s, err));
    struct ald_xlsx_run *run = s->rows->run;
    s->rows = NULL;
    return ald_pieces_end(s->x->pieces, false, &run->piece, err);
}
