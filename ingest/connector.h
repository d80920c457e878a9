/* What a connector is. Connectors are pure: they build a request and read a response; they never touch curl, SQLite, clock
 * or environment. People in the response have been replaced by pseudonyms before `page` sees it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/arena.h"
#include "alidade/err.h"
#include "alidade/ingest.h"
#include "alidade/json.h"
#include "alidade/timeline.h"

/* ---- Rows: what a page becomes. Everything is owned by the page's arena or its document. NULL: absent. ---- */

/* ALD_HOLDS_*: what a record's timeline holds once it was read, bits of record.timeline and record.holds: timeline.h. */

struct ald_row_moment {
    const char *moment; /* impact_started detected opened acknowledged mitigated resolved closed */
    int64_t at;
    const char *field; /* JSON path inside the element, e.g. "resolved_at" */
    int rank;          /* 1 is taken first */
};
struct ald_row_value {
    const char *name, *value, *field;
    int ord;
};
struct ald_row_ref {
    const char *kind, *value, *field;
};
struct ald_row_service {
    const char *service; /* the source's id or a name */
    int64_t at;          /* ALD_TIME_NONE: undated */
    bool at_start;       /* named when the record was opened */
    bool stand_in;
    const char *field;
};
struct ald_row_team {
    const char *team, *role, *field;
    int64_t at;
};
struct ald_row_person {
    const char *person /* pseudonym */, *role, *field;
    int64_t at;
};
struct ald_row_event {
    const char *external_id; /* of the record; NULL: the element's own record */
    const char *event_id;    /* NULL: a hash of at, kind, actor, text is used */
    int64_t at;
    const char *kind;        /* acknowledged, assigned, resolved ...: docs/FILES.md */
    const char *actor, *agent; /* pseudonyms: who was engaged; who caused it */
    int automatic;           /* 1 machine, 0 person, -1 not known */
    const char *team, *service, *value, *field, *text;
};
struct ald_row_record {
    const char *external_id, *kind, *key, *title, *url, *status, *resolve_reason;
    const char *class_;        /* planned exercise near_miss, or NULL */
    const char *end_state;     /* open | resolved | closed: what the source says now */
    const char *version;       /* changes whenever the record does; NULL: its raw text is compared */
    int64_t entered_at, updated_at;
    int64_t gone_at;           /* the source has it no longer since then; ALD_TIME_NONE: it is there */
    unsigned holds;            /* what its timeline would hold, read or not */
    unsigned timeline;         /* what of it this element itself carries in full */
    struct ald_row_moment *moments;
    size_t moments_n, moments_cap;
    struct ald_row_value *values;
    size_t values_n, values_cap;
    struct ald_row_ref *refs;
    size_t refs_n, refs_cap;
    struct ald_row_service *services;
    size_t services_n, services_cap;
    struct ald_row_team *teams;
    size_t teams_n, teams_cap;
    struct ald_row_person *people;
    size_t people_n, people_cap;
};
struct ald_row_team_def {
    const char *external_id, *name, *parent, *timezone;
};
struct ald_row_service_def {
    const char *external_id, *name, *team; /* without a name, but with depends_on: only what it depends on */
    int tier; /* 0: not given */
    const char *const *depends_on; /* NULL-terminated, or NULL */
    bool adds; /* depends_on is some of what it depends on: what other elements said stays */
};
/** A detail request that this element causes: when the element is new or changed and, with since, only when the record
 *  `subject` is not in the store or was last read before that time. */
struct ald_row_todo {
    const char *stream, *subject;
    int64_t since; /* ALD_TIME_NONE: whenever it was read */
    bool stranger; /* only when an event of the element was left out, because its record is not in the store */
};
/** An entry of an ordered list of labels: rank 1 is the most severe. kind: severity. */
struct ald_row_label {
    const char *kind, *external_id, *name;
    int rank;
};
/* What people said of an incident, in a review or elsewhere: rows of the tables of migration 0003. external_id NULL: made of the
 * source's name for the incident and of what tells rows of the table apart. incident: "source:external_id" of a record, or a key.
 * Flags: 1 yes, 0 no, -1 not known. Times: ALD_TIME_NONE: not known. */
