/* Times that other records of an incident give for a moment, and that were not taken: where two sources disagree, who reads must see it. */
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "session.h"

static const char *why_not(const struct ald_taken *taken, const struct ald_record *rec, int moment, int64_t at)
{
    if (rec->copy)
        return "a copy of another record";
    if (taken->at == ALD_TIME_NONE)
        return "the records that decide do not say it";
    if (moment < ALD_RESOLVED)
        return at > taken->at ? "later: the first record to say it counts" : "another record decides";
    if (at < taken->at)
        return "earlier: the last record to end counts";
    bool decider = strcmp(rec->traits->kind, "pager") == 0 || strcmp(rec->traits->kind, "status") == 0;
    return decider ? "another record, into which it was merged or that is open longer, decides" : "pagers and status pages decide when it ended";
}

static enum ald_rc add_of(struct ald_arena *a, struct ald_store *store, const struct ald_analysis *an, const struct ald_incident *inc, uint32_t r,
                          struct ald_node *list, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    const struct ald_record *rec = &an->records[r];
    bool row = false;
    ALD_TRY(ald_q_open(store, "cli_moments_of", &q, err));
    ald_q_text_lent(q, 1, rec->traits->source);
    ald_q_text_lent(q, 2, rec->external_id);
    ald_q_time(q, 3, an->as_of);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        int m = 0;
        while (m < ALD_MOMENT_N && strcmp(ald_moment_name((enum ald_moment)m), ald_q_col_text(q, 0)) != 0)
            m++;
        int64_t at = ald_q_col_time(q, 1);
        const struct ald_taken *taken = m < ALD_MOMENT_N ? ald_moment_of(inc, m) : NULL;
        bool alike = taken && taken->at != ALD_TIME_NONE && at > taken->at - ALD_ALIKE_MS && at < taken->at + ALD_ALIKE_MS;
        if (!taken || alike || (taken->at != ALD_TIME_NONE && taken->record == r))
            continue;
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "moment", ald_node_str(a, ald_moment_name((enum ald_moment)m)));
        ald_node_set(a, o, "at", ald_node_time(a, at));
        ald_node_set(a, o, "field", ald_node_str(a, ald_strdup(a, ald_q_col_text(q, 2))));
        ald_node_set(a, o, "source", ald_node_str(a, rec->traits->source));
        ald_node_set(a, o, "external_id", ald_node_str(a, rec->external_id));
        ald_node_set(a, o, "why", ald_node_str(a, why_not(taken, rec, m, at)));
        ald_node_add(a, list, o);
    }
}

enum ald_rc ald_other_moments_node(struct ald_arena *a, struct ald_store *store, const struct ald_analysis *an, size_t incident, struct ald_node **ret,
                                   struct ald_err *err)
{
    const struct ald_incident *inc = &an->incidents[incident];
    *ret = ald_node_list(a);
    for (size_t k = 0; inc->records_n > 1 && k < inc->records_n; k++)
        ALD_TRY(add_of(a, store, an, inc, inc->records[k], *ret, err));
    return ALD_OK;
}

void ald_explain_others(struct ald_arena *a, const struct ald_analysis *an, const struct ald_node *others, const char *moment)
{
    for (size_t i = 0; i < others->list.n; i++) {
        const struct ald_node *o = others->list.items[i];
        if (strcmp(ald_node_at(o, "moment")->text, moment) != 0)
            continue;
        char at[64];
        (void)printf("    %-14s %s  from %s of %s:%s (%s)\n", "not taken", ald_explain_when(an, ald_node_at(o, "at")->integer, at),
                     ald_shown_by(a, ald_node_at(o, "field")->text), ald_node_at(o, "source")->text,
                     ald_shown_by(a, ald_node_at(o, "external_id")->text), ald_node_at(o, "why")->text);
    }
}
