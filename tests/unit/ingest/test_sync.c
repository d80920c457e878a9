/* sync over HTTP, end to end below the command line: a real server on loopback, a real store. */
#include "sync_room.h"

#define DESK 0
#define STATUS 1

static const struct ald_source_opt status_opts[] = {{"page_id", "madepage"}};

static void two_sources(struct room *room, const char *scenario)
{
    room_open(room);
    room_serve(room, scenario);
    assert_int_equal(setenv("ALD_TEST_USER", "svc", 1), 0);
    assert_int_equal(setenv("ALD_TEST_TOKEN", "secret", 1), 0);
    room->sources[DESK] = (struct ald_source_cfg){.name = "desk",
                                                  .type = "servicenow",
                                                  .kind = "ticket",
                                                  .role = "own",
                                                  .base_url = room->base,
                                                  .user_env = "ALD_TEST_USER",
                                                  .token_env = "ALD_TEST_TOKEN",
                                                  .since = ALD_TIME_NONE,
                                                  .overlap_ms = -1,
                                                  .page_size = 8};
    room->sources[STATUS] = (struct ald_source_cfg){.name = "status",
                                                    .type = "statuspage",
                                                    .kind = "status",
                                                    .role = "own",
                                                    .base_url = room->base,
                                                    .token_env = "ALD_TEST_TOKEN",
                                                    .since = ALD_TIME_NONE,
                                                    .overlap_ms = -1,
                                                    .page_size = 10,
                                                    .opts = status_opts,
                                                    .opts_n = 1};
    room->opts.sources_n = 2;
}

#define RECORDS(source) "SELECT count(*) FROM record WHERE source = '" source "'"

/** Everything that an export could show, as one number: equal stores give equal numbers. */
static const char *content(struct room *room)
{
    return room_text(
        room, "SELECT group_concat(line, char(10)) FROM (SELECT source || external_id || coalesce(title, '') ||"
              " coalesce(status, '') || end_state || coalesce(updated_at, '') || timeline || (SELECT group_concat("
              "event_id || at || kind || coalesce(actor, '') || coalesce(team, '') || coalesce(value, ''), ',') FROM"
              " (SELECT * FROM event e WHERE e.record = r.id ORDER BY event_id)) || (SELECT group_concat(moment ||"
              " at || field || rank, ',') FROM (SELECT * FROM record_moment m WHERE m.record = r.id ORDER BY moment,"
              " rank)) AS line FROM record r ORDER BY source, external_id)");
}

/** No file of the store may hold this text, in whatever page or log of it. */
static void nowhere(struct room *room, const char *secret)
{
    static const char *const names[] = {"store.db", "store.db-wal"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[160];
        (void)snprintf(path, sizeof path, "%s/%s", room->folder, names[i]);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        static char bytes[8 << 20];
        size_t n = fread(bytes, 1, sizeof bytes, f);
        fclose(f);
        assert_true(n > 0 && n < sizeof bytes);
        assert_null(memmem(bytes, n, secret, strlen(secret)));
    }
}

static void first_and_second_run(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 40}");
    assert_int_equal(room_run(&room), ALD_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(room.out[i].rc, ALD_OK);
        assert_string_equal(room.out[i].message, "");
        assert_int_equal(room.out[i].records_new, 40);
        assert_int_equal(room.out[i].quarantined_new, 0);
        assert_false(room.out[i].gap);
    }
    assert_int_equal(room_count(&room, RECORDS("desk")), 40);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM record_raw WHERE stream = 'sys_audit'"), 120);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM todo"), 0);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM cursor WHERE cursor IS NOT NULL"), 0);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM cursor WHERE complete = 0"), 0);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM source WHERE last_success IS NULL"), 0);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM fetch"), room.out[0].requests + room.out[1].requests);
    nowhere(&room, "Testperson");
    nowhere(&room, "quentin");
    nowhere(&room, "c3ZjOnNlY3JldA"); /* svc:secret in base64 */
    nowhere(&room, "OAuth");

    int64_t generation = room_generation(&room), requests = room.out[DESK].requests;
    const char *before = content(&room);
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room_generation(&room), generation);
    assert_string_equal(content(&room), before);
    assert_int_equal(room.out[DESK].records_new + room.out[DESK].records_changed + room.out[DESK].events_new, 0);
    assert_true(room.out[DESK].requests < requests);
    room_close(&room);
}

