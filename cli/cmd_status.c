/* alidade status: sources, how fresh they are, what is missing and what to do about it. */
#include <stdio.h>

#include "alidade/json.h"
#include "alidade/utf8.h"
#include "commands.h"

#define REASON_CHARS 200

static enum ald_rc streams_json(struct ald_session *s, const char *source, struct ald_jw *w, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_status_streams", &q, err));
    ald_q_text(q, 1, source);
    ald_jw_key(w, "streams");
    ald_jw_array(w);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        ald_jw_object(w);
        ald_jw_key(w, "name");
        ald_jw_str(w, ald_q_col_text(q, 0));
        ald_jw_key(w, "newest_change");
        ald_jw_time(w, ald_q_col_time(q, 1));
        ald_jw_key(w, "completed_at");
        ald_jw_time(w, ald_q_col_time(q, 2));
        ald_jw_key(w, "complete");
        ald_jw_bool(w, ald_q_col_int(q, 3) != 0);
        ald_jw_key(w, "gap");
        ald_jw_str(w, ald_q_col_text(q, 4));
        ald_jw_key(w, "under_way");
        ald_jw_bool(w, ald_q_col_int(q, 5) != 0);
        ald_jw_object_end(w);
        ALD_TRY(ald_q_step(q, &row, err));
    }
    ald_jw_array_end(w);
    return ALD_OK;
}

static enum ald_rc streams_text(struct ald_session *s, const char *source, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_q *ALD_CLEANUP(ald_q_closep) bad = NULL;
    bool row = false;
    char at[32];
    ALD_TRY(ald_q_open(s->store, "cli_status_streams", &q, err));
    ald_q_text(q, 1, source);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        int64_t newest = ald_q_col_time(q, 1);
        const char *gap = ald_q_col_text(q, 4);
        (void)printf("  %-22s %s%s%s\n", ald_q_col_text(q, 0),
                     ald_q_col_int(q, 5) ? "unfinished: the next ingest goes on with it" : ald_q_col_int(q, 3) ? "complete" : "incomplete",
                     newest == ALD_TIME_NONE ? "" : ", newest change ", newest == ALD_TIME_NONE ? "" : ald_time_format(newest, at));
        if (gap && *gap)
            (void)printf("    gap: %s\n", ald_shown(s, gap));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    ALD_TRY(ald_q_open(s->store, "cli_status_quarantine", &bad, err));
    ald_q_text(bad, 1, source);
    ALD_TRY(ald_q_step(bad, &row, err));
    while (row) {
        const char *reason = ald_shown(s, ald_q_col_text(bad, 2));
        size_t cut = ald_utf8_prefix(reason, REASON_CHARS); /* it may hold a whole URL */
        (void)printf("    quarantined: %s %s: %.*s%s\n", ald_q_col_text(bad, 0), ald_shown(s, ald_q_col_text(bad, 1)), (int)cut, reason,
                     reason[cut] ? "..." : "");
        ALD_TRY(ald_q_step(bad, &row, err));
    }
    return ALD_OK;
}

static enum ald_rc findings_text(struct ald_session *s, const char *source, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_status_findings", &q, err));
    ald_q_text(q, 1, source);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        (void)printf("    remark: %s: %s\n", ald_q_col_text(q, 0), ald_shown(s, ald_q_col_text(q, 1)));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static enum ald_rc findings_json(struct ald_session *s, const char *source, struct ald_jw *w, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_status_findings", &q, err));
    ald_q_text(q, 1, source);
    ald_jw_key(w, "remarks");
    ald_jw_array(w);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        ald_jw_object(w);
        ald_jw_key(w, "stream");
        ald_jw_str(w, ald_q_col_text(q, 0));
        ald_jw_key(w, "text");
        ald_jw_str(w, ald_q_col_text(q, 1));
        ald_jw_object_end(w);
        ALD_TRY(ald_q_step(q, &row, err));
    }
    ald_jw_array_end(w);
    return ALD_OK;
}

static enum ald_rc as_json(struct ald_session *s, struct ald_q *q, struct ald_err *err)
{
    struct ald_jw w;
    bool row = false;
    ald_jw_init(&w, ald_json_sink_file(stdout), 2);
    ald_jw_object(&w);
    ald_jw_key(&w, "store");
    ald_jw_str(&w, s->config.store);
    ald_jw_key(&w, "sources");
    ald_jw_array(&w);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        ald_jw_object(&w);
        static const char *const keys[] = {"name", "type", "role"};
        for (int i = 0; i < 3; i++) {
            ald_jw_key(&w, keys[i]);
            ald_jw_str(&w, ald_q_col_text(q, i));
        }
        ald_jw_key(&w, "last_success");
        ald_jw_time(&w, ald_q_col_time(q, 3));
        ald_jw_key(&w, "last_attempt");
        ald_jw_time(&w, ald_q_col_time(q, 4));
        ald_jw_key(&w, "last_error");
        ald_jw_str(&w, ald_q_col_text(q, 5));
        static const char *const counts[] = {"records", "quarantined", "details_to_read"};
        for (int i = 0; i < 3; i++) {
            ald_jw_key(&w, counts[i]);
            ald_jw_int(&w, ald_q_col_int(q, 6 + i));
        }
        ALD_TRY(streams_json(s, ald_q_col_text(q, 0), &w, err));
        ALD_TRY(findings_json(s, ald_q_col_text(q, 0), &w, err));
        ald_jw_object_end(&w);
        ALD_TRY(ald_q_step(q, &row, err));
    }
    ald_jw_array_end(&w);
    ald_jw_object_end(&w);
    return ald_jw_finish(&w, err);
}

enum ald_rc ald_cmd_status(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    char ago[48];
    (void)ret_code;
    ALD_TRY(ald_store_begin_read(s->store, err));
    ALD_TRY(ald_q_open(s->store, "cli_status_sources", &q, err));
    if (s->options.json)
        return as_json(s, q, err);
    int64_t now = s->clock.now_ms(s->clock.ctx);
    (void)printf("store %s\n", s->config.store);
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row)
        (void)printf("nothing was ingested yet: run `alidade ingest`\n");
    while (row) {
        const char *failed = ald_q_col_text(q, 5);
        (void)printf("\n%s (%s%s): %lld records, %s%s\n", ald_q_col_text(q, 0), ald_q_col_text(q, 1),
                     ald_q_col_text(q, 2)[0] == 'v' ? ", vendor" : "", (long long)ald_q_col_int(q, 6),
                     ald_q_col_null(q, 3) ? "never read in full" : "last read in full ",
                     ald_q_col_null(q, 3) ? "" : ald_ago(now, ald_q_col_time(q, 3), ago));
        if (failed && *failed)
            (void)printf("  last run failed: %s\n", ald_shown(s, failed));
        if (ald_q_col_int(q, 8))
            (void)printf("  %lld detail requests still to make\n", (long long)ald_q_col_int(q, 8));
        if (ald_q_col_int(q, 7))
            (void)printf("  %lld in quarantine\n", (long long)ald_q_col_int(q, 7));
        ALD_TRY(streams_text(s, ald_q_col_text(q, 0), err));
        ALD_TRY(findings_text(s, ald_q_col_text(q, 0), err));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}
