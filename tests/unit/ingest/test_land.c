/* Landing: what a page leaves in the store, the second time as well as the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/time.h"
#include "data/store_priv.h"
#include "ingest/land.h"

static const struct ald_stream details = {
    .name = "audit", .parent = "incident", .holds = ALD_HOLDS_TEAMS | ALD_HOLDS_STATES};
static const struct ald_connector connector = {.mapping = 1, .streams = &details, .streams_n = 1};
static const struct ald_source_cfg desk = {.name = "desk", .type = "servicenow", .kind = "ticket", .role = "own"};

struct room {
    struct ald_store *store;
    struct ald_arena *arena;
    struct ald_land land;
};

static int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    assert_int_equal(ald_store_open(":memory:", ALD_STORE_WRITE, &room->store, NULL), ALD_OK);
    assert_int_equal(sqlite3_exec(room->store->db,
                                  "INSERT INTO source (name, type, kind) VALUES ('desk', 't', 'ticket')", NULL, NULL,
                                  NULL),
                     SQLITE_OK);
    room->arena = ald_arena_new();
    room->land =
        (struct ald_land){.store = room->store, .cfg = &desk, .connector = &connector, .free_text = true, .now = 1000, .met = ald_met_new()};
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    ald_arena_free(room->arena);
    ald_met_freep(&room->land.met);
    ald_store_close(room->store);
    free(room);
    return 0;
}

/* ---- Looking into the store ---- */

/** First column of a query as text: "" for no row, "NULL" for NULL. */
static const char *look(struct room *room, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(room->store->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(room->store->db));
    const char *found = "";
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        const unsigned char *s = sqlite3_column_text(stmt, 0);
        found = s ? ald_strdup(room->arena, (const char *)s) : "NULL";
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return found;
}

static void expect(struct room *room, const char *sql, const char *wanted)
{
    const char *found = look(room, sql);
    if (strcmp(found, wanted) != 0)
        fail_msg("%s: found '%s', wanted '%s'", sql, found, wanted);
}

static int64_t generation(struct room *room)
{
    int64_t n = -1;
    assert_int_equal(ald_store_generation(room->store, &n, NULL), ALD_OK);
    return n;
}

/* ---- Making pages ---- */

static struct ald_rows page_of(struct room *room)
{
    return (struct ald_rows){.arena = room->arena};
}

static struct ald_element *element(struct ald_rows *rows, const char *id, struct ald_json_doc *doc)
{
    struct ald_jv root;
    if (doc)
        ald_json_root(doc, &root);
    return ald_rows_element(rows, id, doc ? &root : NULL);
}

static struct ald_json_doc *json(const char *text)
{
    struct ald_json_doc *doc = NULL;
    assert_int_equal(ald_json_parse(text, strlen(text), &doc, NULL), ALD_OK);
    return doc;
}

