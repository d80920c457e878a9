/* PagerDuty's analytics: a row for each incident, made up to a day after what it tells of, on plans that have them (402 and 403
 * say that this one has not). It tells who answered, also where the log no longer does. Must not know SQLite, curl or the clock. */
#include <string.h>

#include "alidade/buf.h"
#include "connectors/answer.h"
#include "connectors/pagerduty_priv.h"

#define ROWS_A_PAGE 10 /* times page_size: rows are smaller than incidents */
#define ROWS_MAX 1000
#define BODY_MAX 4096

bool ald_pagerduty_analytics_wanted(const struct ald_source_cfg *cfg)
{
    const char *wanted = ald_source_opt(cfg, "analytics");
    return !wanted || strcmp(wanted, "off") != 0;
}

static int64_t limit_of(const struct ald_http_req *req)
{
    int64_t n = (int64_t)ROWS_A_PAGE * (req->page_size > 0 ? req->page_size : 1);
    return req->page_size == 1 ? 1 : n < ROWS_MAX ? n : ROWS_MAX;
}

static void add_time(struct ald_jw *w, const char *key, int64_t at)
{
    char text[32];
    if (at == ALD_TIME_NONE)
        return;
    ald_jw_key(w, key);
    ald_jw_str(w, ald_time_format(at, text));
}

enum ald_rc ald_pagerduty_analytics_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                            struct ald_err *err)
{
    ALD_CLEANUP(ald_buf_done) struct ald_buf body;
    struct ald_jw w;
    ald_buf_init(&body, BODY_MAX);
    ald_jw_init(&w, ald_json_sink_buf(&body), 0);
    ald_jw_object(&w);
    ald_jw_key(&w, "filters");
    ald_jw_object(&w);
    add_time(&w, "created_at_start", cfg->since);
    add_time(&w, "updated_after", req->window.since != cfg->since ? req->window.since : ALD_TIME_NONE);
    ald_jw_object_end(&w);
    ald_jw_key(&w, "limit");
    ald_jw_int(&w, limit_of(req));
    ald_jw_key(&w, "order");
    ald_jw_str(&w, "asc");
    ald_jw_key(&w, "order_by");
    ald_jw_str(&w, "created_at");
    ald_jw_key(&w, "time_zone");
    ald_jw_str(&w, "Etc/UTC"); /* times of the answer are in it, and do not say so */
    if (req->cursor) {
        ald_jw_key(&w, "starting_after");
        ald_jw_str(&w, req->cursor);
    }
    ald_jw_object_end(&w);
    ALD_TRY(ald_jw_finish(&w, err));
    req->url = ald_sprintf(arena, "%s/analytics/raw/incidents", cfg->base_url ? cfg->base_url : ALD_PAGERDUTY_URL);
    req->body = ald_strndup(arena, body.data, body.len);
    ald_pagerduty_sign(req);
    return ALD_OK;
}

/* ---- Rows ---- */

static enum ald_rc add_people(struct ald_rows *rows, struct ald_row_record *more, const struct ald_jv *row, const char *member,
                              const char *role, const char *field, struct ald_err *err)
{
    struct ald_jv list, it;
    bool any = false;
    ALD_TRY(ald_answer_each(row, member, &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        const char *who = NULL;
        if (ald_json_as_str(&it, &who, NULL) == ALD_OK)
            ald_rows_person(rows, more, who, role, ALD_TIME_NONE, field);
    }
    return ALD_OK;
}

/** Behind what the incident and its log say: their times are exact. */
static enum ald_rc add_moments(struct ald_rows *rows, struct ald_row_record *more, const struct ald_jv *row, struct ald_err *err)
{
    int64_t created, seconds = 0;
    bool has = false;
    ALD_TRY(ald_json_time_opt(row, "created_at", &created, err));
    ALD_TRY(ald_json_int_opt(row, "seconds_to_first_ack", &has, &seconds, err));
    if (has && created != ALD_TIME_NONE && seconds >= 0 && seconds < INT64_C(1000000000))
        ald_rows_moment(rows, more, "acknowledged", created + seconds * ALD_SECOND_MS, "analytics:seconds_to_first_ack", 9);
    return ALD_OK;
}

static enum ald_rc row_of(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                          const struct ald_jv *row, struct ald_err *err)
{
    const char *id = NULL;
    int64_t updated;
    (void)cfg, (void)res;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    ALD_TRY(ald_json_time_opt(row, "updated_at", &updated, err));
    struct ald_row_record *more = ald_rows_addition(rows, el, id);
    ALD_TRY(add_moments(rows, more, row, err));
    ALD_TRY(add_people(rows, more, row, "acknowledged_user_ids", "acknowledged", "analytics:acknowledged_user_ids", err));
    return add_people(rows, more, row, "joined_user_ids", "responder", "analytics:joined_user_ids", err);
}

/** A refused question is no gap: keys of a user may not ask without naming teams, and the log tells the same. */
static enum ald_rc refused(const struct ald_http_res *res, struct ald_rows *rows, struct ald_next *next)
{
    struct ald_err why = {0};
    enum ald_rc rc = ald_answer_check(res, &why);
    next->remark = ald_sprintf(rows->arena, "analytics were not read (a key of the account may; `analytics: off` asks no more)%s%s",
                               rc == ALD_OK ? "" : ": ", rc == ALD_OK ? "" : why.msg);
    return ALD_OK;
}

enum ald_rc ald_pagerduty_analytics_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                         struct ald_next *next, struct ald_err *err)
{
    const struct ald_listing_how how = {.member = "data", .changed = "updated_at", .own_ids = true, .oldest = ALD_TIME_NONE, .fn = row_of};
    struct ald_listing found;
    bool has = false, more = false;
    next->high_water = ALD_TIME_NONE;
    if (res->status == 400)
        return refused(res, rows, next);
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    ALD_TRY(ald_json_bool_opt(&res->root, "more", &has, &more, err));
    if (!more)
        return ALD_OK;
    ALD_TRY(ald_json_id_opt(rows->arena, &res->root, "last", &next->cursor, err));
    if (found.n == 0)
        next->gap = "an empty page, although there is said to be more";
    else if (!next->cursor)
        next->gap = "there is said to be more, but not where it begins";
    if (next->gap)
        next->cursor = NULL;
    return ALD_OK;
}
