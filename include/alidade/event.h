/* Entries of timelines, as an analysis holds them: what happened, when, and who did it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum ald_event_kind {
    ALD_EV_OPENED, ALD_EV_ACKNOWLEDGED, ALD_EV_ASSIGNED, ALD_EV_ESCALATED, ALD_EV_REASSIGNED, ALD_EV_NOTE, ALD_EV_MITIGATED,
    ALD_EV_RESOLVED, ALD_EV_REOPENED, ALD_EV_CLOSED, ALD_EV_MERGED, ALD_EV_SEVERITY_CHANGED, ALD_EV_RESPONDER_ADDED,
    ALD_EV_SERVICE_ADDED, ALD_EV_STATUS_UPDATE, ALD_EV_OTHER, ALD_EV_N
};
/** As the store and exports spell it: "opened", "severity_changed" ... */
const char *ald_event_kind_name(enum ald_event_kind kind);
/** True for kinds that hand a record to a team or somebody. */
static inline bool ald_kind_assigns(unsigned kind)
{
    return kind == ALD_EV_ASSIGNED || kind == ALD_EV_REASSIGNED || kind == ALD_EV_ESCALATED;
}

#define ALD_NOBODY UINT32_MAX /* no person, team or service */

/** Whom an entry names, and of which team and service: indexes into the analysis' names, ALD_NOBODY for none. */
struct ald_event_names {
    uint32_t person; /* who did it or was meant, before the mapping rule (handoffs) */
    uint32_t team, service;
};
/** A timeline entry, as ald_event_at gives it; its text and its id stay in the store (ald_event_id). */
struct ald_event {
    int64_t at;
    uint32_t names;        /* a combination that stands once: ald_event_names */
    uint8_t kind;          /* enum ald_event_kind */
    int8_t automatic;      /* 1 machine, 0 person, -1 not known */
    bool human : 1;        /* a person did it: not automatic, and where that is not known, somebody is named */
    bool engaged : 1;      /* the person was engaged: no automation, and mappable */
    bool names_service : 1; /* it adds a service, by a field that no row of its record's services contradicts */
};

#define ALD_ENTRY_BEFORE_MS (1u << 28) /* what comes up to three days before its record began, and 21 days after that, is near */
#define ALD_ENTRY_FAR (1u << 31)
#define ALD_ENTRY_NAMES_MOST (1u << 23)
/** The same as it lies in memory. */
struct ald_entry {     /* ten of them an incident: every bit counts */
    uint32_t when;     /* ms since ALD_ENTRY_BEFORE_MS before its record began; from ALD_ENTRY_FAR on a number in the analysis' instants */
    uint32_t names : 23;
    uint32_t kind : 4;
    uint32_t automatic : 2; /* one more than it is */
    uint32_t human : 1, engaged : 1, names_service : 1;
};
_Static_assert(sizeof(struct ald_entry) == 8, "there may be ten millions");
_Static_assert(ALD_EV_N <= 16, "kinds have four bits");
