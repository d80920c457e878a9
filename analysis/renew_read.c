/* Lays out for linking what is stored of records, and reads those that changed: what these were and are, and what pointers of all may mean.
 * Knows briefs and decisions, not how records are linked. */
#include "alidade/decision.h"
#include "analysis/packing.h"
#include "analysis/renew.h"

static void meet(struct ald_names *names, const char *name)
{
    if (name)
        (void)ald_names_add(names, name);
}

/* What changed as it was; and names that young ones have, which are then numbered with all others. */
static void look_at(void *ctx, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    struct ald_attempt *t = ctx;
    bool touched = ald_laid_is_touched(&t->laid, row);
    if (touched) {
        t->old = ald_grow(t->laid.arena, t->old, t->old_n, &t->old_cap, sizeof *t->old);
        t->old[t->old_n++] = (struct ald_renew_old){.row = row, .start = brief->start, .root = brief->state.root};
    }
    const unsigned char *named = brief->named;
    for (uint32_t i = 0; i < brief->state.named_n; i++) {
        t->was_named = ald_grow(t->laid.arena, t->was_named, t->was_named_n, &t->was_named_cap, sizeof *t->was_named);
        t->was_named[t->was_named_n++] = (struct mention){.from = row, .to = (int64_t)ald_get_number(&named)};
    }
    size_t asks = t->laid.asks.n;
    if (brief->refs_n)
        ald_link_hashes_add(&t->laid.asks, 0);
    for (uint32_t i = 0; i < brief->refs_n; i++) {
        const struct ald_row_ref ref = ald_brief_ref(reader);
        ald_arena_reset(t->build.brief);
        ald_link_ask(&t->laid.asked, t->build.brief, &ref, &t->laid.asks); /* of one that changed as well: what it led to may be otherwise now */
    }
    if (brief->refs_n)
        t->laid.asks.items[asks] = (uint32_t)(t->laid.asks.n - asks - 1);
    for (uint32_t i = 0; i < brief->services_n; i++)
        meet(t->build.services, ald_brief_name(reader));
    if (!brief->young)
        return;
    (void)ald_brief_title(reader, brief);
    for (uint32_t n = ald_brief_number(reader); n > 0; n--)
        meet(t->build.teams, ald_brief_name(reader));
    for (uint32_t n = ald_brief_number(reader); n > 0; n--) {
        meet(t->build.services, ald_brief_name(reader));
        meet(t->build.teams, ald_brief_name(reader));
    }
}

/* Records that decisions name. */
static ALD_CHECK enum ald_rc ask_decided(struct ald_attempt *t, struct ald_err *err)
{
    static const enum ald_decision_kind kinds[] = {ALD_DECIDE_LINK, ALD_DECIDE_UNLINK};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct ald_decision *list = NULL;
        size_t n = 0;
        ALD_TRY(ald_decisions(t->r->store, kinds[k], false, t->laid.arena, &list, &n, err));
        for (size_t i = 0; i < n; i++) {
            const struct ald_row_ref named[] = {{.kind = ALD_REF_ID, .value = list[i].subject}, {.kind = ALD_REF_ID, .value = list[i].value ? list[i].value : ""}};
            for (size_t j = 0; j < sizeof named / sizeof named[0]; j++)
                ald_link_ask(&t->laid.asked, t->laid.arena, &named[j], &t->laid.seeds);
        }
    }
    return ALD_OK;
}

/* Reads what changed. */
static ALD_CHECK enum ald_rc read_part(struct ald_attempt *t, struct ald_err *err)
{
    struct ald_store *store = t->r->store;
    ALD_TRY(ald_store_part(store, t->r->touched, t->r->touched_n, err));
    ald_build_begin(&t->build, store, t->a);
    t->b = &t->build;
    t->b->keeps = true;
    t->laid.asks.arena = t->laid.seeds.arena = t->laid.arena;
    ald_link_ask_begin(t->laid.arena, t->laid.chunks_n * (ALD_BRIEFS_A_CHUNK / 4), &t->laid.asked);
    ald_laid_each(&t->laid, look_at, t);
    enum ald_rc rc = ald_load(t->b, err);
    ALD_TRY(ald_store_whole(store, rc == ALD_OK ? err : NULL));
    ALD_TRY(rc);
    for (size_t i = 0; i < t->a->records_n; i++)
        ald_record_clocks(t->b, (uint32_t)i);
    for (size_t i = 0; i < t->b->ref_n; i++) {
        ald_arena_reset(t->b->brief);
        ald_link_ask(&t->laid.asked, t->b->brief, &t->b->ref[i], &t->laid.seeds);
    }
    return ask_decided(t, err);
}

enum ald_rc ald_renew_read(struct ald_attempt *t, struct ald_err *err)
{
    struct ald_renewing *r = t->r;
    t->laid.touched = r->touched;
    t->laid.touched_n = r->touched_n;
    if (!ald_laid_open(&t->laid, &r->briefs)) {
        ald_renew_give_up(r, "what is stored of records is not what this program writes");
        return ALD_OK;
    }
    ALD_TRY(read_part(t, err));
    if (!ald_laid_out(&t->laid, t->b))
        ald_renew_give_up(r, "what is stored of records does not fit the store");
    return ALD_OK;
}
