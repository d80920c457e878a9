/* The model of likeness in the store: what was learnt once and is taken from there gives the same links, to the last bit, as learning it
 * anew; and it is taken only where the same records have settled. */
#include "analysis/link_model.h"
#include "fixture.h"

#include "alidade/hash.h"
#include "alidade/rng.h"
#include "analysis/stored.h"

#define WINTER DAYS(400) /* 2025-02-04: what starts before 2024-10-01, day 274, has settled */
enum { RECORDS = 300, NEW = 9000 };

/* ---- Bytes ---- */

static void test_bytes(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    static const uint32_t further[] = {0, 3, 127, 128, 70000, UINT32_MAX - 70258}, bursts[] = {1, 200, 1, 16383, 16384, UINT32_MAX};
    static const double odds[] = {1e300, 2.5, 0.1};
    unsigned char packed[6 * ALD_MODEL_BLOCK_WORD_BYTES], *end = packed;
    for (size_t i = 0; i < 6; i++)
        ald_model_put_block_word(&end, further[i], bursts[i]);
    struct ald_model_block blocks[] = {{.key = UINT64_MAX, .bursts = 7, .settled_ms = 0.1, .words = {packed, (size_t)(end - packed)}},
                                       {.key = 2, .bursts = 9, .settled_ms = 1e12}};
    const struct ald_model_word words[] = {{.hash = 5, .records = 3}, {.hash = UINT64_MAX, .records = UINT32_MAX}};
    const struct ald_model_class classes[] = {{.key = 1, .factor = 0.3, .moves = 4, .found = odds, .found_n = 3, .chance = odds, .chance_n = 1},
                                              {.key = 2, .factor = 1e-6, .moves = 2}};
    const struct ald_model_head head = {.of = 11, .settled = -1, .titled = 12, .span_ms = 13.5, .look = {0.1, 0.2, 0.7}, .gap = {1, 2, 3, 4, 5, 6}};
    struct ald_link_model model = {.part = {{NULL, 0}}};
    ald_model_put_words(arena, words, 2, &model);
    ald_model_put_blocks(arena, blocks, 2, &model);
    ald_model_put_classes(arena, classes, 2, &model);
    ald_model_put_head(arena, &head, &model);

    struct ald_model_head found_head;
    assert_true(ald_model_head(&model, &found_head));
    assert_memory_equal(&found_head, &head, sizeof head);
    assert_int_equal(ald_model_words(&model), 2);
    assert_int_equal(ald_model_find_word(&model, UINT64_MAX), 1);
    assert_int_equal(ald_model_find_word(&model, 6), ALD_NOBODY);
    assert_int_equal(ald_model_word_records(&model, 1), UINT32_MAX);
    struct ald_model_block block;
    assert_false(ald_model_find_block(&model, 3, &block));
    assert_true(ald_model_find_block(&model, 2, &block));
    assert_int_equal(block.words.n, 0);
    assert_true(ald_model_find_block(&model, UINT64_MAX, &block));
    assert_int_equal(block.bursts, 7);
    assert_close(block.settled_ms, 0.1, 0);
    const unsigned char *at = block.words.data;
    for (size_t i = 0; i < 6; i++) {
        uint32_t more, n;
        ald_model_block_word(&at, &more, &n);
        assert_int_equal(more, further[i]);
        assert_int_equal(n, bursts[i]);
    }
    assert_ptr_equal(at, block.words.data + block.words.n);
    struct ald_model_class *list;
    assert_int_equal(ald_model_classes(&model, arena, &list), 2);
    assert_memory_equal(list[0].found, odds, sizeof odds);
    assert_close(list[0].chance[0], odds[0], 0);
    assert_close(list[1].factor, 1e-6, 0);
    for (size_t part = 0; part < ALD_MODEL_N; part++) { /* a part that is damaged or cut short is none */
        if (part == ALD_MODEL_HEAD)
            continue;
        model.part[part].data[model.part[part].n / 2] ^= 1;
        assert_false(ald_model_head(&model, &found_head));
        model.part[part].data[model.part[part].n / 2] ^= 1;
        model.part[part].n--;
        assert_false(ald_model_head(&model, &found_head));
        model.part[part].n++;
    }
    model.part[ALD_MODEL_HEAD].n--;
    assert_false(ald_model_head(&model, &found_head));
}

