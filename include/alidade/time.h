/* Times: int64_t milliseconds since 1970 UTC, everywhere; durations too. ALD_TIME_NONE is "no such time". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/err.h"

#define ALD_TIME_NONE INT64_MIN
#define ALD_SECOND_MS INT64_C(1000)
#define ALD_MINUTE_MS (60 * ALD_SECOND_MS)
#define ALD_HOUR_MS (60 * ALD_MINUTE_MS)
#define ALD_DAY_MS (24 * ALD_HOUR_MS)

/** Civil date and time of day, proleptic Gregorian, no zone. month 1..12, day 1..31. */
struct ald_civil {
    int64_t year;
    int month, day, hour, minute, second, ms;
};
/** Days since 1970-01-01 of a civil date; month may be out of 1..12 and is carried into the year. */
int64_t ald_days_from_civil(int64_t year, int month, int day);
/** The civil fields of ms read as UTC. */
struct ald_civil ald_civil_from_ms(int64_t ms);
/** Inverse of the above (no normalising of fields but the month). */
int64_t ald_ms_from_civil(const struct ald_civil *c);
int ald_days_in_month(int64_t year, int month);
/** 0 = Monday. */
int ald_weekday(int64_t days);

/** Strict parser of the forms that APIs use: RFC 3339 with T or space, 'Z', ±HH:MM, ±HHMM, ±HH, or no zone (read as UTC);
 *  0-9 fraction digits (truncated to ms); minute precision; date only (00:00 UTC); epoch seconds (9..10 digits) or
 *  milliseconds (12..13 digits) as text. Impossible dates are refused; second 60 is taken as 59.999.
 *  @return false when s is none of these; *ret_ms is then untouched. Years 1900..2199 only: what lies outside is no time. */
bool ald_time_parse(const char *s, size_t n, int64_t *ret_ms);
/** A JSON number as a time: seconds from 1e8 (1973) to below 1e11 in size, milliseconds from there; same range of years.
 *  What is smaller is no time: a count, a duration or a slip. */
bool ald_time_from_number(double v, int64_t *ret_ms);
/** RFC 1123 date of HTTP headers, "GMT" or "UTC". */
bool ald_time_parse_http(const char *s, int64_t *ret_ms);
/** ISO 8601 duration (PnDTnHnMnS, weeks; a leading minus; years and months only as zero) and "1970-01-01 hh:mm:ss" offsets. */
bool ald_duration_parse_iso(const char *s, int64_t *ret_ms);
/** Configuration durations: a number and a unit ms|s|m|min|h|d|w, e.g. "5m", "60 m", "90s", "1.5h". */
bool ald_duration_parse(const char *s, int64_t *ret_ms);
/** "2026-01-02T03:04:05.678Z"; buf holds at least 32 bytes; returns buf. */
char *ald_time_format(int64_t ms, char buf[32]);
/** For people: "3 d 4 h", "2 h 05 min", "2 h", "12 min", "9 min 30 s", "45 s", "0.4 s", "0 s", "-1 h 30 min"; rounded to what is
 *  shown ("1 h" from 59 min 30 s on); ALD_TIME_NONE gives "none" (also above); buf holds at least 32 bytes; returns buf. */
char *ald_duration_format(int64_t ms, char buf[32]);

/** The clock is a seam: tests give their own. */
struct ald_clock {
    int64_t (*now_ms)(void *ctx);
    void (*sleep_ms)(void *ctx, int64_t ms);
    void *ctx;
};
/** The system's clock. */
struct ald_clock ald_clock_system(void);
