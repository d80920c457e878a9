/* Time zones: our reader of TZif v2+ files in /usr/share/zoneinfo, with the POSIX footer for times after the table. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alidade/err.h"
#include "alidade/time.h"

struct ald_zone;

/** Loads a zone by IANA name ("UTC" needs no file). Names with "..", a leading '/' or odd characters are refused.
 *  @return ALD_ERR_CONFIG for an unknown name (says that package tzdata is needed when the folder is missing),
 *          ALD_ERR_FORMAT for a broken file. */
ALD_CHECK enum ald_rc ald_zone_load(const char *name, struct ald_zone **ret, struct ald_err *err);
/** The same from bytes of a TZif file (tests, fuzzing). */
ALD_CHECK enum ald_rc ald_zone_parse(const char *name, const unsigned char *bytes, size_t n, struct ald_zone **ret,
                                     struct ald_err *err);
void ald_zone_free(struct ald_zone *zone);
void ald_zone_freep(struct ald_zone **zone);
const char *ald_zone_name(const struct ald_zone *zone);
/** Seconds east of UTC in force at an instant. */
int32_t ald_zone_offset_s(const struct ald_zone *zone, int64_t utc_ms);
/** Abbreviation in force at an instant ("CEST"); lives as long as the zone. */
const char *ald_zone_abbreviation(const struct ald_zone *zone, int64_t utc_ms);
/** Local civil fields at an instant. */
struct ald_civil ald_zone_civil(const struct ald_zone *zone, int64_t utc_ms);
/** The instant of a local civil time; twice-existing times give the first, skipped ones the instant after the gap. */
int64_t ald_zone_instant(const struct ald_zone *zone, const struct ald_civil *local);
/** The first instant of a local day (days since 1970-01-01), also where midnight does not exist. */
int64_t ald_zone_day_start(const struct ald_zone *zone, int64_t days);
/** Which number of a date such as 4/1/2026 is the month. */
enum ald_date_order { ALD_DATE_YEAR_FIRST /* neither: such a date is refused */, ALD_DATE_DAY_FIRST, ALD_DATE_MONTH_FIRST };
/** A time as people and spreadsheets write it: what ald_time_parse takes, and 2026/4/1, 01.04.2026 08:09, 1-Apr-2026, Apr 1, 2026 8:09 PM,
 *  with seconds or without; a year of two digits is in 2000..2099. With / and - the order says what 4/1/2026 is; with dots the day is
 *  first. What names no zone is read in `zone` (NULL: UTC). @return false when s is no time; *ret_ms is then untouched. */
bool ald_time_written(const char *s, size_t n, enum ald_date_order order, const struct ald_zone *zone, int64_t *ret_ms);
/** Whether a time that ald_time_written took names no zone and is on no clock of this one: clocks were put forward over it. */
bool ald_time_skipped(const char *s, size_t n, enum ald_date_order order, const struct ald_zone *zone);
/** Release of the zone database in use ("2025b"), or "unknown"; static or arena-free storage in buf (at least 16 bytes). */
const char *ald_zone_release(char buf[16]);