/* What a fault does to the first run, and that the world comes right when it is over. */
static const struct {
    const char *name, *fault;
    enum ald_rc rc;
    bool gap;
    int records, quarantined;      /* of desk */
    const char *message, *finding; /* parts; NULL: none */
    bool heals;                    /* the next run, without the fault, has all 40 */
} faults[] = {
    {"broken once", "{\"kind\": \"broken\", \"path\": \"/table/incident\", \"skip\": 1}", ALD_OK, false, 40, 0, NULL,
     NULL, true},
    {"one record broken for ever",
     "{\"kind\": \"broken\", \"path\": \"/table/incident\", \"row\": \"$13\", \"times\": null}", ALD_OK, false, 39, 1,
     NULL, NULL, false},
    {"two records broken",
     "{\"kind\": \"broken\", \"path\": \"/table/incident\", \"row\": \"$0\", \"times\": null}, {\"kind\": "
     "\"broken\", \"path\": \"/table/incident\", \"row\": \"$39\", \"times\": null}",
     ALD_OK, false, 38, 2, NULL, NULL, false},
    {"all broken", "{\"kind\": \"broken\", \"path\": \"/table/incident\", \"times\": null}", ALD_ERR_FORMAT, true, 0, 0,
     "incident", NULL, true},
    {"a web page", "{\"kind\": \"html\", \"path\": \"/table/incident\", \"skip\": 2, \"times\": null}", ALD_ERR_NET,
     true, 16, 0, "web page instead of JSON", NULL, true},
    {"audit refused", "{\"kind\": \"status\", \"value\": 403, \"path\": \"/sys_audit\", \"times\": null}", ALD_OK, true,
     40, 0, "detail requests outstanding", NULL, true},
    {"audit of one record refused",
     "{\"kind\": \"status\", \"value\": 400, \"path\": \"/sys_audit\", \"query\": \"$7\", \"times\": null}", ALD_OK,
     true, 40, 0, "1 detail request outstanding", NULL, true},
    {"people refused",
     "{\"kind\": \"status\", \"value\": 403, \"path\": \"/sys_user\", \"query\": \"user_name\", \"times\": null}",
     ALD_OK, false, 40, 0, NULL, "stream_refused", true},
    {"incidents refused", "{\"kind\": \"status\", \"value\": 403, \"path\": \"/table/incident\", \"times\": null}",
     ALD_ERR_NET, true, 0, 0, "Made to fail", NULL, true},
    {"server fails",
     "{\"kind\": \"status\", \"value\": 500, \"path\": \"/table/incident\", \"skip\": 3, \"times\": null}", ALD_ERR_NET,
     true, 24, 0, "500", NULL, true},
    {"server fails once", "{\"kind\": \"status\", \"value\": 503, \"path\": \"/table/incident\"}", ALD_OK, false, 40, 0,
     NULL, NULL, true},
    {"cut in the middle", "{\"kind\": \"drop\", \"path\": \"/table/incident\", \"times\": 2}", ALD_OK, false, 40, 0,
     NULL, NULL, true},
    {"lone surrogate",
     "{\"kind\": \"replace\", \"path\": \"/table/incident\", \"times\": null, \"value\": [\"Service 1 is\", "
     "\"\\\\ud800 is\"]}",
     ALD_OK, false, 40, 0, NULL, "repaired_text", false},
    {"ill-formed UTF-8",
     "{\"kind\": \"bytes\", \"path\": \"/table/incident\", \"times\": null, \"value\": [\"Service 1 is\", "
     "\"c328ff\"]}",
     ALD_OK, false, 40, 0, NULL, "repaired_text", false},
    {"wrong type",
     "{\"kind\": \"replace\", \"path\": \"/table/incident\", \"times\": null, \"value\": [\"\\\"opened_at\\\": "
     "{\\\"display_value\\\": \\\"05.01.2026 12:00:00 AM\\\", \\\"value\\\": \\\"2026-01-05 08:00:00\\\"}\", "
     "\"\\\"opened_at\\\": {\\\"value\\\": \\\"soon\\\"}\"]}",
     ALD_OK, false, 39, 1, NULL, NULL, true},
    {"withheld rows", "{\"kind\": \"hide\", \"path\": \"/table/incident\", \"value\": 8, \"skip\": 1}", ALD_OK, false,
     32, 0, NULL, NULL, true},
};

