/* Any bytes as a recorded page: refused with the line, or an answer that is written and read again to the same one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/limits.h"
#include "recording_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUEST "GET /a"

static void must(bool ok)
{
    if (!ok)
        abort();
}

static bool same(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

/** As files are read: with a NUL behind. */
static char *copy_of(struct ald_arena *arena, const void *data, size_t n)
{
    char *text = ald_alloc(arena, n + 1);
    memcpy(text, data, n);
    return text;
}

/** The same answer again; header values and messages may have been made printable on the way. */
static void again(struct ald_arena *arena, struct ald_recorded *page)
{
    const struct ald_http_req req = {.url = "/a"};
    struct ald_recorded back;
    struct ald_err err = {0};
    struct ald_buf text;
    page->req = &req;
    page->stream = "s";
    page->at = page->at == ALD_TIME_NONE ? 0 : page->at;
    ald_buf_init(&text, ALD_MAX_FILE_BYTES);
    must(ald_recorded_write(page, REQUEST, arena, &text, &err) == ALD_OK);
    must(ald_recorded_read(copy_of(arena, text.data, text.len), text.len, REQUEST, arena, &back, &err) == ALD_OK);
    must(back.at == page->at && back.status == page->status && back.ms == page->ms && back.people.n == page->people.n);
    for (size_t i = 0; i < back.people.n; i++)
        must(same(back.people.rows[i].pseudonym, page->people.rows[i].pseudonym));
    must(back.failure.rc == page->failure.rc);
    if (page->failure.rc == ALD_OK)
        must(back.body_n == page->body_n && memcmp(back.body, page->body, page->body_n) == 0);
    ald_buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 20000)
        return 0;
    struct ald_arena *arena = ald_arena_new();
    char *text = copy_of(arena, data, size);
    struct ald_recorded page;
    struct ald_err err = {0};
    enum ald_rc rc = ald_recorded_read(text, size, REQUEST, arena, &page, &err);
    if (rc == ALD_OK)
        again(arena, &page);
    else
        must(rc == ALD_ERR_FORMAT && strncmp(err.msg, "line ", 5) == 0);
    ald_arena_free(arena);
    return 0;
}
