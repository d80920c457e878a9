/* People's word on links: what they joined is joined before anything else, what they keep apart nothing joins.
 * Decisions in force count whatever as-of says: as-of cuts events, not knowledge. */
#include "analysis/links.h"

#include "alidade/decision.h"

static const char *decide(struct ald_linker *l, const struct ald_decision *d)
{
    struct ald_analysis *a = l->b->a;
    uint32_t x = ald_analysis_record(a, d->subject), y = d->value ? ald_analysis_record(a, d->value) : ALD_NOBODY;
    if (x == ALD_NOBODY || y == ALD_NOBODY)
        return "it names a record that is not there";
    if (a->records[x].vendor || a->records[y].vendor)
        return "it names a record of a vendor, which is never ours";
    if (d->kind == ALD_DECIDE_UNLINK) {
        ald_keep_apart(l, x, y);
        return NULL;
    }
    const char *via = ald_sprintf(a->arena, "%s with %s: %s", d->subject, d->value, d->reason);
    return ald_link_join(l, x, y, ALD_LINK_DECISION, 1, via) ? NULL : "another decision keeps them apart";
}

enum ald_rc ald_link_decisions(struct ald_linker *l, struct ald_err *err)
{
    struct ald_analysis *a = l->b->a;
    for (int unlinks = 1; unlinks >= 0; unlinks--) {
        struct ald_decision *list = NULL;
        size_t n = 0;
        ALD_TRY(
            ald_decisions(l->b->store, unlinks ? ALD_DECIDE_UNLINK : ALD_DECIDE_LINK, false, a->arena, &list, &n, err));
        for (size_t i = 0; i < n; i++) {
            const char *why = decide(l, &list[i]);
            if (why)
                ald_link_idle_add(l, ALD_LINK_DECISION,
                                  ald_sprintf(a->arena, "%s %s %s", ald_decision_kind_name(list[i].kind),
                                              list[i].subject, list[i].value ? list[i].value : ""),
                                  2, why);
        }
    }
    return ALD_OK;
}
