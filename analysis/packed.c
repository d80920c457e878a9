/* See packed.h. Knows neither the store nor what signals measure. */
#include "packed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/json.h"
#include "observations.h"

#define MAX_PACKED_BYTES (1u << 20)
#define PRESENT UINT32_MAX

/* The table lives in the arena of the packer, which each function that touches it has at hand. */
#define uthash_malloc(bytes) ald_alloc(packer->arena, bytes)
#define uthash_free(p, bytes) ((void)(p))
#include <uthash.h>

struct ald_absent {
    uint32_t codes[ALD_SIGNAL_N]; /* the key: numbers of the observations without a value, PRESENT for the others */
    struct ald_absences of;
    UT_hash_handle hh;
};

void ald_packer_init(struct ald_packer *packer, const struct ald_analysis *analysis)
{
    *packer = (struct ald_packer){.analysis = analysis, .arena = ald_arena_new()};
    ald_buf_init(&packer->buf, MAX_PACKED_BYTES);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        packer->parts[s] = ald_calloc(packer->arena, analysis->observations->signals[s].n, sizeof *packer->parts[s]);
}

void ald_packer_done(struct ald_packer *packer)
{
    ald_buf_done(&packer->buf);
    ald_arena_free(packer->arena);
}

/* "total,landmark value," or "id":"why there is none",. */
static ALD_CHECK enum ald_rc make_part(struct ald_packer *packer, size_t s, const struct ald_obs *obs, struct ald_packed_part *ret,
                                       struct ald_err *err)
{
    struct ald_jw w;
    ald_buf_clear(&packer->buf);
    ald_jw_init(&w, ald_json_sink_buf(&packer->buf), 0);
    if (obs->has_total) {
        ald_jw_array(&w);
        ald_jw_num(&w, obs->total);
        ald_jw_num(&w, obs->has_landmark_value ? obs->landmark_value : (double)NAN); /* null */
        ald_jw_array_end(&w);
    } else {
        ald_jw_object(&w);
        ald_jw_key(&w, ald_signal_at(s)->id);
        ald_jw_str(&w, obs->absent ? obs->absent : "not recorded");
        ald_jw_object_end(&w);
    }
    ALD_TRY(ald_jw_finish(&w, err));
    ret->present = obs->has_total;
    packer->buf.data[packer->buf.len - 1] = ','; /* and without what it begins with */
    ret->n = (uint32_t)(packer->buf.len - 1);
    ret->text = ald_strndup(packer->arena, packer->buf.data + 1, ret->n);
    return ALD_OK;
}

/* Parts between what surrounds them. */
static ALD_CHECK enum ald_rc join(struct ald_packer *packer, const struct ald_packed_part *const *parts, size_t n, const char *around, struct ald_err *err)
{
    ald_buf_clear(&packer->buf);
    ALD_TRY(ald_buf_add(&packer->buf, around, n ? 1 : 2, err));
    for (size_t i = 0; i < n; i++)
        ALD_TRY(ald_buf_add(&packer->buf, parts[i]->text, parts[i]->n, err));
    packer->buf.data[packer->buf.len - 1] = around[1]; /* where the last comma is */
    return ALD_OK;
}

/* The signals that have a value, in the order of the table. */
static ALD_CHECK enum ald_rc name_present(struct ald_packer *packer, const uint32_t codes[ALD_SIGNAL_N], const char **ret, struct ald_err *err)
{
    struct ald_jw w;
    ald_buf_clear(&packer->buf);
    ald_jw_init(&w, ald_json_sink_buf(&packer->buf), 0);
    ald_jw_array(&w);
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        if (codes[s] == PRESENT)
            ald_jw_str(&w, ald_signal_at(s)->id);
    ald_jw_array_end(&w);
    ALD_TRY(ald_jw_finish(&w, err));
    *ret = ald_strndup(packer->arena, packer->buf.data, packer->buf.len);
    return ALD_OK;
}

