/* analysis: from records to incidents, clocks, signals, positions and readings (METHODS 1 to 5). Pure but for loading: it
 * reads the store once and computes in memory; equal store, settings and as-of give equal results. Never knows an API. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "alidade/arena.h"
#include "alidade/err.h"
#include "alidade/event.h"
#include "alidade/period.h"
#include "alidade/stats.h"
#include "alidade/store.h"
#include "alidade/time.h"

/* ---- Settings: all of the configuration that changes a figure ---- */
enum ald_duration_kind { ALD_DURATION_ACTIVE, ALD_DURATION_ELAPSED };
struct ald_weight {
    const char *signal;
    double weight;
};
struct ald_team_setting {
    const char *name, *parent, *timezone;
};
struct ald_service_setting {
    const char *name, *team;
    int tier; /* 0: not given */
    const char *const *depends_on;
    size_t depends_on_n;
};
#define ALD_LINK_LEARN_LEAST 10000 /* where nothing is configured */
struct ald_settings {
    const char *organisation, *timezone;
    int fiscal_start_month;
    bool fiscal_named_by_end;
    int lookback_quarters;
    int64_t landmark_ms;
    enum ald_duration_kind duration;
    int resamples;
    const struct ald_weight *weights;
    size_t weights_n;
    const char *const *severity_order; /* most severe first */
    size_t severity_order_n;
    int64_t noise_under_ms;
    const char *const *exercise_match;
    size_t exercise_match_n;
    const char *const *automation_users;
    size_t automation_users_n;
    const struct ald_team_setting *teams;
    size_t teams_n;
    const struct ald_service_setting *services;
    size_t services_n;
    double link_accept; /* confidence from which a suggested link is taken */
    int link_learn_least; /* settled records from which likeness is learnt from those alone; 0: ALD_LINK_LEARN_LEAST */
    int story_slots, story_minimum_age_quarters;
    bool show_mean, people_stored, free_text;
    const char *config_hash; /* of everything above, canonical */
};
/** The calendar that is configured, in a zone that it borrows. */
struct ald_calendar ald_settings_calendar(const struct ald_settings *settings, const struct ald_zone *zone);

/* ---- Incidents ---- */
enum ald_moment {
    ALD_IMPACT_STARTED, ALD_DETECTED, ALD_OPENED, ALD_ACKNOWLEDGED, ALD_MITIGATED, ALD_RESOLVED, ALD_CLOSED, ALD_MOMENT_N
};
const char *ald_moment_name(enum ald_moment moment); /* "impact_started" ... */
enum ald_class { ALD_INCIDENT, ALD_NOISE, ALD_EXERCISE, ALD_PLANNED, ALD_NEAR_MISS, ALD_MERGED, ALD_CLASS_N };
const char *ald_class_name(enum ald_class cls);
enum ald_state { ALD_OPEN, ALD_STATE_RESOLVED, ALD_END_NOT_RECORDED };
const char *ald_state_name(enum ald_state state);
struct ald_taken {
    int64_t at;          /* ALD_TIME_NONE: none */
    uint32_t record;
    uint32_t field;      /* the record's field that gave it: ald_word_at; "events" for one from the history of states */
};
/** ALD_MOMENT_N times none. */
extern const struct ald_taken ald_no_moments[];
/** How a record came to others. */
struct ald_record_link {
    const char *method; /* ald_link_method_name */
    const char *via;    /* what it rests on, or NULL */
    double confidence;
};
/** What many records have in common: each combination stands once. */
struct ald_traits {
    const char *source, *kind, *status, *resolve_reason, *class_, *end_state;
    const char *severity; /* label as the source gives it, or NULL */
    const char *address;  /* what urls begin with; NULL: nothing in common */
    unsigned timeline, holds; /* ALD_HOLDS_* */
};
struct ald_record {
    int64_t row;         /* id in the store */
    const struct ald_traits *traits;
    const char *external_id; /* the end of its id: ald_record_id */
    const char *key, *title;
    const char *url_end;     /* after the address in traits; NULL: no url. ald_record_url */
    const struct ald_record_link *link; /* its first link (strongest kind first); NULL: single. ald_record_method and so on */
    const struct ald_entry *events; /* sorted by at, id; cut at as-of: ald_event_at */
    int64_t entered_at;
    int64_t started_at;   /* impact_started, else opened; ALD_TIME_NONE */
    uint32_t events_n;
    uint32_t incident;    /* index; ALD_NOBODY for records of vendors */
    uint16_t ignored_before_start; /* state changes before the start; at most UINT16_MAX are counted */
    uint16_t severity_rank; /* 1 = most severe; 0 not known */
    bool vendor : 1;
    bool copy : 1;        /* another record of its incident is the same, read later from another source */
    bool folded : 1;      /* merged into another record of its incident: adds services, people, events, but no clocks */
};
_Static_assert(sizeof(struct ald_record) == 96, "there may be millions");
/** "source:external_id". */
static inline const char *ald_record_id(const struct ald_record *record)
{
    return record->external_id - strlen(record->traits->source) - 1;
}
/** NULL: it has none. Arena-owned or the record's. */
const char *ald_record_url(struct ald_arena *arena, const struct ald_record *record);
/** "single" for one that no link led to others. */
static inline const char *ald_record_method(const struct ald_record *record)
{
    return record->link ? record->link->method : "single";
}
/** What its link rests on, or NULL. */
static inline const char *ald_record_via(const struct ald_record *record)
{
    return record->link ? record->link->via : NULL;
}
/** Of its link; 1 for a single record. */
static inline double ald_record_confidence(const struct ald_record *record)
{
    return record->link ? record->link->confidence : 1;
}
/* ---- Links ---- */
/** Why two records are one incident, the strongest first. */
enum ald_link_method {
    ALD_LINK_DECISION, ALD_LINK_ID, ALD_LINK_URL, ALD_LINK_KEY, ALD_LINK_MERGED, /* explicit */
    ALD_LINK_INCIDENT_KEY, ALD_LINK_ALERT, ALD_LINK_CHANNEL,                     /* shared identity */
    ALD_LINK_SUGGESTION, ALD_LINK_METHOD_N
};
const char *ald_link_method_name(enum ald_link_method method); /* "decision", "id" ... */
/** Of the links that were taken there is one less than the incident has records. */
struct ald_link {
    uint32_t a, b; /* indexes of records */
    enum ald_link_method method;
    double confidence;
    const char *via;     /* what it rests on */
    const char *refused; /* static text: why a suggestion was not taken; NULL when it was */
};
/** A key, channel or pointer that links nothing because it says nothing. */
struct ald_link_idle {
    enum ald_link_method method;
    const char *value, *why; /* why: static text */
    size_t records;
};

