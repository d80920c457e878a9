/* Where unit programs write, and how often they repeat a case: the environment of a program is its only way to know. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/** A new folder for what a test writes, below $TMPDIR or /tmp; name: of the program, so that who finds it left over knows whose it is. */
static inline void new_folder(char *ret_path, size_t bytes, const char *name)
{
    const char *below = getenv("TMPDIR");
    int n = snprintf(ret_path, bytes, "%s/alidade-%s-XXXXXX", below && below[0] == '/' ? below : "/tmp", name);
    if (n < 0 || (size_t)n >= bytes)
        fail_msg("TMPDIR is too long for the tests: %s", below);
    assert_non_null(mkdtemp(ret_path));
}

/** Whether each step takes some thirty times as long as usual (ALD_BRIEF: valgrind): then of what is repeated with other sizes, seeds
 * or faults only a part is done. The sanitizers see all of it. */
static inline bool brief(void)
{
    return getenv("ALD_BRIEF") != NULL;
}
