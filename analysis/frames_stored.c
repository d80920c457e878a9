/* The frame of a quarter as bytes, and back: what `analyze` keeps so that one incident is read in its quarter without the others. A frame
 * that was read answers as one that was made; its members are known by their numbers in the store.
 *
 * Bytes: members; with scales 1 or 0; of each member, numbers in seven bits a byte (packing.h): its incident, and how much longer than the
 * one before, by its duration in ms twice and one more where it was open; then with scales, for each axis: how many members have a raw,
 * how many raws differ, each as key (4) and count (4), and in seven bits a byte which of these each member has, from 1; 0: none; for each
 * signal: how many values differ, each as number (8) and count (4). Before numbers in seven bits stands how many bytes they take. */
#include <math.h>
#include <string.h>

#include "analysis/observations.h"
#include "analysis/packing.h"
#include "analysis/stored.h"

const char *ald_frame_name(int lens)
{
    static const char *const names[ALD_LENS_N] = {
        [ALD_START_READING] = "start", [ALD_LANDMARK_READING] = "landmark", [ALD_LENS_TOTAL] = "total"};
    return names[lens];
}

/* ---- Writing ---- */

enum { WHICH_MOST = 5, MEMBER_MOST = WHICH_MOST + ALD_NUMBER_BYTES }; /* bytes of 32 bits, and of those and a duration */

/* The values that members have of a signal, with how many have each; the scale tells as much in halves. */
static void put_scale(unsigned char **at, const struct ald_frame *frame, size_t signal, int lens)
{
    const struct ald_scale *scale = &frame->signals[signal];
    const struct ald_ranked *ranked = ald_observed_ranked(frame->analysis->observations, signal, lens);
    unsigned char *n_at = *at;
    uint32_t below = 0, n = 0;
    ald_put_bytes(at, 0, 4);
    for (size_t i = 0, j = 0; i < ranked->n; i = j) {
        while (j < ranked->n && !(ranked->items[j].value > ranked->items[i].value))
            j++;
        uint32_t equal = scale->twice[ranked->items[i].code] - 2 * below;
        if (!equal)
            continue;
        ald_put_double(at, ranked->items[i].value);
        ald_put_bytes(at, equal, 4);
        below += equal;
        n++;
    }
    ald_put_bytes(&n_at, n, 4);
}

/* Numbers of so many bytes from `from` on are put: says so in the four before. */
static void put_size(unsigned char *from, const unsigned char *at)
{
    from -= 4;
    ald_put_bytes(&from, (uint64_t)(at - from) - 4, 4);
}

/* Members are sorted by duration. */
static void put_members(unsigned char **at, const struct ald_frame *frame)
{
    unsigned char *from = *at += 4;
    int64_t before = 0;
    for (size_t i = 0; i < frame->n; i++) {
        const struct ald_member *member = &frame->members[i];
        int64_t twice = 2 * member->duration_ms + member->open;
        ald_put_number(at, member->incident);
        ald_put_number(at, ald_unsigned_of(twice - before));
        before = twice;
    }
    put_size(from, *at);
}

/* Members of the same raw have the same place, which its count and those of lower ones tell. */
static void put_axis(unsigned char **at, const struct ald_frame *frame, int axis)
{
    const struct ald_axis_frame *in = &frame->axes[axis];
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    uint32_t *which = ald_calloc(scratch, frame->n, sizeof *which), n = 0;
    unsigned char *n_at;
    ald_put_bytes(at, in->raw_n, 4);
    n_at = *at;
    ald_put_bytes(at, 0, 4);
    for (size_t i = 0, j = 0; i < in->raw_n; i = j) {
        for (n++; j < in->raw_n && !(in->raw_keys[j] > in->raw_keys[i]); j++)
            which[in->order[j]] = n;
        ald_put_bytes(at, (uint32_t)in->raw_keys[i], 4);
        ald_put_bytes(at, j - i, 4);
    }
    ald_put_bytes(&n_at, n, 4);
    unsigned char *from = *at += 4;
    for (size_t i = 0; i < frame->n; i++)
        ald_put_number(at, which[i]);
    put_size(from, *at);
}

static size_t scales_room(const struct ald_frame *frame, int lens)
{
    size_t room = 0;
    for (size_t s = 0; s < ALD_SIGNAL_N; s++)
        room += 4 + 12 * ald_observed_ranked(frame->analysis->observations, s, lens)->n;
    return room;
}

