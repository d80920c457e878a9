/* Periods and fiscal quarters: calendar ones, half-open, in the configured zone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alidade/arena.h"
#include "alidade/err.h"
#include "alidade/time.h"
#include "alidade/zone.h"

struct ald_calendar {
    const struct ald_zone *zone;
    int fiscal_start_month;   /* 1..12 */
    bool fiscal_named_by_end; /* a fiscal year is named by the calendar year in which it ends (else starts) */
};
struct ald_period {
    const char *label;     /* "2026Q3", "2026-07", "2026H1", "2026", "2026-01-01..2026-03-15" */
    const char *file_part; /* label fit for a file name: FROM_TO for ranges */
    int64_t start, end;    /* half-open */
    int64_t start_day, end_day; /* local days since 1970-01-01 */
    int months;            /* whole calendar months, or 0 for other ranges */
};
/** now decides last-quarter. FROM..TO are local dates, half-open: TO is the first day that is not in the period.
 *  @return ALD_ERR_USAGE with the forms that are understood. */
ALD_CHECK enum ald_rc ald_period_parse(struct ald_arena *arena, const struct ald_calendar *cal, const char *text, int64_t now,
                                       struct ald_period *ret, struct ald_err *err);

/** A fiscal quarter as a running number (consecutive quarters differ by 1; same number = same quarter). */
int32_t ald_quarter_of(const struct ald_calendar *cal, int64_t utc_ms);
/** First instant of a quarter. */
int64_t ald_quarter_start(const struct ald_calendar *cal, int64_t quarter);
/** "2026Q3"; arena-owned. */
const char *ald_quarter_label(struct ald_arena *arena, const struct ald_calendar *cal, int64_t quarter);
/** Slices of the baseline before a period: i from 1 (the one just before) backwards, as METHODS 5 says: whole calendar months
 *  where the period is made of them, else as many local days. Labels are left NULL: see ald_period_name. */
void ald_period_slice(const struct ald_calendar *cal, const struct ald_period *period, int i, struct ald_period *ret);
/** Sets label and file_part of a slice: the fiscal quarter, half or year, the month, or FROM..TO. */
void ald_period_name(struct ald_arena *arena, const struct ald_calendar *cal, struct ald_period *period);
/** The local day on which a lookback of so many quarters before a period begins (a day that its month lacks: the last). */
int64_t ald_lookback_start_day(int64_t start_day, int quarters);
/** The week of the period that holds an instant: blocks of 7 local days from the period's first day; negative before it. */
int64_t ald_period_week(const struct ald_calendar *cal, const struct ald_period *period, int64_t utc_ms);
