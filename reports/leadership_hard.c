/* How hard the incidents were, how far they reached, and how they stand beside comparable ones: the counts of the tree and what is said of them, each
 * beside what would be usual. */
#include "leadership.h"

#include <math.h>

#include "alidade/stats.h"
#include "nodes.h"
#include "sentences.h"
#include "words.h"

#define HARD 0.9       /* harder than nine in ten of the past */
#define WIDE 0.8       /* reached further than eight in ten */
#define ALIKE 0.05     /* positions this near each other tell nothing apart */
#define ALIKE_MOST 0.5 /* of those that are placed: where more are alike, the axis says nothing */

/* ---- The counts ---- */

struct axis {
    double *positions;
    size_t n, beyond;
};

struct counted {
    struct axis axes[ALD_AXIS_N];
    size_t sooner, longer;          /* of the hardest */
    size_t at_start, hard_at_start; /* placed by what was known at the start alone */
    size_t over;                    /* of these, because they were over before the landmark, and not for want of earlier ones that outlasted it */
};

/* The most that lie within ALIKE of each other. Sorts the positions. */
static size_t alike(struct axis *axis)
{
    size_t most = 0;
    ald_sort_doubles(axis->positions, axis->n);
    for (size_t first = 0, last = 0; last < axis->n; last++) {
        while (axis->positions[last] - axis->positions[first] > ALIKE)
            first++;
        most = last - first + 1 > most ? last - first + 1 : most;
    }
    return most;
}

static bool place(struct axis *axis, const struct ald_axis_position *at, double beyond)
{
    if (!at->has)
        return false;
    axis->positions[axis->n++] = at->position;
    axis->beyond += at->position >= beyond;
    return at->position >= beyond;
}

static void count_one(const struct ald_incident *inc, const struct ald_measure *m, struct counted *c)
{
    if (m->shown < 0)
        return;
    const struct ald_reading *r = &m->reading[m->shown];
    bool at_start = m->shown == ALD_START_READING && r->axis[ALD_COMPLEXITY].has;
    (void)place(&c->axes[ALD_BLAST_RADIUS], &r->axis[ALD_BLAST_RADIUS], WIDE);
    bool hard = place(&c->axes[ALD_COMPLEXITY], &r->axis[ALD_COMPLEXITY], HARD);
    c->at_start += at_start;
    c->over += at_start && ald_over_before_landmark(inc);
    c->hard_at_start += at_start && hard;
    c->sooner += hard && r->has_percentile && r->percentile < 0.5;
    c->longer += hard && r->has_percentile && r->percentile > 0.5;
}

/* Of none that has a position, none is not 0. */
static struct ald_node *of_those(struct ald_arena *a, size_t n, size_t of)
{
    return of ? ald_node_int(a, (int64_t)n) : ald_node_absent(a, "no incident has a position on this axis yet");
}

struct ald_node *ald_hard_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct counted c = {.axes = {{.n = 0}}};
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        c.axes[axis].positions = ald_calloc(a, f->incidents_n, sizeof(double));
    for (size_t i = 0; i < f->incidents_n; i++)
        count_one(&an->incidents[f->incidents[i]], ald_measure_at(an, f->incidents[i]), &c);
    struct axis *hard = &c.axes[ALD_COMPLEXITY], *wide = &c.axes[ALD_BLAST_RADIUS];
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "n", of_those(a, hard->beyond, hard->n));
    ald_node_set(a, o, "over_sooner", of_those(a, c.sooner, hard->n));
    ald_node_set(a, o, "took_longer", of_those(a, c.longer, hard->n));
    ald_node_set(a, o, "of", ald_node_int(a, (int64_t)hard->n));
    ald_node_set(a, o, "at_start", of_those(a, c.hard_at_start, hard->n));
    ald_node_set(a, o, "of_at_start", ald_node_int(a, (int64_t)c.at_start));
    ald_node_set(a, o, "over_within_landmark", ald_node_int(a, (int64_t)c.over));
    ald_node_set(a, o, "alike", of_those(a, alike(hard), hard->n));
    ald_node_set(a, o, "wide", of_those(a, wide->beyond, wide->n));
    ald_node_set(a, o, "wide_of", ald_node_int(a, (int64_t)wide->n));
    ald_node_set(a, o, "wide_alike", of_those(a, alike(wide), wide->n));
    return o;
}

/* ---- What is said ---- */

static size_t count_at(const struct ald_node *root, const char *path)
{
    return (size_t)ald_whole_at(root, path);
}

/* "7 of the 39 whose complexity is known were harder than nine in ten of the past (usual: about 4)". Of a few, none is no news; where most are
 * alike, nothing is told apart. */