/* ---- A made-up store ---- */

static const char *pick(struct ald_rng *rng, const char *const *from, size_t n)
{
    return from[ald_rng_below(rng, n)];
}

static void title(struct fixture *f, struct ald_rng *rng, int64_t row)
{
    static const char *const words[] = {"disk",  "latency", "certificate", "queue", "login", "renew", "basket", "slow",
                                        "error", "full",    "expires",     "high",  "memory", "rate", "budget", "on"};
    char text[128];
    (void)snprintf(text, sizeof text, "%s %s %s %d", pick(rng, words, 16), pick(rng, words, 16), pick(rng, words, 16),
                   (int)ald_rng_below(rng, 50));
    set(f, row, "title", text);
}

/* A page or a post, and often a ticket soon after it that may name it, share a key with it, or be about another service. */
static void happening(struct fixture *f, struct ald_rng *rng, int64_t row, int64_t at)
{
    static const char *const services[] = {"ledger", "basket", "search"}, *const teams[] = {"money", "shop"};
    char id[16], other[16];
    (void)snprintf(id, sizeof id, "P%d", (int)row);
    (void)snprintf(other, sizeof other, "T%d", (int)row);
    int64_t length = 5 + (int64_t)ald_rng_below(rng, 200);
    bool open = ald_rng_below(rng, 40) == 0;
    const char *svc = pick(rng, services, 3);
    simple(f, row, ald_rng_below(rng, 5) ? "pager" : "web", id, "pager", 0, at, open ? NEVER : at + length);
    title(f, rng, row);
    if (ald_rng_below(rng, 10))
        service(f, row, svc, NEVER, 1, "services");
    if (ald_rng_below(rng, 3) == 0)
        team(f, row, pick(rng, teams, 2));
    if (ald_rng_below(rng, 3) == 0)
        return;
    int64_t later = at + (int64_t)ald_rng_below(rng, 30);
    simple(f, row + 1, "desk", other, "ticket", 0, later, later + 5 + (int64_t)ald_rng_below(rng, 300));
    title(f, rng, row + 1);
    service(f, row + 1, ald_rng_below(rng, 6) ? svc : pick(rng, services, 3), NEVER, 1, "services");
    if (ald_rng_below(rng, 3) == 0)
        ref(f, row + 1, "key", id);
    if (ald_rng_below(rng, 8) == 0)
        ref(f, row + 1, "mention", id);
}

static void world(struct fixture *f, struct ald_rng *rng)
{
    source(f, "desk", "ticket", "own");
    source(f, "pager", "pager", "own");
    source(f, "web", "status", "own");
    put(f, "INSERT INTO service_edge (source, service, depends_on) VALUES ('pager', 'basket', 'ledger')", "");
    for (int64_t i = 0; i < RECORDS; i += 2) /* bunched, so that there are neighbours */
        happening(f, rng, 1 + i, DAYS(395) * i / RECORDS + (int64_t)ald_rng_below(rng, 900));
    f->settings.link_learn_least = 100;
}

/* Groups and likenesses, with every bit of how sure they are. */
static char *linked(const struct fixture *f)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    for (size_t i = 0; i < f->a->records_n; i++)
        (void)fprintf(out, "%s %u %s %.17g %s\n", f->a->records[i].external_id, f->a->records[i].incident, ald_record_method(&f->a->records[i]),
                      ald_record_confidence(&f->a->records[i]), ald_record_via(&f->a->records[i]) ? ald_record_via(&f->a->records[i]) : "");
    for (size_t i = 0; i < f->a->suggestions_n; i++)
        (void)fprintf(out, "%u %u %.17g %s\n", f->a->suggestions[i].a, f->a->suggestions[i].b, f->a->suggestions[i].confidence,
                      f->a->suggestions[i].via);
    assert_int_equal(fclose(out), 0);
    return text;
}

