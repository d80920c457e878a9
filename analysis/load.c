/* Reads the store as of as-of: reference lists, records (load_records.c), their values, severities, refs. Each table is streamed once. What
 * is dated after as-of has not happened yet. Knows the tables, no API. */
#include "analysis/build.h"
#include "analysis/overrides.h"
#include "analysis/stored.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum ald_rc ald_each(struct ald_build *b, const char *query, void (*take)(struct ald_build *b, struct ald_q *q), struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(b->store, query, &q, err));
    while (row) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (row)
            take(b, q);
    }
    return ALD_OK;
}

enum ald_rc ald_each_record(struct ald_build *b, const char *query,
                            void (*take)(struct ald_build *b, uint32_t record, struct ald_q *q), struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    size_t at = 0;
    ALD_TRY(ald_q_open(b->store, query, &q, err));
    while (row) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            break;
        if (ald_build_goes_to(b, ald_q_col_int(q, 0), &at))
            take(b, b->by_row[at].record, q);
    }
    return ALD_OK;
}

const char *ald_build_string(struct ald_build *b, const char *s)
{
    return s && *s ? ald_names_text(b->strings, ald_names_add(b->strings, s)) : NULL;
}

uint32_t ald_build_word(struct ald_build *b, const char *s)
{
    return s && *s ? ald_names_add(b->strings, s) + 1 : 0;
}

const char *ald_build_text(const struct ald_build *b, uint32_t word)
{
    return word ? ald_names_text(b->strings, word - 1) : NULL;
}

static void take_source(struct ald_build *b, struct ald_q *q)
{
    uint32_t source = ald_names_add(b->sources, ald_q_col_text(q, 0));
    b->vendor = ald_grow(b->scratch, b->vendor, source, &b->vendor_cap, sizeof *b->vendor);
    b->vendor[source] = strcmp(ald_q_col_text(q, 1), "vendor") == 0;
}

static void take_alias(struct ald_build *b, struct ald_q *q)
{
    struct ald_analysis *a = b->a;
    uint32_t source = ald_names_find(b->sources, ald_q_col_text(q, 0));
    if (strcmp(ald_q_col_text(q, 1), "name") == 0) { /* of whom a status page is */
        if (source == ALD_NOBODY || b->vendor[source] || strcasecmp(ald_q_col_text(q, 2), "status") == 0)
            return;
        a->own_names = ald_grow(a->arena, a->own_names, a->own_names_n, &a->own_names_cap, sizeof *a->own_names);
        a->own_names[a->own_names_n++] = ald_strdup(a->arena, ald_q_col_text(q, 2));
        return;
    }
    b->alias = ald_grow(b->scratch, b->alias, b->alias_n, &b->alias_cap, sizeof *b->alias);
    b->alias[b->alias_n++] = (struct ald_alias){
        .source = source,
        .url = strcmp(ald_q_col_text(q, 1), "url") == 0,
        .prefix = ald_strdup(b->scratch, ald_q_col_text(q, 2)),
    };
}

uint32_t ald_build_name(const struct ald_names *ids, const uint32_t *of_id, const char *source, const char *id,
                        struct ald_names *names)
{
    uint32_t known = ald_names_find2(ids, source, id);
    return known == ALD_NOBODY ? ald_names_add(names, id) : of_id[known];
}

static void take_team(struct ald_build *b, struct ald_q *q)
{
    uint32_t id = ald_names_add2(b->team_ids, ald_q_col_text(q, 0), ald_q_col_text(q, 1));
    b->team_of_id = ald_grow(b->scratch, b->team_of_id, id, &b->team_of_id_cap, sizeof *b->team_of_id);
    b->team_of_id[id] = ald_names_add(b->teams, ald_q_col_text(q, 2));
}

static void add_member(struct ald_build *b, uint32_t team, uint32_t parent, const char *zone, uint32_t source)
{
    b->member = ald_grow(b->scratch, b->member, b->member_n, &b->member_cap, sizeof *b->member);
    b->member[b->member_n++] = (struct ald_member_of){
        .team = team, .parent = parent, .zone = zone && *zone ? ald_strdup(b->a->arena, zone) : NULL, .source = source};
}

