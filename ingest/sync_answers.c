/* The answers of a detail stream, in the order of its batches, some at a time: a second thread of the same source goes on asking, still one
 * request at a time, while those before are stored, and what has come meanwhile is stored in one transaction. What it touches of the source
 * (names, facts, counts of requests) nobody else touches while it runs. After a failure it waits to be told to go on. Knows no API and no SQL. */
#include "sync_priv.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"

/** Answers of one lot, how large they may be together, and how long the first waits for the others. */
#define LOT_MAX 16
#define LOT_BYTES (256u << 10)
#define LOT_MS 25
#define RING (2 * LOT_MAX) /* one lot is stored, the next one comes */

struct ald_sync_answers {
    struct ald_sync *s;
    const struct ald_stream *stream;
    const char *const *subjects, *const *statuses;
    size_t n, batch_n;
    /* The next request: of which batch, and which page of it. */
    size_t at, pages;
    struct ald_sync_size size;
    struct ald_buf cursor;
    uint64_t before; /* body of the page before, 0: none that holds anything */
    struct ald_sync_answer ring[RING];
    size_t head;     /* of the lot that is being stored */
    size_t lot;      /* answers left of it */
    struct ald_sync_answer *taken; /* the last one, whose place the thread may fill once there is another lot */
    /* Shared with the thread, which fills the ring behind them. */
    pthread_mutex_t lock;
    pthread_cond_t come, room;
    size_t waiting, bytes; /* answers that are in no lot yet */
    bool halted;           /* no request is made until somebody says so: all were, one failed, or a pause is due */
    bool leave;            /* the thread is to end */
    pthread_t thread;
    bool threaded, running;
};

struct ald_sync_answers *ald_sync_answers_new(struct ald_sync *s, const struct ald_stream *stream, const char *const *subjects,
                                              const char *const *statuses, size_t n, size_t batch_n)
{
    struct ald_sync_answers *a = ald_calloc(s->arena, 1, sizeof *a);
    *a = (struct ald_sync_answers){.s = s, .stream = stream, .subjects = subjects, .statuses = statuses, .n = n, .batch_n = batch_n};
    a->threaded = !s->replay && n > batch_n; /* a recording makes nobody wait */
    a->size = ald_sync_size_of(s);
    ald_buf_init(&a->cursor, 1u << 16);
    (void)pthread_mutex_init(&a->lock, NULL);
    (void)pthread_cond_init(&a->room, NULL);
    ald_sync_cond_init(&a->come);
    return a;
}

/* ---- Asking ---- */

/** Of a page that came: whether there is a next one, which is not this one again. */
static enum ald_rc turn_page(struct ald_sync_answers *a, struct ald_sync_answer *answer, struct ald_err *err)
{
    const struct ald_sync_page *page = &answer->page;
    const uint64_t body = page->rows.n > 0 ? ald_sync_page_mark(page) : 0;
    if (a->cursor.len && ((page->next.cursor && strcmp(page->next.cursor, a->cursor.data) == 0) || (body && body == a->before)))
        return ald_fail(err, ALD_ERR_NET, "the same page again instead of the next one");
    a->before = body;
    ald_sync_size_read(&a->size);
    ald_buf_clear(&a->cursor);
    answer->last = page->next.cursor == NULL;
    if (answer->last)
        return ALD_OK;
    if (++a->pages >= ALD_MAX_PAGES)
        return ald_fail(err, ALD_ERR_LIMIT, "more than %d pages of details", ALD_MAX_PAGES);
    return ald_buf_adds(&a->cursor, page->next.cursor, err);
}

static size_t batch_at(const struct ald_sync_answers *a)
{
    return a->n - a->at < a->batch_n ? a->n - a->at : a->batch_n;
}

static void next_batch(struct ald_sync_answers *a)
{
    a->at += batch_at(a);
    a->pages = 0;
    a->size = ald_sync_size_of(a->s);
    ald_buf_clear(&a->cursor);
    a->before = 0;
}

bool ald_sync_answers_pause(const struct ald_stream *stream, size_t n)
{
    return stream->asks_again_alone && n > 1;
}