struct ald_span {
    int64_t start, end;   /* end ALD_TIME_NONE: open */
};
#define ALD_RECORDS_MOST (1u << 30)
#define ALD_RECORD_OF(index) ((index) & (ALD_RECORDS_MOST - 1))
/** A service or team of an incident. at ALD_TIME_NONE: undated. */
struct ALD_TIGHT ald_named {
    int64_t at;
    uint32_t name;          /* index into names */
    uint32_t record : 30;
    bool at_start : 1, stand_in : 1;
    uint32_t evidence : 31; /* by_event: the number of an event of the record, from 1; else a field (ald_word_at) or 0: ald_evidence_of */
    bool by_event : 1;
};
_Static_assert(sizeof(struct ald_named) == 20, "one for each service, team and person of an incident");
#define ALD_QUARTER_NONE INT32_MIN
/** There may be millions: what is pointed at comes first, then moments, then counts, so that nothing is lost in between. */
struct ald_incident {
    const char *id, *key, *title; /* its records'; the url: ald_incident_url */
    const char *class_why; /* what made it so, for explain; NULL for plain incidents */
    const uint32_t *records; /* indexes, earliest first; folded ones after the others */
    const struct ald_link *links;    /* records_n - 1, strongest first */
    const struct ald_taken *moments; /* those that are given, in order: ald_moment_of */
    const struct ald_span *spans; /* union over records, sorted, disjoint; as of as-of */
    const struct ald_named *services; /* and behind them the teams: ald_incident_teams */
    const char *severity;
    const char *norm_title; /* interned: equal ones are one text */
    int64_t started_at;
    int64_t duration_ms;           /* the one configured; ALD_TIME_NONE without a resolve clock: ald_active_ms, ald_elapsed_ms; ald_open_for_ms */
    int64_t acknowledge_ms;        /* ALD_TIME_NONE: none; ald_detect_ms, ald_mitigate_ms */
    int64_t landmark_at;           /* detected, else opened, plus the landmark; ALD_TIME_NONE */
    int32_t quarter;               /* ald_quarter_of(started_at); ALD_QUARTER_NONE */
    uint32_t records_n;
    uint32_t merged_n;             /* groups of records that were folded into it: what population.merged counts */
    uint32_t spans_n, services_n, teams_n;
    uint32_t first_team;           /* ALD_NOBODY */
    int32_t reopens, severity_rank;
    uint8_t cls, state;            /* enum ald_class, enum ald_state */
    uint8_t given;                 /* which moments are: a bit for each enum ald_moment */
    bool impossible : 1, in_future : 1, zero_length : 1, entered_after : 1; /* in_future: what is impossible is that */
    bool ends_differ : 1; /* another of its records gives another end than the one that was taken (explain shows it), or alone gives one */
};
_Static_assert(sizeof(struct ald_incident) == 160, "as it says");

