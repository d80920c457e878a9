/* How records are linked after a day of changes, without reading all of them: what would come out otherwise than is stored if all were read and
 * linked anew.
 *
 * - Pointers and shared values look over all of history: all records are laid out from their briefs, those that changed from what the store holds of
 *   them, and are linked by the code that links the whole.
 * - How that came out is compared, record by record, with how it came out the last time. W is the first start of a whole that changed, or in which a
 *   record changed, as it was or as it is.
 * - Likeness is asked for in the window that begins at W (link_window.c), with what it had learnt; what lies before and does not hang together with
 *   it is as it was.
 *
 * Whatever else is found makes all be looked at. */
#include "analysis/renew.h"

#include <stdlib.h>
#include <string.h>

#include "alidade/decision.h"
#include "analysis/kept.h"
#include "analysis/link_model.h"
#include "analysis/packing.h"

enum { TOUCHED_MOST = 20000 }; /* more is no day's work */

struct renewing {
    struct ald_store *store;
    const struct ald_settings *settings;
    struct ald_arena *arena, *scratch; /* of what is handed over; of all else */
    struct ald_renewed *ret;
    struct ald_written written;
    struct ald_briefs briefs;
    int64_t as_of;
    int64_t *touched;
    size_t touched_n, touched_cap;
    int64_t begins; /* the first day of the quarter of as-of: nothing that starts before it may have changed */
};

static void give_up(struct renewing *r, const char *why)
{
    if (r->ret->sound)
        r->ret->why = why;
    r->ret->sound = false;
}

/* ---- What is known before ---- */

static void touch(struct renewing *r, int64_t record)
{
    r->touched = ald_grow(r->scratch, r->touched, r->touched_n, &r->touched_cap, sizeof *r->touched);
    r->touched[r->touched_n++] = record;
}

/* Records of which something is dated between the two as-ofs count as changed. */
static void take_due(struct renewing *r)
{
    struct ald_renewed *ret = r->ret;
    size_t n = 0, cap = 0, touched = r->touched_n;
    for (size_t i = 0; i < r->briefs.later.n && ret->sound; i++) {
        const struct ald_later *later = &r->briefs.later.items[i];
        if (later->at > r->as_of)
            continue;
        if (later->row == 0)
            give_up(r, "a correction is dated between the last as-of and this one");
        ret->due = ald_grow(r->arena, ret->due, n, &cap, sizeof *ret->due);
        ret->due[n++] = later->row;
        touch(r, later->row);
    }
    ret->due_n = n;
    if (r->touched_n == touched)
        return;
    qsort(r->touched, r->touched_n, sizeof *r->touched, ald_laid_by_row);
    for (size_t i = n = 0; i < r->touched_n; i++)
        if (!n || r->touched[n - 1] != r->touched[i])
            r->touched[n++] = r->touched[i];
    r->touched_n = n;
}

static ALD_CHECK enum ald_rc take_touched(struct renewing *r, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(r->store, "brief_touched", &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        int64_t record = ald_q_col_int(q, 0), was_from = ald_q_col_int(q, 1);
        if (record == 0 || was_from == INT64_MIN)
            give_up(r, "something changed that is about all records");
        if (r->touched_n == TOUCHED_MOST)
            give_up(r, "many records changed");
        if (!r->ret->sound)
            return ALD_OK;
        touch(r, record);
    }
}

/* Calendar and all that belongs to it. */
static ALD_CHECK enum ald_rc check(struct renewing *r, const struct ald_analysis *a, struct ald_err *err)
{
    bool sound = false;
    int64_t quarter = ald_quarter_of(&a->calendar, r->as_of);
    ALD_TRY(ald_written_load(r->store, r->settings, &r->written, err));
    if (!r->written.sound)
        give_up(r, "nothing is stored that this program wrote with this configuration");
    else if (r->as_of < r->written.as_of)
        give_up(r, "as-of lies before the last one");
    else if (ald_quarter_of(&a->calendar, r->written.as_of) != quarter)
        give_up(r, "another quarter has begun");
    r->begins = ald_quarter_start(&a->calendar, quarter);
    if (r->ret->sound)
        ALD_TRY(take_touched(r, err));
    if (r->ret->sound) {
        ALD_TRY(ald_briefs_read(r->store, r->written.generation, r->scratch, &r->briefs, &sound, err));
        if (!sound)
            give_up(r, "no briefs of records are stored");
        take_due(r);
    }
    return ALD_OK;
}

/* ---- Laying out ---- */

/* What a record that changed was. */
struct old {
    int64_t row, start, root;
};