/** Puts sys_ids of made() in the place of "$N": the server's own hash is not ours to know, so it is asked. */
static const char *with_ids(struct room *room, const char *text)
{
    const char *out = "";
    for (const char *dollar; (dollar = strchr(text, '$'));) {
        char *end;
        long n = strtol(dollar + 1, &end, 10);
        char sql[160];
        (void)snprintf(sql, sizeof sql, "SELECT external_id FROM record WHERE source = 'desk' AND key = 'INC%07ld'", n);
        out = ald_sprintf(room->arena, "%s%.*s%s", out, (int)(dollar - text), text, room_text(room, sql));
        text = end;
    }
    return ald_sprintf(room->arena, "%s%s", out, text);
}

static void play_fault(struct room *room, size_t i, const char *fault)
{
    print_message("    %s\n", faults[i].name);
    room_play(room, ald_sprintf(room->arena, "{\"made\": 40, \"faults\": [%s]}", fault));
    assert_int_equal(room_run(room), ALD_OK);
    const struct ald_source_outcome *desk = &room->out[DESK];
    assert_int_equal(desk->rc, faults[i].rc);
    assert_int_equal(desk->gap, faults[i].gap);
    assert_int_equal(room_count(room, RECORDS("desk")), faults[i].records);
    /* A page that cannot be read may be met from both sides: its record then stands in quarantine twice. */
    if (faults[i].rc == ALD_OK)
        assert_in_range(desk->quarantined_new, faults[i].quarantined, 2 * faults[i].quarantined);
    if (faults[i].message)
        assert_non_null(strstr(desk->message, faults[i].message));
    else
        assert_string_equal(desk->message, "");
    if (faults[i].finding)
        assert_true(room_count(room, ald_sprintf(room->arena,
                                                 "SELECT count(*) FROM finding WHERE id = '%s' AND source = 'desk'",
                                                 faults[i].finding)) > 0);
    assert_int_equal(room->out[STATUS].rc, ALD_OK); /* nothing else is lost */
    assert_int_equal(room_count(room, RECORDS("status")), 40);
    room_play(room, "{\"made\": 40}");
    assert_int_equal(room_run(room), ALD_OK);
    assert_int_equal(desk->rc, ALD_OK);
    assert_false(desk->gap);
    if (!faults[i].heals)
        return;
    assert_int_equal(room_count(room, RECORDS("desk")), 40);
    assert_int_equal(room_count(room, "SELECT count(*) FROM quarantine"), 0);
    assert_int_equal(room_count(room, "SELECT count(*) FROM record_raw WHERE stream = 'sys_audit'"), 120);
}

static void faults_lose_nothing_else(void **state)
{
    (void)state;
    struct room ids;
    two_sources(&ids, "{\"made\": 40}");
    assert_int_equal(room_run(&ids), ALD_OK);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i += brief() ? 4 : 1) {
        struct room room;
        two_sources(&room, "{\"made\": 40}");
        play_fault(&room, i, with_ids(&ids, faults[i].fault));
        room_close(&room);
    }
    room_close(&ids);
}