#define ALD_ALIKE_MS 1000 /* sources cut times to seconds: nearer ones are one */
/** Why its times cannot be; NULL when they can. */
static inline const char *ald_impossible_why(const struct ald_incident *inc)
{
    if (!inc->impossible)
        return NULL;
    return inc->in_future ? "the end was in the future when it was read" : "the end is before the start";
}

/** A moment of an incident; at ALD_TIME_NONE: none. */
static inline const struct ald_taken *ald_moment_of(const struct ald_incident *inc, int moment)
{
    const struct ald_taken *taken = inc->moments;
    if (!(inc->given >> moment & 1u))
        return &ald_no_moments[moment];
    for (int m = 0; m < moment; m++)
        taken += inc->given >> m & 1u;
    return taken;
}

/** The time from one to the other; ALD_TIME_NONE where one is missing or they come the other way round. */
static inline int64_t ald_clock_between(int64_t from, int64_t to)
{
    return from == ALD_TIME_NONE || to == ALD_TIME_NONE || to < from ? ALD_TIME_NONE : to - from;
}
/** From the start of impact to detection; ALD_TIME_NONE: not both are known, or its times cannot be. */
static inline int64_t ald_detect_ms(const struct ald_incident *inc)
{
    return inc->started_at == ALD_TIME_NONE || inc->impossible
               ? ALD_TIME_NONE
               : ald_clock_between(ald_moment_of(inc, ALD_IMPACT_STARTED)->at, ald_moment_of(inc, ALD_DETECTED)->at);
}
/** From the start to mitigation, the same way. */
static inline int64_t ald_mitigate_ms(const struct ald_incident *inc)
{
    return inc->impossible ? ALD_TIME_NONE : ald_clock_between(inc->started_at, ald_moment_of(inc, ALD_MITIGATED)->at);
}
/** From the start to the resolution, whatever lay between; ALD_TIME_NONE without a resolve clock. */
static inline int64_t ald_elapsed_ms(const struct ald_incident *inc)
{
    return inc->duration_ms == ALD_TIME_NONE ? ALD_TIME_NONE : ald_clock_between(inc->started_at, ald_moment_of(inc, ALD_RESOLVED)->at);
}
struct ald_analysis;
/** How long its spans are together; ALD_TIME_NONE without a resolve clock. */
int64_t ald_active_ms(const struct ald_analysis *analysis, const struct ald_incident *inc);
/** Of an open one: the time so far by the configured kind, else ALD_TIME_NONE. */
int64_t ald_open_for_ms(const struct ald_analysis *analysis, const struct ald_incident *inc);
/** Its teams_n teams, in order of engagement; dated by the first event. */
static inline const struct ald_named *ald_incident_teams(const struct ald_incident *inc)
{
    return inc->services + inc->services_n;
}

/* ---- Signals ---- */
enum ald_axis { ALD_COMPLEXITY, ALD_BLAST_RADIUS, ALD_AXIS_N };
enum ald_timing { ALD_STRUCTURAL = 1, ALD_LANDMARK = 2, ALD_HINDSIGHT = 4 }; /* bits */
enum { ALD_START_READING, ALD_LANDMARK_READING, ALD_READING_N };

/** What one signal saw in one incident. */
struct ald_obs {
    bool has_total, has[ALD_READING_N]; /* has[r]: gives a value to its axis in reading r */
    double total;                 /* over the whole incident, in the signal's unit */
    bool has_landmark_value;
    double landmark_value;        /* accumulated up to the landmark; L signals */
    double axis_value[ALD_READING_N];
    const char *absent;           /* static text: why there is no total; NULL when has_total */
    const char *absent_landmark;  /* static text: why there is no landmark value */
};
struct ald_past; /* indexes over all incidents by service, title, person, open spans; analysis/past.h */
struct ald_signal {
    const char *id, *title, *unit, *help;
    enum ald_axis axis;
    unsigned timing; /* bits; more than one: "S for ..., L as ..." */
    double weight;
    bool less_is_more; /* a smaller total is more of it: positions turn its sign */
    void (*compute)(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret);
    /** Evidence as one line of text (event ids, fields, or a quote <= 200 characters), or NULL; for explain and reports. */
    const char *(*evidence)(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc);
};
#define X(name) ALD_SIGNAL_##name,
enum {
#include "analysis/signals/list.def"
    ALD_SIGNAL_N
};
#undef X
/** i < ALD_SIGNAL_N, in list.def order. */
const struct ald_signal *ald_signal_at(size_t i);
/** The configured weight, else the signal's own. */
double ald_signal_weight(const struct ald_settings *settings, const struct ald_signal *signal);
/** A total as positions take it: the more, the more of the signal there is. */
double ald_signal_rank(size_t signal, double total);
const char *ald_timing_text(unsigned timing); /* "structural", "landmark", "structural, landmark", "hindsight" */

