/* Time zones: TZif v2+ files (RFC 8536) with their POSIX footer (zone_rule.c). Knows nothing of TZ, of libc's zones or
 * of a "local" zone. The bytes are not trusted: every count is checked before it is used. */
#include "alidade/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alidade/arena.h"
#include "alidade/file.h"
#include "base/zone_priv.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define MAX_ZONE_BYTES (1u << 20)
#define MAX_OFFSET_S (26 * 3600)
#define DAY_S INT64_C(86400)
#define HEADER_BYTES 44u

struct ald_zone {
    struct ald_arena *arena; /* everything, this struct too */
    const char *name;
    size_t n_times, n_types;
    int64_t *times;         /* UTC seconds, ascending */
    const uint8_t *indexes; /* type from times[i] on */
    struct ald_zone_type *types;
    struct ald_zone_rule rule;
};

/* ---- The file ---- */

struct reader {
    const char *name;
    const unsigned char *p;
    size_t left;
};

struct counts {
    uint32_t ut, std, leap, time, type, chars;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static enum ald_rc broken(const char *name, const char *what, struct ald_err *err)
{
    return ald_fail(err, ALD_ERR_FORMAT, "time zone '%s': %s", name, what);
}

/* Moves on by n bytes; NULL when there are fewer. */
static const unsigned char *advance(struct reader *r, uint64_t n)
{
    if (n > r->left)
        return NULL;
    const unsigned char *at = r->p;
    r->p += n;
    r->left -= (size_t)n;
    return at;
}

static enum ald_rc read_header(struct reader *r, struct counts *ret, struct ald_err *err)
{
    const unsigned char *h = advance(r, HEADER_BYTES);
    if (!h || memcmp(h, "TZif", 4) != 0)
        return broken(r->name, "not a TZif file", err);
    if (h[4] < '2')
        return broken(r->name, "TZif version 1 has no 64-bit data", err);
    *ret = (struct counts){.ut = be32(h + 20),
                           .std = be32(h + 24),
                           .leap = be32(h + 28),
                           .time = be32(h + 32),
                           .type = be32(h + 36),
                           .chars = be32(h + 40)};
    return ALD_OK;
}

static uint64_t block_bytes(const struct counts *c, uint64_t time_bytes)
{
    return c->time * (time_bytes + 1) + c->type * UINT64_C(6) + c->chars + c->leap * (time_bytes + 4) + c->std + c->ut;
}

static enum ald_rc read_types(struct ald_zone *z, const unsigned char *types, const char *chars, uint32_t n_chars,
                              struct ald_err *err)
{
    z->types = ald_calloc(z->arena, z->n_types, sizeof *z->types);
    for (size_t i = 0; i < z->n_types; i++, types += 6) {
        int64_t offset_s = (int32_t)be32(types);
        uint8_t at = types[5];
        if (offset_s <= -MAX_OFFSET_S || offset_s >= MAX_OFFSET_S)
            return broken(z->name, "an offset of more than 26 hours", err);
        if (at >= n_chars || !memchr(chars + at, '\0', n_chars - at))
            return broken(z->name, "an abbreviation beyond its table", err);
        z->types[i] =
            (struct ald_zone_type){.offset_s = (int32_t)offset_s, .abbreviation = ald_strdup(z->arena, chars + at)};
    }
    return ALD_OK;
}

static enum ald_rc read_block(struct ald_zone *z, struct reader *r, const struct counts *c, struct ald_err *err)
{
    if (c->leap)
        return broken(z->name, "leap seconds are not supported", err);
    if (c->type == 0 || c->type > 256 || c->chars == 0)
        return broken(z->name, "no local time types", err);
    const unsigned char *block = advance(r, block_bytes(c, 8));
    if (!block)
        return broken(z->name, "truncated", err);
    z->n_times = c->time;
    z->n_types = c->type;
    z->times = ald_calloc(z->arena, c->time, sizeof *z->times);
    uint8_t *indexes = ald_alloc(z->arena, c->time);
    memcpy(indexes, block + (size_t)c->time * 8, c->time);
    z->indexes = indexes;
    for (size_t i = 0; i < z->n_times; i++) {
        z->times[i] = be64(block + i * 8);
        if (i > 0 && z->times[i] <= z->times[i - 1])
            return broken(z->name, "transitions are not in order", err);
        if (indexes[i] >= z->n_types)
            return broken(z->name, "a transition to an unknown type", err);
    }
    const unsigned char *types = block + (size_t)c->time * 9;
    return read_types(z, types, (const char *)types + z->n_types * 6, c->chars, err);
}

static enum ald_rc read_zone(struct ald_zone *z, struct reader *r, struct ald_err *err)
{
    struct counts c;
    ALD_TRY(read_header(r, &c, err));
    if (!advance(r, block_bytes(&c, 4))) /* the 32-bit block tells nothing more */
        return broken(z->name, "truncated", err);
    ALD_TRY(read_header(r, &c, err));
    ALD_TRY(read_block(z, r, &c, err));
    const unsigned char *end = r->left > 1 && r->p[0] == '\n' ? memchr(r->p + 1, '\n', r->left - 1) : NULL;
    if (!end)
        return broken(z->name, "no footer", err);
    const char *text = ald_strndup(z->arena, (const char *)r->p + 1, (size_t)(end - r->p - 1));
    if (!ald_zone_rule_parse(z->arena, text, &z->rule))
        return broken(z->name, "its footer is not a POSIX TZ rule", err);
    return ALD_OK;
}

static struct ald_zone *new_zone(const char *name)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_zone *z = ald_alloc(arena, sizeof *z);
    z->arena = arena;
    z->name = ald_strdup(arena, name);
    return z;
}

