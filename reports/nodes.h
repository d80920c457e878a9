/* Names and small nodes that several files of reports use. */
#pragma once

#define ALD_PERCENTILE_LEAST 5 /* a mean percentile of fewer incidents is in the JSON, and printed nowhere: chance says all of it */
#define ALD_PERCENTILE_FEW "fewer than 5 incidents"

#include "alidade/report.h"

/** A list of n texts, which are not copied. */
struct ald_node *ald_strings_node(struct ald_arena *a, const char *const *items, size_t n);
/** A pair of numbers, each divided by unit, or absent with the reason. */
struct ald_node *ald_interval_node(struct ald_arena *a, const struct ald_interval *ci, double unit);
struct ald_node *ald_weights_node(struct ald_arena *a, const struct ald_settings *settings);
/** "412 records -> 371 incidents of all classes: 30 by key, 8 by shared alert; 4 suggestions not taken". */
const char *ald_linking_text(struct ald_arena *a, const struct ald_linking *linking);
/** The same as an object, of the incidents that started in a period. */
struct ald_node *ald_linking_node(struct ald_arena *a, const struct ald_analysis *analysis, const struct ald_period *period);
/** Adds what links nothing because it says nothing, and decisions without effect. */
void ald_linking_findings(struct ald_arena *a, struct ald_node *findings, const struct ald_analysis *analysis);
const char *ald_axis_id(enum ald_axis axis);          /* "complexity", "blast_radius" */
const char *ald_reading_id(int reading);              /* "start", "landmark" */
const char *ald_basis_text(enum ald_basis basis);     /* "complexity and blast radius" ... */

/** All incidents of the period where the JSON holds only some of them. */
#define ALD_ALL_INCIDENTS "all_incidents"
/** Path of the reading shown, inside an INCIDENT. */
#define ALD_SHOWN "readings.{shown}."
