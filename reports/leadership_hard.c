/* How hard the incidents were, how far they reached, and how they stand beside comparable ones: the counts of the tree and what is said of them, each
 * beside what would be usual. Hard is said only of those that lasted: what is known at the start does not tell it. */
#include "leadership.h"

#include <math.h>

#include "alidade/stats.h"
#include "nodes.h"
#include "quarterly.h"
#include "sentences.h"
#include "words.h"

#define ALIKE 0.05     /* positions this near each other tell nothing apart */
#define ALIKE_MOST 0.5 /* of those that are placed: where more are alike, the axis says nothing */
enum { HARD_NAMED = 3 };

/* ---- The counts ---- */

/* Those that are placed on an axis, in one kind of reading or both. */
struct placed {
    double *positions;
    size_t n, far;
    double usual; /* so many of them would be usual */
};

struct counted {
    struct placed hard, lasted, wide; /* complexity in the reading shown, in that of those that lasted, blast radius */
    size_t sooner, longer;            /* of the hardest */
    size_t at_start, hard_at_start;   /* placed by what was known at the start alone */
    size_t over;                      /* of these, because they were over within the landmark, and not for want of earlier ones that outlasted it */
};

/* The most that lie within ALIKE of each other. Sorts the positions. */
static size_t alike(struct placed *placed)
{
    size_t most = 0;
    ald_sort_doubles(placed->positions, placed->n);
    for (size_t first = 0, last = 0; last < placed->n; last++) {
        while (placed->positions[last] - placed->positions[first] > ALIKE)
            first++;
        most = last - first + 1 > most ? last - first + 1 : most;
    }
    return most;
}

/* @return whether it stands beyond. */
static bool place(const struct ald_analysis *an, uint32_t incident, const struct ald_measure *m, enum ald_axis axis, struct placed *placed)
{
    const struct ald_axis_position *at = &m->reading[m->shown].axis[axis];
    if (!at->has)
        return false;
    bool far = at->position >= ald_far_from(axis);
    placed->positions[placed->n++] = at->position;
    placed->usual += ald_share_far(an, incident, m->shown, axis);
    placed->far += far;
    return far;
}

static void count_one(const struct ald_analysis *an, uint32_t i, struct ald_node *named, struct ald_arena *a, struct counted *c)
{
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_measure *m = ald_measure_at(an, i);
    if (m->shown < 0)
        return;
    const struct ald_reading *r = &m->reading[m->shown];
    bool at_start = m->shown == ALD_START_READING && r->axis[ALD_COMPLEXITY].has;
    (void)place(an, i, m, ALD_BLAST_RADIUS, &c->wide);
    bool hard = place(an, i, m, ALD_COMPLEXITY, &c->hard);
    c->at_start += at_start;
    c->over += at_start && ald_over_before_landmark(inc);
    c->hard_at_start += at_start && hard;
    c->sooner += hard && r->has_percentile && r->percentile < 0.5;
    c->longer += hard && r->has_percentile && r->percentile > 0.5;
    if (m->shown != ALD_LANDMARK_READING || !place(an, i, m, ALD_COMPLEXITY, &c->lasted))
        return;
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "incident", ald_node_str(a, inc->id));
    ald_node_set(a, o, "key", ald_node_str(a, inc->key ? inc->key : inc->id));
    ald_node_set(a, o, "complexity", ald_node_num(a, r->axis[ALD_COMPLEXITY].position));
    ald_node_add(a, named, o);
}

/* Of none that has a position, none is not 0. */
static struct ald_node *of_those(struct ald_arena *a, size_t n, size_t of)
{
    return of ? ald_node_int(a, (int64_t)n) : ald_node_absent(a, "no incident has a position on this axis yet");
}

static struct ald_node *usual_of(struct ald_arena *a, const struct placed *placed)
{
    return placed->n ? ald_node_num(a, placed->usual) : ald_node_absent(a, "no incident has a position on this axis yet");
}

static struct ald_node *lasted_node(struct ald_arena *a, struct placed *lasted, struct ald_node *named)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "n", of_those(a, lasted->far, lasted->n));
    ald_node_set(a, o, "of", ald_node_int(a, (int64_t)lasted->n));
    ald_node_set(a, o, "usual", usual_of(a, lasted));
    ald_node_set(a, o, "alike", of_those(a, alike(lasted), lasted->n));
    ald_node_set(a, o, "incidents", named->list.n <= HARD_NAMED ? named : ald_node_list(a));
    return o;
}

