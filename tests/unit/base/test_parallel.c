/* Parts of one piece of work at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alidade/parallel.h"

static void count(void *ctx, size_t i)
{
    ((int *)ctx)[i]++;
}

static void test_each_part_once(void **state)
{
    (void)state;
    for (size_t n = 0; n <= ALD_PARALLEL_MOST; n++) {
        int done[ALD_PARALLEL_MOST + 1] = {0};
        ald_parallel(n, count, done);
        for (size_t i = 0; i <= ALD_PARALLEL_MOST; i++)
            assert_int_equal(done[i], i < n ? 1 : 0);
    }
}

static void test_parts(void **state)
{
    (void)state;
    assert_true(ald_parallel_parts() >= 1);
    assert_true(ald_parallel_parts() <= ALD_PARALLEL_MOST);
    assert_int_equal(ald_parallel_parts_for(0), 1);
    assert_int_equal(ald_parallel_parts_for(2047), 1);
    assert_int_equal(ald_parallel_parts_for(2048), ald_parallel_parts());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_part_once), cmocka_unit_test(test_parts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
