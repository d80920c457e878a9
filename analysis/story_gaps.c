/* What could not be asked after when an incident was looked at as a story: see ald_story_gaps. That something is no reason is only said
 * where it was measured. */
#include <math.h>

#include "analysis/past.h"
#include "analysis/shown.h"
#include "analysis/stories_priv.h"

/** Why the incident has no position on a signal; NULL: it has one. */
static const char *unplaced(const struct ald_analysis *a, size_t i, size_t signal)
{
    double x;
    const struct ald_measure *measure = ald_measure_at(a, i);
    const struct ald_obs *seen = ald_obs_at(a, i, signal);
    if (ald_shown_position(a, i, signal, &x) || !isnan(ald_position_among_few(a, i, signal)))
        return NULL;
    if (!seen->has_total)
        return seen->absent;
    if (measure->shown < 0)
        return measure->reading[ALD_START_READING].absent;
    return measure->reading[ALD_LANDMARK_READING].absent; /* which alone compares what gathers while it lasts */
}

/** Complex and short, simple and long: needs its time among those that are as complex. */
static const char *uncornered(const struct ald_analysis *a, size_t i)
{
    const struct ald_reading *shown = ald_reading_shown(a, i);
    if (!shown)
        return ald_measure_at(a, i)->reading[ALD_START_READING].absent;
    return shown->axis[ALD_COMPLEXITY].has ? NULL : shown->axis[ALD_COMPLEXITY].absent;
}

/** Many teams, far apart: that there were fewer than three needs no comparison. */
static const char *unsure_of_teams(const struct ald_analysis *a, size_t i)
{
    const struct ald_obs *teams = ald_obs_at(a, i, ALD_SIGNAL_teams_engaged);
    if (teams->has_total && teams->total < ALD_STORY_MANY_TEAMS)
        return NULL;
    const char *many = unplaced(a, i, ALD_SIGNAL_teams_engaged);
    return many ? many : unplaced(a, i, ALD_SIGNAL_org_distance);
}

size_t ald_story_gaps(const struct ald_analysis *analysis, size_t incident, struct ald_arena *arena, const struct ald_story_gap **ret)
{
    *ret = NULL;
    if (analysis->incidents[incident].cls != ALD_INCIDENT && analysis->incidents[incident].cls != ALD_NEAR_MISS)
        return 0;
    const struct ald_story_gap all[] = {
        {"whether it was complex and yet over soon, or simple and long", uncornered(analysis, incident)},
        {"how new it was", unplaced(analysis, incident, ALD_SIGNAL_novelty)},
        {"whether those who worked on it were new to the service", unplaced(analysis, incident, ALD_SIGNAL_unfamiliar_responders)},
        {"whether its teams were many and far apart", unsure_of_teams(analysis, incident)},
    };
    struct ald_story_gap *list = ald_calloc(arena, sizeof all / sizeof all[0], sizeof *list);
    size_t n = 0;
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
        if (all[k].why) /* which stands only until readings are dropped */
            list[n++] = (struct ald_story_gap){all[k].what, ald_strdup(arena, all[k].why)};
    *ret = list;
    return n;
}