struct ald_row_review {
    const char *external_id, *incident, *url, *why_surprised, *risk_awareness, *title, *status;
    int64_t held_at;
    int facilitator_involved, readers; /* readers -1: not known */
};
struct ald_row_attendance {
    const char *external_id, *incident, *person /* pseudonym */, *team;
    int required;
};
struct ald_row_learning {
    const char *external_id, *incident, *text, *kind;
    int64_t at;
};
struct ald_row_action {
    const char *external_id, *incident, *title, *url, *status, *team;
    int64_t opened_at, due_at, closed_at;
};
struct ald_row_told {
    const char *external_id, *incident, *place;
    int64_t told_at;
};
/** One element of a page: its raw value and the rows it became, or why it did not. */
struct ald_element {
    const char *id;    /* stable in its stream: sys_id, incident id, line hash */
    struct ald_jv raw; /* what is kept in record_raw or in quarantine */
    const char *error; /* path and reason: the element goes to quarantine and gives no rows */
    struct ald_row_record *record; /* or NULL */
    const char *gone; /* a record that is not, or no longer, among those asked for: gone where the store has it; nothing else is kept */
    struct ald_row_event *events;
    size_t events_n, events_cap;
    struct ald_row_team_def *team_def;       /* or NULL */
    struct ald_row_service_def *service_def; /* or NULL */
    struct ald_row_label *label;             /* or NULL */
    struct ald_row_review *reviews;
    size_t reviews_n, reviews_cap;
    struct ald_row_attendance *attendance;
    size_t attendance_n, attendance_cap;
    struct ald_row_learning *learnings;
    size_t learnings_n, learnings_cap;
    struct ald_row_action *actions;
    size_t actions_n, actions_cap;
    struct ald_row_told *told;
    size_t told_n, told_cap;
    struct ald_row_record **additions; /* to records that other elements hold */
    size_t additions_n, additions_cap;
    struct ald_row_todo *todos; /* made only when the record is new or changed */
    size_t todos_n, todos_cap;
};
struct ald_row_finding {
    const char *id, *subject, *text, *severity;
    int64_t n;
};
struct ald_row_alias {
    const char *kind /* url | key */, *prefix;
};
/** What a reference list says of an id, for the pages of other streams of the same run ("status" 3 is "done"). */
struct ald_row_fact {
    const char *kind, *key, *value;
};
struct ald_rows {
    struct ald_arena *arena;
    struct ald_element *elements;
    size_t n, cap;
    struct ald_row_finding *findings;
    size_t findings_n, findings_cap;
    struct ald_row_alias *aliases;
    size_t aliases_n, aliases_cap;
    struct ald_row_fact *facts;
    size_t facts_n, facts_cap;
    const char **alone; /* subjects */
    size_t alone_n, alone_cap;
};
/* Appenders (ingest/rows.c): each returns the new, zeroed entry with times set to ALD_TIME_NONE and automatic to -1.
 * A pointer into rows->elements is good until the next ald_rows_element call. */
struct ald_element *ald_rows_element(struct ald_rows *rows, const char *id, const struct ald_jv *raw);
struct ald_row_record *ald_rows_record(struct ald_rows *rows, struct ald_element *el, const char *external_id);
/** Does nothing when at is ALD_TIME_NONE. */
void ald_rows_moment(struct ald_rows *rows, struct ald_row_record *rec, const char *moment, int64_t at, const char *field, int rank);
/** Does nothing when value is NULL or "". */
void ald_rows_value(struct ald_rows *rows, struct ald_row_record *rec, const char *name, const char *value, const char *field);
void ald_rows_ref(struct ald_rows *rows, struct ald_row_record *rec, const char *kind, const char *value, const char *field);
struct ald_row_service *ald_rows_service(struct ald_rows *rows, struct ald_row_record *rec, const char *service, const char *field);
void ald_rows_team(struct ald_rows *rows, struct ald_row_record *rec, const char *team, const char *role, int64_t at, const char *field);
void ald_rows_person(struct ald_rows *rows, struct ald_row_record *rec, const char *person, const char *role, int64_t at, const char *field);
struct ald_row_event *ald_rows_event(struct ald_rows *rows, struct ald_element *el, const char *event_id, int64_t at, const char *kind);
struct ald_row_todo *ald_rows_todo(struct ald_rows *rows, struct ald_element *el, const char *stream, const char *subject);
/* Each with times, flags and counts "not known". */
struct ald_row_review *ald_rows_review(struct ald_rows *rows, struct ald_element *el, const char *incident);
struct ald_row_attendance *ald_rows_attendance(struct ald_rows *rows, struct ald_element *el, const char *incident);
struct ald_row_learning *ald_rows_learning(struct ald_rows *rows, struct ald_element *el, const char *incident);
struct ald_row_action *ald_rows_action(struct ald_rows *rows, struct ald_element *el, const char *incident);
struct ald_row_told *ald_rows_told(struct ald_rows *rows, struct ald_element *el, const char *incident);
/** What the element adds to a record that another element holds: give it moments, values, given facts, refs, services, teams and
 *  people by the appenders above, and a class; all else of it counts for nothing. The same row for the same record, however often asked.
 *  - They stand beside the record's own rows until this very element (stream and id) comes with others or, in a stream that is
 *    `whole`, comes no more; a change of the record, a second element and remap leave them alone. What is the same again changes
 *    nothing.
 *  - Of a value both of the record and of additions, the record's own counts; else that of the first origin ("STREAM/ELEMENT" in
 *    order of bytes). Regions are a list: each adds to it. Moments are ranked as usual; services, teams, people and refs are sets.
 *  - The element is scrubbed, kept, quarantined and re-read (remap, retry) like any other. Without the record it is quarantined, or
 *    left out where the stream is a `tail`; a detail that is `of_record` is not asked for before.
 *  - In field, begin with the stream's name and ':' ("custom_fields:severity"): `explain` shows where a figure came from.
 *  - fields: of the configuration are the connector's to read, as for a record: ald_source_field, ald_rows_given. */
