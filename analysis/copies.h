/* One record that was read from two sources. */
#pragma once

#include "analysis/build.h"

/** Marks, among the records of an incident, each that another one is a newer copy of (the same id and kind, another source): it keeps its
 *  first times, but neither its end nor its severity counts, nor what both tell. */
void ald_copies_mark(struct ald_build *b, const struct ald_incident *inc);
