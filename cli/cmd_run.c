/* alidade run: ingest, analyze, report. A source that fails leaves a gap that the report names; the report is still written. */
#include <string.h>

#include "commands.h"

static enum ald_rc steps(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    ALD_TRY(ald_step_ingest(s, ret_code, err));
    if (ald_stopped(NULL)) /* just when the last page was stored */
        return ald_fail(err, ALD_ERR_STOPPED, "stopped; the next run goes on from here");
    ald_stop_at_once();
    ALD_TRY(ald_step_analyze(s, ret_code, err));
    static char quarterly[] = "quarterly";
    char *one[] = {quarterly};
    char **kinds = one;
    size_t n = 1;
    if (s->config.kinds[0]) {
        for (n = 0; s->config.kinds[n];)
            n++;
        kinds = ald_calloc(s->arena, n, sizeof *kinds);
        for (size_t i = 0; i < n; i++)
            kinds[i] = ald_strdup(s->arena, s->config.kinds[i]);
    }
    return ald_step_report(s, kinds, (int)n, ret_code, err);
}

enum ald_rc ald_cmd_run(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    int64_t as_of = 0;
    ALD_TRY(ald_session_check_period(s, &as_of, err));
    ALD_TRY(ald_run_begin(s, err));
    enum ald_rc rc = steps(s, ret_code, err);
    return ald_run_end(s, rc, *ret_code, err);
}
