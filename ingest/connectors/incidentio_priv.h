/* What the files of the incidentio connector share. */
#pragma once

#include "connectors/listing.h"

/** What an incident's updates show, and what the account's escalations do. */
#define ALD_INCIDENTIO_STATES ALD_HOLDS_STATES
#define ALD_INCIDENTIO_CALLS (ALD_HOLDS_ESCALATIONS | ALD_HOLDS_NOTIFIED)

/* incidentio_rows.c */
ald_listing_row_fn ald_incidentio_incident, ald_incidentio_severity, ald_incidentio_team;
/* incidentio_story.c: what happened, and what people said of it afterwards */
ald_listing_row_fn ald_incidentio_update, ald_incidentio_attachment, ald_incidentio_alert, ald_incidentio_relationship,
    ald_incidentio_participants, ald_incidentio_escalation, ald_incidentio_follow_up, ald_incidentio_postmortem, ald_incidentio_content;
void ald_incidentio_retell(struct ald_told *events, size_t n);

/** Who did it, of {user | api_key | alert | workflow}: *ret_person a pseudonym or NULL, *ret_automatic 1 machine, 0 person, -1 not
 *  known. */
ALD_CHECK enum ald_rc ald_incidentio_actor(const struct ald_jv *v, const char *member, const char **ret_person, int *ret_automatic,
                                           struct ald_err *err);