struct ald_bytes ald_frame_pack(const struct ald_frame *frame, struct ald_arena *arena)
{
    int lens = frame->reading;
    bool scaled = frame->n >= (lens == ALD_LANDMARK_READING ? ALD_FEW_LEAST : ALD_REFERENCE_LEAST);
    size_t room = 12 + frame->n * (MEMBER_MOST + ALD_AXIS_N * (8 + WHICH_MOST)) + (size_t)ALD_AXIS_N * 12 + (scaled ? scales_room(frame, lens) : 0);
    struct ald_bytes bytes = {.data = ald_alloc(arena, room)};
    unsigned char *at = bytes.data;
    ald_put_bytes(&at, frame->n, 4);
    ald_put_bytes(&at, scaled, 4);
    if (lens != ALD_LENS_TOTAL)
        put_members(&at, frame);
    for (int axis = 0; axis < ALD_AXIS_N && scaled && lens != ALD_LENS_TOTAL; axis++)
        put_axis(&at, frame, axis);
    for (size_t s = 0; s < ALD_SIGNAL_N && scaled; s++)
        put_scale(&at, frame, s, lens);
    bytes.n = (size_t)(at - bytes.data);
    return bytes;
}

/* ---- Reading ---- */

/* Moves on over n things of so many bytes; false where there are not as many. */
static bool over(const unsigned char **at, const unsigned char *end, uint64_t n, size_t bytes)
{
    if (n > (uint64_t)(end - *at) / bytes)
        return false;
    *at += n * bytes;
    return true;
}

static bool over_counted(const unsigned char **at, const unsigned char *end, size_t bytes)
{
    const unsigned char *count = *at;
    return over(at, end, 1, 4) && over(at, end, ald_get_bytes(&count, 4), bytes);
}

/* Moves on over what holds n numbers in seven bits and nothing else. */
static bool over_numbers(const unsigned char **at, const unsigned char *end, uint64_t n)
{
    const unsigned char *count = *at;
    if (!over(at, end, 1, 4))
        return false;
    const unsigned char *from = *at;
    size_t bytes = ald_get_bytes(&count, 4), numbers = 0;
    if (!over(at, end, bytes, 1))
        return false;
    for (size_t i = 0; i < bytes; i++)
        numbers += !(from[i] & 0x80u);
    return numbers == n && (bytes == 0 || !(from[bytes - 1] & 0x80u));
}

/* Finds what lies where: all bytes are gone over. */
static bool lay_out(struct ald_packed_frame *ret, int lens)
{
    const unsigned char *at = ret->data, *end = at + ret->n;
    if (ret->n < 8)
        return false;
    ret->members_n = ald_get_bytes(&at, 4);
    ret->scaled = ald_get_bytes(&at, 4) != 0;
    ret->members = at;
    bool sound = lens == ALD_LENS_TOTAL || over_numbers(&at, end, 2 * (uint64_t)ret->members_n);
    for (int axis = 0; axis < ALD_AXIS_N && sound && ret->scaled && lens != ALD_LENS_TOTAL; axis++) {
        ret->axes[axis] = at;
        sound = over(&at, end, 1, 4) && over_counted(&at, end, 8) && over_numbers(&at, end, ret->members_n);
    }
    ret->scales = at;
    for (size_t s = 0; s < ALD_SIGNAL_N && sound && ret->scaled; s++)
        sound = over_counted(&at, end, 12);
    return sound && at == end;
}

static int lens_of(const char *name)
{
    for (int lens = 0; lens < ALD_LENS_N; lens++)
        if (strcmp(ald_frame_name(lens), name) == 0)
            return lens;
    return -1;
}

enum ald_rc ald_frames_load(struct ald_store *store, const struct ald_analysis *a, int64_t number, struct ald_stored_quarter *ret, int *ret_n,
                            bool *ret_sound, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    int64_t from = ald_quarter_start(&a->calendar, number - a->settings->lookback_quarters), to = ald_quarter_start(&a->calendar, number);
    bool row = true;
    *ret = (struct ald_stored_quarter){.quarter = number};
    *ret_n = 0;
    ALD_TRY(ald_q_open(store, "part_frame", &q, err));
    ald_q_int(q, 1, number);
    for (*ret_sound = true; *ret_sound; ++*ret_n) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        int lens = lens_of(ald_q_col_text(q, 0));
        struct ald_packed_frame frame = {.from = ald_q_col_int(q, 1), .to = ald_q_col_int(q, 2)};
        const void *bytes = ald_q_col_blob(q, 3, &frame.n);
        frame.data = memcpy(ald_alloc(a->arena, frame.n + 1), bytes, frame.n);
        *ret_sound = lens >= 0 && frame.from == from && frame.to == to && lay_out(&frame, lens);
        if (*ret_sound)
            ret->frames[lens] = frame;
    }
    return ALD_OK;
}

static void read_members(const struct ald_packed_frame *packed, struct ald_arena *arena, struct ald_frame *ret)
{
    const unsigned char *at = packed->members + 4;
    struct ald_member *members = ald_calloc(arena, packed->members_n, sizeof *members);
    int64_t twice = 0;
    for (size_t i = 0; i < packed->members_n; i++) {
        members[i].incident = (uint32_t)ald_get_number(&at);
        twice += ald_signed_of(ald_get_number(&at));
        members[i].open = twice & 1;
        members[i].duration_ms = twice / 2;
        members[i].beyond = ret->reading == ALD_LANDMARK_READING;
    }
    ret->members = members;
}

