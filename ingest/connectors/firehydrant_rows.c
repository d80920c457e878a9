/* What an incident of FireHydrant means: a record with its milestones, roles, teams, services and refs. Milestones are the organisation's
 * own and are known by their slugs, which `fields:` overrides; each has one time, so that of one that was resolved twice the source keeps
 * the last alone. Must not know requests or paging. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/firehydrant_priv.h"
#include "connectors/word.h"

enum ald_rc ald_firehydrant_author(const struct ald_jv *v, const char *member, const char **ret_person, int *ret_automatic,
                                   struct ald_err *err)
{
    struct ald_jv who;
    const char *text = NULL;
    *ret_person = NULL;
    *ret_automatic = -1;
    if (!ald_json_opt(v, member, &who) || ald_json_kind(&who) == ALD_JSON_NULL)
        return ALD_OK;
    if (ald_json_kind(&who) != ALD_JSON_STRING)
        return ALD_OK;
    ALD_TRY(ald_json_as_str(&who, &text, err));
    *ret_person = *text ? text : NULL;
    *ret_automatic = *text ? 0 : 1; /* "" stands where software did */
    return ALD_OK;
}

/* ---- Milestones ---- */

struct milestone {
    const char *slug, *name;
    int64_t at;
};
struct milestones {
    struct milestone *at;
    size_t n, cap;
};