struct attempt {
    struct renewing *r;
    struct ald_laid laid;
    struct ald_build build, *b; /* b NULL: not begun */
    struct ald_linker l;
    struct ald_analysis *a;
    struct old *old;   /* of touched rows that had a brief */
    size_t old_n, old_cap;
    struct ald_brief_states states;
    struct mention {
        int64_t from, to;
    } * was_named; /* as it was */
    size_t was_named_n, was_named_cap;
    bool *changed;
    int64_t first; /* W */
};

static void attempt_done(struct attempt *t)
{
    ald_arena_free(t->laid.arena);
    ald_arena_free(t->l.arena);
    if (t->b)
        ald_build_done(t->b);
    ald_analysis_free(t->a);
}

static void meet(struct ald_names *names, const char *name)
{
    if (name)
        (void)ald_names_add(names, name);
}

/* What changed as it was; and names that young ones have, which are then numbered with all others. */
static void look_at(void *ctx, int64_t row, struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    struct attempt *t = ctx;
    bool touched = ald_laid_is_touched(&t->laid, row);
    if (touched) {
        t->old = ald_grow(t->laid.arena, t->old, t->old_n, &t->old_cap, sizeof *t->old);
        t->old[t->old_n++] = (struct old){.row = row, .start = brief->start, .root = brief->state.root};
    }
    const unsigned char *named = brief->named;
    for (uint32_t i = 0; i < brief->state.named_n; i++) {
        t->was_named = ald_grow(t->laid.arena, t->was_named, t->was_named_n, &t->was_named_cap, sizeof *t->was_named);
        t->was_named[t->was_named_n++] = (struct mention){.from = row, .to = (int64_t)ald_get_number(&named)};
    }
    for (uint32_t i = 0; i < brief->refs_n; i++) {
        const struct ald_row_ref ref = ald_brief_ref(reader);
        ald_arena_reset(t->build.brief);
        ald_link_ask(&t->laid.asked, t->build.brief, &ref); /* of one that changed as well: what it led to may be otherwise now */
    }
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
static ALD_CHECK enum ald_rc ask_decided(struct attempt *t, struct ald_err *err)
{
    static const enum ald_decision_kind kinds[] = {ALD_DECIDE_LINK, ALD_DECIDE_UNLINK};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct ald_decision *list = NULL;
        size_t n = 0;
        ALD_TRY(ald_decisions(t->r->store, kinds[k], false, t->laid.arena, &list, &n, err));
        for (size_t i = 0; i < n; i++) {
            const struct ald_row_ref named[] = {{.kind = ALD_REF_ID, .value = list[i].subject}, {.kind = ALD_REF_ID, .value = list[i].value ? list[i].value : ""}};
            for (size_t j = 0; j < sizeof named / sizeof named[0]; j++)
                ald_link_ask(&t->laid.asked, t->laid.arena, &named[j]);
        }
    }
    return ALD_OK;
}

/* Reads what changed. */
static ALD_CHECK enum ald_rc read_part(struct attempt *t, struct ald_err *err)
{
    struct ald_store *store = t->r->store;
    ALD_TRY(ald_store_part(store, t->r->touched, t->r->touched_n, err));
    ald_build_begin(&t->build, store, t->a);
    t->b = &t->build;
    t->b->keeps = true;
    ald_link_ask_begin(t->laid.arena, t->laid.chunks_n * (ALD_BRIEFS_A_CHUNK / 4), &t->laid.asked);
    ald_laid_each(&t->laid, look_at, t);
    enum ald_rc rc = ald_load(t->b, err);
    ALD_TRY(ald_store_whole(store, rc == ALD_OK ? err : NULL));
    ALD_TRY(rc);
    for (size_t i = 0; i < t->a->records_n; i++)
        ald_record_clocks(t->b, (uint32_t)i);
    for (size_t i = 0; i < t->b->ref_n; i++) {
        ald_arena_reset(t->b->brief);
        ald_link_ask(&t->laid.asked, t->b->brief, &t->b->ref[i]);
    }
    return ask_decided(t, err);
}

static ALD_CHECK enum ald_rc lay_out(struct attempt *t, struct ald_err *err)
{
    struct renewing *r = t->r;
    bool sound = true;
    t->laid.touched = r->touched;
    t->laid.touched_n = r->touched_n;
    if (!ald_laid_open(&t->laid, &r->briefs, r->touched_n ? r->touched[r->touched_n - 1] : 0)) {
        give_up(r, "what is stored of records is not what this program writes");
        return ALD_OK;
    }
    ALD_TRY(read_part(t, err));
    ALD_TRY(ald_laid_out(&t->laid, t->b, &sound, err));
    if (!sound)
        give_up(r, "what is stored of records does not fit the store");
    return ALD_OK;
}

