/* Reads a chunk of briefs one record after the other: see briefs_packed.c for the bytes. Texts are lent by the chunk. */
#include "analysis/briefs_priv.h"

#include <string.h>

#include "alidade/hash.h"
#include "analysis/packing.h"

static const char *take_text(const unsigned char **at)
{
    const char *text = (const char *)*at;
    *at += strlen(text) + 1;
    return text;
}

static const char *text_at(const struct ald_brief_reader *reader, uint64_t number)
{
    return number ? reader->texts[number - 1] : NULL;
}

bool ald_brief_open(const struct ald_bytes *packed, struct ald_arena *arena, struct ald_brief_reader *ret)
{
    const unsigned char *at = packed->data;
    if (packed->n < HASH_BYTES + 1 + PRESENT_BYTES || ald_get_bytes(&at, HASH_BYTES) != ald_siphash(at, packed->n - HASH_BYTES) || *at++ != VERSION)
        return false;
    *ret = (struct ald_brief_reader){.present = at};
    at += PRESENT_BYTES;
    ret->texts_n = (size_t)ald_get_number(&at);
    ret->texts = ald_calloc(arena, ret->texts_n, sizeof *ret->texts);
    for (size_t i = 0; i < ret->texts_n; i++)
        ret->texts[i] = take_text(&at);
    ret->traits_n = (size_t)ald_get_number(&at);
    struct ald_brief_traits *traits = ald_calloc(arena, ret->traits_n, sizeof *traits);
    for (size_t i = 0; i < ret->traits_n; i++) {
        const char **const own[] = {&traits[i].source, &traits[i].kind, &traits[i].class_, &traits[i].address};
        for (size_t k = 0; k < sizeof own / sizeof own[0]; k++)
            *own[k] = text_at(ret, ald_get_number(&at));
    }
    ret->traits = traits;
    ret->at = at;
    return true;
}

bool ald_brief_has(const struct ald_brief_reader *reader, int64_t row)
{
    return reader->present[row % ALD_BRIEFS_A_CHUNK / 8] & (1u << (row % 8));
}

static void take_times(struct ald_brief_reader *reader, unsigned flags, struct ald_brief *ret)
{
    ret->start = flags & UNDATED ? ALD_TIME_NONE : ald_signed_of(ald_get_number(&reader->at));
    if (flags & OPEN)
        ret->end = INT64_MAX;
    else if (flags & UNDATED)
        ret->end = (int64_t)ald_get_bytes(&reader->at, 8);
    else
        ret->end = (int64_t)((uint64_t)ret->start + ald_get_number(&reader->at));
}

void ald_brief_next(struct ald_brief_reader *reader, int64_t row, struct ald_brief *ret)
{
    ret->at = reader->at;
    ret->traits = (uint32_t)ald_get_number(&reader->at);
    unsigned flags = (unsigned)ald_get_number(&reader->at);
    ret->id = take_text(&reader->at);
    ret->key = flags & HAS_KEY ? take_text(&reader->at) : NULL;
    const char *external_id = ret->id + strlen(reader->traits[ret->traits].source) + 1;
    bool by_id = flags & URL_IS_ID, by_key = flags & URL_IS_KEY;
    ret->url_end = by_id && by_key ? take_text(&reader->at) : by_id ? external_id : by_key ? ret->key : NULL;
    take_times(reader, flags, ret);
    ret->state = (struct ald_brief_state){.root = row};
    if (flags & LINKED) {
        ret->state.root = row - ald_signed_of(ald_get_number(&reader->at));
        ret->state.link = ald_get_bytes(&reader->at, 8);
        ret->state.named_n = (uint32_t)ald_get_number(&reader->at);
        ret->named = reader->at;
        for (uint32_t i = 0; i < ret->state.named_n; i++)
            (void)ald_get_number(&reader->at);
    }
    ret->shows = flags & SHOWS ? (unsigned)ald_get_number(&reader->at) : 0;
    ret->refs_n = flags & HAS_REFS ? (uint32_t)ald_get_number(&reader->at) : 0;
    ret->services_n = flags & HAS_SERVICES ? (uint32_t)ald_get_number(&reader->at) : 0;
    ret->young = flags & YOUNG;
    ret->titled = flags & TITLED;
}

struct ald_row_ref ald_brief_ref(struct ald_brief_reader *reader)
{
    struct ald_row_ref ref = {.kind = *reader->at++};
    ref.value = take_text(&reader->at);
    ref.field = text_at(reader, ald_get_number(&reader->at));
    return ref;
}

const char *ald_brief_title(struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    return brief->titled ? take_text(&reader->at) : NULL;
}

uint32_t ald_brief_number(struct ald_brief_reader *reader)
{
    return (uint32_t)ald_get_number(&reader->at);
}

void ald_brief_pass(struct ald_brief_reader *reader, const struct ald_brief *brief)
{
    for (uint32_t i = 0; i < brief->refs_n; i++)
        (void)ald_brief_ref(reader);
    for (uint32_t i = 0; i < brief->services_n; i++)
        (void)ald_brief_name(reader);
    if (!brief->young)
        return;
    (void)ald_brief_title(reader, brief);
    for (uint32_t n = ald_brief_number(reader); n > 0; n--)
        (void)ald_brief_name(reader);
    for (uint32_t n = 2 * ald_brief_number(reader); n > 0; n--)
        (void)ald_brief_name(reader);
}

const char *ald_brief_name(struct ald_brief_reader *reader)
{
    return text_at(reader, ald_get_number(&reader->at));
}
