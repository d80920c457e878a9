/* What people may correct of an incident (METHODS 1), how a correction is written, and what became of each. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/decision.h"

/** Fields in the order of the manual: class, severity, services, started_at, then one per moment. */
struct ald_override_field {
    const char *name, *help;
};
const struct ald_override_field *ald_override_field_at(size_t i); /* NULL after the last */
/** Judges a value and spells it as it is stored: a class's name; a time as RFC 3339 UTC (read in zone when it names none);
 *  services joined by ';', each once; "none" for a moment that did not happen, no severity, no service. Arena-owned.
 *  @return ALD_ERR_USAGE that names the field, what was found and what was expected. */
ALD_CHECK enum ald_rc ald_override_spell(struct ald_arena *arena, const struct ald_zone *zone, const char *field, const char *value,
                                         const char **ret, struct ald_err *err);

/** An override in force, as an analysis found it. */
struct ald_override {
    const struct ald_decision *decision;
    uint32_t record;  /* its subject: index into ald_analysis.records; ALD_NOBODY: not there as of as-of */
    const char *idle; /* why it changes nothing; NULL: it is applied to the incident of the record */
    uint32_t next;    /* of the same incident while it is built; ALD_NOBODY at the end */
};
/** Index of the incident that it corrects or would correct; ALD_NOBODY: none. */
uint32_t ald_override_incident(const struct ald_analysis *analysis, const struct ald_override *override);