static void page_sizes_give_the_same(void **state)
{
    (void)state;
    static const int sizes[] = {1, 7, 10, 1000};
    char *expected = NULL;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i += brief() ? 2 : 1) {
        struct room room;
        two_sources(&room, "{\"made\": 30}");
        room.sources[DESK].page_size = room.sources[STATUS].page_size = sizes[i];
        room_write(room.key_path, "0000000000000000000000000000000000000000000000000000000000000001\n", 65);
        assert_int_equal(chmod(room.key_path, 0600), 0);
        assert_int_equal(room_run(&room), ALD_OK);
        const char *now = content(&room);
        assert_true(strlen(now) > 1000);
        if (expected)
            assert_string_equal(now, expected);
        else
            expected = strdup(now);
        room_close(&room);
    }
    free(expected);
}

static void stopped_anywhere_goes_on(void **state)
{
    (void)state;
    for (int64_t stop = 0; stop < 20; stop += brief() ? 9 : 3) {
        struct room room, whole;
        two_sources(&room, "{\"made\": 40}");
        room.stop_after = stop;
        assert_int_equal(room_run(&room), ALD_ERR_STOPPED);
        bool desk = room.out[DESK].rc == ALD_ERR_STOPPED; /* sources are read at the same time: one may be done by then */
        assert_true(desk || room.out[STATUS].rc == ALD_ERR_STOPPED);
        static const char read[] = "SELECT count(*) FROM cursor WHERE source = 'desk' AND complete = 1";
        const int64_t before = room_count(&room, read);
        room.stop_after = -1;
        ald_store_close(room.store);
        sqlite3_close(room.db);
        room_store(&room);
        assert_int_equal(room_run(&room), ALD_OK);
        two_sources(&whole, "{\"made\": 40}");
        assert_int_equal(rename(room.key_path, whole.key_path), 0);
        assert_int_equal(room_run(&whole), ALD_OK);
        assert_string_equal(content(&room), content(&whole));
        assert_int_equal(room_count(&room, "SELECT count(*) FROM cursor WHERE complete = 0"), 0);
        assert_int_equal(before < room_count(&room, read), desk);
        room_close(&whole);
        room_close(&room);
    }
}

static void repeated_page_is_a_gap(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room,
                "{\"made\": 40, \"faults\": [{\"kind\": \"again\", \"path\": \"/v1/pages\", \"query\": \"page=3\"}]}");
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[STATUS].rc, ALD_OK);
    assert_true(room.out[STATUS].gap);
    assert_int_equal(room_count(&room, RECORDS("status")), 20);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM source WHERE name = 'status' AND last_success IS NULL"),
                     1);
    assert_int_equal(room_run(&room), ALD_OK);
    assert_false(room.out[STATUS].gap);
    assert_int_equal(room_count(&room, RECORDS("status")), 40);
    room_close(&room);
}

static void what_is_missing_twice_is_gone(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 12}");
    assert_int_equal(room_run(&room), ALD_OK);
    const char *gone =
        room_text(&room, "SELECT external_id FROM record WHERE source = 'status' ORDER BY external_id LIMIT 1");
    const char *without = ald_sprintf(room.arena, "{\"made\": 12, \"change\": {\"statuspage\": {\"%s\": null}}}", gone);
    room_play(&room, without);
    room.opts.full = true;
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM record WHERE gone_at IS NOT NULL"), 0);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM finding WHERE id = 'missing_once'"), 1);
    assert_int_equal(room_run(&room), ALD_OK);
    assert_string_equal(room_text(&room, "SELECT external_id FROM record WHERE gone_at IS NOT NULL"), gone);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM finding WHERE id = 'missing_once'"), 0);
    room_play(&room, "{\"made\": 12}");
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM record WHERE gone_at IS NOT NULL"), 0);
    room_close(&room);
}

