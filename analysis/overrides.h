/* Where people's corrections enter the building of incidents. Private to analysis. */
#pragma once

#include "analysis/build.h"

/** Reads the overrides in force and adds the services that they name; before names are sorted. */
ALD_CHECK enum ald_rc ald_overrides_load(struct ald_build *b, struct ald_err *err);
/** After linking: finds their records and gives each incident its own. */
void ald_overrides_place(struct ald_build *b);
/** True when people corrected anything of an incident. */
bool ald_overrides_any(const struct ald_build *b, const struct ald_incident *inc);
/** True when people set a field of an incident. */
bool ald_overridden(const struct ald_build *b, const struct ald_incident *inc, const char *field);
/** Moments, start, state and spans. @return true when the start or the end was set: they are judged anew. */
bool ald_overrides_times(struct ald_build *b, struct ald_incident *inc);
/** Severity and services. */
void ald_overrides_labels(struct ald_build *b, struct ald_incident *inc);
/** False: nobody said what class it is. */
bool ald_overrides_class(struct ald_build *b, struct ald_incident *inc);