/* ---- Readings ---- */
/** Where something stands on an axis; how that came about: ald_axis_told. */
struct ald_axis_position {
    union {
        double position;    /* when has */
        const char *absent; /* static text when !has */
    };
    bool has;
};
enum ald_basis { ALD_BASIS_BOTH, ALD_BASIS_COMPLEXITY, ALD_BASIS_BLAST_RADIUS, ALD_BASIS_WHOLE };
enum ald_verdict { ALD_SHORTER, ALD_TYPICAL, ALD_LONGER, ALD_STILL_OPEN };
#define ALD_FEW_LEAST 10 /* of fewer, the first place says nothing */
struct ald_reading {
    const char *absent;   /* why there is no reading; the rest is then zero (n_ref may be set) */
    struct ald_axis_position axis[ALD_AXIS_N];
    uint32_t n_ref, candidates, m; /* the reference: ald_reference_of */
    uint8_t k;
    enum ald_basis basis : 8;
    enum ald_verdict verdict : 8;
    bool has_lower : 1, has_median : 1, has_upper : 1, has_percentile : 1;
    bool tells_little : 1; /* m > candidates/4 */
    bool placed : 1;       /* signals and axes have positions, which may be so without a duration to read */
    bool few : 1;          /* absent for nothing but the number of those to compare it with (n_ref, at least ALD_FEW_LEAST) */
    union {
        struct {
            double lower_ms, median_ms; /* when has_lower, has_median */
        };
        double among_few[ALD_AXIS_N]; /* when few: where it stands among these; NAN: nowhere */
    };
    double upper_ms;
    union {
        double percentile; /* when has_percentile */
        double s;          /* else S(t) at the incident's own duration */
    };
    double s_minus;       /* S(t-): share of comparables that last longer, for open ones */
};
_Static_assert(sizeof(struct ald_reading) == 96, "two for each incident of a quarter");
/** What is read of an incident: its clock, or the time so far when it is open; ALD_TIME_NONE: neither is known. */
static inline int64_t ald_read_ms(const struct ald_analysis *analysis, const struct ald_incident *inc)
{
    return inc->state == ALD_OPEN ? ald_open_for_ms(analysis, inc) : inc->duration_ms;
}
/** It has a resolve clock and its last end is not later than its landmark (METHODS 3). One whose end nobody recorded is not known to be. */
static inline bool ald_over_before_landmark(const struct ald_incident *inc)
{
    return inc->state == ALD_STATE_RESOLVED && inc->duration_ms != ALD_TIME_NONE && inc->landmark_at != ALD_TIME_NONE && inc->spans_n > 0 &&
           inc->spans[inc->spans_n - 1].end <= inc->landmark_at;
}
/** "shorter than comparable", "typical", "already longer than 62 % of comparable" ...; NULL: it was not read. Static. */
const char *ald_reading_text(const struct ald_reading *reading);
enum ald_corner { ALD_CORNER_NONE, ALD_CORNER_COMPLEX_SHORT, ALD_CORNER_SIMPLE_LONG };
struct ald_places;
/** How one incident reads. */
struct ald_measure {
    struct ald_reading reading[ALD_READING_N];
    const struct ald_places *places; /* positions on signals, for ald_position_at; NULL: none */
    int shown; /* ALD_START_READING, ALD_LANDMARK_READING, or -1 */
    enum ald_corner corner;
};
const char *ald_corner_text(enum ald_corner corner); /* "complex, short: ask what went right" ...; NULL for none */

