/* Stories (METHODS 8): older incidents worth telling, and why. Impact, length of the incident or length of its text alone is
 * never a reason. The same reasons choose what to read in full of a period. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/learning.h"

/** A pattern that was seen in an incident and not rejected. */
struct ald_story_pattern {
    const char *id, *title;
    bool confirmed;
    const char *quote; /* NULL: none stored */
};
/** What stories know of an incident beside the analysis: its patterns. @return how many; *ret: the first. */
struct ald_story_view {
    size_t (*patterns)(const void *ctx, size_t incident, const struct ald_story_pattern **ret);
    const void *ctx;
    const struct ald_lore *lore;
    const bool *excluded; /* by incident: people said that it is not to be told; NULL: none */
};
/** What the store remembers of incidents beside records, and what stories need of it. */
struct ald_remembered {
    struct ald_lore lore;
    struct ald_story_view view;
};
/** Reads it inside the caller's transaction; owned by by_incident, but for texts, which are arena's. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_remembered_load(struct ald_store *store, const struct ald_analysis *analysis, struct ald_arena *arena,
                                          struct ald_arena *by_incident, struct ald_remembered **ret, struct ald_err *err);
#define ALD_STORY_TAG "story" /* the tag whose rejection says that an incident is not to be told */

struct ald_story_reason {
    const char *id, *text; /* static */
    double strength;       /* 0..1 */
    const char *evidence;  /* a quote, or where it comes from; may be NULL */
    const struct ald_signal *signal; /* NULL; while stories are chosen, the signal whose evidence it will be */
};
enum { ALD_STORY_COMPLEXITY, ALD_STORY_BLAST_RADIUS, ALD_STORY_SURPRISE, ALD_STORY_UNTOLD, ALD_STORY_AXIS_N };
struct ald_story {
    uint32_t incident;
    const struct ald_story_reason *reasons; /* strongest first, then in the order of METHODS */
    size_t reasons_n;
    double axes[ALD_STORY_AXIS_N]; /* absent is 0 */
    size_t front;                  /* from 1; 0: beyond the fronts that can score */
    double score;                  /* at least 0 */
    /* When chosen: */
    size_t rank;  /* 1 .. slots: a slot; then reserves; 0: not chosen */
    bool reserve;
};
/** Who could tell it and what there is to read; shown, never ranked. */
struct ald_tellability {
    bool write_up, review_held;
    const uint32_t *teams; /* of those engaged in it, by name: engaged in any incident in the 90 days before as-of */
    size_t teams_n;
    size_t teams_engaged;
};
struct ald_story_choice {
    struct ald_story *stories; /* the chosen ones by rank: slots, then as many reserves */
    size_t n, slots;
    size_t eligible, with_reason;
    size_t too_young, told, unresolved, excluded; /* incidents and near misses that are not eligible, each under the first that applies */
};

/** Candidates for a session, as of the analysis' as-of: all history, older than settings->story_minimum_age_quarters. Readings
 *  that were made before are kept, of the others those of one quarter at a time. */
void ald_stories_choose(const struct ald_analysis *analysis, const struct ald_story_view *view, struct ald_arena *arena,
                        struct ald_story_choice *ret);
/** What to read in full of a period: its own resolved incidents, three slots and no reserves; age and told are ignored. */
void ald_read_in_full(const struct ald_analysis *analysis, const struct ald_figures *figures, const struct ald_story_view *view,
                      struct ald_arena *arena, struct ald_story_choice *ret);
/** Why an incident is not eligible as a story, in words; NULL when it is. */
const char *ald_story_not_eligible(const struct ald_analysis *analysis, const struct ald_story_view *view, size_t incident,
                                   struct ald_arena *arena);
/** Reasons and axes of one incident; front, score and rank are left 0. */
void ald_story_measure(const struct ald_analysis *analysis, const struct ald_story_view *view, size_t incident, struct ald_arena *arena,
                       struct ald_story *ret);
/** A reason that could not be asked after. */
struct ald_story_gap {
    const char *what; /* static */
    const char *why;
};
/** What nobody can say of an incident: reasons for which it would have to be compared with others, and cannot. None of what
 *  no story is made of (noise, exercises, planned work). All arena-owned.
 *  @return how many. */
size_t ald_story_gaps(const struct ald_analysis *analysis, size_t incident, struct ald_arena *arena, const struct ald_story_gap **ret);
/** Three to five questions for the teller that follow from the reasons; static texts, arena-owned list. */
size_t ald_story_prompts(const struct ald_story *story, struct ald_arena *arena, const char *const **ret);
/** The one thing to ask that follows from the strongest reason, in a sentence; NULL: there is none. Static. */
const char *ald_story_ask(const struct ald_story *story);
void ald_story_tellability(const struct ald_analysis *analysis, const struct ald_lore *lore, size_t incident, struct ald_arena *arena,
                           struct ald_tellability *ret);
/** Mean of: a shared service, the same first team, Jaccard of patterns, the same quarter (METHODS 8). */
double ald_story_similarity(const struct ald_analysis *analysis, const struct ald_story_view *view, size_t a, size_t b);

/** Practice (METHODS 9): does recovery get shorter with exposure? Of one service and one pattern, the rank correlation of the
 *  order of its incidents with their percentile; negative: later ones were over sooner among comparable ones. */
struct ald_practice {
    uint32_t service;    /* number of analysis->services */
    const char *pattern, *title;
    size_t n;            /* incidents of the lookback and the period with a percentile; at least 20 */
    double spearman;
    struct ald_interval interval;
    double p_value, adjusted; /* two-sided, Student's t with n-2 degrees of freedom; Benjamini-Hochberg over the rows */
    const char *verdict; /* static */
};
/** By service, then pattern. Arena-owned. @return how many. */
size_t ald_practice_fill(const struct ald_analysis *analysis, const struct ald_figures *figures, const struct ald_story_view *view,
                         struct ald_arena *arena, struct ald_practice **ret);