/* Once all ids are known: a parent may stand after its child in the list. */
static void take_tree(struct ald_build *b, struct ald_q *q)
{
    const char *source = ald_q_col_text(q, 0), *parent = ald_q_col_text(q, 3);
    uint32_t above = parent && *parent ? ald_build_name(b->team_ids, b->team_of_id, source, parent, b->teams) : ALD_NOBODY;
    add_member(b, ald_names_add(b->teams, ald_q_col_text(q, 2)), above, ald_q_col_text(q, 4),
               ald_names_find(b->sources, source));
}

static void add_owner(struct ald_build *b, uint32_t service, uint32_t team)
{
    b->owner = ald_grow(b->scratch, b->owner, b->owner_n, &b->owner_cap, sizeof *b->owner);
    b->owner[b->owner_n++] = (struct ald_owner){.service = service, .team = team};
}

static void add_listed(struct ald_build *b, uint32_t service, int tier, uint32_t source)
{
    b->listed = ald_grow(b->scratch, b->listed, b->listed_n, &b->listed_cap, sizeof *b->listed);
    b->listed[b->listed_n++] = (struct ald_listed){.service = service, .tier = tier, .source = source};
}

static void add_edge(struct ald_build *b, uint32_t service, uint32_t needs, uint32_t source)
{
    b->edge = ald_grow(b->scratch, b->edge, b->edge_n, &b->edge_cap, sizeof *b->edge);
    b->edge[b->edge_n++] = (struct ald_edge){.service = service, .needs = needs, .source = source};
}

static void take_service(struct ald_build *b, struct ald_q *q)
{
    const char *source = ald_q_col_text(q, 0), *team = ald_q_col_text(q, 3);
    uint32_t id = ald_names_add2(b->service_ids, source, ald_q_col_text(q, 1));
    b->service_of_id = ald_grow(b->scratch, b->service_of_id, id, &b->service_of_id_cap, sizeof *b->service_of_id);
    b->service_of_id[id] = ald_names_add(b->services, ald_q_col_text(q, 2));
    if (team && *team)
        add_owner(b, b->service_of_id[id], ald_build_name(b->team_ids, b->team_of_id, source, team, b->teams));
    add_listed(b, b->service_of_id[id], (int)ald_q_col_int(q, 4), ald_names_find(b->sources, source));
}

static void take_edge(struct ald_build *b, struct ald_q *q)
{
    const char *source = ald_q_col_text(q, 0);
    add_edge(b, ald_build_name(b->service_ids, b->service_of_id, source, ald_q_col_text(q, 1), b->services),
             ald_build_name(b->service_ids, b->service_of_id, source, ald_q_col_text(q, 2), b->services),
             ald_names_find(b->sources, source));
}

static void take_person(struct ald_build *b, struct ald_q *q)
{
    uint32_t id = ald_names_add2(b->people_ids, ald_q_col_text(q, 0), ald_q_col_text(q, 1));
    b->person_of_id = ald_grow(b->scratch, b->person_of_id, id, &b->person_of_id_cap, sizeof *b->person_of_id);
    b->mapped_of_id = ald_grow(b->scratch, b->mapped_of_id, id, &b->mapped_of_id_cap, sizeof *b->mapped_of_id);
    b->person_of_id[id] = ald_names_add(b->persons, ald_q_col_text(q, 2));
    b->mapped_of_id[id] = ald_q_col_int(q, 3) != 0;
}

static void take_settings(struct ald_build *b)
{
    const struct ald_settings *s = b->settings;
    uint32_t own = (uint32_t)ald_names_n(b->sources);
    b->owner_of_sources_n = b->owner_n;
    for (size_t i = 0; i < s->teams_n; i++) {
        const struct ald_team_setting *team = &s->teams[i];
        uint32_t above = team->parent && *team->parent ? ald_names_add(b->teams, team->parent) : ALD_NOBODY;
        add_member(b, ald_names_add(b->teams, team->name), above, team->timezone, own);
    }
    for (size_t i = 0; i < s->services_n; i++) {
        uint32_t service = ald_names_add(b->services, s->services[i].name);
        add_listed(b, service, s->services[i].tier, own);
        for (size_t k = 0; k < s->services[i].depends_on_n; k++)
            add_edge(b, service, ald_names_add(b->services, s->services[i].depends_on[k]), own);
        if (s->services[i].team && *s->services[i].team)
            add_owner(b, service, ald_names_add(b->teams, s->services[i].team));
    }
    for (size_t i = 0; i < s->automation_users_n; i++)
        (void)ald_names_add(b->automation, s->automation_users[i]);
}

