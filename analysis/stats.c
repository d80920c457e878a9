/* Statistics on arrays: order, quantiles, exact binomial intervals, Student's t, rank correlation, positions. Plain
 * functions; nothing here knows of incidents or time. */
#include "alidade/stats.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z975 1.959964

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* ---- Sorting ---- */

enum { MANY = 1024, BYTES = sizeof(uint64_t), BYTE_VALUES = 256 };

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* at: place in the order given; it breaks ties, because qsort need not be stable. */
static int compare_keyed(const void *a, const void *b)
{
    const struct ald_keyed *x = a, *y = b;
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Bits that sort like the value does; both zeros are one. */
static uint64_t bits_of(double value)
{
    uint64_t bits;
    double one_zero = value + 0.0;
    memcpy(&bits, &one_zero, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* Least byte first; a byte that all have in common costs nothing, and of small whole numbers most are. */
static void sort_by_bytes(struct ald_keyed *x, struct ald_keyed *other, size_t n)
{
    size_t(*counts)[BYTE_VALUES] = must(calloc(BYTES, sizeof *counts));
    struct ald_keyed *from = x;
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < BYTES; b++)
            counts[b][bits_of(x[i].value) >> (8 * b) & 0xff]++;
    for (size_t b = 0; b < BYTES; b++) {
        if (counts[b][bits_of(x[0].value) >> (8 * b) & 0xff] == n)
            continue;
        struct ald_keyed *to = from == x ? other : x;
        size_t at = 0;
        for (size_t v = 0; v < BYTE_VALUES; v++) {
            size_t here = counts[b][v];
            counts[b][v] = at;
            at += here;
        }
        for (size_t i = 0; i < n; i++)
            to[counts[b][bits_of(from[i].value) >> (8 * b) & 0xff]++] = from[i];
        from = to;
    }
    if (from != x)
        memcpy(x, from, n * sizeof *x);
    free(counts);
}

void ald_sort_keyed(struct ald_keyed *x, size_t n)
{
    if (n < 2)
        return;
    struct ald_keyed *other = must(calloc(n, sizeof *other));
    if (n >= MANY) {
        sort_by_bytes(x, other, n);
    } else {
        size_t *at = must(calloc(n, sizeof *at));
        for (size_t i = 0; i < n; i++) {
            other[i] = (struct ald_keyed){.value = x[i].value, .at = i};
            at[i] = x[i].at;
        }
        qsort(other, n, sizeof *other, compare_keyed);
        for (size_t i = 0; i < n; i++)
            x[i] = (struct ald_keyed){.value = other[i].value, .at = at[other[i].at]};
        free(at);
    }
    free(other);
}

void ald_sort_doubles(double *x, size_t n)
{
    if (n < 2)
        return;
    if (n < MANY) {
        qsort(x, n, sizeof *x, compare_doubles);
        return;
    }
    struct ald_keyed *keyed = must(calloc(n, sizeof *keyed));
    for (size_t i = 0; i < n; i++)
        keyed[i].value = x[i];
    ald_sort_keyed(keyed, n);
    for (size_t i = 0; i < n; i++)
        x[i] = keyed[i].value;
    free(keyed);
}

double ald_quantile7(const double *sorted, size_t n, double q)
{
    double h = (double)(n - 1) * q;
    double below = floor(h);
    size_t i = (size_t)below;
    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (h - below) * (sorted[i + 1] - sorted[i]);
}

double ald_mean(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

double ald_variance(const double *x, size_t n)
{
    double mean = ald_mean(x, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum / (double)(n - 1);
}

/* ---- Incomplete beta and what follows from it ---- */

static double log_gamma(double x)
{
    int sign = 0; /* lgamma alone writes a global */
    return lgamma_r(x, &sign);
}

/* The continued fraction of I_x(a, b), evaluated by Lentz's method; converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = DBL_MIN / DBL_EPSILON;
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m < 100000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step = 1.0;
        for (int half = 0; half < 2; half++) {
            double term = half == 0 ? even : odd;
            d = 1.0 + term * d;
            d = 1.0 / (fabs(d) < tiny ? tiny : d);
            c = 1.0 + term / c;
            c = fabs(c) < tiny ? tiny : c;
            step = c * d;
            h *= step;
        }
        if (fabs(step - 1.0) < 1e-16)
            break;
    }
    return h;
}

double ald_beta_inc(double a, double b, double x)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double ald_binomial_cdf(size_t n, double p, int64_t k)
{
    if (k < 0)
        return 0;
    if ((uint64_t)k >= n)
        return 1;
    return ald_beta_inc((double)n - (double)k, (double)k + 1, 1 - p);
}

/* The smallest k in 0..n with P(B <= k) > bar (or >= bar). */
static size_t first_above(size_t n, double q, double bar, bool or_equal)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        double p = ald_binomial_cdf(n, q, (int64_t)mid);
        if (p > bar || (or_equal && p >= bar))
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

bool ald_order_interval(size_t n, double q, size_t *ret_l, size_t *ret_u)
{
    if (n == 0)
        return false;
    size_t l = first_above(n, q, 0.025, false); /* P(B <= l-1) is the last that is not above */
    size_t u = first_above(n, q, 0.975, true) + 1;
    if (l < 1 || u > n)
        return false;
    *ret_l = l;
    *ret_u = u;
    return true;
}

/* P(T > t) for t >= 0. */
static double student_t_tail(double t, double df)
{
    return 0.5 * ald_beta_inc(df / 2, 0.5, df / (df + t * t));
}

double ald_student_t_quantile(double p, double df)
{
    if (p < 0.5)
        return -ald_student_t_quantile(1 - p, df);
    double tail = 1 - p;
    if (tail >= 0.5)
        return 0;
    double low = 0, high = 1;
    while (student_t_tail(high, df) > tail && high < 1e300) {
        low = high;
        high *= 2;
    }
    for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
        double mid = low + (high - low) / 2;
        if (student_t_tail(mid, df) > tail)
            low = mid;
        else
            high = mid;
    }
    return low + (high - low) / 2;
}

void ald_wilson(size_t k, size_t n, double *ret_low, double *ret_high)
{
    double m = (double)n, share = (double)k / m, z2 = Z975 * Z975;
    double centre = (share + z2 / (2 * m)) / (1 + z2 / m);
    double half = Z975 * sqrt(share * (1 - share) / m + z2 / (4 * m * m)) / (1 + z2 / m);
    *ret_low = k == 0 ? 0 : fmax(0, centre - half);
    *ret_high = k == n ? 1 : fmin(1, centre + half);
}

/* ---- Ranks ---- */

/* Mid-ranks of x into ret. */
static void mid_ranks(const double *x, size_t n, struct ald_keyed *scratch, double *ret)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = (struct ald_keyed){.value = x[i], .at = i};
    ald_sort_keyed(scratch, n);
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && !(scratch[j].value > scratch[i].value))
            j++;
        for (size_t l = i; l < j; l++)
            ret[scratch[l].at] = ((double)i + (double)j + 1) / 2;
        i = j;
    }
}

