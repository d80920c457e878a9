/* sync of file sources: what a line may be, what a changed file does, that no line takes another with it. */
#include "sync_room.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alidade/limits.h"

struct files {
    char a[128], b[128];
    struct ald_source_opt opts[2];
};

static void one_source(struct room *room, struct files *files)
{
    room_open(room);
    (void)snprintf(files->a, sizeof files->a, "%s/a.ndjson", room->folder);
    (void)snprintf(files->b, sizeof files->b, "%s/b.ndjson", room->folder);
    files->opts[0] = (struct ald_source_opt){"path", files->a};
    files->opts[1] = (struct ald_source_opt){"events_path", files->b};
    room->sources[0] = (struct ald_source_cfg){.name = "history",
                                               .type = "ndjson",
                                               .kind = "ticket",
                                               .role = "own",
                                               .since = ALD_TIME_NONE,
                                               .overlap_ms = -1,
                                               .opts = files->opts,
                                               .opts_n = 1};
    room->opts.sources_n = 1;
}

static void run(struct room *room)
{
    assert_int_equal(room_run(room), ALD_OK);
    assert_string_equal(room->out[0].message, "");
    assert_int_equal(room->out[0].rc, ALD_OK);
}

static void put(const char *path, const char *text)
{
    room_write(path, text, strlen(text));
}

#define RECORD(id) "{\"external_id\": \"" id "\", \"title\": \"T\", \"opened_at\": \"2026-01-02T03:04:05Z\"}"
#define N(what) "SELECT count(*) FROM " what

static void lines(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        int records, quarantined;
        const char *reason; /* part of a reason, or NULL */
    } cases[] = {
        {"empty file", "", 0, 0, NULL},
        {"one line", RECORD("1") "\n", 1, 0, NULL},
        {"no newline at the end", RECORD("1") "\n" RECORD("2"), 2, 0, NULL},
        {"byte order mark", "\xEF\xBB\xBF" RECORD("1") "\n", 1, 0, NULL},
        {"CRLF and blank lines", "\r\n" RECORD("1") "\r\n\r\n  \t\r\n" RECORD("2") "\r\n", 2, 0, NULL},
        {"blanks around", "  " RECORD("1") "\t \n", 1, 0, NULL},
        {"not JSON", RECORD("1") "\n{oops\n" RECORD("2") "\n", 2, 1, "a.ndjson line 2 (byte 72): not JSON"},
        {"two on a line", RECORD("1") "\n" RECORD("2") "," RECORD("3") "\n", 1, 1, "line 2"},
        {"lines that are JSON only together", "{\"external_id\": [\"1\"\n" RECORD("2") "]}\n" RECORD("3"), 1, 2,
         "line 1"},
        {"a list", "[1]\n" RECORD("1"), 1, 1, "expected an object"},
        {"a number", "7\n" RECORD("1"), 1, 1, "line 1 (byte 0)"},
        {"empty object", "{}\n" RECORD("1"), 1, 1, "external_id"},
        {"unknown column", "{\"external_id\": \"1\", \"colour\": \"red\"}\n" RECORD("2"), 1, 1,
         "line 1: unknown column 'colour'"},
        {"ill-formed UTF-8", "{\"external_id\": \"1\", \"title\": \"\xC3\x28\"}\n" RECORD("2"), 2, 0, NULL},
        {"lone surrogate", "{\"external_id\": \"1\", \"title\": \"\\ud800\"}\n", 1, 0, NULL},
        {"the same record twice", RECORD("1") "\n" RECORD("1") "\n", 1, 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int page_size = 1; page_size <= (brief() ? 1 : 1000); page_size += 999) {
            struct room room;
            struct files files;
            print_message("    %s\n", cases[i].name);
            one_source(&room, &files);
            room.sources[0].page_size = page_size;
            put(files.a, cases[i].text);
            run(&room);
            assert_int_equal(room_count(&room, N("record")), cases[i].records);
            assert_int_equal(room_count(&room, N("quarantine")), cases[i].quarantined);
            assert_int_equal(room.out[0].quarantined_new, cases[i].quarantined);
            if (cases[i].reason)
                assert_true(room_count(&room, ald_sprintf(room.arena, N("quarantine WHERE instr(reason, '%.*s') > 0"),
                                                          (int)strcspn(cases[i].reason, "'"), cases[i].reason)) > 0);
            assert_int_equal(room_count(&room, N("cursor WHERE complete = 1 AND fingerprint IS NOT NULL")), 1);
            room_close(&room);
        }
    }
}

