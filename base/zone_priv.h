/* Between zone.c and zone_rule.c only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alidade/arena.h"
#include "alidade/time.h"

struct ald_zone_type {
    int32_t offset_s;
    const char *abbreviation;
};

/* One end of daylight saving time: a day of the year and seconds after its midnight, by the clock in force before. */
struct ald_zone_change {
    char kind; /* 'M' month/week/day, 'J' 1..365 without 29 February, 'N' 0..365 with it */
    int month, week, day;
    int64_t time_s;
};

struct ald_zone_rule {
    bool present, has_dst;
    struct ald_zone_type std, dst;
    struct ald_zone_change start, end;
};

/** Parses a POSIX TZ string with DST rules; "" gives present = false. Abbreviations are arena-owned. */
bool ald_zone_rule_parse(struct ald_arena *arena, const char *text, struct ald_zone_rule *ret);
/** What is in force at t (UTC seconds). */
const struct ald_zone_type *ald_zone_rule_type(const struct ald_zone_rule *rule, int64_t t);
/** The first change after t; INT64_MAX when there is none. */
int64_t ald_zone_rule_next(const struct ald_zone_rule *rule, int64_t t);
