/* The readings of the next quarters are made while somebody does something with those of this one: a thread for each, never
 * more than ALD_AHEAD_MOST ahead. A quarter is made in steps that wait for each other; of two, one always has something to do.
 * Knows not what readings are. */
#include "readings.h"

#include "alidade/parallel.h"
#include "observations.h"

static void *read_coming(void *ctx)
{
    struct ald_coming *coming = ctx;
    ald_quarter_read(coming->quarter, coming->threads);
    return NULL;
}

static struct ald_coming *coming_at(struct ald_ahead *ahead, size_t i)
{
    return &ahead->coming[(ahead->coming_first + i) % ALD_AHEAD_MOST];
}

/* Begins with the quarters of the next incidents that are to be read, as long as there are some and room for them. */
static void start(struct ald_ahead *ahead)
{
    const struct ald_analysis *analysis = ahead->analysis;
    while (ahead->coming_n < ALD_AHEAD_MOST) {
        while (ahead->from < analysis->incidents_n && !ald_is_read(&analysis->incidents[ahead->from]))
            ahead->from++;
        if (ahead->from == analysis->incidents_n)
            return;
        struct ald_coming *coming = coming_at(ahead, ahead->coming_n++);
        *coming = (struct ald_coming){.quarter = ald_quarter_around(analysis, ahead->from), .threads = ahead->threads};
        coming->quarter->packs_frames = ahead->packs_frames;
        ahead->from = coming->quarter->last;
        coming->running = pthread_create(&coming->thread, NULL, read_coming, coming) == 0;
    }
}

static void let_go(struct ald_quarter *quarter)
{
    if (quarter)
        ald_arena_free(quarter->arena); /* the quarter itself lies in it */
}

/* Quarters are made at the same time: what they would have to make for all of them is made before. */
static void rank(const struct ald_analysis *analysis)
{
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        for (int lens = 0; lens < ALD_LENS_N; lens++)
            (void)ald_observed_ranked(analysis->observations, s, lens);
}

void ald_ahead_begin(struct ald_ahead *ahead, const struct ald_analysis *analysis, bool packs_frames)
{
    size_t parts = ald_parallel_parts_for(analysis->incidents_n);
    *ahead = (struct ald_ahead){.analysis = analysis, .packs_frames = packs_frames, .threads = (parts + ALD_AHEAD_MOST - 1) / ALD_AHEAD_MOST};
    rank(analysis);
    start(ahead);
}

/* The first of those that come is the quarter of now. */
static void go_on(struct ald_ahead *ahead)
{
    struct ald_coming *coming = coming_at(ahead, 0);
    if (coming->running)
        (void)pthread_join(coming->thread, NULL);
    else
        ald_quarter_read(coming->quarter, 0); /* what cannot have a thread is done here */
    let_go(ahead->now);
    ahead->now = coming->quarter;
    ahead->coming_first = (ahead->coming_first + 1) % ALD_AHEAD_MOST;
    ahead->coming_n--;
    start(ahead);
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
    for (size_t i = 0; i < ahead->coming_n; i++) {
        struct ald_coming *coming = coming_at(ahead, i);
        if (coming->running)
            (void)pthread_join(coming->thread, NULL);
        let_go(coming->quarter);
    }
    let_go(ahead->now);
}
