/* What connectors share whose lists can be had in the order of change and are counted in pages (GitHub, GitLab). A list that
 * changes while it is read shifts under the reader, and deep pages are refused or slow: so every page begins at the time of the last
 * element of the page before, which that page shows again, and pages are only counted among elements of one instant. What changes
 * meanwhile moves to the end of the list, where it is read again. Must not know what elements mean. */
#pragma once

#include "alidade/time.h"
#include "connector.h"

#define ALD_BY_CHANGE_DOC                                                                                                 \
    "list|from|offset|after: which list, time in ms that the page begins with, elements from there to pass over, the source's own " \
    "token for what follows them"
#define ALD_BY_CHANGE_LIMIT_MAX 100

/** Where reading stands. */
struct ald_by_change {
    int64_t list;   /* number of the list, where there are several */
    int64_t from;   /* ALD_TIME_NONE: from the beginning */
    int64_t offset;
    const char *after; /* "": none */
    bool begun;        /* from is the time of an element that was read */
};
/** Of a request's cursor. What cannot be understood (a cursor of another version), or names a list beyond lists_n, starts again:
 *  rows are idempotent. */
struct ald_by_change ald_by_change_place(struct ald_arena *arena, const struct ald_http_req *req, int64_t lists_n);
/** Elements to ask for. A page that goes on also shows the element that the one before ended with. */
int64_t ald_by_change_limit(const struct ald_by_change *place, const struct ald_http_req *req);
/** "&per_page=N&page=P", and "&after=..." where the source gave a token. */
const char *ald_by_change_params(struct ald_arena *arena, const struct ald_by_change *place, const struct ald_http_req *req);

/** What a page held; the caller feeds it each element's time of change, ALD_TIME_NONE where that cannot be read. */
struct ald_by_change_seen {
    int64_t n, first, last, newest;
    bool disordered; /* not in the order that was asked for: then pages are counted, not times */
};
void ald_by_change_see(struct ald_by_change_seen *seen, int64_t at);
/** Sets next's cursor, high water and gap. */
void ald_by_change_next(struct ald_arena *arena, const struct ald_http_res *res, const struct ald_by_change *place, int64_t lists_n,
                        const struct ald_by_change_seen *seen, struct ald_next *next);
/** Past one element that cannot be read. */
void ald_by_change_skip(struct ald_arena *arena, const struct ald_http_req *req, int64_t lists_n, struct ald_next *next);

/** What the Link header calls REL ("next", "last"): the value of one parameter of its address, decoded; NULL: there is none. The
 *  address itself is never followed. */
const char *ald_link_param(struct ald_arena *arena, const struct ald_http_res *res, const char *rel, const char *param);
/** Whether more pages follow one of n elements that was asked for with limit: as the headers say (Link, x-next-page), and where they say
 *  nothing, whether it was full. */
bool ald_link_more(struct ald_arena *arena, const struct ald_http_res *res, int64_t n, int64_t limit);

/** A list that is not asked for by change (details of one record): its pages are counted. */
#define ALD_COUNTED_DOC "elements before the next page, or 'a' and the source's own token for it"
const char *ald_counted_params(struct ald_arena *arena, const struct ald_http_req *req);
void ald_counted_next(struct ald_arena *arena, const struct ald_http_res *res, int64_t n, struct ald_next *next);