enum ald_rc ald_zone_parse(const char *name, const unsigned char *bytes, size_t n, struct ald_zone **ret,
                           struct ald_err *err)
{
    ALD_CLEANUP(ald_zone_freep) struct ald_zone *z = new_zone(name);
    struct reader r = {name, bytes, n};
    ALD_TRY(read_zone(z, &r, err));
    *ret = z;
    z = NULL;
    return ALD_OK;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool good_name(const char *name)
{
    size_t n = strnlen(name, 65);
    if (n == 0 || n > 64 || name[0] == '/' || name[n - 1] == '/' || strstr(name, "//"))
        return false;
    for (const char *p = name; *p; p++) {
        if (!is_letter(*p) && !(*p >= '0' && *p <= '9') && !strchr("_+-/", *p))
            return false;
    }
    return true;
}

enum ald_rc ald_zone_load(const char *name, struct ald_zone **ret, struct ald_err *err)
{
    if (!good_name(name))
        return ald_fail(err, ALD_ERR_CONFIG, "'%.64s' is not the name of a time zone such as Europe/Berlin", name);
    if (strcmp(name, "UTC") == 0) {
        struct ald_zone *z = new_zone(name);
        z->rule = (struct ald_zone_rule){.present = true, .std = {.abbreviation = "UTC"}};
        *ret = z;
        return ALD_OK;
    }
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const char *path = ald_sprintf(scratch, ZONE_FOLDER "/%s", name);
    if (access(ZONE_FOLDER, F_OK) != 0)
        return ald_fail(err, ALD_ERR_CONFIG, "no time zones in " ZONE_FOLDER "; install package tzdata");
    if (access(path, F_OK) != 0)
        return ald_fail(err, ALD_ERR_CONFIG, "unknown time zone '%s'", name);
    char *bytes;
    size_t n;
    if (ald_file_read(path, MAX_ZONE_BYTES, scratch, &bytes, &n, err) != ALD_OK)
        return ald_fail(err, ALD_ERR_CONFIG, "unknown time zone '%s': %s cannot be read", name, path);
    return ald_zone_parse(name, (const unsigned char *)bytes, n, ret, err);
}

void ald_zone_free(struct ald_zone *zone)
{
    if (zone)
        ald_arena_free(zone->arena);
}

void ald_zone_freep(struct ald_zone **zone)
{
    ald_zone_free(*zone);
    *zone = NULL;
}

/* ---- Looking up ---- */

static int64_t to_seconds(int64_t ms)
{
    return ms / ALD_SECOND_MS - (ms % ALD_SECOND_MS < 0);
}

/* How many transitions of the table are at or before t. */
static size_t transitions_until(const struct ald_zone *z, int64_t t)
{
    size_t low = 0, high = z->n_times;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (z->times[mid] <= t)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static const struct ald_zone_type *type_at(const struct ald_zone *z, int64_t t)
{
    size_t n = transitions_until(z, t);
    if (n == z->n_times && z->rule.present)
        return ald_zone_rule_type(&z->rule, t);
    return n == 0 ? &z->types[0] : &z->types[z->indexes[n - 1]];
}

/* The next instant after t at which the offset may change; INT64_MAX: never again. */
static int64_t next_transition(const struct ald_zone *z, int64_t t)
{
    size_t n = transitions_until(z, t);
    if (n < z->n_times)
        return z->times[n];
    return z->rule.present ? ald_zone_rule_next(&z->rule, t) : INT64_MAX;
}

const char *ald_zone_name(const struct ald_zone *zone)
{
    return zone->name;
}

int32_t ald_zone_offset_s(const struct ald_zone *zone, int64_t utc_ms)
{
    return type_at(zone, to_seconds(utc_ms))->offset_s;
}

const char *ald_zone_abbreviation(const struct ald_zone *zone, int64_t utc_ms)
{
    return type_at(zone, to_seconds(utc_ms))->abbreviation;
}

struct ald_civil ald_zone_civil(const struct ald_zone *zone, int64_t utc_ms)
{
    int64_t local_ms, offset_ms = ald_zone_offset_s(zone, utc_ms) * ALD_SECOND_MS;
    if (__builtin_add_overflow(utc_ms, offset_ms, &local_ms))
        local_ms = utc_ms;
    return ald_civil_from_ms(local_ms);
}

/* Walks the spans of equal offset around local, in order. The first span that shows this local time wins; where none
 * does, it was skipped, and the answer is the end of the gap. */
static int64_t instant_s(const struct ald_zone *z, int64_t local)
{
    int64_t gap_end = INT64_MAX;
    for (int64_t from = local - MAX_OFFSET_S; from <= local + MAX_OFFSET_S;) {
        int64_t until = next_transition(z, from), offset = type_at(z, from)->offset_s;
        if (local - offset >= from && local - offset < until)
            return local - offset;
        if (until > local + MAX_OFFSET_S)
            break;
        if (gap_end == INT64_MAX && until + offset <= local && until + type_at(z, until)->offset_s > local)
            gap_end = until;
        from = until;
    }
    return gap_end == INT64_MAX ? local - type_at(z, local)->offset_s : gap_end;
}

int64_t ald_zone_instant(const struct ald_zone *zone, const struct ald_civil *local)
{
    int64_t local_ms = ald_ms_from_civil(local), s = to_seconds(local_ms);
    int64_t at_ms = instant_s(zone, s) * ALD_SECOND_MS;
    struct ald_civil found = ald_zone_civil(zone, at_ms);
    /* After a gap: its end exactly, without the milliseconds of the skipped time. */
    return ald_ms_from_civil(&found) == s * ALD_SECOND_MS ? at_ms + (local_ms - s * ALD_SECOND_MS) : at_ms;
}

int64_t ald_zone_day_start(const struct ald_zone *zone, int64_t days)
{
    return instant_s(zone, days * DAY_S) * ALD_SECOND_MS;
}

const char *ald_zone_release(char buf[16])
{
    (void)snprintf(buf, 16, "unknown");
    FILE *f = fopen(ZONE_FOLDER "/tzdata.zi", "re");
    if (!f)
        return buf;
    char line[64];
    static const char start[] = "# version ";
    if (fgets(line, sizeof line, f) && strncmp(line, start, sizeof start - 1) == 0) {
        size_t n = strcspn(line + sizeof start - 1, " \r\n");
        if (n > 0 && n < 16)
            (void)snprintf(buf, 16, "%.*s", (int)n, line + sizeof start - 1);
    }
    (void)fclose(f);
    return buf;
}
