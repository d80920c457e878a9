/* A source of files, before anything is read from it: are they there, do their columns have a meaning, can their first lines be
 * understood. Stores nothing. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor_priv.h"

static const char *fix_of(const struct ald_doctor *d)
{
    const char *type = d->sync.cfg->type;
    return type && strcmp(type, "csv") == 0
               ? "correct the file, or say how it is to be read: keys `fields` (columns), `dates`, `timezone`, `ignore_extra`; see docs/FILES.md"
               : "correct the file; docs/FILES.md says what a line holds";
}

/* What is asked of one file. */
struct look {
    struct ald_doctor *d;
    const struct ald_stream *stream;
    const char *key, *path;
    int64_t bytes;
};

/* Whether an earlier line told of the same record. */
static bool told_before(const struct ald_rows *rows, size_t i)
{
    const struct ald_row_record *rec = rows->elements[i].record;
    for (size_t k = 0; rec && k < i; k++)
        if (rows->elements[k].record && strcmp(rows->elements[k].record->external_id, rec->external_id) == 0)
            return true;
    return false;
}

/* Lines of records that an earlier line told of; *ret_first: the first such record. */
static size_t named_again(const struct ald_rows *rows, const char **ret_first)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++)
        if (told_before(rows, i) && n++ == 0)
            *ret_first = rows->elements[i].record->external_id;
    return n;
}

/* What a time became that named no zone, so that whoever knows the file sees days and months, or hours, that are not its own. */
static const char *first_time(const struct look *l, const struct ald_rows *rows)
{
    const struct ald_source_cfg *cfg = l->d->sync.cfg;
    char at[32];
    for (size_t i = 0; i < rows->n && strcmp(cfg->type, "csv") == 0; i++) {
        const struct ald_row_record *rec = rows->elements[i].record;
        for (size_t k = 0; rec && k < rec->moments_n; k++)
            if (strcmp(rec->moments[k].moment, "opened") == 0)
                return ald_sprintf(l->d->sync.arena, "; %.40s opened at %s%s", rec->external_id, ald_time_format(rec->moments[k].at, at),
                                   ald_source_opt(cfg, "timezone") ? "" : " (what names no zone is taken as UTC; key `timezone`)");
    }
    return "";
}

static void judge(const struct look *l, const struct ald_sync_page *page)
{
    const char *why = page->bad_n ? page->bad[0].reason : NULL;
    size_t bad = page->bad_n, n = page->rows.n + page->bad_n;
    for (size_t i = 0; i < page->rows.n; i++)
        if (page->rows.elements[i].error) {
            bad++;
            why = why ? why : page->rows.elements[i].error;
        }
    const char *first = page->res.next_offset >= 0 ? "the first " : "";
    const char *lines = n == 1 ? "line" : "lines";
    if (bad) {
        struct ald_checkup_row *row =
            ald_checkup_add(l->d->checkup, bad == n ? ALD_CHECKUP_BAD : ALD_CHECKUP_LOOK, l->key, fix_of(l->d),
                            "%s: of %s%zu %s %zu cannot be understood, such as %s", l->path, first, n, lines, bad, why);
        if (bad == n)
            row->rc = ALD_ERR_FORMAT;
    } else
        (void)ald_checkup_add(l->d->checkup, ALD_CHECKUP_OK, l->key, NULL, "%s: %" PRId64 " bytes, %s%zu %s understood%s", l->path, l->bytes, first, n,
                              lines, first_time(l, &page->rows));
    size_t dated = 0, records = 0;
    for (size_t i = 0; i < page->rows.n; i++) {
        records += page->rows.elements[i].record != NULL;
        dated += page->rows.elements[i].record && page->rows.elements[i].record->moments_n > 0;
    }
    const char *shared = NULL;
    size_t again = named_again(&page->rows, &shared);
    if (again)
        (void)ald_checkup_add(
            l->d->checkup, ALD_CHECKUP_LOOK, l->key, "name the column that no two records share as external_id",
            "%s: of %s%zu %s %zu tell%s of a record that an earlier one told of, such as '%.40s'; the last one counts",
            l->path, first, n, lines, again, again == 1 ? "s" : "", shared);
    if (records && !dated)
        (void)ald_checkup_add(l->d->checkup, ALD_CHECKUP_LOOK, l->key, fix_of(l->d), "%s: no line says when its incident began (opened_at): none will be in any period",
                              l->path);
    if (page->repairs)
        (void)ald_checkup_add(l->d->checkup, ALD_CHECKUP_LOOK, l->key, "save it as UTF-8 (spreadsheets call it CSV UTF-8)",
                              "%s: bytes that are no UTF-8 in %zu value%s, which lose those letters", l->path, page->repairs,
                              page->repairs == 1 ? "" : "s");
}

static void read_first_lines(const struct look *l)
{
    struct ald_err err = {0};
    ALD_CLEANUP(ald_sync_page_done) struct ald_sync_page page;
    ald_sync_page_init(&l->d->sync, &page);
    if (ald_sync_file_first(&l->d->sync, l->stream, ALD_DOCTOR_SAMPLE, &page, &err) != ALD_OK)
        (void)ald_checkup_fail(l->d->checkup, l->key, fix_of(l->d), &err);
    else
        judge(l, &page);
}

/* The stream that reads the file of a key, or NULL. */
static const struct ald_stream *stream_of(struct ald_doctor *d, const char *path)
{
    const struct ald_connector *c = d->sync.connector;
    for (size_t k = 0; k < c->streams_n; k++) {
        struct ald_http_req req = {.window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE}};
        if (ald_doctor_wanted(d, &c->streams[k]) && c->streams[k].request(d->sync.arena, d->sync.cfg, &req, NULL) == ALD_OK && req.file_path &&
            strcmp(req.file_path, path) == 0)
            return &c->streams[k];
    }
    return NULL;
}

void ald_doctor_files(struct ald_doctor *d)
{
    const struct ald_source_type *type = &d->sync.connector->type;
    for (size_t i = 0; i < type->keys_n; i++) {
        struct look l = {.d = d, .key = type->keys[i].key, .path = type->keys[i].is_path ? ald_source_opt(d->sync.cfg, type->keys[i].key) : NULL};
        struct stat info;
        if (!l.path)
            continue;
        const bool there = stat(l.path, &info) == 0;
        if (!there || access(l.path, R_OK) != 0 || !S_ISREG(info.st_mode)) { /* a pipe would be waited for */
            ald_checkup_add(d->checkup, ALD_CHECKUP_BAD, l.key, ald_sprintf(d->sync.arena, "put the file there, or correct key `%s`", l.key), "%s %s", l.path,
                            there && !S_ISREG(info.st_mode) ? "is no file, but a folder, a pipe or a device" : "cannot be read")
                ->rc = ALD_ERR_NET;
            continue;
        }
        l.bytes = (int64_t)info.st_size;
        l.stream = stream_of(d, l.path);
        if (l.stream)
            read_first_lines(&l);
        else
            (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, l.key, NULL, "%s: %" PRId64 " bytes", l.path, l.bytes);
    }
}
