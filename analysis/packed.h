/* What the signals saw in an incident as the store keeps it: JSON, made once for each different observation. Private to
 * analysis. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/buf.h"

/** Incidents that lack the same signals for the same reasons. */
struct ald_absent;
struct ald_packer {
    const struct ald_analysis *analysis;
    struct ald_arena *arena;
    struct ald_buf buf;
    const char **parts[ALD_SIGNAL_N]; /* by number of the observation: "id":value; NULL: not made yet */
    struct ald_absent *absent;        /* by which observations they are */
    size_t absent_n;
};
struct ald_packed {
    const char *values; /* {"id":[total,landmark value], ...}; until the next incident is packed */
    int64_t absent;     /* number of the set of absences, from 1, in the order of packing */
    bool absent_is_new; /* it was met for the first time: ald_pack_absent */
};

/** Begins with an analysis, whose observations stay as they are until ald_packer_done. */
void ald_packer_init(struct ald_packer *packer, const struct ald_analysis *analysis);
/** Frees what packing took. */
void ald_packer_done(struct ald_packer *packer);
/** @return ALD_ERR_LIMIT when it does not fit. */
ALD_CHECK enum ald_rc ald_pack(struct ald_packer *packer, size_t incident, struct ald_packed *ret, struct ald_err *err);
/** {"id":"why there is none", ...} of an incident; until the next one is packed, so that ret->values are gone. */
ALD_CHECK enum ald_rc ald_pack_absent(struct ald_packer *packer, size_t incident, const char **ret, struct ald_err *err);
