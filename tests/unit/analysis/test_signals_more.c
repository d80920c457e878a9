/* The signals that need more than a timeline: escalations, the tree of teams, the graph of services, other companies, who
 * was notified, alerts, tickets, impact. Each counted by hand, with its absence; the landmark is 60 minutes after the
 * opening. */
#include "fixture.h"

#define FAR 1000000
#define HOLDS_ALL                                                                                                      \
    (ALL_HELD | ALD_HOLDS_ESCALATIONS | ALD_HOLDS_NOTIFIED | ALD_HOLDS_ALERTS | ALD_HOLDS_REPORTS | ALD_HOLDS_IMPACT | \
     ALD_HOLDS_VENDOR)

static void has_total(const struct fixture *f, const char *id, int signal, double total)
{
    const struct ald_obs *o = obs(f, id, signal);
    if (!o->has_total)
        fail_msg("absent: %s", o->absent);
    assert_close(o->total, total, 1e-12);
}

static void has_landmark(const struct fixture *f, const char *id, int signal, double total, double by_landmark)
{
    const struct ald_obs *o = obs(f, id, signal);
    has_total(f, id, signal, total);
    if (!o->has_landmark_value)
        fail_msg("absent at the landmark: %s", o->absent_landmark);
    assert_close(o->landmark_value, by_landmark, 1e-12);
    assert_true(o->has[ALD_LANDMARK_READING] && !o->has[ALD_START_READING]);
    assert_close(o->axis_value[ALD_LANDMARK_READING], by_landmark, 1e-12);
}

/* Known at the start: total beside what counts on the axis of both readings. */
static void has_start(const struct fixture *f, const char *id, int signal, double total, double on_axis)
{
    const struct ald_obs *o = obs(f, id, signal);
    has_total(f, id, signal, total);
    for (int r = 0; r < ALD_READING_N; r++) {
        assert_true(o->has[r]);
        assert_close(o->axis_value[r], on_axis, 1e-12);
    }
}

/* Description: a total, on no axis. */
static void describes(const struct fixture *f, const char *id, int signal, double total)
{
    const struct ald_obs *o = obs(f, id, signal);
    has_total(f, id, signal, total);
    assert_false(o->has[ALD_START_READING] || o->has[ALD_LANDMARK_READING] || o->has_landmark_value);
}

static void is_absent(const struct fixture *f, const char *id, int signal, const char *why)
{
    assert_false(obs(f, id, signal)->has_total);
    assert_string_equal(obs(f, id, signal)->absent, why);
}

static void says(const struct fixture *f, const char *id, int signal, const char *text)
{
    const char *line = ald_signal_at((size_t)signal)->evidence(f->a->arena, f->a->past, incident(f, id));
    assert_non_null(line);
    assert_string_equal(line, text);
}

static void other(struct fixture *f, int64_t row, int64_t minute, const char *value, const char *who)
{
    char id[16];
    (void)snprintf(id, sizeof id, "o%03d", ++f->next_event);
    put(f, "INSERT INTO event (record, event_id, at, kind, actor, automatic, value) VALUES (?1, ?2, ?3, 'other', ?4, 1, ?5)",
        "itmtt", row, id, minute, who, value);
}

static void value(struct fixture *f, int64_t row, const char *name, int64_t ord, const char *text)
{
    put(f, "INSERT INTO record_value (record, name, ord, value, field) VALUES (?1, ?2, ?3, ?4, 'f_' || ?2)", "itit", row,
        name, ord, text);
}

static void one(struct fixture *f, unsigned timeline)
{
    source(f, "pager", "pager", "own");
    simple(f, 1, "pager", "P1", "pager", timeline, 100, 400);
    put(f, "UPDATE record SET holds = 2047", "");
}

/* ---- Complexity ---- */

