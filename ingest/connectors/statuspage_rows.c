/* What a Statuspage incident means: one record, its updates as events, its components as services. Must not know
 * requests or paging. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/listing.h"
#include "connectors/statuspage_priv.h"
#include "connectors/word.h"

static const char *const ended[] = {"resolved", "postmortem", "completed", NULL};
static const char *const under_way[] = {"investigating", "identified", "monitoring", "scheduled",
                                        "in_progress",   "verifying",  NULL};
static const char *const maintenance[] = {"scheduled", "in_progress", "verifying", "completed", NULL};

struct update {
    struct ald_jv v;
    const char *id, *status, *body;
    int64_t at, created;
    size_t place; /* in the document, where the newest stands first */
};

static int by_time(const void *left, const void *right)
{
    const struct update *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->created != b->created)
        return a->created < b->created ? -1 : 1;
    return a->place > b->place ? -1 : 1;
}

/** The updates, oldest first. Their time as shown may be edited: it is the one that people mean. */
static enum ald_rc read_updates(struct ald_arena *arena, const struct ald_jv *list, struct update **ret, size_t *ret_n,
                                struct ald_err *err)
{
    struct ald_jv it;
    struct update *updates = ald_calloc(arena, ald_json_len(list), sizeof *updates);
    size_t n = 0;
    for (bool ok = ald_json_first(list, &it); ok; ok = ald_json_next(&it), n++) {
        struct update *u = &updates[n];
        u->v = it;
        u->place = n;
        ALD_TRY(ald_json_id_opt(arena, &it, "id", &u->id, err));
        ALD_TRY(ald_json_str_opt(&it, "status", &u->status, err));
        ALD_TRY(ald_json_str_opt(&it, "body", &u->body, err));
        ALD_TRY(ald_json_time_opt(&it, "created_at", &u->created, err));
        ALD_TRY(ald_json_time_opt(&it, "display_at", &u->at, err));
        if (u->at == ALD_TIME_NONE)
            ALD_TRY(ald_json_time(&it, "created_at", &u->at, err));
    }
    qsort(updates, n, sizeof *updates, by_time);
    *ret = updates;
    *ret_n = n;
    return ALD_OK;
}

/* ---- Events ---- */

struct story {
    const char *status; /* before this update */
    bool acknowledged;
};

static const char *event_kind(struct story *story, const char *status, bool oldest)
{
    const char *before = story->status;
    if (!status)
        return "status_update";
    story->status = status;
    bool reopened = one_of(before, ended) && one_of(status, under_way);
    bool first_identified = is(status, "identified") && !story->acknowledged;
    story->acknowledged = story->acknowledged || first_identified;
    if (reopened)
        return "reopened";
    if (first_identified)
        return "acknowledged";
    if (is(status, before))
        return "status_update"; /* one more word about the same state */
    if (one_of(status, ended))
        return "resolved";
    if (is(status, "monitoring"))
        return "mitigated";
    return oldest && is(status, "investigating") ? "opened" : "status_update";
}

/** What a post names in its words: another page's incident, a ticket. Its own address is no mention. */
static void add_mentions(struct ald_rows *rows, struct ald_row_record *rec, const char *body)
{
    const char *url;
    while ((url = ald_answer_next_url(rows->arena, &body)))
        if (!rec->url || strncmp(url, rec->url, strlen(rec->url)) != 0)
            ald_rows_ref(rows, rec, "mention", url, "incident_updates:body");
}

static void add_events(struct ald_rows *rows, struct ald_element *el, const struct update *updates, size_t n)
{
    struct story story = {0};
    for (size_t i = 0; i < n; i++) {
        const struct update *u = &updates[i];
        bool report = is(u->status, "postmortem");
        struct ald_row_event *e = ald_rows_event(rows, el, u->id, u->at, report ? "note" : event_kind(&story, u->status, i == 0));
        e->value = u->status;
        e->field = "incident_updates";
        e->text = ald_listing_plain(rows->arena, u->body);
        add_mentions(rows, el->record, u->body);
    }
}

