/* Questions to GitLab's GraphQL and its answers: failures that come with status 200, and lists ("connections") with what says where they end. */
#include <string.h>

#include "alidade/buf.h"
#include "alidade/limits.h"
#include "connectors/answer.h"
#include "connectors/gitlab_priv.h"

const char *ald_gitlab_project_id(struct ald_arena *arena, const struct ald_gitlab_at *at)
{
    return ald_sprintf(arena, "gid://gitlab/Project/%s", at->project);
}

enum ald_rc ald_gitlab_graphql_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, const char *query,
                                   const struct ald_gitlab_variable *variables, size_t n, struct ald_err *err)
{
    ALD_CLEANUP(ald_buf_done) struct ald_buf body;
    struct ald_jw w;
    ald_buf_init(&body, ALD_MAX_RESPONSE_BYTES);
    ald_jw_init(&w, ald_json_sink_buf(&body), 0);
    ald_jw_object(&w);
    ald_jw_key(&w, "query");
    ald_jw_str(&w, query);
    ald_jw_key(&w, "variables");
    ald_jw_object(&w);
    for (size_t i = 0; i < n; i++) {
        ald_jw_key(&w, variables[i].name);
        if (variables[i].list)
            ald_jw_array(&w);
        ald_jw_str(&w, variables[i].value);
        if (variables[i].list)
            ald_jw_array_end(&w);
    }
    ald_jw_object_end(&w);
    ald_jw_object_end(&w);
    ALD_TRY(ald_jw_finish(&w, err));
    ald_gitlab_ask(req, ald_sprintf(arena, "%s/api/graphql", ald_gitlab_host(arena, cfg)));
    req->body = ald_strndup(arena, body.data, body.len);
    return ALD_OK;
}

enum ald_rc ald_gitlab_graphql_check(const struct ald_http_res *res, struct ald_rows *rows, const char *finding, const char *stream,
                                     const char *text, bool *ret_absent, struct ald_err *err)
{
    struct ald_jv errors, first;
    const char *message = NULL;
    *ret_absent = false;
    ALD_TRY(ald_answer_check(res, err));
    if (!ald_json_opt(&res->root, "errors", &errors) || !ald_json_first(&errors, &first))
        return ALD_OK;
    if (ald_json_str_opt(&first, "message", &message, NULL) != ALD_OK || !message)
        message = "no message";
    if (!strstr(message, "doesn't exist on type") && !strstr(message, "isn't a defined") && !strstr(message, "No such type"))
        return ald_fail(err, ALD_ERR_NET, "the source refused the question: %.200s", message);
    ald_rows_finding(rows, finding, stream, text, 1, "info");
    *ret_absent = true;
    return ALD_OK;
}

enum ald_rc ald_gitlab_connection_end(const struct ald_jv *connection, bool *ret_more, const char **ret_end, struct ald_err *err)
{
    struct ald_jv info;
    bool has = false;
    *ret_more = false;
    *ret_end = NULL;
    if (!ald_json_opt(connection, "pageInfo", &info))
        return ALD_OK;
    ALD_TRY(ald_json_bool_opt(&info, "hasNextPage", &has, ret_more, err));
    ALD_TRY(ald_json_str_opt(&info, "endCursor", ret_end, err));
    if (*ret_end && !**ret_end)
        *ret_end = NULL;
    return ALD_OK;
}

enum ald_rc ald_gitlab_nodes(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_jv *nodes, ald_listing_row_fn *fn, struct ald_err *err)
{
    const struct ald_listing_how how = {.fn = fn};
    struct ald_listing found;
    return ald_listing_each(cfg, res, rows, nodes, &how, &found, err);
}