static uint64_t learnt_from(const struct fixture *f)
{
    struct ald_model_head head;
    assert_non_null(f->a->link_model);
    assert_true(ald_model_head(f->a->link_model, &head));
    return head.of;
}

/* All bytes of the model, as one number. */
static uint64_t bytes_of(const struct fixture *f)
{
    uint64_t all[ALD_MODEL_N];
    for (size_t i = 0; i < ALD_MODEL_N; i++)
        all[i] = ald_siphash(f->a->link_model->part[i].data, f->a->link_model->part[i].n);
    return ald_siphash(all, sizeof all);
}

/* Analyses with what is stored and without it: the links are the same, and what would be kept. @return what they were learnt from. */
static uint64_t same_both_ways(struct fixture *f)
{
    analyse(f, WINTER);
    char *with = linked(f);
    uint64_t of = learnt_from(f), bytes = bytes_of(f);
    put(f, "ALTER TABLE link_model RENAME TO aside", "");
    put(f, "CREATE TABLE link_model (part TEXT PRIMARY KEY, packed BLOB NOT NULL) STRICT, WITHOUT ROWID", "");
    analyse(f, WINTER);
    char *without = linked(f);
    assert_string_equal(with, without);
    assert_true(learnt_from(f) == of);
    assert_true(bytes_of(f) == bytes);
    put(f, "DROP TABLE link_model", "");
    put(f, "ALTER TABLE aside RENAME TO link_model", "");
    free(with);
    free(without);
    return of;
}

/* Days go by: what has settled stays, and what comes in is linked as if all was learnt anew. */
static void test_days(void **state)
{
    struct fixture *f = *state;
    struct ald_rng rng;
    ald_rng_init(&rng, 20241);
    world(f, &rng);
    analyse(f, WINTER);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM link_model"), 0);
    (void)save_analysis(f);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM link_model"), ALD_MODEL_N);
    uint64_t of = learnt_from(f);
    size_t likenesses = 0;
    for (int64_t day = 0; day < 6; day++) {
        for (int64_t i = 0; i < 8; i += 2)
            happening(f, &rng, NEW + 100 * day + i, DAYS(390 + day) + (int64_t)ald_rng_below(&rng, 1000));
        assert_true(same_both_ways(f) == of);
        for (size_t i = 0; i < f->a->records_n; i++)
            likenesses += f->a->records[i].row >= NEW && strcmp(ald_record_method(&f->a->records[i]), "suggestion") == 0;
    }
    assert_true(likenesses > 0);
    f->settings.link_learn_least = 0; /* too few: learnt from all, and nothing is kept */
    analyse(f, WINTER);
    assert_null(f->a->link_model);
    (void)save_analysis(f);
    assert_int_equal(fixture_number(f, "SELECT count(*) FROM link_model"), 0);
}

