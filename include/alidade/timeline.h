/* What a record's timeline holds once it was read: bits of record.timeline (read) and record.holds (would hold, read or
 * not). Written by ingest, read by analysis. */
#pragma once

enum {
    ALD_HOLDS_TEAMS = 1,      /* who was assigned, by team */
    ALD_HOLDS_RESPONDERS = 2, /* who was engaged, by person */
    ALD_HOLDS_SERVICES = 4,   /* when a service was added */
    ALD_HOLDS_STATES = 8,     /* changes of state: resolved, reopened */
    ALD_HOLDS_HUMAN = 16      /* all human action: complete enough to call a page noise */
};
