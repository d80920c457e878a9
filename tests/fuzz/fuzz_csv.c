/* Any bytes as CSV: rows end where the splitter and the follower of quotes agree, a row that is written again reads the same, and
 * a list in a cell holds no empty name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/buf.h"
#include "alidade/csv.h"
#include "alidade/json.h"
#include "sync_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void written_again(struct ald_arena *arena, const struct ald_csv_row *row)
{
    struct ald_buf ALD_CLEANUP(ald_buf_done) text;
    struct ald_csv_row again;
    struct ald_csv_state state = {ALD_CSV_START};
    ald_buf_init(&text, 1u << 24);
    for (size_t i = 0; i < row->n; i++) {
        must(ald_buf_adds(&text, i ? ",\"" : "\"", NULL) == ALD_OK);
        for (size_t k = 0; k < row->lengths[i]; k++)
            must(ald_buf_add(&text, row->cells[i][k] == '"' ? "\"\"" : &row->cells[i][k], row->cells[i][k] == '"' ? 2 : 1, NULL) == ALD_OK);
        must(ald_buf_adds(&text, "\"", NULL) == ALD_OK);
    }
    must(!ald_csv_more(&state, ',', text.data, text.len));
    must(ald_csv_split(arena, ',', text.data, text.len, &again, NULL) == ALD_OK && again.n == row->n);
    for (size_t i = 0; i < row->n; i++)
        must(again.lengths[i] == row->lengths[i] && memcmp(again.cells[i], row->cells[i], row->lengths[i]) == 0);
}

static void as_object(struct ald_arena *arena, const char *header, size_t header_n, const char *row, size_t n)
{
    struct ald_buf ALD_CLEANUP(ald_buf_done) text;
    struct ald_json_doc *ALD_CLEANUP(ald_json_doc_freep) doc = NULL;
    struct ald_sync_csv csv;
    ald_buf_init(&text, 1u << 24);
    if (ald_sync_csv_header(arena, header, header_n, &csv, NULL) == ALD_OK &&
        ald_sync_csv_object(arena, &csv, row, n, &text, NULL) == ALD_OK)
        must(ald_json_parse(text.data, text.len, &doc, NULL) == ALD_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) arena = ald_arena_new();
    const char *text = (const char *)data;
    struct ald_csv_row row;
    struct ald_csv_state state = {ALD_CSV_START};
    bool open = ald_csv_more(&state, ',', text, size);
    (void)ald_csv_separator(text, size);
    if (ald_csv_split(arena, ',', text, size, &row, NULL) == ALD_OK) {
        must(!open && row.n > 0); /* what can be split is whole */
        written_again(arena, &row);
    }
    const char *line = memchr(text, '\n', size);
    if (line)
        as_object(arena, text, (size_t)(line - text), line + 1, size - (size_t)(line - text) - 1);
    const char *cell = ald_strndup(arena, text, size);
    for (const char *const *name = ald_csv_list(arena, cell); *name; name++)
        must(**name != '\0');
    return 0;
}
