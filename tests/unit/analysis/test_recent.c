/* What analyze writes of a window of the store, over what it wrote before, is what it writes of everything: day after day of a store in which
 * whatever may reach back does. */
#include "days.h"
#include "where.h"

#include "alidade/rng.h"

#define FIRST_DAY 330
#define N(a) (sizeof(a) / sizeof *(a))

static const char *const services[] = {"web", "cart", "search", "mail", "chat", "shop"};
enum { PEOPLE = 90, TITLES = 40 }; /* so many that most are not known on a service */

struct room {
    struct fixture *f;
    struct ald_rng rng;
    struct ald_arena *arena;
    struct ald_store *store; /* that writes */
    int64_t rows;            /* records, numbered from 1 */
    size_t days, recent;     /* analyses of which the second were of a window */
    size_t loaded;           /* records that the last one read */
    const char *why;         /* the last was not; "" */
};

static int64_t draw(struct room *r, int64_t below)
{
    return (int64_t)(ald_rng_unit(&r->rng) * (double)below);
}

static bool chance(struct room *r, double p)
{
    return ald_rng_unit(&r->rng) < p;
}

/* ---- What happens ---- */

static const char *somebody(struct room *r)
{
    return ald_sprintf(r->arena, "p%02d", (int)draw(r, PEOPLE));
}

static const char *name_of(struct room *r, int64_t row)
{
    return ald_sprintf(r->arena, "%c%04d", row % 3 == 0 ? 'T' : 'P', (int)row);
}

static void resolve(struct room *r, int64_t row, int64_t at)
{
    moment(r->f, row, "resolved", 2, at);
    set(r->f, row, "end_state", "resolved");
    event_full(r->f, row, at, "resolved", somebody(r), 0, NULL, NULL, NULL);
}

static void engage(struct room *r, int64_t row, int64_t at)
{
    event_full(r->f, row, at, chance(r, 0.5) ? "acknowledged" : "assigned", somebody(r), chance(r, 0.9) ? 0 : 1,
               chance(r, 0.5) ? "blue" : "red", NULL, NULL);
}

/* Something of the same source or the other one that it names, carries or was merged into. */
static void point(struct room *r, int64_t row)
{
    int64_t near = row - 1 - draw(r, chance(r, 0.9) ? 4 : row - 1);
    const char *other = near > 0 ? name_of(r, near) : "P0001";
    switch (draw(r, 8)) {
    case 0:
        ref(r->f, row, "id", ald_sprintf(r->arena, "%s:%s", near % 3 == 0 ? "desk" : "pager", other));
        break;
    case 1:
        ref(r->f, row, "key", other);
        break;
    case 2:
        ref(r->f, row, "merged_into", other);
        break;
    case 3:
        ref(r->f, row, "incident_key", ald_sprintf(r->arena, "alarm-%d", (int)draw(r, 30)));
        break;
    case 4:
        ref(r->f, row, "channel", ald_sprintf(r->arena, "room-%d", (int)(row / 2)));
        break;
    case 5:
        ref(r->f, row, "mention", other);
        break;
    default:
        break;
    }
}

/* A page or a ticket that starts within these minutes. */
static void add(struct room *r, int64_t from, int64_t to)
{
    struct fixture *f = r->f;
    int64_t row = ++r->rows, start = from + draw(r, to - from), end = start + 1 + draw(r, chance(r, 0.3) ? 3 : chance(r, 0.1) ? 4000 : 200);
    bool ticket = row % 3 == 0;
    note(r->store, row, true);
    record(f, row, ticket ? "desk" : "pager", name_of(r, row), ticket ? "ticket" : "pager", chance(r, 0.9) ? ALL_HELD : 0, "open");
    if (chance(r, 0.98))
        moment(f, row, "opened", 1, start);
    set(f, row, "title", ald_sprintf(r->arena, "kind %c%c is slow on host %d", 'a' + (int)draw(r, TITLES) / 10, 'a' + (int)draw(r, 10), (int)draw(r, 900)));
    put(f, "INSERT INTO record_value (record, name, value, field) VALUES (?1, 'severity', ?2, 'severity')", "it", row, chance(r, 0.5) ? "1" : "2");
    for (int64_t n = draw(r, 4); n > 0; n--)
        engage(r, row, start + draw(r, 90));
    if (chance(r, 0.15))
        engage(r, row, start - draw(r, chance(r, 0.9) ? 4000 : 30000));
    if (end < to && chance(r, 0.97))
        resolve(r, row, end);
    if (chance(r, 0.02))
        moment(f, row, "closed", 1, to + draw(r, 2000)); /* dated ahead */
    for (int64_t n = chance(r, 0.1) ? 0 : 1 + draw(r, 2); n > 0; n--)
        put(f, "INSERT OR IGNORE INTO record_service (record, service, at, at_start, field) VALUES (?1, ?2, NULL, 1, 'service')", "it", row,
            services[draw(r, N(services))]);
    if (chance(r, 0.04))
        set(f, row, "class", chance(r, 0.6) ? "planned" : "exercise");
    point(r, row);
}