/** A post-mortem that was published: as an update, or as members of the incident on pages whose updates leave it out. */
static enum ald_rc add_review(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const struct ald_jv *it,
                              const struct update *updates, size_t n, struct ald_err *err)
{
    const char *body = NULL;
    int64_t published;
    bool told = is(el->record->status, "postmortem"), in_updates = false;
    ALD_TRY(ald_json_str_opt(it, "postmortem_body", &body, err));
    ALD_TRY(ald_json_time_opt(it, "postmortem_published_at", &published, err));
    for (size_t i = 0; i < n; i++)
        in_updates = in_updates || is(updates[i].status, "postmortem");
    body = published == ALD_TIME_NONE ? NULL : body; /* a draft */
    if (!told && !in_updates && !body)
        return ALD_OK;
    struct ald_row_review *r = ald_rows_review(rows, el, ald_listing_ref(rows->arena, cfg, el->record->external_id));
    r->title = el->record->title;
    r->url = el->record->url;
    r->status = "published";
    if (!body || !*body || in_updates)
        return ALD_OK;
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "%s.postmortem", el->record->external_id), published, "note");
    e->field = "postmortem_body";
    e->text = ald_listing_plain(rows->arena, body);
    add_mentions(rows, el->record, body);
    return ALD_OK;
}

/* ---- Services ---- */

/** The component's name as the incident lists it: updates put the group's name before it. */
static enum ald_rc component_name(struct ald_arena *arena, const struct ald_jv *components, const char *code,
                                  const char **ret, struct ald_err *err)
{
    struct ald_jv it;
    for (bool ok = code && ald_json_first(components, &it); ok; ok = ald_json_next(&it)) {
        const char *id = NULL;
        ALD_TRY(ald_json_id_opt(arena, &it, "id", &id, err));
        if (is(id, code))
            return ald_json_str_opt(&it, "name", ret, err);
    }
    return ALD_OK;
}

static bool named(const struct ald_row_record *rec, const char *service)
{
    for (size_t i = 0; i < rec->services_n; i++)
        if (is(rec->services[i].service, service))
            return true;
    return false;
}

static enum ald_rc dated_services(struct ald_rows *rows, struct ald_row_record *rec, const struct update *u,
                                  bool oldest, const struct ald_jv *components, bool *ret_any, struct ald_err *err)
{
    struct ald_jv list, it;
    if (!ald_json_opt(&u->v, "affected_components", &list))
        return ALD_OK;
    if (ald_json_kind(&list) != ALD_JSON_ARRAY)
        return ald_json_expected(&list, "a list", err);
    *ret_any = true;
    for (bool ok = ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        const char *code = NULL, *name = NULL;
        ALD_TRY(ald_json_id_opt(rows->arena, &it, "code", &code, err));
        ALD_TRY(component_name(rows->arena, components, code, &name, err));
        if (!name)
            ALD_TRY(ald_json_str_opt(&it, "name", &name, err));
        if (!name || named(rec, name))
            continue;
        struct ald_row_service *service = ald_rows_service(rows, rec, name, "incident_updates[].affected_components");
        service->at = u->at;
        service->at_start = oldest;
    }
    return ALD_OK;
}

static enum ald_rc add_services(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it,
                                const struct update *updates, size_t n, struct ald_err *err)
{
    struct ald_jv components = {0}, c;
    bool any = false;
    if (ald_json_opt(it, "components", &components) && ald_json_kind(&components) != ALD_JSON_ARRAY)
        return ald_json_expected(&components, "a list", err);
    for (size_t i = 0; i < n; i++)
        ALD_TRY(dated_services(rows, rec, &updates[i], i == 0, &components, &any, err));
    for (bool ok = ald_json_first(&components, &c); ok; ok = ald_json_next(&c)) {
        const char *name = NULL;
        bool has, group = false;
        ALD_TRY(ald_json_str_opt(&c, "name", &name, err));
        ALD_TRY(ald_json_bool_opt(&c, "group", &has, &group, err));
        if (name && !(has && group) && !named(rec, name))
            (void)ald_rows_service(rows, rec, name, "components");
    }
    if (any)
        rec->timeline |= ALD_HOLDS_SERVICES;
    return ALD_OK;
}

/* ---- The record ---- */

/** Maintenance begins when it does, else when it is due; the notice of it may be weeks old. */
static enum ald_rc add_window(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it, const struct update *updates,
                              size_t n, struct ald_err *err)
{
    int64_t due;
    ALD_TRY(ald_json_time_opt(it, "scheduled_for", &due, err));
    bool dated = due != ALD_TIME_NONE; /* until then it has not happened */
    ald_rows_moment(rows, rec, "opened", dated ? due : rec->entered_at, dated ? "scheduled_for" : "created_at", 1);
    for (size_t i = 0; i < n; i++)
        if (is(updates[i].status, "in_progress")) {
            ald_rows_moment(rows, rec, "impact_started", updates[i].at, "incident_updates", 1);
            break;
        }
    return ALD_OK;
}

