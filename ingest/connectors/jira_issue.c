/* What an issue means: a record with its moments, values, services, team, people and refs. Names of statuses are every
 * workflow's own: the status category decides. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "connectors/jira_priv.h"
#include "connectors/listing.h"
#include "connectors/word.h"

static enum ald_rc moments(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                           const struct ald_jv *fields, struct ald_err *err)
{
    static const char *const names[] = {"impact_started", "detected", "opened", "acknowledged",
                                        "mitigated",      "resolved", "closed"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *mapped = ald_source_field(cfg, names[i]);
        int64_t at = ALD_TIME_NONE;
        if (mapped)
            ALD_TRY(ald_json_time_opt(fields, mapped, &at, err));
        ald_rows_moment(rows, rec, names[i], at, mapped, 1);
    }
    int64_t resolved;
    ALD_TRY(ald_json_time(fields, "created", &rec->entered_at, err));
    ALD_TRY(ald_json_time_opt(fields, "updated", &rec->updated_at, err));
    ALD_TRY(ald_json_time_opt(fields, "resolutiondate", &resolved, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "created", 2);
    if (!is(rec->end_state, "open")) /* left over where a workflow reopens without clearing it */
        ald_rows_moment(rows, rec, "resolved", resolved, "resolutiondate", 2);
    return ALD_OK;
}

static enum ald_rc status(struct ald_row_record *rec, const struct ald_jv *fields, struct ald_err *err)
{
    struct ald_jv v, category;
    const char *key = NULL;
    ALD_TRY(ald_json_get(fields, "status", &v, err));
    ALD_TRY(ald_json_str_opt(&v, "name", &rec->status, err));
    ALD_TRY(ald_json_get(&v, "statusCategory", &category, err));
    ALD_TRY(ald_json_str(&category, "key", &key, err));
    rec->end_state = is(key, "done") ? "resolved" : "open";
    if (ald_json_opt(fields, "resolution", &v))
        ALD_TRY(ald_json_str_opt(&v, "name", &rec->resolve_reason, err));
    return ALD_OK;
}

static enum ald_rc add_values(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *fields,
                              const char *name, const char *field, struct ald_err *err)
{
    const char **texts;
    size_t n;
    ALD_TRY(ald_jira_values(rows->arena, fields, field, &texts, &n, err));
    for (size_t i = 0; i < n; i++)
        ald_rows_value(rows, rec, name, texts[i], field);
    return ALD_OK;
}

static enum ald_rc values(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                          const struct ald_jv *fields, struct ald_err *err)
{
    const struct ald_given_field *given;
    const char *severity = ald_source_field(cfg, "severity");
    ALD_TRY(add_values(rows, rec, fields, "severity", severity ? severity : "priority", err));
    struct ald_jv priority;
    const char *id = NULL;
    if ((!severity || is(severity, "priority")) && ald_json_opt(fields, "priority", &priority)) {
        ALD_TRY(ald_json_id_opt(rows->arena, &priority, "id", &id, err));
        ald_rows_value(rows, rec, "severity_id", id, "priority.id"); /* its place in the list gives the rank */
    }
    ALD_TRY(add_values(rows, rec, fields, "priority", "priority", err));
    ALD_TRY(add_values(rows, rec, fields, "type", "issuetype", err));
    ALD_TRY(add_values(rows, rec, fields, "label", "labels", err));
    for (size_t i = 0; (given = ald_given_field_at(i)); i++) {
        const char **texts, *field = ald_source_field(cfg, given->canonical);
        size_t n = 0;
        ALD_TRY(ald_jira_values(rows->arena, fields, field, &texts, &n, err));
        for (size_t k = 0; k < n; k++)
            ald_rows_given(rows, rec, given->name, texts[k], field);
    }
    return ALD_OK;
}

bool ald_jira_is_support(const struct ald_source_cfg *cfg, const char *key)
{
    const char *projects = ald_source_opt(cfg, "support_projects"), *dash = key ? strrchr(key, '-') : NULL;
    for (size_t n; projects && dash && *projects; projects += n) {
        projects += strspn(projects, ", ");
        n = strcspn(projects, ", ");
        if (n == (size_t)(dash - key) && n > 0 && strncasecmp(projects, key, n) == 0)
            return true;
    }
    return false;
}

static enum ald_rc services_and_teams(const struct ald_source_cfg *cfg, struct ald_rows *rows,
                                      struct ald_row_record *rec, const struct ald_jv *fields, struct ald_err *err)
{
    const char **texts, *service = ald_source_field(cfg, "service"), *team = ald_source_field(cfg, "team"), *person;
    size_t n;
    int automatic;
    service = service ? service : "components";
    ALD_TRY(ald_jira_values(rows->arena, fields, service, &texts, &n, err));
    for (size_t i = 0; i < n; i++)
        (void)ald_rows_service(rows, rec, texts[i], service);
    ALD_TRY(ald_jira_values(rows->arena, fields, team, &texts, &n, err));
    for (size_t i = 0; i < n; i++)
        ald_rows_team(rows, rec, texts[i], "assigned", ALD_TIME_NONE, team);
    ALD_TRY(ald_jira_person(fields, "assignee", &person, &automatic, err));
    ald_rows_person(rows, rec, person, "assigned", ALD_TIME_NONE, "assignee");
    ALD_TRY(ald_jira_person(fields, "reporter", &person, &automatic, err));
    ald_rows_person(rows, rec, person, "reporter", ALD_TIME_NONE, "reporter");
    return ALD_OK;
}

