/* Facts beside the usual timeline, as the sources give them: who was notified, alerts, support tickets, customers, regions
 * and requests that were hit, other companies. Dated ones come from events, undated ones are values of the record as last
 * read. Private to analysis. */
#pragma once

#include "alidade/analysis.h"

enum ald_given_what {
    ALD_GIVEN_NOTIFIED,
    ALD_GIVEN_ALERT,    /* one alert; undated: number of them */
    ALD_GIVEN_REPORT,   /* one support ticket; undated: number of them */
    ALD_GIVEN_VENDOR,
    ALD_GIVEN_CUSTOMERS,
    ALD_GIVEN_REGIONS,  /* dated: number of regions then; undated: one region by name */
    ALD_GIVEN_REQUESTS,
    ALD_GIVEN_N
};
struct ald_given {
    uint32_t record, person; /* person: of NOTIFIED; ALD_NOBODY: not known or not mapped */
    enum ald_given_what what;
    int64_t at;              /* ALD_TIME_NONE: undated */
    double number;           /* 1 where nothing is counted */
    const char *text;        /* event id or field; an undated region's or vendor's name */
};
/** All facts, sorted by record, what, time (undated last), text; those of record r are items[at[r]] up to items[at[r + 1]]. */
struct ald_givens {
    const struct ald_given *items;
    const uint32_t *at;
};

/** The facts of one kind of a record. @return how many; *ret: the first. */
size_t ald_given_find(const struct ald_givens *givens, uint32_t record, enum ald_given_what what,
                      const struct ald_given **ret);
/** Bit of the timeline that holds such facts. */
unsigned ald_given_facet(enum ald_given_what what);
