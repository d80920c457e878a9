/* What the files of the firehydrant connector share. */
#pragma once

#include "connectors/listing.h"

/* firehydrant_rows.c */
ald_listing_row_fn ald_firehydrant_incident;
/* firehydrant_account.c */
ald_listing_row_fn ald_firehydrant_severity, ald_firehydrant_service, ald_firehydrant_dependencies, ald_firehydrant_team;
/* firehydrant_story.c: what happened, and what people said of it afterwards */
ald_listing_row_fn ald_firehydrant_event, ald_firehydrant_alert, ald_firehydrant_link, ald_firehydrant_ticket, ald_firehydrant_report,
    ald_firehydrant_reason, ald_firehydrant_relationships;
/** Who leads, one after the other: whoever is assigned after the first took over. */
void ald_firehydrant_retell(struct ald_told *events, size_t n);

/** Pseudonym where a user stood in `member`: *ret_person NULL for nobody and for software, *ret_automatic 1 for software, -1 for
 *  nobody. */
ALD_CHECK enum ald_rc ald_firehydrant_author(const struct ald_jv *v, const char *member, const char **ret_person, int *ret_automatic,
                                             struct ald_err *err);