static void exec(struct room *room, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(room->store->db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
}

/** Each record with all that an analysis reads of it, as one text. */
#define CHILD(table, columns) "(SELECT group_concat(t, '|') FROM (SELECT " columns " AS t FROM " table " WHERE record = r.id ORDER BY 1))"
#define OF_RECORDS                                                                                                                      \
    "SELECT id, json_array(kind, key, title, url, status, resolve_reason, class, end_state, entered_at, updated_at, timeline, holds, gone_at, " \
    CHILD("record_moment", "json_array(origin, moment, rank, field, at)") ", "                                                    \
    CHILD("record_value_told", "json_array(origin, name, ord, value, field)") ", "                                                \
    CHILD("record_ref", "json_array(origin, kind, value, field)") ", "                                                            \
    CHILD("record_service", "json_array(origin, service, at, at_start, stand_in, field)") ", "                                    \
    CHILD("record_team", "json_array(origin, team, role, at, field)") ", "                                                        \
    CHILD("record_person", "json_array(origin, person, role, at, field)") ", "                                                    \
    CHILD("event", "json_array(event_id, at, kind, actor, agent, automatic, team, service, value, field, text)") ") AS t FROM record r"

/** As after an analyze: whatever a page changes is to be noted anew. */
static void notes_begin(struct room *room)
{
    exec(room, "DELETE FROM touched");
    exec(room, "CREATE TEMP TABLE was AS SELECT *, (SELECT min(at) FROM (SELECT at, record FROM event UNION ALL SELECT at, record FROM record_moment "
               "UNION ALL SELECT at, record FROM record_person) WHERE record = id) AS told FROM (" OF_RECORDS ")");
    exec(room, "CREATE TEMP TABLE was_person AS SELECT source, pseudonym, canonical, mapped FROM person");
}

static void notes_hold(struct room *room)
{
    expect(room, "SELECT group_concat(n.id) FROM (" OF_RECORDS ") n LEFT JOIN temp.was w USING (id) WHERE n.t IS NOT w.t "
                 "AND NOT EXISTS (SELECT 1 FROM touched WHERE record IN (0, n.id))", "NULL");
    expect(room, "SELECT group_concat(record) FROM touched t JOIN temp.was w ON w.id = t.record WHERE was_from > w.told", "NULL");
    /* Nor does what was not noted name somebody who is new or is somebody else now. */
    expect(room, "SELECT group_concat(r.id) FROM record r JOIN (SELECT record, actor AS name FROM event UNION SELECT record, person FROM record_person) x "
                 "ON x.record = r.id JOIN person p ON p.source = r.source AND p.pseudonym = x.name WHERE NOT EXISTS (SELECT 1 FROM temp.was_person w "
                 "WHERE w.source = p.source AND w.pseudonym = p.pseudonym AND w.canonical = p.canonical AND w.mapped = p.mapped) "
                 "AND NOT EXISTS (SELECT 1 FROM touched WHERE record IN (0, r.id))", "NULL");
    exec(room, "DROP TABLE temp.was");
    exec(room, "DROP TABLE temp.was_person");
}

static void land(struct room *room, const char *stream, const struct ald_rows *rows,
                 const struct ald_people_rows *people)
{
    struct ald_err err = {0};
    notes_begin(room);
    assert_int_equal(ald_store_begin(room->store, NULL), ALD_OK);
    if (ald_land_page(&room->land, stream, rows, people, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(ald_store_commit(room->store, NULL), ALD_OK);
    notes_hold(room);
}

struct shape {
    const char *version, *title;
    bool backwards; /* children in another order */
    unsigned timeline;
};

static struct ald_element *add_incident(struct ald_rows *rows, const char *id, struct ald_json_doc *raw, struct shape s)
{
    struct ald_element *el = element(rows, id, raw);
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->title = s.title ? s.title : "disk full";
    rec->version = s.version;
    rec->end_state = "open";
    rec->holds = ALD_HOLDS_TEAMS | ALD_HOLDS_STATES;
    rec->timeline = s.timeline;
    ald_rows_moment(rows, rec, "opened", 100, "opened_at", 1);
    ald_rows_moment(rows, rec, "closed", ALD_TIME_NONE, "closed_at", 1);
    static const char *const services[] = {"ledger", "checkout"};
    for (int i = 0; i < 2; i++)
        ald_rows_service(rows, rec, services[s.backwards ? 1 - i : i], "services")->at_start = true;
    ald_rows_value(rows, rec, "severity", "1", "severity");
    ald_rows_value(rows, rec, "regions", "eu", "u_regions");
    ald_rows_value(rows, rec, "regions", "us", "u_regions");
    ald_rows_value(rows, rec, "customers_impacted", NULL, "u_customers");
    ald_rows_ref(rows, rec, s.backwards ? "key" : "url", s.backwards ? "OPS-1" : "https://chat.example/c/1", "links");
    ald_rows_ref(rows, rec, s.backwards ? "url" : "key", s.backwards ? "https://chat.example/c/1" : "OPS-1", "links");
    ald_rows_team(rows, rec, "storage", "assigned", 110, "assignment_group");
    ald_rows_person(rows, rec, "p1", "assigned", 110, "assigned_to");
    ald_rows_person(rows, rec, NULL, "resolver", 110, "resolved_by");
    ald_rows_todo(rows, el, "audit", id);
    return el;
}

static void land_incident(struct room *room, const char *id, const char *raw, struct shape s)
{
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = raw ? json(raw) : NULL;
    struct ald_rows rows = page_of(room);
    add_incident(&rows, id, doc, s);
    land(room, "incident", &rows, NULL);
}

static void drop_todo(struct room *room)
{
    assert_int_equal(sqlite3_exec(room->store->db, "DELETE FROM todo", NULL, NULL, NULL), SQLITE_OK);
}

/* ---- Tests ---- */

static void a_page_lands(void **state)
{
    struct room *room = *state;
    land_incident(room, "i1", "{\"a\":1}", (struct shape){.version = "1"});
    static const char *const wanted[][2] = {
        {"SELECT kind || title || end_state || holds || mapping FROM record", "ticketdisk fullopen91"},
        {"SELECT group_concat(moment || at || field || rank) FROM record_moment", "opened100opened_at1"},
        {"SELECT group_concat(name || ord || value) FROM record_value", "regions0eu,regions1us,severity01"},
        {"SELECT group_concat(kind || value) FROM record_ref", "keyOPS-1,urlhttps://chat.example/c/1"},
        {"SELECT group_concat(service || at_start || stand_in) FROM record_service", "checkout10,ledger10"},
        {"SELECT at FROM record_service", "NULL"},
        {"SELECT team || role || at FROM record_team", "storageassigned110"},
        {"SELECT group_concat(person || role || at) FROM record_person", "p1assigned110"},
        {"SELECT stream || element || raw || seen_at FROM record_raw", "incidenti1{\"a\":1}1000"},
        {"SELECT stream || subject || attempts FROM todo", "auditi10"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        expect(room, wanted[i][0], wanted[i][1]);
    assert_int_equal(room->land.records_new, 1);
    assert_int_equal(room->land.records_changed, 0);
    assert_int_equal(generation(room), 1);
}

static void the_same_page_again_changes_nothing(void **state)
{
    struct room *room = *state;
    land_incident(room, "i1", "{\"a\":1}", (struct shape){.version = "1"});
    drop_todo(room);
    room->land.now = 2000;
    land_incident(room, "i1", "{\"a\":1}", (struct shape){.version = "1", .backwards = true});
    expect(room, "SELECT first_seen || ' ' || last_seen FROM record", "1000 2000");
    expect(room, "SELECT seen_at FROM record_raw", "1000");
    expect(room, "SELECT count(*) FROM todo", "0");
    assert_int_equal(room->land.records_new, 1);
    assert_int_equal(room->land.records_changed, 0);
    assert_int_equal(generation(room), 1);
}

static void a_change_replaces_the_rows(void **state)
{
    struct room *room = *state;
    land_incident(room, "i1", "{\"a\":1}", (struct shape){.version = "1"});
    const char *id = look(room, "SELECT id FROM record");
    drop_todo(room);
    room->land.now = 2000;
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = json("{\"a\":2}");
    struct ald_rows rows = page_of(room);
    struct ald_element *el = element(&rows, "i1", doc);
    struct ald_row_record *rec = ald_rows_record(&rows, el, "i1");
    rec->version = "2";
    rec->end_state = "resolved";
    ald_rows_moment(&rows, rec, "resolved", 900, "resolved_at", 1);
    ald_rows_moment(&rows, rec, "resolved", 800, "resolved_at", 1); /* one key twice: the earlier */
    ald_rows_todo(&rows, el, "audit", "i1");
    land(room, "incident", &rows, NULL);
    expect(room, "SELECT id FROM record", id);
    expect(room, "SELECT end_state || first_seen || last_seen || coalesce(title, '-') FROM record",
           "resolved10002000-");
    expect(room, "SELECT group_concat(moment || at) FROM record_moment", "resolved800");
    expect(room, "SELECT count(*) FROM record_service", "0");
    expect(room, "SELECT raw || seen_at FROM record_raw", "{\"a\":2}2000");
    expect(room, "SELECT subject FROM todo", "i1");
    assert_int_equal(room->land.records_new, 1);
    assert_int_equal(room->land.records_changed, 1);
    assert_int_equal(generation(room), 2);
}

/* What the next analyze has to look at: of a record what it told before; all, where anything else changed. */
static void changes_are_noted(void **state)
{
    struct room *room = *state;
    const char *const notes = "SELECT coalesce(group_concat(record || ' ' || was_from), '') FROM touched", *const subjects[] = {"i1"};
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    expect(room, notes, "1 9223372036854775807"); /* it was not there */
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    expect(room, notes, "");
    land_incident(room, "i1", NULL, (struct shape){.version = "1", .title = "x"});
    expect(room, notes, "1 100");
    exec(room, "UPDATE record SET last_seen = 50; INSERT INTO record_moment (record, moment, rank, field, at) VALUES (1, 'resolved', 1, 'f', 60)");
    land_incident(room, "i1", NULL, (struct shape){.version = "1", .title = "x"}); /* believed only now */
    expect(room, notes, "1 60");
    exec(room, "DELETE FROM record_moment WHERE moment = 'resolved'");
    exec(room, "DELETE FROM touched");
    assert_int_equal(ald_land_details_done(&room->land, &details, subjects, 1, false, NULL), ALD_OK);
    expect(room, notes, "1 100");
    exec(room, "UPDATE record SET gone_at = 5; INSERT INTO event (record, event_id, at, kind) VALUES (1, 'e', 40, 'note')");
    land_incident(room, "i1", NULL, (struct shape){.version = "1", .title = "x"});
    expect(room, notes, "1 40");
    assert_int_equal(ald_store_note_changed(room->store, 1, NULL), ALD_OK);
    expect(room, notes, "1 40");
    exec(room, "DELETE FROM touched");
    assert_int_equal(ald_store_note_changed(room->store, 1, NULL), ALD_OK);
    expect(room, notes, "1 -9223372036854775808");
    exec(room, "DELETE FROM touched");
    int64_t before = generation(room);
    struct ald_person_row person = {.pseudonym = "p-new", .canonical = "p-new"};
    struct ald_people_rows people = {.rows = &person, .n = 1};
    struct ald_rows nothing = page_of(room);
    land(room, "incidents", &nothing, &people);
    expect(room, notes, ""); /* nothing names somebody new */
    assert_int_equal(generation(room), before + 1);
    person = (struct ald_person_row){.pseudonym = "p-new", .canonical = "p-other", .mapped = true};
    land(room, "incidents", &nothing, &people);
    expect(room, notes, "0 0");
    exec(room, "DELETE FROM touched");
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = json("{}");
    struct ald_row_team_def team = {.external_id = "t1", .name = "storage"};
    struct ald_rows rows = page_of(room);
    element(&rows, "t1", doc)->team_def = &team;
    land(room, "team", &rows, NULL);
    expect(room, notes, "0 0");
    assert_int_equal(ald_store_note_change(room->store, 1, NULL), ALD_OK);
    expect(room, notes, "0 0"); /* says it already */
}

/* Whose an element is, is noted where it tells of one record alone. */
static void raw_is_of_the_record_it_tells_about(void **state)
{
    static const struct {
        const char *id, *events[3], *addition, *wanted;
    } cases[] = {{"own", {"i1", "i1"}, "i1", "i1"},
                 {"several", {"i1", "i2"}, NULL, "-"},
                 {"other", {"i1"}, "i2", "-"},
                 {"none", {NULL}, NULL, "-"}};
    struct room *room = *state;
    land_incident(room, "i1", "{\"a\":1}", (struct shape){.version = "1"});
    land_incident(room, "i2", "{\"a\":1}", (struct shape){.version = "1"});
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = json("{\"a\":2}");
    struct ald_rows rows = page_of(room);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_element *el = element(&rows, cases[i].id, doc);
        for (size_t e = 0; cases[i].events[e]; e++)
            ald_rows_event(&rows, el, ald_sprintf(room->arena, "%zu.%zu", i, e), 100, "note")->external_id = cases[i].events[e];
        if (cases[i].addition)
            ald_rows_link(&rows, el, cases[i].addition, "key", "OPS-2", "link");
    }
    land(room, "audit", &rows, NULL);
    expect(room, "SELECT record FROM record_raw WHERE element = 'i2'", "i2");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(room, ald_sprintf(room->arena, "SELECT coalesce(record, '-') FROM record_raw WHERE element = '%s'", cases[i].id), cases[i].wanted);
}

static void a_record_that_was_gone_comes_back(void **state)
{
    struct room *room = *state;
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    assert_int_equal(sqlite3_exec(room->store->db, "UPDATE record SET gone_at = 1500", NULL, NULL, NULL), SQLITE_OK);
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    expect(room, "SELECT gone_at FROM record", "NULL");
    assert_int_equal(generation(room), 2);
}

static void details_are_asked_for_when_the_version_changes(void **state)
{
    struct room *room = *state;
    static const struct {
        const char *version, *raw, *title, *todo, *changed;
    } steps[] = {
        {"1", "{\"n\":1}", NULL, "1", "0"}, /* new */
        {"1", "{\"n\":2}", NULL, "0", "0"}, /* the version says that nothing happened */
        {"1", "{\"n\":2}", "x", "0", "1"},  /* rows may differ all the same */
        {"2", "{\"n\":2}", "x", "1", "1"},  /* version alone */
        {NULL, "{\"n\":2}", "x", "1", "1"}, /* from now on by the raw text */
        {NULL, "{\"n\":2}", "x", "0", "1"}, {NULL, "{\"n\":3}", "x", "1", "1"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        drop_todo(room);
        land_incident(room, "i1", steps[i].raw, (struct shape){.version = steps[i].version, .title = steps[i].title});
        const char *found = look(room, "SELECT count(*) FROM todo");
        char changed[32];
        (void)snprintf(changed, sizeof changed, "%d", (int)room->land.records_changed);
        if (strcmp(found, steps[i].todo) != 0 || strcmp(changed, steps[i].changed) != 0)
            fail_msg("step %d: %s todos, %s changed", (int)i, found, changed);
    }
}

static void details_that_are_done_go_together(void **state)
{
    struct room *room = *state;
    const char *const subjects[] = {"i1", "i2"};
    exec(room, "INSERT INTO todo (source, stream, subject) VALUES ('desk', 'audit', 'i0'), ('desk', 'audit', 'i1'), ('desk', 'audit', 'i2'), "
               "('desk', 'audit', 'i3'), ('desk', 'more', 'i1')");
    assert_int_equal(ald_land_details_done(&room->land, &details, subjects, 2, true, NULL), ALD_OK);
    expect(room, "SELECT group_concat(stream || ' ' || subject) FROM (SELECT * FROM todo ORDER BY stream, subject)", "audit i0,audit i3,more i1");
}

static void timeline_bits_survive(void **state)
{
    struct room *room = *state;
    const char *const subjects[] = {"i1", "unknown"};
    land_incident(room, "i1", NULL, (struct shape){.version = "1", .timeline = ALD_HOLDS_SERVICES});
    expect(room, "SELECT timeline FROM record", "4");
    assert_int_equal(ald_land_details_done(&room->land, &details, subjects, 2, false, NULL), ALD_OK);
    expect(room, "SELECT timeline FROM record", "13");
    expect(room, "SELECT count(*) FROM todo", "0");
    assert_int_equal(generation(room), 2);
    land_incident(room, "i1", NULL, (struct shape){.version = "1", .timeline = ALD_HOLDS_SERVICES});
    expect(room, "SELECT timeline FROM record", "13");
    assert_int_equal(generation(room), 2);
    land_incident(room, "i1", NULL, (struct shape){.version = "2", .title = "x", .timeline = ALD_HOLDS_HUMAN});
    expect(room, "SELECT timeline || ' ' || holds FROM record", "29 9");
    assert_int_equal(ald_land_details_done(&room->land, &details, subjects, 1, false, NULL), ALD_OK);
    assert_int_equal(generation(room), 3); /* nothing was added */
}

static void a_bad_element_is_kept_apart_and_heals(void **state)
{
    struct room *room = *state;
    for (int run = 0; run < 2; run++) {
        ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = json("{\"opened_at\":\"soon\"}");
        struct ald_rows rows = page_of(room);
        struct ald_err why = {.rc = ALD_ERR_FORMAT, .msg = "$.opened_at: expected a time, found \"soon\""};
        struct ald_element *bad = add_incident(&rows, "bad", doc, (struct shape){.version = "1"});
        ald_rows_event(&rows, bad, "e1", 100, "opened");
        ald_rows_refuse(&rows, bad, &why);
        add_incident(&rows, "good", NULL, (struct shape){.version = "1"});
        room->land.now = 1000 + run;
        land(room, "incident", &rows, NULL);
        assert_int_equal(room->land.quarantined_new, 1);
    }
    expect(room, "SELECT group_concat(external_id) FROM record", "good");
    expect(room, "SELECT group_concat(subject) FROM todo", "good");
    expect(room, "SELECT count(*) FROM event", "0");
    expect(room, "SELECT element || reason || raw || first_seen || last_seen FROM quarantine",
           "bad$.opened_at: expected a time, found \"soon\"{\"opened_at\":\"soon\"}10001001");
    expect(room, "SELECT count(*) FROM record_raw WHERE element = 'bad'", "0");
    land_incident(room, "bad", "{}", (struct shape){.version = "2"});
    expect(room, "SELECT count(*) FROM quarantine", "0");
    expect(room, "SELECT group_concat(external_id) FROM record", "bad,good");

    struct ald_rows twice = page_of(room); /* the same element, bad and then good, on one page */
    struct ald_err why = {.rc = ALD_ERR_FORMAT, .msg = "cut"};
    ald_rows_refuse(&twice, add_incident(&twice, "twin", NULL, (struct shape){.version = "1"}), &why);
    add_incident(&twice, "twin", NULL, (struct shape){.version = "1"});
    land(room, "incident", &twice, NULL);
    expect(room, "SELECT count(*) FROM quarantine", "0");

    assert_int_equal(ald_land_quarantine(&room->land, "incident", "page 3", "no JSON", "<html>", NULL), ALD_OK);
    assert_int_equal(ald_land_quarantine(&room->land, "incident", "page 3", "still no JSON", "<html>", NULL), ALD_OK);
    expect(room, "SELECT reason || raw FROM quarantine", "still no JSON<html>");
    assert_int_equal(room->land.quarantined_new, 3);
}

/** A detail row of record i1, or what `at` makes of it. */
static void land_detail(struct room *room, const char *event_id, int64_t at, const char *text)
{
    struct ald_rows rows = page_of(room);
    struct ald_element *el = element(&rows, "a1", NULL);
    struct ald_row_event *event = ald_rows_event(&rows, el, event_id, at, "assigned");
    event->external_id = "i1";
    event->team = "network";
    event->text = text;
    land(room, "audit", &rows, NULL);
}

static void details_need_their_record(void **state)
{
    struct room *room = *state;
    land_detail(room, "e1", 200, "moved");
    expect(room, "SELECT stream || element || reason FROM quarantine",
           "audita1event of record 'i1', which is not in the store");
    assert_int_equal(generation(room), 0);
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    land_detail(room, "e1", 200, "moved");
    expect(room, "SELECT count(*) FROM quarantine", "0");
    expect(room, "SELECT event_id || at || kind || team || text FROM event", "e1200assignednetworkmoved");
    expect(room, "SELECT automatic FROM event", "NULL");
    assert_int_equal(room->land.events_new, 1);
    int64_t before = generation(room);
    land_detail(room, "e1", 200, "moved");
    assert_int_equal(generation(room), before);
    land_detail(room, "e1", 200, "moved on");
    expect(room, "SELECT group_concat(text) FROM event", "moved on");
    assert_int_equal(generation(room), before + 1);
    assert_int_equal(room->land.events_new, 1);
    land_incident(room, "i1", NULL, (struct shape){.version = "2", .title = "changed"});
    expect(room, "SELECT count(*) FROM event", "1"); /* events are only added to */
    land_detail(room, "e2", ALD_TIME_NONE, NULL);
    expect(room, "SELECT reason FROM quarantine", "event 'e2' has no time");
}

struct extra {
    const char *element, *impacted, *region, *service;
    int64_t detected;
};

static void land_addition(struct room *room, const char *to, struct extra x)
{
    struct ald_rows rows = page_of(room);
    struct ald_element *el = element(&rows, x.element, NULL);
    if (to) {
        struct ald_row_record *more = ald_rows_addition(&rows, el, to);
        assert_ptr_equal(ald_rows_addition(&rows, el, to), more);
        ald_rows_value(&rows, more, "customers_impacted", x.impacted, "audit:customers");
        ald_rows_value(&rows, more, "severity", "9", "audit:severity");
        ald_rows_given(&rows, more, "regions", x.region, "audit:regions");
        (void)ald_rows_service(&rows, more, x.service, "audit:service");
        ald_rows_moment(&rows, more, "detected", x.detected, "audit:detected", 1);
        ald_rows_team(&rows, more, "storage", "assigned", 90, "audit:team");
        ald_rows_person(&rows, more, "p2", "commander", 95, "audit:lead");
        ald_rows_link(&rows, el, to, "key", "OPS-1", "audit:key"); /* which the record names as well */
    }
    land(room, "audit", &rows, NULL);
}

#define TOLD(what) "SELECT group_concat(" what ") FROM (SELECT * FROM record_value_told ORDER BY record, name, origin, ord)"
#define MOMENTS(what) "SELECT group_concat(" what ") FROM (SELECT * FROM record_moment ORDER BY record, moment, rank, field, origin)"

static void a_detail_adds_to_a_record(void **state)
{
    struct room *room = *state;
    const struct extra x = {"i1/x", "1200", "us, ap", "search", 80};
    land_addition(room, "i1", x);
    expect(room, "SELECT stream || element || reason FROM quarantine", "auditi1/xdetails of record 'i1', which is not in the store");
    assert_int_equal(generation(room), 0);
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    land_addition(room, "i1", x);
    expect(room, "SELECT count(*) FROM quarantine", "0");
    /* The record's own severity counts; both name a region that counts once. */
    expect(room, TOLD("name || value"), "customers_impacted1200,regionseu,regionsus,regionsap,severity1");
    expect(room, MOMENTS("moment || at"), "detected80,opened100");
    expect(room, "SELECT group_concat(service) FROM record_service", "checkout,ledger,search");
    expect(room, "SELECT count(*) FROM record_ref WHERE value = 'OPS-1'", "2");
    int64_t before = generation(room);
    land_addition(room, "i1", x);
    assert_int_equal(generation(room), before); /* the same again */
    land_addition(room, "i1", (struct extra){"i1/x", "1300", NULL, "search", 80});
    expect(room, TOLD("name || value"), "customers_impacted1300,regionseu,regionsus,severity1");
    assert_int_equal(generation(room), before + 1);
}

static void additions_outlive_changes_of_the_record(void **state)
{
    struct room *room = *state;
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    land_addition(room, "i1", (struct extra){"i1/x", "1200", "ap", "search", 80});
    land_incident(room, "i1", NULL, (struct shape){.version = "2", .title = "changed", .backwards = true});
    expect(room, TOLD("name || value"), "customers_impacted1200,regionseu,regionsus,regionsap,severity1");
    expect(room, "SELECT group_concat(person) FROM record_person", "p1,p2");
    /* Two elements say the same of one record: either may take its word back. */
    land_addition(room, "i1", (struct extra){"i1/y", "1500", "ap", "search", 70});
    expect(room, TOLD("name || value"), "customers_impacted1200,regionseu,regionsus,regionsap,severity1");
    land_addition(room, NULL, (struct extra){.element = "i1/x"});
    expect(room, TOLD("name || value"), "customers_impacted1500,regionseu,regionsus,regionsap,severity1");
    expect(room, "SELECT group_concat(at) FROM record_moment WHERE moment = 'detected'", "70");
    land_addition(room, NULL, (struct extra){.element = "i1/y"});
    expect(room, "SELECT count(*) FROM record_ref WHERE value = 'OPS-1'", "1"); /* the record's own */
    expect(room, "SELECT team || role || at FROM record_team", "storageassigned110");
    expect(room, "SELECT count(*) FROM record_addition", "0");
}

static void an_addition_moves_with_its_element(void **state)
{
    struct room *room = *state;
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    land_incident(room, "i2", NULL, (struct shape){.version = "1"});
    land_addition(room, "i1", (struct extra){"x", "7", NULL, NULL, 80});
    land_addition(room, "i2", (struct extra){"x", "7", NULL, NULL, 80});
    expect(room, "SELECT group_concat(external_id) FROM record_value v JOIN record r ON r.id = v.record WHERE v.value = '7'", "i2");
}

static void a_whole_answer_replaces_additions(void **state)
{
    struct room *room = *state;
    land_incident(room, "i1", NULL, (struct shape){.version = "1"});
    land_incident(room, "i11", NULL, (struct shape){.version = "1"});
    land_addition(room, "i1", (struct extra){"i1/x", "1200", "ap", "search", 80});
    land_addition(room, "i11", (struct extra){"i11/x", "11", "ap", "search", 80});
    room->land.replace = "i1";
    land_addition(room, "i1", (struct extra){"i1/z", "5", NULL, NULL, 60});
    room->land.replace = NULL;
    expect(room, "SELECT group_concat(origin) FROM record_addition", "audit/i1/z,audit/i11/x");
    expect(room, TOLD("value"), "5,eu,us,1,11,eu,us,ap,1");
}

static void events_may_stand_before_their_record(void **state)
{
    struct room *room = *state;
    struct ald_rows rows = page_of(room);
    ald_rows_event(&rows, element(&rows, "a1", NULL), "e1", 200, "note")->external_id = "i1";
    struct ald_element *el = add_incident(&rows, "i1", NULL, (struct shape){.version = "1"});
    ald_rows_event(&rows, el, "e2", 300, "resolved")->automatic = 0;
    land(room, "incident", &rows, NULL);
    expect(room, "SELECT group_concat(event_id || kind || coalesce(automatic, '?')) FROM event", "e1note?,e2resolved0");
    expect(room, "SELECT count(*) FROM quarantine", "0");
}

static void events_without_an_id_are_known_by_what_they_say(void **state)
{
    struct room *room = *state;
    for (int run = 0; run < 2; run++) {
        struct ald_rows rows = page_of(room);
        struct ald_element *el = add_incident(&rows, "i1", NULL, (struct shape){.version = "1"});
        ald_rows_event(&rows, el, NULL, 200, "assigned")->team = "network";
        ald_rows_event(&rows, el, NULL, 200, "assigned")->team = "storage";
        ald_rows_event(&rows, el, NULL, 200, "note")->text = "a";
        ald_rows_event(&rows, el, NULL, 200, "note")->text = "b";
        ald_rows_event(&rows, el, NULL, 200, "note")->text = "b";
        land(room, "incident", &rows, NULL);
    }
    expect(room, "SELECT count(*) FROM event WHERE event_id LIKE 'h:%' AND length(event_id) = 34", "4");
    assert_int_equal(room->land.events_new, 4);
    assert_int_equal(generation(room), 1);
}

static void without_free_text_no_bodies_are_stored(void **state)
{
    struct room *room = *state;
    land_incident(room, "i1", "{\"secret\":1}", (struct shape){.version = "1"});
    land_detail(room, "e1", 200, "secret");
    room->land.free_text = false;
    land_incident(room, "i1", "{\"secret\":1}", (struct shape){.version = "1"});
    land_detail(room, "e1", 200, "secret");
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = json("{\"text\":\"secret\"}");
    struct ald_rows rows = page_of(room);
    struct ald_err why = {.rc = ALD_ERR_FORMAT, .msg = "bad"};
    ald_rows_refuse(&rows, element(&rows, "i2", doc), &why);
    land(room, "incident", &rows, NULL);
    expect(room, "SELECT count(*) FROM record_raw", "0");
    expect(room, "SELECT coalesce(text, 'none') FROM event", "none");
    expect(room, "SELECT reason || '|' || raw FROM quarantine", "bad|");
    drop_todo(room); /* without version and raw text, the raw text's print still tells */
    land_incident(room, "i3", "{\"n\":1}", (struct shape){0});
    land_incident(room, "i3", "{\"n\":1}", (struct shape){0});
    expect(room, "SELECT count(*) FROM todo", "1");
    drop_todo(room);
    land_incident(room, "i3", "{\"n\":2}", (struct shape){0});
    expect(room, "SELECT count(*) FROM todo", "1");
}

static void land_service(struct room *room, const char *name, int tier, const char *const *depends_on)
{
    struct ald_rows rows = page_of(room);
    struct ald_element *el = element(&rows, "s1", NULL);
    struct ald_row_service_def def = {.external_id = "s1", .name = name, .tier = tier, .depends_on = depends_on};
    struct ald_row_team_def team = {.external_id = "t1", .name = "storage", .timezone = "Europe/Berlin"};
    el->service_def = &def;
    el->team_def = &team;
    ald_rows_alias(&rows, "url", "https://desk.example");
    ald_rows_finding(&rows, "old", NULL, "old names", 2, "info");
    land(room, "service", &rows, NULL);
}

static void definitions_are_written_when_they_differ(void **state)
{
    struct room *room = *state;
    const char *const two[] = {"db", "queue", NULL}, *const one[] = {"db", NULL};
    const char *const sql =
        "SELECT s.name || coalesce(tier, '-') || (SELECT coalesce(group_concat(depends_on), '') FROM "
        "service_edge) || t.name || timezone FROM service s, team t";
    static const struct {
        const char *name;
        int tier, edges;
        const char *wanted;
        int generation;
    } steps[] = {
        {"ledger", 1, 2, "ledger1db,queuestorageEurope/Berlin", 1},
        {"ledger", 1, 2, "ledger1db,queuestorageEurope/Berlin", 1},
        {"ledger", 0, 1, "ledger-dbstorageEurope/Berlin", 2},
        {"Ledger", 0, 0, "Ledger-dbstorageEurope/Berlin", 3}, /* no list: nothing is said about edges */
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        land_service(room, steps[i].name, steps[i].tier, steps[i].edges == 2 ? two : steps[i].edges == 1 ? one : NULL);
        expect(room, sql, steps[i].wanted);
        assert_int_equal(generation(room), steps[i].generation);
    }
    expect(room, "SELECT group_concat(source || kind || prefix) FROM alias", "deskurlhttps://desk.example");
    expect(room, "SELECT id || source || subject || n FROM finding", "olddesk2");
}

static void people_stay_mapped(void **state)
{
    struct room *room = *state;
    static const struct {
        const char *canonical;
        bool mapped;
        const char *name, *wanted;
        int generation;
    } steps[] = {
        {"p", false, NULL, "p0-", 1},  {"p", false, NULL, "p0-", 1},   {"q", true, NULL, "q1-", 2},
        {"p", false, NULL, "q1-", 2},  {"q", true, "Ann", "q1Ann", 3}, {"q", true, NULL, "q1Ann", 3},
        {"r", true, NULL, "r1Ann", 4}, {"r", true, NULL, "r1Ann", 4},  {"q", true, NULL, "q1Ann", 5}, {"r", true, NULL, "r1Ann", 6},
        {"r", false, NULL, "r1Ann", 6}, {"r", true, NULL, "r1Ann", 6},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct ald_person_row row = {
            .pseudonym = "p", .canonical = steps[i].canonical, .mapped = steps[i].mapped, .name = steps[i].name};
        struct ald_people_rows people = {.rows = &row, .n = 1};
        struct ald_rows rows = page_of(room);
        land(room, "user", &rows, &people);
        expect(room, "SELECT canonical || mapped || coalesce(name, '-') FROM person", steps[i].wanted);
        assert_int_equal(generation(room), steps[i].generation);
    }
}

static void a_list_element_causes_details_when_it_changes(void **state)
{
    struct room *room = *state;
    static const char *const raws[] = {"{\"n\":1}", "{\"n\":1}", "{\"n\":2}"}, *const wanted[] = {"1", "0", "1"};
    for (size_t i = 0; i < 3; i++) {
        drop_todo(room);
        ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = json(raws[i]);
        struct ald_rows rows = page_of(room);
        ald_rows_todo(&rows, element(&rows, "x", doc), "audit", "x");
        land(room, "list", &rows, NULL);
        expect(room, "SELECT count(*) FROM todo", wanted[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_page_lands, enter, leave),
        cmocka_unit_test_setup_teardown(the_same_page_again_changes_nothing, enter, leave),
        cmocka_unit_test_setup_teardown(a_change_replaces_the_rows, enter, leave),
        cmocka_unit_test_setup_teardown(changes_are_noted, enter, leave),
        cmocka_unit_test_setup_teardown(raw_is_of_the_record_it_tells_about, enter, leave),
        cmocka_unit_test_setup_teardown(a_record_that_was_gone_comes_back, enter, leave),
        cmocka_unit_test_setup_teardown(details_are_asked_for_when_the_version_changes, enter, leave),
        cmocka_unit_test_setup_teardown(details_that_are_done_go_together, enter, leave),
        cmocka_unit_test_setup_teardown(timeline_bits_survive, enter, leave),
        cmocka_unit_test_setup_teardown(a_bad_element_is_kept_apart_and_heals, enter, leave),
        cmocka_unit_test_setup_teardown(details_need_their_record, enter, leave),
        cmocka_unit_test_setup_teardown(a_detail_adds_to_a_record, enter, leave),
        cmocka_unit_test_setup_teardown(additions_outlive_changes_of_the_record, enter, leave),
        cmocka_unit_test_setup_teardown(an_addition_moves_with_its_element, enter, leave),
        cmocka_unit_test_setup_teardown(a_whole_answer_replaces_additions, enter, leave),
        cmocka_unit_test_setup_teardown(events_may_stand_before_their_record, enter, leave),
        cmocka_unit_test_setup_teardown(events_without_an_id_are_known_by_what_they_say, enter, leave),
        cmocka_unit_test_setup_teardown(without_free_text_no_bodies_are_stored, enter, leave),
        cmocka_unit_test_setup_teardown(definitions_are_written_when_they_differ, enter, leave),
        cmocka_unit_test_setup_teardown(people_stay_mapped, enter, leave),
        cmocka_unit_test_setup_teardown(a_list_element_causes_details_when_it_changes, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