static void add_post(struct room *r, int64_t from, int64_t to)
{
    int64_t row = ++r->rows, start = from + draw(r, to - from);
    note(r->store, row, true);
    simple(r->f, row, chance(r, 0.5) ? "page" : "cloud", ald_sprintf(r->arena, "S%04d", (int)row), "status", 0, start,
           chance(r, 0.2) ? NEVER : start + 60 + draw(r, 3000));
    service(r->f, row, services[draw(r, N(services))], NEVER, 1, "component");
}

/* Something of a record that is there; most that change are young. */
static void alter(struct room *r, int64_t now)
{
    struct fixture *f = r->f;
    int64_t row = r->rows - draw(r, chance(r, 0.85) ? 40 : r->rows);
    note(r->store, row, false);
    switch (draw(r, 9)) {
    case 0:
        put(f, "UPDATE record SET gone_at = iif(gone_at IS NULL, 1, NULL) WHERE id = ?1", "i", row);
        break;
    case 1:
        engage(r, row, now - draw(r, 1400));
        break;
    case 2:
        put(f, "INSERT OR IGNORE INTO record_service (record, service, at, at_start, field) VALUES (?1, ?2, NULL, 1, 'service')", "it", row,
            services[draw(r, N(services))]);
        break;
    case 3:
        put(f, "DELETE FROM record_ref WHERE record = ?1", "i", row);
        point(r, row);
        break;
    case 4:
        put(f, "UPDATE record_moment SET at = at + 60000 * (?2 - 30) WHERE record = ?1 AND moment = 'opened'", "ii", row, draw(r, 60));
        break;
    case 5:
        put(f, "UPDATE event SET at = at + 60000 * ?2 WHERE record = ?1", "ii", row, draw(r, 60));
        break;
    case 6:
        set(f, row, "class", chance(r, 0.5) ? "near_miss" : "planned");
        break;
    default:
        put(f, "DELETE FROM record_moment WHERE record = ?1 AND moment = 'resolved'", "i", row);
        resolve(r, row, now - draw(r, 700));
        break;
    }
}

static void pass_day(struct room *r, int64_t now)
{
    for (int64_t n = chance(r, 0.05) ? 0 : 1 + draw(r, 5); n > 0; n--)
        add(r, now - DAYS(1), now);
    if (chance(r, 0.05))
        add(r, now - DAYS(40), now - DAYS(1)); /* told late */
    for (int64_t n = draw(r, 4); n > 0; n--)
        alter(r, now);
    if (chance(r, 0.2))
        add_post(r, now - DAYS(1), now);
    if (chance(r, 0.03))
        put(r->f, "INSERT INTO decision (kind, subject, value, reason, decided_at) VALUES ('link', 'pager:P0001', ?1, 'because', 0)", "t",
            ald_sprintf(r->arena, "pager:%s", name_of(r, r->rows)));
    else if (chance(r, 0.03))
        put(r->f, "INSERT OR IGNORE INTO service (source, external_id, name) VALUES ('pager', ?1, ?1)", "t", services[draw(r, N(services))]);
    else {
        touch(r->store, true);
        return;
    }
    touch(r->store, false);
}

/* ---- What is let go ---- */

/* Writes all, and says how many records had events of which there is none any more, and how many still have theirs. */
static void save_all(struct room *r, int64_t now, bool keeps_events, size_t *ret_gone, size_t *ret_there)
{
    struct ald_err err = {0};
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) a = NULL;
    size_t read;
    must(ald_store_begin(r->store, &err), &err);
    must(ald_analysis_whole(r->store, &r->f->settings, AT(now), &a, &err), &err);
    a->only_saved = !keeps_events;
    must(ald_analysis_save(r->store, a, &read, &err), &err);
    must(ald_store_commit(r->store, &err), &err);
    *ret_gone = *ret_there = 0;
    for (size_t i = 0; i < a->records_n; i++) {
        *ret_gone += a->records[i].events_n && !a->records[i].events;
        *ret_there += a->records[i].events_n && a->records[i].events;
    }
}