struct ald_row_record *ald_rows_addition(struct ald_rows *rows, struct ald_element *el, const char *external_id);
/** An addition of one ref. Does nothing when value is NULL or "". */
void ald_rows_link(struct ald_rows *rows, struct ald_element *el, const char *external_id, const char *kind, const char *value, const char *field);
void ald_rows_finding(struct ald_rows *rows, const char *id, const char *subject, const char *text, int64_t n, const char *severity);
/** Does nothing when the page has told it already. */
void ald_rows_alias(struct ald_rows *rows, const char *kind, const char *prefix);
/** Facts that a user maps to the source's own fields under `fields:`; the same for every connector. */
struct ald_given_field {
    const char *canonical; /* in the configuration */
    const char *name;      /* of the record's value */
    unsigned facet;        /* ALD_HOLDS_*: what a timeline holds that shows changes of it */
};
const struct ald_given_field *ald_given_field_at(size_t i); /* NULL after the last */
/** The row of the fact that is mapped to this field of the source, or NULL. */
const struct ald_given_field *ald_given_field_of(const struct ald_source_cfg *cfg, const char *field);
/** Facets of all facts that are mapped. */
unsigned ald_given_facets(const struct ald_source_cfg *cfg);
/** Adds a fact; a list of regions in one text ("eu, us") becomes one value each. */
void ald_rows_given(struct ald_rows *rows, struct ald_row_record *rec, const char *name, const char *text, const char *field);
/** Value of the `other` event that says that a fact was changed to text (timeline.h), or NULL where it was cleared or is no
 *  number. */
const char *ald_given_word(struct ald_arena *arena, const struct ald_given_field *given, const char *text);
/** What the answer holds of this subject may not be all: see asks_again_alone. */
void ald_rows_alone(struct ald_rows *rows, const char *subject);
/** Of an every_time stream, which is read before those that ask for it with ald_fact, or of a detail for the answers after it. */
void ald_rows_fact(struct ald_rows *rows, const char *kind, const char *key, const char *value);
/** Turns a failed read of one element into its quarantine: keeps err->msg as the element's error, drops its rows. */
void ald_rows_refuse(struct ald_rows *rows, struct ald_element *el, const struct ald_err *err);

/* ---- Requests and responses ---- */

enum ald_auth { ALD_AUTH_NONE, ALD_AUTH_BASIC, ALD_AUTH_TOKEN };
struct ald_http_header {
    const char *name, *value;
};
struct ald_window {
    int64_t since, until; /* ALD_TIME_NONE: unbounded. since already has the overlap taken off */
    bool first;           /* nothing of this stream was ever read */
};
/** What to ask. Arena-owned. */
struct ald_http_req {
    const char *url;       /* absolute; for file sources NULL */
    const char *body;      /* JSON to POST: a question that may be asked twice; NULL: GET */
    bool once;             /* what is sent may be acted on: not again unless it cannot have arrived or was put off */
    const char *file_path; /* file sources: the file; offset and page_size say which lines */
    int64_t offset;
    enum ald_auth auth;
    const char *auth_scheme; /* ALD_AUTH_TOKEN: "OAuth", "Bearer", "Token token=" ... put before the token */
    struct ald_http_header headers[8];
    size_t headers_n;
    bool text; /* the body is not one JSON document: page gets text */
    bool csv;      /* file sources: rows of CSV, which come as objects of texts; else one JSON object a line */
    bool document; /* file sources: the file is one JSON document, and one page */
    /* Context, set by sync.c, for page: */
    const char *cursor;          /* NULL on the first page */
    const char *const *subjects; /* of a detail stream */
    const char *const *statuses; /* of each subject of a stream that asks_again_alone, what its record's status is: an entry is NULL
                                    where there is none; or NULL */
    size_t subjects_n;
    struct ald_window window;
    int page_size;
};
struct ald_http_res {
    const struct ald_http_req *req;
    long status;
    const struct ald_http_header *headers; /* names lower case */
    size_t headers_n;
    const char *body; /* decompressed */
    size_t body_n;
    int64_t next_offset; /* file sources: where the next page begins; -1 at the end of the file */
    const char *const *columns; /* CSV: names of the header, NULL-terminated; else NULL */
    int64_t first_line;  /* file sources: number of the first line of the body, from 1 */
    int64_t server_date; /* of the Date header, or ALD_TIME_NONE */
    struct ald_json_doc *doc; /* parsed and scrubbed, or NULL when req->text */
    struct ald_jv root;
    const struct ald_facts *facts; /* what the run's reference lists said; may be NULL */
};
struct ald_facts; /* facts.c */
/** What a reference list of this run said of key, or NULL. Lives as long as the run. */
const char *ald_fact(const struct ald_http_res *res, const char *kind, const char *key);
/** Value of a response header (name in lower case), or NULL. */
const char *ald_http_header(const struct ald_http_res *res, const char *name);

