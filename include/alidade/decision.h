/* People's word: link, unlink, override, tag. Decisions survive every sync, are never deleted (undoing keeps the row, with who,
 * when and why), and are the last word wherever they apply. They name records, not incidents: an incident's id may change with
 * linking, a record's does not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/arena.h"
#include "alidade/err.h"
#include "alidade/store.h"

enum ald_decision_kind {
    ALD_DECIDE_LINK,     /* subject and value are records of one incident */
    ALD_DECIDE_UNLINK,   /* subject and value are never records of one incident */
    ALD_DECIDE_OVERRIDE, /* field of the incident that holds subject is value */
    ALD_DECIDE_TAG,      /* field: a pattern's id; value: "confirm" or "reject" */
    ALD_DECISION_KIND_N
};
const char *ald_decision_kind_name(enum ald_decision_kind kind); /* "link", "unlink", "override", "tag" */

/** A row of table decision; strings as their owner says, NULL: none. */
struct ald_decision {
    int64_t id;
    enum ald_decision_kind kind;
    const char *subject; /* record: "source:external_id" */
    const char *field;   /* override: class, started_at ... as `alidade override --help` lists them; tag: pattern; link, unlink: NULL */
    const char *value;   /* link, unlink: the other record; of a pair, subject is the smaller text. Lists are joined by ';' */
    const char *reason;  /* never empty */
    int64_t decided_at;
    const char *decided_by; /* pseudonym, name or NULL, as the configuration's `people` says */
    int64_t undone_at;      /* ALD_TIME_NONE: in force */
    const char *undone_by, *undone_reason;
};

enum ald_decision_effect {
    ALD_DECISION_NEW,     /* nothing was decided about it before */
    ALD_DECISION_REPLACES, /* an earlier decision on the same was undone by this one */
    ALD_DECISION_SAME     /* the same value and reason were in force already: nothing was written */
};

/** Adds a decision (id, undone_* of it are not read; a pair is put in order) inside the caller's write transaction, and undoes
 *  what it answers: the earlier override of the same field, tag of the same pattern, link or unlink of the same pair.
 *  Bumps the store's generation. Values are not judged here. @return ALD_ERR_USAGE without a reason, ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_decision_add(struct ald_store *store, const struct ald_decision *decision, int64_t *ret_id,
                                       enum ald_decision_effect *ret_effect, struct ald_err *err);
/** Undoes a decision inside the caller's write transaction; who and why may be NULL. Bumps the generation.
 *  @return ALD_ERR_UNKNOWN when there is none with this id or it was undone before (the message says when), ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_decision_undo(struct ald_store *store, int64_t id, int64_t at, const char *by, const char *reason,
                                        struct ald_err *err);
/** Decisions in the order in which they were made. kind ALD_DECISION_KIND_N: of all kinds. undone false: those in force only.
 *  Everything is arena-owned. */
ALD_CHECK enum ald_rc ald_decisions(struct ald_store *store, enum ald_decision_kind kind, bool undone, struct ald_arena *arena,
                                    struct ald_decision **ret, size_t *ret_n, struct ald_err *err);