static void changes_arrive_with_their_details(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 12}");
    assert_int_equal(room_run(&room), ALD_OK);
    const char *id = room_text(&room, "SELECT external_id FROM record WHERE key = 'INC0000003'");
    room_play(&room,
              ald_sprintf(room.arena,
                          "{\"made\": 12, \"change\": {\"incident\": {\"%s\": {\"short_description\": \"Other\", "
                          "\"sys_mod_count\": \"5\", \"sys_updated_on\": \"2026-02-01 00:00:00\"}}}}",
                          id));
    int64_t generation = room_generation(&room);
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[DESK].records_changed, 1);
    assert_int_equal(room.out[DESK].events_new, 0);
    assert_true(room_generation(&room) > generation);
    assert_string_equal(room_text(&room, "SELECT title FROM record WHERE key = 'INC0000003'"), "Other");
    room_close(&room);
}

static void windows_do_not_move_cursors(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 40}");
    assert_true(ald_time_parse("2026-01-06", 10, &room.opts.since));
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM cursor"), 0);
    assert_true(room_count(&room, RECORDS("desk")) > 0);
    room.opts.since = ALD_TIME_NONE;
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room_count(&room, RECORDS("desk")), 40);
    const char *high = room_text(&room, "SELECT high_water FROM cursor WHERE stream = 'incident'");
    room.opts.until = ROOM_NOW;
    assert_int_equal(room_run(&room), ALD_OK);
    assert_string_equal(room_text(&room, "SELECT high_water FROM cursor WHERE stream = 'incident'"), high);
    room_close(&room);
}

static void credentials(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 12}");
    assert_int_equal(setenv("ALD_TEST_WRONG", "wr0ng-t0ken", 1), 0);
    room.sources[DESK].token_env = "ALD_TEST_WRONG";
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[DESK].rc, ALD_ERR_AUTH);
    assert_non_null(strstr(room.out[DESK].message, "'desk'"));
    assert_non_null(strstr(room.out[DESK].message, "token_env ALD_TEST_WRONG"));
    assert_null(strstr(room.out[DESK].message, "wr0ng-t0ken"));
    assert_int_equal(room.out[STATUS].rc, ALD_OK);
    assert_int_equal(room.out[STATUS].records_new, 12);

    /* What is not there at all is as if it had been refused, and the others are read. */
    room.sources[DESK].token_env = "ALD_TEST_UNSET";
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[DESK].rc, ALD_ERR_AUTH);
    assert_int_equal(room.out[DESK].requests, 0);
    assert_non_null(strstr(room.out[DESK].message, "'desk'"));
    assert_non_null(strstr(room.out[DESK].message, "token_env"));
    assert_non_null(strstr(room.out[DESK].message, "ALD_TEST_UNSET"));
    assert_int_equal(room.out[STATUS].rc, ALD_OK);
    assert_true(room.out[STATUS].requests > 0);

    /* That none is named is the configuration's, before any source is read. */
    room.sources[DESK].token_env = NULL;
    assert_int_equal(room_run(&room), ALD_ERR_CONFIG);
    assert_int_equal(room.out[STATUS].requests, 0);
    assert_non_null(strstr(room.err.msg, "token_env or token_file"));
    room_close(&room);
}

static void server_down(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 12}");
    room.sources[DESK].base_url = "http://127.0.0.1:1";
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[DESK].rc, ALD_ERR_NET);
    assert_int_equal(room.out[DESK].requests, 1); /* the other streams are not tried in vain */
    assert_true(room.out[DESK].gap);
    assert_int_equal(room_count(&room, "SELECT count(*) FROM cursor WHERE source = 'desk' AND (complete OR gap IS NULL)"), 0);
    assert_true(room_count(&room, "SELECT count(*) FROM cursor WHERE source = 'desk'") >= 12);
    assert_int_equal(room.out[STATUS].rc, ALD_OK);
    room_close(&room);
}

