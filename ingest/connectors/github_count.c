/* How many issues there are, for doctor: a list with pages of one issue has as many pages as there are issues. */
#include <inttypes.h>

#include "connectors/answer.h"
#include "connectors/by_change.h"
#include "connectors/github_priv.h"
#include "cursor.h"

static enum ald_rc probe_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    int64_t list = ald_cursor_count(req->cursor);
    const char *name = ald_github_repository(arena, cfg, list);
    ald_github_ask(req, ald_sprintf(arena, "%s/issues?state=all&per_page=1%s%s", ald_github_below(arena, cfg, name ? name : ""), ald_github_since(arena, req->window.since),
                         ald_github_terms(arena, cfg, &req->window)));
    return ALD_OK;
}

static enum ald_rc probe_count(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                               const char **ret_cursor, struct ald_err *err)
{
    int64_t list = ald_cursor_count(res->req->cursor);
    ALD_TRY(ald_answer_check(res, err));
    const char *last = ald_link_param(arena, res, "last", "page");
    if (!last && ald_link_more(arena, res, 0, 1))
        return ald_fail(err, ALD_ERR_FORMAT, "the source does not tell its last page");
    *n += last ? ald_cursor_count(last) : (int64_t)ald_json_len(&res->root);
    *ret_cursor = ald_github_repository(arena, cfg, list + 1) ? ald_sprintf(arena, "%" PRId64, list + 1) : NULL;
    return ALD_OK;
}

const struct ald_probe ald_github_probe = {
    .stream = "issues", .remark = "pull requests among them", .request = probe_request, .count = probe_count};