static enum ald_rc add_moments(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it, const struct update *updates,
                               size_t n, struct ald_err *err)
{
    int64_t created, started, monitoring, resolved;
    ALD_TRY(ald_json_time(it, "created_at", &created, err));
    ALD_TRY(ald_json_time_opt(it, "started_at", &started, err));
    ALD_TRY(ald_json_time_opt(it, "monitoring_at", &monitoring, err));
    ALD_TRY(ald_json_time_opt(it, "resolved_at", &resolved, err));
    ALD_TRY(ald_json_time_opt(it, "updated_at", &rec->updated_at, err));
    rec->entered_at = created;
    if (rec->class_) {
        ALD_TRY(add_window(rows, rec, it, updates, n, err));
    } else {
        ald_rows_moment(rows, rec, "opened", created, "created_at", 1);
        if (started != created)
            ald_rows_moment(rows, rec, "impact_started", started, "started_at", 1);
    }
    ald_rows_moment(rows, rec, "mitigated", monitoring, "monitoring_at", 1);
    ald_rows_moment(rows, rec, "resolved", resolved, "resolved_at", 1);
    bool open = one_of(rec->status, under_way) || (!one_of(rec->status, ended) && resolved == ALD_TIME_NONE);
    rec->end_state = open ? "open" : "resolved";
    return ALD_OK;
}

static enum ald_rc add_impact(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it,
                              struct ald_err *err)
{
    static const char *const ranked[] = {"critical", "major", "minor", "none"}; /* most severe first */
    static const char *const digits[] = {"1", "2", "3", "4"};
    const char *impact = NULL, *scheduled = NULL;
    ALD_TRY(ald_json_str_opt(it, "impact", &impact, err));
    ALD_TRY(ald_json_str_opt(it, "scheduled_for", &scheduled, err));
    ald_rows_value(rows, rec, "severity", impact, "impact");
    for (size_t i = 0; i < sizeof ranked / sizeof ranked[0]; i++)
        if (is(impact, ranked[i]))
            ald_rows_value(rows, rec, "severity_rank", digits[i], "impact");
    if (is(impact, "maintenance") || (scheduled && *scheduled) || one_of(rec->status, maintenance))
        rec->class_ = "planned";
    return ALD_OK;
}

/** A post's address on the page's own site tells which addresses the page owns; the short-link service is everybody's.
 */
static void site_alias(struct ald_rows *rows, const char *url, const char *id)
{
    size_t n = url ? strlen(url) : 0, tail = strlen(id) + strlen("/incidents/");
    if (n <= tail || strstr(url, "://stspg.io") || strcmp(url + n - strlen(id), id) != 0 ||
        strncmp(url + n - tail, "/incidents/", strlen("/incidents/")) != 0)
        return;
    ald_rows_alias(rows, "url", ald_strndup(rows->arena, url, n - tail));
}

enum ald_rc ald_statuspage_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                    struct ald_element *el, const struct ald_jv *it, struct ald_err *err)
{
    (void)res;
    const char *id;
    ALD_TRY(ald_json_id(rows->arena, it, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "status";
    rec->key = id;
    rec->timeline = ALD_HOLDS_STATES; /* updates come with the incident */
    ALD_TRY(ald_json_str_opt(it, "name", &rec->title, err));
    ALD_TRY(ald_json_str_opt(it, "shortlink", &rec->url, err));
    ALD_TRY(ald_json_str_opt(it, "status", &rec->status, err));
    ALD_TRY(add_impact(rows, rec, it, err));

    struct ald_jv list;
    struct update *updates = NULL;
    size_t n = 0;
    if (ald_json_opt(it, "incident_updates", &list)) {
        if (ald_json_kind(&list) != ALD_JSON_ARRAY)
            return ald_json_expected(&list, "a list", err);
        ALD_TRY(read_updates(rows->arena, &list, &updates, &n, err));
    }
    ALD_TRY(add_moments(rows, rec, it, updates, n, err));
    add_events(rows, el, updates, n);
    ALD_TRY(add_review(cfg, rows, el, it, updates, n, err));
    ALD_TRY(add_services(rows, rec, it, updates, n, err));
    rec->holds = rec->timeline;
    site_alias(rows, rec->url, id);
    return ALD_OK;
}
