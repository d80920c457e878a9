/* What the files of the rootly connector share. */
#pragma once

#include "connectors/listing.h"

/** What events of alerts show, and what the log of audits does. */
#define ALD_ROOTLY_CALLS (ALD_HOLDS_ESCALATIONS | ALD_HOLDS_NOTIFIED)
#define ALD_ROOTLY_AUDITS ALD_HOLDS_STATES

/* rootly_rows.c */
ald_listing_row_fn ald_rootly_incident, ald_rootly_severity, ald_rootly_service, ald_rootly_team, ald_rootly_definition;
/* rootly_story.c: what happened, and what people said of it afterwards */
ald_listing_row_fn ald_rootly_event, ald_rootly_status_page_event, ald_rootly_alert, ald_rootly_action_item, ald_rootly_feedback,
    ald_rootly_form_field, ald_rootly_included;
/* rootly_changes.c: what alerts went through, and how state and severity changed */
ald_listing_row_fn ald_rootly_alert_event, ald_rootly_audit;

/** ALD_ROOTLY_CALLS where events of alerts are read, else 0. */
unsigned ald_rootly_calls(const struct ald_source_cfg *cfg);
/** Member attributes of a resource. */
ALD_CHECK enum ald_rc ald_rootly_attributes(const struct ald_jv *resource, struct ald_jv *ret, struct ald_err *err);
/** A resource that stands in an attribute, alone or as {"data": resource}; false: none. */
bool ald_rootly_resource(const struct ald_jv *v, struct ald_jv *ret);
/** Pseudonym of a user who stands in a member, in one of these forms, or NULL. */
ALD_CHECK enum ald_rc ald_rootly_user(const struct ald_jv *v, const char *member, const char **ret, struct ald_err *err);
/** Kinds of facts that the reference lists leave: names of teams and form fields, values of their options, by id. */
#define ALD_ROOTLY_TEAM "team"
#define ALD_ROOTLY_FORM_FIELD "form_field"
#define ALD_ROOTLY_OPTION "option"
