/* What an incident is called. Private to analysis. */
#pragma once

#include "analysis/build.h"

/** Gives it id, key and title of its records. */
void ald_incident_names(struct ald_build *b, struct ald_incident *inc);
/** Gives it the worst severity of them. */
void ald_incident_severity(struct ald_build *b, struct ald_incident *inc);