/* ---- What changed, before likeness ---- */

static void lower(struct attempt *t, int64_t start)
{
    if (start != ALD_TIME_NONE && start < t->first)
        t->first = start;
}

static bool is_new_state(const struct ald_brief_state *x, const struct ald_brief_state *y)
{
    return x->root != y->root || x->link != y->link;
}

static void mark_was(const struct attempt *t, int64_t root, bool *ret)
{
    uint32_t record = ald_laid_record(&t->laid, root);
    if (record != ALD_NOBODY) /* else its others have another one now */
        ret[record] = true;
}

/* One of the two changed: what a mention makes of the other may be otherwise. */
static void mark_pair(const struct attempt *t, int64_t from, int64_t to, bool *ret)
{
    uint32_t x = ald_laid_record(&t->laid, from), y = ald_laid_record(&t->laid, to);
    if (y != ALD_NOBODY && (x == ALD_NOBODY || t->changed[x]))
        ret[y] = true;
    if (x != ALD_NOBODY && (y == ALD_NOBODY || t->changed[y]))
        ret[x] = true;
}

/* Those that mention what changed, or are mentioned by it, as it was or is. */
static void mark_mentions(struct attempt *t)
{
    const struct ald_brief_states *states = &t->states;
    uint32_t n = (uint32_t)t->a->records_n;
    bool *also = ald_calloc(t->l.arena, n, sizeof *also);
    for (size_t i = 0; i < t->was_named_n; i++)
        mark_pair(t, t->was_named[i].from, t->was_named[i].to, also);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < states->of[i].named_n; k++)
            mark_pair(t, t->a->records[i].row, states->named[states->of[i].named_at + k], also);
    for (uint32_t i = 0; i < n; i++)
        t->changed[i] |= also[i] && !t->a->records[i].vendor;
}

/* Marks records that are linked otherwise or changed, and those that are or were in one whole with such. */
static void find_changed(struct attempt *t)
{
    struct ald_linker *l = &t->l;
    uint32_t n = (uint32_t)t->a->records_n;
    bool *now = ald_calloc(l->arena, n, sizeof *now), *was = ald_calloc(l->arena, n, sizeof *was); /* by what stands for a whole */
    t->changed = ald_calloc(l->arena, n, sizeof *t->changed);
    for (uint32_t i = 0; i < n; i++) {
        const struct ald_brief_state *before = &t->laid.before[i];
        bool relinked = is_new_state(&t->states.of[i], before), touched = ald_laid_is_touched(&t->laid, t->a->records[i].row);
        if (relinked || touched)
            ald_laid_change(&t->laid, t->a->records[i].row);
        if ((!relinked && !touched) || t->a->records[i].vendor)
            continue;
        now[ald_link_whole(l, i)] = true;
        mark_was(t, before->root, was);
    }
    for (size_t i = 0; i < t->old_n; i++) {
        uint32_t record = ald_laid_record(&t->laid, t->old[i].row);
        ald_laid_change(&t->laid, t->old[i].row);
        if (record != ALD_NOBODY && t->a->records[record].vendor)
            continue;
        mark_was(t, t->old[i].root, was);
        lower(t, t->old[i].start);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t root = ald_laid_record(&t->laid, t->laid.before[i].root);
        t->changed[i] = now[ald_link_whole(l, i)] || (root != ALD_NOBODY && was[root]);
        if (t->changed[i])
            lower(t, t->a->records[i].started_at);
    }
    lower(t, t->a->as_of); /* where nothing that changed has a start */
    mark_mentions(t);
}

/* ---- Linking ---- */

/* Without likeness. */
static ALD_CHECK enum ald_rc link_all(struct attempt *t, struct ald_err *err)
{
    struct ald_linker *l = &t->l;
    l->b = t->b;
    ald_link_init(l);
    l->from = l->pairs_from = l->seen_from = INT64_MIN;
    ald_link_settle(l);
    if (l->settled == INT64_MAX) {
        give_up(t->r, "likeness is learnt from all records");
        return ALD_OK;
    }
    ald_index_records(l);
    ALD_TRY(ald_link_decisions(l, err));
    ald_link_explicit(l);
    ald_link_identity(l);
    ald_brief_states(l, &t->states);
    find_changed(t);
    if (t->first < t->r->begins || ald_link_settled_links(l) != t->r->briefs.settled_links)
        give_up(t->r, "something changed that began before this quarter");
    return ALD_OK;
}

