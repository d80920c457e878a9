/* Google Cloud's public status file: the whole history in one document, no token, no pages. Past incidents are rewritten
 * and updates go on after an incident's end. Must not know SQLite, curl or the clock. */
#include "alidade/time.h"
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
    const struct ald_listing_how how = {.member = "", .changed = "modified", .own_ids = true, .oldest = ALD_TIME_NONE, .fn = ald_gcpstatus_incident};
    struct ald_listing found;
    ald_rows_alias(rows, "url", cfg->base_url ? cfg->base_url : FEED_URL);
    ald_rows_alias(rows, "name", "Google");
    return ald_listing_read(cfg, res, rows, &how, &found, next, err);
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