/* What an incident has of each signal: numbers of its observations, PRESENT for those with a value, and the parts of these, in the order of the
 * table; those of the others behind them. */
struct seen {
    uint32_t codes[ALD_SIGNAL_N];
    const struct ald_packed_part *parts[ALD_SIGNAL_N];
    size_t present_n;
};

static ALD_CHECK enum ald_rc look(struct ald_packer *packer, size_t incident, struct seen *ret, struct ald_err *err)
{
    const struct ald_packed_part *absent[ALD_SIGNAL_N];
    size_t absent_n = 0;
    ret->present_n = 0;
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        const struct ald_observed *observed = &packer->analysis->observations->signals[s];
        uint32_t code = ald_code_at(observed, incident);
        struct ald_packed_part *part = &packer->parts[s][code];
        if (!part->text)
            ALD_TRY(make_part(packer, s, observed->distinct[code], part, err));
        ret->codes[s] = part->present ? PRESENT : code;
        if (part->present)
            ret->parts[ret->present_n++] = part;
        else
            absent[absent_n++] = part;
    }
    memcpy(&ret->parts[ret->present_n], absent, absent_n * sizeof(struct ald_packed_part *));
    return ALD_OK;
}

/* The set of these observations, met for the first time. */
static ALD_CHECK enum ald_rc add_absent(struct ald_packer *packer, const struct seen *seen, struct ald_absent **ret, struct ald_err *err)
{
    struct ald_absent *absent = ald_calloc(packer->arena, 1, sizeof *absent);
    memcpy(absent->codes, seen->codes, sizeof absent->codes);
    ALD_TRY(join(packer, &seen->parts[seen->present_n], ALD_SIGNAL_N - seen->present_n, "{}", err));
    absent->of.id = (int64_t)(ald_siphash(packer->buf.data, packer->buf.len) >> 1);
    absent->of.packed = ald_strndup(packer->arena, packer->buf.data, packer->buf.len);
    ALD_TRY(name_present(packer, seen->codes, &absent->of.present, err));
    HASH_ADD(hh, packer->absent, codes, sizeof absent->codes, absent);
    *ret = absent;
    return ALD_OK;
}

enum ald_rc ald_pack(struct ald_packer *packer, size_t incident, struct ald_packed *ret, struct ald_err *err)
{
    struct seen seen;
    struct ald_absent *absent = packer->last;
    ALD_TRY(look(packer, incident, &seen, err));
    if (!absent || memcmp(absent->codes, seen.codes, sizeof seen.codes) != 0)
        HASH_FIND(hh, packer->absent, seen.codes, sizeof seen.codes, absent);
    if (!absent)
        ALD_TRY(add_absent(packer, &seen, &absent, err));
    packer->last = absent;
    absent->of.incidents++;
    ret->absent = absent->of.id;
    ALD_TRY(join(packer, seen.parts, seen.present_n, "[]", err));
    ret->values = packer->buf.data;
    return ALD_OK;
}

static int by_id(const void *x, const void *y)
{
    const struct ald_absences *a = x, *b = y;
    return (a->id > b->id) - (a->id < b->id);
}

size_t ald_pack_absences(struct ald_packer *packer, struct ald_absences **ret)
{
    size_t n = 0, kept = 0;
    struct ald_absences *list = ald_calloc(packer->arena, HASH_COUNT(packer->absent), sizeof *list);
    for (const struct ald_absent *absent = packer->absent; absent; absent = absent->hh.next)
        list[n++] = absent->of;
    if (n)
        qsort(list, n, sizeof *list, by_id);
    for (size_t i = 0; i < n; i++) /* observations that differ elsewhere may lack the same for the same reason */
        if (kept && list[kept - 1].id == list[i].id)
            list[kept - 1].incidents += list[i].incidents;
        else
            list[kept++] = list[i];
    *ret = list;
    return kept;
}
