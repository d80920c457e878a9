/* Jira, Cloud (REST v3) and Data Center (v2): issues by a JQL query, with their changelog, comments and remote links.
 * The search is in jira_search.c, what is asked of one issue in jira_details.c, what elements mean in jira_issue.c and jira_history.c; must not know SQLite, curl or
 * the clock. */
#include <string.h>

#include "connectors/jira_priv.h"
#include "http.h"

extern const struct ald_connector ald_connector_jira;

/* The index of the search lags behind what was written, by minutes on a bad day. */
#define OVERLAP_MS (15 * ALD_MINUTE_MS)

bool ald_jira_is_datacenter(const struct ald_source_cfg *cfg)
{
    const char *deployment = ald_source_opt(cfg, "deployment");
    return deployment && strcmp(deployment, "datacenter") == 0;
}

bool ald_jira_remotelinks_wanted(const struct ald_source_cfg *cfg)
{
    const char *wanted = ald_source_opt(cfg, "remotelinks");
    return !wanted || strcmp(wanted, "off") != 0;
}

/* ---- Reference lists ---- */

static enum ald_rc myself_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                                  struct ald_err *err)
{
    const char *deployment = ald_source_opt(cfg, "deployment");
    if (deployment && strcmp(deployment, "cloud") != 0 && strcmp(deployment, "datacenter") != 0)
        return ald_fail(err, ALD_ERR_CONFIG, "deployment: found '%.40s', expected cloud or datacenter", deployment);
    ald_jira_ask(arena, cfg, "myself", req);
    return ALD_OK;
}

/** Anonymous reading is allowed on many sites: without this question wrong credentials would give an empty search. */
static enum ald_rc myself_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                               struct ald_next *next, struct ald_err *err)
{
    (void)cfg;
    (void)rows;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_jira_check(res, err));
    /* The account is a person: its pseudonym stands there by now. */
    return ald_json_kind(&res->root) == ALD_JSON_ARRAY ? ald_json_expected(&res->root, "an account", err) : ALD_OK;
}

static enum ald_rc status_row(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_element *el, const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg, (void)res, (void)el;
    const char *id = NULL, *key = NULL, *name = NULL;
    struct ald_jv category;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ALD_TRY(ald_json_str_opt(v, "name", &name, err));
    ALD_TRY(ald_json_get(v, "statusCategory", &category, err));
    ALD_TRY(ald_json_str(&category, "key", &key, err));
    ald_rows_fact(rows, ALD_JIRA_CATEGORY, id, key);
    if (name) {
        ald_rows_fact(rows, ALD_JIRA_STATUS, id, name);
        ald_rows_fact(rows, ALD_JIRA_CATEGORY_NAMED, name, key);
    }
    return ALD_OK;
}

/** The list stands in the order of the site's own scheme, the most severe first, and its elements are all that rows hold. */
static enum ald_rc priority_row(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_element *el, const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg, (void)res;
    struct ald_row_label label = {.kind = "severity", .rank = (int)rows->n};
    ALD_TRY(ald_json_id(rows->arena, v, "id", &label.external_id, err));
    ALD_TRY(ald_json_str(v, "name", &label.name, err));
    el->label = ald_alloc(rows->arena, sizeof label);
    *el->label = label;
    return ALD_OK;
}

static enum ald_rc field_row(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             struct ald_element *el, const struct ald_jv *v, struct ald_err *err)
{
    (void)cfg, (void)res, (void)el;
    const char *id = NULL, *name = NULL;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ALD_TRY(ald_json_str(v, "name", &name, err));
    ald_rows_fact(rows, ALD_JIRA_FIELD, id, name);
    return ALD_OK;
}

/** A list that is the whole document. */
static enum ald_rc list_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, ald_listing_row_fn *fn,
                             struct ald_next *next, struct ald_err *err)
{
    const struct ald_listing_how how = {.member = "", .own_ids = true, .fn = fn};
    struct ald_listing found;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_jira_check(res, err));
    return ald_listing_read(cfg, res, rows, &how, &found, next, err);
}

