/* How many issues a query finds, for doctor: on Cloud the search itself does not tell. */
#include "alidade/buf.h"
#include "alidade/limits.h"
#include "connectors/jira_priv.h"

static bool wanted(const struct ald_source_cfg *cfg)
{
    return !ald_jira_is_datacenter(cfg);
}

static enum ald_rc request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    ALD_CLEANUP(ald_buf_done) struct ald_buf body;
    struct ald_jw w;
    ald_buf_init(&body, ALD_MAX_RESPONSE_BYTES);
    ald_jw_init(&w, ald_json_sink_buf(&body), 0);
    ald_jw_object(&w);
    ald_jw_key(&w, "jql");
    ald_jw_str(&w, ald_jira_terms(arena, cfg, "jql", &req->window));
    ald_jw_object_end(&w);
    ALD_TRY(ald_jw_finish(&w, err));
    ald_jira_ask(arena, cfg, "search/approximate-count", req);
    req->body = ald_strndup(arena, body.data, body.len);
    return ALD_OK;
}

static enum ald_rc count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                         const char **ret_cursor, struct ald_err *err)
{
    (void)arena;
    (void)cfg;
    int64_t found = 0;
    ALD_TRY(ald_jira_check(res, err));
    ALD_TRY(ald_json_int(&res->root, "count", &found, err));
    *n += found;
    *ret_cursor = NULL;
    return ALD_OK;
}

const struct ald_probe ald_jira_probe = {
    .stream = "issue", .remark = "as the source estimates", .wanted = wanted, .request = request, .count = count};
