/* Asking PagerDuty and reading its answers: what all lists share, and what is asked of one incident or service. Must not know
 * what elements mean. */
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

/** seen: ids of all elements, some of which are bare ids. */
static enum ald_rc look(void *seen, struct ald_arena *arena, const struct ald_jv *row, struct ald_listing_met *met, struct ald_err *err)
{
    struct ald_pagerduty_seen *s = seen;
    (void)arena, (void)err;
    if (ald_json_kind(row) == ALD_JSON_STRING && ald_json_as_str(row, &met->id, NULL) != ALD_OK)
        met->id = NULL;
    s->ids[s->n++] = met->id;
    return ALD_OK;
}

enum ald_rc ald_pagerduty_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_pagerduty_list *list, const char *member, ald_listing_row_fn *fn,
                             struct ald_next *next, struct ald_err *err)
{
    struct ald_arena *arena = rows->arena;
    next->high_water = ALD_TIME_NONE;
    if (res->status == 400 && ald_pagerduty_too_much(arena, list, res, next))
        return ALD_OK;
    struct ald_jv v;
    struct ald_listing found;
    size_t most = ald_json_opt(&res->root, member, &v) ? ald_json_len(&v) : 0;
    struct ald_pagerduty_seen seen = {.ids = ald_calloc(arena, most + 1, sizeof *seen.ids)};
    const struct ald_listing_how how = {.member = member,
                                        .changed = list->windowed ? "created_at" : NULL,
                                        .own_ids = fn == ald_pagerduty_log_entry,
                                        .oldest = ALD_TIME_NONE,
                                        .look = look,
                                        .seen = &seen,
                                        .fn = fn};
    ALD_TRY(ald_listing_read(cfg, res, rows, &how, &found, next, err));
    return ald_pagerduty_next(arena, list, res, &seen, next, err);
}

/* ---- Of one incident or service ---- */

/** A list below one incident. */
static struct ald_pagerduty_list below(struct ald_arena *arena, const struct ald_http_req *req, const char *what,
                                       const char *params)
{
    const char *subject = ald_listing_subject(req);
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
    return ald_listing_one(cfg, res, rows, "incident", ald_pagerduty_incident, next, err);
}

enum ald_rc ald_pagerduty_dependencies_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                        struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    const char *subject = ald_listing_subject(req);
    const struct ald_pagerduty_list list = {
        .path = ald_sprintf(arena, "/service_dependencies/technical_services/%s", ald_url_encode(arena, subject))};
    return ald_pagerduty_ask_one(arena, cfg, &list, req);
}

enum ald_rc ald_pagerduty_dependencies_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                     struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    const char *subject = ald_listing_subject(res->req);
    return ald_listing_element(cfg, res, rows, *subject ? subject : "none", &res->root, ald_pagerduty_dependencies, err);
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
