/* Capacity and exercises of a period (METHODS 9). Counts only: no figure about fewer than 5 people, no names of people. */
#pragma once

#include "alidade/analysis.h"

struct ald_capacity {
    const char *absent;         /* the period has not begun: nothing below stands */
    int64_t watched_ms;         /* from the period's start to its end, or to as-of */
    double two_share, three_share; /* of that time with at least 2, 3 open incidents */
    size_t end_unknown;         /* incidents that began before its end and are over since nobody knows when: left out of these shares */
    const char *people_absent;  /* why there are no figures of people, or NULL; the rest needs it */
    size_t people;              /* engaged or called in the period */
    double engaged_hours;       /* first to last action per person and incident up to its end, at least 15 s, overlaps merged */
    size_t engaged_incidents;   /* that somebody was engaged in */
    const char *few_engaged;    /* why the next two are not told: fewer than 10 of them; else NULL */
    double longest_three_share; /* of what people's stretches come to before overlaps are merged, in the three incidents with most of it */
    double longest_tenth_share; /* the same in the tenth of the incidents with most of it */
    bool has_busiest;
    double busiest_share;       /* of the engaged hours, carried by the busiest tenth of the people */
    const char *busiest_absent;
    size_t interruptions, off_hours, sleep_hours; /* somebody was called into an incident; of these, at such times there */
    size_t in_own_zone;         /* of the interruptions: judged in the zone of the person's team (else the report's) */
    size_t services, known_by_one, known_by_two; /* with somebody engaged in the last 365 days; by so many people */
};
/** Counts the period of figures, up to as-of (METHODS 9). Texts are static. */
void ald_capacity_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_capacity *ret);

struct ald_exercises {
    size_t n;                   /* of the period */
    const uint32_t *list;       /* incidents of class exercise, by start */
    const uint32_t *covered;    /* services that they name; numbers of analysis->services, by name */
    size_t covered_n;
    size_t later;               /* incidents on one of its services that began after an exercise of the period, up to as-of */
    const uint32_t *never;      /* services with incidents in the period and no exercise in the lookback or the period */
    size_t never_n, with_incidents; /* of so many services with incidents */
    size_t in_lookback;         /* exercises in the lookback before the period */
};
/** Exercises of the period of figures, and which services they reached (METHODS 9). Lists are arena-owned. */
void ald_exercises_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, struct ald_arena *arena,
                        struct ald_exercises *ret);