/* ---- Figures ---- */
struct ald_interval {
    bool has;
    double low, high;
    const char *absent; /* when !has */
};
/** A clock over the incidents of a period. values in ms. */
struct ald_clock_summary {
    size_t n, open;
    bool has_median, has_p90, has_geometric, has_mean, has_km;
    double median_ms, p90_ms, geometric_mean_ms, mean_ms, km_median_ms;
    struct ald_interval median_ci, p90_ci, geometric_ci, mean_ci;
    size_t weeks; /* with an incident that has the clock */
};
enum { ALD_CLOCK_RESOLVE, ALD_CLOCK_ACKNOWLEDGE, ALD_CLOCK_DETECT, ALD_CLOCK_MITIGATE, ALD_CLOCK_N };
const char *ald_clock_name(int clock);

struct ald_population {
    size_t records, incidents, noise, exercises, planned, near_misses, merged, open, end_not_recorded, carried_over, impossible,
        zero_length, entered_after, ends_differ, vendor, quarantined, unjoined_people, people;
};
struct ald_count_slice {
    const char *label;
    size_t n;
    int64_t start, end;
    int64_t counted_end; /* starts before it count: the same age as a running period, else end */
};
struct ald_told;
struct ald_counts {
    size_t current;
    const struct ald_count_slice *past; /* newest first: the slices that begin after the first record, and since when what is counted is told of */
    size_t past_n;
    const struct ald_told *told; /* which sources tell of the period: alidade/told.h; NULL: it has not begun */
    int64_t untold_from; /* start of the next slice, which is not counted: nobody told then of more than a fifth of what is counted now;
                            ALD_TIME_NONE: that is not why there is no further one */
    bool has_band;
    double lower, upper;
    const char *verdict; /* "about as many as usual", "more than usual", "fewer than usual", or why there is none */
};
/** 1: more than each of the earlier slices; -1: fewer than each; 0: neither, or there are none. */
int ald_counts_beyond_all(const struct ald_counts *counts);
struct ald_pair {
    uint32_t a, b; /* incident indexes; a is the more complex */
    double duration_ratio, complexity_gap, blast_radius_gap; /* blast_radius_gap NAN where either has none */
    int reading;
};
/** The figures of one period. */
struct ald_figures {
    struct ald_period period;
    const uint32_t *incidents; /* class incident, started in the period and before as-of; by start, then id */
    size_t incidents_n;
    const uint32_t *carried_over;
    size_t carried_over_n;
    struct ald_population population;
    struct ald_counts counts;
    struct ald_clock_summary clocks[ALD_CLOCK_N];
    const struct ald_pair *pairs;
    size_t pairs_n;
    size_t shorter, typical, longer, still_open, without_reading; /* of the reading shown */
    size_t open_longer; /* of those that are still open: beyond the upper bound already */
    size_t over_before_landmark, landmark_known;
    double first_quartile_ms; /* NAN when none: a better landmark when most are over before it */
};

struct ald_override; /* override.h */

struct ald_analysis {
    struct ald_arena *arena; /* owns everything below */
    struct ald_arena *events_arena; /* and events, which another thread reads, and the past, which signals look at */
    bool only_saved;                /* once it is saved, nothing asks for these (ald_analysis_whole, ald_analysis_again) */
    const struct ald_settings *settings;
    const char **own_names; /* what own status pages call whom they are of; beside the organisation of the settings */
    size_t own_names_n, own_names_cap;
    struct ald_zone *zone;
    struct ald_calendar calendar;
    int64_t as_of, generation;
    struct ald_record *records;
    size_t records_n;
    const struct ald_event_names *event_names; /* ald_event_names */
    const struct ald_taken *folded_ends; /* resolutions of folded records, by record: ald_folded_end */
    size_t folded_ends_n;
    const int64_t *instants; /* of events that lie far from where their record began: ald_event_at */
    struct ald_event_ids *event_ids; /* ald_event_id asks them of the store */
    const char *const *words; /* names of fields and the like: ald_word_at */
    struct ald_incident *incidents; /* all classes, sorted by started_at (none last), then id */
    size_t incidents_n;
    struct ald_observations *observations; /* what the signals saw: ald_obs_at */
    struct ald_readings *readings;         /* made when first asked for: ald_measure_at */
    const char **persons, **teams, **services; /* names by index; persons are pseudonyms */
    size_t persons_n, teams_n, services_n;
    const struct ald_override *overrides; /* people's corrections in force, in the order of their making; with what became of each */
    size_t overrides_n;
    struct ald_past *past;
    struct ald_patterns *patterns;         /* what was recognised in texts: alidade/patterns.h */
    size_t unjoined_people, link_cycles;
    bool briefs_kept; /* the store holds what the next analysis needs in order to link without reading all records, once ald_analysis_save says so */
    const struct ald_link_model *link_model; /* what likeness has learnt, for the next analysis (ald_analysis_save keeps it); NULL: nothing */
    const struct ald_link *suggestions; /* not taken; most likely first */
    size_t suggestions_n;
    const struct ald_link_idle *idle_links; /* by method, value */
    size_t idle_links_n;
    int64_t next_at; /* the earliest date after as-of that was met and left out; ALD_TIME_NONE: none */
    struct ald_laters *later; /* such dates by record, of an analysis that is to be saved: analysis/build.h */
    const struct ald_origin *origins; /* what each source's past is: analysis/stored.h */
    size_t origins_n;
    struct ald_stored *stored; /* where this is about one incident (ald_analysis_around) or recent: what it took from the store; else NULL */
    struct ald_recent *recent; /* where only what changed since the last analyze was read and looked at (ald_analysis_again); else NULL */
    struct ald_arena *recent_arena;
    const char *all_because; /* of ald_analysis_again: why all was looked at; NULL: it was not */
};

