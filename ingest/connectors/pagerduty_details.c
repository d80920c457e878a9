/* Asking PagerDuty and reading its answers: what all lists share, and what is asked of one incident or service. Must not know
 * what elements mean. */
#include <string.h>

#include "connectors/answer.h"
#include "connectors/pagerduty_priv.h"
#include "http.h"

void ald_pagerduty_sign(struct ald_http_req *req)
{
    req->auth = ALD_AUTH_TOKEN;
    req->auth_scheme = "Token token=";
    req->headers[0] = (struct ald_http_header){"Accept", "application/vnd.pagerduty+json;version=2"};
    req->headers[1] = (struct ald_http_header){"Content-Type", "application/json"};
    req->headers_n = 2;
}

enum ald_rc ald_pagerduty_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_pagerduty_list *list,
                       struct ald_http_req *req)
{
    req->url = ald_pagerduty_url(arena, cfg, list, req);
    ald_pagerduty_sign(req);
    return ALD_OK;
}

enum ald_rc ald_pagerduty_ask_one(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                           const struct ald_pagerduty_list *list, struct ald_http_req *req)
{
    req->url = ald_sprintf(arena, "%s%s", cfg->base_url ? cfg->base_url : ALD_PAGERDUTY_URL, list->path);
    ald_pagerduty_sign(req);
    return ALD_OK;
}

enum ald_rc ald_pagerduty_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_pagerduty_list *list, const char *member, ald_pagerduty_row_fn *fn,
                             struct ald_next *next, struct ald_err *err)
{
    struct ald_arena *arena = rows->arena;
    next->high_water = ALD_TIME_NONE;
    if (res->status == 400 && ald_pagerduty_too_much(arena, list, res, next))
        return ALD_OK;
    ALD_TRY(ald_answer_check(res, err));
    struct ald_jv *v = ald_alloc(arena, sizeof *v), it;
    ALD_TRY(ald_json_get(&res->root, member, v, err));
    if (ald_json_kind(v) != ALD_JSON_ARRAY)
        return ald_json_expected(v, "a list", err);
    const char **ids = ald_calloc(arena, ald_json_len(v) + 1, sizeof *ids);
    const char *prefix = res->req->subjects_n && fn != ald_pagerduty_log_entry ? res->req->subjects[0] : NULL;
    size_t n = 0;
    for (bool ok = ald_json_first(v, &it); ok; ok = ald_json_next(&it), n++) {
        int64_t created;
        if (ald_json_kind(&it) == ALD_JSON_STRING ? ald_json_as_str(&it, &ids[n], NULL) != ALD_OK
                                                  : ald_json_id_opt(arena, &it, "id", &ids[n], NULL) != ALD_OK)
            ids[n] = NULL;
        if (!fn)
            continue;
        if (list->windowed && ald_json_time_opt(&it, "created_at", &created, NULL) == ALD_OK &&
            created > next->high_water)
            next->high_water = created;
        const char *id = ald_answer_element_id(arena, ids[n], &it);
        struct ald_element *el = ald_rows_element(rows, prefix ? ald_sprintf(arena, "%s/%s", prefix, id) : id, &it);
        struct ald_err bad = {0};
        if (fn(cfg, res->req, rows, el, &it, &bad) != ALD_OK)
            ald_rows_refuse(rows, el, &bad);
    }
    const struct ald_pagerduty_seen seen = {ids, n};
    return ald_pagerduty_next(arena, list, res, &seen, next, err);
}

/* ---- Of one incident or service ---- */

/** A list below one incident. */
static struct ald_pagerduty_list below(struct ald_arena *arena, const struct ald_http_req *req, const char *what,
                                       const char *params)
{
    const char *subject = req->subjects_n ? req->subjects[0] : "";
    return (struct ald_pagerduty_list){
        .path = ald_sprintf(arena, "/incidents/%s%s%s", ald_url_encode(arena, subject), *what ? "/" : "", what),
        .params = params};
}

enum ald_rc ald_pagerduty_incident_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                    struct ald_err *err)
{
    (void)err;
    const struct ald_pagerduty_list list = below(arena, req, "", "");
    return ald_pagerduty_ask_one(arena, cfg, &list, req);
}

enum ald_rc ald_pagerduty_incident_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                 struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v);
    const char *id = NULL;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    ALD_TRY(ald_json_get(&res->root, "incident", v, err));
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    struct ald_element *el = ald_rows_element(rows, id, v);
    struct ald_err bad = {0};
    if (ald_pagerduty_incident(cfg, res->req, rows, el, v, &bad) != ALD_OK)
        ald_rows_refuse(rows, el, &bad);
    return ALD_OK;
}

enum ald_rc ald_pagerduty_dependencies_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                        struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    const char *subject = req->subjects_n ? req->subjects[0] : "";
    const struct ald_pagerduty_list list = {
        .path = ald_sprintf(arena, "/service_dependencies/technical_services/%s", ald_url_encode(arena, subject))};
    return ald_pagerduty_ask_one(arena, cfg, &list, req);
}

enum ald_rc ald_pagerduty_dependencies_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                     struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    const char *subject = res->req->subjects_n ? res->req->subjects[0] : "";
    struct ald_element *el = ald_rows_element(rows, *subject ? subject : "none", &res->root);
    struct ald_err bad = {0};
    if (ald_pagerduty_dependencies(cfg, res->req, rows, el, &res->root, &bad) != ALD_OK)
        ald_rows_refuse(rows, el, &bad);
    return ALD_OK;
}

#define LOG_PARAMS "&is_overview=false&time_zone=UTC"

enum ald_rc ald_pagerduty_own_log_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                   struct ald_err *err)
{
    (void)err;
    const struct ald_pagerduty_list list = below(arena, req, "log_entries", LOG_PARAMS);
    return ald_pagerduty_ask(arena, cfg, &list, req);
}

enum ald_rc ald_pagerduty_own_log_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_next *next, struct ald_err *err)
{
    const struct ald_pagerduty_list list = below(rows->arena, res->req, "log_entries", LOG_PARAMS);
    return ald_pagerduty_read(cfg, res, rows, &list, "log_entries", ald_pagerduty_log_entry, next, err);
}

enum ald_rc ald_pagerduty_notes_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                 struct ald_err *err)
{
    (void)err;
    const struct ald_pagerduty_list list = below(arena, req, "notes", "");
    return ald_pagerduty_ask_one(arena, cfg, &list, req);
}

enum ald_rc ald_pagerduty_notes_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    const struct ald_pagerduty_list list = below(rows->arena, res->req, "notes", "");
    return ald_pagerduty_read(cfg, res, rows, &list, "notes", ald_pagerduty_note, next, err);
}

enum ald_rc ald_pagerduty_alerts_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                  struct ald_err *err)
{
    (void)err;
    const struct ald_pagerduty_list list = below(arena, req, "alerts", "");
    return ald_pagerduty_ask(arena, cfg, &list, req);
}

enum ald_rc ald_pagerduty_alerts_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    const struct ald_pagerduty_list list = below(rows->arena, res->req, "alerts", "");
    return ald_pagerduty_read(cfg, res, rows, &list, "alerts", ald_pagerduty_alert, next, err);
}
