/* What a reader asks for by name: what is still open, what took longest, and what people declared. Facts with their keys; no grade. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "leadership.h"
#include "nodes.h"
#include "sentences.h"

enum { OPEN_MOST = 3, LONGEST_MOST = 3, SEVERE_MOST = 5 };

struct timed {
    uint32_t incident;
    int64_t ms;
    bool before; /* it began before the period */
};

static int longest_first(const void *x, const void *y)
{
    const struct timed *a = x, *b = y;
    if (a->ms != b->ms)
        return a->ms > b->ms ? -1 : 1;
    return a->incident < b->incident ? -1 : a->incident > b->incident;
}

/* How it stands among comparable earlier ones, as a reader without the definitions understands it. */
static const char *beside(struct ald_arena *a, const struct ald_reading *r)
{
    if (r->absent || !r->m)
        return NULL;
    switch (r->verdict) {
    case ALD_SHORTER:
        return "sooner";
    case ALD_LONGER:
        return "longer";
    case ALD_TYPICAL:
        return "about as long";
    case ALD_STILL_OPEN:
        break;
    }
    double share = floor(100 * (1 - r->s_minus) + 1e-9);
    return share >= 100 ? "already longer than all of them" : ald_sprintf(a, "already longer than %.0f %% of them", share);
}

/* "open for 13 d 19 h", "took 4 d 11 h" */
static const char *how_long(struct ald_arena *a, const struct timed *t, bool open)
{
    if (t->ms == ALD_TIME_NONE)
        return "open";
    return ald_sprintf(a, "%s %s%s", open ? "open for" : "took", ald_span(a, (double)t->ms), t->before ? ", from before" : "");
}

static struct ald_node *timed_node(struct ald_arena *a, const struct ald_analysis *an, const struct timed *t, double all_ms)
{
    const struct ald_incident *inc = &an->incidents[t->incident];
    struct ald_node *o = ald_node_object(a);
    size_t made = ald_measures_made(an);
    if (t->before)
        ald_measure_alone(an, t->incident); /* its quarter is not read for this report */
    const struct ald_measure *m = ald_measure_at(an, t->incident);
    const char *reading = m->shown < 0 ? NULL : beside(a, &m->reading[m->shown]);
    if (t->before)
        ald_measures_drop_after(an, made);
    bool open = inc->state == ALD_OPEN;
    ald_node_set(a, o, "incident", ald_node_str(a, inc->id));
    ald_node_set(a, o, "key", ald_node_str(a, inc->key ? inc->key : inc->id));
    ald_node_set(a, o, "title", ald_node_str(a, inc->title));
    ald_node_set(a, o, "url", ald_node_str(a, ald_incident_url(an, a, inc)));
    ald_node_set(a, o, "severity", inc->severity ? ald_node_str(a, inc->severity) : ald_node_absent(a, NULL));
    ald_node_set(a, o, "state", ald_node_str(a, !open ? "over" : t->before ? "open, from before" : "still open"));
    ald_node_set(a, o, "time_s", ald_node_seconds(a, t->ms, NULL));
    ald_node_set(a, o, "how_long", ald_node_str(a, how_long(a, t, open)));
    ald_node_set(a, o, "share", !open && all_ms > 0 ? ald_node_num(a, (double)t->ms / all_ms) : ald_node_absent(a, "it is not over"));
    ald_node_set(a, o, "reading", reading ? ald_node_str(a, reading) : ald_node_absent(a, NULL));
    return o;
}

static void add_first(struct ald_arena *a, const struct ald_analysis *an, struct timed *all, size_t n, size_t most, double all_ms,
                      struct ald_node *list)
{
    if (n)
        qsort(all, n, sizeof *all, longest_first);
    for (size_t i = 0; i < n && i < most; i++)
        ald_node_add(a, list, timed_node(a, an, &all[i], all_ms));
}

/* Those of the period, and those from before it that are open still. */
static size_t open_ones(const struct ald_analysis *an, const struct ald_figures *f, struct timed *to)
{
    size_t n = 0;
    for (size_t i = 0; i < f->incidents_n + f->carried_over_n; i++) {
        bool before = i >= f->incidents_n;
        uint32_t x = before ? f->carried_over[i - f->incidents_n] : f->incidents[i];
        if (an->incidents[x].state == ALD_OPEN)
            to[n++] = (struct timed){x, ald_open_for_ms(an, &an->incidents[x]), before};
    }
    return n;
}

/* ---- Severity as declared ---- */

struct declared {
    const char *label;
    int32_t rank; /* 0: not known */
    size_t n;
};

static int by_label(const void *x, const void *y)
{
    const struct declared *a = x, *b = y;
    return a->label && b->label ? strcmp(a->label, b->label) : (a->label == NULL) - (b->label == NULL); /* none is last */
}