static void dry_run_asks_nothing(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 12}");
    room.opts.dry_run = true;
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[DESK].requests, 0);
    assert_non_null(strstr(room.out[DESK].dry_run, "incident: everything"));
    assert_int_equal(room_count(&room, "SELECT (SELECT count(*) FROM source) + (SELECT count(*) FROM cursor)"), 0);
    assert_int_not_equal(access(room.key_path, F_OK), 0);
    room_close(&room);
}

static void asks_from(struct room *room, int source, const char *stream, int64_t at)
{
    char since[32];
    assert_int_equal(room_run(room), ALD_OK);
    const char *line = ald_sprintf(room->arena, "%s: from %s, ", stream, ald_time_format(at, since));
    if (!strstr(room->out[source].dry_run, line))
        fail_msg("no '%s' in:\n%s", line, room->out[source].dry_run);
}

/* From the newest change that was seen, less the overlap; where a source cannot be asked by change, from the oldest that is open. */
static void windows_reach_back(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 12}");
    assert_int_equal(room_run(&room), ALD_OK);
    int64_t desk = room_count(&room, "SELECT high_water FROM cursor WHERE source = 'desk' AND stream = 'incident'");
    int64_t status = room_count(&room, "SELECT high_water FROM cursor WHERE source = 'status' AND stream = 'incidents'");
    room.opts.dry_run = true;
    for (int hours = 0; hours < 4; hours += 3) {
        room.sources[DESK].overlap_ms = room.sources[STATUS].overlap_ms = hours * ALD_HOUR_MS;
        asks_from(&room, DESK, "incident", desk - hours * ALD_HOUR_MS);
        asks_from(&room, STATUS, "incidents", status - hours * ALD_HOUR_MS);
    }
    assert_int_equal(sqlite3_exec(room.db, "UPDATE record SET end_state = 'open' WHERE source = 'status' AND key IS (SELECT min(key) FROM record"
                                           " WHERE source = 'status')", NULL, NULL, NULL), SQLITE_OK);
    int64_t open = room_count(&room, "SELECT min(at) FROM record_moment m JOIN record r ON r.id = m.record WHERE source = 'status' AND"
                                     " end_state = 'open' AND moment = 'opened'");
    assert_true(open > 0 && open < status - 3 * ALD_HOUR_MS);
    asks_from(&room, STATUS, "incidents", open);
    asks_from(&room, DESK, "incident", desk - 3 * ALD_HOUR_MS);
    room_close(&room);
}

static void the_future_does_not_hide_the_present(void **state)
{
    (void)state;
    struct room room;
    two_sources(&room, "{\"made\": 12}");
    const char *id;
    assert_int_equal(room_run(&room), ALD_OK);
    id = room_text(&room, "SELECT external_id FROM record WHERE key = 'INC0000003'");
    room_play(&room, ald_sprintf(room.arena,
                                 "{\"made\": 12, \"change\": {\"incident\": {\"%s\": {\"sys_mod_count\": \"5\", "
                                 "\"sys_updated_on\": \"2150-02-01 00:00:00\"}}}}",
                                 id));
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(
        room_count(&room, "SELECT count(*) FROM cursor WHERE stream = 'incident' AND high_water > 5000000000000"), 0);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_and_second_run),
        cmocka_unit_test(faults_lose_nothing_else),
        cmocka_unit_test(page_sizes_give_the_same),
        cmocka_unit_test(stopped_anywhere_goes_on),
        cmocka_unit_test(repeated_page_is_a_gap),
        cmocka_unit_test(what_is_missing_twice_is_gone),
        cmocka_unit_test(changes_arrive_with_their_details),
        cmocka_unit_test(windows_do_not_move_cursors),
        cmocka_unit_test(credentials),
        cmocka_unit_test(server_down),
        cmocka_unit_test(dry_run_asks_nothing),
        cmocka_unit_test(windows_reach_back),
        cmocka_unit_test(the_future_does_not_hide_the_present),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