struct ald_node *ald_hard_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct counted c = {.over = 0};
    struct placed *all[] = {&c.hard, &c.lasted, &c.wide};
    struct ald_node *named = ald_node_list(a), *o = ald_node_object(a);
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
        all[k]->positions = ald_calloc(a, f->incidents_n, sizeof(double));
    for (size_t i = 0; i < f->incidents_n; i++)
        count_one(an, f->incidents[i], named, a, &c);
    ald_node_set(a, o, "n", of_those(a, c.hard.far, c.hard.n));
    ald_node_set(a, o, "over_sooner", of_those(a, c.sooner, c.hard.n));
    ald_node_set(a, o, "took_longer", of_those(a, c.longer, c.hard.n));
    ald_node_set(a, o, "of", ald_node_int(a, (int64_t)c.hard.n));
    ald_node_set(a, o, "usual", usual_of(a, &c.hard));
    ald_node_set(a, o, "at_start", of_those(a, c.hard_at_start, c.hard.n));
    ald_node_set(a, o, "of_at_start", ald_node_int(a, (int64_t)c.at_start));
    ald_node_set(a, o, "over_within_landmark", ald_node_int(a, (int64_t)c.over));
    ald_node_set(a, o, "alike", of_those(a, alike(&c.hard), c.hard.n));
    ald_node_set(a, o, "lasted", lasted_node(a, &c.lasted, named));
    ald_node_set(a, o, "wide", of_those(a, c.wide.far, c.wide.n));
    ald_node_set(a, o, "wide_of", ald_node_int(a, (int64_t)c.wide.n));
    ald_node_set(a, o, "wide_usual", usual_of(a, &c.wide));
    ald_node_set(a, o, "wide_alike", of_those(a, alike(&c.wide), c.wide.n));
    return o;
}

/* ---- What is said ---- */

static size_t count_at(const struct ald_node *root, const char *path)
{
    return (size_t)ald_whole_at(root, path);
}

static double usual_at(const struct ald_node *root, const char *path)
{
    const struct ald_node *node = ald_node_at(root, path);
    return node && node->kind == ALD_NODE_NUM ? node->number : 0;
}

/* How what is said of those beyond begins and ends. */
struct beyond {
    const char *what, *whose; /* "How far they reached", " whose reach is known" */
    const char *one, *more;   /* "was harder than ..." */
    size_t n, of, alike;
    double usual;
};

/* Why they cannot be told apart; NULL: they can. */
static const char *untold(struct ald_arena *a, const struct beyond *b)
{
    if (b->of < ALD_FEW_USUAL)
        return NULL;
    if ((double)b->alike > ALIKE_MOST * (double)b->of)
        return ald_sprintf(a, "%s can hardly be told: %s of the %s%s are alike in what is recorded.", b->what, ald_words_count(a, (int64_t)b->alike),
                           ald_words_count(a, (int64_t)b->of), b->whose);
    return b->n == 0 && b->usual <= 0 ? ald_sprintf(a, "%s cannot be told: too many earlier ones are alike in what is recorded.", b->what) : NULL;
}

/* "2 of those that lasted over 1 h were harder than nine in ten of the past (usual: about 2)". Of a few, none is no news. */
static const char *beyond(struct ald_arena *a, const struct beyond *b, const char *of)
{
    if (b->n == 0 && b->of < ALD_FEW_USUAL)
        return NULL;
    return ald_sprintf(a, "%s of %s %s%s", b->n ? ald_words_count(a, (int64_t)b->n) : "None", of, b->n > 1 ? b->more : b->one,
                       b->of < ALD_FEW_USUAL ? "" : ald_sprintf(a, " (%s)", ald_usual(a, b->usual)));
}

const char *ald_leadership_wide(struct ald_arena *a, const struct ald_node *root)
{
    static const char further[] = "reached further than eight in ten of the past";
    const struct beyond b = {.what = "How far they reached",
                             .whose = " whose reach is known",
                             .one = further,
                             .more = further,
                             .n = count_at(root, "hard.wide"),
                             .of = count_at(root, "hard.wide_of"),
                             .alike = count_at(root, "hard.wide_alike"),
                             .usual = usual_at(root, "hard.wide_usual")};
    const char *why = untold(a, &b), *said = why ? NULL : beyond(a, &b, ald_sprintf(a, "the %s%s", ald_words_count(a, (int64_t)b.of), b.whose));
    return why || !said ? why : b.of == 1 ? ald_sprintf(a, "The one%s %s.", b.whose, further) : ald_sprintf(a, "%s.", said);
}

/* "2 of those that lasted over 1 h were harder than nine in ten of the past (usual: about 2): LUM-1556, LUM-1569." */
static const char *hardest(struct ald_arena *a, const struct ald_node *root, const char *landmark)
{
    const struct beyond b = {.what = ald_sprintf(a, "How hard those were that lasted over %s", landmark),
                             .whose = "",
                             .one = "was harder than nine in ten of the past",
                             .more = "were harder than nine in ten of the past",
                             .n = count_at(root, "hard.lasted.n"),
                             .of = count_at(root, "hard.lasted.of"),
                             .alike = count_at(root, "hard.lasted.alike"),
                             .usual = usual_at(root, "hard.lasted.usual")};
    const struct ald_node *list = ald_node_at(root, "hard.lasted.incidents");
    const char *why = untold(a, &b), *names = NULL;
    if (why)
        return why;
    const char *said = beyond(a, &b, ald_sprintf(a, "those that lasted over %s", landmark));
    for (size_t i = 0; i < ald_rows_n(list); i++)
        names = ald_sprintf(a, "%s%s%s", names ? names : "", names ? ", " : "", ald_text_at(list->list.items[i], "key"));
    return !said ? NULL : names ? ald_sprintf(a, "%s: %s.", said, names) : ald_sprintf(a, "%s.", said);
}