static void an_endless_line_takes_nothing_with_it(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    size_t n = ALD_MAX_LINE_BYTES + 10;
    char *text = malloc(n + 200);
    assert_non_null(text);
    memset(text, 'x', n);
    int used = snprintf(text + n, 200, "\n%s\n", RECORD("1"));
    room_write(files.a, text, n + (size_t)used);
    free(text);
    run(&room);
    assert_int_equal(room_count(&room, N("record")), 1);
    assert_string_equal(room_text(&room, "SELECT element || substr(reason, -27) FROM quarantine"),
                        "line 1: longer than a line may be");
    room_close(&room);
}

static void unchanged_changed_corrected(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    put(files.a, RECORD("1") "\n{oops\n");
    run(&room);
    assert_int_equal(room.out[0].pages, 1);
    assert_int_equal(room.out[0].quarantined_new, 1);
    int64_t generation = room_generation(&room);
    run(&room);
    assert_int_equal(room.out[0].pages, 0); /* nothing to do */
    assert_int_equal(room_generation(&room), generation);
    put(files.a, RECORD("1") "\n" RECORD("2") "\n");
    run(&room);
    assert_int_equal(room.out[0].records_new, 1);
    assert_int_equal(room.out[0].records_changed, 0);
    assert_int_equal(room_count(&room, N("quarantine")), 0); /* the line was corrected */
    put(files.a, RECORD("2") "\n");
    run(&room); /* part of a history is no word on the rest */
    assert_int_equal(room_count(&room, N("record WHERE gone_at IS NULL")), 2);
    room.opts.full = true;
    run(&room);
    assert_int_equal(room_count(&room, N("record WHERE gone_at IS NULL")), 2);
    run(&room);
    assert_string_equal(room_text(&room, "SELECT external_id FROM record WHERE gone_at IS NOT NULL"), "1");
    room_close(&room);
}

static void stopped_and_read_again(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    put(files.a, RECORD("1") "\n" RECORD("2") "\n" RECORD("3") "\n");
    room.sources[0].page_size = 1;
    room.stop_after = 1;
    assert_int_equal(room_run(&room), ALD_ERR_STOPPED);
    assert_int_equal(room_count(&room, N("record")), 1);
    assert_int_equal(room_count(&room, N("cursor WHERE complete = 1")), 0);
    room.stop_after = -1;
    run(&room);
    assert_int_equal(room_count(&room, N("record")), 3);
    room_close(&room);
}

static void events_follow_their_records(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    room.sources[0].opts_n = 2;
    put(files.a, RECORD("1") "\n");
    put(files.b,
        "{\"external_id\": \"1\", \"event_id\": \"e1\", \"at\": \"2026-01-02T03:05:00Z\", \"kind\": \"acknowledged\", "
        "\"actor\": \"jane.doe@acme.example\", \"text\": \"jane.doe@acme.example took it\"}\n"
        "{\"external_id\": \"2\", \"event_id\": \"e2\", \"at\": \"2026-01-02T03:05:00Z\", \"kind\": \"note\", "
        "\"actor\": \"00112233aabbccdd\"}\n");
    run(&room);
    assert_int_equal(room_count(&room, N("event")), 1);
    assert_int_equal(room_count(&room, N("quarantine WHERE reason LIKE '%not in the store%'")), 1);
    assert_int_equal(room_count(&room, N("record_raw WHERE raw LIKE '%jane%'")), 0);
    assert_int_equal(room_count(&room, N("event WHERE text LIKE '%jane%' OR length(actor) <> 16")), 0);
    put(files.a, RECORD("1") "\n" RECORD("2") "\n");
    run(&room); /* the file of events has not changed, but what it refers to has */
    assert_int_equal(room_count(&room, N("event")), 2);
    assert_int_equal(room_count(&room, N("quarantine")), 0);
    assert_string_equal(room_text(&room, "SELECT actor FROM event WHERE event_id = 'e2'"), "00112233aabbccdd");
    room_close(&room);
}

