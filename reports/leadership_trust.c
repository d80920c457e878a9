/* How far the comparing of the leadership page is to be believed: what its calibration says, in plain words. Computes nothing. */
#include "leadership.h"
#include "nodes.h"
#include "sentences.h"
#include "words.h"

#define PROMISED 0.1 /* so many lie above a band of eight in ten */

static bool number_at(struct ald_arena *a, const struct ald_node *root, int reading, const char *what, double *ret)
{
    const struct ald_node *node = ald_node_at(root, ald_sprintf(a, "calibration.%s.%s", ald_reading_id(reading), what));
    if (!node || node->kind != ALD_NODE_NUM)
        return false;
    *ret = node->number;
    return true;
}

/* Whether the page shows readings of this kind at all. */
static bool is_shown(const struct ald_node *root, int reading)
{
    return ald_whole_at(root, reading == ALD_START_READING ? "hard.of_at_start" : "hard.lasted.of") > 0;
}

static bool no_help(struct ald_arena *a, const struct ald_node *root, int reading)
{
    double low;
    return is_shown(root, reading) && number_at(a, root, reading, "skill_ci[0]", &low) && low <= 0;
}

const char *ald_leadership_skill(struct ald_arena *a, const struct ald_node *root, const struct ald_settings *settings)
{
    bool start = no_help(a, root, ALD_START_READING), landmark = no_help(a, root, ALD_LANDMARK_READING);
    if (!start && !landmark)
        return NULL;
    const char *what = start && landmark ? "Complexity and reach"
                       : start           ? "What is known at the start"
                                         : ald_sprintf(a, "Of those that lasted over %s, complexity and reach", ald_span(a, (double)settings->landmark_ms));
    return ald_sprintf(a, "%s did not help to tell how long an incident lasts: take \"comparable\" as a description.", what);
}

const char *ald_leadership_bands(struct ald_arena *a, const struct ald_node *root, const struct ald_settings *settings)
{
    for (int r = 0; r < ALD_READING_N; r++) {
        double above, low, high;
        if (!is_shown(root, r) || !number_at(a, root, r, "above", &above) || !number_at(a, root, r, "above_ci[0]", &low) ||
            !number_at(a, root, r, "above_ci[1]", &high) || (low <= PROMISED && high >= PROMISED))
            continue;
        const char *who = r == ALD_START_READING ? "By their start"
                                                 : ald_sprintf(a, "Of those that lasted over %s", ald_span(a, (double)settings->landmark_ms));
        return ald_sprintf(a, "%s, %.0f %% took longer than nine in ten comparable ones (%.0f %% to %.0f %%, allowing for chance; 10 %% would be right): such spans "
                              "were too %s.",
                           who, 100 * above, 100 * low, 100 * high, above > PROMISED ? "short" : "wide");
    }
    return NULL;
}
