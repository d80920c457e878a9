/* The changelogs of many issues in one answer: POST changelog/bulkfetch, on Cloud. Where a batch of issues is refused,
 * sync asks for its halves, and for one issue jira.c asks the issue itself: so a site without this question is read as
 * well. The answer counts nothing, so what it may lack is asked for issue by issue, where there is a total: an issue that it holds
 * nothing of, and one whose changes of status do not lead from where issues begin to where this one is. An entry about anything
 * else that it leaves out is not missed. Must not know what an entry means. */
#include <stdlib.h>
#include <string.h>

#include "alidade/buf.h"
#include "alidade/limits.h"
#include "alidade/time.h"
#include "connectors/jira_priv.h"
#include "connectors/word.h"

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

/** Place of the issue among those that were asked for; their number when it is none of them. */
static size_t asked_for(const struct ald_http_req *req, const char *issue)
{
    size_t i = 0;
    while (i < req->subjects_n && strcmp(req->subjects[i], issue) != 0)
        i++;
    return i;
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

/** The changes of status of some entries, oldest first. */
static struct step *steps_in(struct ald_arena *arena, const struct ald_jv *list, size_t *ret_n)
{
    struct ald_jv it;
    size_t n = 0, most = 4 * ald_json_len(list);
    struct step *steps = ald_calloc(arena, most, sizeof *steps);
    for (bool ok = ald_json_first(list, &it); ok; ok = ald_json_next(&it))
        n = steps_of(arena, &it, steps, n, most);
    if (n > 1)
        qsort(steps, n, sizeof *steps, by_time);
    *ret_n = n;
    return steps;
}

/** Issues begin in a status of the category "new", or where a changelog that was read to its total began. */
static bool may_begin(const struct ald_http_res *res, const char *status)
{
    return is(ald_fact(res, ALD_JIRA_CATEGORY, status), "new") || ald_fact(res, ALD_JIRA_BIRTH, status);
}

/** False: some change of status lacks. now: the status of the issue, or NULL when it is not known. Of changes at one time any
 *  may be the first, or the last. */
static bool is_whole(const struct ald_http_res *res, struct ald_arena *arena, const struct ald_jv *list, const char *now)
{
    size_t n, i;
    const struct step *steps = steps_in(arena, list, &n);
    if (n == 0)
        return !now || is(ald_fact(res, ALD_JIRA_CATEGORY_NAMED, now), "new");
    for (i = 1; i < n; i++)
        if (steps[i].at > steps[i - 1].at && strcmp(steps[i].from, steps[i - 1].to) != 0)
            return false;
    for (i = 0; i < n && !may_begin(res, steps[i].from); i++)
        if (steps[i].at != steps[0].at)
            break;
    if (i == n || steps[i].at != steps[0].at)
        return false;
    for (i = n - 1; now && !is(ald_fact(res, ALD_JIRA_STATUS, steps[i].to), now); i--)
        if (i == 0 || steps[i - 1].at != steps[n - 1].at)
            return false;
    return true;
}

void ald_jira_birth(struct ald_rows *rows, const struct ald_jv *list)
{
    size_t n;
    const struct step *steps = steps_in(rows->arena, list, &n);
    if (n > 0 && (n == 1 || steps[1].at > steps[0].at))
        ald_rows_fact(rows, ALD_JIRA_BIRTH, steps[0].from, "");
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
        size_t i = asked_for(res->req, issue);
        if (i == res->req->subjects_n)
            return ald_fail(err, ALD_ERR_FORMAT, "changes of issue %.40s, which was not asked for", issue);
        const char *subject = res->req->subjects[i], *now = res->req->statuses ? res->req->statuses[i] : NULL;
        struct ald_http_req one = *res->req;
        struct ald_http_res of_one = *res;
        one.subjects = &subject;
        one.subjects_n = 1;
        of_one.req = &one;
        if (!is_whole(res, rows->arena, list, now))
            ald_rows_alone(rows, subject);
        ALD_TRY(ald_jira_entries(cfg, &of_one, rows, list, ald_jira_history, err));
    }
    return ald_json_str_opt(&res->root, "nextPageToken", &next->cursor, err);
}
