/* alidade analyze: link, measure, read; the result is kept in the store. */
#include <stdio.h>

#include "commands.h"
#include "progress.h"

enum ald_rc ald_step_analyze(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) analysis = NULL;
    size_t read = 0, counted = 0;
    (void)ret_code;
    ald_progress_note(s, "linking, measuring and reading incidents ...");
    ALD_TRY(ald_store_begin(s->store, err));
    enum ald_rc rc = ald_session_analysis(s, &analysis, err);
    if (rc == ALD_OK)
        rc = ald_analysis_save(s->store, analysis, &read, err);
    if (rc == ALD_OK)
        rc = ald_store_commit(s->store, err);
    if (rc != ALD_OK) {
        ald_store_rollback(s->store);
        return rc;
    }
    ald_progress_note(s, NULL);
    for (size_t i = 0; i < analysis->incidents_n; i++)
        counted += analysis->incidents[i].cls == ALD_INCIDENT;
    if (!s->options.quiet)
        (void)printf("analyzed: %zu record%s, %zu incident%s, %zu with a reading\n", analysis->records_n, analysis->records_n == 1 ? "" : "s",
                     counted, counted == 1 ? "" : "s", read);
    return ALD_OK;
}

enum ald_rc ald_cmd_analyze(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    ALD_TRY(ald_run_begin(s, err));
    enum ald_rc rc = ald_step_analyze(s, ret_code, err);
    return ald_run_end(s, rc, *ret_code, err);
}