/** Makes the next request. Returns whether another may follow. */
static bool ask(struct ald_sync_answers *a, struct ald_sync_answer *answer)
{
    const struct ald_sync_ask ask = {.cursor = a->cursor.len ? a->cursor.data : NULL,
                                     .subjects = a->subjects + a->at,
                                     .statuses = a->statuses + a->at,
                                     .subjects_n = batch_at(a),
                                     .window = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE, .first = true},
                                     .size = &a->size};
    if (!answer->page.arena)
        ald_sync_page_init(a->s, &answer->page);
    answer->err = (struct ald_err){0};
    answer->last = false;
    answer->rc = ald_sync_page_fetch(a->s, a->stream, &ask, &answer->page, &answer->err);
    if (answer->rc == ALD_OK && !answer->page.refused && answer->page.next.gap)
        answer->rc = ald_fail(&answer->err, ALD_ERR_NET, "%s", answer->page.next.gap);
    if (answer->rc == ALD_OK && !answer->page.refused)
        answer->rc = turn_page(a, answer, &answer->err);
    if (answer->rc != ALD_OK || answer->page.refused)
        return false;
    if (!answer->last)
        return true;
    if (ald_sync_answers_pause(a->stream, batch_at(a)))
        return false;
    next_batch(a);
    return a->at < a->n;
}

static bool full(const struct ald_sync_answers *a)
{
    return a->waiting >= LOT_MAX || a->bytes >= LOT_BYTES;
}

/** Asks until all is asked, a request fails, or (in no thread of its own) a lot is full. */
static void *ask_on(void *ctx)
{
    struct ald_sync_answers *a = ctx;
    (void)pthread_mutex_lock(&a->lock);
    while (!a->halted && !a->leave) {
        if (full(a)) {
            if (!a->running)
                break;
            (void)pthread_cond_wait(&a->room, &a->lock);
            continue;
        }
        struct ald_sync_answer *answer = &a->ring[(a->head + a->lot + a->waiting) % RING];
        (void)pthread_mutex_unlock(&a->lock);
        bool more = ask(a, answer);
        (void)pthread_mutex_lock(&a->lock);
        a->waiting++;
        a->bytes += answer->page.bytes;
        a->halted = !more;
        if (a->waiting == 1 || a->halted || full(a))
            (void)pthread_cond_signal(&a->come);
    }
    (void)pthread_mutex_unlock(&a->lock);
    return NULL;
}

/* ---- Taking ---- */

static void join(struct ald_sync_answers *a)
{
    if (!a->running)
        return;
    (void)pthread_mutex_lock(&a->lock);
    a->leave = true;
    (void)pthread_cond_signal(&a->room);
    (void)pthread_mutex_unlock(&a->lock);
    (void)pthread_join(a->thread, NULL);
    a->running = a->leave = false;
}

static void wait_for_lot(struct ald_sync_answers *a)
{
    (void)pthread_mutex_lock(&a->lock);
    while (a->waiting == 0)
        (void)pthread_cond_wait(&a->come, &a->lock);
    const struct timespec until = ald_sync_soon(LOT_MS);
    while (!full(a) && !a->halted && pthread_cond_timedwait(&a->come, &a->lock, &until) == 0)
        ;
    (void)pthread_mutex_unlock(&a->lock);
}

bool ald_sync_answers_at_hand(const struct ald_sync_answers *a)
{
    return a->lot > 0;
}

struct ald_sync_answer *ald_sync_answers_take(struct ald_sync_answers *a)
{
    if (a->taken) /* it was stored: the next ones take its memory */
        ald_arena_reset(a->taken->page.arena);
    if (a->lot == 0) {
        ald_gate_leave(a->s);
        if (a->threaded && !a->running && !a->halted) {
            a->running = true;
            if (pthread_create(&a->thread, NULL, ask_on, a) != 0) /* else it reads that */
                a->running = false;
        }
        if (a->running)
            wait_for_lot(a);
        else
            (void)ask_on(a);
        ald_gate_enter(a->s);
        (void)pthread_mutex_lock(&a->lock);
        a->lot = a->waiting;
        a->waiting = a->bytes = 0;
        (void)pthread_cond_signal(&a->room);
        (void)pthread_mutex_unlock(&a->lock);
    }
    (void)pthread_mutex_lock(&a->lock); /* where the ring is filled follows from these two */
    struct ald_sync_answer *answer = a->taken = &a->ring[a->head];
    a->head = (a->head + 1) % RING;
    a->lot--;
    (void)pthread_mutex_unlock(&a->lock);
    return answer;
}

void ald_sync_answers_go_on(struct ald_sync_answers *a)
{
    ald_gate_leave(a->s);
    join(a);
    ald_gate_enter(a->s);
    next_batch(a);
    a->halted = a->at >= a->n;
}

void ald_sync_answers_done(struct ald_sync_answers *a)
{
    ald_gate_leave(a->s); /* it may have to tell how long it waits */
    join(a);
    ald_gate_enter(a->s);
    for (size_t i = 0; i < RING; i++)
        if (a->ring[i].page.arena)
            ald_sync_page_done(&a->ring[i].page);
    ald_buf_done(&a->cursor);
    (void)pthread_cond_destroy(&a->come);
    (void)pthread_cond_destroy(&a->room);
    (void)pthread_mutex_destroy(&a->lock);
}
