/* What people did with incidents afterwards (METHODS 9): reviews, who came, what they said they learned, actions, citations in
 * later texts, stories told. Read from the store once and cut at as-of; then figures of a period, and of each incident. Nobody
 * is named, counted alone or ranked. */
#pragma once

#include "alidade/analysis.h"

#define ALD_PEOPLE_LEAST 5 /* no figure about fewer people: a count would be a person */
#define ALD_FEW_PEOPLE "fewer than 5 people: no figures about so few"

struct ald_review {
    uint32_t incident; /* index into the analysis' incidents; in all rows below too */
    int64_t held_at;   /* ALD_TIME_NONE: no meeting is recorded, or it is still to come */
    const char *url, *title, *status, *why_surprised, *risk_awareness; /* NULL: none */
    int facilitator_involved; /* 1, 0; -1 not known */
    int64_t readers;          /* of the write-up; -1 not known */
};
/** Somebody came to a review. */
struct ald_attendance {
    uint32_t incident;
    int required;     /* 1; 0: came without having to; -1 not known */
    const char *team; /* NULL: not known */
};
struct ald_lesson {
    uint32_t incident;
    int64_t at;              /* ALD_TIME_NONE: undated */
    const char *text, *kind; /* verbatim; NULL where texts are not stored */
};
struct ald_action {
    uint32_t incident;
    const char *title, *url, *team, *status;
    int64_t opened_at, due_at, closed_at; /* closed_at ALD_TIME_NONE: open at as-of */
};
/** A later text that names an incident. */
struct ald_citation {
    uint32_t incident, by; /* by: the incident in whose text it stands; ALD_NOBODY: another document */
    int64_t at;            /* ALD_TIME_NONE: undated */
    const char *quote;     /* at most 200 characters around the name; NULL where texts are not stored */
};
struct ald_telling {
    uint32_t incident;
    int64_t told_at;
    const char *place; /* or NULL */
};
/** What is known of one incident; parallel to the analysis' incidents. */
struct ald_incident_lore {
    uint32_t reviews, reviews_held;  /* recorded; of these with a meeting by as-of */
    uint32_t required, voluntary;    /* who came to them */
    uint32_t lessons, actions;
    uint32_t citations;              /* other incidents and documents that name it, each once */
    bool write_up;                   /* a review with an address */
    bool surprised, risk_known;      /* the review records why people were surprised; that the risk was known */
    bool told;
};
struct ald_lore {
    /* Each sorted by incident, then time. */
    const struct ald_review *reviews;
    size_t reviews_n;
    const struct ald_attendance *attendance;
    size_t attendance_n;
    const struct ald_lesson *lessons;
    size_t lessons_n;
    const struct ald_action *actions;
    size_t actions_n;
    const struct ald_citation *citations; /* one per citing incident or document */
    size_t citations_n;
    const struct ald_telling *tellings;
    size_t tellings_n;
    const struct ald_incident_lore *of; /* parallel to incidents */
    size_t strangers;                   /* rows that name no incident of the store */
    bool any_reviews, any_lessons, any_attendance, any_actions; /* rows of such kind are in the store at all */
};
/** Reads it inside the caller's transaction; texts and rows are owned by arena, what is known by incident by the other one.
 *  @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_lore_load(struct ald_store *store, const struct ald_analysis *analysis, struct ald_arena *arena,
                                    struct ald_arena *by_incident, struct ald_lore *ret, struct ald_err *err);
/** The reviews of one incident, by time. @return the first of *ret_n. */
const struct ald_review *ald_lore_reviews(const struct ald_lore *lore, size_t incident, size_t *ret_n);

/** The figures of a period: of its class-incident incidents and near misses, as known at as-of. */
struct ald_learning {
    size_t incidents;              /* of the period, over by as-of */
    size_t reviewed, held;         /* with a review; with a meeting */
    size_t days_n;                 /* with an end and a first meeting after it */
    double days_median;            /* from the end to the first meeting; when days_n > 0 */
    size_t required, voluntary, attendance_unknown;
    size_t teams_not_involved;     /* distinct teams that came to a review of an incident in which they did not act */
    size_t facilitated_by_involved, facilitator_known;
    const uint32_t *lessons;       /* indexes into lore->lessons */
    size_t lessons_n;
    size_t readers_n;              /* reviews whose readers are counted */
    int64_t readers;
    const uint32_t *actions;       /* indexes into lore->actions: of the period's incidents; open first, oldest first */
    size_t actions_n, actions_open, actions_closed, actions_late; /* late: past their due date and open */
    double open_age_median_ms;     /* when actions_open > 0 and dated */
    size_t open_dated;
    size_t reviews_without_actions;
    size_t cited, citations;       /* incidents of any age that texts of the period name; how many namings */
    const uint32_t *worth;         /* never reviewed and worth it: incidents, the most complex first, those without a position last */
    size_t worth_n, worth_complex; /* so many of them for their complexity; they come first */
    size_t worth_by_start;         /* of these, those of which nothing later than their start was read */
    const char *absent;            /* why nothing can be said of reviews, or NULL */
};
/** A pattern that a person or a rule saw in incident i, short of rejected ones. */
typedef bool ald_has_pattern(const void *ctx, size_t incident);
void ald_learning_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, const struct ald_lore *lore,
                       ald_has_pattern *has_pattern, const void *ctx, struct ald_arena *arena, struct ald_learning *ret);
