/* Texts that are read beside the store tell what they tell when they are read by it, and a store that changes meanwhile is
 * noticed. */
#include "fixture.h"

#include "alidade/store.h"
#include "analysis/past.h"
#include "analysis/texts.h"

static void note(struct fixture *f, int64_t row, int64_t minute, const char *text)
{
    char id[16];
    (void)snprintf(id, sizeof id, "n%03d", ++f->next_event);
    put(f, "INSERT INTO event (record, event_id, at, kind, text) VALUES (?1, ?2, ?3, 'note', ?4)", "itmt", row, id, minute,
        text);
}

/* What rules of another party found in a text. */
struct spoken {
    struct ald_own_words *own;
    const struct ald_lexicon *lexicon;
    const char *text;
    size_t n, ours;
};

static void hear(void *ctx, const struct ald_found *found)
{
    struct spoken *s = ctx;
    if (!ald_lexicon_at(s->lexicon, found->pattern)->outside)
        return;
    s->n++;
    s->ours += ald_own_words_made(s->own, s->text, found);
}

static struct ald_store *opened(struct fixture *f)
{
    struct ald_err err = {0};
    struct ald_store *store;
    must(ald_store_open(f->path, ALD_STORE_READ, &store, &err), &err);
    must(ald_store_begin_read(store, &err), &err);
    return store;
}

static void some_texts(struct fixture *f)
{
    source(f, "desk", "ticket", "own");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    simple(f, 2, "desk", "T2", "ticket", ALL_HELD, 300, NEVER);
    put(f, "UPDATE record SET title = 'The disk of db-1 is full' WHERE id = 2", "");
    note(f, 2, 310, "Retries from all clients overloaded the service. We thought it was DNS, but it was not.");
    note(f, 1, 110, "We ran out of file descriptors.");
    note(f, 1, 120, "Nothing of interest.");
    note(f, 1, 5000, "The disk was full."); /* after as-of */
}

static void assert_same(const struct ald_texts *a, const struct ald_texts *b)
{
    assert_int_equal(a->hits_n, b->hits_n);
    assert_int_equal(a->texts_n, b->texts_n);
    assert_int_equal(a->counts_n, b->counts_n);
    for (size_t i = 0; i < a->hits_n; i++) {
        assert_int_equal(a->hits[i].pattern, b->hits[i].pattern);
        assert_int_equal(a->hits[i].rule, b->hits[i].rule);
        assert_true(a->hits[i].weight >= b->hits[i].weight && a->hits[i].weight <= b->hits[i].weight);
        assert_string_equal(a->hits[i].quote, b->hits[i].quote);
    }
    for (size_t i = 0; i < a->texts_n; i++) {
        assert_int_equal(a->texts[i].row, b->texts[i].row);
        assert_true(a->texts[i].at == b->texts[i].at);
        assert_int_equal(a->texts[i].first, b->texts[i].first);
    }
    for (size_t i = 0; i < a->counts_n; i++)
        assert_true(a->counts[i].row == b->counts[i].row && a->counts[i].n == b->counts[i].n);
}

static void test_beside_or_not(void **state)
{
    struct fixture *f = *state;
    struct ald_err err = {0};
    some_texts(f);
    analyse(f, 1000);
    struct ald_store *store = opened(f);
    struct ald_build with = {.settings = &f->settings, .a = f->a, .org = f->a->past->org}, without = with;
    ALD_CLEANUP(ald_texts_done) struct ald_texts beside, alone;
    must(ald_store_beside(store, &with.beside, &err), &err);
    ald_texts_begin(&beside, &with);
    assert_true(beside.running);
    must(ald_texts_take(&beside, store, &err), &err);
    assert_false(beside.running);
    ald_store_close(with.beside);
    ald_texts_begin(&alone, &without);
    assert_false(alone.running); /* there is no other connection */
    must(ald_texts_take(&alone, store, &err), &err);
    assert_same(&beside, &alone);
    assert_true(beside.hits_n >= 3);
    assert_int_equal(beside.counts_n, 2);
    assert_int_equal(beside.counts[0].n, 2); /* of T1, without the one that is still to come */
    assert_int_equal(beside.counts[1].n, 1);
    assert_int_equal(beside.texts[beside.texts_n - 1].at == ALD_TIME_NONE, 1); /* the title */
    assert_int_equal(beside.texts[beside.texts_n].first, beside.hits_n);
    ald_store_close(store);
}

/* "partner-gateway" is ours; what fails there is no partner. */
static void test_own_words(void **state)
{
    struct fixture *f = *state;
    source(f, "desk", "ticket", "own");
    source(f, "cloud", "status", "vendor");
    simple(f, 1, "desk", "T1", "ticket", ALL_HELD, 100, 200);
    put(f, "INSERT INTO service (source, external_id, name) VALUES ('desk', 's1', 'partner-gateway'), ('desk', 's2', 'Stripe'), "
           "('cloud', 's3', 'Payment Provider API')",
        "");
    analyse(f, 1000);
    static const struct {
        const char *text;
        bool ours; /* all that was found rests on a name */
    } cases[] = {
        {"All connections from partner-gateway fail with certificate errors.", true},
        {"Partner Gateway fails about 27 % of its calls.", true},
        {"Our partner had an outage, and partner-gateway timed out.", false},
        {"The partner-gateways fail.", false}, /* another name */
        {"Stripe had an outage.", false},                     /* one word: how people call Stripe */
        {"The payment provider API had an outage.", false}, /* a vendor's list */
    };
    const struct ald_lexicon *lexicon = ald_lexicon_built_in();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ALD_CLEANUP(ald_own_words_freep) struct ald_own_words *own = ald_own_words_new(lexicon, f->a->past->org, f->a->services);
        ALD_CLEANUP(ald_matcher_freep) struct ald_matcher *matcher = ald_matcher_new(lexicon);
        struct spoken spoken = {.own = own, .lexicon = lexicon, .text = cases[i].text};
        ald_matcher_read(matcher, spoken.text, strlen(spoken.text), hear, &spoken);
        assert_true(spoken.n > 0);
        if ((spoken.ours == spoken.n) != cases[i].ours)
            fail_msg("'%s': %zu of %zu rest on a name of ours", cases[i].text, spoken.ours, spoken.n);
    }
}

static void test_changed_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct ald_err err = {0};
    struct ald_store *beside = NULL, *writer;
    some_texts(f);
    struct ald_store *store = opened(f);
    must(ald_store_beside(store, &beside, &err), &err);
    ald_store_closep(&beside);
    must(ald_store_open(f->path, ALD_STORE_WRITE, &writer, &err), &err);
    must(ald_store_begin(writer, &err), &err);
    must(ald_store_beside(writer, &beside, &err), &err); /* nothing is written yet */
    ald_store_closep(&beside);
    must(ald_store_touch(writer, &err), &err);
    must(ald_store_commit(writer, &err), &err);
    assert_int_equal(ald_store_beside(store, &beside, &err), ALD_ERR_DB);
    assert_non_null(strstr(err.msg, "changed meanwhile"));
    ald_store_close(writer);
    ald_store_close(store);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {CASE(test_beside_or_not), CASE(test_own_words), CASE(test_changed_meanwhile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
