/* Google Cloud's public status file: the whole history in one document, no token, no pages. Past incidents are rewritten
 * and updates go on after an incident's end. Must not know SQLite, curl or the clock. */
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/gcpstatus_priv.h"

extern const struct ald_connector ald_connector_gcpstatus;

#define FEED_URL "https://status.cloud.google.com"

static enum ald_rc incidents_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                     struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    req->url = ald_sprintf(arena, "%s/incidents.json", cfg->base_url ? cfg->base_url : FEED_URL);
    req->auth = ALD_AUTH_NONE;
    req->headers[0] = (struct ald_http_header){"Accept", "application/json"};
    req->headers_n = 1;
    return ALD_OK;
}

static enum ald_rc incidents_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                  struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv it;
    ALD_TRY(ald_answer_check(res, err));
    if (ald_json_kind(&res->root) != ALD_JSON_ARRAY)
        return ald_json_expected(&res->root, "a list", err);
    ald_rows_alias(rows, "url", cfg->base_url ? cfg->base_url : FEED_URL);
    ald_rows_alias(rows, "name", "Google");
    next->high_water = ALD_TIME_NONE;
    for (bool ok = ald_json_first(&res->root, &it); ok; ok = ald_json_next(&it)) {
        const char *id = NULL;
        int64_t modified;
        if (ald_json_id_opt(rows->arena, &it, "id", &id, NULL) != ALD_OK)
            id = NULL;
        if (ald_json_time_opt(&it, "modified", &modified, NULL) == ALD_OK && modified > next->high_water)
            next->high_water = modified;
        struct ald_element *el = ald_rows_element(rows, ald_answer_element_id(rows->arena, id, &it), &it);
        struct ald_err bad = {0};
        if (ald_gcpstatus_incident(cfg, rows, el, &it, &bad) != ALD_OK)
            ald_rows_refuse(rows, el, &bad);
    }
    return ALD_OK;
}

static const struct ald_stream streams[] = {
    {.name = "incidents",
     .list = "",
     .cursor_doc = "none: the file holds the whole history and is read whole",
     .rescan_open = true,
     .request = incidents_request,
     .page = incidents_page},
};

const struct ald_connector ald_connector_gcpstatus = {
    .type = {.type = "gcpstatus",
             .title = "Google Cloud's public status file",
             .default_kind = "status",
             .default_base_url = FEED_URL,
             .lacks = "detection, acknowledgement, mitigation, its history, services added later, dependencies, teams, responders, escalations, "
                      "handovers, customers, reviews, who came, learnings, actions, planned work, merges"},
    .mapping = 2,
    .page_size = 1,
    .page_size_max = 1,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
};
