/* The changelogs of many issues in one answer: POST changelog/bulkfetch, on Cloud. Where a batch of issues is refused,
 * sync asks for its halves, and for one issue jira.c asks the issue itself: so a site without this question is read as
 * well. Must not know what an entry means. */
#include <string.h>

#include "alidade/buf.h"
#include "alidade/limits.h"
#include "connectors/jira_priv.h"

#define ENTRIES_A_PAGE 10 /* times page_size: entries are smaller than issues */
#define ENTRIES_MAX 10000

enum ald_rc ald_jira_bulk_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                              struct ald_err *err)
{
    ALD_CLEANUP(ald_buf_done) struct ald_buf body;
    ald_buf_init(&body, ALD_MAX_RESPONSE_BYTES);
    struct ald_jw w;
    int64_t size = (int64_t)ENTRIES_A_PAGE * (req->page_size > 0 ? req->page_size : 1);
    ald_jw_init(&w, ald_json_sink_buf(&body), 0);
    ald_jw_object(&w);
    ald_jw_key(&w, "issueIdsOrKeys");
    ald_jw_array(&w);
    for (size_t i = 0; i < req->subjects_n; i++)
        ald_jw_str(&w, req->subjects[i]);
    ald_jw_array_end(&w);
    ald_jw_key(&w, "maxResults");
    ald_jw_int(&w, size < ENTRIES_MAX ? size : ENTRIES_MAX);
    if (req->cursor) {
        ald_jw_key(&w, "nextPageToken");
        ald_jw_str(&w, req->cursor);
    }
    ald_jw_object_end(&w);
    ALD_TRY(ald_jw_finish(&w, err));
    ald_jira_ask(arena, cfg, "changelog/bulkfetch", req);
    req->body = ald_strndup(arena, body.data, body.len);
    return ALD_OK;
}

/** The issue among those that were asked for; NULL when it is none of them. */
static const char *asked_for(const struct ald_http_req *req, const char *issue)
{
    for (size_t i = 0; i < req->subjects_n; i++)
        if (strcmp(req->subjects[i], issue) == 0)
            return req->subjects[i];
    return NULL;
}

enum ald_rc ald_jira_bulk_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    struct ald_jv logs, it;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_jira_check(res, err));
    ALD_TRY(ald_json_get(&res->root, "issueChangeLogs", &logs, err));
    if (ald_json_kind(&logs) != ALD_JSON_ARRAY)
        return ald_json_expected(&logs, "a list", err);
    for (bool ok = ald_json_first(&logs, &it); ok; ok = ald_json_next(&it)) {
        /* What elements keep must outlive this function. */
        struct ald_jv *log = ald_alloc(rows->arena, 2 * sizeof *log), *list = log + 1;
        const char *issue = NULL;
        *log = it;
        ALD_TRY(ald_json_id(rows->arena, log, "issueId", &issue, err));
        ALD_TRY(ald_json_get(log, "changeHistories", list, err));
        const char *subject = asked_for(res->req, issue);
        if (!subject)
            return ald_fail(err, ALD_ERR_FORMAT, "changes of issue %.40s, which was not asked for", issue);
        struct ald_http_req one = *res->req;
        struct ald_http_res of_one = *res;
        one.subjects = &subject;
        one.subjects_n = 1;
        of_one.req = &one;
        ALD_TRY(ald_jira_entries(cfg, &of_one, rows, list, subject, ald_jira_history, err));
    }
    return ald_json_str_opt(&res->root, "nextPageToken", &next->cursor, err);
}
