/* The way of one request over redirects: see http_trip.h. */
#include "http_trip.h"

#include <string.h>

#include "http_url.h"

enum ald_rc ald_http_trip_arrive(struct ald_http_trip *trip, const struct ald_origin *home, struct ald_arena *arena, struct ald_err *err)
{
    const bool first = trip->seen_n == 0;
    if (!first) {
        const char *host = ald_origin_label(arena, &trip->at), *text = ald_curlu_text(arena, trip->url);
        for (size_t i = 0; i < trip->seen_n; i++)
            if (strcmp(trip->seen[i], text) == 0)
                return ald_fail(err, ALD_ERR_NET, "redirect loop at %s", host);
        if (trip->seen_n == sizeof trip->seen / sizeof trip->seen[0])
            return ald_fail(err, ALD_ERR_NET, "more than %d redirects, the last to %s", ALD_MAX_REDIRECTS, host);
    }
    /* Who has left home stays a stranger, also when sent back: the way was chosen by somebody else. */
    trip->home = (first || trip->home) && home && ald_origin_same(&trip->at, home);
    return ALD_OK;
}

enum ald_rc ald_http_trip_follow(struct ald_http_trip *trip, const char *target, struct ald_arena *arena, struct ald_err *err)
{
    struct ald_origin from = trip->at;
    trip->seen[trip->seen_n++] = ald_curlu_text(arena, trip->url); /* nearly no trip gets here */
    if (curl_url_set(trip->url, CURLUPART_URL, target, CURLU_URLENCODE) != CURLUE_OK)
        return ald_fail(err, ALD_ERR_NET, "%s redirects to something that is no URL", from.host);
    struct ald_err why;
    if (ald_origin_of(trip->url, &trip->at, &why) != ALD_OK)
        return ald_fail(err, ALD_ERR_NET, "redirect from %s: %s", from.host, why.msg);
    /* A public server may not send us to services of this machine. */
    if (ald_url_host_is_loopback(trip->at.host) && !ald_url_host_is_loopback(from.host))
        return ald_fail(err, ALD_ERR_NET, "redirect from %s to this machine is refused", from.host);
    return ALD_OK;
}

void ald_http_trip_done(struct ald_http_trip *trip)
{
    ald_curlu_freep(&trip->url);
}
