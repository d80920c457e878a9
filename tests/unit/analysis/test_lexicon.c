/* The lexicon: every example of every rule file, the notation of phrases, sentences, cues, and what is wrong in a file. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alidade/arena.h"
#include "alidade/buf.h"
#include "alidade/lexicon.h"
#include "lexicon_priv.h"

#define PATTERNS 64

struct seen {
    double weight[PATTERNS];
    uint32_t rules[PATTERNS][32];
    size_t n[PATTERNS], calls, from, to, sentence, sentence_end;
};

static void see(void *ctx, const struct ald_found *f)
{
    struct seen *s = ctx;
    s->calls++;
    s->from = f->from;
    s->to = f->to;
    s->sentence = f->sentence;
    s->sentence_end = f->sentence_end;
    for (size_t i = 0; i < s->n[f->pattern]; i++)
        if (s->rules[f->pattern][i] == f->rule)
            return;
    if (s->n[f->pattern] < 32)
        s->rules[f->pattern][s->n[f->pattern]++] = f->rule;
    s->weight[f->pattern] += f->weight;
}

static struct seen read_with(const struct ald_lexicon *lex, const char *text)
{
    ALD_CLEANUP(ald_matcher_freep) struct ald_matcher *m = ald_matcher_new(lex);
    struct seen s = {.calls = 0};
    ald_matcher_read(m, text, strlen(text), see, &s);
    return s;
}

static void test_examples(void **state)
{
    (void)state;
    const struct ald_lexicon *lex = ald_lexicon_built_in();
    ALD_CLEANUP(ald_matcher_freep) struct ald_matcher *m = ald_matcher_new(lex);
    size_t n, failed = 0, positive = 0, negative = 0;
    const struct ald_example *examples = ald_lexicon_examples(lex, &n);
    for (size_t i = 0; i < n; i++) {
        struct seen s = {.calls = 0};
        ald_matcher_read(m, examples[i].text, strlen(examples[i].text), see, &s);
        bool found = s.weight[examples[i].pattern] >= 1 - 1e-9;
        positive += examples[i].positive;
        negative += !examples[i].positive;
        if (found == examples[i].positive)
            continue;
        failed++;
        fprintf(stderr, "%s:%d: %s: %s\n", examples[i].file, examples[i].line, found ? "found, should not be" : "not found", examples[i].text);
    }
    printf("%zu positive and %zu negative examples\n", positive, negative);
    assert_true(positive >= 10 * ald_lexicon_n(lex) && negative >= 10 * ald_lexicon_n(lex));
    assert_int_equal(failed, 0);
}

/* ---- A small language of our own ---- */

static const char small[] =
    "language: en\n"
    "steps: [ { ies: y, ss: ss, s: '' }, { ing: '', ed: '' }, { pp: p }, { e: '' } ]\n"
    "irregular: { ran: run }\n"
    "contractions: { \"n't\": not, \"'s\": '' }\n"
    "stop: [the, a, our]\n"
    "abbreviations: [approx]\n"
    "words: { store: [disk, disk space, '<tape>'] }\n"
    "cues: { not: [not, no], not_before: [be not so], modal: [will, could], purpose: [to prevent], outcome: [led to], unreal: [if], except: [not only],"
    " turn: [but], join: [and], ahead: [next step], back: [cause] }\n";

static enum ald_rc made(const char *rules, struct ald_lexicon **ret, struct ald_err *err)
{
    static char language[2048], file[4096];
    (void)snprintf(language, sizeof language, "%s", small);
    char *tape = strstr(language, ", '<tape>'");
    memmove(tape, tape + strlen(", '<tape>'"), strlen(tape + strlen(", '<tape>'")) + 1);
    (void)snprintf(file, sizeof file, "language: en\nid: x\ntitle: X\nhelp: H\n%s\npositive: [a]\nnegative: [b]\n", rules);
    const struct ald_embedded files[] = {{"en.yaml", (const unsigned char *)language, strlen(language)},
                                         {"x.yaml", (const unsigned char *)file, strlen(file)},
                                         {NULL, NULL, 0}};
    return ald_lexicon_read(files, ret, err);
}

static bool holds(const char *rules, const char *text)
{
    ALD_CLEANUP(ald_lexicon_freep) struct ald_lexicon *lex = NULL;
    struct ald_err err = {0};
    if (made(rules, &lex, &err) != ALD_OK)
        fail_msg("%s: %s", rules, err.msg);
    return read_with(lex, text).weight[0] >= 1 - 1e-9;
}

