/* The changelogs of many issues in one answer: POST changelog/bulkfetch, on Cloud. Where a batch of issues is refused,
 * sync asks for its halves, and for one issue jira.c asks the issue itself: so a site without this question is read as
 * well. The answer counts nothing, so what it may lack is asked for issue by issue, where there is a total: an issue that it holds
 * nothing of, and one whose changes of status do not follow from one another. Must not know what an entry means. */
#include <stdlib.h>
#include <string.h>

#include "alidade/buf.h"
#include "alidade/limits.h"
#include "alidade/time.h"
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

/** A change of status. */
struct step {
    int64_t at;
    const char *from, *to;
    size_t i;
};

static int by_time(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

/** Adds what an entry changes of the status; what cannot be read is judged elsewhere. */
static size_t steps_of(struct ald_arena *arena, const struct ald_jv *entry, struct step *steps, size_t n, size_t most)
{
    struct ald_jv items, it;
    int64_t at = ALD_TIME_NONE;
    const char *field = NULL;
    if (ald_json_time_opt(entry, "created", &at, NULL) != ALD_OK || !ald_json_opt(entry, "items", &items))
        return n;
    for (bool ok = ald_json_first(&items, &it); ok && n < most; ok = ald_json_next(&it)) {
        struct step step = {.at = at, .i = n};
        if (ald_json_str_opt(&it, "field", &field, NULL) == ALD_OK && field && strcmp(field, "status") == 0 &&
            ald_json_id_opt(arena, &it, "from", &step.from, NULL) == ALD_OK &&
            ald_json_id_opt(arena, &it, "to", &step.to, NULL) == ALD_OK && step.from && step.to)
            steps[n++] = step;
    }
    return n;
}

/** False: some change of status begins with another status than the one before it ended with. */
static bool follows(struct ald_arena *arena, const struct ald_jv *list)
{
    struct ald_jv it;
    size_t n = 0, most = 4 * ald_json_len(list);
    struct step *steps = ald_calloc(arena, most, sizeof *steps);
    for (bool ok = ald_json_first(list, &it); ok; ok = ald_json_next(&it))
        n = steps_of(arena, &it, steps, n, most);
    if (n > 1)
        qsort(steps, n, sizeof *steps, by_time);
    for (size_t i = 1; i < n; i++)
        if (steps[i].at > steps[i - 1].at && strcmp(steps[i].from, steps[i - 1].to) != 0)
            return false;
    return true;
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
        if (!follows(rows->arena, list))
            ald_rows_alone(rows, subject);
        ALD_TRY(ald_jira_entries(cfg, &of_one, rows, list, subject, ald_jira_history, err));
    }
    return ald_json_str_opt(&res->root, "nextPageToken", &next->cursor, err);
}