static int most_severe_first(const void *x, const void *y)
{
    const struct declared *a = x, *b = y;
    int32_t first = a->rank ? a->rank : INT32_MAX, second = b->rank ? b->rank : INT32_MAX;
    return first != second ? first < second ? -1 : 1 : by_label(x, y);
}

static struct ald_node *declared_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *list = ald_node_list(a);
    struct declared *all = ald_calloc(a, f->incidents_n, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < f->incidents_n; i++)
        all[i] = (struct declared){an->incidents[f->incidents[i]].severity, an->incidents[f->incidents[i]].severity_rank, 1};
    if (f->incidents_n)
        qsort(all, f->incidents_n, sizeof *all, by_label);
    for (size_t i = 0; i < f->incidents_n; i++) {
        if (n && by_label(&all[n - 1], &all[i]) == 0)
            all[n - 1].n++;
        else
            all[n++] = all[i];
    }
    if (n)
        qsort(all, n, sizeof *all, most_severe_first);
    for (size_t k = 0; k < n; k++) {
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "severity", all[k].label ? ald_node_str(a, all[k].label) : ald_node_absent(a, "none is declared"));
        ald_node_set(a, o, "n", ald_node_int(a, (int64_t)all[k].n));
        ald_node_add(a, list, o);
    }
    return list;
}

/* How long it took or is open, in ms; ALD_TIME_NONE: not known. */
static struct ald_node *severe_node(struct ald_arena *a, const struct ald_analysis *an, uint32_t incident)
{
    const struct ald_incident *inc = &an->incidents[incident];
    const struct timed t = {incident, ald_read_ms(an, inc), false};
    bool open = inc->state == ALD_OPEN;
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "incident", ald_node_str(a, inc->id));
    ald_node_set(a, o, "key", ald_node_str(a, inc->key ? inc->key : inc->id));
    ald_node_set(a, o, "title", ald_node_str(a, inc->title));
    ald_node_set(a, o, "url", ald_node_str(a, ald_incident_url(an, a, inc)));
    ald_node_set(a, o, "severity", ald_node_str(a, inc->severity));
    ald_node_set(a, o, "time_s", ald_node_seconds(a, t.ms, "its time is not known"));
    ald_node_set(a, o, "how_long", t.ms != ALD_TIME_NONE || open ? ald_node_str(a, how_long(a, &t, open)) : ald_node_absent(a, "its time is not known"));
    return o;
}

/* Those of the highest severity that is declared, by start, where they are few enough to be named and labels have an order. */
static struct ald_node *most_severe_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *list = ald_node_list(a);
    int32_t highest = 0;
    size_t n = 0;
    for (size_t i = 0; i < f->incidents_n; i++) {
        const struct ald_incident *inc = &an->incidents[f->incidents[i]];
        if (inc->severity && inc->severity_rank > 0 && (!highest || inc->severity_rank < highest)) {
            highest = inc->severity_rank;
            n = 0;
        }
        n += inc->severity && highest && inc->severity_rank == highest;
    }
    for (size_t i = 0; i < f->incidents_n && n <= SEVERE_MOST; i++) {
        const struct ald_incident *inc = &an->incidents[f->incidents[i]];
        if (inc->severity && highest && inc->severity_rank == highest)
            ald_node_add(a, list, severe_node(a, an, f->incidents[i]));
    }
    return list;
}

void ald_standouts_nodes(struct ald_arena *a, struct ald_node *root, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct timed *all = ald_calloc(a, f->incidents_n + f->carried_over_n, sizeof *all);
    struct ald_node *list = ald_node_list(a);
    size_t open = open_ones(an, f, all), over = 0, before = 0;
    double all_ms = 0;
    for (size_t i = 0; i < open; i++)
        before += all[i].before;
    add_first(a, an, all, open, OPEN_MOST, 0, list);
    for (size_t i = 0; i < f->incidents_n; i++) {
        const struct ald_incident *inc = &an->incidents[f->incidents[i]];
        if (inc->state != ALD_STATE_RESOLVED || inc->duration_ms == ALD_TIME_NONE)
            continue;
        all[over++] = (struct timed){f->incidents[i], inc->duration_ms, false};
        all_ms += (double)inc->duration_ms;
    }
    add_first(a, an, all, over, LONGEST_MOST, all_ms, list);
    ald_node_set(a, root, "open_and_longest", list);
    ald_node_set(a, root, "open_now", ald_node_int(a, (int64_t)open));
    ald_node_set(a, root, "open_from_before", ald_node_int(a, (int64_t)before));
    ald_node_set(a, root, "severities", declared_node(a, an, f));
    ald_node_set(a, root, "most_severe", most_severe_node(a, an, f));
}