/** What follows a page. */
struct ald_next {
    const char *cursor;  /* to hand to the next request; NULL: this was the last page */
    bool back;           /* the next page goes back on purpose: it may hold what was given before */
    int64_t high_water;  /* newest change seen on this page, or ALD_TIME_NONE */
    int64_t total;       /* rows that the source says there are, or 0 */
    const char *gap;     /* the source gave less than it should: why; else NULL */
    bool preface;        /* of a detail: the page only told what to ask with; the next one is the first */
    const char *remark;  /* the source's own limit, no gap while the cursor overlaps: text, else NULL */
};

struct ald_stream {
    const char *name;
    const char *parent;      /* stream whose elements cause this one's detail requests (todo), or NULL */
    const char *cursor_doc;  /* one line: what the cursor means */
    const char *list;        /* member of a page that holds its elements; "": the page is the list; NULL: elements alone do not
                                make a page, so that only the network gives them again. remap and retry hand page such a list of
                                elements of one subject (what stands before the '/' of their ids; a record's id may hold one) and nothing
                                else */
    bool alone;              /* an element is a whole page, that of the subject which is its id */
    const char *(*list_in)(const struct ald_source_cfg *cfg); /* where that depends on the configuration; else NULL */
    unsigned holds;          /* a finished detail request adds those of these bits that its record would hold to its
                                timeline; a stream without
                                parent that was read to its end adds them to all records of the source */
    int subjects_max;        /* detail: how many subjects one request can carry (1 when 0) */
    bool (*batched)(const struct ald_source_cfg *cfg); /* false: one subject a request all the same; NULL: always */
    int64_t overlap_ms;      /* look-back when the configuration gives none */
    bool rescan_open;        /* no filter by change: the window reaches back to the oldest open record */
    bool every_time;         /* a reference list: read whole on every run, no window */
    bool optional;           /* refusal (402, 403, 404, 410) is a finding, not a gap: not every plan or account has it */
    const char *refusal_400; /* optional: words of an answer of status 400 that are such a refusal too; else NULL */
    bool bounded;            /* the source needs both ends of a window: until is now where nothing else is given */
    bool by_creation;        /* the window is of when records were made, not of when they changed */
    bool reads_400;          /* page is given answers of status 400 too: so the source says that a window holds too much */
    bool tail;               /* tells of changes, lists no records: events of a record that is not in the store are left
                                out, and their element's todos made all the same, which read it */
    const char *as;          /* detail: its elements are those of this stream, one by one, and kept under its name */
    bool open_again;         /* detail: asked for every open record of stream `as` on every run */
    bool unsettled_again;    /* detail that says things: asked on every run for every record of which it told of an action that is not
                                closed, or of a review without a time: they move no record */
    bool asks_again_alone;   /* detail of several subjects, ids of whose elements are "SUBJECT/...": one of which an answer holds no
                                element, or of which page says ald_rows_alone, is asked for by itself */
    bool of_record;          /* detail: asked once the record `subject` is in the store */
    bool of_part;            /* detail of a part of a record: its subjects are "PART@RECORD" */
    bool tells_gone;         /* detail: a subject that is not found twice is a record that is gone */
    bool whole;              /* detail of one subject: an answer replaces the events (by field: the stream's name) and additions
                                that earlier ones gave; ids of elements are "SUBJECT/..." */
    bool events_whole;       /* an element that holds a record tells all events (by field: the stream's name) that there are now: those
                                that it told before and tells no more go. Their ids are of the whole source */
    bool says;               /* its elements carry what people said (reviews, actions ...), under ids that are made of theirs:
                                what an element no longer carries goes, and so does what an every_time list or the answer
                                of a whole detail no longer shows */
    const char *needs;       /* what a token must be allowed, for doctor: "Browse projects"; NULL: nothing of its own */
    bool (*wanted)(const struct ald_source_cfg *cfg); /* NULL: always */
    enum ald_rc (*request)(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                           struct ald_err *err); /* reads req->cursor, subjects, window, page_size; fills the rest */
    /** A failure of the whole page is an error (ALD_ERR_FORMAT: fetched again, then halved); a bad element is
     *  ald_rows_refuse. */
    enum ald_rc (*page)(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                        struct ald_next *next, struct ald_err *err);
    /** What follows a page of one record that cannot be read at all: res has request, status and headers, but no document.
     *  NULL: the source gives no way to step over a record; reading then ends there, as a gap. */
    enum ald_rc (*skip)(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                        struct ald_next *next, struct ald_err *err);
};