static void escalations(void **state)
{
    struct fixture *f = *state;
    one(f, HOLDS_ALL);
    person(f, "pager", "anna", "anna", 1);
    event_full(f, 1, 110, "escalated", "anna", 1, "a", NULL, NULL);  /* e001: by timer */
    event_full(f, 1, 110, "escalated", "ben", 1, "a", NULL, NULL);   /* e002: the same moment, a second person */
    event_full(f, 1, 120, "escalated", "anna", 0, "b", NULL, NULL);  /* e003 */
    event_full(f, 1, 130, "reassigned", "ben", 0, "c", NULL, NULL);  /* no further level */
    event_full(f, 1, 160, "escalated", "ben", 0, "b", NULL, NULL);   /* e005: at the landmark */
    event_full(f, 1, 200, "escalated", "ben", 0, "b", NULL, NULL);   /* e006 */
    event_full(f, 1, 210, "escalated", NULL, -1, "b", NULL, NULL);   /* nobody says by whom */
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_escalations_manual, 3, 2);
    has_landmark(f, "P1", ALD_SIGNAL_escalations_timed, 1, 1);
    says(f, "P1", ALD_SIGNAL_escalations_manual, "e003; e005; e006");
    says(f, "P1", ALD_SIGNAL_escalations_timed, "e001");
    assert_true(ald_signal_at(ALD_SIGNAL_escalations_timed)->weight < 1e-9);
    assert_true(ald_signal_at(ALD_SIGNAL_off_hours_start)->weight < 1e-9);
    put(f, "UPDATE record SET timeline = 31", "");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_escalations_manual, "the timeline was not read");
    put(f, "UPDATE record SET holds = 31", "");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_escalations_timed, "the source's timeline does not hold escalations");
    put(f, "UPDATE record SET timeline = ?1, holds = ?1", "i", (int64_t)(ALL_HELD | ALD_HOLDS_AS_SEEN));
    analyse(f, FAR); /* a file that shows escalations holds them */
    has_landmark(f, "P1", ALD_SIGNAL_escalations_manual, 3, 2);
    is_absent(f, "P1", ALD_SIGNAL_alerts_grouped, "the source's timeline does not hold alerts");
}

static void define_team(struct fixture *f, const char *name, const char *parent, const char *zone)
{
    put(f, "INSERT INTO team (source, external_id, name, parent, timezone) VALUES ('pager', 'id-' || ?1, ?1, ?2, ?3)", "ttt",
        name, parent, zone);
}

/* company - (eng - (a, b), ops - c); d alone below its own root x; lone in no tree. */
static void org_distance(void **state)
{
    struct fixture *f = *state;
    one(f, HOLDS_ALL);
    event_full(f, 1, 100, "assigned", NULL, 0, "id-a", NULL, NULL); /* e001 */
    event_full(f, 1, 120, "reassigned", NULL, 0, "id-b", NULL, NULL);
    event_full(f, 1, 130, "reassigned", NULL, 0, "lone", NULL, NULL);
    event_full(f, 1, 170, "reassigned", NULL, 0, "id-c", NULL, NULL); /* e004 */
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_org_distance, "no tree of teams is known");
    static const char *const tree[][2] = {{"a", "id-eng"},       {"b", "id-eng"},       {"c", "id-ops"}, {"d", "id-x"},
                                          {"eng", "id-company"}, {"ops", "id-company"}, {"x", NULL},     {"company", NULL}};
    for (size_t i = 0; i < sizeof tree / sizeof tree[0]; i++)
        define_team(f, tree[i][0], tree[i][1], NULL);
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_org_distance, 4, 2);
    says(f, "P1", ALD_SIGNAL_org_distance, "a (e001) and c (e004)");
    event_full(f, 1, 180, "reassigned", NULL, 0, "id-d", NULL, NULL); /* another tree: below the organisation */
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_org_distance, 5, 2);
    put(f, "UPDATE team SET parent = 'id-c' WHERE name = 'company'", ""); /* company - ops - c - company */
    analyse(f, FAR);
    assert_true(obs(f, "P1", ALD_SIGNAL_org_distance)->total < 9);
    put(f, "DELETE FROM event WHERE team <> 'lone'", "");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_org_distance, "its teams are not in the tree of teams");
    put(f, "DELETE FROM event", "");
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_org_distance, 0, 0);
    const struct ald_team_setting own[] = {{"lone", "id-eng", NULL}, {"lone", "company", NULL}};
    event_full(f, 1, 100, "assigned", NULL, 0, "lone", NULL, NULL);
    event_full(f, 1, 100, "assigned", NULL, 0, "id-d", NULL, NULL);
    put(f, "UPDATE team SET parent = NULL WHERE name = 'company'", "");
    f->settings.teams = own;
    f->settings.teams_n = 2; /* the first word counts: 'id-eng' is a name here */
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_org_distance, 4, 4);
}

