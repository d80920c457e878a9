/* The next page of a list is fetched and read while the one before it is stored: a second thread of the same source, never
 * more than one page ahead, and still one request at a time. What it touches of the source (names, facts, counts of requests)
 * nobody else touches meanwhile; what a page taught is carried by the page. Knows no API and no SQL. */
#include "sync_priv.h"

#define SOON_MS 25

static void *fetch_ahead(void *ctx)
{
    struct ald_sync_ahead *a = ctx;
    a->rc = ald_sync_page_fetch(a->s, a->stream, &a->ask, a->page, &a->err);
    (void)pthread_mutex_lock(&a->lock);
    a->there = true;
    (void)pthread_cond_signal(&a->come);
    (void)pthread_mutex_unlock(&a->lock);
    return NULL;
}

void ald_sync_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t steady;
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &steady);
    (void)pthread_condattr_destroy(&steady);
}

struct timespec ald_sync_soon(long ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += ms * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    return at;
}

static void done(struct ald_sync_ahead *a)
{
    (void)pthread_cond_destroy(&a->come);
    (void)pthread_mutex_destroy(&a->lock);
}

void ald_sync_ahead_start(struct ald_sync_ahead *a, struct ald_sync *s, const struct ald_stream *stream,
                          const struct ald_sync_ask *ask, struct ald_sync_page *page)
{
    if (s->replay || ald_sync_stopped(s)) /* a recording makes nobody wait */
        return;
    *a = (struct ald_sync_ahead){.s = s, .stream = stream, .ask = *ask, .page = page};
    (void)pthread_mutex_init(&a->lock, NULL);
    ald_sync_cond_init(&a->come);
    a->running = pthread_create(&a->thread, NULL, fetch_ahead, a) == 0;
    if (!a->running)
        done(a);
}

/** Whether it is there within so many milliseconds. */
static bool comes_within(struct ald_sync_ahead *a, long ms)
{
    const struct timespec until = ald_sync_soon(ms);
    (void)pthread_mutex_lock(&a->lock);
    while (!a->there && ms > 0 && pthread_cond_timedwait(&a->come, &a->lock, &until) == 0)
        ;
    const bool there = a->there;
    (void)pthread_mutex_unlock(&a->lock);
    return there;
}

bool ald_sync_ahead_soon(struct ald_sync_ahead *a)
{
    return comes_within(a, a->s->opts->sources_n > 1 ? 0 : SOON_MS);
}

static void join(struct ald_sync_ahead *a)
{
    const bool there = comes_within(a, 0);
    if (!there)
        ald_gate_leave(a->s); /* others go on, and the fetching thread may have to tell how long it waits */
    (void)pthread_join(a->thread, NULL);
    if (!there)
        ald_gate_enter(a->s);
    a->running = false;
    done(a);
}

enum ald_rc ald_sync_ahead_take(struct ald_sync_ahead *a, struct ald_err *err)
{
    join(a);
    if (a->rc != ALD_OK && err)
        *err = a->err;
    return a->rc;
}

void ald_sync_ahead_done(struct ald_sync_ahead *a)
{
    if (a->running)
        join(a);
}