static const char *beyond(struct ald_arena *a, size_t n, size_t of, size_t same, double usual, const char *what, const char *known, const char *one,
                          const char *more)
{
    if (of >= ALD_FEW_USUAL && (double)same > ALIKE_MOST * (double)of)
        return ald_sprintf(a, "%s can hardly be told: %s of the %s whose %s is known are alike in what is recorded.", what, ald_words_count(a, (int64_t)same),
                           ald_words_count(a, (int64_t)of), known);
    if (n == 0 && of < ALD_FEW_USUAL)
        return NULL;
    if (of == 1)
        return ald_sprintf(a, "The one whose %s is known %s.", known, one);
    return ald_sprintf(a, "%s of the %s whose %s is known %s%s.", n ? ald_words_count(a, (int64_t)n) : "None", ald_words_count(a, (int64_t)of), known, n > 1 ? more : one,
                       of < ALD_FEW_USUAL ? "" : ald_sprintf(a, " (%s)", ald_usual(a, of, usual)));
}

const char *ald_leadership_wide(struct ald_arena *a, const struct ald_node *root)
{
    static const char further[] = "reached further than eight in ten of the past";
    return beyond(a, count_at(root, "hard.wide"), count_at(root, "hard.wide_of"), count_at(root, "hard.wide_alike"), 1 - WIDE, "How far they reached", "reach", further,
                  further);
}

/* Which of the two scales they stand on: that of short ones knows nothing of who came. */
static const char *which_reading(struct ald_arena *a, const struct ald_node *root, const struct ald_settings *settings)
{
    size_t of = count_at(root, "hard.of"), start = count_at(root, "hard.of_at_start"), hard = count_at(root, "hard.n");
    if (!start)
        return NULL;
    const char *hardest = hard && start < of ? ald_sprintf(a, " (%s of the %s)", ald_none_or(a, count_at(root, "hard.at_start")), ald_words_count(a, (int64_t)hard)) : "";
    const char *few = count_at(root, "hard.over_within_landmark") == start ? "" : ", or too few earlier ones outlasted that";
    return ald_sprintf(a, "%s of the %s%s %s over within %s%s: placed by their start alone, not by who came.", start == of ? "All" : ald_words_count(a, (int64_t)start),
                       ald_words_count(a, (int64_t)of), hardest, start == 1 ? "was" : "were", ald_span(a, (double)settings->landmark_ms), few);
}

static const char *readings(struct ald_arena *a, const struct ald_figures *f, size_t read)
{
    if (read == 1)
        return ald_sprintf(a, "The one that is over and has comparable earlier ones %s.",
                           f->shorter ? "was over sooner than they were" : f->longer ? "took longer than they did" : "took about as long as they did");
    return ald_sprintf(a, "Beside comparable earlier ones, %s of %s %s over sooner, %s took about as long, and %s longer%s.", ald_none_or(a, f->shorter),
                       ald_words_count(a, (int64_t)read), f->shorter > 1 ? "were" : "was", ald_none_or(a, f->typical), ald_none_or(a, f->longer),
                       ald_usual_readings(a, read));
}

const char *const *ald_leadership_hard(struct ald_arena *a, const struct ald_node *root, const struct ald_settings *settings, const struct ald_figures *f)
{
    struct ald_sentences t = {.a = a};
    size_t hard = count_at(root, "hard.n"), of = count_at(root, "hard.of"), same = count_at(root, "hard.alike"), sooner = count_at(root, "hard.over_sooner");
    size_t read = f->shorter + f->typical + f->longer;
    bool apart = of < ALD_FEW_USUAL || (double)same <= ALIKE_MOST * (double)of;
    ald_sentence_add(&t, beyond(a, hard, of, same, 1 - HARD, "How hard they were", "complexity", "was harder than nine in ten of the past",
                                "were harder than nine in ten of the past"));
    if (apart && sooner && hard == 1)
        ald_sentence_add(&t, "It was over sooner than half of comparable ones.");
    else if (apart && sooner)
        ald_sentence_add(&t, ald_sprintf(a, "%s of these %s over sooner than half of comparable ones.", sooner == hard ? "All" : ald_words_count(a, (int64_t)sooner),
                                         sooner == 1 ? "was" : "were"));
    if (apart)
        ald_sentence_add(&t, which_reading(a, root, settings));
    if (read)
        ald_sentence_add(&t, readings(a, f, read));
    else if (f->incidents_n)
        ald_sentence_add(&t, ald_sprintf(a, "How hard they were cannot be told yet: comparing needs 30 incidents from before their quarter, within %d quarters.",
                                         settings->lookback_quarters));
    return ald_sentences_end(&t);
}

bool ald_leadership_unusual(const struct ald_node *root)
{
    double n[3];
    static const char *const paths[] = {"readings.shorter", "readings.typical", "readings.longer"};
    for (size_t i = 0; i < 3; i++)
        n[i] = (double)count_at(root, paths[i]);
    double usual = (n[0] + n[1] + n[2]) / 10, most = usual + 3 * sqrt(0.9 * usual); /* far out, since incidents cluster */
    return usual >= 1 && (n[0] > most || n[2] > most);
}
