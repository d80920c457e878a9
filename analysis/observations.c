/* See observations.h. Knows neither what signals measure nor what is made of it. */
#include "observations.h"

#include <stdint.h>
#include <string.h>

#include "alidade/analysis.h"

/* Keys are always a whole struct ald_obs: eight words are mixed faster than 64 bytes, and every signal of every incident is
 * looked up once. */
static uint32_t hash_of(const void *key)
{
    _Static_assert(sizeof(struct ald_obs) % sizeof(uint64_t) == 0, "all of it is seen");
    uint64_t words[sizeof(struct ald_obs) / sizeof(uint64_t)], h = 0;
    memcpy(words, key, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        h = (h ^ words[i]) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    return (uint32_t)h;
}
#define HASH_FUNCTION(key, bytes, ret) ((ret) = hash_of(key))

/* The table lives in the arena of the signal, which each function that touches it has at hand. */
#define uthash_malloc(bytes) ald_alloc(seen->arena, bytes)
#define uthash_free(p, bytes) ((void)(p))
#include <uthash.h>

struct ald_obs_entry {
    struct ald_obs obs; /* the key: its padding is zero */
    uint32_t code;
    UT_hash_handle hh;
};

struct ald_observations *ald_observations_new(struct ald_arena *arena, size_t incidents)
{
    static const struct ald_obs nothing = {.has_total = false};
    struct ald_observations *observations = ald_alloc(arena, sizeof *observations);
    observations->arena = arena;
    observations->incidents = incidents;
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        observations->signals[s].arena = arena;
        observations->signals[s].numbers = ald_calloc(arena, incidents, 1);
        observations->signals[s].bytes = 1;
        if (incidents)
            ald_observe(observations, 0, s, &nothing); /* number 0 */
    }
    return observations;
}

void ald_observations_split(struct ald_observations *observations, size_t n)
{
    for (size_t part = 0; part < n; part++)
        observations->parts[part] = ald_arena_new();
    for (size_t s = 0; n > 0 && s < ALD_SIGNAL_N; s++)
        observations->signals[s].arena = observations->parts[s % n];
}

void ald_observations_done(struct ald_observations *observations)
{
    for (size_t part = 0; part < ALD_SIGNAL_N; part++) {
        ald_arena_free(observations->parts[part]);
        observations->parts[part] = NULL;
    }
}

void ald_observations_forget(struct ald_observations *observations, size_t first, size_t last)
{
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        struct ald_observed *seen = &observations->signals[s];
        ald_memory_forget(seen->numbers, first * seen->bytes);
        ald_memory_forget(seen->numbers + last * seen->bytes, (observations->incidents - last) * seen->bytes);
    }
}

/* Field by field, so that equal observations have equal bytes. */
static void copy(struct ald_obs *to, const struct ald_obs *from)
{
    memset(to, 0, sizeof *to);
    to->has_total = from->has_total;
    to->total = from->total;
    to->has_landmark_value = from->has_landmark_value;
    to->landmark_value = from->landmark_value;
    to->absent = from->absent;
    to->absent_landmark = from->absent_landmark;
    for (int r = 0; r < ALD_READING_N; r++) {
        to->has[r] = from->has[r];
        to->axis_value[r] = from->axis_value[r];
    }
}

static void put_code(struct ald_observed *seen, size_t incident, uint32_t code)
{
    if (seen->bytes == 1)
        seen->numbers[incident] = (uint8_t)code;
    else if (seen->bytes == 2)
        ((uint16_t *)(void *)seen->numbers)[incident] = (uint16_t)code;
    else
        ((uint32_t *)(void *)seen->numbers)[incident] = code;
}

/* From the first number that does not fit on. */
static void widen(struct ald_observed *seen, size_t incidents)
{
    struct ald_observed was = *seen;
    seen->bytes *= 2;
    seen->numbers = ald_calloc(seen->arena, incidents, seen->bytes);
    for (size_t i = 0; i < incidents; i++)
        put_code(seen, i, ald_code_at(&was, i));
}

static void set_code(struct ald_observed *seen, size_t incidents, size_t incident, uint32_t code)
{
    while (code >> (8 * seen->bytes - 1) > 1)
        widen(seen, incidents);
    put_code(seen, incident, code);
}

void ald_observe(struct ald_observations *observations, size_t incident, size_t signal, const struct ald_obs *obs)
{
    struct ald_observed *seen = &observations->signals[signal];
    struct ald_obs_entry *entry = NULL;
    struct ald_obs key;
    copy(&key, obs);
    HASH_FIND(hh, seen->index, &key, sizeof key, entry);
    if (!entry) {
        entry = ald_alloc(seen->arena, sizeof *entry);
        memcpy(&entry->obs, &key, sizeof key);
        entry->code = (uint32_t)seen->n;
        HASH_ADD(hh, seen->index, obs, sizeof key, entry);
        seen->distinct = ald_grow(seen->arena, seen->distinct, seen->n, &seen->cap, sizeof *seen->distinct);
        seen->distinct[seen->n++] = &entry->obs;
        for (int lens = 0; lens < ALD_LENS_N; lens++)
            seen->ranked[lens].made = false;
    }
    set_code(seen, observations->incidents, incident, entry->code);
}

const struct ald_obs *ald_observed(const struct ald_observations *observations, size_t incident, size_t signal)
{
    const struct ald_observed *seen = &observations->signals[signal];
    return seen->distinct[ald_code_at(seen, incident)];
}

bool ald_obs_has(const struct ald_obs *obs, int lens)
{
    return lens == ALD_LENS_TOTAL ? obs->has_total : obs->has[lens];
}

double ald_obs_through(const struct ald_obs *obs, size_t signal, int lens)
{
    return lens == ALD_LENS_TOTAL ? ald_signal_rank(signal, obs->total) : obs->axis_value[lens];
}

const struct ald_ranked *ald_observed_ranked(struct ald_observations *observations, size_t signal, int lens)
{
    struct ald_observed *seen = &observations->signals[signal];
    struct ald_ranked *ranked = &seen->ranked[lens];
    if (ranked->made)
        return ranked;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_keyed *keyed = ald_calloc(scratch, seen->n, sizeof *keyed);
    size_t n = 0;
    for (size_t code = 0; code < seen->n; code++) {
        const struct ald_obs *obs = seen->distinct[code];
        if (ald_obs_has(obs, lens))
            keyed[n++] = (struct ald_keyed){.value = ald_obs_through(obs, signal, lens), .at = code};
    }
    ald_sort_keyed(keyed, n);
    struct ald_obs_code *items = ald_calloc(observations->arena, n, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct ald_obs_code){.value = keyed[i].value, .code = (uint32_t)keyed[i].at};
    *ranked = (struct ald_ranked){.items = items, .n = n, .made = true};
    return ranked;
}