static void read_axis(const struct ald_packed_frame *packed, int axis, struct ald_arena *arena, struct ald_axis_frame *ret)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    const unsigned char *at = packed->axes[axis];
    ret->raw_n = ald_get_bytes(&at, 4);
    ret->position = ald_calloc(arena, packed->members_n, sizeof *ret->position);
    ret->raw_keys = ald_calloc(arena, ret->raw_n, sizeof *ret->raw_keys);
    size_t filled = 0, n = ald_get_bytes(&at, 4);
    double *positions = ald_calloc(scratch, n + 1, sizeof *positions); /* by which raw */
    positions[0] = (double)NAN;
    for (size_t i = 1; i <= n; i++) {
        double key = (double)ald_get_bytes(&at, 4);
        uint64_t same = ald_get_bytes(&at, 4);
        positions[i] = ((double)(2 * filled + same - 1) / 2 + 0.5) / (double)ret->raw_n;
        for (; same > 0 && filled < ret->raw_n; same--)
            ret->raw_keys[filled++] = key;
    }
    ret->raw_n = filled;
    at += 4;
    for (size_t i = 0; i < packed->members_n; i++) {
        uint64_t which = ald_get_number(&at);
        ret->position[i] = positions[which <= n ? which : 0];
    }
}

/* Where the observations of this analysis stand among the values of the members. */
static void read_scale(const struct ald_analysis *a, size_t signal, int lens, size_t members_n, const unsigned char **at,
                       struct ald_arena *arena, struct ald_scale *ret)
{
    const struct ald_observed *seen = &a->observations->signals[signal];
    uint32_t *table = ald_calloc(arena, seen->n, sizeof *table);
    size_t values = ald_get_bytes(at, 4), below = 0;
    for (size_t i = 0; i < values; i++) {
        double value = ald_get_double(at);
        uint32_t equal = (uint32_t)ald_get_bytes(at, 4);
        for (size_t code = 0; code < seen->n; code++) {
            double own = ald_obs_through(seen->distinct[code], signal, lens);
            table[code] += own > value ? 2 * equal : own < value ? 0 : equal;
        }
        below += equal;
    }
    for (size_t code = 0; code < seen->n; code++)
        if (!ald_obs_has(seen->distinct[code], lens))
            table[code] = ALD_NO_PLACE;
    ald_scale_set(ret, table, below, values, members_n);
}

static void read_scales(const struct ald_analysis *a, const struct ald_packed_frame *packed, int lens, struct ald_arena *arena,
                        struct ald_scale ret[ALD_SIGNAL_N])
{
    const unsigned char *at = packed->scales;
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        ald_scale_begin(a, s, &ret[s]);
        read_scale(a, s, lens, packed->members_n, &at, arena, &ret[s]);
    }
}

enum { SCALES_ROOM = 1 << 16 }; /* what lies between, of one incident */

static const struct ald_frame *make_frame(const struct ald_analysis *a, const struct ald_stored_quarter *of, int reading)
{
    const struct ald_packed_frame *packed = &of->frames[reading];
    struct ald_frame *frame = ald_alloc(a->arena, sizeof *frame);
    *frame = (struct ald_frame){.reading = reading, .stored = true, .analysis = a};
    if (!packed->data)
        return frame;
    frame->n = packed->members_n;
    ald_arena_reserve(a->arena, frame->n * (sizeof *frame->members + ALD_AXIS_N * 2 * sizeof(double)) + SCALES_ROOM);
    read_members(packed, a->arena, frame);
    if (!packed->scaled)
        return frame;
    read_scales(a, packed, reading, a->arena, frame->signals);
    for (int axis = 0; axis < ALD_AXIS_N; axis++) {
        frame->axes[axis].weight = ald_axis_weight(frame->signals, (enum ald_axis)axis);
        read_axis(packed, axis, a->arena, &frame->axes[axis]);
    }
    return frame;
}

void ald_frame_read(const struct ald_analysis *a, struct ald_stored_quarter *of, int reading, struct ald_frame *ret)
{
    if (!of->made[reading]) /* asked for again by who lists the comparables */
        of->made[reading] = make_frame(a, of, reading);
    *ret = *of->made[reading];
}

void ald_scales_read(const struct ald_analysis *a, const struct ald_stored_quarter *of, int lens, struct ald_arena *arena,
                     struct ald_scale ret[ALD_SIGNAL_N])
{
    const struct ald_packed_frame *packed = &of->frames[lens];
    if (packed->data && packed->scaled)
        read_scales(a, packed, lens, arena, ret);
}

void ald_reference_read(const struct ald_analysis *a, int64_t quarter, struct ald_reference *ret)
{
    struct ald_stored_quarter *of = a->stored->quarters;
    for (size_t i = 0; i < a->stored->quarters_n; i++)
        if (a->stored->quarters[i].quarter == quarter)
            of = &a->stored->quarters[i];
    const struct ald_packed_frame *start = &of->frames[ALD_START_READING];
    *ret = (struct ald_reference){.from = start->from, .to = start->to, .n = start->members_n, .stored = of};
}