static ALD_CHECK enum ald_rc link_window(struct attempt *t, struct ald_link_learning *learning, struct ald_err *err)
{
    struct ald_linker *l = &t->l;
    const struct ald_part part = {.from = t->first, .complete = ald_brief_young_from(t->a)};
    int64_t settled = l->settled;
    l->learning = learning;
    ALD_TRY(ald_link_window_open(l, &part, err));
    if (l->unsound || l->settled != settled) {
        give_up(t->r, "what likeness has learnt is not stored");
        return ALD_OK;
    }
    l->changed = t->changed;
    ald_link_suggest(l);
    if (l->unsound)
        give_up(t->r, "what looks alike hangs together with what is long over");
    for (uint32_t i = 0; i < t->a->records_n; i++) {
        t->b->draft[i].group = ald_link_group(l, i);
        t->b->draft[i].whole = ald_link_whole(l, i);
    }
    (void)ald_fold(t->b);
    return ALD_OK;
}

/* ---- What all records tell ---- */

/* Dates that are still to come: of records that were read anew, what they tell now. */
static void look_ahead(struct attempt *t, struct ald_laters *ret)
{
    struct renewing *r = t->r;
    for (size_t i = 0; i < r->briefs.later.n; i++) {
        const struct ald_later *later = &r->briefs.later.items[i];
        if (later->row == 0 || !ald_laid_is_touched(&t->laid, later->row))
            ald_later_add(r->arena, ret, later->row, later->at);
    }
    for (size_t i = 0; i < t->a->later->n; i++)
        ald_later_add(r->arena, ret, t->a->later->items[i].row, t->a->later->items[i].at);
    ald_later_sort(ret);
    r->ret->next_at = ALD_TIME_NONE;
    for (size_t i = 0; i < ret->n; i++)
        if (r->ret->next_at == ALD_TIME_NONE || ret->items[i].at < r->ret->next_at)
            r->ret->next_at = ret->items[i].at;
}

static void tell_origins(struct attempt *t)
{
    struct ald_renewed *ret = t->r->ret;
    ald_origins_keep(t->b);
    struct ald_origin *origins = ald_calloc(t->r->arena, t->a->origins_n, sizeof *origins);
    for (size_t i = 0; i < t->a->origins_n; i++) {
        origins[i] = t->a->origins[i];
        origins[i].source = ald_strdup(t->r->arena, origins[i].source);
    }
    ret->origins = origins;
    ret->origins_n = t->a->origins_n;
}

/* ---- The whole ---- */

static ALD_CHECK enum ald_rc renew(struct renewing *r, struct ald_analysis *a, struct ald_err *err)
{
    struct ald_link_learning learning = {.from = NULL};
    ALD_CLEANUP(attempt_done) struct attempt t = {
        .r = r, .a = a, .laid = {.arena = ald_arena_new()}, .l = {.arena = ald_arena_new()}, .first = INT64_MAX};
    ALD_TRY(check(r, a, err));
    if (r->ret->sound)
        ALD_TRY(lay_out(&t, err));
    if (r->ret->sound)
        ALD_TRY(link_all(&t, err));
    if (r->ret->sound)
        ALD_TRY(link_window(&t, &learning, err));
    if (r->ret->sound)
        ALD_TRY(ald_renew_compare(&t.laid, &t.l, r->store, r->arena, r->ret, err));
    if (!r->ret->sound)
        return ALD_OK;
    struct ald_briefs *briefs = ald_renew_pack(&t.laid, t.b, &t.states, r->arena);
    look_ahead(&t, &briefs->later);
    briefs->settled_links = r->briefs.settled_links;
    tell_origins(&t);
    r->ret->briefs = briefs;
    r->ret->records_n = t.a->records_n + t.laid.left_out_n;
    return ALD_OK;
}

static void renewing_done(struct renewing *r)
{
    ald_arena_free(r->scratch);
}

enum ald_rc ald_links_renew(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, struct ald_arena *arena,
                            struct ald_renewed *ret, struct ald_err *err)
{
    ALD_CLEANUP(renewing_done) struct renewing r = {.store = store, .settings = settings, .arena = arena, .scratch = ald_arena_new(), .ret = ret, .as_of = as_of};
    struct ald_analysis *a = NULL;
    *ret = (struct ald_renewed){.sound = true};
    ALD_TRY(ald_analysis_new(store, settings, as_of, &a, err));
    return renew(&r, a, err);
}
