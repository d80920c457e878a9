/* Child tasks of GitLab's incidents, which GraphQL alone tells: what is left to do, as actions. A task is closed without a word of its
 * incident. */
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/gitlab_priv.h"

#define STREAM "tasks"
#define QUERY                                                                                                             \
    "query($p:[ID!],$i:[String!],$a:String){projects(ids:$p){nodes{workItems(iids:$i,first:1){nodes{widgets{type "        \
    "... on WorkItemWidgetHierarchy{children(first:100,after:$a){nodes{id title state createdAt closedAt webUrl} "       \
    "pageInfo{hasNextPage endCursor}}}}}}}}}"

enum ald_rc ald_gitlab_tasks_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    const struct ald_gitlab_at at = ald_gitlab_at(arena, ald_listing_subject(req));
    const struct ald_gitlab_variable variables[] = {
        {"p", ald_gitlab_project_id(arena, &at), true}, {"i", at.iid, true}, {"a", req->cursor, false}};
    return ald_gitlab_graphql_ask(arena, cfg, req, QUERY, variables, 3, err);
}

/** The one widget that has children; false: the work item has none such. What *ret stands in lives as long as the page: its path is asked
 *  for later. */
static bool children(struct ald_arena *arena, const struct ald_jv *item, struct ald_jv *ret)
{
    struct ald_jv *widgets = ald_alloc(arena, sizeof *widgets), *it = ald_alloc(arena, sizeof *it);
    if (!ald_json_opt(item, "widgets", widgets) || ald_json_kind(widgets) != ALD_JSON_ARRAY)
        return false;
    for (bool ok = ald_json_first(widgets, it); ok; ok = ald_json_next(it))
        if (ald_json_kind(it) == ALD_JSON_OBJECT && ald_json_opt(it, "children", ret) && ald_json_kind(ret) == ALD_JSON_OBJECT)
            return true;
    return false;
}

static enum ald_rc task(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                        const struct ald_jv *v, struct ald_err *err)
{
    const char *state = NULL;
    struct ald_row_action *a = ald_rows_action(rows, el, ald_listing_ref(rows->arena, cfg, ald_listing_subject(res->req)));
    ALD_TRY(ald_json_str_opt(v, "title", &a->title, err));
    ALD_TRY(ald_json_str_opt(v, "webUrl", &a->url, err));
    ALD_TRY(ald_json_str_opt(v, "state", &state, err));
    ALD_TRY(ald_json_time_opt(v, "createdAt", &a->opened_at, err));
    ALD_TRY(ald_json_time_opt(v, "closedAt", &a->closed_at, err));
    a->status = state && strcasecmp(state, "CLOSED") == 0 ? "closed" : "open";
    return ALD_OK;
}

enum ald_rc ald_gitlab_tasks_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_next *next, struct ald_err *err)
{
    enum { KEPT, DATA, PROJECTS, PROJECT_LIST, PROJECT, ITEMS, ITEM_LIST, ITEM, HOLDER, STEPS };
    struct ald_jv *step = ald_calloc(rows->arena, STEPS, sizeof *step), *kept = &step[KEPT]; /* paths are asked for later */
    const char *end = NULL;
    bool absent = false, more = false;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_gitlab_graphql_check(res, rows, STREAM "_absent", STREAM, "this server has no child tasks of incidents", &absent, err));
    if (absent)
        return ALD_OK;
    if (!ald_json_opt(&res->root, "nodes", kept)) { /* else elements of the store */
        ALD_TRY(ald_json_get(&res->root, "data", &step[DATA], err));
        bool found = ald_json_opt(&step[DATA], "projects", &step[PROJECTS]) && ald_json_opt(&step[PROJECTS], "nodes", &step[PROJECT_LIST]) &&
                     ald_json_first(&step[PROJECT_LIST], &step[PROJECT]) && ald_json_opt(&step[PROJECT], "workItems", &step[ITEMS]) &&
                     ald_json_opt(&step[ITEMS], "nodes", &step[ITEM_LIST]) && ald_json_first(&step[ITEM_LIST], &step[ITEM]);
        if (!found)
            return ald_fail(err, ALD_ERR_NET, "GraphQL does not show the issue to this token: it needs the scope read_api");
        if (!children(rows->arena, &step[ITEM], &step[HOLDER]))
            return ALD_OK;
        ALD_TRY(ald_json_get(&step[HOLDER], "nodes", kept, err));
        ALD_TRY(ald_gitlab_connection_end(&step[HOLDER], &more, &end, err));
    }
    ALD_TRY(ald_gitlab_nodes(cfg, res, rows, kept, task, err));
    if (more && !end)
        next->gap = "more tasks are said to follow, but not how to ask for them";
    else if (more)
        next->cursor = ald_strdup(rows->arena, end);
    return ALD_OK;
}
