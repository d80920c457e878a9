/* Nearest neighbours with all ties, by strips over the candidates. It must give exactly what comparing all pairs gives: only
 * points that are surely farther are skipped. Knows positions, not signals. */
#include "comparables.h"

#include <math.h>

#define TIE 1e-12
#define SLACK 1e-9  /* pruning is generous: rounding must never lose a tie */
#define MORE 1.05   /* of the last reach */
enum { TURNS = 64, STEPS = 64, ONCE_STEPS = 1024 };

/* ---- Search ----
 *
 * Distances are compared squared: the root does not change their order, so the k-th smallest root is the root of the k-th
 * smallest square. Only what lies within rounding of the reach is decided by its root.
 *
 * One pass takes whatever is within a bound. The reach of the last search and a little more is nearly always bound enough, and what was
 * found says whether it was; else what is surely no less than the reach of the k nearest: that of the last search and the step from
 * there (a ball around here that holds the last one's ball holds k points). */

struct search {
    const struct ald_strips *strips;
    double at[ALD_AXIS_N];
    double bound;     /* square of the distance beyond which nothing is wanted */
    double *squares;  /* of the found */
    uint32_t *found;
    size_t found_n;
};

static void take(struct search *search, size_t low, size_t high)
{
    const double *x = search->strips->at[0], *y = search->strips->at[1];
    size_t n = search->found_n;
    for (size_t i = low; i < high; i++) { /* without a branch, which could not be foreseen */
        double dx = x[i] - search->at[0], dy = y[i] - search->at[1], d = dx * dx + dy * dy;
        search->squares[n] = d;
        search->found[n] = search->strips->member[i];
        n += d <= search->bound;
    }
    search->found_n = n;
}

/* The first of n ascending values that is not below x; without a branch as well. */
static size_t first_from(const double *v, size_t n, double x)
{
    size_t first = 0;
    while (n > 1) {
        size_t half = n / 2;
        first += v[first + half - 1] < x ? half : 0;
        n -= half;
    }
    return first + (n == 1 && v[first] < x);
}

/* Takes from a strip what is within the bound. @return false: the strip is beyond it as a whole. */
static bool look_at_strip(struct search *search, size_t strip)
{
    const struct ald_strips *strips = search->strips;
    double x = search->at[strips->across], y = search->at[strips->along];
    double away = fmax(0, fmax(strips->low[strip] - x, x - strips->high[strip])), rest = search->bound - away * away;
    if (rest < 0)
        return false;
    double half = sqrt(rest);
    size_t first = strips->first[strip], n = strips->first[strip + 1] - first;
    const double *along = strips->at[strips->along] + first;
    size_t from = first_from(along, n, y - half), to = from + first_from(along + from, n - from, nextafter(y + half, (double)INFINITY));
    take(search, first + from, first + to);
    return true;
}

/* From the strip where the place lies to both sides, as far as the bound goes. */
static void look_within(struct search *search, double distance)
{
    const struct ald_strips *strips = search->strips;
    search->bound = distance * distance;
    search->found_n = 0;
    size_t here = first_from(strips->high, strips->strips, search->at[strips->across]);
    for (size_t i = here; i < strips->strips && look_at_strip(search, i);)
        i++;
    for (size_t i = here; i-- > 0 && look_at_strip(search, i);)
        continue;
}

/* Square of the distance of a member; NAN: it is no candidate. */
static double square_of(const struct ald_frame *frame, enum ald_basis basis, const double *at, size_t member)
{
    double sum = 0;
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        double d = ald_basis_uses(basis, (enum ald_axis)axis) ? frame->axes[axis].position[member] - at[axis] : 0;
        sum += d * d;
    }
    return sum;
}

/* Without strips: all members are looked at where they lie, once to see how far the k nearest reach, and once to take them. */
static void look_at_all(const struct ald_neighbourhood *near, enum ald_basis basis, size_t k, struct search *search)
{
    const double per_unit = ONCE_STEPS / 2.0; /* no square is 2 or more */
    size_t counts[ONCE_STEPS] = {0}, step = 0, within = 0, n = 0;
    for (size_t i = 0; i < near->frame->n; i++) {
        double d = square_of(near->frame, basis, search->at, i);
        if (d < 2)
            counts[(size_t)(d * per_unit)]++;
    }
    while (step < ONCE_STEPS && within < k)
        within += counts[step++];
    search->bound = (double)step / per_unit + SLACK;
    for (size_t i = 0; i < near->frame->n; i++) {
        search->squares[n] = square_of(near->frame, basis, search->at, i);
        search->found[n] = (uint32_t)i;
        n += search->squares[n] <= search->bound;
    }
    search->found_n = n;
}

/* The value of rank k, from 0 (Hoare's selection); v is reordered. */
static double select_value(double *v, size_t n, size_t k)
{
    size_t low = 0, high = n;
    while (high - low > 1) {
        double pivot = v[low + (high - low) / 2];
        size_t i = low, j = high - 1;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            double t = v[i];
            v[i++] = v[j];
            v[j--] = t;
        }
        size_t cut = i > j ? i : i + (v[i] <= pivot);
        if (cut == high)
            cut--;
        if (k < cut)
            high = cut;
        else
            low = cut;
    }
    return v[low];
}

