/* Ids of small sets, as the JSON contract spells them. */
#include "nodes.h"

const char *ald_axis_id(enum ald_axis axis)
{
    return axis == ALD_COMPLEXITY ? "complexity" : "blast_radius";
}

const char *ald_reading_id(int reading)
{
    return reading == ALD_START_READING ? "start" : "landmark";
}

const char *ald_basis_text(enum ald_basis basis)
{
    switch (basis) {
    case ALD_BASIS_BOTH:
        return "complexity and blast radius";
    case ALD_BASIS_COMPLEXITY:
        return "complexity alone";
    case ALD_BASIS_BLAST_RADIUS:
        return "blast radius alone";
    default:
        return "the whole reference: no position to compare by";
    }
}

const char *ald_verdict_id(enum ald_verdict verdict)
{
    static const char *const ids[] = {[ALD_SHORTER] = "shorter", [ALD_TYPICAL] = "typical", [ALD_LONGER] = "longer", [ALD_STILL_OPEN] = "open"};
    return ids[verdict];
}