/** The request for a list and the page that it is. */
#define LIST(name)                                                                                                     \
    static enum ald_rc name##_request(struct ald_arena *arena, const struct ald_source_cfg *cfg,                       \
                                      struct ald_http_req *req, struct ald_err *err)                                   \
    {                                                                                                                  \
        (void)err;                                                                                                     \
        ald_jira_ask(arena, cfg, #name, req);                                                                          \
        return ALD_OK;                                                                                                 \
    }                                                                                                                  \
    static enum ald_rc name##_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res,                   \
                                   struct ald_rows *rows, struct ald_next *next, struct ald_err *err)                  \
    {                                                                                                                  \
        return list_page(cfg, res, rows, name##_row, next, err);                                                       \
    }
LIST(status)
LIST(priority)
LIST(field)

/** A severity of one's own has no order here: severity_order gives it. */
static bool priority_wanted(const struct ald_source_cfg *cfg)
{
    const char *severity = ald_source_field(cfg, "severity");
    return !severity || strcmp(severity, "priority") == 0;
}

static bool field_wanted(const struct ald_source_cfg *cfg)
{
    return cfg->fields_n > 0;
}

/* ---- The tables ---- */

/** Data Center has no question for many issues. */
static bool changelog_batched(const struct ald_source_cfg *cfg)
{
    return !ald_jira_is_datacenter(cfg);
}

#define START_DOC "startAt of the next page"
#define WHOLE_DOC "none: one answer holds the whole list"

/** Issues of another query than that of the incidents: read whole, so that one that is unlinked or deleted is known to be. */
#define LEARNING(name_, what)                                                                                          \
    {.name = name_, .list = "issues", .needs = "the permission to browse the projects of " #what "_jql",               \
     .cursor_doc = ALD_JIRA_CURSOR_DOC, .every_time = true, .says = true, .reads_400 = true,                           \
     .wanted = ald_jira_##what##_wanted, .request = ald_jira_##what##_ask, .page = ald_jira_##what##_page,             \
     .skip = ald_jira_search_skip}

static const struct ald_stream streams[] = {
    {.name = "myself",
     .cursor_doc = WHOLE_DOC,
     .needs = "on Cloud the e-mail of the account in user_env and an API token of it; on Data Center a personal access token",
     .every_time = true,
     .request = myself_request,
     .page = myself_page},
    {.name = "status", .list = "", .cursor_doc = WHOLE_DOC, .every_time = true, .request = status_request, .page = status_page},
    {.name = "priority", /* their order is their rank: one alone tells none */
     .cursor_doc = WHOLE_DOC,
     .every_time = true,
     .optional = true,
     .wanted = priority_wanted,
     .request = priority_request,
     .page = priority_page},
    {.name = "field",
     .list = "",
     .cursor_doc = WHOLE_DOC,
     .every_time = true,
     .wanted = field_wanted,
     .request = field_request,
     .page = field_page},
    {.name = "issue",
     .list = "issues",
     .needs = "the permission to browse the projects of the query",
     .cursor_doc = ALD_JIRA_CURSOR_DOC,
     .overlap_ms = OVERLAP_MS,
     .reads_400 = true,
     .request = ald_jira_search_ask,
     .page = ald_jira_search_page,
     .skip = ald_jira_search_skip},
    {.name = "changelog",
     .list = "values",
     .parent = "issue",
     .cursor_doc = "of many issues the token of the next page; of one issue startAt",
     .holds = ALD_JIRA_CHANGELOG_HOLDS,
     .subjects_max = ALD_JIRA_BULK_MAX,
     .asks_again_alone = true,
     .batched = changelog_batched,
     .request = ald_jira_changelog_request,
     .page = ald_jira_changelog_page},
    {.name = "comment",
     .list = "comments",
     .parent = "issue",
     .cursor_doc = START_DOC,
     .holds = ALD_JIRA_COMMENT_HOLDS,
     .whole = true, /* one that was taken back is there no more */
     .request = ald_jira_comment_request,
     .page = ald_jira_comment_page},
    {.name = "remotelink",
     .list = "",
     .parent = "issue",
     .cursor_doc = WHOLE_DOC,
     .optional = true,
     .whole = true,
     .says = true,
     .wanted = ald_jira_remotelinks_wanted,
     .request = ald_jira_remotelink_request,
     .page = ald_jira_remotelink_page},
    LEARNING("action", actions),
    LEARNING("review", reviews),
};

/* People have an accountId on Cloud and a displayName everywhere. Where a changelog gives a bare id, its name stands
 * beside. */
#define PEOPLE_OF(name_)                                                                                               \
    {.stream = name_,                                                                                                  \
     .path = "**",                                                                                                     \
     .primary = true,                                                                                                  \
     .own_key = "accountId",                                                                                           \
     .id_key = "accountId",                                                                                            \
     .name_key = "displayName",                                                                                        \
     .email_key = "emailAddress",                                                                                      \
     .bot_key = "accountType",                                                                                         \
     .bot_values = "app"},                                                                                             \
    {                                                                                                                  \
        .stream = name_, .path = "**", .primary = true, .own_key = "displayName", .id_key = "key",                     \
        .login_key = "name", .name_key = "displayName", .email_key = "emailAddress"                                    \
    }
#define MENTIONS_OF(name_)                                                                                             \
    {                                                                                                                  \
        .stream = name_, .path = "**.attrs", .primary = true, .when_key = "type", .when_values = "mention",            \
        .id_key = "id", .name_key = "text"                                                                             \
    }
#define CHANGED(member, name_)                                                                                         \
    {                                                                                                                  \
        .stream = "changelog", .path = "**." member, .primary = true, .when_key = "field",                             \
        .when_values = "assignee reporter creator", .beside = name_                                                    \
    }

static const struct ald_person_path people[] = {
    PEOPLE_OF("myself"),
    PEOPLE_OF("issue"),
    MENTIONS_OF("issue"),
    PEOPLE_OF("changelog"),
    CHANGED("from", "fromString"),
    CHANGED("to", "toString"),
    CHANGED("tmpFromAccountId", NULL),
    CHANGED("tmpToAccountId", NULL),
    PEOPLE_OF("comment"),
    MENTIONS_OF("comment"),
};

static const struct ald_source_key keys[] = {
    {.key = "jql", .help = "which issues are incidents: a JQL query such as project = INC", .required = true, .example = "project = INC"},
    {.key = "deployment", .help = "cloud (default) or datacenter"},
    {.key = "remotelinks", .help = "off: do not read links to other places (a request per issue)"},
    {.key = "actions_jql",
     .help = "JQL of the issues that are actions, such as project = OPS AND type = Action: each of the incidents it is linked to or a child of"},
    {.key = "reviews_jql", .help = "JQL of the issues that are reviews, such as type = \"Post-incident review\": each of the incidents it is linked to"},
    {.key = "review_links",
     .help = "words that make a remote link of an incident its write-up when its title has one of them (default: postmortem, post-incident, retrospective ...)"},
    {.key = "support_projects", .help = "keys of projects with customers' tickets (SUP, HELP): links to them are counted"},
};

const struct ald_connector ald_connector_jira = {
    .type = {.type = "jira",
             .title = "Jira (Cloud and Data Center)",
             .default_kind = "ticket",
             .needs_token = true,
             .token_envs = "JIRA_API_TOKEN JIRA_TOKEN",
             .user_envs = "JIRA_EMAIL JIRA_USER",
             .example_base_url = "https://example.atlassian.net",
             .lacks = "start of the impact, detection, mitigation, dependencies, teams, escalations, customers, regions, who came, learnings, planned work",
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 2,
    .page_size = 100,
    .page_size_max = 1000,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
    .probe = &ald_jira_probe,
    .probe_n = 1,
    .mentions = ALD_MENTIONS_WIKI,
};
