/* Exports of records and events, as they stand in the store; what import reads back. */
#include <stdlib.h>
#include <string.h>

#include "alidade/timeline.h"
#include "export.h"

static struct ald_node *text(struct ald_export *x, struct ald_q *q, int column)
{
    return ald_node_str(x->scratch, ald_strdup(x->scratch, ald_q_col_text(q, column)));
}

/* One of the names kept in record_value; a number stays a number. */
struct values {
    const char *severity, *urgency, *customers, *requests, *alerts, *other, *rank;
    struct ald_node *regions;
};

static enum ald_rc values_of(struct ald_export *x, int64_t record, struct values *ret, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    *ret = (struct values){.regions = ald_node_list(x->scratch)};
    ALD_TRY(ald_q_open(x->store, "cli_export_values", &q, err));
    ald_q_int(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        const char *name = ald_q_col_text(q, 0);
        const char *value = ald_strdup(x->scratch, ald_q_col_text(q, 1));
        if (strcmp(name, "severity") == 0)
            ret->severity = value;
        else if (strcmp(name, "urgency") == 0)
            ret->urgency = value;
        else if (strcmp(name, "customers_impacted") == 0)
            ret->customers = value;
        else if (strcmp(name, "requests_failed") == 0)
            ret->requests = value;
        else if (strcmp(name, "alerts_grouped") == 0)
            ret->alerts = value;
        else if (strcmp(name, "external_party") == 0)
            ret->other = value;
        else if (strcmp(name, "severity_rank") == 0)
            ret->rank = value;
        else if (strcmp(name, "regions") == 0)
            ald_node_add(x->scratch, ret->regions, ald_node_str(x->scratch, value));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static enum ald_rc moments_of(struct ald_export *x, int64_t record, int64_t ret[ALD_MOMENT_N], struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    for (int i = 0; i < ALD_MOMENT_N; i++)
        ret[i] = ALD_TIME_NONE;
    ALD_TRY(ald_q_open(x->store, "cli_export_moments", &q, err));
    ald_q_int(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) { /* ordered so that the candidate that is taken comes last */
        for (int i = 0; i < ALD_MOMENT_N; i++)
            if (strcmp(ald_q_col_text(q, 0), ald_moment_name((enum ald_moment)i)) == 0)
                ret[i] = ald_q_col_time(q, 1);
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static enum ald_rc list_of(struct ald_export *x, const char *query, int64_t record, struct ald_node **ret, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    *ret = ald_node_list(x->scratch);
    ALD_TRY(ald_q_open(x->store, query, &q, err));
    ald_q_int(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        ald_node_add(x->scratch, *ret, text(x, q, 0));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

/* All services, those named when the record was opened, and those that another field stands in for. */
struct services {
    struct ald_node *all, *at_start, *stand_in, *fields;
};

static enum ald_rc services_of(struct ald_export *x, int64_t record, struct services *ret, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    *ret = (struct services){ald_node_list(x->scratch), ald_node_list(x->scratch), ald_node_list(x->scratch), ald_node_list(x->scratch)};
    ALD_TRY(ald_q_open(x->store, "cli_export_services", &q, err));
    ald_q_int(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        ald_node_add(x->scratch, ret->all, text(x, q, 0));
        ald_node_add(x->scratch, ret->fields, text(x, q, 3));
        if (ald_q_col_int(q, 1))
            ald_node_add(x->scratch, ret->at_start, text(x, q, 0));
        if (ald_q_col_int(q, 2))
            ald_node_add(x->scratch, ret->stand_in, text(x, q, 0));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static enum ald_rc refs_of(struct ald_export *x, int64_t record, struct ald_node **ret, const char **ret_merged, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    *ret = ald_node_list(x->scratch);
    ALD_TRY(ald_q_open(x->store, "cli_export_refs", &q, err));
    ald_q_int(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        const char *kind = ald_q_col_text(q, 0);
        const char *value = ald_strdup(x->scratch, ald_q_col_text(q, 1));
        if (strcmp(kind, "merged_into") == 0)
            *ret_merged = value;
        else
            ald_node_add(x->scratch, *ret, ald_node_str(x->scratch, ald_sprintf(x->scratch, "%s:%s", kind, value)));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static enum ald_rc responders_of(struct ald_export *x, int64_t record, int64_t *ret, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(x->store, "cli_export_responders", &q, err));
    ald_q_int(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_q_col_int(q, 0) : 0;
    return ALD_OK;
}

static struct ald_node *number_or_text(struct ald_arena *a, const char *value)
{
    char *end = NULL;
    if (!value || !*value)
        return ald_node_absent(a, NULL);
    double number = strtod(value, &end);
    return *end ? ald_node_str(a, value) : ald_node_num(a, number);
}

/* "none" rather than an empty list: an empty cell of CSV would say nothing. */
static struct ald_node *holds_node(struct ald_arena *a, unsigned bits)
{
    struct ald_node *list = ald_node_list(a);
    for (size_t i = 0; ald_holds_name_at(i); i++)
        if (bits & ald_holds_name_at(i)->bit)
            ald_node_add(a, list, ald_node_str(a, ald_holds_name_at(i)->word));
    if (!list->list.n)
        ald_node_add(a, list, ald_node_str(a, "none"));
    return list;
}

static enum ald_rc record_line(struct ald_export *x, struct ald_q *q, const char *incident, struct ald_err *err)
{
    static const char *const moments[ALD_MOMENT_N] = {"impact_started_at", "detected_at", "opened_at", "acknowledged_at",
                                                      "mitigated_at",      "resolved_at", "closed_at"};
    struct ald_arena *a = x->scratch;
    struct ald_node *o = ald_node_object(a);
    int64_t id = ald_q_col_int(q, 0);
    struct values values;
    int64_t at[ALD_MOMENT_N];
    struct services services;
    struct ald_node *teams = NULL;
    struct ald_node *refs = NULL;
    const char *merged = NULL;
    int64_t responders = 0;
    ALD_TRY(values_of(x, id, &values, err));
    ALD_TRY(moments_of(x, id, at, err));
    ALD_TRY(services_of(x, id, &services, err));
    ALD_TRY(list_of(x, "cli_export_teams", id, &teams, err));
    ALD_TRY(refs_of(x, id, &refs, &merged, err));
    ALD_TRY(responders_of(x, id, &responders, err));
    ald_node_set(a, o, "source", text(x, q, 1));
    ald_node_set(a, o, "external_id", text(x, q, 2));
    ald_node_set(a, o, "kind", text(x, q, 3));
    ald_node_set(a, o, "key", text(x, q, 4));
    ald_node_set(a, o, "class", text(x, q, 10));
    ald_node_set(a, o, "title", text(x, q, 5));
    ald_node_set(a, o, "url", text(x, q, 6));
    ald_node_set(a, o, "status", text(x, q, 7));
    ald_node_set(a, o, "severity", ald_node_str(a, values.severity));
    ald_node_set(a, o, "urgency", ald_node_str(a, values.urgency));
    for (int i = 0; i < ALD_MOMENT_N; i++)
        ald_node_set(a, o, moments[i], ald_node_time(a, at[i]));
    ald_node_set(a, o, "resolve_reason", text(x, q, 8));
    ald_node_set(a, o, "merged_into", ald_node_str(a, merged));
    ald_node_set(a, o, "services", services.all);
    ald_node_set(a, o, "services_at_start", services.at_start);
    ald_node_set(a, o, "teams", teams);
    ald_node_set(a, o, "refs", refs);
    ald_node_set(a, o, "customers_impacted", number_or_text(a, values.customers));
    ald_node_set(a, o, "regions", values.regions);
    ald_node_set(a, o, "requests_failed", number_or_text(a, values.requests));
    ald_node_set(a, o, "alerts_grouped", number_or_text(a, values.alerts));
    ald_node_set(a, o, "external_party", ald_node_str(a, values.other));
    ald_node_set(a, o, "responders_n", ald_node_int(a, responders));
    ald_node_set(a, o, "gone_at", ald_node_time(a, ald_q_col_time(q, 9)));
    ald_node_set(a, o, "incident", ald_node_str(a, incident));
    /* What an import needs to read the same from it: beyond the contract's columns, at their end. */
    ald_node_set(a, o, "role", text(x, q, 11));
    ald_node_set(a, o, "end_state", text(x, q, 12));
    ald_node_set(a, o, "entered_at", ald_node_time(a, ald_q_col_time(q, 13)));
    ald_node_set(a, o, "severity_rank", number_or_text(a, values.rank));
    ald_node_set(a, o, "services_stand_in", services.stand_in);
    ald_node_set(a, o, "services_fields", services.fields);
    ald_node_set(a, o, "holds", holds_node(a, (unsigned)ald_q_col_int(q, 14)));
    ald_node_set(a, o, "timeline", holds_node(a, (unsigned)ald_q_col_int(q, 15)));
    return ald_export_line(x, o, err);
}

static int by_row(const void *a, const void *b)
{
    const struct ald_record *const *x = a;
    const struct ald_record *const *y = b;
    return ((*x)->row > (*y)->row) - ((*x)->row < (*y)->row);
}

static int row_is(const void *key, const void *item)
{
    const int64_t *row = key;
    const struct ald_record *const *record = item;
    return (*row > (*record)->row) - (*row < (*record)->row);
}

enum ald_rc ald_export_records(struct ald_export *x, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) arena = ald_arena_new();
    const struct ald_analysis *an = x->analysis;
    const struct ald_record **index = ald_calloc(arena, an->records_n + 1, sizeof *index);
    bool row = false;
    for (size_t i = 0; i < an->records_n; i++)
        index[i] = &an->records[i];
    if (an->records_n)
        qsort(index, an->records_n, sizeof *index, by_row);
    ALD_TRY(ald_q_open(x->store, "cli_export_records", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        int64_t id = ald_q_col_int(q, 0);
        const struct ald_record *const *found = an->records_n ? bsearch(&id, index, an->records_n, sizeof *index, row_is) : NULL;
        bool linked = found && !(*found)->vendor && (*found)->incident < an->incidents_n;
        ALD_TRY(record_line(x, q, linked ? an->incidents[(*found)->incident].id : NULL, err));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static struct ald_node *flag(struct ald_arena *a, struct ald_q *q, int column)
{
    return ald_q_col_null(q, column) ? ald_node_absent(a, NULL) : ald_node_bool(a, ald_q_col_int(q, column) != 0);
}

enum ald_rc ald_export_events(struct ald_export *x, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(x->store, "cli_export_events", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        static const char *const keys[] = {"source", "external_id", "event_id", "at", "kind", "actor", "team", "text", "service", "value"};
        struct ald_arena *a = x->scratch;
        struct ald_node *o = ald_node_object(a);
        for (int i = 0; i < 10; i++)
            ald_node_set(a, o, keys[i], i == 3 ? ald_node_time(a, ald_q_col_time(q, i)) : text(x, q, i));
        ald_node_set(a, o, "automatic", flag(a, q, 10));
        ald_node_set(a, o, "actor_mapped", flag(a, q, 11));
        ald_node_set(a, o, "agent", text(x, q, 12));
        ald_node_set(a, o, "field", text(x, q, 13));
        ALD_TRY(ald_export_line(x, o, err));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}
