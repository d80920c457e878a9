/* The working state of one analysis while it is built: raw rows by record, and what each step hands to the next
 * (load -> clocks of records -> link -> incidents -> clocks, names, classes). Private to analysis. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/timeline.h"
#include "analysis/given.h"
#include "analysis/names.h"

#define ALD_BIT(i) (1u << (unsigned)(i))

/** A row of record_service. field: ald_build_word. */
struct ald_row_svc {
    int64_t at;
    uint32_t service;
    uint32_t field : 30;
    bool at_start : 1, stand_in : 1;
};
/** What somebody is in a record, as far as it matters here. */
enum ald_role {
    ALD_ROLE_OTHER, ALD_ROLE_ASSIGNED, ALD_ROLE_RESPONDER, ALD_ROLE_ACKNOWLEDGED, ALD_ROLE_COMMANDER, ALD_ROLE_RESOLVED,
    ALD_ROLE_NOTIFIED, ALD_ROLE_REQUESTED, ALD_ROLE_N
};
/** A row of record_team or record_person; name is a team or a person. */
struct ALD_TIGHT ald_row_named {
    int64_t at;
    uint32_t name, raw; /* person: ALD_NOBODY and the index when not mapped; team: both the same */
    uint32_t field : 28; /* ald_build_word */
    uint32_t role : 4;   /* enum ald_role */
};
_Static_assert(sizeof(struct ald_row_named) == 20 && ALD_ROLE_N <= 16, "one for each row");
enum ald_ref_kind {
    ALD_REF_URL,
    ALD_REF_KEY,
    ALD_REF_ID,
    ALD_REF_MERGED_INTO, /* the first that folds; the next two as well */
    ALD_REF_DUPLICATE_OF,
    ALD_REF_PARENT,
    ALD_REF_INCIDENT_KEY, /* the first of what records share */
    ALD_REF_ALERT,
    ALD_REF_CHANNEL,
    ALD_REF_MENTION,
    ALD_REF_N
};
struct ald_row_ref {
    uint8_t kind; /* enum ald_ref_kind */
    const char *value, *field;
};
/** What the lists of services and teams say. source: number of the source; the configuration's is the number of sources. */
struct ald_edge {
    uint32_t service, needs, source;
};
struct ald_listed {
    uint32_t service, source;
    int tier; /* 0: not given */
};
struct ald_member_of {
    uint32_t team, parent, source; /* parent ALD_NOBODY: none */
    const char *zone;              /* or NULL */
};
struct ald_alias {
    uint32_t source;
    bool url;
    const char *prefix; /* urls: normalised */
};
/** Where the rows of one record lie in the arrays of struct ald_build. */
struct ald_slice {
    uint32_t at, n;
};

/** What is known of one record beyond struct ald_record. */
struct ald_work {
    int64_t start;               /* impact_started, else opened; ALD_TIME_NONE */
    struct ald_span *spans;      /* record_clocks.c: ascending; the last may be open */
    struct ald_slice services, people, later_names;
    uint32_t source;             /* number in names `sources` */
    uint32_t spans_n : 25;       /* at most ALD_SPANS_MOST are counted */
    bool later_change : 1;       /* a change of state after as-of was dropped */
    bool impossible : 1, in_future : 1, entered_after : 1; /* record_clocks.c; in_future: what is impossible is that */
    bool human : 1;              /* record_clocks.c: some person did something */
    bool ended_itself : 1;       /* record_clocks.c: the last change to resolved was nobody's */
    bool folded : 1;             /* link.c */
};
#define ALD_SPANS_MOST ((1u << 25) - 1)
_Static_assert(sizeof(struct ald_work) == 48, "there may be millions");

/** A moment of a record, of which most have three of seven: they lie one behind the other, each record's in a chain. */
struct ALD_TIGHT ald_record_moment {
    int64_t at;             /* ALD_TIME_NONE: none */
    uint32_t field;         /* ald_build_word */
    uint32_t next : 29;     /* the number of another one of this record, from 1; 0: there is none */
    uint32_t moment : 3;    /* enum ald_moment */
};
_Static_assert(ALD_MOMENT_N <= 8, "three bits");

/** The same, only until the incidents stand. */
struct ald_draft {
    int64_t updated_at;          /* as the source says; ALD_TIME_NONE */
    struct ald_slice teams;
    uint32_t group, fold_into;   /* link.c; fold_into: record, or ALD_NOBODY */
    uint32_t whole;              /* link.c: what is one incident: groups and what was folded into them */
    uint16_t reopens;            /* record_clocks.c; at most UINT16_MAX are counted */
    uint8_t later;               /* a bit for each moment of which a candidate after as-of was dropped */
    uint8_t state;               /* record_clocks.c: enum ald_state */
};
_Static_assert(sizeof(struct ald_draft) == 32, "the same");