/* Whatever changes about a record that has settled, the model is learnt anew. */
static void test_changes(void **state)
{
    static const char *const changes[] = {
        "UPDATE record SET title = 'another title' WHERE id = 51",
        "UPDATE record_moment SET at = at + 60000 WHERE record = 51 AND moment = 'opened'",
        "UPDATE record_moment SET at = at + 60000 WHERE record = 53 AND moment = 'resolved'",
        "UPDATE record_service SET service = 'till' WHERE record = 51",
        "UPDATE record SET class = 'exercise' WHERE id = 51",
        "INSERT INTO record_team (record, team, role, field) VALUES (53, 'night', 'assigned', 'x')",
        "INSERT INTO event (record, event_id, at, kind, service) VALUES (53, 'e', 1711929600000, 'note', 'vault')",
        "INSERT INTO service_edge (source, service, depends_on) VALUES ('pager', 'search', 'ledger')",
        "INSERT INTO record_ref (record, kind, value, field) VALUES (51, 'key', 'P53', 'x')",
        ("INSERT INTO decision (kind, subject, value, reason, decided_at) SELECT 'unlink', a.source || ':' || a.external_id, b.source || ':' || "
         "b.external_id, 'no', 0 FROM record a, record b WHERE a.id = 51 AND b.id = 53"),
        "DELETE FROM record_moment WHERE record = 55",
        "UPDATE record SET source = 'desk' WHERE id = 57",
    };
    struct fixture *f = *state;
    struct ald_rng rng;
    ald_rng_init(&rng, 7);
    world(f, &rng);
    analyse(f, WINTER);
    uint64_t before = learnt_from(f);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        (void)save_analysis(f);
        put(f, changes[i], "");
        uint64_t of = same_both_ways(f);
        if (of == before)
            fail_msg("not seen: %s", changes[i]);
        before = of;
        analyse(f, WINTER);
    }
}

/* It is really taken: a share that somebody changed shows in the links; and one that is damaged is not. */
static void test_taken(void **state)
{
    enum { FIRST_LOOK = 4 + 8 + 8 + 8 + 8 + 8 };
    struct fixture *f = *state;
    struct ald_rng rng;
    ald_rng_init(&rng, 99);
    world(f, &rng);
    analyse(f, WINTER);
    (void)save_analysis(f);
    char *honest = linked(f);
    for (int turn = 0; turn < 2; turn++) {
        sqlite3_stmt *row = prepared(f, "SELECT part, packed FROM link_model WHERE part = ?1");
        sqlite3_bind_text(row, 1, turn ? "words" : "head", -1, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(row), SQLITE_ROW);
        unsigned char bytes[4096];
        int n = sqlite3_column_bytes(row, 1);
        assert_true(n > FIRST_LOOK + 8 && (size_t)n < sizeof bytes);
        memcpy(bytes, sqlite3_column_blob(row, 1), (size_t)n);
        sqlite3_reset(row);
        bytes[turn ? 0 : FIRST_LOOK + 6] ^= 0x10;
        sqlite3_stmt *change = prepared(f, "UPDATE link_model SET packed = ?2 WHERE part = ?1");
        sqlite3_bind_text(change, 1, turn ? "words" : "head", -1, SQLITE_STATIC);
        sqlite3_bind_blob(change, 2, bytes, n, SQLITE_TRANSIENT);
        assert_int_equal(sqlite3_step(change), SQLITE_DONE);
        sqlite3_reset(change);
        analyse(f, WINTER);
        char *now = linked(f);
        assert_int_equal(strcmp(now, honest) == 0, turn == 1);
        free(now);
    }
    free(honest);
}

/* ---- A window ---- */

/* What is said of the records that start at some time or later: their links and the likenesses that were not taken. *ret_n: how many of
 * both came of likeness. */