/** Where an incident is looked at: the url of the record whose key it bears, else of the first that has one; NULL: none has.
 *  Arena-owned or a record's. */
const char *ald_incident_url(const struct ald_analysis *analysis, struct ald_arena *arena, const struct ald_incident *inc);
/** When a record that was folded was resolved; NULL: that is not known, or it was not folded. */
const struct ald_taken *ald_folded_end(const struct ald_analysis *analysis, const struct ald_record *record);
/** An event of a record, from 0. */
static inline struct ald_event ald_event_at(const struct ald_analysis *analysis, const struct ald_record *record, size_t number)
{
    const struct ald_entry *entry = &record->events[number];
    return (struct ald_event){
        .at = entry->when < ALD_ENTRY_FAR ? record->started_at - ALD_ENTRY_BEFORE_MS + entry->when : analysis->instants[entry->when - ALD_ENTRY_FAR],
        .names = entry->names,
        .kind = (uint8_t)entry->kind,
        .automatic = (int8_t)((int)entry->automatic - 1),
        .human = entry->human,
        .engaged = entry->engaged,
        .names_service = entry->names_service};
}
/** Whom an event names. */
static inline const struct ald_event_names *ald_event_names(const struct ald_analysis *analysis, const struct ald_event *event)
{
    return &analysis->event_names[event->names];
}
/** The person who was engaged; ALD_NOBODY when nobody, automation or not mappable. */
static inline uint32_t ald_event_actor(const struct ald_analysis *analysis, const struct ald_event *event)
{
    return event->engaged ? ald_event_names(analysis, event)->person : ALD_NOBODY;
}
/** A word by its number; NULL for 0. */
static inline const char *ald_word_at(const struct ald_analysis *analysis, uint32_t number)
{
    return number ? analysis->words[number - 1] : NULL;
}
/** Id of an event of a record (from 0), as its source gives it: asked of the store, which must still be open and hold the
 *  transaction of ald_analysis_run. A text that says so where it cannot be read. Arena-owned. Not for several threads at once. */
const char *ald_event_id(const struct ald_analysis *analysis, struct ald_arena *arena, uint32_t record, uint32_t event);
/** What says that a service, team or person took part: id of an event or name of a field; NULL: nothing does. Arena-owned. */
const char *ald_evidence_of(const struct ald_analysis *analysis, struct ald_arena *arena, const struct ald_named *named);
/** What a signal saw in an incident; stands as long as the analysis. */
const struct ald_obs *ald_obs_at(const struct ald_analysis *analysis, size_t incident, size_t signal);
/** How an incident reads. Readings are made when they are first asked for, those of a fiscal quarter together, and are kept
 *  until ald_measures_drop. Not for several threads at once. */
const struct ald_measure *ald_measure_at(const struct ald_analysis *analysis, size_t incident);
/** Position of a signal's value in the reference (subset) of a reading; NAN: none. */
double ald_position_at(const struct ald_analysis *analysis, size_t incident, int reading, size_t signal);
/** What an axis position of a reading rests on: the mean over its signals (raw, which has a meaning where there is a position), and what share
 *  of their weight is recorded (0 when nothing is eligible). False: nothing was placed. */
bool ald_axis_told(const struct ald_analysis *analysis, size_t incident, int reading, enum ald_axis axis, double *ret_raw, double *ret_coverage);
/** How many signals an axis position of a reading rests on: those recorded of the incident (*ret_told), of those that can be compared
 *  (*ret_compared), of all that such a reading looks at. */