/* ---- Comparing ---- */

static const char *const tables[] = {"incident", "incident_record", "signal_values", "signal_absent", "reading", "frame", "suggestion", "source_past",
                                     "service_past", "link_model", "brief", "meta"};

/* Analyses and writes. @return how many incidents were looked at; *ret_read: how many have a reading. */
static size_t save(struct room *r, int64_t now, bool whole, size_t *ret_all, size_t *ret_read)
{
    struct ald_err err = {0};
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) a = NULL;
    must(ald_store_begin(r->store, &err), &err);
    must((whole ? ald_analysis_whole : ald_analysis_again)(r->store, &r->f->settings, AT(now), &a, &err), &err);
    must(ald_analysis_save(r->store, a, ret_read, &err), &err);
    must(ald_store_commit(r->store, &err), &err);
    *ret_all = ald_analysis_all(a).incidents;
    r->loaded = a->records_n;
    r->why = a->all_because ? a->all_because : "";
    return ald_analysis_anew(a);
}

static void keep_tables(struct room *r)
{
    for (size_t i = 0; i < N(tables); i++)
        keep_table(r->f, r->arena, tables[i]);
}

static void same_tables(struct room *r, int64_t day)
{
    for (size_t i = 0; i < N(tables); i++)
        same_table(r->f, r->arena, day, tables[i], "*");
}

/* An analysis at a time, in minutes, and the whole. */
static void day_and_whole_at(struct room *r, int64_t now)
{
    size_t all, read, read_of_whole;
    size_t anew = save(r, now, false, &all, &read), of_day = all, loaded = r->loaded;
    const char *why = r->why;
    keep_tables(r);
    assert_int_equal(save(r, now, true, &all, &read_of_whole), all);
    assert_int_equal(all, of_day);
    same_tables(r, now / DAYS(1));
    r->loaded = loaded;
    assert_int_equal(read, read_of_whole);
    assert_int_equal(fixture_number(r->f, "SELECT count(*) FROM touched"), 0);
    r->days++;
    r->recent += !*why;
    if (!*why)
        assert_true(anew < all / 2);
    r->why = why;
    ald_arena_reset(r->arena);
}

static void day_and_whole(struct room *r, int64_t day)
{
    day_and_whole_at(r, DAYS(day));
}

/* Events go before readings are made and written, while records still say that they had some: whoever asked for one then would end the
 * program here. What is written is the same. */
static void nobody_asks_for_events_that_are_gone(void **state)
{
    struct room *r = *state;
    size_t gone, there, all;
    for (int64_t day = 0; day < FIRST_DAY; day++)
        add(r, DAYS(day), DAYS(day + 1));
    touch(r->store, false);
    save_all(r, DAYS(FIRST_DAY), false, &gone, &there);
    assert_true(gone > 10);
    assert_int_equal(there, 0);
    keep_tables(r);
    all = gone;
    save_all(r, DAYS(FIRST_DAY), true, &gone, &there);
    assert_int_equal(gone, 0);
    assert_int_equal(there, all);
    same_tables(r, FIRST_DAY);
}

static void every_day(void **state)
{
    struct room *r = *state;
    size_t all, read;
    for (int64_t day = 0; day < FIRST_DAY; day++)
        for (int64_t n = draw(r, 4); n > 0; n--)
            add(r, DAYS(day), DAYS(day + 1));
    for (int i = 0; i < 40; i++)
        add_post(r, DAYS(1), DAYS(FIRST_DAY));
    touch(r->store, false);
    (void)save(r, DAYS(FIRST_DAY), false, &all, &read);
    assert_true(read > 100);
    for (int64_t day = FIRST_DAY + 1; day <= FIRST_DAY + 70; day++) {
        pass_day(r, DAYS(day));
        day_and_whole(r, day);
    }
    if (r->recent * 2 < r->days)
        fail_msg("%d of %d days in a window", (int)r->recent, (int)r->days);
}

/* ---- What reaches back ---- */

enum { A = 501, B = 502, C = 503 }; /* B starts a day after A, on its service */