/** What is no incident, by a field of the user's choice (an issue type, a label): "Planned maintenance", "Near miss". */
static enum ald_rc read_class(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                              const struct ald_jv *fields, struct ald_err *err)
{
    const char **texts;
    size_t n;
    ALD_TRY(ald_jira_values(rows->arena, fields, ald_source_field(cfg, "class"), &texts, &n, err));
    for (size_t i = 0; i < n && !rec->class_; i++)
        rec->class_ = ald_mapped_class(texts[i]);
    return ALD_OK;
}

/** A link reads from the side it stands on: "this duplicates OUTWARD", "this is duplicated by INWARD". */
static enum ald_rc link_ref(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                            const struct ald_jv *link, struct ald_err *err)
{
    struct ald_jv type, other;
    const char *name = NULL, *key = NULL;
    ALD_TRY(ald_json_get(link, "type", &type, err));
    ALD_TRY(ald_json_str_opt(&type, "name", &name, err));
    bool outward = ald_json_opt(link, "outwardIssue", &other);
    if (!outward && !ald_json_opt(link, "inwardIssue", &other))
        return ALD_OK;
    ALD_TRY(ald_json_id(rows->arena, &other, "key", &key, err));
    bool duplicate = outward && name && strcasestr(name, "duplicate");
    const char *kind = ald_jira_is_support(cfg, key) ? "customer_report" : duplicate ? "duplicate_of" : "mention";
    ald_rows_ref(rows, rec, kind, key, "issuelinks");
    return ALD_OK;
}

static enum ald_rc refs(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                        const struct ald_jv *fields, struct ald_err *err)
{
    static const char *const kinds[] = {"url", "key", "id", "incident_key"};
    struct ald_jv list, it;
    const char *key = NULL;
    if (ald_json_opt(fields, "issuelinks", &list))
        for (bool ok = ald_json_first(&list, &it); ok; ok = ald_json_next(&it))
            ALD_TRY(link_ref(cfg, rows, rec, &it, err));
    if (ald_json_opt(fields, "parent", &it)) {
        ALD_TRY(ald_json_id_opt(rows->arena, &it, "key", &key, err));
        ald_rows_ref(rows, rec, "mention", key, "parent");
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char **texts, *field = ald_source_field(cfg, kinds[i]);
        size_t n;
        ALD_TRY(ald_jira_values(rows->arena, fields, field, &texts, &n, err));
        for (size_t j = 0; j < n; j++)
            ald_rows_ref(rows, rec, strncasecmp(texts[j], "http", 4) == 0 ? "url" : kinds[i], texts[j], field);
    }
    return ALD_OK;
}

enum ald_rc ald_jira_issue(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                           struct ald_element *el, const struct ald_jv *v, struct ald_err *err)
{
    (void)res;
    static const char *const details[] = {"changelog", "comment", "remotelink"};
    struct ald_jv fields;
    const char *id = NULL;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "ticket";
    ALD_TRY(ald_json_str(v, "key", &rec->key, err));
    ALD_TRY(ald_json_get(v, "fields", &fields, err)); /* a search gives ids alone unless asked for fields */
    rec->url = ald_sprintf(rows->arena, "%s/browse/%s", cfg->base_url ? cfg->base_url : "", rec->key);
    rec->holds = ALD_JIRA_CHANGELOG_HOLDS | ALD_JIRA_COMMENT_HOLDS;
    if (!ald_source_field(cfg, "team"))
        rec->holds &= ~(unsigned)ALD_HOLDS_TEAMS;
    if (!ald_source_opt(cfg, "support_projects"))
        rec->holds &= ~(unsigned)ALD_HOLDS_REPORTS;
    rec->holds &= ~(unsigned)(ALD_HOLDS_IMPACT | ALD_HOLDS_VENDOR) | ald_given_facets(cfg);
    ALD_TRY(ald_json_str_opt(&fields, "summary", &rec->title, err));
    ALD_TRY(status(rec, &fields, err));
    ALD_TRY(moments(cfg, rows, rec, &fields, err));
    if (rec->updated_at != ALD_TIME_NONE) /* the text is in the zone of whoever asks */
        rec->version = ald_sprintf(rows->arena, "%lld", (long long)rec->updated_at);
    ALD_TRY(values(cfg, rows, rec, &fields, err));
    ALD_TRY(services_and_teams(cfg, rows, rec, &fields, err));
    ALD_TRY(refs(cfg, rows, rec, &fields, err));
    ALD_TRY(read_class(cfg, rows, rec, &fields, err));
    for (size_t i = 0; i < (ald_jira_remotelinks_wanted(cfg) ? 3 : 2); i++)
        (void)ald_rows_todo(rows, el, details[i], id);
    return ALD_OK;
}