/** A file of events tells of all records of its source; of those that it told of before it need not again. */
static void events_tell_of_records_without_any(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    room.sources[0].opts_n = 2;
    put(files.a, RECORD("1") "\n" RECORD("2") "\n");
    put(files.b, "{\"external_id\": \"1\", \"event_id\": \"e1\", \"at\": \"2026-01-02T03:05:00Z\", \"kind\": \"note\"}\n");
    run(&room);
    assert_int_equal(room_count(&room, N("record WHERE timeline <> 0")), 2);
    assert_int_equal(sqlite3_exec(room.db, "UPDATE record SET timeline = 0 WHERE external_id = '1'", NULL, NULL, NULL), SQLITE_OK);
    put(files.a, RECORD("1") "\n" RECORD("2") "\n" RECORD("3") "\n");
    run(&room);
    assert_int_equal(room_count(&room, N("record WHERE external_id = '3' AND timeline <> 0")), 1);
    assert_int_equal(room_count(&room, N("record WHERE external_id = '1' AND timeline = 0")), 1);
    room_close(&room);
}

#define EVENT(id) "{\"external_id\": \"1\", \"event_id\": \"" id "\", \"at\": \"2026-01-02T03:05:00Z\", \"kind\": \"note\"}\n"

/** Events come for the first time, and so many records are noted. */
static void begin_events(struct room *room, const struct files *files, const char *event, const char *noted)
{
    static const char anew[] = "UPDATE record SET timeline = 0; DELETE FROM meta WHERE key LIKE 'timelines/%'; DELETE FROM touched";
    assert_int_equal(sqlite3_exec(room->db, anew, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(room->db, noted, NULL, NULL, NULL), SQLITE_OK);
    put(files->b, event);
    run(room);
    assert_int_equal(room_count(room, N("record WHERE timeline <> 0")), 4);
}

/** Of many records that gain what is known of their timeline one note is enough to make all anew; none where each is noted already. */
static void the_first_events_leave_one_note(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    room.sources[0].opts_n = 2;
    put(files.a, RECORD("1") "\n" RECORD("2") "\n" RECORD("3") "\n" RECORD("4") "\n");
    put(files.b, "");
    run(&room);
    begin_events(&room, &files, EVENT("e1"), "SELECT 1");
    assert_string_equal(room_text(&room, "SELECT group_concat(record || ' ' || (was_from = -9223372036854775808), ', ') FROM touched"), "1 0, 2 1");
    begin_events(&room, &files, EVENT("e2"), "INSERT INTO touched SELECT id, 7 FROM record");
    assert_int_equal(room_count(&room, N("touched WHERE was_from <> 7")), 0);
    begin_events(&room, &files, EVENT("e3"), "INSERT INTO touched VALUES (0, 0)");
    assert_int_equal(room_count(&room, N("touched")), 1);
    room_close(&room);
}

/** What is looked at while the first page is being stored: how far the file is read. */
struct ahead {
    const char *path;
    long long first; /* bytes that the first page takes to be read */
    bool read_meanwhile;
};

/** Where this program stands in a file that it reads; 0 when it does not. */
static long long place_in(const char *path)
{
    char name[64], target[PATH_MAX];
    long long place = 0;
    for (int file = 3; file < 256; file++) {
        (void)snprintf(name, sizeof name, "/proc/self/fd/%d", file);
        const ssize_t n = readlink(name, target, sizeof target - 1);
        if (n < 0 || (size_t)n != strlen(path) || memcmp(target, path, (size_t)n) != 0)
            continue;
        (void)snprintf(name, sizeof name, "/proc/self/fdinfo/%d", file);
        FILE *info = fopen(name, "re");
        assert_non_null(info);
        assert_int_equal(fscanf(info, "pos: %lld", &place), 1);
        (void)fclose(info);
    }
    return place;
}

static void wait_for_reader(void *ctx, const struct ald_progress_event *event)
{
    struct ahead *ahead = ctx;
    if (event->note || event->pages != 1)
        return;
    for (int i = 0; i < 6000 && !ahead->read_meanwhile; i++) {
        ahead->read_meanwhile = place_in(ahead->path) > ahead->first;
        (void)usleep(10000);
    }
}

static void the_next_page_is_read_while_one_is_stored(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    char title[1200];
    one_source(&room, &files);
    struct ahead ahead = {.path = files.a, .first = 1 << 20}; /* what is read at once */
    FILE *file = fopen(files.a, "we");
    assert_non_null(file);
    memset(title, 'T', sizeof title);
    for (int i = 0; i < 1500; i++)
        assert_true(fprintf(file, "{\"external_id\": \"%d\", \"title\": \"%.*s\", \"opened_at\": \"2026-01-02T03:04:05Z\"}\n", i,
                            (int)sizeof title, title) > 0);
    assert_int_equal(fclose(file), 0);
    room.sources[0].page_size = 500;
    room.opts.progress = wait_for_reader;
    room.opts.progress_ctx = &ahead;
    run(&room);
    assert_true(ahead.read_meanwhile);
    assert_int_equal(room_count(&room, N("record")), 1500);
    room_close(&room);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    assert_int_equal(mkfifo(files.a, 0600), 0);
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[0].rc, ALD_ERR_IO);
    assert_non_null(strstr(room.out[0].message, "is a pipe or a device"));
    (void)snprintf(files.a, sizeof files.a, "/dev/zero");
    assert_int_equal(room_run(&room), ALD_OK);
    assert_non_null(strstr(room.out[0].message, "is a pipe or a device"));
    room_close(&room);
}

