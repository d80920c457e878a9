/* What people made of an incident in Jira: issues that are its actions, issues that are its reviews, and write-ups elsewhere that it
 * links to. Which issues these are, a query of the user's says. Must not know paging. */
#include <string.h>
#include <strings.h>

#include "connectors/jira_priv.h"
#include "connectors/listing.h"
#include "connectors/word.h"

#define FIELDS "summary,status,created,updated,duedate,resolutiondate,issuelinks,parent"

/* ---- Issues that are actions or reviews ---- */

/** The incidents of an issue: what it is linked to, in either direction, and what it is a child of. */
static enum ald_rc incidents_of(const struct ald_source_cfg *cfg, struct ald_arena *arena, const struct ald_jv *fields, struct ald_texts *ret,
                                struct ald_err *err)
{
    static const char *const sides[] = {"inwardIssue", "outwardIssue"};
    struct ald_jv list, it, other;
    const char *id = NULL;
    for (bool ok = ald_json_opt(fields, "issuelinks", &list) && ald_json_first(&list, &it); ok; ok = ald_json_next(&it))
        for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
            if (!ald_json_opt(&it, sides[i], &other))
                continue;
            ALD_TRY(ald_json_id(arena, &other, "id", &id, err));
            ald_texts_add(arena, ret, ald_listing_ref(arena, cfg, id));
        }
    if (ald_json_opt(fields, "parent", &other)) {
        ALD_TRY(ald_json_id(arena, &other, "id", &id, err));
        ald_texts_add(arena, ret, ald_listing_ref(arena, cfg, id));
    }
    return ALD_OK;
}

struct task {
    const char *title, *url, *status;
    int64_t created, due, resolved;
    struct ald_texts incidents;
};

static enum ald_rc read_task(const struct ald_source_cfg *cfg, struct ald_arena *arena, const struct ald_jv *v, struct task *ret,
                             struct ald_err *err)
{
    struct ald_jv fields, status;
    const char *key = NULL;
    *ret = (struct task){0};
    ALD_TRY(ald_json_str(v, "key", &key, err));
    ALD_TRY(ald_json_get(v, "fields", &fields, err));
    ret->url = ald_sprintf(arena, "%s/browse/%s", cfg->base_url ? cfg->base_url : "", key);
    ALD_TRY(ald_json_str_opt(&fields, "summary", &ret->title, err));
    ALD_TRY(ald_json_time_opt(&fields, "created", &ret->created, err));
    ALD_TRY(ald_json_time_opt(&fields, "duedate", &ret->due, err));
    ALD_TRY(ald_json_time_opt(&fields, "resolutiondate", &ret->resolved, err));
    if (ald_json_opt(&fields, "status", &status))
        ALD_TRY(ald_json_str_opt(&status, "name", &ret->status, err));
    return incidents_of(cfg, arena, &fields, &ret->incidents, err);
}

static enum ald_rc action_row(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                              const struct ald_jv *v, struct ald_err *err)
{
    (void)res;
    struct task task;
    ALD_TRY(read_task(cfg, rows->arena, v, &task, err));
    for (size_t i = 0; i < task.incidents.n; i++) {
        struct ald_row_action *a = ald_rows_action(rows, el, task.incidents.at[i]);
        a->title = task.title;
        a->url = task.url;
        a->status = task.status;
        a->opened_at = task.created;
        a->due_at = task.due;
        a->closed_at = task.resolved;
    }
    return ALD_OK;
}

static enum ald_rc review_row(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                              const struct ald_jv *v, struct ald_err *err)
{
    (void)res;
    struct task task;
    ALD_TRY(read_task(cfg, rows->arena, v, &task, err));
    for (size_t i = 0; i < task.incidents.n; i++) {
        struct ald_row_review *r = ald_rows_review(rows, el, task.incidents.at[i]);
        r->title = task.title;
        r->url = task.url;
        r->status = task.status;
    }
    return ALD_OK;
}

bool ald_jira_actions_wanted(const struct ald_source_cfg *cfg)
{
    return ald_source_opt(cfg, "actions_jql") != NULL;
}

bool ald_jira_reviews_wanted(const struct ald_source_cfg *cfg)
{
    return ald_source_opt(cfg, "reviews_jql") != NULL;
}

enum ald_rc ald_jira_actions_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    return ald_jira_search_for(arena, cfg, "actions_jql", FIELDS, req, err);
}

enum ald_rc ald_jira_reviews_ask(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    return ald_jira_search_for(arena, cfg, "reviews_jql", FIELDS, req, err);
}

enum ald_rc ald_jira_actions_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_next *next, struct ald_err *err)
{
    return ald_jira_search_read(cfg, res, rows, action_row, next, err);
}

enum ald_rc ald_jira_reviews_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_next *next, struct ald_err *err)
{
    return ald_jira_search_read(cfg, res, rows, review_row, next, err);
}

/* ---- Write-ups elsewhere ---- */

static bool names_a_review(const struct ald_source_cfg *cfg, const char *title)
{
    const char *words = ald_source_opt(cfg, "review_links");
    words = words ? words : "postmortem, post-mortem, post mortem, post-incident, post incident, incident review, retrospective";
    for (size_t n; title && *words; words += n) {
        words += strspn(words, ", ");
        n = strcspn(words, ",");
        for (const char *s = title; n && strlen(s) >= n; s++)
            if (strncasecmp(s, words, n) == 0)
                return true;
    }
    return false;
}

void ald_jira_written_up(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *subject,
                         const char *title, const char *url)
{
    if (!names_a_review(cfg, title))
        return;
    struct ald_row_review *r = ald_rows_review(rows, el, ald_listing_ref(rows->arena, cfg, subject));
    r->title = title;
    r->url = url;
}
