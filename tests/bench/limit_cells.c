/* The limit of a workbook: writes the cells of another one with libxlsxwriter alone, in the same mode.
 *
 *     limit-cells CELLS WORKBOOK large|small|none
 *
 * CELLS: lines of tab-separated "sheet NAME", "n ROW COLUMN NUMBER", "s ROW COLUMN TEXT", "u ROW COLUMN ADDRESS TEXT",
 * "f ROW COLUMN FORMULA TEXT", "b ROW COLUMN" (blank, with a format), "m ROW COLUMN LAST" (merged up to there), rows ascending.
 * large: constant memory; none: reads the cells and writes nothing, which is what the reading takes. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

static char *field(char **at)
{
    char *start = *at;
    *at += strcspn(*at, "\t");
    if (**at)
        *(*at)++ = '\0';
    return start;
}

/* sheet NULL: only reads. */
static lxw_error write_cell(lxw_worksheet *sheet, lxw_format *format, char *line)
{
    char kind = *field(&line);
    lxw_row_t row = (lxw_row_t)strtoul(field(&line), NULL, 10);
    lxw_col_t column = (lxw_col_t)strtoul(field(&line), NULL, 10);
    double number = kind == 'n' ? strtod(line, NULL) : 0;
    const char *first = kind == 'u' || kind == 'f' ? field(&line) : NULL;
    if (!sheet)
        return LXW_NO_ERROR;
    switch (kind) {
    case 'n':
        return worksheet_write_number(sheet, row, column, number, format);
    case 's':
        return worksheet_write_string(sheet, row, column, line, format);
    case 'f':
        return worksheet_write_formula_str(sheet, row, column, first, format, line);
    case 'b':
        return worksheet_write_blank(sheet, row, column, format);
    case 'm':
        return worksheet_merge_range(sheet, row, column, row, (lxw_col_t)strtoul(line, NULL, 10), "", format);
    default:
        return worksheet_write_url_opt(sheet, row, column, first, format, line, NULL);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    FILE *cells = fopen(argv[1], "r");
    if (!cells)
        return 1;
    bool writes = strcmp(argv[3], "none") != 0;
    lxw_workbook_options options = {.constant_memory = strcmp(argv[3], "large") == 0};
    lxw_workbook *book = workbook_new_opt(argv[2], &options);
    lxw_worksheet *sheet = NULL;
    lxw_format *format = workbook_add_format(book);
    format_set_num_format(format, "0.00");
    char *line = NULL;
    size_t cap = 0, n = 0;
    for (ssize_t got = getline(&line, &cap, cells); got > 0; got = getline(&line, &cap, cells)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "sheet\t", 6) == 0)
            sheet = workbook_add_worksheet(book, line + 6);
        else if (!sheet || write_cell(writes ? sheet : NULL, format, line) != LXW_NO_ERROR)
            return 1;
        else
            n++;
    }
    free(line);
    if (fclose(cells) != 0 || workbook_close(book) != LXW_NO_ERROR)
        return 1;
    (void)printf("%zu cells\n", n);
    return 0;
}
