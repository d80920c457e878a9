/* See parallel.h. */
#include "alidade/parallel.h"

#include <assert.h>
#include <pthread.h>
#include <unistd.h>

enum { WORTH_THREADS = 2048 }; /* items */

struct job {
    void (*part)(void *ctx, size_t i);
    void *ctx;
    size_t i;
};

static void *run_job(void *arg)
{
    const struct job *job = arg;
    job->part(job->ctx, job->i);
    return NULL;
}

size_t ald_parallel_parts(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors < ALD_PARALLEL_MOST ? (size_t)processors : ALD_PARALLEL_MOST;
}

size_t ald_parallel_parts_for(size_t items)
{
    return items < WORTH_THREADS ? 1 : ald_parallel_parts();
}

void ald_parallel(size_t n, void (*part)(void *ctx, size_t i), void *ctx)
{
    struct job jobs[ALD_PARALLEL_MOST];
    pthread_t threads[ALD_PARALLEL_MOST];
    size_t running = 0;
    assert(n <= ALD_PARALLEL_MOST);
    for (size_t i = 1; i < n; i++) {
        jobs[i] = (struct job){.part = part, .ctx = ctx, .i = i};
        if (pthread_create(&threads[running], NULL, run_job, &jobs[i]) != 0)
            part(ctx, i);
        else
            running++;
    }
    if (n)
        part(ctx, 0);
    for (size_t t = 0; t < running; t++)
        (void)pthread_join(threads[t], NULL);
}