/** Where people stand in the documents of a stream; they are replaced before anything else sees the document. */
struct ald_person_path {
    const char *stream;
    const char *path; /* members joined by '.', "[]" for each element: "result[].assigned_to", "[].user";
                         "**": any depth: "body.**.attrs"; at the end of a path every object that own_key tells apart */
    bool login;       /* a bare string there is a login, not an id */
    bool ours;        /* a value that has the form of our pseudonyms is one: an export comes back */
    bool primary;     /* ids here identify a person by themselves (else only what a `defines` object joined is mapped) */
    bool defines;     /* the object says who the person is: its ids are joined; its members are replaced, not the object */
    const char *when_key, *when_values; /* only where the sibling member has one of these values (space separated; "-": or none) */
    const char *own_key, *own_values;   /* only objects that have one of these values there themselves; values NULL: any */
    const char *id_key, *name_key, *email_key, *login_key; /* members when an object stands there, also below it and several to
                                                              choose from ("attributes.full_name|name"); NULL: none. Of `defines`
                                                              plain members alone */
    const char *beside;              /* of a bare value: the sibling member that holds the same person's name */
    const char *bot_key, *bot_values; /* an object with one of these values, or such a bare value, is software: "" stands there.
                                         Separated by '|' where one of them holds a space */
    bool by_email;    /* people stand there by their addresses: another bare value is software, but for a name that the source's list
                         of people told */
};

/** An event as it is in the store, for retell. */
struct ald_told {
    const char *event_id, *kind, *field;
    int64_t at;
};

/** What doctor asks beside a page of each stream: how many elements a first read of the stream has to bring. Asked like pages,
 *  by cursor, where the source has to be asked several times. */
struct ald_probe {
    const char *stream;
    const char *remark; /* how good the number is, such as "the source's own estimate", or NULL */
    bool (*wanted)(const struct ald_source_cfg *cfg); /* NULL: always */
    enum ald_rc (*request)(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req,
                           struct ald_err *err); /* reads req->cursor and window */
    /** Adds to *n. *ret_cursor: for the next request, or NULL. */
    enum ald_rc (*count)(struct ald_arena *arena, const struct ald_source_cfg *cfg, const struct ald_http_res *res, int64_t *n,
                         const char **ret_cursor, struct ald_err *err);
};

enum ald_mentions { ALD_MENTIONS_NONE, ALD_MENTIONS_WIKI /* "[~account]" */, ALD_MENTIONS_AT /* "@login", but not "@team/part" */ };

struct ald_connector {
    struct ald_source_type type;
    int mapping; /* version of the mapping; raised when the same raw gives other rows */
    int page_size, page_size_max;
    const struct ald_stream *streams;
    size_t streams_n;
    const struct ald_person_path *people;
    size_t people_n;
    const struct ald_probe *probe; /* a row for each stream that its pages do not count */
    size_t probe_n;
    int requests_per_minute; /* what the source's documentation allows a token; 0: it names none */
    enum ald_mentions mentions; /* how texts name accounts */
    /** Where what an event means follows from those before it: given all events of a record in order of time, then id, sets
     *  their kinds, whatever they were. NULL: no event depends on others. */
    void (*retell)(struct ald_told *events, size_t n);
};
/* One row each in connectors/list.def: X(name) declares `const struct ald_connector ald_connector_NAME`. */
const struct ald_connector *ald_connector_find(const char *type);
const struct ald_connector *ald_connector_at(size_t i); /* NULL after the last */
