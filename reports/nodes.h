/* Names and small nodes that several files of reports use. */
#pragma once

#include "alidade/report.h"

struct ald_node *ald_strings_node(struct ald_arena *a, const char *const *items, size_t n);
/** A pair of numbers, each divided by unit, or absent with the reason. */
struct ald_node *ald_interval_node(struct ald_arena *a, const struct ald_interval *ci, double unit);
struct ald_node *ald_weights_node(struct ald_arena *a, const struct ald_settings *settings);
const char *ald_axis_id(enum ald_axis axis);          /* "complexity", "blast_radius" */
const char *ald_reading_id(int reading);              /* "start", "landmark" */
const char *ald_basis_text(enum ald_basis basis);     /* "complexity and blast radius" ... */
const char *ald_verdict_id(enum ald_verdict verdict); /* "shorter", "typical", "longer", "open" */

/** Path of the reading shown, inside an INCIDENT. */
#define ALD_SHOWN "readings.{shown}."
