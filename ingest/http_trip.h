/* Where one fetch stands, over its redirects and retries. Only http*.c include it. */
#pragma once

#include "alidade/limits.h"
#include "http_origin.h"
#include "http_retry.h"

/** The URL it has come to, and whether it is still at home. */
struct ald_http_trip {
    CURLU *url;
    struct ald_origin at;
    bool home; /* every URL so far had the configured origin */
    const char *seen[ALD_MAX_REDIRECTS + 1]; /* URLs that it left */
    size_t seen_n;
    struct ald_retry retry;
};
void ald_http_trip_done(struct ald_http_trip *trip);
/** Notes that the trip has come to trip->url; refuses loops and endless chains. home: the configured origin, or NULL. */
ALD_CHECK enum ald_rc ald_http_trip_arrive(struct ald_http_trip *trip, const struct ald_origin *home, struct ald_arena *arena,
                                           struct ald_err *err);
/** Leaves for a redirect's target. */
ALD_CHECK enum ald_rc ald_http_trip_follow(struct ald_http_trip *trip, const char *target, struct ald_arena *arena, struct ald_err *err);
