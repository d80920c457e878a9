/* Answers of GitLab's GraphQL: failures that come with status 200, and lists ("connections") with what says where they end. */
#include <string.h>

#include "connectors/answer.h"
#include "connectors/gitlab_priv.h"

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
    struct ald_jv it;
    if (ald_json_kind(nodes) != ALD_JSON_ARRAY)
        return ald_json_expected(nodes, "a list", err);
    for (bool ok = ald_json_first(nodes, &it); ok; ok = ald_json_next(&it)) {
        const char *id = NULL;
        if (ald_json_kind(&it) != ALD_JSON_OBJECT || ald_json_id_opt(rows->arena, &it, "id", &id, NULL) != ALD_OK)
            id = NULL;
        id = ald_sprintf(rows->arena, "%s/%s", ald_listing_subject(res->req), ald_answer_element_id(rows->arena, id, &it));
        ald_listing_element(cfg, res, rows, id, &it, fn);
    }
    return ALD_OK;
}