/** A list of mentions of services, teams or people. */
struct ald_mentions {
    struct ald_arena *arena;
    struct ald_named *items;
    size_t n, cap;
};

struct ald_build {
    struct ald_store *store, *beside; /* beside: for another thread; NULL where none can be had */
    const struct ald_settings *settings;
    struct ald_analysis *a;
    struct ald_arena *scratch; /* freed when the analysis stands */
    struct ald_work *work;     /* parallel to a->records */
    struct ald_draft *draft;   /* the same; gathering */
    struct ald_slice *refs;    /* the same; linking */
    int64_t *last_seen;        /* the same */

    struct ald_arena *brief;   /* emptied by whoever needs it, before that */
    struct ald_arena *wording; /* normalised titles that are no names yet; gathering */
    /* Freed when records are linked, when incidents have their clocks, when they stand. */
    struct ald_arena *linking, *timing, *gathering, *recognising; /* and when their texts are gathered */
    uint32_t *moments_of;            /* parallel to a->records: the number of a moment, from 1; 0: none. timing */
    struct ald_record_moment *moments;  /* the same */
    size_t moments_n, moments_cap;

    struct ald_names *sources, *persons, *teams, *services, *strings, *titles; /* titles: normalised ones of incidents */
    struct ald_row_svc *svc; /* gathering; those of vendors stay (ald_load_vendors_stay) */
    size_t svc_n, svc_cap;
    struct ald_row_named *team;
    size_t team_n, team_cap;
    struct ald_row_named *person;
    size_t person_n, person_cap;
    struct ald_row_ref *ref;
    size_t ref_n, ref_cap;
    struct ald_event_names *later; /* names that events after as-of give: an undated row that names one is no knowledge of as-of */
    struct ald_alias *alias;
    size_t alias_n, alias_cap;
    struct ald_timeline *timeline; /* load_events.c */
    struct ald_entry *events; /* the analysis'; stand after ald_load */
    struct ald_override *overrides; /* overrides.c; analysis-owned */
    uint32_t *override_of;          /* by incident while it is built: its last override, ALD_NOBODY; NULL: there are none */
    struct ald_traits_entry *traits; /* traits.c */
    struct ald_link *link; /* by link.c: those that joined */
    size_t link_n;
    struct ald_mentions mentions; /* of one incident at a time */
    struct ald_owner {
        uint32_t service, team;
    } * owner; /* who says who owns a service: sources first, then the configuration */
    size_t owner_n, owner_cap, owner_of_sources_n;
    struct ald_edge *edge;
    size_t edge_n, edge_cap;
    struct ald_listed *listed;
    size_t listed_n, listed_cap;
    struct ald_member_of *member;
    size_t member_n, member_cap;
    bool keeps; /* briefs of the records are made (briefs.h) */
    struct ald_part *part; /* of the store that is analysed (stored.h); NULL: all of it */
    struct ald_org *org; /* stands after ald_load, until the past takes it */
    struct ald_given *given;
    size_t given_n, given_cap;
    unsigned *seen;          /* by source: facets that some event of it shows, whenever */
    unsigned *shows;         /* by record: those that its own show; linking */
    /* By source: records that were left out because their links are as they were (renew.h); NULL: none. Times: ALD_TIME_NONE: none. */
    struct ald_left_out {
        int64_t first, last, posted; /* starts; posted: the first of those of a status page */
        size_t n, settled_n;         /* settled_n: that likeness is learnt from */
        size_t shares[3];            /* that carry an incident key, an alert, a channel */
    } * left_out;
    /* Where records were not read (renew.h): services and teams that their events name; by record, where they lie. NULL: all were read. */
    struct ald_slice *told;
    struct ald_event_names *told_names;
    size_t told_n, told_cap;
    uint32_t *service_owner; /* team of a service, by service; ALD_NOBODY. Stands after ald_load */

    /* Look-ups, used while loading only. */
    struct ald_names *team_ids, *service_ids, *people_ids, *automation;
    uint32_t *team_of_id, *service_of_id, *person_of_id; /* parallel to the names above */
    size_t team_of_id_cap, service_of_id_cap, person_of_id_cap, mapped_of_id_cap;
    bool *mapped_of_id;
    struct ALD_TIGHT ald_row_index {
        int64_t row;
        uint32_t record;
    } * by_row; /* sorted by row; recognising */
    size_t by_row_n, by_row_cap;
    bool *vendor; /* by source */
    size_t vendor_cap;
    uint32_t unsettled; /* record of the row that was put down last, until it is whole; load_rows.c */
};