static char *said(const struct ald_analysis *a, int64_t from, size_t *ret_n)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    *ret_n = 0;
    for (size_t i = 0; i < a->records_n; i++) {
        const struct ald_record *r = &a->records[i];
        const struct ald_incident *inc = &a->incidents[r->incident];
        if (inc->started_at == ALD_TIME_NONE || inc->started_at < from)
            continue;
        (void)fprintf(out, "%s %s %s %.17g %s\n", r->external_id, inc->id, ald_record_method(r), ald_record_confidence(r),
                      ald_record_via(r) ? ald_record_via(r) : "");
        *ret_n += strcmp(ald_record_method(r), "suggestion") == 0;
    }
    for (size_t i = 0; i < a->suggestions_n; i++) {
        const struct ald_link *s = &a->suggestions[i];
        if (a->incidents[a->records[s->a].incident].started_at < from && a->incidents[a->records[s->b].incident].started_at < from)
            continue;
        (void)fprintf(out, "%s %s %.17g %s\n", a->records[s->a].external_id, a->records[s->b].external_id, s->confidence, s->via);
        ++*ret_n;
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Links a window, whatever complete says; all of the store is read. */
static bool is_sound(struct fixture *f, const struct ald_analysis *whole, int64_t from, int64_t complete, struct ald_analysis **ret)
{
    struct ald_err err = {0};
    struct ald_part part = {.from = from, .complete = complete, .origins = whole->origins, .origins_n = whole->origins_n};
    must(ald_analysis_part(f->read, &f->settings, AT(WINTER), &part, ret, &err), &err);
    return !part.unsound;
}

/* Whichever the window, what is said of it is what the whole says. */
static void test_window(void **state)
{
    struct fixture *f = *state;
    struct ald_rng rng;
    size_t likenesses = 0, windows = 0;
    ald_rng_init(&rng, 5);
    world(f, &rng);
    for (int64_t i = 0; i < 240; i += 2) /* and many that compete */
        happening(f, &rng, NEW + i, DAYS(280) + DAYS(i / 8) * 4 + i % 8 * 40 + (int64_t)ald_rng_below(&rng, 60));
    analyse(f, WINTER);
    (void)save_analysis(f);
    for (int64_t day = 262; day < 400; day += 6) {
        struct ald_analysis *part;
        size_t n, part_n;
        analyse(f, WINTER);
        if (!is_sound(f, f->a, AT(DAYS(day)), INT64_MIN, &part)) {
            ald_analysis_free(part);
            continue;
        }
        char *whole = said(f->a, AT(DAYS(day)), &n), *window = said(part, AT(DAYS(day)), &part_n);
        assert_string_equal(window, whole);
        assert_int_equal(part_n, n);
        likenesses += n;
        windows++;
        free(whole);
        free(window);
        ald_analysis_free(part);
    }
    assert_true(windows >= 15);
    assert_true(likenesses > 100);
}

/* It is said where a window reaches further than it was looked. */
static void test_reach(void **state)
{
    struct fixture *f = *state;
    struct ald_rng rng;
    struct ald_analysis *part;
    ald_rng_init(&rng, 3);
    world(f, &rng);
    simple(f, NEW, "pager", "PX", "pager", 0, DAYS(398), DAYS(398) + 60);
    simple(f, NEW + 1, "desk", "TX", "ticket", 0, DAYS(398) + 2, DAYS(398) + 90);
    for (int64_t i = 0; i < 2; i++) {
        set(f, NEW + i, "title", "Quota of the tenant exceeded");
        service(f, NEW + i, "ledger", NEVER, 1, "services");
    }
    analyse(f, WINTER);
    assert_false(is_sound(f, f->a, AT(DAYS(397)), INT64_MIN, &part)); /* nothing is stored yet */
    ald_analysis_free(part);
    (void)save_analysis(f);
    assert_string_equal(ald_record_method(record_of(f, "TX")), "suggestion");
    analyse(f, WINTER);
    assert_true(is_sound(f, f->a, AT(DAYS(397)), AT(DAYS(397 - 43)), &part));
    ald_analysis_free(part);
    assert_false(is_sound(f, f->a, AT(DAYS(397)), AT(DAYS(397 - 43) + 1), &part)); /* too little is read */
    ald_analysis_free(part);
    simple(f, NEW + 2, "pager", "PY", "pager", 0, DAYS(380), DAYS(380) + 20);
    ref(f, NEW, "merged_into", "PY");
    analyse(f, WINTER);
    assert_false(is_sound(f, f->a, AT(DAYS(397)), INT64_MIN, &part)); /* one of the pair belongs to what was long before */
    ald_analysis_free(part);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bytes), CASE(test_days), CASE(test_changes), CASE(test_taken),
                                       CASE(test_window),            CASE(test_reach)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
