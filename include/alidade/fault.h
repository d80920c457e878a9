/* Points at which a build for tests (-Dfaults=enabled) dies when it is told to: "commit", before a transaction of the store is
 * committed; "committed", after it; "publish", before a file gets its name; "published", after it. No other build knows them:
 * meson refuses faults in a release. */
#pragma once

#include <stdint.h>

#ifdef ALD_FAULTS
/** Ends the process by SIGKILL when the environment says ALIDADE_FAULT="NAME N" and this is the Nth time that NAME is passed;
 *  with N 0 it only says so on stderr, each time. */
void ald_fault_point(const char *name);
/** By how much the clock is wrong, as the environment says in ALIDADE_CLOCK_MS. */
int64_t ald_fault_clock_ms(void);
#else
#define ald_fault_point(name) ((void)0)
#define ald_fault_clock_ms() INT64_C(0)
#endif
