/* The workbook: opened, filled sheet by sheet, closed. Same report, same bytes: nothing here asks the clock. */
#include "xlsx_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alidade/file.h"
#include "alidade/utf8.h"

const struct ald_xlsx_limits ald_xlsx_limits_default = {.sheet_rows = 1048576,
                                                        .table_rows = 20000,
                                                        .links = 65530,
                                                        .url_bytes = 2079,
                                                        .formula_text = 255,
                                                        .text_utf16 = 32767,
                                                        .chart_points = 5000};

static size_t all_rows(const struct ald_report *report)
{
    size_t n = 0;
    for (size_t i = 0; i < report->sections_n; i++)
        for (size_t k = 0; k < report->sections[i].blocks_n; k++)
            if (report->sections[i].blocks[k].kind == ALD_BLOCK_TABLE)
                n += ald_xlsx_rows_n(report, report->sections[i].blocks[k].table);
    return n;
}

/* The library tells of a bad path only when it closes the file, and on stderr. */
static enum ald_rc try_path(const char *path, struct ald_err *err)
{
    FILE *file = fopen(path, "wb");
    if (!file || fclose(file) != 0)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    return ALD_OK;
}

/* Where memory ends in its middle the library crashes, or fails with other words: that there is enough is seen before it begins, and if not
 * said as anywhere. A row that it keeps takes up to 2 kB, and packing the sheets 12 MB. */
static void need_room(size_t rows_kept)
{
    enum { ROW_BYTES = 2048, PACKING_BYTES = 12 << 20 };
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *room = ald_arena_new();
    (void)ald_alloc(room, PACKING_BYTES + rows_kept * ROW_BYTES);
}

static enum ald_rc open_book(struct ald_xlsx *x, struct ald_err *err)
{
    size_t rows = all_rows(x->report);
    ALD_TRY(try_path(x->path, err));
    x->constant = rows > x->limits->table_rows;
    need_room(x->constant ? 0 : rows);
    lxw_workbook_options options = {.constant_memory = x->constant};
    if (x->constant)
        options.tmpdir = ald_strdup(x->arena, ald_path_folder(x->arena, x->path));
    x->book = workbook_new_opt(x->path, &options);
    if (!x->book)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': no workbook", x->path);
    return ALD_OK;
}

static enum ald_rc set_properties(struct ald_xlsx *x, struct ald_err *err)
{
    const struct ald_report *report = x->report;
    int64_t created = report->as_of == ALD_TIME_NONE ? 0 : report->as_of / 1000;
    lxw_doc_properties properties = {
        .title = ald_strdup(x->arena, ald_words_line(x->arena, report->title, 200)),
        .subject = ald_strdup(x->arena, ald_words_line(x->arena, report->subtitle, 200)),
        .author = ald_strdup(x->arena, "alidade"),
        .comments = ald_strdup(x->arena, report->simulated ? "Simulated data" : ""),
        .created = (time_t)(created > 0 ? created : 1), /* 0 would be the current time */
    };
    lxw_error e = workbook_set_properties(x->book, &properties);
    return e == LXW_NO_ERROR ? ALD_OK
                             : ald_fail(err, ALD_ERR_IO, "cannot write '%s': properties: %s", x->path, lxw_strerror(e));
}

static enum ald_rc fill(struct ald_xlsx *x, struct ald_err *err)
{
    ALD_TRY(set_properties(x, err));
    ald_xlsx_formats(x);
    x->chart_data_name = ald_xlsx_name(x, "Chart data", 0);
    x->section_names = ald_calloc(x->arena, x->report->sections_n, sizeof *x->section_names);
    for (size_t i = 0; i < x->report->sections_n; i++)
        x->section_names[i] = ald_xlsx_name(x, x->report->sections[i].title, 0);
    x->sheets = ald_calloc(x->arena, x->report->sections_n, sizeof *x->sheets);
    for (size_t i = 0; i < x->report->sections_n; i++)
        ALD_TRY(ald_xlsx_section_begin(x, i, err));
    for (size_t i = 0; i < x->report->sections_n; i++)
        ALD_TRY(ald_xlsx_section_end(x, i, err));
    return ald_xlsx_chart_data(x, err);
}

enum ald_rc ald_xlsx_fill(const struct ald_report *report, const char *path, const struct ald_xlsx_limits *limits, struct ald_xlsx **ret,
                          struct ald_err *err)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) arena = ald_arena_new();
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_xlsx *x = ald_alloc(arena, sizeof *x);
    *x = (struct ald_xlsx){.report = report, .path = ald_strdup(arena, path), .limits = limits, .arena = arena, .scratch = scratch};
    x->chart_columns_end = &x->chart_columns;
    ALD_TRY(open_book(x, err));
    enum ald_rc rc = fill(x, err);
    if (rc != ALD_OK) {
        (void)workbook_close(x->book); /* also what frees it */
        return rc;
    }
    x->report = NULL;
    x->scratch = NULL;
    *ret = x;
    arena = NULL;
    return ALD_OK;
}

enum ald_rc ald_xlsx_pack(struct ald_xlsx *x, struct ald_err *err)
{
    lxw_error e = workbook_close(x->book);
    enum ald_rc rc = ALD_OK;
    if (e != LXW_NO_ERROR)
        rc = ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s: is there room on the disk, and memory?", x->path, lxw_strerror(e));
    ald_arena_free(x->arena); /* in which x lies itself */
    return rc;
}