static enum ald_rc add_milestones(struct ald_arena *arena, const struct ald_jv *holder, const char *slug_key, struct milestones *ret,
                                  struct ald_err *err)
{
    struct ald_jv list, x;
    bool any = false;
    ALD_TRY(ald_answer_each(holder, "milestones", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        struct milestone m = {.slug = NULL};
        ALD_TRY(ald_json_str_opt(&x, slug_key, &m.slug, err));
        ALD_TRY(ald_json_str_opt(&x, "name", &m.name, err));
        ALD_TRY(ald_json_time_opt(&x, "occurred_at", &m.at, err));
        if (m.at == ALD_TIME_NONE || (!m.slug && !m.name)) /* not reached yet */
            continue;
        ret->at = ald_grow(arena, ret->at, ret->n, &ret->cap, sizeof *ret->at);
        ret->at[ret->n++] = m;
    }
    return ALD_OK;
}

/** Those of the phases; where an account has none, the list that came before them. */
static enum ald_rc read_milestones(struct ald_arena *arena, const struct ald_jv *incident, struct milestones *ret, struct ald_err *err)
{
    struct ald_jv phases, phase;
    bool any = false;
    *ret = (struct milestones){.n = 0};
    ALD_TRY(ald_answer_each(incident, "lifecycle_phases", &phases, &any, err));
    for (bool ok = any && ald_json_first(&phases, &phase); ok; ok = ald_json_next(&phase))
        ALD_TRY(add_milestones(arena, &phase, "slug", ret, err));
    return ret->n ? ALD_OK : add_milestones(arena, incident, "type", ret, err);
}

static bool is_over(const char *slug)
{
    static const char *const words[] = {"resolved", "retrospective", "postmortem", "post_mortem", "closed", "canceled", "cancelled"};
    for (size_t i = 0; slug && i < sizeof words / sizeof words[0]; i++)
        if (strncasecmp(slug, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/** Resolved, and taken back to an earlier milestone: what was resolved then is stale. */
static enum ald_rc read_state(const struct ald_source_cfg *cfg, struct ald_row_record *rec, const struct ald_jv *incident,
                              const struct milestones *reached, struct ald_err *err)
{
    bool has = false, active = true;
    const char *mapped = ald_source_field(cfg, "resolved");
    int64_t resolved = ALD_TIME_NONE, current = ALD_TIME_NONE;
    ALD_TRY(ald_json_str_opt(incident, "current_milestone", &rec->status, err));
    ALD_TRY(ald_json_bool_opt(incident, "active", &has, &active, err));
    for (size_t i = 0; i < reached->n; i++) {
        const struct milestone *m = &reached->at[i];
        if (mapped ? is(m->slug, mapped) || ald_name_like(m->name, mapped) : is(m->slug, "resolved"))
            resolved = m->at;
        if (is(m->slug, rec->status))
            current = m->at;
    }
    bool over = is_over(rec->status) || (mapped && resolved != ALD_TIME_NONE && current >= resolved) || (has && !active);
    rec->end_state = !over ? "open" : is(rec->status, "closed") ? "closed" : "resolved";
    return ALD_OK;
}

static void add_moments(struct ald_rows *rows, struct ald_row_record *rec, const struct milestones *reached)
{
    static const struct {
        const char *slug, *moment;
        int rank;
    } known[] = {{"started", "impact_started", 2}, {"impact_started", "impact_started", 2}, {"detected", "detected", 2},
                 {"acknowledged", "acknowledged", 2}, {"mitigated", "mitigated", 2},        {"resolved", "resolved", 2},
                 {"closed", "closed", 2}};
    for (size_t i = 0; i < reached->n; i++)
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            bool ending = k >= 5;
            if (is(reached->at[i].slug, known[k].slug) && !(ending && is(rec->end_state, "open")))
                ald_rows_moment(rows, rec, known[k].moment, reached->at[i].at,
                                ald_sprintf(rows->arena, "milestones.%s", known[k].slug), known[k].rank);
        }
}

/* ---- Fields of the user's choice ---- */

/** "a, b", or a list that stands as text or as a list. */
static enum ald_rc add_texts(struct ald_arena *arena, const struct ald_jv *v, const char *key, struct ald_texts *texts, struct ald_err *err)
{
    struct ald_jv in, x;
    const char *s = NULL;
    if (!ald_json_opt(v, key, &in))
        return ALD_OK;
    if (ald_json_kind(&in) == ALD_JSON_ARRAY) {
        for (bool ok = ald_json_first(&in, &x); ok; ok = ald_json_next(&x)) {
            if (ald_json_kind(&x) == ALD_JSON_STRING)
                ALD_TRY(ald_json_as_str(&x, &s, err));
            else if (ald_json_kind(&x) == ALD_JSON_OBJECT)
                ALD_TRY(ald_json_id_opt(arena, &x, "name", &s, err));
            ald_texts_add(arena, texts, s);
        }
        return ALD_OK;
    }
    if (ald_json_kind(&in) == ALD_JSON_STRING || ald_json_kind(&in) == ALD_JSON_NUMBER)
        ALD_TRY(ald_json_id_opt(arena, v, key, &s, err));
    ald_texts_add(arena, texts, s);
    return ALD_OK;
}

static enum ald_rc custom_texts(struct ald_arena *arena, const struct ald_jv *incident, const char *field, struct ald_texts *texts,
                                struct ald_err *err)
{
    static const char *const names[] = {"name", "display_name", "slug", "field_id"};
    static const char *const values[] = {"value_array", "value_string", "value"};
    struct ald_jv list, x;
    bool any = false;
    ALD_TRY(ald_answer_each(incident, "custom_fields", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        bool called = false;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            const char *name = NULL;
            ALD_TRY(ald_json_id_opt(arena, &x, names[i], &name, err));
            called = called || ald_name_like(name, field);
        }
        for (size_t i = 0, before = texts->n; called && texts->n == before && i < sizeof values / sizeof values[0]; i++)
            ALD_TRY(add_texts(arena, &x, values[i], texts, err));
    }
    return ALD_OK;
}

/** Of a custom field, a label, a milestone's time, or a member of the incident itself. */
static enum ald_rc texts_of(struct ald_arena *arena, const void *from, const char *field, const char *const **ret, size_t *ret_n,
                            struct ald_err *err)
{
    const struct ald_jv *incident = from;
    struct ald_texts texts = {.n = 0};
    struct milestones reached;
    struct ald_jv labels;
    ALD_TRY(custom_texts(arena, incident, field, &texts, err));
    if (!texts.n && ald_json_opt(incident, "labels", &labels) && ald_json_kind(&labels) == ALD_JSON_OBJECT)
        ALD_TRY(add_texts(arena, &labels, field, &texts, err));
    if (!texts.n)
        ALD_TRY(read_milestones(arena, incident, &reached, err));
    for (size_t i = 0; !texts.n && i < reached.n; i++)
        if (is(reached.at[i].slug, field) || ald_name_like(reached.at[i].name, field)) {
            char text[32];
            ald_texts_add(arena, &texts, ald_strdup(arena, ald_time_format(reached.at[i].at, text)));
        }
    if (!texts.n)
        ALD_TRY(add_texts(arena, incident, field, &texts, err));
    *ret = texts.at;
    *ret_n = texts.n;
    return ALD_OK;
}

/* ---- People, teams, services ---- */

/** Each assignment has its time: who leads, and who took over from whom. */
static enum ald_rc add_roles(struct ald_rows *rows, struct ald_element *el, const struct ald_jv *incident, struct ald_err *err)
{
    struct ald_row_record *rec = el->record;
    struct ald_jv list, x, role;
    bool any = false;
    ALD_TRY(ald_answer_each(incident, "role_assignments", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        const char *id = NULL, *person = NULL, *name = NULL;
        int64_t at;
        int automatic;
        ALD_TRY(ald_json_id(rows->arena, &x, "id", &id, err));
        ALD_TRY(ald_firehydrant_author(&x, "user", &person, &automatic, err));
        ALD_TRY(ald_json_time_opt(&x, "created_at", &at, err));
        if (ald_json_opt(&x, "incident_role", &role))
            ALD_TRY(ald_json_str_opt(&role, "name", &name, err));
        if (!person)
            continue;
        bool leads = name && (strcasestr(name, "commander") || strcasestr(name, "lead"));
        ald_rows_person(rows, rec, person, leads ? "commander" : "responder", at, "role_assignments");
        if (at == ALD_TIME_NONE)
            continue;
        struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "role %s", id), at, leads ? "assigned" : "responder_added");
        e->actor = person;
        e->value = name;
        e->field = "role_assignments";
    }
    return ALD_OK;
}

static enum ald_rc add_teams(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *incident, struct ald_err *err)
{
    struct ald_jv list, x, team;
    bool any = false;
    ALD_TRY(ald_answer_each(incident, "team_assignments", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        const char *id = NULL;
        int64_t at;
        ALD_TRY(ald_json_time_opt(&x, "created_at", &at, err));
        if (ald_json_opt(&x, "team", &team) && ald_json_kind(&team) == ALD_JSON_OBJECT)
            ALD_TRY(ald_json_id_opt(rows->arena, &team, "id", &id, err));
        if (id)
            ald_rows_team(rows, rec, id, "assigned", at, "team_assignments");
    }
    return ALD_OK;
}

/** What customers use (functionalities) is hit as what runs it is. */
static enum ald_rc add_services(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                                const struct ald_jv *incident, struct ald_err *err)
{
    static const char *const lists[] = {"services", "functionalities", "environments"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct ald_jv list, x;
        bool any = false;
        ALD_TRY(ald_answer_each(incident, lists[i], &list, &any, err));
        for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
            const char *id = NULL, *name = NULL;
            ALD_TRY(ald_json_id_opt(rows->arena, &x, "id", &id, err));
            ALD_TRY(ald_json_str_opt(&x, "name", &name, err));
            if (i == 2)
                ald_rows_value(rows, rec, "environment", name, "environments");
            else if (!ald_source_field(cfg, "service") && (i == 0 ? id : name))
                (void)ald_rows_service(rows, rec, i == 0 ? id : name, lists[i]);
        }
    }
    return ALD_OK;
}

/* ---- Values and refs ---- */

static enum ald_rc add_values(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                              const struct ald_jv *incident, struct ald_err *err)
{
    struct ald_texts tags = {.n = 0};
    const char *severity = NULL, *priority = NULL;
    bool has = false;
    int64_t customers = 0;
    ALD_TRY(ald_json_str_opt(incident, "severity", &severity, err));
    ALD_TRY(ald_json_str_opt(incident, "priority", &priority, err));
    if (!ald_source_field(cfg, "severity") && severity && strcasecmp(severity, "unset") != 0) {
        ald_rows_value(rows, rec, "severity", severity, "severity");
        ald_rows_value(rows, rec, "severity_id", severity, "severity"); /* its place in the list gives the rank */
    }
    ald_rows_value(rows, rec, "priority", priority, "priority");
    ALD_TRY(ald_json_int_opt(incident, "customers_impacted", &has, &customers, err));
    if (has && customers > 0 && !ald_source_field(cfg, "customers")) /* 0 stands also where nobody looked */
        ald_rows_value(rows, rec, "customers_impacted", ald_sprintf(rows->arena, "%" PRId64, customers), "customers_impacted");
    ALD_TRY(add_texts(rows->arena, incident, "tag_list", &tags, err));
    for (size_t i = 0; i < tags.n; i++)
        ald_rows_value(rows, rec, "tag", tags.at[i], "tag_list");
    return ALD_OK;
}

static enum ald_rc add_refs(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *incident, struct ald_err *err)
{
    const char *s = NULL;
    struct ald_jv ticket, link, list, x;
    bool any = false;
    ALD_TRY(ald_json_id_opt(rows->arena, incident, "channel_id", &s, err));
    ald_rows_ref(rows, rec, "channel", s, "channel_id");
    if (ald_json_opt(incident, "ticket", &ticket) && ald_json_opt(&ticket, "link", &link)) {
        ALD_TRY(ald_json_str_opt(&link, "href_url", &s, err));
        ald_rows_ref(rows, rec, "url", s, "ticket.link.href_url");
    }
    ALD_TRY(ald_answer_each(incident, "status_pages", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        ALD_TRY(ald_json_str_opt(&x, "url", &s, err));
        ald_rows_ref(rows, rec, "url", s, "status_pages.url");
    }
    return ALD_OK;
}

static void ask_details(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el)
{
    static const char *const details[] = {"alerts", "links", "relationships"};
    (void)ald_rows_todo(rows, el, "incident_events", el->record->external_id);
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        if (ald_listing_on(cfg, details[i]))
            (void)ald_rows_todo(rows, el, ald_sprintf(rows->arena, "incident_%s", details[i]), el->record->external_id);
}

enum ald_rc ald_firehydrant_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    const char *id = NULL, *number = NULL, *person = NULL;
    struct milestones reached;
    int automatic;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "pager";
    rec->holds = ALD_HOLDS_RESPONDERS | ALD_HOLDS_TEAMS | (ald_listing_on(cfg, "alerts") ? ALD_HOLDS_ALERTS : 0u);
    rec->timeline = ALD_HOLDS_RESPONDERS | ALD_HOLDS_TEAMS; /* assignments stand here in full */
    ALD_TRY(ald_json_id_opt(rows->arena, row, "number", &number, err));
    rec->key = number ? ald_sprintf(rows->arena, "#%s", number) : NULL;
    ALD_TRY(ald_json_str_opt(row, "name", &rec->title, err));
    ALD_TRY(ald_json_str_opt(row, "incident_url", &rec->url, err));
    ALD_TRY(ald_json_time(row, "created_at", &rec->entered_at, err));
    ALD_TRY(ald_json_time_opt(row, "discarded_at", &rec->gone_at, err)); /* archived: no list of the product counts it */
    ALD_TRY(read_milestones(rows->arena, row, &reached, err));
    ALD_TRY(read_state(cfg, rec, row, &reached, err));
    ald_rows_moment(rows, rec, "opened", rec->entered_at, "created_at", 2);
    add_moments(rows, rec, &reached);
    ALD_TRY(add_values(cfg, rows, rec, row, err));
    ALD_TRY(add_services(cfg, rows, rec, row, err));
    ALD_TRY(add_teams(rows, rec, row, err));
    ALD_TRY(add_roles(rows, el, row, err));
    ALD_TRY(ald_mapped_read(cfg, rows, rec, row, texts_of, err));
    ALD_TRY(ald_firehydrant_author(row, "created_by", &person, &automatic, err));
    if (person)
        ald_rows_person(rows, rec, person, "reporter", rec->entered_at, "created_by");
    ALD_TRY(add_refs(rows, rec, row, err));
    ald_answer_site_alias(rows, rec->url);
    ask_details(cfg, rows, el);
    return ALD_OK;
}
