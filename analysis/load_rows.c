/* Reads what hangs on the records: services, teams and people, cut at as-of; then numbers all names in the order of their texts.
 * Knows the tables, no API. */
#include "analysis/build.h"
#include "analysis/org.h"

#include <string.h>

#define FIELDS_MOST ((1u << 28) - 1)

static void extend(struct ald_slice *slice, size_t at)
{
    if (!slice->n)
        slice->at = (uint32_t)at;
    slice->n++;
}

static bool is_automation(const struct ald_build *b, const char *text)
{
    return text && *text && ald_names_find(b->automation, text) != ALD_NOBODY;
}

/* The person behind a pseudonym of a source. A pseudonym that the source could not map is no responder. */
static void resolve_person(struct ald_build *b, const char *source, const char *pseudonym, uint32_t *ret_actor,
                           uint32_t *ret_raw)
{
    *ret_actor = *ret_raw = ALD_NOBODY;
    if (!pseudonym || !*pseudonym || is_automation(b, pseudonym))
        return;
    uint32_t id = ald_names_find2(b->people_ids, source, pseudonym);
    uint32_t raw = id == ALD_NOBODY ? ald_names_add(b->persons, pseudonym) : b->person_of_id[id];
    if (is_automation(b, ald_names_text(b->persons, raw)))
        return;
    *ret_raw = raw;
    if (id != ALD_NOBODY && b->mapped_of_id[id])
        *ret_actor = raw;
}

static uint32_t resolve_name(const struct ald_names *ids, const uint32_t *of_id, const char *source, const char *id,
                             struct ald_names *names)
{
    return id && *id ? ald_build_name(ids, of_id, source, id, names) : ALD_NOBODY;
}

/* ---- Rows that differ in nothing but who added them are one, which is whole when the next one begins ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a == ALD_TIME_NONE || (b != ALD_TIME_NONE && b < a) ? b : a;
}

static uint32_t first_word(const struct ald_build *b, uint32_t x, uint32_t y)
{
    const char *text = ald_build_text(b, x);
    return ald_build_first(text, ald_build_text(b, y)) == text ? x : y;
}

/* What is dated after as-of has not happened yet. @return false when the row goes. */
static bool settle(struct ald_build *b, int64_t at, struct ald_slice *slice, size_t *n)
{
    int64_t row = b->a->records[b->unsettled].row;
    b->unsettled = ALD_NOBODY;
    if (!ald_build_later(b, row, at))
        return true;
    slice->n--;
    --*n;
    return false;
}

static void settle_service(struct ald_build *b)
{
    if (b->unsettled != ALD_NOBODY)
        (void)settle(b, b->svc[b->svc_n - 1].at, &b->work[b->unsettled].services, &b->svc_n);
}

static void take_service(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    struct ald_row_svc row = {
        .service =
            resolve_name(b->service_ids, b->service_of_id, b->a->records[r].traits->source, ald_q_col_text(q, 1), b->services),
        .at = ald_q_col_time(q, 2),
        .at_start = ald_q_col_int(q, 3) != 0,
        .stand_in = ald_q_col_int(q, 4) != 0,
        .field = ald_build_word(b, ald_q_col_text(q, 5)) & ((1u << 30) - 1),
    };
    if (row.service == ALD_NOBODY)
        return;
    if (ald_q_col_int(q, 6)) {
        struct ald_row_svc *same = &b->svc[b->svc_n - 1];
        same->at = earlier(same->at, row.at);
        same->at_start |= row.at_start;
        same->stand_in &= row.stand_in;
        same->field = first_word(b, same->field, row.field) & ((1u << 30) - 1);
        return;
    }
    settle_service(b);
    b->svc = ald_grow(b->gathering, b->svc, b->svc_n, &b->svc_cap, sizeof *b->svc);
    extend(&b->work[r].services, b->svc_n);
    b->svc[b->svc_n++] = row;
    b->unsettled = r;
}

static uint32_t role_of(const char *text)
{
    static const char *const names[ALD_ROLE_N] = {"", "assigned", "responder", "acknowledged", "commander", "resolved", "notified", "requested"};
    for (uint32_t role = 1; text && role < ALD_ROLE_N; role++)
        if (strcmp(text, names[role]) == 0)
            return role;
    return ALD_ROLE_OTHER;
}

static void merge_named(const struct ald_build *b, struct ald_row_named *same, const struct ald_row_named *row)
{
    same->at = earlier(same->at, row->at);
    same->field = first_word(b, same->field, row->field) & FIELDS_MOST;
}

static void settle_team(struct ald_build *b)
{
    if (b->unsettled != ALD_NOBODY)
        (void)settle(b, b->team[b->team_n - 1].at, &b->draft[b->unsettled].teams, &b->team_n);
}

