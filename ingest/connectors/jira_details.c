/* What is asked of one issue: its changelog, comments and remote links. Every list is read to its total. Must not know what entries
 * mean. */
#include <inttypes.h>

#include "connectors/jira_priv.h"
#include "cursor.h"
#include "http.h"

#define DETAILS_MAX 100 /* entries of a changelog, comments of an issue, in one answer */

static int64_t start_of(const struct ald_http_req *req)
{
    return ald_cursor_count(req->cursor);
}

static enum ald_rc details_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *what,
                                   struct ald_http_req *req)
{
    const char *issue = ald_url_encode(arena, ald_listing_subject(req));
    int64_t size = req->page_size < 1 ? 1 : req->page_size > DETAILS_MAX ? DETAILS_MAX : req->page_size;
    ald_jira_ask(
        arena, cfg,
        ald_sprintf(arena, "issue/%s/%s?startAt=%" PRId64 "&maxResults=%" PRId64, issue, what, start_of(req), size),
        req);
    return ALD_OK;
}

enum ald_rc ald_jira_changelog_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                     struct ald_http_req *req, struct ald_err *err)
{
    if (!ald_jira_is_datacenter(cfg))
        return req->subjects_n > 1 ? ald_jira_bulk_ask(arena, cfg, req, err) : details_request(arena, cfg, "changelog", req);
    const char *issue = ald_url_encode(arena, ald_listing_subject(req));
    ald_jira_ask(arena, cfg, ald_sprintf(arena, "issue/%s?fields=created&expand=changelog", issue), req);
    return ALD_OK;
}

enum ald_rc ald_jira_comment_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                   struct ald_err *err)
{
    (void)err;
    return details_request(arena, cfg, "comment", req);
}

enum ald_rc ald_jira_remotelink_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,
                                      struct ald_http_req *req, struct ald_err *err)
{
    (void)err;
    const char *issue = ald_url_encode(arena, ald_listing_subject(req));
    ald_jira_ask(arena, cfg, ald_sprintf(arena, "issue/%s/remotelink", issue), req);
    return ALD_OK;
}

enum ald_rc ald_jira_entries(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_jv *list, ald_listing_row_fn *fn, struct ald_err *err)
{
    const struct ald_listing_how how = {.fn = fn};
    struct ald_listing found;
    return ald_listing_each(cfg, res, rows, list, &how, &found, err);
}

/** Pages of {startAt, total, LIST}: what was given must be what was asked for. */
static enum ald_rc details_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                const char *member, ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *list = ald_alloc(rows->arena, sizeof *list);
    int64_t asked = start_of(res->req), start = asked, total = 0;
    bool has_start, has_total, has_last, is_last = true;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_jira_check(res, err));
    ALD_TRY(ald_json_get(&res->root, member, list, err));
    ALD_TRY(ald_jira_entries(cfg, res, rows, list, fn, err));
    ALD_TRY(ald_json_int_opt(&res->root, "startAt", &has_start, &start, err));
    ALD_TRY(ald_json_int_opt(&res->root, "total", &has_total, &total, err));
    ALD_TRY(ald_json_bool_opt(&res->root, "isLast", &has_last, &is_last, err));
    int64_t n = (int64_t)ald_json_len(list), end = asked + n;
    if (has_start && start != asked) {
        next->gap =
            ald_sprintf(rows->arena, "asked for entries from %" PRId64 " on, got those from %" PRId64, asked, start);
        return ALD_OK;
    }
    if (has_total ? end >= total : is_last)
        return ALD_OK;
    if (n == 0)
        next->gap =
            ald_sprintf(rows->arena, "the source counts %" PRId64 " entries, but gave none after %" PRId64, total, end);
    else
        next->cursor = ald_sprintf(rows->arena, "%" PRId64, end);
    return ALD_OK;
}

/** Data Center gives the whole changelog with the issue; some versions cut it and say so by the total alone. */
static enum ald_rc expanded_changelog(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                      struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *list = ald_alloc(rows->arena, 2 * sizeof *list), *changelog = list + 1;
    int64_t total = 0;
    bool has_total;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_jira_check(res, err));
    ALD_TRY(ald_json_get(&res->root, "changelog", changelog, err));
    ALD_TRY(ald_json_get(changelog, "histories", list, err));
    ALD_TRY(ald_json_int_opt(changelog, "total", &has_total, &total, err));
    ALD_TRY(ald_jira_entries(cfg, res, rows, list, ald_jira_history, err));
    int64_t n = (int64_t)ald_json_len(list);
    if (has_total && n < total)
        next->gap = ald_sprintf(rows->arena, "the changelog has %" PRId64 " entries, but only %" PRId64 " were given",
                                total, n);
    return ALD_OK;
}

enum ald_rc ald_jira_changelog_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                  struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv values;
    bool kept = ald_json_opt(&res->root, "values", &values); /* also entries that were kept (remap), whoever gave them */
    if (ald_jira_is_datacenter(cfg) && !kept)
        return expanded_changelog(cfg, res, rows, next, err);
    if (res->req->subjects_n > 1)
        return ald_jira_bulk_page(cfg, res, rows, next, err);
    ALD_TRY(details_page(cfg, res, rows, "values", ald_jira_history, next, err));
    if (kept && start_of(res->req) == 0)
        ald_jira_birth(rows, &values);
    return ALD_OK;
}

enum ald_rc ald_jira_comment_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_next *next, struct ald_err *err)
{
    return details_page(cfg, res, rows, "comments", ald_jira_comment, next, err);
}

enum ald_rc ald_jira_remotelink_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                   struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_jira_check(res, err));
    struct ald_jv *list = ald_alloc(rows->arena, sizeof *list);
    *list = res->root;
    return ald_jira_entries(cfg, res, rows, list, ald_jira_remotelink, err);
}