static void external_party(void **state)
{
    struct fixture *f = *state;
    one(f, ALL_HELD);
    service(f, 1, "cdn", NEVER, 1, "services");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_external_party, "the timeline was not read");
    put(f, "UPDATE record SET holds = 31", "");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_external_party, "no incidents of other companies and no field that names them are read");
    source(f, "cloud", "status", "vendor");
    simple(f, 2, "cloud", "V1", "status", ALD_HOLDS_STATES, 10, 100); /* ended at this very instant */
    simple(f, 3, "cloud", "V2", "status", ALD_HOLDS_STATES, 90, 300); /* of another service */
    service(f, 2, "cdn", NEVER, 1, "components");
    service(f, 3, "mail", NEVER, 1, "components");
    analyse(f, FAR);
    has_start(f, "P1", ALD_SIGNAL_external_party, 0, 0);
    assert_int_equal(f->a->incidents_n, 1); /* theirs are not ours */
    service(f, 3, "cdn", 101, 0, "components"); /* named after our start */
    analyse(f, FAR);
    has_start(f, "P1", ALD_SIGNAL_external_party, 0, 0);
    put(f, "UPDATE record_service SET at = NULL WHERE record = 3", "");
    analyse(f, FAR);
    has_start(f, "P1", ALD_SIGNAL_external_party, 1, 1);
    says(f, "P1", ALD_SIGNAL_external_party, "cloud:V2 open at the start on cdn");
    put(f, "DELETE FROM record_service WHERE record IN (2, 3)", "");
    value(f, 1, "external_party", 0, "Harbour CDN"); /* undated, and no timeline of it: when is not known */
    put(f, "DELETE FROM record_moment WHERE record IN (2, 3)", "");
    analyse(f, FAR);
    describes(f, "P1", ALD_SIGNAL_external_party, 1);
    says(f, "P1", ALD_SIGNAL_external_party, "named by Harbour CDN (undated)");
    put(f, "UPDATE record SET timeline = 2047 WHERE id = 1", ""); /* every change is known, and there is none */
    analyse(f, FAR);
    has_start(f, "P1", ALD_SIGNAL_external_party, 1, 1);
    other(f, 1, 130, "external_party", NULL); /* named later: hindsight; at the start there was none */
    analyse(f, FAR);
    has_start(f, "P1", ALD_SIGNAL_external_party, 1, 0);
    analyse(f, 120); /* what the field says now was not known then */
    has_start(f, "P1", ALD_SIGNAL_external_party, 0, 0);
}

static void severities(void **state)
{
    struct fixture *f = *state;
    one(f, HOLDS_ALL);
    source(f, "desk", "ticket", "own");
    simple(f, 2, "desk", "T1", "ticket", ALL_HELD, 101, 400);
    ref(f, 2, "key", "P1");
    value(f, 1, "severity", 0, "High");
    value(f, 1, "severity_rank", 0, "2");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_severity_disagrees, "fewer than two records give a severity of known rank");
    value(f, 2, "severity", 0, "P2");
    value(f, 2, "severity_rank", 0, "2");
    analyse(f, FAR);
    has_start(f, "P1", ALD_SIGNAL_severity_disagrees, 0, 0); /* other words, the same rank */
    put(f, "UPDATE record_value SET value = '3' WHERE record = 2 AND name = 'severity_rank'", "");
    analyse(f, FAR);
    has_start(f, "P1", ALD_SIGNAL_severity_disagrees, 1, 1);
    says(f, "P1", ALD_SIGNAL_severity_disagrees, "pager:P1 says High (rank 2); desk:T1 says P2 (rank 3)");
}

