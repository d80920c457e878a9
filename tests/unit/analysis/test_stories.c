/* Stories: who is eligible, fronts against a plain reckoning, score and choice worked out by hand, questions for the teller. */
#include "fixture.h"

#include <math.h>

#include "alidade/rng.h"
#include "analysis/past.h"
#include "analysis/stories_priv.h"

struct room {
    struct fixture *f;
    struct ald_arena *arena;
    struct ald_lore lore;
    struct ald_incident_lore *of;
    bool *excluded;
};

/* ---- Fronts ---- */

static bool below(const struct ald_story *x, const struct ald_story *y)
{
    bool less = false;
    for (int k = 0; k < ALD_STORY_AXIS_N; k++) {
        if (x->axes[k] > y->axes[k])
            return false;
        less = less || x->axes[k] < y->axes[k];
    }
    return less;
}

/* Takes away front after front, as the definition says. */
static void plain_fronts(const struct ald_story *stories, size_t n, size_t *ret)
{
    size_t placed = 0;
    memset(ret, 0, n * sizeof *ret);
    for (size_t front = 1; placed < n; front++) {
        for (size_t i = 0; i < n; i++) {
            bool free_of = !ret[i];
            for (size_t k = 0; k < n && free_of; k++)
                free_of = (ret[k] && ret[k] < front) || !below(&stories[i], &stories[k]);
            if (free_of)
                ret[i] = front;
        }
        for (size_t i = 0; i < n; i++)
            placed += ret[i] == front;
    }
}

static void test_fronts(void **state)
{
    (void)state;
    struct ald_rng rng;
    ald_rng_init(&rng, 7);
    for (int round = 0; round < 60; round++) {
        enum { N = 120, MOST = 7 };
        struct ald_story stories[N];
        size_t expected[N];
        unsigned levels = 2 + (unsigned)round % 9;
        memset(stories, 0, sizeof stories);
        for (size_t i = 0; i < N; i++) {
            stories[i].incident = (uint32_t)i;
            for (int k = 0; k < ALD_STORY_AXIS_N; k++)
                stories[i].axes[k] = (double)ald_rng_below(&rng, levels) / levels;
        }
        plain_fronts(stories, N, expected);
        ald_story_fronts(stories, N, MOST);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(stories[i].front, expected[i] <= MOST ? expected[i] : 0);
    }
    ald_story_fronts(NULL, 0, 7);
}

/* More than are held at a time: the same ones are left, with the same fronts and reasons, as when all are sorted at once. */
static void test_sifting(void **state)
{
    (void)state;
    enum { N = 12000, MOST = 7 };
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new(), *fresh = ald_arena_new();
    struct ald_story *all = ald_calloc(arena, N, sizeof *all);
    struct ald_sifting s = {.most = MOST, .arena = arena, .fresh = fresh};
    struct ald_rng rng;
    ald_rng_init(&rng, 11);
    for (size_t i = 0; i < N; i++) {
        struct ald_story_reason *reason = ald_calloc(fresh, 1, sizeof *reason);
        all[i].incident = (uint32_t)i;
        for (int k = 0; k < ALD_STORY_AXIS_N; k++)
            all[i].axes[k] = (double)ald_rng_below(&rng, 40 + (unsigned)i / 100) / 200; /* later ones reach further */
        *reason = (struct ald_story_reason){.id = "one", .evidence = ald_sprintf(fresh, "of %zu", i)};
        struct ald_story story = all[i];
        story.reasons = reason;
        story.reasons_n = 1;
        ald_story_sift(&s, &story);
    }
    ald_story_settle(&s);
    ald_story_fronts(all, N, MOST);
    size_t k = 0;
    for (size_t i = 0; i < N; i++) {
        if (!all[i].front)
            continue;
        assert_true(k < s.n);
        assert_int_equal(s.stories[k].incident, i);
        assert_int_equal(s.stories[k].front, all[i].front);
        assert_string_equal(s.stories[k].reasons[0].evidence, ald_sprintf(arena, "of %zu", i));
        k++;
    }
    assert_int_equal(k, s.n);
    assert_true(s.n > 100 && s.cap < N);
}

/* ---- Choice ---- */

static const struct ald_story_pattern backfired = {"mitigation_backfired", "Mitigation backfired", true, "it made it worse"},
                                      saturation = {"saturation", "Saturation", false, "ran out of disk"},
                                      latent = {"latent", "Latent", true, "since 2019"};

