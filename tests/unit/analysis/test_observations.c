/* Observations: what was seen is read back, however many different things there are, and its order through a lens. */
#include "synthetic.h"

#include "alidade/parallel.h"

/* More different values than 16 bits can number, with others between that repeat. */
enum { MANY = 140000, FEW = 7 };

static double many(size_t i)
{
    return i % 2 ? (double)(MANY - i) : (double)(i % FEW) + 0.5;
}

static void observe(struct ald_observations *observations, size_t incident, size_t signal, double value)
{
    const struct ald_obs obs = {.has_total = true, .total = value, .has = {true, false}, .axis_value = {value, 0}};
    ald_observe(observations, incident, signal, &obs);
}

static void many_values(void **state)
{
    (void)state;
    struct ald_arena *arena = ald_arena_new();
    struct ald_observations *observations = ald_observations_new(arena, MANY + 1);
    for (size_t i = 0; i < MANY; i++) {
        observe(observations, i, 1, many(i));
        observe(observations, i, 2, (double)(i % FEW));
    }
    assert_int_equal(observations->signals[1].bytes, 4);
    assert_int_equal(observations->signals[2].bytes, 1);
    for (size_t i = 0; i < MANY; i++) {
        const struct ald_obs *seen = ald_observed(observations, i, 1);
        assert_true(seen->has_total && seen->total >= many(i) && seen->total <= many(i));
        assert_int_equal((int)ald_observed(observations, i, 2)->total, i % FEW);
        assert_false(ald_observed(observations, i, 3)->has_total);
    }
    assert_false(ald_observed(observations, MANY, 1)->has_total); /* not looked at */
    const struct ald_ranked *ranked = ald_observed_ranked(observations, 1, ALD_START_READING);
    assert_int_equal(ranked->n, MANY / 2 + FEW);
    for (size_t i = 1; i < ranked->n; i++)
        assert_true(ranked->items[i - 1].value < ranked->items[i].value);
    assert_int_equal(ald_observed_ranked(observations, 1, ALD_LANDMARK_READING)->n, 0);
    ald_arena_free(arena);
}

/* The last number of 8 and of 16 bits is one that is still kept in them. */
static void border(void **state)
{
    (void)state;
    struct ald_arena *arena = ald_arena_new();
    struct ald_observations *observations = ald_observations_new(arena, UINT16_MAX + 2);
    for (size_t i = 0; i < UINT16_MAX; i++) { /* number 0 is nothing */
        observe(observations, i, 0, (double)i);
        assert_int_equal(observations->signals[0].bytes, i < UINT8_MAX ? 1 : 2);
    }
    assert_int_equal(ald_code_at(&observations->signals[0], UINT16_MAX - 1), UINT16_MAX);
    observe(observations, UINT16_MAX, 0, UINT16_MAX);
    assert_int_equal(observations->signals[0].bytes, 4);
    for (size_t i = 0; i <= UINT16_MAX; i++)
        assert_int_equal((int)ald_observed(observations, i, 0)->total, i);
    ald_arena_free(arena);
}

struct split {
    struct ald_observations *observations;
    size_t parts;
};

static void observe_part(void *ctx, size_t part)
{
    const struct split *split = ctx;
    for (size_t i = 0; i < MANY; i++)
        for (size_t s = part; s < ALD_SIGNAL_N; s += split->parts)
            observe(split->observations, i, s, s == 1 ? many(i) : (double)(i * 7919 % (s + 3)));
}

/* Numbers are the same however many threads observe. */
static void parts(void **state)
{
    (void)state;
    struct ald_arena *arena = ald_arena_new();
    struct split one = {ald_observations_new(arena, MANY), 1}, three = {ald_observations_new(arena, MANY), 3};
    ald_parallel(one.parts, observe_part, &one);
    ald_observations_split(three.observations, three.parts);
    ald_parallel(three.parts, observe_part, &three);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        const struct ald_observed *a = &one.observations->signals[s], *b = &three.observations->signals[s];
        assert_int_equal(a->n, b->n);
        for (size_t i = 0; i < MANY; i++)
            assert_true(ald_code_at(a, i) == ald_code_at(b, i));
    }
    ald_observations_done(three.observations);
    ald_observations_done(one.observations);
    ald_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_values), cmocka_unit_test(border), cmocka_unit_test(parts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
