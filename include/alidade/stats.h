/* Statistics: plain functions on arrays, each with its formula and source. Missing is never a number: what cannot be said
 * is a false return. Sorted inputs are ascending. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Sorts ascending in place; no NaN. */
void ald_sort_doubles(double *x, size_t n);
/** A value and where it came from. */
struct ald_keyed {
    double value;
    size_t at;
};
/** Sorts ascending by value, no NaN, equal ones in the order given: by bytes where there are many, so that a million take as
 *  long as a few passes over them. Allocates and frees as much again. */
void ald_sort_keyed(struct ald_keyed *x, size_t n);
/** Type 7 quantile (Hyndman and Fan 1996) of sorted x, n > 0, 0 <= q <= 1. */
double ald_quantile7(const double *sorted, size_t n, double q);
double ald_mean(const double *x, size_t n);
/** Sample variance, divisor n-1; n >= 2. */
double ald_variance(const double *x, size_t n);
/** Order-statistic interval of the q-quantile at 95 % (METHODS 5): 1-based ranks l, u with P(B<=l-1) <= 0.025 and
 *  P(B<=u-1) >= 0.975, B ~ binomial(n, q). @return false when either does not exist. */
bool ald_order_interval(size_t n, double q, size_t *ret_l, size_t *ret_u);
/** P(B <= k), B ~ binomial(n, p). */
double ald_binomial_cdf(size_t n, double p, int64_t k);
/** Quantile of Student's t with df degrees of freedom. */
double ald_student_t_quantile(double p, double df);
/** Regularised incomplete beta function (continued fraction, Numerical Recipes 6.4 form written afresh). */
double ald_beta_inc(double a, double b, double x);
/** Wilson 95 % interval of k of n (Wilson 1927), n > 0. */
void ald_wilson(size_t k, size_t n, double *ret_low, double *ret_high);
/** Spearman's rho with mid-ranks; false when n < 3 or either is constant. */
bool ald_spearman(const double *x, const double *y, size_t n, double *ret);
/** 95 % interval of a rank correlation by Fisher's transformation, se = sqrt((1+rho^2/2)/(n-3)) (Bonett and Wright 2000);
 *  false below n = 4 and for a perfect order. */
bool ald_spearman_interval(double rho, size_t n, double *ret_low, double *ret_high);

/** Benjamini-Hochberg adjusted p-values (1995): the least over all p at or above it of p*n/rank; at most 1. */
void ald_benjamini_hochberg(const double *p, size_t n, double *ret);

/** Position of x among sorted values (METHODS 4): (below + half the equal + 0.5)/(n+1) for a newcomer,
 *  (below + half of the OTHERS equal + 0.5)/n for a member. */
double ald_position_of(const double *sorted, size_t n, double x, bool member);

/* ---- Kaplan-Meier ---- */
struct ald_km_step {
    double t, s_before, s; /* S(t-) and S(t) at an event time */
};
struct ald_km {
    struct ald_km_step *steps; /* caller's memory, at least n entries */
    size_t n_steps, m;
};
/** times with open flags (censored); at equal times events come before censorings. order: scratch of n size_t. The steps
 *  array must have room for n. */
void ald_km_fit(const double *times, const bool *open, size_t n, size_t *order, struct ald_km *km);
/** The same for times that are sorted already (events before censorings at equal times): linear, no scratch. */
void ald_km_fit_sorted(const double *times, const bool *open, size_t n, struct ald_km *km);
/** S(t) and S(t-). */
double ald_km_s(const struct ald_km *km, double t);
double ald_km_s_minus(const struct ald_km *km, double t);
/** METHODS 4 median: midpoint of where the curve is 0.5 within 1e-9 (to the end: its first time), else the first time below. */
bool ald_km_median(const struct ald_km *km, double *ret);
/** Smallest t with m(1-S(t)) >= want - 1e-9. */
bool ald_km_reach(const struct ald_km *km, double want, double *ret);