/* Patterns by key: A has two, B one, C the same as A, D none. */
static size_t patterns(const void *ctx, size_t i, const struct ald_story_pattern **ret)
{
    static struct ald_story_pattern lists[3][2];
    const struct room *r = ctx;
    const char *key = r->f->a->incidents[i].key;
    lists[0][0] = backfired;
    lists[0][1] = saturation;
    lists[1][0] = latent;
    switch (key[0]) {
    case 'A':
    case 'C':
        *ret = lists[0];
        return 2;
    case 'B':
        *ret = lists[1];
        return 1;
    default:
        return 0;
    }
}

static int setup(void **state)
{
    struct ald_arena *arena;
    struct fixture *fixture = furnished(sizeof(struct room), state, &arena);
    struct room *r = *state;
    r->f = fixture;
    r->arena = arena;
    r->f->settings.story_slots = 2;
    r->f->settings.story_minimum_age_quarters = 2;
    source(r->f, "t", "ticket", "own");
    static const char *const ids[] = {"A1", "B1", "C1", "D1", "Y1", "E1"};
    static const int64_t days[] = {0, 1, 2, 3, 200, 4}; /* Y: in the third quarter; E: an exercise */
    for (int64_t i = 0; i < 6; i++) {
        simple(r->f, i + 1, "t", ids[i], "ticket", ALL_HELD, DAYS(days[i]), DAYS(days[i]) + 60);
        service(r->f, i + 1, ids[i][0] == 'A' || ids[i][0] == 'C' ? "web" : "db", DAYS(days[i]), 1, "s");
        team(r->f, i + 1, "core");
    }
    set(r->f, 6, "class", "exercise");
    (void)analyse(r->f, DAYS(290)); /* in October: the fourth quarter */
    r->of = ald_calloc(r->arena, r->f->a->incidents_n, sizeof *r->of);
    r->excluded = ald_calloc(r->arena, r->f->a->incidents_n, sizeof *r->excluded);
    r->lore.of = r->of;
    return 0;
}

static int teardown(void **state)
{
    struct room *r = *state;
    return cleared(r->f, r->arena, r);
}

static struct ald_story_view view_of(const struct room *r)
{
    return (struct ald_story_view){.patterns = patterns, .ctx = r, .lore = &r->lore, .excluded = r->excluded};
}

static size_t at(const struct room *r, const char *key)
{
    size_t i = ald_analysis_find(r->f->a, key);
    assert_true(i != SIZE_MAX);
    return i;
}

static void test_reasons(void **state)
{
    struct room *r = *state;
    struct ald_story_view view = view_of(r);
    struct ald_story story;
    r->of[at(r, "A1")].citations = 3;
    ald_story_measure(r->f->a, &view, at(r, "A1"), r->arena, &story);
    static const struct {
        const char *id;
        double strength;
    } expected[] = {{"mitigation_backfired", 1}, {"saturation", 0.6}, {"cited", 0.5}, {"perfect_storm", 0.4}};
    assert_int_equal(story.reasons_n, 4);
    for (size_t k = 0; k < 4; k++) {
        assert_string_equal(story.reasons[k].id, expected[k].id);
        assert_close(story.reasons[k].strength, expected[k].strength, 1e-12);
    }
    assert_string_equal(story.reasons[0].evidence, "it made it worse");
    assert_string_equal(story.reasons[2].evidence, "3 later texts");
    assert_close(story.axes[ALD_STORY_UNTOLD], 0.5, 1e-12);
    assert_close(story.axes[ALD_STORY_SURPRISE], 0, 0);
    ald_story_measure(r->f->a, &view, at(r, "D1"), r->arena, &story);
    assert_int_equal(story.reasons_n, 0); /* as long as the others, on a service like theirs: no reason */
    r->of[at(r, "D1")].surprised = true;
    ald_story_measure(r->f->a, &view, at(r, "D1"), r->arena, &story);
    assert_string_equal(story.reasons[0].id, "surprise");
    assert_close(story.axes[ALD_STORY_SURPRISE], 1, 0);
}

static void test_eligible(void **state)
{
    struct room *r = *state;
    struct ald_story_view view = view_of(r);
    r->of[at(r, "A1")].told = true;
    r->excluded[at(r, "B1")] = true;
    static const struct {
        const char *key, *why;
    } cases[] = {{"A1", "it has been told"}, {"B1", "not to be told"}, {"C1", NULL}, {"Y1", "2024Q3"}, {"E1", "exercise"}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const char *why = ald_story_not_eligible(r->f->a, &view, at(r, cases[k].key), r->arena);
        assert_int_equal(why == NULL, cases[k].why == NULL);
        if (why && !strstr(why, cases[k].why))
            fail_msg("%s: %s", cases[k].key, why);
    }
    struct ald_story_choice choice;
    ald_stories_choose(r->f->a, &view, r->arena, &choice);
    assert_int_equal(choice.eligible, 2); /* C and D */
    assert_int_equal(choice.told, 1);
    assert_int_equal(choice.excluded, 1);
    assert_int_equal(choice.too_young, 1);
    assert_int_equal(choice.n, 1); /* D has no reason */
}

