/* People's decisions: added, answered by later ones, undone, listed in order; nothing is ever deleted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "alidade/decision.h"
#include "alidade/time.h"

struct room {
    struct ald_store *store;
    struct ald_arena *arena;
};

static int enter(void **state)
{
    static struct room room;
    struct ald_err err = {0};
    room.arena = ald_arena_new();
    assert_int_equal(ald_store_open(":memory:", ALD_STORE_WRITE, &room.store, &err), ALD_OK);
    *state = &room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    ald_store_closep(&room->store);
    ald_arena_freep(&room->arena);
    return 0;
}

static int64_t decide(struct room *room, enum ald_decision_kind kind, const char *subject, const char *field, const char *value,
                      const char *reason, enum ald_decision_effect expected)
{
    struct ald_decision d = {.kind = kind, .subject = subject, .field = field, .value = value, .reason = reason, .decided_at = 1000,
                             .decided_by = "0123456789abcdef"};
    enum ald_decision_effect effect = ALD_DECISION_NEW;
    struct ald_err err = {0};
    int64_t id = 0;
    assert_int_equal(ald_store_begin(room->store, &err), ALD_OK);
    if (ald_decision_add(room->store, &d, &id, &effect, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(ald_store_commit(room->store, &err), ALD_OK);
    assert_int_equal(effect, expected);
    return id;
}

static size_t count(struct room *room, enum ald_decision_kind kind, bool undone)
{
    struct ald_decision *list = NULL;
    struct ald_err err = {0};
    size_t n = 0;
    assert_int_equal(ald_decisions(room->store, kind, undone, room->arena, &list, &n, &err), ALD_OK);
    return n;
}

static int64_t generation(struct room *room)
{
    struct ald_err err = {0};
    int64_t n = 0;
    assert_int_equal(ald_store_generation(room->store, &n, &err), ALD_OK);
    return n;
}

static void later_word_on_a_field_replaces_the_earlier(void **state)
{
    struct room *room = *state;
    struct ald_decision *list = NULL;
    struct ald_err err = {0};
    size_t n = 0;
    int64_t before = generation(room);
    int64_t first = decide(room, ALD_DECIDE_OVERRIDE, "pager:Q1", "class", "noise", "a test page", ALD_DECISION_NEW);
    assert_int_equal(generation(room), before + 1);
    assert_int_equal(decide(room, ALD_DECIDE_OVERRIDE, "pager:Q1", "class", "noise", "a test page", ALD_DECISION_SAME), first);
    assert_int_equal(generation(room), before + 1);
    (void)decide(room, ALD_DECIDE_OVERRIDE, "pager:Q1", "severity", "SEV1", "as declared", ALD_DECISION_NEW);
    (void)decide(room, ALD_DECIDE_OVERRIDE, "pager:Q2", "class", "noise", "a test page", ALD_DECISION_NEW);
    (void)decide(room, ALD_DECIDE_OVERRIDE, "pager:Q1", "class", "exercise", "it was the drill", ALD_DECISION_REPLACES);
    assert_int_equal(count(room, ALD_DECIDE_OVERRIDE, false), 3);
    assert_int_equal(ald_decisions(room->store, ALD_DECISION_KIND_N, true, room->arena, &list, &n, &err), ALD_OK);
    assert_int_equal(n, 4);
    assert_int_equal(list[0].id, first);
    assert_string_equal(list[0].undone_reason, "replaced by a later decision");
    assert_int_equal(list[0].undone_at, 1000);
    assert_string_equal(list[3].value, "exercise");
    assert_int_equal(list[3].undone_at, ALD_TIME_NONE);
    assert_string_equal(list[3].decided_by, "0123456789abcdef");
}

static void a_pair_has_no_direction(void **state)
{
    struct room *room = *state;
    struct ald_decision *list = NULL;
    struct ald_err err = {0};
    size_t n = 0;
    (void)decide(room, ALD_DECIDE_LINK, "tickets:7", NULL, "pager:Q1", "same outage", ALD_DECISION_NEW);
    (void)decide(room, ALD_DECIDE_LINK, "pager:Q1", NULL, "tickets:7", "same outage", ALD_DECISION_SAME);
    (void)decide(room, ALD_DECIDE_LINK, "pager:Q1", NULL, "tickets:8", "same outage", ALD_DECISION_NEW);
    (void)decide(room, ALD_DECIDE_UNLINK, "pager:Q1", NULL, "tickets:7", "another day", ALD_DECISION_REPLACES);
    assert_int_equal(count(room, ALD_DECIDE_LINK, false), 1);
    assert_int_equal(ald_decisions(room->store, ALD_DECIDE_UNLINK, false, room->arena, &list, &n, &err), ALD_OK);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].subject, "pager:Q1");
    assert_string_equal(list[0].value, "tickets:7");
}

static void tags_are_by_pattern(void **state)
{
    struct room *room = *state;
    (void)decide(room, ALD_DECIDE_TAG, "pager:Q1", "saturation", "confirm", "read it", ALD_DECISION_NEW);
    (void)decide(room, ALD_DECIDE_TAG, "pager:Q1", "data_loss", "reject", "none lost", ALD_DECISION_NEW);
    (void)decide(room, ALD_DECIDE_TAG, "pager:Q1", "saturation", "reject", "it was not full", ALD_DECISION_REPLACES);
    assert_int_equal(count(room, ALD_DECIDE_TAG, false), 2);
    assert_int_equal(count(room, ALD_DECIDE_TAG, true), 3);
}

static void undoing_keeps_the_row_and_says_who(void **state)
{
    struct room *room = *state;
    struct ald_decision *list = NULL;
    struct ald_err err = {0};
    size_t n = 0;
    int64_t id = decide(room, ALD_DECIDE_OVERRIDE, "pager:Q1", "class", "noise", "a test page", ALD_DECISION_NEW);
    int64_t before = generation(room);
    assert_int_equal(ald_decision_undo(room->store, id, 2000, "fedcba9876543210", "it was real", &err), ALD_OK);
    assert_int_equal(generation(room), before + 1);
    assert_int_equal(count(room, ALD_DECIDE_OVERRIDE, false), 0);
    assert_int_equal(ald_decisions(room->store, ALD_DECIDE_OVERRIDE, true, room->arena, &list, &n, &err), ALD_OK);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].undone_at, 2000);
    assert_string_equal(list[0].undone_by, "fedcba9876543210");
    assert_string_equal(list[0].undone_reason, "it was real");
    assert_int_equal(ald_decision_undo(room->store, id, 3000, NULL, NULL, &err), ALD_ERR_UNKNOWN);
    assert_non_null(strstr(err.msg, "was undone at 1970-01-01T00:00:02.000Z"));
    assert_int_equal(ald_decision_undo(room->store, id + 1, 3000, NULL, NULL, &err), ALD_ERR_UNKNOWN);
    assert_non_null(strstr(err.msg, "there is no decision"));
    /* Once undone, the same word may be given anew. */
    assert_true(decide(room, ALD_DECIDE_OVERRIDE, "pager:Q1", "class", "noise", "a test page", ALD_DECISION_NEW) != id);
}

static void a_reason_is_needed(void **state)
{
    struct room *room = *state;
    static const char *const none[] = {NULL, "", " \t\n"};
    for (size_t i = 0; i < 3; i++) {
        struct ald_decision d = {.kind = ALD_DECIDE_TAG, .subject = "pager:Q1", .field = "latent", .value = "confirm", .reason = none[i]};
        enum ald_decision_effect effect;
        struct ald_err err = {0};
        int64_t id = 0;
        assert_int_equal(ald_decision_add(room->store, &d, &id, &effect, &err), ALD_ERR_USAGE);
        assert_non_null(strstr(err.msg, "--reason"));
    }
    assert_int_equal(count(room, ALD_DECISION_KIND_N, true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(later_word_on_a_field_replaces_the_earlier, enter, leave),
        cmocka_unit_test_setup_teardown(a_pair_has_no_direction, enter, leave),
        cmocka_unit_test_setup_teardown(tags_are_by_pattern, enter, leave),
        cmocka_unit_test_setup_teardown(undoing_keeps_the_row_and_says_who, enter, leave),
        cmocka_unit_test_setup_teardown(a_reason_is_needed, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
