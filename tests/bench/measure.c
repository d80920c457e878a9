/* Runs a command and writes what it took into a file: "CPU_S WALL_S PEAK_KB EXIT_CODE". A process of its own, because a
 * child's peak memory is at least that of the process which started it.
 *
 *     measure FILE COMMAND [ARGUMENT...]
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    double begun = now();
    pid_t pid = fork();
    if (pid == 0) {
        (void)execv(argv[2], argv + 2);
        _exit(127);
    }
    int status = 0;
    struct rusage usage;
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return 1;
    FILE *out = fopen(argv[1], "w");
    if (!out)
        return 1;
    (void)fprintf(out, "%.6f %.6f %ld %d\n", seconds(usage.ru_utime) + seconds(usage.ru_stime), now() - begun, usage.ru_maxrss,
                  WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    return fclose(out) != 0;
}
