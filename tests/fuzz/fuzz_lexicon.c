/* Any bytes as a rule file, and any bytes as a text: a file is refused with its position or gives a lexicon that reads texts;
 * what is found lies within the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/lexicon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char language[] = "language: en\n"
                               "steps: [ { s: '' }, { ing: '', ed: '' } ]\n"
                               "irregular: { ran: run }\n"
                               "contractions: { \"n't\": not }\n"
                               "stop: [the, a]\n"
                               "abbreviations: [etc]\n"
                               "words: { thing: [disk, disk space, <nothing>] }\n";
static const char plain[] = "language: en\n"
                            "steps: [ { s: '' }, { ing: '', ed: '' } ]\n"
                            "contractions: { \"n't\": not }\n"
                            "stop: [the, a]\n"
                            "words: { thing: [disk, disk space, 'run .. out'] }\n"
                            "cues: { not: [not, never], not_before: [be not so], modal: [could], purpose: [to prevent], outcome: [led to], unreal: [if], except: [not only], turn: [but],"
                            " join: [and], ahead: [next step], back: [cause] }\ncommon: [the, a]\nafter_number: [may]\nletters: { z: y }\n";
static const char rules[] = "language: en\nid: full\ntitle: Full\nhelp: Ran out.\n"
                            "any: [ '<thing> .. full', 'out ... of (disk|more disk)', 'a|b c? ~ d*', '^ =ran', '# of' ]\n"
                            "near: [ [full, disk] ]\nall: [ [restart, worse] ]\nnegations: [almost]\n"
                            "positive: [The disk is full.]\nnegative: [Fine.]\n";

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void look(void *ctx, const struct ald_found *f)
{
    size_t n = *(const size_t *)ctx;
    must(f->sentence <= f->from && f->from <= f->to && f->to <= f->sentence_end && f->sentence_end <= n);
    must(f->weight > 0 && f->weight <= 1);
}

static void read_text(const struct ald_lexicon *lexicon, const uint8_t *data, size_t size)
{
    struct ald_matcher *matcher = ald_matcher_new(lexicon);
    ald_matcher_read(matcher, (const char *)data, size, look, &size);
    ald_matcher_read(matcher, (const char *)data, size, look, &size); /* nothing is left over from a text */
    ald_matcher_free(matcher);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 20000)
        return 0;
    const struct ald_embedded as_rules[] = {{"en.yaml", (const unsigned char *)plain, sizeof plain - 1}, {"f.yaml", data, size}, {NULL, NULL, 0}};
    const struct ald_embedded as_language[] = {{"f.yaml", data, size}, {NULL, NULL, 0}};
    const struct ald_embedded known[] = {
        {"en.yaml", (const unsigned char *)plain, sizeof plain - 1}, {"full.yaml", (const unsigned char *)rules, sizeof rules - 1}, {NULL, NULL, 0}};
    const struct ald_embedded broken[] = {{"en.yaml", (const unsigned char *)language, sizeof language - 1}, {NULL, NULL, 0}};
    const struct ald_embedded *const all[] = {as_rules, as_language, known, broken};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct ald_lexicon *lexicon = NULL;
        struct ald_err err = {0};
        enum ald_rc rc = ald_lexicon_read(all[i], &lexicon, &err);
        if (rc == ALD_OK)
            read_text(lexicon, data, size);
        else
            must(rc == ALD_ERR_CONFIG && strstr(err.msg, ".yaml:"));
        must(i != 2 || rc == ALD_OK);
        must(i != 3 || rc == ALD_ERR_CONFIG); /* <nothing> is defined nowhere */
        ald_lexicon_free(lexicon);
    }
    return 0;
}