static void take_team(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    struct ald_row_named row = {
        .name = resolve_name(b->team_ids, b->team_of_id, b->a->records[r].traits->source, ald_q_col_text(q, 1), b->teams),
        .at = ald_q_col_time(q, 2),
        .role = role_of(ald_q_col_text(q, 3)) & 15u,
        .field = ald_build_word(b, ald_q_col_text(q, 4)) & FIELDS_MOST,
    };
    row.raw = row.name;
    if (row.name == ALD_NOBODY)
        return;
    if (ald_q_col_int(q, 5)) {
        merge_named(b, &b->team[b->team_n - 1], &row);
        return;
    }
    settle_team(b);
    b->team = ald_grow(b->gathering, b->team, b->team_n, &b->team_cap, sizeof *b->team);
    extend(&b->draft[r].teams, b->team_n);
    b->team[b->team_n++] = row;
    b->unsettled = r;
}

static void settle_person(struct ald_build *b)
{
    uint32_t r = b->unsettled;
    if (r != ALD_NOBODY && settle(b, b->person[b->person_n - 1].at, &b->work[r].people, &b->person_n))
        ald_given_called(b, r, &b->person[b->person_n - 1]);
}

static void take_person(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    struct ald_row_named row = {
        .at = ald_q_col_time(q, 2),
        .role = role_of(ald_q_col_text(q, 3)) & 15u,
        .field = ald_build_word(b, ald_q_col_text(q, 4)) & FIELDS_MOST,
    };
    resolve_person(b, b->a->records[r].traits->source, ald_q_col_text(q, 1), &row.name, &row.raw);
    if (row.raw == ALD_NOBODY)
        return;
    if (ald_q_col_int(q, 5)) {
        merge_named(b, &b->person[b->person_n - 1], &row);
        return;
    }
    settle_person(b);
    b->person = ald_grow(b->scratch, b->person, b->person_n, &b->person_cap, sizeof *b->person);
    extend(&b->work[r].people, b->person_n);
    b->person[b->person_n++] = row;
    b->unsettled = r;
}

static ALD_CHECK enum ald_rc load_rows(struct ald_build *b, struct ald_err *err)
{
    b->unsettled = ALD_NOBODY;
    ALD_TRY(ald_each_record(b, "analysis_record_services", take_service, err));
    settle_service(b);
    ALD_TRY(ald_each_record(b, "analysis_record_teams", take_team, err));
    settle_team(b);
    ALD_TRY(ald_each_record(b, "analysis_record_people", take_person, err));
    settle_person(b);
    return ald_load_reported(b, err);
}

/* ---- Names ---- */

static void renumber(uint32_t *name, const uint32_t *rank)
{
    if (*name != ALD_NOBODY)
        *name = rank[*name];
}

/* Numbers by order of first use depend on the order of rows; reports must not. */
static void sort_names(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    uint32_t *person, *team, *service;
    a->persons = ald_names_sorted(b->persons, a->arena, &person);
    a->persons_n = ald_names_n(b->persons);
    a->teams = ald_names_sorted(b->teams, a->arena, &team);
    a->teams_n = ald_names_n(b->teams);
    a->services = ald_names_sorted(b->services, a->arena, &service);
    a->services_n = ald_names_n(b->services);
    ald_timeline_number(b, person, team, service);
    for (size_t i = 0; i < b->given_n; i++)
        renumber(&b->given[i].person, person);
    b->org = ald_org_build(b, service, team);
    for (size_t i = 0; i < b->svc_n; i++)
        renumber(&b->svc[i].service, service);
    for (size_t i = 0; i < b->team_n; i++) {
        renumber(&b->team[i].name, team);
        renumber(&b->team[i].raw, team);
    }
    for (size_t i = 0; i < b->person_n; i++) {
        renumber(&b->person[i].name, person);
        renumber(&b->person[i].raw, person);
    }
    b->service_owner = ald_calloc(a->arena, a->services_n, sizeof *b->service_owner);
    for (size_t i = 0; i < a->services_n; i++)
        b->service_owner[i] = ALD_NOBODY;
    for (size_t i = 0; i < b->owner_n; i++) {
        uint32_t *owner = &b->service_owner[service[b->owner[i].service]];
        if (*owner == ALD_NOBODY || i >= b->owner_of_sources_n)
            *owner = team[b->owner[i].team];
    }
    b->org->owner = b->service_owner;
}

void ald_load_vendors_stay(struct ald_build *b)
{
    struct ald_row_svc *kept = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < b->a->records_n; i++) {
        struct ald_slice *rows = &b->work[i].services;
        if (!b->a->records[i].vendor) {
            *rows = (struct ald_slice){.n = 0};
            continue;
        }
        for (size_t k = 0; k < rows->n; k++) {
            kept = ald_grow(b->scratch, kept, n, &cap, sizeof *kept);
            kept[n++] = b->svc[rows->at + k];
        }
        rows->at = (uint32_t)(n - rows->n);
    }
    b->svc = kept;
    b->svc_n = n;
    b->svc_cap = cap;
}

enum ald_rc ald_load_rows(struct ald_build *b, struct ald_err *err)
{
    ALD_TRY(load_rows(b, err));
    ALD_TRY(ald_timeline_take(b, err));
    sort_names(b);
    return ALD_OK;
}