static int rank_of(const struct ald_settings *s, const char *label, int given)
{
    for (size_t i = 0; i < s->severity_order_n; i++)
        if (strcasecmp(s->severity_order[i], label) == 0)
            return (int)i + 1;
    if (s->severity_order_n) /* labels outside a configured order have no rank in it */
        return 0;
    if (given > 0)
        return given;
    return label[0] >= '1' && label[0] <= '9' && !label[1] ? label[0] - '0' : 0;
}

static void set_rank(struct ald_build *b, uint32_t r, int64_t rank)
{
    b->a->records[r].severity_rank = rank > 0 && rank < 1000 ? (uint16_t)rank : 0;
}

static void take_label(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    set_rank(b, r, ald_q_col_int(q, 1));
}

/* A text that is a trait: the first that is given. */
static void set_trait(struct ald_build *b, uint32_t r, bool severity, const char *value)
{
    struct ald_traits traits = *b->a->records[r].traits;
    const char **trait = severity ? &traits.severity : &traits.class_;
    if (*trait)
        return;
    *trait = ald_build_string(b, value);
    b->a->records[r].traits = ald_build_traits(b, &traits);
}

static void take_value(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    const char *name = ald_q_col_text(q, 1), *value = ald_q_col_text(q, 2);
    bool severity = strcmp(name, "severity") == 0;
    if (severity || strcmp(name, "class") == 0)
        set_trait(b, r, severity, value);
    else if (strcmp(name, "severity_rank") == 0)
        set_rank(b, r, strtol(value, NULL, 10));
    else
        ald_given_value(b, r, name, value, ald_q_col_text(q, 3));
}

static void rank_severities(struct ald_build *b)
{
    for (size_t i = 0; i < b->a->records_n; i++) {
        struct ald_record *record = &b->a->records[i];
        if (record->traits->severity)
            record->severity_rank = (uint16_t)rank_of(b->settings, record->traits->severity, record->severity_rank);
    }
}

const char *ald_build_first(const char *a, const char *b)
{
    return !a || !b ? NULL : strcmp(a, b) <= 0 ? a : b;
}

static void take_ref(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    static const char *const kinds[ALD_REF_N] = {"url",          "key",   "id",      "merged_into", "duplicate_of", "parent",
                                                 "incident_key", "alert", "channel", "mention"};
    const char *field = ald_build_string(b, ald_q_col_text(q, 3));
    struct ald_row_ref ref = {.field = field};
    while (ref.kind < ALD_REF_N && strcmp(kinds[ref.kind], ald_q_col_text(q, 1)) != 0)
        ref.kind++;
    if (ref.kind == ALD_REF_N)
        return; /* a kind that only texts know */
    if (ald_q_col_int(q, 4)) {
        b->ref[b->ref_n - 1].field = ald_build_first(b->ref[b->ref_n - 1].field, field);
        return;
    }
    ref.value = ald_strdup(b->linking, ald_q_col_text(q, 2));
    b->ref = ald_grow(b->linking, b->ref, b->ref_n, &b->ref_cap, sizeof *b->ref);
    if (!b->refs[r].n)
        b->refs[r].at = (uint32_t)b->ref_n;
    b->refs[r].n++;
    b->ref[b->ref_n++] = ref;
}

enum ald_rc ald_load(struct ald_build *b, struct ald_err *err)
{
    ALD_TRY(ald_each(b, "analysis_sources", take_source, err));
    b->seen = ald_calloc(b->scratch, ald_names_n(b->sources), sizeof *b->seen);
    ALD_TRY(ald_each(b, "analysis_aliases", take_alias, err));
    ALD_TRY(ald_each(b, "analysis_teams", take_team, err));
    ALD_TRY(ald_each(b, "analysis_teams", take_tree, err));
    ALD_TRY(ald_each(b, "analysis_services", take_service, err));
    ALD_TRY(ald_each(b, "analysis_edges", take_edge, err));
    ALD_TRY(ald_each(b, "analysis_people", take_person, err));
    take_settings(b);
    ALD_TRY(ald_overrides_load(b, err));
    ALD_TRY(ald_load_records(b, err));
    ALD_TRY(ald_each_record(b, "analysis_values", take_value, err));
    ALD_TRY(ald_each_record(b, "analysis_severity_labels", take_label, err));
    rank_severities(b);
    if (!b->part || !b->part->linked) /* else nobody asks what points where */
        ALD_TRY(ald_each_record(b, "analysis_refs", take_ref, err));
    return ald_load_rows(b, err);
}