/** A record's own moment (at ALD_TIME_NONE: none), and giving it one or taking it away. moments.c */
struct ald_taken ald_own_moment(const struct ald_build *b, uint32_t record, int moment);
void ald_own_moment_set(struct ald_build *b, uint32_t record, int moment, int64_t at, uint32_t field);

/** Dates after as-of by record (its row); row 0: of a correction. */
struct ald_later {
    int64_t row, at;
};
struct ald_laters {
    struct ald_later *items;
    size_t n, cap;
};
/** build.c: of dates of one record that come one after the other only the earliest is kept. */
void ald_later_add(struct ald_arena *arena, struct ald_laters *laters, int64_t row, int64_t at);
/** A date that may lie after as-of. @return true when it does: what it dates has not happened yet. */
static inline bool ald_build_later(struct ald_build *b, int64_t row, int64_t at)
{
    struct ald_analysis *a = b->a;
    if (at <= a->as_of)
        return false;
    if (a->next_at == ALD_TIME_NONE || at < a->next_at)
        a->next_at = at;
    if (b->keeps)
        ald_later_add(a->arena, a->later, row, at);
    return true;
}

/** build.c: an analysis that nothing was read for; what builds it, and that gone again. */
ALD_CHECK enum ald_rc ald_analysis_new(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, struct ald_analysis **ret,
                                       struct ald_err *err);
void ald_build_begin(struct ald_build *ret, struct ald_store *store, struct ald_analysis *a);
void ald_build_done(struct ald_build *b);
/** Opens `beside`, which reads all records: that of a part is not there before somebody has much to read. */
void ald_build_beside(struct ald_build *b);
/** The incident of a record by its row, while rows stand (by_row); ALD_NOBODY: it has none, or is not there. */
uint32_t ald_build_incident(const struct ald_build *b, int64_t row);

/** load.c: all of it as of as-of: lists, records (load_records.c: with their moments), severity, refs, aliases; load_rows.c: services, teams,
 *  people. Afterwards names are numbered in the order of their texts, so that sorting by number is sorting by name. */
ALD_CHECK enum ald_rc ald_load(struct ald_build *b, struct ald_err *err);
ALD_CHECK enum ald_rc ald_load_records(struct ald_build *b, struct ald_err *err);
ALD_CHECK enum ald_rc ald_load_rows(struct ald_build *b, struct ald_err *err);
/** Keeps the services of other companies' records, which the past asks for, when all others go with `gathering`. */
void ald_load_vendors_stay(struct ald_build *b);
/** load_events.c: begins to read the timeline beside the store where that can be done. The order of rows (by_row) and the lists of names stand
 *  before. Of each row in turn it is told its source (ALD_NOBODY: the record is gone, or not there yet) and its start, and then that it was
 *  told all. */
void ald_timeline_begin(struct ald_build *b);
void ald_timeline_tell(struct ald_build *b, uint32_t source, int64_t start);
void ald_timeline_all_told(struct ald_build *b);
/** load_events_join.c: waits for it, or reads it now, when all that hangs on the records is loaded; and gives its names their numbers, which
 *  come in the order of their texts. */
ALD_CHECK enum ald_rc ald_timeline_take(struct ald_build *b, struct ald_err *err);
void ald_timeline_number(struct ald_build *b, const uint32_t *person, const uint32_t *team, const uint32_t *service);
/** Waits and frees. */
void ald_timeline_done(struct ald_build *b);
/** given.c: an undated fact of a record; how many support tickets there are; a fact that an event tells, if it does (without record
 *  and text; *seen: facets that it shows), or a row of a person; all of them, when all is loaded. */
void ald_given_value(struct ald_build *b, uint32_t record, const char *name, const char *value, const char *field);
ALD_CHECK enum ald_rc ald_load_reported(struct ald_build *b, struct ald_err *err);
bool ald_given_event(int64_t at, uint32_t person, const char *value, unsigned *seen, struct ald_given *ret);
void ald_given_called(struct ald_build *b, uint32_t record, const struct ald_row_named *row);
void ald_given_add(struct ald_build *b, struct ald_given given);
struct ald_givens ald_givens_of(struct ald_build *b);
/** Streams a named query. */
ALD_CHECK enum ald_rc ald_each(struct ald_build *b, const char *query, void (*take)(struct ald_build *b, struct ald_q *q), struct ald_err *err);
/** Goes on in by_row from *at to a row of the store, which come in ascending order. @return whether the record is known; *at is then its place. */
static inline bool ald_build_goes_to(const struct ald_build *b, int64_t row, size_t *at)
{
    while (*at < b->by_row_n && b->by_row[*at].row < row)
        ++*at;
    return *at < b->by_row_n && b->by_row[*at].row == row;
}
/** Streams a named query that begins with the record's row number, in ascending order; rows of unknown records are
 *  passed over. */