static void pair_of(struct room *r)
{
    struct fixture *f = r->f;
    for (int64_t day = 0; day < FIRST_DAY; day++)
        add(r, DAYS(day), DAYS(day + 1));
    for (int64_t row = A; row <= C; row++) {
        simple(f, row, "pager", name_of(r, row), "pager", ALL_HELD, DAYS(FIRST_DAY + row - A), DAYS(FIRST_DAY + row - A) + 300);
        service(f, row, "odd", NEVER, 1, "service");
        event_full(f, row, DAYS(FIRST_DAY + row - A) + 5, "acknowledged", row == A ? "p01" : row == B ? "p02" : "p03", 0, "blue", NULL, NULL);
    }
    ref(f, C, "id", "pager:P0502");
    simple(f, C + 1, "cloud", "old", "status", 0, DAYS(2), DAYS(2) + 10);
    simple(f, C + 2, "cloud", "young", "status", 0, DAYS(FIRST_DAY + 3), DAYS(FIRST_DAY + 3) + 10);
    service(f, C + 2, "odd", NEVER, 1, "component");
    r->rows = C + 2;
    touch(r->store, false);
}

/* Somebody of the later one turns out to have been engaged before the other one. */
static void engaged_before(struct room *r)
{
    note(r->store, B, false);
    event_full(r->f, B, DAYS(FIRST_DAY) - 90, "assigned", "p01", 0, "blue", NULL, NULL);
}

static void began_before(struct room *r)
{
    note(r->store, B, false);
    put(r->f, "UPDATE record_moment SET at = ?1 WHERE record = 502 AND moment = 'opened'", "m", (int64_t)DAYS(FIRST_DAY) - 90);
}

static void vendor_began_before(struct room *r)
{
    note(r->store, C + 2, false);
    put(r->f, "UPDATE record_moment SET at = ?1 WHERE record = 505 AND moment = 'opened'", "m", (int64_t)DAYS(FIRST_DAY) - 90);
}

static void vendor_began_later(struct room *r)
{
    note(r->store, C + 2, false);
    put(r->f, "UPDATE record_moment SET at = ?1 WHERE record = 505", "m", (int64_t)DAYS(FIRST_DAY + 4));
}

static void vendor_is_gone(struct room *r)
{
    note(r->store, C + 2, false);
    put(r->f, "UPDATE record SET gone_at = 1 WHERE id = 505", "");
}

static void came_apart(struct room *r)
{
    note(r->store, C, false);
    put(r->f, "DELETE FROM record_ref WHERE record = 503", "");
}

static void is_gone(struct room *r)
{
    note(r->store, C, false);
    put(r->f, "UPDATE record SET gone_at = 1 WHERE id = 503", "");
}

static void facet_is_shown(struct room *r)
{
    note(r->store, B, false);
    event_full(r->f, B, DAYS(FIRST_DAY + 1) + 20, "escalated", "p01", 0, "red", NULL, NULL);
}

static void source_began_before(struct room *r)
{
    note(r->store, C + 1, false);
    put(r->f, "UPDATE record_moment SET at = ?1 WHERE record = 504", "m", (int64_t)DAYS(1));
}

static void source_is_new(struct room *r)
{
    source(r->f, "later", "ticket", "own");
}

static void unknown_before(struct room *r)
{
    struct ald_err err = {0};
    must(ald_store_note_changed(r->store, B, &err), &err);
}

static void nothing(struct room *r)
{
    (void)r;
}

static void what_reaches_back(void **state)
{
    static const char told[] = "a source tells since another time, or of something else";
    static const struct {
        const char *what;
        void (*happens)(struct room *r);
        const char *why; /* all is anew; "": it is not */
    } cases[] = {{"nothing", nothing, ""},
                 {"engaged before", engaged_before, ""},
                 {"began before", began_before, ""},
                 {"another company's began before", vendor_began_before, ""},
                 {"another company's began later", vendor_began_later, ""},
                 {"another company's is gone", vendor_is_gone, ""},
                 {"came apart", came_apart, ""},
                 {"is gone", is_gone, ""},
                 {"a facet is shown", facet_is_shown, told},
                 {"its source began before", source_began_before, told},
                 {"what was is not known", unknown_before, "what a changed record told before is not known"},
                 {"a source is new, and nothing else", source_is_new, told}};
    struct room *r = *state;
    size_t all, read;
    pair_of(r);
    for (size_t i = 0; i < N(cases); i++) {
        (void)save(r, DAYS(FIRST_DAY + 5), true, &all, &read);
        cases[i].happens(r);
        touch(r->store, true);
        day_and_whole(r, FIRST_DAY + 6 + (int64_t)i);
        if (strcmp(r->why, cases[i].why) != 0)
            fail_msg("%s: all was anew because \"%s\"", cases[i].what, r->why);
    }
}

