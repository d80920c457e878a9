/* JSON: writes the tree as it is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alidade/report.h"

static enum ald_rc write_json(const struct ald_report *report, const char *path, struct ald_err *err)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_jw *w = ald_alloc(scratch, sizeof *w);
    ald_jw_init(w, ald_json_sink_file(file), 2);
    ald_node_write(w, report->root, scratch);
    enum ald_rc rc = ald_jw_finish(w, err);
    if (rc == ALD_OK && (fputc('\n', file) == EOF || fflush(file) != 0))
        rc = ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    if (fclose(file) != 0 && rc == ALD_OK)
        rc = ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    return rc;
}

extern const struct ald_format ald_format_json;
const struct ald_format ald_format_json = {"json", ".json", false, true, .write = write_json};
