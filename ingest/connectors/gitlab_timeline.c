/* Timelines of GitLab's incidents, which GraphQL alone tells: first how the source calls the issue and its project there, then the
 * entries. Their tags are moments that people wrote down: they stand above what the ticket shows. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/gitlab_priv.h"
#include "connectors/issues.h"

#define STREAM "timeline"

/* People are asked for by login alone: numbers of this API are not those of the other. */
#define WHO_QUERY "query($p:[ID!],$i:String!){projects(ids:$p){nodes{fullPath issue(iid:$i){id}}}}"
#define ENTRIES_QUERY                                                                                                     \
    "query($p:ID!,$i:IssueID!,$a:String){project(fullPath:$p){incidentManagementTimelineEvents(incidentId:$i,first:100," \
    "after:$a){nodes{id author{username name} note action occurredAt createdAt promotedFromNote{id} timelineEventTags{nodes{name}}} " \
    "pageInfo{hasNextPage endCursor}}}}"

/** Where reading stands: issue is "" until the source was asked how it calls it. */
struct place {
    const char *issue, *project, *after;
};

static struct place place_of(struct ald_arena *arena, const struct ald_http_req *req)
{
    const char *s = req->cursor, *first = s ? strchr(s, '|') : NULL, *second = first ? strchr(first + 1, '|') : NULL;
    if (!second || first == s)
        return (struct place){.issue = "", .project = "", .after = ""};
    return (struct place){.issue = ald_strndup(arena, s, (size_t)(first - s)),
                          .project = ald_strndup(arena, first + 1, (size_t)(second - first - 1)),
                          .after = second + 1};
}

enum ald_rc ald_gitlab_timeline_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                        struct ald_err *err)
{
    const struct place p = place_of(arena, req);
    const struct ald_gitlab_at at = ald_gitlab_at(arena, ald_listing_subject(req));
    const struct ald_gitlab_variable who[] = {{"p", ald_gitlab_project_id(arena, &at), true}, {"i", at.iid, false}};
    const struct ald_gitlab_variable entries[] = {{"p", p.project, false}, {"i", p.issue, false}, {"a", *p.after ? p.after : NULL, false}};
    return *p.issue ? ald_gitlab_graphql_ask(arena, cfg, req, ENTRIES_QUERY, entries, 3, err)
                    : ald_gitlab_graphql_ask(arena, cfg, req, WHO_QUERY, who, 2, err);
}

/** The answer to who it is: no issue there means that these credentials do not see it by GraphQL. */
static enum ald_rc who_it_is(const struct ald_http_res *res, struct ald_rows *rows, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv data, projects, nodes, project, issue;
    const char *path = NULL, *id = NULL;
    ALD_TRY(ald_json_get(&res->root, "data", &data, err));
    bool found = ald_json_opt(&data, "projects", &projects) && ald_json_opt(&projects, "nodes", &nodes) && ald_json_first(&nodes, &project) &&
                 ald_json_opt(&project, "issue", &issue);
    if (!found)
        return ald_fail(err, ALD_ERR_NET, "GraphQL does not show the issue to this token: it needs the scope read_api");
    ALD_TRY(ald_json_str(&project, "fullPath", &path, err));
    ALD_TRY(ald_json_str(&issue, "id", &id, err));
    const char *item = strstr(id, "/WorkItem/"); /* newer servers: the same number */
    if (item)
        id = ald_sprintf(rows->arena, "%.*s/Issue/%s", (int)(item - id), id, item + 10);
    next->cursor = ald_sprintf(rows->arena, "%s|%s|", id, path);
    next->preface = true;
    return ALD_OK;
}

/* ---- Entries ---- */

static const struct {
    const char *tag, *moment, *kind; /* kind: of the event, NULL: a note */
} tags[] = {
    {"Start time", "impact_started", NULL},          {"Impact detected", "detected", NULL}, {"Response initiated", "acknowledged", "acknowledged"},
    {"Impact mitigated", "mitigated", "mitigated"}, {"End time", "resolved", NULL},
};