/* Of whom it cannot be told, since only their start can be compared. */
static const char *too_short(struct ald_arena *a, const struct ald_node *root, const char *landmark)
{
    size_t over = count_at(root, "hard.over_within_landmark"), start = count_at(root, "hard.of_at_start"), few = start > over ? start - over : 0;
    const char *lasted = over ? ald_sprintf(a, "%s over within %s: too short to tell how hard %s", ald_many(a, over, "was", "were"), landmark, over == 1 ? "it was" : "they were") : NULL;
    if (!few)
        return lasted ? ald_sprintf(a, "%s.", lasted) : NULL;
    const char *others = over ? ald_sprintf(a, "; for the other%s", few == 1 ? "" : ald_sprintf(a, " %s", ald_words_count(a, (int64_t)few))) : "How hard they were cannot be told yet:";
    return ald_sprintf(a, "%s%s too few earlier ones lasted that long.", lasted ? lasted : "", others);
}

static const char *with_usual(struct ald_arena *a, double expected)
{
    return expected < 0 ? "" : ald_sprintf(a, " (%s)", ald_usual(a, expected));
}

/* "Of 44, 39 can be compared with earlier ones: 8 took longer than comparable ones, 3 of these still open (usual: about 2)." Who was over sooner is told where there are
 * more of them than usual. */
static const char *readings(struct ald_arena *a, const struct ald_figures *f, const struct ald_changes *changes)
{
    const struct ald_usual *usual = &changes->usual;
    size_t weeks = changes->change.baseline.weeks;
    size_t longer = f->longer + f->open_longer, read = f->shorter + f->typical + longer;
    if (read == 1)
        return ald_sprintf(a, "The one that has comparable earlier ones %s.",
                           f->shorter       ? "was over sooner than they were"
                           : f->open_longer ? "has taken longer than they did, and is still open"
                           : longer         ? "took longer than they did"
                                            : "took about as long as they did");
    double sooner = ald_usual_of(usual, usual->shorter, read);
    const char *of = read == f->incidents_n ? ald_sprintf(a, "All %s", ald_words_count(a, (int64_t)read))
                                            : ald_sprintf(a, "Of %s, %s", ald_words_count(a, (int64_t)f->incidents_n), ald_words_count(a, (int64_t)read));
    const char *also = f->shorter && (double)f->shorter > sooner + 0.5
                           ? ald_sprintf(a, ", and %s over sooner%s", ald_many(a, f->shorter, "was", "were"), with_usual(a, sooner))
                           : "";
    const char *seen = changes->change.part_baseline ? ald_sprintf(a, ", of %s only", ald_many(a, weeks, "week", "weeks")) : "";
    return ald_sprintf(a, "%s can be compared with earlier ones%s: %s took longer than comparable ones%s%s%s.", of, seen, ald_none_or(a, longer), ald_still_open(a, f->open_longer, longer),
                       with_usual(a, ald_usual_of(usual, usual->longer, read)), also);
}

const char *const *ald_leadership_hard(struct ald_arena *a, const struct ald_node *root, const struct ald_analysis *an, const struct ald_figures *f,
                                       const struct ald_changes *changes)
{
    struct ald_sentences t = {.a = a};
    const char *landmark = ald_span(a, (double)an->settings->landmark_ms);
    if (f->shorter + f->typical + f->longer + f->open_longer)
        ald_sentence_add(&t, readings(a, f, changes));
    else if (f->incidents_n) {
        ald_sentence_add(&t, ald_sprintf(a, "How hard they were cannot be told yet: comparing needs 30 incidents from before their quarter, within %d quarters.",
                                         an->settings->lookback_quarters));
        ald_sentence_add(&t, ald_until_readings(a, an, f));
    }
    ald_sentence_add(&t, hardest(a, root, landmark));
    ald_sentence_add(&t, too_short(a, root, landmark));
    return ald_sentences_end(&t);
}

/* Far out, since incidents cluster; what is usual is itself known from so many only. */
static bool far_more(double n, double of, double earlier, double earlier_of)
{
    double share = earlier / earlier_of, expected = share * of;
    return n > expected + 3 * sqrt(fmax(expected, 1) * (1 - share) * (1 + of / earlier_of));
}

bool ald_leadership_unusual(const struct ald_node *root)
{
    double open = (double)count_at(root, "readings.open_longer"), shorter = (double)count_at(root, "readings.shorter");
    double longer = (double)count_at(root, "readings.longer") + open, n = shorter + (double)count_at(root, "readings.typical") + longer;
    double earlier = (double)count_at(root, "readings.usual.n");
    if (n < ALD_FEW_USUAL || earlier < ALD_USUAL_LEAST)
        return false;
    return far_more(shorter, n, (double)count_at(root, "readings.usual.shorter"), earlier) ||
           far_more(longer, n, (double)count_at(root, "readings.usual.longer"), earlier);
}