bool ald_spearman(const double *x, const double *y, size_t n, double *ret)
{
    if (n < 3)
        return false;
    struct ald_keyed *scratch = must(calloc(n, sizeof *scratch));
    double *ranks = must(calloc(2 * n, sizeof *ranks));
    mid_ranks(x, n, scratch, ranks);
    mid_ranks(y, n, scratch, ranks + n);
    free(scratch);
    double mean = ((double)n + 1) / 2, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        double dx = ranks[i] - mean, dy = ranks[n + i] - mean;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    free(ranks);
    if (xx <= 0 || yy <= 0)
        return false;
    *ret = xy / sqrt(xx * yy);
    return true;
}

void ald_benjamini_hochberg(const double *p, size_t n, double *ret)
{
    if (n == 0)
        return;
    struct ald_keyed *sorted = must(calloc(n, sizeof *sorted));
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct ald_keyed){.value = p[i], .at = i};
    ald_sort_keyed(sorted, n);
    double least = 1;
    for (size_t i = n; i-- > 0;) {
        least = fmin(least, sorted[i].value * (double)n / (double)(i + 1));
        ret[sorted[i].at] = least;
    }
    free(sorted);
}

double ald_position_of(const double *sorted, size_t n, double x, bool member)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (sorted[mid] < x)
            low = mid + 1;
        else
            high = mid;
    }
    size_t below = low;
    high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (sorted[mid] <= x)
            low = mid + 1;
        else
            high = mid;
    }
    double equal = (double)(low - below);
    if (member)
        return ((double)below + (equal - 1) / 2 + 0.5) / (double)n;
    return ((double)below + equal / 2 + 0.5) / ((double)n + 1);
}

bool ald_spearman_interval(double rho, size_t n, double *ret_low, double *ret_high)
{
    if (n < 4 || 1 - fabs(rho) < 1e-12) /* a perfect order has none by this formula */
        return false;
    double half = 1.959964 * sqrt((1 + rho * rho / 2) / ((double)n - 3));
    *ret_low = tanh(atanh(rho) - half);
    *ret_high = tanh(atanh(rho) + half);
    return true;
}
