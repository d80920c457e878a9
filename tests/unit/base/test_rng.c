/* Random numbers against values from an independent implementation in Python (whole-number arithmetic). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alidade/rng.h"

static void test_stream(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed, first[4];
    } cases[] = {
        {0, {0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0, 0x6aa594f1262d2d2c}},
        {1, {0xb3f2af6d0fc710c5, 0x853b559647364cea, 0x92f89756082a4514, 0x642e1c7bc266a3a7}},
        {42, {0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1, 0xecb8ad4703b360a1}},
        {UINT64_MAX, {0x8f5520d52a7ead08, 0xc476a018caa1802d, 0x81de31c0d260469e, 0xbf658d7e065f3c2f}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ald_rng rng;
        ald_rng_init(&rng, cases[i].seed);
        for (size_t k = 0; k < 4; k++)
            assert_true(ald_rng_next(&rng) == cases[i].first[k]);
    }
}

/* 2^63+1 and above reject about half of the draws: the loop is exercised. */
static void test_below(void **state)
{
    (void)state;
    static const struct {
        uint64_t bound, first[6];
    } cases[] = {
        {1, {0, 0, 0, 0, 0, 0}},
        {2, {0, 0, 1, 1, 1, 1}},
        {6, {0, 2, 4, 5, 5, 4}},
        {10, {0, 3, 6, 9, 9, 7}},
        {1000003, {83863, 378981, 680045, 924695, 991806, 769741}},
        {UINT64_C(0x100000001), {360188718, 1627707782, 2920764210, 3971525959, 4259765376, 3306005809}},
        {UINT64_C(0x8000000000000001),
         {UINT64_C(9147776489032658738), UINT64_C(7099593415032875292), UINT64_C(6633989454467100377),
          UINT64_C(7022439175346172479), UINT64_C(2681029139591840946), UINT64_C(7388145106668446555)}},
        {UINT64_MAX,
         {UINT64_C(1546998764402558741), UINT64_C(6990951692964543101), UINT64_C(12544586762248559008),
          UINT64_C(17057574109182124192), UINT64_C(18295552978065317475), UINT64_C(14199186830065750583)}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ald_rng rng;
        ald_rng_init(&rng, 42);
        for (size_t k = 0; k < 6; k++)
            assert_true(ald_rng_below(&rng, cases[i].bound) == cases[i].first[k]);
    }
}

static void test_unit(void **state)
{
    (void)state;
    static const double first[] = {0.08386297105988216, 0.3789802506626686, 0.6800434110281394};
    struct ald_rng rng;
    ald_rng_init(&rng, 42);
    double sum = 0;
    for (size_t i = 0; i < 100000; i++) {
        double v = ald_rng_unit(&rng);
        assert_true(v >= 0 && v < 1);
        if (i < 3)
            assert_true(v <= first[i] && v >= first[i]);
        sum += v;
    }
    assert_true(sum > 49500 && sum < 50500);
}

static void test_even(void **state)
{
    (void)state;
    struct ald_rng rng;
    ald_rng_init(&rng, 7);
    int counts[7] = {0};
    for (int i = 0; i < 70000; i++)
        counts[ald_rng_below(&rng, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range((uintmax_t)counts[i], 9600, 10400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_unit),
        cmocka_unit_test(test_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