static enum ald_rc add_tags(struct ald_rows *rows, struct ald_element *el, const char *subject, const struct ald_jv *v, int64_t at,
                            const char **ret_kind, struct ald_err *err)
{
    struct ald_jv holder, nodes, it;
    if (!ald_json_opt(v, "timelineEventTags", &holder) || !ald_json_opt(&holder, "nodes", &nodes))
        return ALD_OK;
    for (bool ok = ald_json_first(&nodes, &it); ok; ok = ald_json_next(&it)) {
        const char *name = NULL;
        ALD_TRY(ald_json_str_opt(&it, "name", &name, err));
        for (size_t i = 0; name && i < sizeof tags / sizeof tags[0]; i++) {
            if (strcasecmp(name, tags[i].tag) != 0)
                continue;
            ald_rows_moment(rows, ald_rows_addition(rows, el, subject), tags[i].moment, at,
                            ald_sprintf(rows->arena, STREAM ":%s", tags[i].tag), 1);
            if (tags[i].kind)
                *ret_kind = tags[i].kind;
        }
    }
    return ALD_OK;
}

static enum ald_rc entry(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                         const struct ald_jv *v, struct ald_err *err)
{
    const char *subject = ald_listing_subject(res->req), *id = NULL, *text = NULL, *action = NULL, *kind, *who = NULL;
    struct ald_jv note;
    int64_t at;
    int automatic;
    (void)cfg;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ALD_TRY(ald_json_time(v, "occurredAt", &at, err));
    ALD_TRY(ald_json_str_opt(v, "note", &text, err));
    ALD_TRY(ald_json_str_opt(v, "action", &action, err));
    ald_issue_person(v, "author", &who, &automatic);
    /* What the system wrote, or somebody took over from a comment, is told once already. */
    bool again = ald_json_opt(v, "promotedFromNote", &note) || (action && strcmp(action, "comment") != 0);
    kind = again ? "other" : "note";
    ALD_TRY(add_tags(rows, el, subject, v, at, &kind, err));
    struct ald_row_event *e = ald_rows_event(rows, el, id, at, kind);
    e->external_id = subject;
    e->field = STREAM;
    e->value = action;
    e->text = again ? NULL : text;
    e->actor = e->agent = who;
    e->automatic = automatic;
    if (!again)
        ald_answer_mentions(rows, el, subject, text, STREAM ":note");
    return ALD_OK;
}

enum ald_rc ald_gitlab_timeline_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     struct ald_next *next, struct ald_err *err)
{
    const struct place p = place_of(rows->arena, res->req);
    struct ald_jv *step = ald_calloc(rows->arena, 4, sizeof *step), *kept = &step[0]; /* paths are asked for later */
    const char *end = NULL;
    bool absent = false, more = false;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_gitlab_graphql_check(res, rows, "timelines_absent", STREAM, "this server has no timelines of incidents", &absent, err));
    if (absent)
        return ALD_OK;
    if (!ald_json_opt(&res->root, "nodes", kept)) { /* else elements of the store */
        if (!*p.issue)
            return who_it_is(res, rows, next, err);
        ALD_TRY(ald_json_get(&res->root, "data", &step[1], err));
        if (!ald_json_opt(&step[1], "project", &step[2]) || !ald_json_opt(&step[2], "incidentManagementTimelineEvents", &step[3]))
            return ald_fail(err, ALD_ERR_NET, "GraphQL does not show the timeline to this token: it needs the scope read_api");
        ALD_TRY(ald_json_get(&step[3], "nodes", kept, err));
        ALD_TRY(ald_gitlab_connection_end(&step[3], &more, &end, err));
    }
    ALD_TRY(ald_gitlab_nodes(cfg, res, rows, kept, entry, err));
    if (more && !end)
        next->gap = "the timeline says that more follows, but not how to ask for it";
    else if (more)
        next->cursor = ald_sprintf(rows->arena, "%s|%s|%s", p.issue, p.project, end);
    return ALD_OK;
}