ALD_CHECK enum ald_rc ald_each_record(struct ald_build *b, const char *query,
                                      void (*take)(struct ald_build *b, uint32_t record, struct ald_q *q),
                                      struct ald_err *err);
/** Number of the name that a source's id stands for; an id that the source's list does not have is taken as the name.
 */
uint32_t ald_build_name(const struct ald_names *ids, const uint32_t *of_id, const char *source, const char *id,
                        struct ald_names *names);
/** Interned copy that lives in the analysis; NULL and "" give NULL. */
const char *ald_build_string(struct ald_build *b, const char *s);
/** Its number, for ald_word_at; NULL and "" give 0. */
uint32_t ald_build_word(struct ald_build *b, const char *s);

/** The one that comes first by its bytes; NULL is the empty one. */
const char *ald_build_first(const char *a, const char *b);
/** The text of a number that ald_build_word gave; NULL for 0. */
const char *ald_build_text(const struct ald_build *b, uint32_t word);

/** urls.c: puts the end of a record's url down (NULL: it has none), of which id and key are known. @return what comes before it, which
 *  others share; NULL: nothing. */
const char *ald_url_divide(struct ald_build *b, struct ald_record *record, const char *url);
/** traits.c: the one that stands for all records with these; its texts are ald_build_string's. */
const struct ald_traits *ald_build_traits(struct ald_build *b, const struct ald_traits *traits);
/** How many there are. */
size_t ald_build_traits_n(const struct ald_build *b);

/** event_ids.c */
void ald_event_ids_open(struct ald_analysis *analysis, struct ald_store *store);
void ald_event_ids_close(struct ald_event_ids *ids);

/** record_clocks.c: resolution, state and spans of one record. */
void ald_record_clocks(struct ald_build *b, uint32_t record);
/** build_shares.c: clocks of all incidents, and then what they are called, who took part, and their classes; each on several threads. */
void ald_incidents_clocks(struct ald_build *b);
void ald_incidents_gather(struct ald_build *b);
/** clocks.c: moments, state, spans and clocks of an incident from its records. */
void ald_incident_clocks(struct ald_build *b, struct ald_incident *inc);
/** moments.c: gives an incident these moments (ALD_MOMENT_N). */
void ald_moments_keep(struct ald_build *b, struct ald_incident *inc, const struct ald_taken *moments);
/** Order of records: start (none last), then the id text. */
int ald_record_order(const struct ald_build *b, uint32_t x, uint32_t y);
/** link.c: groups of records; fills draft[].group, fold_into, work[].folded and records[].link, the analysis'
 *  suggestions and idle links, and b->link. Sets records[].incident to 0..n-1 (vendor's: ALD_NOBODY).
 *  *ret_incidents: how many there are. */
ALD_CHECK enum ald_rc ald_link(struct ald_build *b, size_t *ret_incidents, struct ald_err *err);
/** gather.c: every engagement of teams (or of people) in an incident, one entry per event or row, undated ones too. */
void ald_incident_engagements(struct ald_build *b, const struct ald_incident *inc, bool people,
                              struct ald_mentions *ret);
/** Puts the first mention of each name in front, by time (undated last), then name; the others behind them, in no order.
 *  @return how many are first. */
size_t ald_mentions_order(struct ald_build *b, struct ald_mentions *list);
/** gather.c: what an engaging event (from 0) of a record says of a name; when it counts in an incident: what a merged record
 *  did before its parent began counts at the parent's start. */
struct ald_named ald_told_by_event(uint32_t record, const struct ald_event *event, size_t number, uint32_t name);
void ald_mention_place(const struct ald_incident *inc, bool folded, struct ald_named *item);
/** gather.c: services and teams of an incident, and what it is called. */
void ald_incident_gather(struct ald_build *b, struct ald_incident *inc);
/** classes.c */
void ald_incident_classify(struct ald_build *b, struct ald_incident *inc);
/** past.c */
void ald_past_build(struct ald_build *b);
/** origins.c: since when sources, other companies and own status pages tell; of a part of the store as analyze wrote it. */
void ald_past_origins(struct ald_build *b, struct ald_past *past);
/** past_people.c: who was engaged, and who of them knew its services. */
void ald_past_people(struct ald_build *b, struct ald_past *past);
/** past_others.c: who was notified. */
void ald_past_called(struct ald_build *b, struct ald_past *past);
/** past_concurrent.c */
void ald_past_concurrent(struct ald_build *b, struct ald_past *past);
/** past_others.c: incidents of other companies, by service. */
void ald_past_others(struct ald_build *b, struct ald_past *past);

/** True for kinds by which somebody is engaged: acknowledged, assigned, acted, joined. */
bool ald_kind_engages(unsigned kind);