static void off_hours(void **state)
{
    static const struct {
        const char *zone;
        int64_t minute;
        double off;
    } cases[] = {{NULL, 8 * 60, 0},           {NULL, 8 * 60 - 1, 1},        {NULL, 18 * 60 - 1, 0},
                 {NULL, 18 * 60, 1},          {NULL, DAYS(5) + 600, 1},     {NULL, DAYS(4) + 600, 0},
                 {"Asia/Tokyo", 0, 0},        {"Asia/Tokyo", 9 * 60, 1},    {"Asia/Tokyo", DAYS(6) + 1439, 0},
                 {"America/Chicago", 0, 1},   {"No/Where", 600, 0}};
    struct fixture *f = *state;
    one(f, HOLDS_ALL);
    event_full(f, 1, 0, "assigned", NULL, 0, "id-a", NULL, NULL);
    define_team(f, "a", NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put(f, "UPDATE team SET timezone = ?1", "t", cases[i].zone);
        put(f, "UPDATE record_moment SET at = ?1 WHERE moment = 'opened'", "m", cases[i].minute);
        put(f, "UPDATE event SET at = ?1", "m", cases[i].minute);
        put(f, "UPDATE record_moment SET at = ?1 WHERE moment = 'resolved'", "m", cases[i].minute + 90);
        analyse(f, FAR);
        has_start(f, "P1", ALD_SIGNAL_off_hours_start, cases[i].off, cases[i].off);
    }
    says(f, "P1", ALD_SIGNAL_off_hours_start,
         "Monday 10:00 in UTC (the report's zone; the team's is not known to this machine)");
}

static void reopens_and_handovers(void **state)
{
    struct fixture *f = *state;
    one(f, HOLDS_ALL);
    event_full(f, 1, 100, "assigned", "anna", 0, "a", NULL, NULL);    /* e001 */
    event_full(f, 1, 110, "reassigned", "ben", 0, "a", NULL, NULL);   /* e002: the same team */
    event_full(f, 1, 120, "reassigned", "cleo", 0, "b", NULL, NULL);  /* another team */
    event_full(f, 1, 130, "reassigned", "dan", 0, NULL, NULL, NULL);  /* e004: b stays */
    event_full(f, 1, 200, "resolved", "dan", 0, NULL, NULL, NULL);
    event_full(f, 1, 300, "reopened", "dan", 0, NULL, NULL, NULL);    /* e006 */
    analyse(f, FAR);
    describes(f, "P1", ALD_SIGNAL_shift_handover, 2);
    says(f, "P1", ALD_SIGNAL_shift_handover, "e002; e004");
    describes(f, "P1", ALD_SIGNAL_reopens, 1);
    says(f, "P1", ALD_SIGNAL_reopens, "e006");
    put(f, "UPDATE record SET timeline = ?1", "i", (int64_t)ALD_HOLDS_TEAMS);
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_shift_handover, "the timeline was not read");
    is_absent(f, "P1", ALD_SIGNAL_reopens, "the timeline was not read");
}

/* ---- Blast radius ---- */

static void edge(struct fixture *f, const char *service_name, const char *needs)
{
    put(f, "INSERT INTO service_edge (source, service, depends_on) VALUES ('pager', ?1, ?2)", "tt", service_name, needs);
}

static void downstream_and_tier(void **state)
{
    struct fixture *f = *state;
    one(f, HOLDS_ALL);
    service(f, 1, "db", NEVER, 1, "services");
    service(f, 1, "late", 130, 0, "services"); /* not known at the start */
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_downstream_services, "what depends on what is not known");
    is_absent(f, "P1", ALD_SIGNAL_highest_tier, "no service named at the start has a tier");
    edge(f, "api", "db");
    edge(f, "web", "api");
    edge(f, "web", "db"); /* two ways: once */
    edge(f, "db", "web"); /* a cycle: never itself */
    edge(f, "alone", "late");
    put(f, "INSERT INTO service (source, external_id, name, tier) VALUES ('pager', 'db', 'db', 3), ('pager', 'late', 'late', 1)",
        "");
    analyse(f, FAR);
    has_start(f, "P1", ALD_SIGNAL_downstream_services, 2, 2);
    says(f, "P1", ALD_SIGNAL_downstream_services, "api; web");
    has_start(f, "P1", ALD_SIGNAL_highest_tier, 3, -3); /* 1 is the highest: less is more */
    says(f, "P1", ALD_SIGNAL_highest_tier, "db (tier 3)");
    service(f, 1, "api", NEVER, 1, "services");
    const char *const needs[] = {"web"};
    const struct ald_service_setting own[] = {{"api", NULL, 2, NULL, 0}, {"db", NULL, 4, NULL, 0}, {"shop", NULL, 0, needs, 1}};
    f->settings.services = own;
    f->settings.services_n = 3;
    analyse(f, FAR); /* the configuration's word on tiers counts; its edges are added */
    has_start(f, "P1", ALD_SIGNAL_highest_tier, 2, -2);
    has_start(f, "P1", ALD_SIGNAL_downstream_services, 2, 2);
    says(f, "P1", ALD_SIGNAL_downstream_services, "shop; web");
    put(f, "UPDATE record_service SET service = 'unheard of' WHERE at IS NULL AND service = 'db'", "");
    put(f, "DELETE FROM record_service WHERE service = 'api'", "");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_downstream_services, "no service named at the start is in the graph of services");
}

