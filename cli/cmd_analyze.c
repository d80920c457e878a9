/* alidade analyze: link, measure, read; the result is kept in the store. */
#include <stdio.h>

#include "alidade/retention.h"
#include "alidade/rewrite.h"
#include "commands.h"
#include "progress.h"

/* Words that the configuration keeps no longer; what was found in them stays. By the clock, whatever as-of is. */
static enum ald_rc let_words_go(struct ald_session *s, const struct ald_analysis *analysis, struct ald_retained *ret, struct ald_err *err)
{
    const int64_t quarter_ms = 7889238 * ALD_SECOND_MS; /* a quarter of 365.2425 days */
    if (!s->config.retention_quarters)
        return ALD_OK;
    return ald_retain(s->store, analysis, s->clock.now_ms(s->clock.ctx) - s->config.retention_quarters * quarter_ms, ret, err);
}

static enum ald_rc analyse(struct ald_session *s, struct ald_analysis **ret, struct ald_err *err)
{
    int64_t as_of = 0;
    ALD_TRY(ald_session_as_of(s, &as_of, err));
    /* What lets words go asks of all incidents. */
    return (s->options.whole || s->config.retention_quarters ? ald_analysis_whole : ald_analysis_again)(s->store, &s->config.settings, as_of, ret, err);
}

static void log_anew(const struct ald_session *s, const struct ald_analysis *analysis)
{
    char all[24], anew[24];
    (void)snprintf(all, sizeof all, "%zu", ald_analysis_all(analysis).incidents);
    (void)snprintf(anew, sizeof anew, "%zu", ald_analysis_anew(analysis));
    ald_log_kv(&s->log, ALD_LOG_DEBUG, "analyze", "incidents", all, "anew", anew, analysis->all_because ? "all because" : NULL,
               analysis->all_because, NULL);
}

enum ald_rc ald_step_analyze(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) analysis = NULL;
    struct ald_retained gone = {0};
    size_t read = 0;
    bool owed = false;
    (void)ret_code;
    ald_progress_note(s, "linking, measuring and reading incidents ...");
    ALD_TRY(ald_store_begin(s->store, err));
    enum ald_rc rc = analyse(s, &analysis, err);
    if (rc == ALD_OK)
        rc = ald_analysis_save(s->store, analysis, &read, err);
    if (rc == ALD_OK)
        rc = let_words_go(s, analysis, &gone, err);
    if (rc == ALD_OK && (gone.texts || gone.raw)) /* pages that were rebalanced hold copies that secure_delete does not see */
        rc = ald_store_owe_scour(s->store, err);
    if (rc == ALD_OK)
        rc = ald_store_commit(s->store, err);
    if (rc != ALD_OK) {
        ald_store_rollback(s->store);
        return rc;
    }
    ALD_TRY(ald_store_scour_owed(s->store, &owed, err)); /* also by a run before, that was killed or kept from it */
    if (owed)
        ALD_TRY(ald_store_scour(s->store, err));
    ald_progress_note(s, NULL);
    struct ald_analysed all = ald_analysis_all(analysis);
    if (!s->options.quiet)
        (void)printf("analyzed: %zu record%s, %zu incident%s, %zu with a reading\n", all.records, all.records == 1 ? "" : "s", all.counted,
                     all.counted == 1 ? "" : "s", read);
    log_anew(s, analysis);
    if (!s->options.quiet && (gone.texts || gone.raw))
        (void)printf("retention: %lld text%s and %lld raw element%s deleted; their figures stay\n", (long long)gone.texts,
                     gone.texts == 1 ? "" : "s", (long long)gone.raw, gone.raw == 1 ? "" : "s");
    return ALD_OK;
}

enum ald_rc ald_cmd_analyze(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    ALD_TRY(ald_run_begin(s, err));
    enum ald_rc rc = ald_step_analyze(s, ret_code, err);
    return ald_run_end(s, rc, *ret_code, err);
}
