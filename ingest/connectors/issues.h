/* What connectors of code hosts share (GitHub, GitLab): their issues have labels and a text where other trackers have fields. Must not
 * know requests or paging. */
#pragma once

#include "connector.h"

/** An issue that is being read. labels, text: NULL-terminated; "" where there is none. */
struct ald_issue {
    const struct ald_source_cfg *cfg;
    struct ald_rows *rows;
    struct ald_row_record *rec;
    const struct ald_jv *v;
    const char *const *labels;
    const char *text, *text_field; /* markdown, and the member that holds it */
    const char *place; /* what "#12" in its texts belongs to: "acme/ops" */
};

/* A field of the configuration (`fields:`) names one of these:
 *   label:PREFIX   a label that begins with PREFIX: what follows a separator behind it ("severity::high", "service/checkout": high,
 *                  checkout), or the whole label where a number follows at once ("sev1")
 *   label:NAME     for a moment (acknowledged, mitigated, resolved): when that label was put on
 *   NAME           a member of the issue (type, milestone, due_date), else the part of its text under the heading NAME, as issue forms and
 *                  templates write it */

/** What a label says under a field of the form "label:PREFIX", or NULL. spec may be NULL. */
const char *ald_issue_label_value(struct ald_arena *arena, const char *spec, const char *label);
/** Severity, service or team that a label tells, by the configuration or, without it, by the usual prefixes; NULL: none. */
const char *ald_issue_label_severity(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *label);
const char *ald_issue_label_service(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *label);
const char *ald_issue_label_team(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *label);
/** The part of a markdown text under a heading, in one line; NULL: none, or nobody filled it in. */
const char *ald_issue_section(struct ald_arena *arena, const char *text, const char *heading);
/** 1 for "critical", "sev1", "P1", "S1", "1" ...; NULL: the words have no order of their own. */
const char *ald_issue_severity_rank(struct ald_arena *arena, const char *severity);
/** True when every name of a list "incident, prod" is among labels, whatever their case. NULL or "": true. */
bool ald_issue_has_labels(const char *const *labels, const char *names);

/** Everything that labels, text and mapped fields tell of the record: values, moments, services, teams, class, refs. severity: false
 *  where the source has one of its own and nothing is mapped. */
ALD_CHECK enum ald_rc ald_issue_fields(const struct ald_issue *issue, bool severity, struct ald_err *err);
/** Names of the labels of an issue, which stand as texts or as objects; NULL-terminated. */
ALD_CHECK enum ald_rc ald_issue_labels(struct ald_arena *arena, const struct ald_jv *v, const char *const **ret, struct ald_err *err);
/** Who stands in a member: a pseudonym; NULL where software does (*ret_automatic 1) or nobody is told (-1). */
void ald_issue_person(const struct ald_jv *v, const char *member, const char **ret, int *ret_automatic);
/** The author, in that member, and the assignees. */
ALD_CHECK enum ald_rc ald_issue_people(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *v, const char *author,
                                       struct ald_err *err);

/** What an entry of a timeline tells whatever it is; person: who was assigned or no longer is, agent: who did it. */
struct ald_issue_who {
    const char *record, *id, *field;
    int64_t at;
    const char *person, *agent;
    int automatic;
};
/** The event of an entry, by who->agent. */
struct ald_row_event *ald_issue_event(struct ald_rows *rows, struct ald_element *el, const struct ald_issue_who *who, const char *kind);
/** A label that was put on or taken off, as the event that it means. */
void ald_issue_label_event(struct ald_rows *rows, struct ald_element *el, const struct ald_source_cfg *cfg, const struct ald_issue_who *who,
                           const char *label, bool on);
/** Facets that the labels of a source hold, beside what its timeline does by itself. */
unsigned ald_issue_holds(const struct ald_source_cfg *cfg);

/** Links of a record to what a text names: addresses, "acme/ops#12", "#12" in place; "duplicate of #12" is duplicate_of. Of the record's
 *  own element (rec not NULL) they are refs, all mentions; record is never a mention of itself. text may be NULL. */
void ald_issue_mentions(struct ald_rows *rows, struct ald_element *el, const char *record, const char *place, const char *text,
                        const char *field, struct ald_row_record *rec);

/** An issue that belongs to the record, at url, is a review of it or an action after it where it has the labels that the configuration
 *  names (review_label, action_label); else it is neither. */
ALD_CHECK enum ald_rc ald_issue_follows(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_element *el, const char *record,
                                        const struct ald_jv *issue, const char *url, struct ald_err *err);

/** Boxes of a task list below a heading of what is left to do ("## Action items", or key action_heading) as actions of the record that el
 *  holds: opened with the issue; a ticked one closed, at the latest, with the issue's last change. A box that is a reference alone is none:
 *  the issue that it names is. For a stream that `says`. */
void ald_issue_tasks(const struct ald_issue *issue, struct ald_element *el);

/** The events of who->person's being assigned, or not any more; being assigned by a person also acknowledges, where nobody was before. */
void ald_issue_assigned(struct ald_rows *rows, struct ald_element *el, const struct ald_issue_who *who, bool on);
/** For ald_connector.retell. Events whose ids begin with these words tell of assignees and teams; what each means follows from those
 *  before it: the first is `assigned`, a later one `responder_added`, and `reassigned` once whoever was there before has left. */
#define ALD_ISSUE_ASSIGNED "assigned "
#define ALD_ISSUE_TAKEN "taken "
#define ALD_ISSUE_UNASSIGNED "unassigned "
#define ALD_ISSUE_TEAM "team "
#define ALD_ISSUE_SEVERITY "severity "
void ald_issue_retell(struct ald_told *events, size_t n);