static void interrupted(void **state)
{
    struct fixture *f = *state;
    static const char *const who[] = {"anna", "ben", "cleo", "dan"};
    one(f, HOLDS_ALL);
    for (size_t i = 0; i < 4; i++)
        person(f, "pager", who[i], who[i], 1);
    person(f, "pager", "x", "x", 0);
    other(f, 1, 100, "notified", "anna"); /* acts soon */
    other(f, 1, 110, "notified", "ben");  /* o002: is assigned, which is not acting */
    other(f, 1, 110, "notified", "ben");
    other(f, 1, 120, "notified", "cleo"); /* acts after the landmark */
    other(f, 1, 170, "notified", "dan");  /* o005: called after it */
    other(f, 1, 100, "notified", "x");    /* nobody knows who that is */
    event_full(f, 1, 105, "acknowledged", "anna", 0, NULL, NULL, NULL);
    event_full(f, 1, 110, "assigned", "ben", 1, NULL, NULL, NULL);
    event_full(f, 1, 200, "note", "cleo", 0, NULL, NULL, NULL);
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_people_interrupted, 2, 2); /* ben, dan; ben, cleo */
    says(f, "P1", ALD_SIGNAL_people_interrupted, "o002; o005");
    has_total(f, "P1", ALD_SIGNAL_responders_engaged, 2); /* being notified engages nobody */
    analyse(f, 165);
    has_landmark(f, "P1", ALD_SIGNAL_people_interrupted, 2, 2);
    f->settings.people_stored = false;
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_people_interrupted, "people are not stored");
    f->settings.people_stored = true;
    put(f, "UPDATE record SET timeline = 31, holds = 31", "");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_people_interrupted, "the source's timeline does not hold who was notified");
}

static void alerts_and_reports(void **state)
{
    struct fixture *f = *state;
    one(f, ALL_HELD);
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_alerts_grouped, "the timeline was not read");
    value(f, 1, "alerts_grouped", 0, "5");
    analyse(f, FAR); /* a number without dates is a total alone */
    describes(f, "P1", ALD_SIGNAL_alerts_grouped, 5);
    says(f, "P1", ALD_SIGNAL_alerts_grouped, "5 (f_alerts_grouped, undated)");
    put(f, "UPDATE record SET timeline = 2047", "");
    other(f, 1, 100, "alert:critical", NULL);
    other(f, 1, 160, "alert", NULL);
    other(f, 1, 161, "alert", NULL);
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_alerts_grouped, 5, 2);
    has_landmark(f, "P1", ALD_SIGNAL_customer_reports, 0, 0);
    ref(f, 1, "customer_report", "SUP-1");
    ref(f, 1, "customer_report", "SUP-2");
    other(f, 1, 150, "customer_report", NULL);
    other(f, 1, 170, "customer_report", NULL);
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_customer_reports, 2, 1);
    analyse(f, 155); /* two alerts are to come: of the five one was there, the others came later or have no date */
    has_total(f, "P1", ALD_SIGNAL_alerts_grouped, 1);
    assert_string_equal(obs(f, "P1", ALD_SIGNAL_alerts_grouped)->absent_landmark, "the landmark is still to come");
}

