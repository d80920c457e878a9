/* The next page of a list or of a file is fetched and read while the one before it is stored: a second thread of the same source, never
 * more than one page ahead, and still one request at a time. What it touches of the source (names, facts, counts of requests)
 * nobody else touches meanwhile; what a page taught is carried by the page. Knows no API and no SQL. */
#include "sync_priv.h"

#define SOON_MS 25

static void *fetch_ahead(void *ctx)
{
    struct ald_sync_ahead *a = ctx;
    a->rc = a->read(a->ctx, a->page, &a->err);
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

static void start(struct ald_sync_ahead *a, struct ald_sync *s, ald_sync_read_fn *read, void *ctx, struct ald_sync_page *page)
{
    *a = (struct ald_sync_ahead){.s = s, .read = read, .ctx = ctx, .page = page};
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

/** Whether it is there, or comes at once where no other source waits for the gate, which is not left. */
static bool comes_soon(struct ald_sync_ahead *a)
{
    return comes_within(a, a->s->opts->sources_n > 1 ? 0 : SOON_MS);
}

/** Waits for it; the gate is left where it is not there yet. */
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

/* ---- Pages by turns ---- */

/** The page of the next turn, empty. */
static struct ald_sync_page *other_page(struct ald_sync_turns *t)
{
    struct ald_sync_page *page = &t->two[1 - t->turn];
    ald_sync_page_done(page);
    ald_sync_page_init(t->s, page);
    return page;
}

void ald_sync_turns_ahead(struct ald_sync_turns *t, ald_sync_read_fn *read, void *ctx)
{
    if (!t->s->replay && !ald_sync_stopped(t->s)) /* a recording makes nobody wait */
        start(&t->ahead, t->s, read, ctx, other_page(t));
}

enum ald_rc ald_sync_turns_next(struct ald_sync_turns *t, ald_sync_read_fn *read, void *ctx, const struct ald_sync_page **ret,
                                struct ald_err *err)
{
    enum ald_rc rc;
    if (t->lot.open && (ald_sync_lot_full(&t->lot) || !t->ahead.running || !comes_soon(&t->ahead)))
        ALD_TRY(ald_sync_lot_settle(t->s, &t->lot, err));
    if (t->ahead.running) {
        join(&t->ahead);
        rc = t->ahead.rc;
        if (rc != ALD_OK && err)
            *err = t->ahead.err;
    } else {
        struct ald_sync_page *page = other_page(t);
        ald_gate_leave(t->s);
        rc = read(ctx, page, err);
        ald_gate_enter(t->s);
    }
    t->turn = 1 - t->turn;
    *ret = &t->two[t->turn];
    return rc;
}

enum ald_rc ald_sync_turns_settle(struct ald_sync_turns *t, enum ald_rc rc, struct ald_err *err)
{
    struct ald_err why = {0};
    if (t->s->fatal || ald_sync_lot_settle(t->s, &t->lot, &why) == ALD_OK)
        return rc;
    if (err)
        *err = why;
    return why.rc;
}

void ald_sync_turns_done(struct ald_sync_turns *t)
{
    if (t->ahead.running)
        join(&t->ahead);
    for (size_t i = 0; i < 2; i++)
        ald_sync_page_done(&t->two[i]);
}