static void missing_file_names_it(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[0].rc, ALD_ERR_IO);
    assert_true(room.out[0].gap);
    assert_non_null(strstr(room.out[0].message, "'history'"));
    assert_non_null(strstr(room.out[0].message, "path"));
    assert_non_null(strstr(room.out[0].message, files.a));
    assert_non_null(strstr(room.out[0].message, "No such file"));
    (void)snprintf(files.a, sizeof files.a, "%s", room.folder);
    assert_int_equal(room_run(&room), ALD_OK);
    assert_non_null(strstr(room.out[0].message, "is a folder"));
    room_close(&room);
}

static void another_type_of_the_same_name(void **state)
{
    (void)state;
    struct room room;
    struct files files;
    one_source(&room, &files);
    put(files.a, RECORD("1") "\n");
    run(&room);
    room.sources[0].type = "statuspage";
    room.sources[0].base_url = "http://127.0.0.1:1";
    assert_int_equal(room_run(&room), ALD_ERR_CONFIG);
    assert_non_null(strstr(room.err.msg, "another name"));
    room.sources[0].type = "csv"; /* files of lines are of one kind: the source may change its form */
    put(files.a, "external_id,title\n1,One\n2,Two\n");
    run(&room);
    room.sources[0].type = "nonsense";
    assert_int_equal(room_run(&room), ALD_OK);
    assert_int_equal(room.out[0].rc, ALD_ERR_CONFIG);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(an_endless_line_takes_nothing_with_it),
        cmocka_unit_test(unchanged_changed_corrected),
        cmocka_unit_test(stopped_and_read_again),
        cmocka_unit_test(events_follow_their_records),
        cmocka_unit_test(events_tell_of_records_without_any),
        cmocka_unit_test(the_first_events_leave_one_note),
        cmocka_unit_test(the_next_page_is_read_while_one_is_stored),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(missing_file_names_it),
        cmocka_unit_test(another_type_of_the_same_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