static void folded(void **state)
{
    struct fixture *f = *state;
    one(f, ALL_HELD);
    simple(f, 2, "pager", "P2", "pager", ALL_HELD, 90, 150); /* merged, it seems, when it ended */
    simple(f, 3, "pager", "P3", "pager", ALL_HELD, 120, 300);
    ref(f, 2, "merged_into", "P1");
    ref(f, 3, "merged_into", "P1");
    event(f, 3, 170, "merged"); /* e001 */
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_folded_records, 2, 1);
    says(f, "P1", ALD_SIGNAL_folded_records, "pager:P2 (resolved_1); pager:P3 (e001)");
    put(f, "DELETE FROM record_ref", "");
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_folded_records, 0, 0);
    put(f, "UPDATE record SET kind = 'status'", "");
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_folded_records, "posts on a status page are not merged");
}

static void impact(void **state)
{
    struct fixture *f = *state;
    one(f, ALL_HELD);
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_customers_impacted, "not given"); /* nobody said 0 */
    value(f, 1, "customers_impacted", 0, "1,200");
    value(f, 1, "regions", 0, "eu");
    value(f, 1, "regions", 1, "us");
    value(f, 1, "requests_failed", 0, "many");
    analyse(f, FAR);
    describes(f, "P1", ALD_SIGNAL_customers_impacted, 1200);
    describes(f, "P1", ALD_SIGNAL_regions_impacted, 2);
    is_absent(f, "P1", ALD_SIGNAL_requests_failed, "not given");
    says(f, "P1", ALD_SIGNAL_regions_impacted, "eu (undated); us (undated)");
    put(f, "UPDATE record SET timeline = 2047", ""); /* every change is known, and there is none: from the start */
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_customers_impacted, 1200, 1200);
    other(f, 1, 120, "customers_impacted=300", NULL);
    other(f, 1, 150, "customers_impacted=700", NULL);
    other(f, 1, 161, "customers_impacted=1.200", NULL);
    other(f, 1, 162, "requests_failed=9", NULL);
    other(f, 1, 130, "requests_failed=lots", NULL);
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_customers_impacted, 1200, 700);
    analyse(f, 125);
    has_total(f, "P1", ALD_SIGNAL_customers_impacted, 300);
    analyse(f, FAR);
    has_total(f, "P1", ALD_SIGNAL_requests_failed, 9);
    assert_string_equal(obs(f, "P1", ALD_SIGNAL_requests_failed)->absent_landmark, "not given by the landmark");
    source(f, "desk", "ticket", "own");
    simple(f, 2, "desk", "T1", "ticket", 2047, 101, 400);
    ref(f, 2, "key", "P1");
    value(f, 2, "regions", 0, "us"); /* known already */
    value(f, 2, "regions", 1, "apac");
    value(f, 2, "customers_impacted", 0, "50");
    analyse(f, FAR);
    has_landmark(f, "P1", ALD_SIGNAL_regions_impacted, 3, 3);
    has_landmark(f, "P1", ALD_SIGNAL_customers_impacted, 1200, 700); /* the largest */
}

static void status_page(void **state)
{
    struct fixture *f = *state;
    one(f, ALL_HELD);
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_status_page_posted, "no status page is read");
    source(f, "page", "status", "own");
    simple(f, 2, "page", "S1", "status", ALD_HOLDS_STATES, 500, 600);
    analyse(f, FAR);
    is_absent(f, "P1", ALD_SIGNAL_status_page_posted, "before the first post on the status page that was read");
    put(f, "UPDATE record_moment SET at = ?1 WHERE record = 2 AND moment = 'opened'", "m", INT64_C(50));
    analyse(f, FAR);
    describes(f, "P1", ALD_SIGNAL_status_page_posted, 0);
    ref(f, 2, "key", "P1");
    analyse(f, FAR);
    describes(f, "S1", ALD_SIGNAL_status_page_posted, 1);
    says(f, "S1", ALD_SIGNAL_status_page_posted, "page:S1");
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(escalations),         CASE(org_distance), CASE(external_party),
                                       CASE(severities),          CASE(off_hours),    CASE(reopens_and_handovers),
                                       CASE(downstream_and_tier), CASE(interrupted),  CASE(alerts_and_reports),
                                       CASE(folded),              CASE(impact),       CASE(status_page)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
