/* Rows that were written beside the library (xlsx_rows.c), put among its own in the workbook that it has closed. */
#include "xlsx_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/file.h"
#include "zip.h"

#define MOST_BYTES ((size_t)1 << 30) /* of what the library wrote: all but long tables */


/* Where rows from this one on begin. Texts hold no such mark: their < is escaped. */
static const char *place_of(const char *from, size_t row)
{
    static const char mark[] = "<row r=\"";
    for (const char *at = strstr(from, mark); at; at = strstr(at + 1, mark))
        if (strtoul(at + sizeof mark - 1, NULL, 10) > row) /* counted from 1 there */
            return at;
    return NULL;
}

static enum ald_rc join_sheet(struct ald_xlsx *x, struct ald_zip_out *out, const struct ald_zip_member *member, size_t sheet, struct ald_err *err)
{
    char *xml = NULL;
    ALD_TRY(ald_zip_text(x->scratch, member, &xml, err));
    size_t n = 0, runs_n = 0;
    for (const struct ald_xlsx_run *run = x->runs; run; run = run->next)
        runs_n += run->sheet == sheet;
    struct ald_piece *pieces = ald_calloc(x->scratch, 2 * runs_n + 1, sizeof *pieces);
    const char *from = xml;
    for (const struct ald_xlsx_run *run = x->runs; run; run = run->next) {
        if (run->sheet != sheet)
            continue;
        const char *to = place_of(from, run->first);
        if (!to)
            return ald_fail(err, ALD_ERR_FORMAT, "%s has no place for its rows", member->name);
        ALD_TRY(ald_pieces_add(x->pieces, from, (size_t)(to - from), err));
        ALD_TRY(ald_pieces_end(x->pieces, false, &pieces[n++], err));
        pieces[n++] = run->piece;
        from = to;
    }
    ALD_TRY(ald_pieces_add(x->pieces, from, strlen(from), err));
    ALD_TRY(ald_pieces_end(x->pieces, true, &pieces[n++], err));
    return ald_zip_join(out, member, x->pieces, pieces, n, err);
}

static bool has_runs(const struct ald_xlsx *x, const char *name, size_t *ret_sheet)
{
    static const char folder[] = "xl/worksheets/sheet";
    if (strncmp(name, folder, sizeof folder - 1) != 0)
        return false;
    *ret_sheet = strtoul(name + sizeof folder - 1, NULL, 10) - 1;
    for (const struct ald_xlsx_run *run = x->runs; run; run = run->next)
        if (run->sheet == *ret_sheet)
            return true;
    return false;
}

static enum ald_rc join(struct ald_xlsx *x, const struct ald_zip *zip, FILE *file, struct ald_err *err)
{
    struct ald_zip_out out = {.file = file, .arena = x->arena};
    for (size_t i = 0; i < zip->n; i++) {
        const struct ald_zip_member *member = &zip->members[i];
        size_t sheet = 0;
        if (has_runs(x, member->name, &sheet))
            ALD_TRY(join_sheet(x, &out, member, sheet, err));
        else
            ALD_TRY(ald_zip_copy(&out, member, err));
        ald_arena_reset(x->scratch);
    }
    return ald_zip_end(&out, err);
}

enum ald_rc ald_xlsx_rows_join(struct ald_xlsx *x, struct ald_err *err)
{
    if (!x->runs)
        return ALD_OK;
    char *bytes = NULL;
    size_t n = 0;
    struct ald_zip zip = {0};
    ALD_TRY(ald_file_read(x->path, MOST_BYTES, x->arena, &bytes, &n, err));
    ALD_TRY(ald_zip_read(x->arena, bytes, n, &zip, err));
    FILE *file = fopen(x->path, "wb");
    if (!file)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", x->path, strerror(errno));
    enum ald_rc rc = join(x, &zip, file, err);
    if (rc != ALD_OK)
        rc = ald_wrap(err, "cannot write '%s'", x->path);
    if (fclose(file) != 0 && rc == ALD_OK)
        rc = ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", x->path, strerror(errno));
    return rc;
}
