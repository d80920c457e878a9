/* CSV rows: where they end, what their cells are. Knows neither files nor what a column means. */
#include "alidade/csv.h"

#include <string.h>

bool ald_csv_more(struct ald_csv_state *state, char separator, const char *line, size_t n)
{
    if (state->at != ALD_CSV_QUOTED && (n == 0 || !memchr(line, '"', n))) { /* most rows: nothing opens */
        state->at = ALD_CSV_PLAIN;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char c = line[i];
        switch (state->at) {
        case ALD_CSV_START:
            state->at = c == '"' ? ALD_CSV_QUOTED : c == separator ? ALD_CSV_START : ALD_CSV_PLAIN;
            break;
        case ALD_CSV_PLAIN:
            state->at = c == separator ? ALD_CSV_START : ALD_CSV_PLAIN;
            break;
        case ALD_CSV_QUOTED:
            state->at = c == '"' ? ALD_CSV_QUOTE : ALD_CSV_QUOTED;
            break;
        case ALD_CSV_QUOTE:
            /* Text after a closing quote is the splitter's to refuse; it opens nothing. */
            state->at = c == '"' ? ALD_CSV_QUOTED : c == separator ? ALD_CSV_START : ALD_CSV_PLAIN;
            break;
        }
    }
    return state->at == ALD_CSV_QUOTED;
}

/* One cell from *at on; leaves *at behind it: at a separator or the end. */
static enum ald_rc take_cell(struct ald_arena *arena, char separator, const char *row, size_t n, size_t *at, size_t number,
                             const char **ret, size_t *ret_n, struct ald_err *err)
{
    size_t i = *at;
    if (i >= n || row[i] != '"') {
        const char *end = memchr(row + i, separator, n - i);
        size_t length = end ? (size_t)(end - (row + i)) : n - i;
        char *plain = ald_alloc(arena, length + 1); /* no string: it may hold NUL bytes */
        if (length)
            memcpy(plain, row + i, length);
        *ret_n = length;
        *ret = plain;
        *at = i + length;
        return ALD_OK;
    }
    char *text = ald_alloc(arena, n - i);
    size_t length = 0;
    for (i++;; i++) {
        if (i >= n)
            return ald_fail(err, ALD_ERR_FORMAT, "cell %zu: its quote is never closed", number);
        if (row[i] == '"' && (i + 1 >= n || row[i + 1] != '"'))
            break;
        if (row[i] == '"')
            i++;
        text[length++] = row[i];
    }
    text[length] = '\0';
    i++;
    if (i < n && row[i] != separator)
        return ald_fail(err, ALD_ERR_FORMAT, "cell %zu: text after its closing quote (a quote inside a cell is written twice)", number);
    *ret = text;
    *ret_n = length;
    *at = i;
    return ALD_OK;
}

enum ald_rc ald_csv_split(struct ald_arena *arena, char separator, const char *row, size_t n, struct ald_csv_row *ret,
                          struct ald_err *err)
{
    struct ald_csv_row out = {.n = 0};
    size_t cells_cap = 0, lengths_cap = 0, at = 0;
    for (bool more = true; more;) {
        out.cells = ald_grow(arena, out.cells, out.n, &cells_cap, sizeof *out.cells);
        out.lengths = ald_grow(arena, out.lengths, out.n, &lengths_cap, sizeof *out.lengths);
        ALD_TRY(take_cell(arena, separator, row, n, &at, out.n + 1, &out.cells[out.n], &out.lengths[out.n], err));
        out.n++;
        more = at < n;
        at++; /* the separator; after the last one stands an empty cell */
        if (more && at == n) {
            out.cells = ald_grow(arena, out.cells, out.n, &cells_cap, sizeof *out.cells);
            out.lengths = ald_grow(arena, out.lengths, out.n, &lengths_cap, sizeof *out.lengths);
            out.cells[out.n] = "";
            out.lengths[out.n++] = 0;
            more = false;
        }
    }
    *ret = out;
    return ALD_OK;
}

char ald_csv_separator(const char *header, size_t n)
{
    bool quoted = false, semicolon = false, tab = false;
    for (size_t i = 0; i < n; i++) {
        if (header[i] == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (header[i] == ',')
            return ',';
        semicolon = semicolon || header[i] == ';';
        tab = tab || header[i] == '\t';
    }
    return semicolon ? ';' : tab ? '\t' : ',';
}

const char *const *ald_csv_list(struct ald_arena *arena, const char *cell)
{
    size_t n = 0, cap = 0, room = strlen(cell) + 1;
    const char **list = ald_grow(arena, NULL, 0, &cap, sizeof *list);
    char *text = ald_alloc(arena, room);
    for (const char *at = cell; *at;) {
        size_t length = 0, kept = 0; /* kept: up to the last byte that is no blank, or was escaped */
        at += strspn(at, " \t");
        for (; *at && *at != ';'; at++) {
            bool escaped = *at == '\\' && at[1] && strchr(";\\ \t", at[1]);
            at += escaped;
            text[length++] = *at;
            if (escaped || !strchr(" \t", *at))
                kept = length;
        }
        at += *at == ';';
        if (kept) {
            list = ald_grow(arena, list, n + 1, &cap, sizeof *list);
            list[n++] = ald_strndup(arena, text, kept);
        }
    }
    list[n] = NULL;
    return (const char *const *)list;
}