/* A: 1 - 0.5*0.7*0.8 = 0.72. B: latent 1: 0.5; axes (0,0,0,1): it dominates A and C (0,0,0,0.4), which form the second front:
 * 0.85*0.72 = 0.612. First A (before C by id), then B: 0.5 - 0.5*(0+1+0+1)/4 = 0.25 against C: 0.612 - 0.5*1 = 0.112. */
static void test_choice(void **state)
{
    struct room *r = *state;
    struct ald_story_view view = view_of(r);
    struct ald_story_choice choice;
    ald_stories_choose(r->f->a, &view, r->arena, &choice);
    static const char *const keys[] = {"A1", "B1", "C1"};
    static const double scores[] = {0.612, 0.5, 0.612};
    assert_int_equal(choice.n, 3);
    assert_int_equal(choice.slots, 2);
    for (size_t k = 0; k < 3; k++) {
        assert_string_equal(r->f->a->incidents[choice.stories[k].incident].key, keys[k]);
        assert_close(choice.stories[k].score, scores[k], 1e-12);
        assert_int_equal(choice.stories[k].rank, k + 1);
        assert_int_equal(choice.stories[k].reserve, k >= 2);
    }
    assert_close(ald_story_similarity(r->f->a, &view, at(r, "A1"), at(r, "C1")), 1, 0);
    assert_close(ald_story_similarity(r->f->a, &view, at(r, "A1"), at(r, "B1")), 0.5, 0);
    assert_close(ald_story_similarity(r->f->a, &view, at(r, "D1"), at(r, "Y1")), 0.5, 0);
    struct ald_tellability told;
    ald_story_tellability(r->f->a, &r->lore, at(r, "A1"), r->arena, &told);
    assert_int_equal(told.teams_engaged, 1);
    assert_int_equal(told.teams_n, 1); /* core worked on Y1 within 90 days */
}

static void test_prompts(void **state)
{
    struct room *r = *state;
    struct ald_story_view view = view_of(r);
    static const char *const keys[] = {"A1", "B1", "D1"};
    for (size_t k = 0; k < 3; k++) {
        struct ald_story story;
        const char *const *prompts;
        ald_story_measure(r->f->a, &view, at(r, keys[k]), r->arena, &story);
        size_t n = ald_story_prompts(&story, r->arena, &prompts);
        assert_in_range(n, 3, 5);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(prompts[i], prompts[j]);
    }
}

/* Noise is known before, but does not make a trigger one that recurs: the count is that of going through all. */
static void test_noise_does_not_recur(void **state)
{
    enum { N = 40 };
    struct fixture *f = *state;
    source(f, "pg", "pager", "own");
    for (int64_t row = 1; row <= N; row++) {
        char id[16];
        (void)snprintf(id, sizeof id, "INC-%d", (int)row);
        simple(f, row, "pg", id, "pager", ALL_HELD, DAYS(row), DAYS(row) + 2);
        set(f, row, "title", row % 3 ? "Checkout is slow" : "Disk is full");
        service(f, row, "checkout", DAYS(row), 1, "services");
        if (row % 4) /* somebody works on it */
            event_full(f, row, DAYS(row) + 1, "acknowledged", "ana", 0, "core", NULL, NULL);
    }
    const struct ald_analysis *a = analyse(f, DAYS(60));
    size_t noise = 0;
    for (size_t i = 0; i < a->incidents_n; i++)
        noise += a->incidents[i].cls == ALD_NOISE;
    assert_int_equal(noise, N / 4);
    for (size_t i = 0; i < a->incidents_n; i++)
        for (size_t k = i; k < a->incidents_n; k++) {
            int64_t from = a->incidents[i].started_at, to = a->incidents[k].started_at;
            uint32_t title = a->past->titles[k], of = a->incidents[k].services[0].name;
            size_t n = 0;
            for (size_t j = i; j < k; j++)
                n += a->incidents[j].cls == ALD_INCIDENT && a->past->titles[j] == title;
            assert_int_equal(ald_past_titled_incidents(a->past, of, title, from, to), n);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fronts), cmocka_unit_test(test_sifting),
        cmocka_unit_test_setup_teardown(test_reasons, setup, teardown),
        cmocka_unit_test_setup_teardown(test_eligible, setup, teardown),
        cmocka_unit_test_setup_teardown(test_choice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_prompts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_noise_does_not_recur, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
