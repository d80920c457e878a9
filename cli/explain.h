/* The parts of explain's text. */
#pragma once

#include "alidade/report.h"

/** A moment by the clock of the report, with its zone. */
const char *ald_explain_when(const struct ald_analysis *analysis, int64_t ms, char buf[64]);
/** Each prints its part of one incident to standard output; incident is a number of analysis->incidents. This one: key, title,
 *  sources, class. */
void ald_explain_head(const struct ald_analysis *analysis, size_t incident);
/** What people decided about it, as ald_decisions_node gives it. */
void ald_explain_decisions(struct ald_arena *arena, const struct ald_node *decisions);
/** Records that could tell of the same happening, but not surely enough; nothing when there are none. */
void ald_explain_suggestions(const struct ald_analysis *analysis, size_t incident);
/** Planned work that the incident names, then such as stood around its start: a list of {incident, key, title, start, end, service,
 *  named_by}, of which one of the last two is null. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_planned_around_node(struct ald_arena *arena, struct ald_store *store, const struct ald_analysis *analysis, size_t incident,
                                              struct ald_node **ret, struct ald_err *err);
/** Prints that list; nothing when it is empty. */
void ald_explain_around(struct ald_arena *arena, const struct ald_analysis *analysis, const struct ald_node *planned);
/** Times of moments that records of the incident give and that were not taken: a list of {moment, at, field, source, external_id, why}.
 *  @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_other_moments_node(struct ald_arena *arena, struct ald_store *store, const struct ald_analysis *analysis, size_t incident,
                                             struct ald_node **ret, struct ald_err *err);
/** Prints those of one moment. */
void ald_explain_others(struct ald_arena *arena, const struct ald_analysis *analysis, const struct ald_node *others, const char *moment);
void ald_explain_times(const struct ald_analysis *analysis, size_t incident, const struct ald_node *others);
/** Entries of the timelines of an incident by id, and what evidence says with each of them told. The store's reading must still be open. */
struct ald_explain_entries;
struct ald_explain_entries *ald_explain_entries(struct ald_arena *arena, const struct ald_analysis *analysis, size_t incident);
void ald_explain_evidence(struct ald_arena *arena, const struct ald_analysis *analysis, const struct ald_explain_entries *entries, const char *evidence);
void ald_explain_signals(struct ald_arena *arena, const struct ald_analysis *analysis, size_t incident);
void ald_explain_patterns(struct ald_arena *arena, const struct ald_analysis *analysis, size_t incident);
void ald_explain_readings(struct ald_arena *arena, const struct ald_analysis *analysis, size_t incident);
