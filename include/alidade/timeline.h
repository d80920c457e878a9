/* What a record's timeline holds once it was read: bits of record.timeline (read) and record.holds (would hold, read or
 * not). Written by ingest, read by analysis.
 *
 * An event of kind `other` says in its value what it is, where a signal asks for it; these words are a contract between
 * connectors, imports and analysis:
 *   notified            the actor was notified or paged
 *   alert, alert:TEXT   an alert was grouped into it
 *   customer_report     a support ticket of a customer was linked
 *   external_party      another company was named as involved
 *   customers_impacted=N, regions_impacted=N, requests_failed=N   how many there were then */
#pragma once

#include <stddef.h>

enum {
    ALD_HOLDS_TEAMS = 1,      /* who was assigned, by team */
    ALD_HOLDS_RESPONDERS = 2, /* who was engaged, by person */
    ALD_HOLDS_SERVICES = 4,   /* when a service was added */
    ALD_HOLDS_STATES = 8,     /* changes of state: resolved, reopened */
    ALD_HOLDS_HUMAN = 16,     /* all human action: complete enough to call a page noise */
    ALD_HOLDS_ESCALATIONS = 32, /* escalations to a further level */
    ALD_HOLDS_NOTIFIED = 64,    /* whom it notified or paged */
    ALD_HOLDS_ALERTS = 128,     /* alerts that were grouped into it */
    ALD_HOLDS_REPORTS = 256,    /* support tickets that were linked */
    ALD_HOLDS_IMPACT = 512,     /* changes of customers, regions and requests that were hit */
    ALD_HOLDS_VENDOR = 1024,    /* when another company was named */
    /* A file tells no facet by its form: of those from ESCALATIONS on it holds what some entry of its source shows. */
    ALD_HOLDS_AS_SEEN = 32768,
    /* Of timeline: the record itself says what was read; a whole list of events adds nothing. */
    ALD_HOLDS_TOLD = 65536
};

/** A bit of the above and its word in exports: "teams", "responders" ... */
struct ald_holds_name {
    unsigned bit;
    const char *word;
};
const struct ald_holds_name *ald_holds_name_at(size_t i); /* NULL after the last */