/* ---- As-of alone ---- */

/* Where nothing is told and as-of alone moves, only what is around open incidents, and around those whose landmark was to come, is read: at
 * the same as-of nothing but what has no start. */
static void time_passes(void **state)
{
    static const int64_t minutes[] = {0, 5, 0, 40, 300, 0, 1440, 9000, 0};
    struct room *r = *state;
    size_t all, read, around = 0;
    int64_t now = DAYS(FIRST_DAY);
    for (int64_t day = 0; day < FIRST_DAY; day++)
        for (int n = 0; n < 2; n++)
            add(r, DAYS(day), DAYS(day + 1));
    for (int n = 0; n < 12; n++)
        add(r, now - 240, now);
    for (int64_t row = 1; row <= r->rows - 40; row++) /* few stay open */
        put(r->f, "INSERT OR IGNORE INTO record_moment (record, moment, rank, field, at) SELECT record, 'resolved', 2, 'ended', at + 60000 FROM record_moment "
                  "WHERE record = ?1 AND moment = 'opened'", "i", row);
    put(r->f, "DELETE FROM record_moment WHERE at > ?1", "m", now); /* nothing falls due */
    put(r->f, "DELETE FROM event WHERE at > ?1", "m", now);
    touch(r->store, false);
    (void)save(r, now, true, &all, &read);
    for (size_t i = 0; i < N(minutes); i++) {
        now += minutes[i];
        day_and_whole_at(r, now);
        assert_string_equal(r->why, "");
        around = r->loaded > around ? r->loaded : around;
        if (!minutes[i])
            assert_true(r->loaded < 30); /* without a start */
    }
    assert_true(around > 30);
    note(r->store, r->rows, false);
    touch(r->store, true);
    day_and_whole_at(r, now);
    assert_string_equal(r->why, "");
    assert_true(r->loaded > around + 50); /* the quarter's */
}

/* ---- Many ---- */

/* So many in the window that another thread reads their timelines. */
static void many_in_the_window(void **state)
{
    struct room *r = *state;
    size_t all, read;
    for (int64_t day = 0; day < FIRST_DAY; day++)
        for (int n = day < FIRST_DAY - 60 ? 4 : 20; n > 0; n--)
            add(r, DAYS(day), DAYS(day + 1));
    touch(r->store, false);
    (void)save(r, DAYS(FIRST_DAY), true, &all, &read);
    for (int64_t day = FIRST_DAY + 1; day <= FIRST_DAY + 3; day++) {
        for (int n = 0; n < 20; n++)
            add(r, DAYS(day - 1), DAYS(day));
        note(r->store, r->rows - 30, false);
        put(r->f, "DELETE FROM record_moment WHERE record = ?1 AND moment = 'resolved'", "i", r->rows - 30);
        resolve(r, r->rows - 30, DAYS(day) - 5);
        touch(r->store, true);
        day_and_whole(r, day);
        if (!*r->why)
            assert_true(r->loaded > 1000);
    }
    assert_true(r->recent > 0);
}

/* ---- The room ---- */

static int enter(void **state)
{
    struct room *r;
    struct ald_arena *arena;
    struct ald_err err = {0};
    struct fixture *f = furnished(sizeof *r, (void **)&r, &arena);
    r->f = f;
    r->arena = arena;
    f->settings.link_learn_least = 100; /* else all is linked anew */
    ald_rng_init(&r->rng, 7);
    must(ald_store_open(f->path, ALD_STORE_WRITE, &r->store, &err), &err);
    source(f, "pager", "pager", "own");
    source(f, "desk", "ticket", "own");
    source(f, "page", "status", "own");
    source(f, "cloud", "status", "vendor");
    for (int p = 0; p < PEOPLE; p++) {
        const char *name = ald_sprintf(arena, "p%02d", p);
        person(f, "pager", name, name, p % 8 > 0);
        person(f, "desk", name, name, 1);
    }
    *state = r;
    return 0;
}

static int leave(void **state)
{
    struct room *r = *state;
    ald_store_close(r->store);
    return cleared(r->f, r->arena, r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(nobody_asks_for_events_that_are_gone, enter, leave),
                                      cmocka_unit_test_setup_teardown(every_day, enter, leave),
                                      cmocka_unit_test_setup_teardown(what_reaches_back, enter, leave),
                                      cmocka_unit_test_setup_teardown(time_passes, enter, leave),
                                      cmocka_unit_test_setup_teardown(many_in_the_window, enter, leave)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
