/* Archives: pieces in any order make one member, members are copied, and what is no archive is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alidade/file.h"
#include "where.h"
#include "zip.h"

#define LONG_BYTES ((size_t)300000)

static void ok(enum ald_rc rc, const struct ald_err *err)
{
    if (rc != ALD_OK)
        fail_msg("%s", err->msg);
}

/* An archive of one stored member "a", by the letter of the format. */
static const unsigned char by_hand[] = {
    'P', 'K', 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0, 0x43, 0xBE, 0xB7, 0xE8, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'n', 'a',
    'P', 'K', 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0, 0x43, 0xBE, 0xB7, 0xE8, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 'n',
    'P', 'K', 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 47, 0, 0, 0, 32, 0, 0, 0, 0, 0};

static char *long_text(struct ald_arena *a)
{
    char *text = ald_alloc(a, LONG_BYTES + 1);
    uint32_t state = 7;
    for (size_t i = 0; i < LONG_BYTES; i++) {
        state = state * 1664525u + 1013904223u;
        text[i] = (char)('a' + state % (i % 1000 < 900 ? 3 : 25));
        state >>= i % 7 == 0;
    }
    return text;
}

static void test_pieces(void **state)
{
    (void)state;
    char folder[64];
    new_folder(folder, sizeof folder, "zip");
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) a = ald_arena_new();
    struct ald_err err = {0};
    struct ald_zip from = {0};
    ok(ald_zip_read(a, by_hand, sizeof by_hand, &from, &err), &err);
    assert_int_equal(from.n, 1);
    const char *path = ald_sprintf(a, "%s/out.zip", folder), *big = long_text(a);
    struct ald_pieces *ALD_CLEANUP(ald_pieces_freep) pieces = NULL;
    ok(ald_pieces_new(path, 4, &pieces, &err), &err);
    struct ald_piece middle, first, last, nothing;
    ok(ald_pieces_add(pieces, big, LONG_BYTES, &err), &err);
    ok(ald_pieces_end(pieces, false, &middle, &err), &err);
    ok(ald_pieces_end(pieces, false, &nothing, &err), &err);
    ok(ald_pieces_add(pieces, "first ", 6, &err), &err);
    ok(ald_pieces_end(pieces, false, &first, &err), &err);
    ok(ald_pieces_add(pieces, " last", 5, &err), &err);
    ok(ald_pieces_end(pieces, true, &last, &err), &err);
    assert_true(middle.plain == LONG_BYTES && middle.packed < LONG_BYTES);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    struct ald_zip_out out = {.file = file, .arena = a};
    ok(ald_zip_copy(&out, &from.members[0], &err), &err);
    ok(ald_zip_join(&out, &from.members[0], pieces, (struct ald_piece[]){first, nothing, middle, last}, 4, &err), &err);
    ok(ald_zip_join(&out, &from.members[0], pieces, &last, 1, &err), &err);
    ok(ald_zip_end(&out, &err), &err);
    assert_int_equal(fclose(file), 0);

    char *bytes = NULL, *text = NULL;
    size_t n = 0;
    struct ald_zip read = {0};
    ok(ald_file_read(path, 1 << 20, a, &bytes, &n, &err), &err);
    ok(ald_zip_read(a, bytes, n, &read, &err), &err);
    assert_int_equal(read.n, 3);
    ok(ald_zip_text(a, &read.members[0], &text, &err), &err);
    assert_string_equal(text, "a");
    ok(ald_zip_text(a, &read.members[1], &text, &err), &err);
    assert_string_equal(text, ald_sprintf(a, "first %s last", big));
    ok(ald_zip_text(a, &read.members[2], &text, &err), &err);
    assert_string_equal(text, " last");
    assert_string_equal(read.members[2].name, "n");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); /* the pieces have no name */
}

/* Every archive that ends early or has one byte changed is read, or refused with words; never more than there is. */
static void test_broken(void **state)
{
    (void)state;
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) a = ald_arena_new();
    struct ald_err err = {0};
    for (size_t i = 0; i < sizeof by_hand; i++) {
        struct ald_zip zip = {0};
        unsigned char *part = ald_alloc(a, i + 1); /* of its very size: sanitizers see what is read behind it */
        memcpy(part, by_hand, i);
        assert_int_equal(ald_zip_read(a, part, i, &zip, &err), ALD_ERR_FORMAT);
        unsigned char *changed = ald_alloc(a, sizeof by_hand);
        for (unsigned by = 1; by < 256; by <<= 1) {
            memcpy(changed, by_hand, sizeof by_hand);
            changed[i] = (unsigned char)(changed[i] ^ by);
            char *text = NULL;
            if (ald_zip_read(a, changed, sizeof by_hand, &zip, &err) == ALD_OK && zip.n == 1 && ald_zip_text(a, &zip.members[0], &text, &err) == ALD_OK)
                assert_string_equal(text, "a");
        }
        ald_arena_reset(a);
    }
    assert_non_null(strstr(err.msg, "no zip archive"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_pieces), cmocka_unit_test(test_broken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