size_t ald_axis_signals(const struct ald_analysis *analysis, size_t incident, int reading, enum ald_axis axis, size_t *ret_told, size_t *ret_compared);
/** From where on an axis an incident is called harder than nine in ten, or further reaching than eight in ten. */
double ald_far_from(enum ald_axis axis);
/** What share of the reference of a reading stands there: what would be usual. 0: nobody can, since too many are alike; NAN: no position. */
double ald_share_far(const struct ald_analysis *analysis, size_t incident, int reading, enum ald_axis axis);
/** Where a signal, up to the landmark, stands where the landmark reading is absent because too few outlasted it: among those few.
 *  Enough to say that more teams came than nearly always, too little for comparables. NAN elsewhere. */
double ald_position_among_few(const struct ald_analysis *analysis, size_t incident, size_t signal);
/** Position of a signal's total in the start reading's reference: description, on no axis; NAN: none. */
double ald_position_total_at(const struct ald_analysis *analysis, size_t incident, size_t signal);
/** The starts from which on and before which an incident is in the reference of readings of a quarter. */
void ald_reference_of(const struct ald_analysis *analysis, int64_t quarter, int64_t *ret_from, int64_t *ret_to);
/** Frees all readings made so far, so that walking over all incidents takes the memory of one quarter: for the caller to
 *  call when a quarter is done. What ald_measure_at returned is gone; asking again reads again. */
void ald_measures_drop(const struct ald_analysis *analysis);
/** The same for those that were made after the first `kept` quarters, of which ald_measures_made tells how many there are: what
 *  goes over all of history leaves those in place that others still look at. */
void ald_measures_drop_after(const struct ald_analysis *analysis, size_t kept);
size_t ald_measures_made(const struct ald_analysis *analysis);
/** Reads an incident without the others of its quarter, where it was not read yet: for who asks about few. It counts as a quarter made. */
void ald_measure_alone(const struct ald_analysis *analysis, size_t incident);

/** Reads the store (inside the caller's transaction), links and measures. Evidence is read later, from the same store. @return ALD_ERR_DB, ALD_ERR_CONFIG (zone). */
ALD_CHECK enum ald_rc ald_analysis_run(struct ald_store *store, const struct ald_settings *settings, int64_t as_of,
                                       struct ald_analysis **ret, struct ald_err *err);
/** As ald_analysis_run, for ald_analysis_save, inside the caller's write transaction: what the next analysis needs in order to link without
 *  reading all records is written on the way. */
ALD_CHECK enum ald_rc ald_analysis_whole(struct ald_store *store, const struct ald_settings *settings, int64_t as_of,
                                         struct ald_analysis **ret, struct ald_err *err);
/** As ald_analysis_whole, for ald_analysis_save and ald_analysis_all alone: where the store holds what the last analyze found, and only some
 *  records changed since, it holds those and what they look at (recent), and signals and readings are those of the incidents from the first
 *  changed one on. Nothing may ask for others. @return as ald_analysis_run. */
ALD_CHECK enum ald_rc ald_analysis_again(struct ald_store *store, const struct ald_settings *settings, int64_t as_of,
                                         struct ald_analysis **ret, struct ald_err *err);
/** How many incidents that analysis looked at: of ald_analysis_run all. */
size_t ald_analysis_anew(const struct ald_analysis *analysis);
/** How many records and incidents there are, with those that ald_analysis_again left as they are; counted: those of class incident. */
struct ald_analysed {
    size_t records, incidents, counted;
};
struct ald_analysed ald_analysis_all(const struct ald_analysis *analysis);
/** As far as records and incidents go: no patterns, signals or readings, and nothing may ask for them. For what only tells of
 *  records. @return as ald_analysis_run. */
ALD_CHECK enum ald_rc ald_analysis_link(struct ald_store *store, const struct ald_settings *settings, int64_t as_of,
                                        struct ald_analysis **ret, struct ald_err *err);
void ald_analysis_free(struct ald_analysis *analysis);
/** Lets go of events and of what signals looked at: afterwards nothing may ask for evidence, for figures, or for who was engaged. */
void ald_analysis_let_go(struct ald_analysis *analysis);
/** And of incidents that did not start in the period: of these nothing may be asked, and no reading that was not made. */
void ald_analysis_narrow(struct ald_analysis *analysis, const struct ald_period *period);
void ald_analysis_freep(struct ald_analysis **analysis);
/** Writes incidents, links, signal values and readings into the store (inside the caller's write transaction; of a large store that had none
 *  it commits that and begins the next, several times: what is written counts only from the caller's commit on), a quarter in memory at a time; readings that were made before are dropped. An analysis that was made to be saved (ald_analysis_whole, ald_analysis_again)
 *  has no events, no past and no evidence afterwards. *ret_read: incidents that have a reading. */
