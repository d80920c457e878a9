/* The next page of a list is fetched and read while the one before it is stored: a second thread of the same source, never
 * more than one page ahead, and still one request at a time. What it touches of the source (names, facts, counts of requests)
 * nobody else touches meanwhile; what a page taught is carried by the page. Knows no API and no SQL. */
#include "sync_priv.h"

static void *fetch_ahead(void *ctx)
{
    struct ald_sync_ahead *a = ctx;
    a->rc = ald_sync_page_fetch(a->s, a->stream, &a->ask, a->page, &a->err);
    return NULL;
}

void ald_sync_ahead_start(struct ald_sync_ahead *a, struct ald_sync *s, const struct ald_stream *stream,
                          const struct ald_sync_ask *ask, struct ald_sync_page *page)
{
    if (s->replay || ald_sync_stopped(s)) /* a recording makes nobody wait */
        return;
    *a = (struct ald_sync_ahead){.s = s, .stream = stream, .ask = *ask, .page = page};
    a->running = pthread_create(&a->thread, NULL, fetch_ahead, a) == 0;
}

static void join(struct ald_sync_ahead *a)
{
    ald_gate_leave(a->s); /* others go on, and the fetching thread may have to tell how long it waits */
    (void)pthread_join(a->thread, NULL);
    ald_gate_enter(a->s);
    a->running = false;
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
