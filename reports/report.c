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

enum ald_rc ald_report_write(const struct ald_report *report, const struct ald_format *format, const char *dir, struct ald_arena *arena,
                             const char **ret_path, struct ald_err *err)
{
    size_t n = strlen(dir);
    const char *slash = n && dir[n - 1] == '/' ? "" : "/";
    const char *path = ald_sprintf(arena, "%s%s%s-%s%s", n ? dir : ".", slash, report->kind, report->period_file, format->ext);
    struct ald_replace place;
    ALD_TRY(ald_replace_begin_path(&place, path, err));
    enum ald_rc rc = format->write(report, place.temp, err);
    if (rc == ALD_OK)
        rc = ald_replace_commit(&place, err);
    if (rc != ALD_OK) {
        ald_replace_abort(&place);
        return ald_wrap(err, "report '%s'", path);
    }
    if (ret_path)
        *ret_path = path;
    return ALD_OK;
}
