/* The readings of the next quarter are made while somebody does something with those of this one: a second thread, never
 * more than one quarter ahead. Knows not what readings are. */
#include "readings.h"

static void *read_next(void *ctx)
{
    struct ald_ahead *ahead = ctx;
    ald_quarter_read(ahead->next, 0);
    return NULL;
}

/* Begins with the quarter of the first incident from this one on that is to be read. */
static void start(struct ald_ahead *ahead, size_t from)
{
    const struct ald_analysis *analysis = ahead->analysis;
    while (from < analysis->incidents_n && !ald_is_read(&analysis->incidents[from]))
        from++;
    ahead->next = from < analysis->incidents_n ? ald_quarter_around(analysis, from) : NULL;
    if (ahead->next)
        ahead->next->packs_frames = ahead->packs_frames;
    ahead->running = ahead->next && pthread_create(&ahead->thread, NULL, read_next, ahead) == 0;
}

static void let_go(struct ald_quarter **quarter)
{
    if (*quarter)
        ald_arena_free((*quarter)->arena); /* the quarter itself lies in it */
    *quarter = NULL;
}

void ald_ahead_begin(struct ald_ahead *ahead, const struct ald_analysis *analysis, bool packs_frames)
{
    *ahead = (struct ald_ahead){.analysis = analysis, .packs_frames = packs_frames};
    start(ahead, 0);
}

static void go_on(struct ald_ahead *ahead)
{
    if (ahead->running)
        (void)pthread_join(ahead->thread, NULL);
    else
        ald_quarter_read(ahead->next, 0); /* what cannot have a thread is done here */
    let_go(&ahead->now);
    ahead->now = ahead->next;
    start(ahead, ahead->now->last);
}

const struct ald_measure *ald_ahead_at(struct ald_ahead *ahead, size_t incident)
{
    if (!ald_is_read(&ahead->analysis->incidents[incident]))
        return ald_measure_at(ahead->analysis, incident); /* says why, and reads nothing */
    if (!ahead->now || incident >= ahead->now->last)
        go_on(ahead);
    return &ahead->now->measures[incident - ahead->now->first];
}

const struct ald_quarter *ald_ahead_quarter(const struct ald_ahead *ahead)
{
    return ahead->now;
}

void ald_ahead_end(struct ald_ahead *ahead)
{
    if (ahead->running)
        (void)pthread_join(ahead->thread, NULL);
    let_go(&ahead->next);
    let_go(&ahead->now);
}
