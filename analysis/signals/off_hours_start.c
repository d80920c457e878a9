/* off_hours_start: whether it began outside Monday to Friday, 8 to 18 h, where its first team works. It says when, not how
 * complex: weight 0. */
#include <stdio.h>

#include "analysis/past.h"
#include "analysis/signals/signals.h"

static const struct ald_zone *zone_of(const struct ald_past *past, const struct ald_incident *inc)
{
    const struct ald_zone *zone = inc->first_team == ALD_NOBODY ? NULL : past->org->zone[inc->first_team];
    return zone ? zone : past->analysis->zone;
}

static int weekday(const struct ald_civil *c)
{
    return ald_weekday(ald_days_from_civil(c->year, c->month, c->day));
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (inc->started_at == ALD_TIME_NONE) {
        ald_obs_absent(ret, "no start is recorded");
        return;
    }
    struct ald_civil c = ald_zone_civil(zone_of(past, inc), inc->started_at);
    ald_obs_structural(ret, weekday(&c) >= 5 || c.hour < 8 || c.hour >= 18);
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    if (inc->started_at == ALD_TIME_NONE)
        return NULL;
    const struct ald_zone *zone = zone_of(past, inc);
    struct ald_civil c = ald_zone_civil(zone, inc->started_at);
    bool of_team = inc->first_team != ALD_NOBODY && past->org->zone[inc->first_team];
    bool unknown = inc->first_team != ALD_NOBODY && !of_team && past->org->zone_name[inc->first_team];
    return ald_sprintf(arena, "%s %02d:%02d in %s (%s%s)", days[weekday(&c)], c.hour, c.minute, ald_zone_name(zone),
                       of_team ? past->analysis->teams[inc->first_team] : "the report's zone",
                       unknown ? "; the team's is not known to this machine" : "");
}

const struct ald_signal ald_signal_off_hours_start = {
    .id = "off_hours_start",
    .title = "Began off hours",
    .unit = "yes or no",
    .help = "1 when it began outside Monday to Friday, 8 to 18 h, in the first team's time zone, else the report's. Weight 0: "
            "it says when, not how complex.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_STRUCTURAL,
    .weight = 0,
    .compute = compute,
    .evidence = evidence,
};
