/* How earlier incidents stood at the age that the period has now (METHODS 5 "Same age"). Private to analysis. */
#pragma once

#include "positions.h"

/** What started in [from, to), as it stood at `now`. */
struct ald_window {
    int64_t from, to, now;
};
/** The slices of the baseline, newest first; the oldest may be cut. None when the period has not begun. Arena-owned. */
size_t ald_baseline_windows(const struct ald_analysis *analysis, const struct ald_period *period,
                            struct ald_arena *arena, struct ald_window **ret);
/** The window of a stretch [start, end) at the age that [reference_start, reference_end) has at as-of. */
struct ald_window ald_window_at_age(const struct ald_analysis *analysis, int64_t start, int64_t end,
                                    int64_t reference_start, int64_t reference_end);

/** Incidents by start: those that were over with a resolve clock, or open. */
struct ald_standing {
    struct ald_member *members;
    size_t n, open, cap;
    size_t incidents; /* all of class incident that started in the windows */
    uint32_t *others; /* those of them that are neither: over, and nobody knows for how long */
    size_t others_n, others_cap;
};
/** Those of a period as they stand at as-of; what has not begun yet is in none. Arena-owned. */
struct ald_standing ald_standing_now(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena);
/** Adds what a window holds to a standing; windows come oldest first. A window that ends now is the present: clocks as
 *  they are. */
void ald_standing_add(const struct ald_analysis *analysis, const struct ald_window *window, struct ald_arena *arena,
                      struct ald_standing *standing);
