/* Deaths on request: see fault.h. Part of builds for tests alone. */
#include "alidade/fault.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int64_t ald_fault_clock_ms(void)
{
    const char *ms = getenv("ALIDADE_CLOCK_MS");
    return ms ? strtoll(ms, NULL, 10) : 0;
}

void ald_fault_point(const char *name)
{
    static atomic_long passed; /* how often, of the one name that counts: of the process, as its death is */
    const char *wanted = getenv("ALIDADE_FAULT");
    size_t n = strlen(name);
    if (!wanted || strncmp(wanted, name, n) != 0 || wanted[n] != ' ')
        return;
    long at = strtol(wanted + n + 1, NULL, 10);
    char text[64];
    if (at == 0)
        (void)!write(STDERR_FILENO, text, (size_t)snprintf(text, sizeof text, "fault point %.32s\n", name));
    else if (atomic_fetch_add(&passed, 1) + 1 == at)
        (void)raise(SIGKILL);
}
