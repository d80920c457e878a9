/* What linking anew gives beside what is stored: rows of links and suggestions that differ, and the briefs that change. Knows rows, not why records are
 * linked. */
#include <stdlib.h>
#include <string.h>

#include "analysis/kept.h"
#include "analysis/renew.h"

struct comparing {
    struct ald_laid *laid;
    struct ald_linker *l;
    struct ald_build *b;
    struct ald_store *store;
    struct ald_arena *arena; /* of what is handed over */
    struct ald_renewed *ret;
    uint32_t *first; /* by what stands for a whole: the record that its incident is named after */
    size_t links_cap, suggestions_cap;
};

static bool is_reached(const struct comparing *c, uint32_t i)
{
    return c->l->reached[i] == ALD_LINK_REACHED && !c->b->a->records[i].vendor;
}

static void give_up(struct comparing *c, const char *why)
{
    if (c->ret->sound)
        c->ret->why = why;
    c->ret->sound = false;
}

/* ---- Links ---- */

/* As incidents order their records. */
static bool comes_before(const struct ald_build *b, uint32_t x, uint32_t y)
{
    if (b->work[x].folded != b->work[y].folded)
        return !b->work[x].folded;
    return ald_record_order(b, x, y) < 0;
}

static void find_first(struct comparing *c)
{
    uint32_t n = (uint32_t)c->b->a->records_n;
    c->first = ald_alloc(c->l->arena, (n + 1) * sizeof *c->first);
    for (uint32_t i = 0; i < n; i++)
        c->first[i] = ALD_NOBODY;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_reached(c, i))
            continue;
        uint32_t *first = &c->first[c->b->draft[i].whole];
        if (*first == ALD_NOBODY || comes_before(c->b, i, *first))
            *first = i;
    }
}

static const char *keep(const struct comparing *c, const char *text)
{
    return text ? ald_strdup(c->arena, text) : NULL;
}

static void add_link(struct comparing *c, struct ald_relink link)
{
    struct ald_renewed *ret = c->ret;
    ret->links = ald_grow(c->arena, ret->links, ret->links_n, &c->links_cap, sizeof *ret->links);
    ret->links[ret->links_n++] = link;
}

/* q: brief_link, at the stored row. */
static bool is_stored(struct ald_q *q, const struct ald_record *r, const char *incident, int64_t first)
{
    const struct ald_datum cells[] = {ald_datum_text(incident),           ald_datum_text(ald_record_method(r)), ald_datum_real(ald_record_confidence(r)),
                                      ald_datum_text(ald_record_via(r)), ald_datum_int(r->folded),             ald_first_cell(first, r->row)};
    for (int i = 0; i < (int)(sizeof cells / sizeof cells[0]); i++)
        if (!ald_kept_holds(q, i, &cells[i]))
            return false;
    return true;
}

static ALD_CHECK enum ald_rc compare_link(struct comparing *c, uint32_t i, struct ald_q *q, struct ald_err *err)
{
    const struct ald_record *r = &c->b->a->records[i], *first = &c->b->a->records[c->first[c->b->draft[i].whole]];
    const char *incident = ald_record_id(first);
    bool row = false;
    ald_q_int(q, 1, r->row);
    ALD_TRY(ald_q_step(q, &row, err));
    if (row && is_stored(q, r, incident, first->row))
        return ALD_OK;
    add_link(c, (struct ald_relink){.row = r->row,
                                    .incident = keep(c, incident),
                                    .first = first->row,
                                    .was = row ? keep(c, ald_q_col_text(q, 0)) : NULL,
                                    .method = keep(c, ald_record_method(r)),
                                    .via = keep(c, ald_record_via(r)),
                                    .confidence = ald_record_confidence(r),
                                    .folded = r->folded});
    return ALD_OK;
}

