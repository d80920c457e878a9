/* What the signals saw in an incident as the store keeps it: JSON, made once for each different observation. Private to
 * analysis. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/buf.h"

/** Incidents that lack the same signals for the same reasons. */
struct ald_absent;
struct ald_packed_part {
    const char *text; /* and a comma; NULL: not made yet */
    uint32_t n;       /* its bytes */
    bool present;     /* there is a value */
};
struct ald_packer {
    const struct ald_analysis *analysis;
    struct ald_arena *arena;
    struct ald_buf buf;
    struct ald_packed_part *parts[ALD_SIGNAL_N]; /* by number of the observation */
    struct ald_absent *absent;                   /* by which observations they are */
    struct ald_absent *last;                     /* that of the last incident: mostly it is that of the next one */
    struct ald_absences *others;                 /* of incidents whose rows stay, by id */
    size_t others_n;
};
struct ald_packed {
    const char *values; /* [total,landmark value,total, ...] of the signals that its set of absences names as present; until the next incident is packed */
    int64_t absent;     /* the set of absences: made of its text, so that it is the same in whatever order incidents come */
};
struct ald_absences {
    int64_t id;
    const char *packed;  /* {"id":"why there is none", ...} */
    const char *present; /* ["id", ...] of the others, in the order of the table of signals */
    int64_t incidents;   /* that were packed */
};

/** Begins with an analysis, whose observations stay as they are until ald_packer_done. */
void ald_packer_init(struct ald_packer *packer, const struct ald_analysis *analysis);
/** Frees what packing took. */
void ald_packer_done(struct ald_packer *packer);
/** @return ALD_ERR_LIMIT when it does not fit. */
ALD_CHECK enum ald_rc ald_pack(struct ald_packer *packer, size_t incident, struct ald_packed *ret, struct ald_err *err);
/** The sets of absences of all incidents that were packed, by id; packer-owned. @return how many there are. */
size_t ald_pack_absences(struct ald_packer *packer, struct ald_absences **ret);

/** absences.c: before the rows of incidents after one (by number) are written anew: of the others, what they lack stays. */
ALD_CHECK enum ald_rc ald_absences_let_go(struct ald_store *store, struct ald_packer *packer, int64_t after, struct ald_err *err);
/** Once all are packed: writes them. */
ALD_CHECK enum ald_rc ald_absences_save(struct ald_store *store, struct ald_packer *packer, struct ald_err *err);