/* Of what was found, those within reach, in ascending order: marked as bits, then read off. */
static size_t keep_within(struct ald_neighbourhood *near, double reach, uint32_t *members, size_t n)
{
    size_t m = 0, kept = 0;
    uint64_t open = 0;
    double surely = reach * reach * (1 - SLACK); /* squares below it are surely within reach */
    for (size_t i = 0; i < n; i++) {
        bool within = near->squares[i] < surely || sqrt(near->squares[i]) <= reach;
        size_t word = members[i] / ALD_MARKS_A_WORD;
        near->mark[word] |= (uint64_t)within << (members[i] % ALD_MARKS_A_WORD);
        near->marks[word / ALD_MARKS_A_WORD] |= (uint64_t)within << (word % ALD_MARKS_A_WORD);
        m += within;
    }
    for (size_t i = 0; kept < m; i++) {
        for (uint64_t words = near->marks[i]; words; words &= words - 1) {
            size_t word = i * ALD_MARKS_A_WORD + (size_t)__builtin_ctzll(words);
            open |= near->mark[word] & near->open[word];
            for (uint64_t bits = near->mark[word]; bits; bits &= bits - 1)
                members[kept++] = (uint32_t)(word * ALD_MARKS_A_WORD) + (uint32_t)__builtin_ctzll(bits);
            near->mark[word] = 0;
        }
        near->marks[i] = 0;
    }
    near->found_open = open != 0;
    return m;
}

/* How far the k nearest of what was found within the bound reach, with ties; INFINITY: they are fewer. Squares are dealt into steps of the
 * bound, so that only those of one step are ranked. */
static double reach_of(struct ald_neighbourhood *near, const struct search *search, size_t k)
{
    size_t n = search->found_n, counts[STEPS + 1] = {0}, step = 0, below = 0, ranked = 0;
    double per_step = STEPS / search->bound; /* 0 without a bound */
    if (n < k)
        return (double)INFINITY;
    for (size_t i = 0; i < n; i++)
        counts[(size_t)(near->squares[i] * per_step)]++;
    while (below + counts[step] < k)
        below += counts[step++];
    for (size_t i = 0; i < n; i++) {
        near->ranked[ranked] = near->squares[i];
        ranked += (size_t)(near->squares[i] * per_step) == step;
    }
    return sqrt(select_value(near->ranked, ranked, k - 1 - below)) + TIE;
}

static size_t find_all(struct ald_neighbourhood *near, uint32_t *ret)
{
    near->found_open = false;
    for (size_t i = 0; i < near->frame->n; i++) {
        near->found_open = near->found_open || near->frame->members[i].open;
        ret[i] = (uint32_t)i;
    }
    return near->frame->n;
}

size_t ald_comparables_find(struct ald_neighbourhood *near, const struct ald_reading *reading, uint32_t *ret)
{
    if (reading->basis == ALD_BASIS_WHOLE)
        return find_all(near, ret);
    struct search search = {.squares = near->squares, .found = ret};
    for (int axis = 0; axis < ALD_AXIS_N; axis++)
        search.at[axis] = ald_basis_uses(reading->basis, (enum ald_axis)axis) ? reading->axis[axis].position : 0;
    if (near->once) {
        look_at_all(near, reading->basis, reading->k, &search);
        return keep_within(near, reach_of(near, &search, reading->k), ret, search.found_n);
    }
    search.strips = ald_strips_of(near, reading->basis);
    struct ald_searched *last = &near->last;
    double surely = (double)INFINITY, about = surely, reach = 0;
    bool enough = false;
    if (last->k == reading->k && last->basis == reading->basis) {
        surely = last->reach + hypot(search.at[0] - last->at[0], search.at[1] - last->at[1]) + SLACK;
        about = last->reach * MORE + SLACK;
    }
    if (about < surely) {
        look_within(&search, about);
        reach = reach_of(near, &search, reading->k);
        enough = reach + SLACK <= about;
    }
    if (!enough) {
        look_within(&search, surely);
        reach = reach_of(near, &search, reading->k);
    }
    if (search.found_n >= reading->k)
        *last = (struct ald_searched){.basis = reading->basis, .k = reading->k, .at = {search.at[0], search.at[1]}, .reach = reach};
    return keep_within(near, reach, ret, search.found_n);
}

/* Turns of complexity, up and down the blast radius one after the other. */
double ald_comparables_on_walk(const struct ald_reading *reading)
{
    bool complexity = ald_basis_uses(reading->basis, ALD_COMPLEXITY), blast = ald_basis_uses(reading->basis, ALD_BLAST_RADIUS);
    int turn = complexity ? (int)(reading->axis[ALD_COMPLEXITY].position * TURNS) : 0;
    double up = blast ? reading->axis[ALD_BLAST_RADIUS].position : 0;
    return ((int)reading->basis * (TURNS + 1) + turn) * 2 + (turn % 2 ? 1 - up : up);
}

int ald_comparables_compare(const struct ald_reading *a, const struct ald_reading *b)
{
    double x = ald_comparables_on_walk(a), y = ald_comparables_on_walk(b);
    for (int axis = 0; axis < ALD_AXIS_N && !(x < y) && !(x > y); axis++) {
        x = ald_basis_uses(a->basis, (enum ald_axis)axis) ? a->axis[axis].position : 0;
        y = ald_basis_uses(b->basis, (enum ald_axis)axis) ? b->axis[axis].position : 0;
    }
    return (x > y) - (x < y);
}

double ald_comparables_distance(const struct ald_frame *frame, const struct ald_reading *reading, uint32_t member)
{
    double sum = 0;
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        if (!ald_basis_uses(reading->basis, (enum ald_axis)axis))
            continue;
        double d = frame->axes[axis].position[member] - reading->axis[axis].position;
        sum += d * d;
    }
    return sqrt(sum);
}