/* A record that changed and is in no incident now. */
static ALD_CHECK enum ald_rc compare_gone(struct comparing *c, int64_t record, struct ald_q *q, struct ald_err *err)
{
    bool row = false;
    ald_q_int(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    if (row)
        add_link(c, (struct ald_relink){.row = record, .was = keep(c, ald_q_col_text(q, 0))});
    return ALD_OK;
}

static int link_order(const void *x, const void *y)
{
    const struct ald_relink *a = x, *b = y;
    return (a->row > b->row) - (a->row < b->row);
}

static ALD_CHECK enum ald_rc compare_links(struct comparing *c, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    const struct ald_analysis *a = c->b->a;
    ALD_TRY(ald_q_open(c->store, "brief_link", &q, err));
    for (uint32_t i = 0; i < a->records_n; i++)
        if (is_reached(c, i))
            ALD_TRY(compare_link(c, i, q, err));
    for (size_t i = 0; i < c->laid->touched_n; i++) {
        uint32_t record = ald_laid_record(c->laid, c->laid->touched[i]);
        if (record == ALD_NOBODY || a->records[record].vendor)
            ALD_TRY(compare_gone(c, c->laid->touched[i], q, err));
    }
    if (c->ret->links_n)
        qsort(c->ret->links, c->ret->links_n, sizeof *c->ret->links, link_order);
    return ALD_OK;
}

/* ---- Suggestions ---- */

static int suggestion_order(const void *x, const void *y)
{
    const struct ald_resuggest *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static void add_suggestion(struct comparing *c, struct ald_resuggest s)
{
    struct ald_renewed *ret = c->ret;
    ret->suggestions = ald_grow(c->arena, ret->suggestions, ret->suggestions_n, &c->suggestions_cap, sizeof *ret->suggestions);
    ret->suggestions[ret->suggestions_n++] = (struct ald_resuggest){.a = s.a, .b = s.b, .confidence = s.confidence, .via = keep(c, s.via), .refused = keep(c, s.refused)};
}

/* Whether likeness was asked about the record of a row, or it is gone. */
static bool is_asked(const struct comparing *c, int64_t row)
{
    uint32_t record = ald_laid_record(c->laid, row);
    return record == ALD_NOBODY ? !ald_laid_is_left_out(c->laid, row) : is_reached(c, record);
}

static bool reaches_back(const struct comparing *c, int64_t row)
{
    uint32_t record = ald_laid_record(c->laid, row);
    return record != ALD_NOBODY && c->l->reached[record] == ALD_LINK_REACHES_BACK;
}

static int64_t start_of(const struct comparing *c, int64_t row)
{
    uint32_t record = ald_laid_record(c->laid, row);
    if (ald_laid_is_left_out(c->laid, row)) /* long ago */
        return INT64_MIN;
    return record == ALD_NOBODY ? INT64_MAX : c->b->work[record].start;
}

/* Nearer to the window than that, two records could have looked alike because of what it holds now otherwise. */
static int64_t near_from(const struct comparing *c)
{
    return c->l->from - 2 * ALD_LINK_APART_MS;
}

/* A stored one that is not given any more. */
static void look_at_stored(struct comparing *c, int64_t a, int64_t b)
{
    bool back = reaches_back(c, a) || reaches_back(c, b);
    if (back && start_of(c, a) >= near_from(c) && start_of(c, b) >= near_from(c))
        give_up(c, "what looked alike hangs together with what is long over");
    else if (!back && (is_asked(c, a) || is_asked(c, b)))
        add_suggestion(c, (struct ald_resuggest){.a = a, .b = b});
}

static bool holds_suggestion(struct ald_q *q, const struct ald_resuggest *s)
{
    const struct ald_datum cells[] = {ald_datum_int(s->a), ald_datum_int(s->b), ald_datum_real(s->confidence), ald_datum_text(s->via), ald_datum_text(s->refused)};
    for (int i = 0; i < 5; i++)
        if (!ald_kept_holds(q, i, &cells[i]))
            return false;
    return true;
}

static struct ald_resuggest *given(const struct comparing *c, size_t *ret_n)
{
    const struct ald_linker *l = c->l;
    struct ald_resuggest *list = ald_calloc(c->l->arena, l->suggestion_n, sizeof *list);
    for (size_t i = 0; i < l->suggestion_n; i++)
        list[i] = (struct ald_resuggest){.a = c->b->a->records[l->suggestion[i].a].row,
                                         .b = c->b->a->records[l->suggestion[i].b].row,
                                         .confidence = l->suggestion[i].confidence,
                                         .via = l->suggestion[i].via,
                                         .refused = l->suggestion[i].refused};
    if (l->suggestion_n)
        qsort(list, l->suggestion_n, sizeof *list, suggestion_order);
    *ret_n = l->suggestion_n;
    return list;
}

static ALD_CHECK enum ald_rc compare_suggestions(struct comparing *c, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    size_t n, at = 0;
    const struct ald_resuggest *list = given(c, &n);
    bool row = true;
    ALD_TRY(ald_q_open(c->store, "part_suggestion_rows", &q, err));
    ald_q_int(q, 1, INT64_MIN);
    ald_q_int(q, 2, INT64_MIN);
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        struct ald_resuggest stored = {.a = row ? ald_q_col_int(q, 0) : INT64_MAX, .b = row ? ald_q_col_int(q, 1) : INT64_MAX};
        for (; at < n && suggestion_order(&list[at], &stored) < 0; at++)
            add_suggestion(c, list[at]);
        if (!row)
            return ALD_OK;
        if (at < n && suggestion_order(&list[at], &stored) == 0) {
            if (!holds_suggestion(q, &list[at]))
                add_suggestion(c, list[at]);
            at++;
        } else {
            look_at_stored(c, stored.a, stored.b);
        }
    }
}

/* ---- What hangs together with what is long over ---- */

/* Whether a record in the window was one incident with another one near it that pointers and shared values do not join to it: they looked alike, and
 * do no more. */
static ALD_CHECK enum ald_rc look_back(struct comparing *c, uint32_t i, struct ald_q *link, struct ald_q *members, struct ald_err *err)
{
    bool row = false;
    ald_q_int(link, 1, c->b->a->records[i].row);
    ALD_TRY(ald_q_step(link, &row, err));
    if (!row) {
        give_up(c, "a record that hangs together with what is long over is in no incident");
        return ALD_OK;
    }
    ald_q_text(members, 1, ald_q_col_text(link, 0));
    for (;;) {
        ALD_TRY(ald_q_step(members, &row, err));
        if (!row)
            return ALD_OK;
        uint32_t other = ald_laid_record(c->laid, ald_q_col_int(members, 0));
        if (ald_laid_is_left_out(c->laid, ald_q_col_int(members, 0)))
            continue;
        if (other == ALD_NOBODY || (c->b->draft[other].whole != c->b->draft[i].whole && c->b->work[other].start >= near_from(c)))
            give_up(c, "what looked alike hangs together with what is long over");
    }
}

static ALD_CHECK enum ald_rc look_back_all(struct comparing *c, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *link = NULL, *members = NULL;
    ALD_TRY(ald_q_open(c->store, "brief_link", &link, err));
    ALD_TRY(ald_q_open(c->store, "recent_members", &members, err));
    for (uint32_t i = 0; i < c->b->a->records_n && c->ret->sound; i++)
        if (c->l->reached[i] == ALD_LINK_REACHES_BACK && ald_link_takes_part(c->l, i) && c->b->work[i].start >= c->l->from - ALD_LINK_APART_MS)
            ALD_TRY(look_back(c, i, link, members, err));
    return ALD_OK;
}

enum ald_rc ald_renew_compare(struct ald_laid *laid, struct ald_linker *l, struct ald_store *store, struct ald_arena *arena,
                              struct ald_renewed *ret, struct ald_err *err)
{
    struct comparing c = {.laid = laid, .l = l, .b = l->b, .store = store, .arena = arena, .ret = ret};
    ALD_TRY(look_back_all(&c, err));
    find_first(&c);
    ALD_TRY(compare_links(&c, err));
    return compare_suggestions(&c, err);
}

/* ---- Briefs ---- */

static struct ald_bytes pack_chunk(const struct ald_laid *laid, size_t number, const struct ald_build *b, const struct ald_brief_states *states,
                                   struct ald_arena *arena)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_row_index *rows = ald_calloc(scratch, ALD_BRIEFS_A_CHUNK, sizeof *rows);
    const unsigned char **left_out = ald_calloc(scratch, ALD_BRIEFS_A_CHUNK, sizeof *left_out);
    struct ald_brief_reader reader = laid->chunks[number].reader;
    const struct ald_brief_others others = {.reader = &laid->chunks[number].reader, .at = left_out};
    struct ald_brief brief = {.at = NULL};
    size_t n = 0, left_out_n = 0;
    for (int64_t row = (int64_t)number * ALD_BRIEFS_A_CHUNK; row < (int64_t)(number + 1) * ALD_BRIEFS_A_CHUNK; row++) {
        uint32_t record = ald_laid_record(laid, row);
        bool out = ald_laid_is_left_out(laid, row);
        if (reader.present && ald_brief_has(&reader, row)) {
            ald_brief_next(&reader, row, &brief);
            ald_brief_pass(&reader, &brief);
        }
        if (out)
            left_out[left_out_n++] = brief.at;
        if (out || record != ALD_NOBODY)
            rows[n++] = (struct ald_row_index){.row = row, .record = record};
    }
    return ald_brief_pack(b, rows, n, states, &others, arena);
}

struct ald_briefs *ald_renew_pack(const struct ald_laid *laid, const struct ald_build *b, const struct ald_brief_states *states,
                                  struct ald_arena *arena)
{
    struct ald_briefs *briefs = ald_calloc(arena, 1, sizeof *briefs);
    for (size_t number = 0; number < laid->chunks_n; number++)
        if (laid->chunks[number].changed)
            ald_briefs_add(briefs, arena, (int64_t)number)->packed = pack_chunk(laid, number, b, states, arena);
    return briefs;
}
