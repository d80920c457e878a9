/* Building a report and putting its files in place. */
#include <stdlib.h>
#include <string.h>

#include "alidade/file.h"
#include "alidade/report.h"

enum ald_rc ald_report_build(const struct ald_kind *kind, const struct ald_report_input *in, struct ald_report **ret, struct ald_err *err)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_report *ALD_CLEANUP(ald_report_freep) report = ald_alloc(arena, sizeof *report);
    report->arena = arena;
    report->kind = kind->name;
    report->title = kind->title;
    report->zone = in->analysis->zone;
    report->as_of = in->analysis->as_of;
    report->period_label = ald_strdup(arena, in->period.label);
    report->period_file = ald_strdup(arena, in->period.file_part);
    report->simulated = in->simulated;
    report->root = ald_node_object(arena);
    ALD_TRY(kind->build(in, report, err));
    *ret = report;
    report = NULL;
    return ALD_OK;
}

void ald_report_free(struct ald_report *report)
{
    if (report)
        ald_arena_free(report->arena);
}

void ald_report_freep(struct ald_report **report)
{
    ald_report_free(*report);
    *report = NULL;
}

struct ald_report_file {
    const struct ald_format *format;
    const char *path;
    struct ald_replace place;
    void *kept; /* by a format that writes in two steps */
    bool ended;
};

enum ald_rc ald_report_file_begin(const struct ald_report *report, const struct ald_format *format, const char *dir, struct ald_arena *arena,
                                  struct ald_report_file **ret, struct ald_err *err)
{
    size_t n = strlen(dir);
    const char *slash = n && dir[n - 1] == '/' ? "" : "/";
    struct ald_report_file *file = ald_alloc(arena, sizeof *file);
    file->format = format;
    file->path = ald_sprintf(arena, "%s%s%s-%s%s", n ? dir : ".", slash, report->kind, report->period_file, format->ext);
    ALD_TRY(ald_replace_begin_path(&file->place, file->path, err));
    enum ald_rc rc = format->write ? format->write(report, file->place.temp, err) : format->fill(report, file->place.temp, &file->kept, err);
    if (rc != ALD_OK) {
        ald_replace_abort(&file->place);
        return ald_wrap(err, "report '%s'", file->path);
    }
    *ret = file;
    return ALD_OK;
}

static enum ald_rc pack(struct ald_report_file *file, struct ald_err *err)
{
    void *kept = file->kept;
    file->kept = NULL;
    return kept ? file->format->pack(kept, err) : ALD_OK;
}

enum ald_rc ald_report_file_end(struct ald_report_file *file, struct ald_err *err)
{
    enum ald_rc rc = pack(file, err);
    if (rc == ALD_OK)
        rc = ald_replace_commit(&file->place, err);
    if (rc != ALD_OK) {
        ald_replace_abort(&file->place);
        return ald_wrap(err, "report '%s'", file->path);
    }
    file->ended = true;
    return ALD_OK;
}

const char *ald_report_file_path(const struct ald_report_file *file)
{
    return file->ended ? file->path : NULL;
}

void ald_report_file_drop(struct ald_report_file *file)
{
    if (!file || file->ended)
        return;
    (void)pack(file, NULL);
    ald_replace_abort(&file->place);
}