ALD_CHECK enum ald_rc ald_analysis_save(struct ald_store *store, struct ald_analysis *analysis, size_t *ret_read,
                                        struct ald_err *err);
/** A service or team as the analysis took it, merged from the sources' lists and the configuration. */
struct ald_service_view {
    const char *name, *team; /* team NULL: not known */
    int tier;                /* 0: not known */
    const uint32_t *needs;   /* indexes of the services that it needs, ascending */
    size_t needs_n;
};
struct ald_team_view {
    const char *name, *parent, *timezone; /* NULL: none */
};
void ald_analysis_service(const struct ald_analysis *analysis, size_t i, struct ald_service_view *ret);
void ald_analysis_team(const struct ald_analysis *analysis, size_t i, struct ald_team_view *ret);
/** The figures of a period; everything arena-owned. */
void ald_analysis_figures(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena,
                          struct ald_figures *ret);
/** The same in two steps, for who has other things to make that take memory and need no reading of the period: first all that no reading
 *  tells, then what they tell (verdicts, pairs), which makes them. */
void ald_figures_count(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_arena *arena,
                       struct ald_figures *ret);
void ald_figures_read(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_figures *figures);
/** As ald_analysis_run, but of one incident alone (by an id or key as ald_analysis_find takes them), from a part of the store and what
 *  ald_analysis_save has written there: all that can be asked of this incident is what the whole analysis tells. Its index is
 *  *ret_incident; of others the analysis holds some, of which nothing but their names may be asked, and ald_analysis_locate finds. *ret
 *  NULL: what is stored is not of this store, these settings, this program or this as-of, or does not tell: run the whole analysis.
 *  @return as ald_analysis_run. */
ALD_CHECK enum ald_rc ald_analysis_around(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, const char *id_or_key,
                                          struct ald_analysis **ret, size_t *ret_incident, struct ald_err *err);
/** As ald_analysis_find; of an analysis around one incident: what the whole one would find, SIZE_MAX where that is not in it. */
ALD_CHECK enum ald_rc ald_analysis_locate(const struct ald_analysis *analysis, const char *id_or_key, size_t *ret, struct ald_err *err);
/** Index of the incident with this id or key (also of one of its records: SOURCE:EXTERNAL_ID or key), or SIZE_MAX. */
size_t ald_analysis_find(const struct ald_analysis *analysis, const char *id_or_key);
/** Planned work that was under way when an incident began, or over for at most a day, on a service that both name. */
struct ald_planned_near {
    uint32_t incident, service; /* its number, and the service's */
    int64_t start;
};
/** Of incident i, latest start first; arena-owned. @return how many. */
size_t ald_analysis_planned_near(const struct ald_analysis *analysis, size_t i, struct ald_arena *arena, struct ald_planned_near **ret);
/** Text for looking for another in it: lower case in Latin, Greek and Cyrillic script, white space collapsed. Arena-owned. */
const char *ald_lower(struct ald_arena *arena, const char *text);
/** Index of the record "SOURCE:EXTERNAL_ID", or ALD_NOBODY. Logarithmic. */
uint32_t ald_analysis_record(const struct ald_analysis *analysis, const char *id);
/** The record of a suggestion (its index) that belongs to an incident, or ALD_NOBODY. */
uint32_t ald_suggestion_side(const struct ald_analysis *analysis, size_t suggestion, size_t incident);
/** True when an incident of one of its sides started in the period. */
bool ald_suggestion_in(const struct ald_analysis *analysis, size_t suggestion, const struct ald_period *period);
/** What linking made of the records whose incidents, of any class, started in the period. */
struct ald_linking {
    size_t records, incidents;
    size_t by[ALD_LINK_METHOD_N]; /* links: records - incidents in sum */
    size_t not_taken;             /* suggestions */
};
void ald_linking_of(const struct ald_analysis *analysis, const struct ald_period *period, struct ald_linking *ret);
/** The comparables of an incident's reading, nearest first, with their distance and duration then; for explain. At most max. */
struct ald_comparable {
    uint32_t incident;            /* its index in a whole analysis */
    const char *id, *key, *title; /* of the analysis, or of the arena */
    double distance;
    int64_t duration_ms;
    bool open;
};
size_t ald_analysis_comparables(const struct ald_analysis *analysis, size_t incident, int reading, size_t max,
                                struct ald_arena *arena, struct ald_comparable **ret);