static void test_notation(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *text;
        bool found;
    } cases[] = {
        {"any: [stop work]", "It stopped working.", true},
        {"any: [=stopped]", "It stops.", false},
        {"any: [satur*]", "A saturated link.", true},
        {"any: [-disk full]", "Datadisks full.", true},
        {"any: [-disk full]", "The disk full.", true},
        {"any: [-disk full]", "A diskette full.", false},
        {"any: ['(a fell|b fell) x', '(a fell|b fell) y']", "b fell y", true},
        {"any: [run out]", "We ran out.", true},
        {"any: [full|empty disk]", "The empty disks.", true},
        {"any: ['(fell over|went down) twice']", "It went down twice.", true},
        {"any: ['(fell over|went down) twice']", "It fell down twice.", false},
        {"any: [<store> full]", "Disk space full.", true},
        {"any: [very? big]", "big", true},
        {"any: [disk .. full]", "The disk one two three full.", true},
        {"any: [disk .. full]", "The disk one two three four full.", false},
        {"any: [disk ... full]", "The disk 1 2 3 4 5 6 7 8 full.", true},
        {"any: [disk ~ full]", "Full was the disk.", true},
        {"any: ['# disk']", "We lost 5 disks.", true},
        {"any: ['# disk']", "We lost five disks.", false},
        {"any: ['^ =add']", "Add a disk.", true},
        {"any: ['^ =add']", "We add a disk.", false},
        {"near: [[disk, full]]", "Full again, the disk.", true},
        {"any: [disk full]", "The disk. Full again.", false},
        {"any: [disk full]", "disk\nFull again", false},
        {"any: [disk full]", "disk\nfull again", true},
        {"any: [disk full]", "<li>disk</li>full", false},
        {"any: [at disk]", "approx. at disk", true},
        {"any: [worked on]", "We worked approx. on it", false},
        {"all: [[restart, worse]]", "We restarted. It was worse.", true},
        {"all: [[restart, worse]]", "It was worse. We restarted.", false},
        {"all: [[restart, worse]]", "We restarted. All fine. It was worse.", false},
        {"weight: 0.5\nany: [disk, full]", "The disk is full.", true},
        {"weight: 0.5\nany: [disk, full]", "The disk, the disk.", false},
        {"any: [disk full]\nnegations: [almost]", "The disk full, almost.", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (holds(cases[i].rules, cases[i].text) != cases[i].found)
            fail_msg("%s in '%s': expected %d", cases[i].rules, cases[i].text, cases[i].found);
}

static void test_cues(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool found;
    } cases[] = {
        {"The disk was full.", true},
        {"The disk was not full.", false},
        {"The disk wasn't full.", false},
        {"No disk was full.", false},
        {"Not only the disk was full.", true},
        {"No alert came and the disk was full.", true},
        {"The disk was full, it was not so bad.", true},
        {"The disk could be full.", false},
        {"If the disk was full, we would know.", false},
        {"We swapped it to prevent a full disk full of logs.", false},
        {"We swapped it to prevent errors, which led to a disk that was full.", true},
        {"To prevent a loss the change led to a disk that is full.", true},
        {"To prevent a change that led to errors, no disk is full.", false},
        {"We will add one but the disk was full.", true},
        {"The disk was full and we will add one.", true},
        {"The disk was full, will mend.", true},
        {"Was the disk full?", false},
        {"No one two three four five six seven disk was full.", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (holds("any: [disk .. full]", cases[i].text) != cases[i].found)
            fail_msg("'%s': expected %d", cases[i].text, cases[i].found);
    assert_true(holds("any: [could not be read]", "It could not be read."));
    /* A cue inside a set is the phrase's own only where the phrase uses that set. */
    assert_true(holds("any: ['disk .. (did not turn|fell)']", "The disk did not turn."));
    assert_false(holds("any: ['(did not turn|x) y', 'disk .. turn']", "The disk did not turn."));
    assert_true(holds("as_written: yes\nany: [be full]", "It could be full."));
}

/* What stands under a heading of what is to be done has not happened. */
static void test_headings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool found;
    } cases[] = {
        {"Next steps\nThe disk full", false},
        {"Next steps:\n- Tape\n- The disk full", false},
        {"Next steps for all of them\nThe disk full", false},
        {"# Next steps\n\nThe disk full.\n\n# Cause\n\nTape.", false},
        {"Next steps\nTape\nCause\nThe disk full", true},
        {"Next steps\nTape\nCause (of it all)\nThe disk full", true},
        {"Next steps\nCause a stir\nThe disk full", false},
        {"Next steps.\nThe disk full", true},
        {"Next steps that were taken by them on that long day\nThe disk full", true},
        {"These next steps\nThe disk full", true},
        {"Cause\nThe disk full", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (holds("any: [disk full]", cases[i].text) != cases[i].found)
            fail_msg("%s: %s", cases[i].text, cases[i].found ? "not found" : "found");
    ALD_CLEANUP(ald_lexicon_freep) struct ald_lexicon *lex = NULL;
    struct ald_err err = {0};
    if (made("any: [disk full]", &lex, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    ALD_CLEANUP(ald_matcher_freep) struct ald_matcher *m = ald_matcher_new(lex);
    struct seen s = {.calls = 0};
    ald_matcher_read(m, "Next steps", strlen("Next steps"), see, &s); /* texts do not see each other's */
    ald_matcher_read(m, "The disk full", strlen("The disk full"), see, &s);
    assert_int_equal(s.calls, 1);
}

static void test_places(void **state)
{
    (void)state;
    ALD_CLEANUP(ald_lexicon_freep) struct ald_lexicon *lex = NULL;
    struct ald_err err = {0};
    assert_int_equal(made("any: [disk .. full]", &lex, &err), ALD_OK);
    const char *text = "All was well. Then the disk was full, alas. Well.";
    struct seen s = read_with(lex, text);
    assert_int_equal(s.calls, 1);
    assert_memory_equal(text + s.from, "disk was full", s.to - s.from);
    assert_memory_equal(text + s.sentence, "Then the disk was full, alas", s.sentence_end - s.sentence);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"any: [<nowhere> full]", "x.yaml:5:7: no words '<nowhere>' are defined above"},
        {"any: ['(a b']", "'(' without its ')'"},
        {"any: [the]", "a phrase begins and ends with a word"},
        {"any: ['a ~ b ~ c']", "one ~"},
        {"any: [x-third|b]", "more than one word"},
        {"any: ['b? c? d? e? f? g']", "more than 4 optional words"},
        {"any: ['-x-third']", "more than one word"},
        {"weight: 2\nany: [b]", "weight: expected a number above 0"},
        {"near: [[b]]", "expected a list of 2 to 2 phrases"},
        {"alle: [b]", "x.yaml:5:1: unknown key 'alle'"},
        {"kind: odd\nany: [b]", "kind: expected pattern or hypothesis"},
        {"", "no rules: expected any, near or all"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_lexicon *lex = NULL;
        struct ald_err err = {0};
        if (made(cases[i][0], &lex, &err) != ALD_ERR_CONFIG)
            fail_msg("%s: no mistake was told", cases[i][0]);
        if (!strstr(err.msg, cases[i][1]))
            fail_msg("found '%s', expected '%s'", err.msg, cases[i][1]);
    }
}

/* A second language is a file that describes it and a file of rules with the same id. */
static void test_languages(void **state)
{
    (void)state;
    const char german[] = "language: de\nsteps: [ { en: '', e: '' } ]\nstop: [die, der, das]\ncues: { not: [nicht, kein, keine] }\n";
    const char rules[] = "language: en\nid: x\ntitle: X\nhelp: H\nany: [disk full]\npositive: [a]\nnegative: [b]\n";
    const char regeln[] = "language: de\nid: x\nany: ['platte .. voll', 'größe .. überschritten']\npositive: [a]\nnegative: [b]\n";
    static char language[2048];
    (void)snprintf(language, sizeof language, "%.*s", (int)(strstr(small, "words:") - small), small);
    const struct ald_embedded files[] = {{"de.yaml", (const unsigned char *)german, strlen(german)},
                                         {"en.yaml", (const unsigned char *)language, strlen(language)},
                                         {"x.yaml", (const unsigned char *)rules, strlen(rules)},
                                         {"x.de.yaml", (const unsigned char *)regeln, strlen(regeln)},
                                         {NULL, NULL, 0}};
    ALD_CLEANUP(ald_lexicon_freep) struct ald_lexicon *lex = NULL;
    struct ald_err err = {0};
    if (ald_lexicon_read(files, &lex, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(ald_lexicon_n(lex), 1);
    assert_int_equal(read_with(lex, "Die Platten waren voll.").calls, 1);
    assert_int_equal(read_with(lex, "Die GRÖSSE war egal, die GRÖßE wurde überschritten.").calls, 1);
    assert_int_equal(read_with(lex, "Keine Platte war voll.").calls, 0);
    assert_int_equal(read_with(lex, "The disk full. Die Platte voll.").calls, 2);
}

static double weight(const struct ald_lexicon *lex, const char *pattern, const char *text)
{
    return read_with(lex, text).weight[ald_lexicon_find(lex, pattern)];
}

/* The languages that are built in, read together: letters in any spelling, whole sentences, each in its own language. */
static void test_german(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool found;
    } cases[] = {
        {"data_loss", "Die Anhänge der Dateien wurden gelöscht.", true},
        {"data_loss", "DIE DATEIEN WURDEN GELÖSCHT.", true},
        {"data_loss", "Die Dateien wurden geloescht.", true},
        {"data_loss", "Die Dateien wurden gelo\xCC\x88scht.", true}, /* o and a combining diaeresis */
        {"external_party", "Die GRO\xE1\xBA\x9E""E STÖRUNG lag beim Netzbetreiber.", true},
        {"change_triggered", "Am 12. März wurde die Version ausgerollt, danach fiel die Anmeldung aus.", true},
        {"saturation", "Die Platte, d. h. z. B. das Volume von Server 3, war voll.", true},
        {"saturation", "The connection pool was exhausted. Die Ursache ist unklar.", true},
        {"saturation", "The cause is not clear. Die Platte war voll.", true},
        {"saturation", "Server war down, disk full, wir haben aufgeräumt.", true},
        {"saturation", "Es gab keinen Hinweis, dass die Platte voll war.", false},
        {"saturation", "War die Platte voll?", false},
        /* Words that two languages spell alike: "die", "was", "war". */
        {"external_party", "Der Provider hat die Lage beobachtet.", false},
        {"external_party", "The carrier was down.", true},
        {"mitigation_backfired", "Der Neustart war nicht nötig, die Lage wurde nicht schlimmer.", false},
    };
    const struct ald_lexicon *lex = ald_lexicon_built_in();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if ((weight(lex, cases[i].pattern, cases[i].text) >= 1 - 1e-9) != cases[i].found)
            fail_msg("%s in '%s': expected %d", cases[i].pattern, cases[i].text, cases[i].found);
}

/* What is built in is what the files of data/lexicon say now: both are written as C, and not a byte differs. */
static void test_built_in_is_what_the_files_say(void **state)
{
    (void)state;
    char pattern[4096];
    const char *given = getenv("ALD_TESTS");
    (void)snprintf(pattern, sizeof pattern, "%s", given ? given : __FILE__);
    char *slash = given ? NULL : strrchr(pattern, '/');
    size_t used = slash ? (size_t)(slash - pattern) : strlen(pattern);
    (void)snprintf(pattern + used, sizeof pattern - used, "%s/../data/lexicon/*.yaml", given ? "" : "/../..");
    glob_t files;
    if (glob(pattern, 0, NULL, &files) != 0)
        fail_msg("no files: %s", pattern);
    struct ald_err err = {0};
    struct ald_buf now, built;
    ald_buf_init(&now, (size_t)256 << 20);
    ald_buf_init(&built, (size_t)256 << 20);
    if (ald_lexicon_compile((const char *const *)files.gl_pathv, files.gl_pathc, &now, &err) != ALD_OK ||
        ald_lexicon_write(ald_lexicon_built_in(), &built, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    assert_true(built.len > 100000);
    size_t same = 0;
    while (same < now.len && now.data[same] == built.data[same])
        same++;
    if (now.len != built.len || same != now.len)
        fail_msg("differs at byte %zu of %zu and %zu: %.80s", same, now.len, built.len, now.data + same);
    globfree(&files);
    ald_buf_done(&now);
    ald_buf_done(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples), cmocka_unit_test(test_notation), cmocka_unit_test(test_cues),
                                       cmocka_unit_test(test_places),   cmocka_unit_test(test_mistakes), cmocka_unit_test(test_languages),
                                       cmocka_unit_test(test_german),   cmocka_unit_test(test_headings),
                                       cmocka_unit_test(test_built_in_is_what_the_files_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
