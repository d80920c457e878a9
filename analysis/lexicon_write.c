/* A lexicon as C: constant tables that need no reading when a program starts (analysis/tools/compile_lexicon.c). Numbers and
 * texts are written by position, so that the compiler says when a row of lexicon_priv.h has a field that is not written. */
#include <inttypes.h>
#include <string.h>

#include "alidade/file.h"
#include "analysis/lexicon_priv.h"
#include "analysis/names_priv.h"

#define LARGEST_RULES (16u << 20) /* bytes of a file of rules */

/* Every character that a C string might read otherwise, "??" too, is written by its number. */
static ALD_CHECK enum ald_rc write_text(struct ald_buf *out, const char *text, struct ald_err *err)
{
    if (!text)
        return ald_buf_adds(out, "NULL", err);
    ALD_TRY(ald_buf_adds(out, "\"", err));
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < ' ' || *c > '~' || strchr("\"\\?", *c))
            ALD_TRY(ald_buf_addf(out, err, "\\%03o", (unsigned)*c));
        else
            ALD_TRY(ald_buf_add(out, c, 1, err));
    }
    return ald_buf_adds(out, "\"", err);
}

/* An array without rows cannot be written: whoever points to it says NULL. */
static ALD_CHECK enum ald_rc begin(struct ald_buf *out, size_t n, const char *type, const char *of, const char *name, struct ald_err *err)
{
    return n ? ald_buf_addf(out, err, "static const %s %s_%s[] = {\n", type, of, name) : ALD_OK;
}

static ALD_CHECK enum ald_rc end(struct ald_buf *out, size_t n, struct ald_err *err)
{
    return n ? ald_buf_adds(out, "};\n", err) : ALD_OK;
}

static ALD_CHECK enum ald_rc point(struct ald_buf *out, size_t n, const char *type, const char *of, const char *name, struct ald_err *err)
{
    if (!n)
        return ald_buf_addf(out, err, "    .%s = NULL,\n", name);
    return ald_buf_addf(out, err, "    .%s = (%s *)%s_%s,\n", name, type, of, name);
}

static ALD_CHECK enum ald_rc write_numbers(struct ald_buf *out, const uint32_t *numbers, size_t n, const char *of, const char *name, struct ald_err *err)
{
    ALD_TRY(begin(out, n, "uint32_t", of, name, err));
    for (size_t i = 0; i < n; i++)
        ALD_TRY(ald_buf_addf(out, err, "%" PRIu32 "u,%s", numbers[i], (i + 1) % 16 && i + 1 < n ? "" : "\n"));
    return end(out, n, err);
}

static ALD_CHECK enum ald_rc write_texts(struct ald_buf *out, const char *const *texts, size_t n, const char *of, const char *name, struct ald_err *err)
{
    ALD_TRY(begin(out, n, "char *const", of, name, err));
    for (size_t i = 0; i < n; i++) {
        ALD_TRY(write_text(out, texts[i], err));
        ALD_TRY(ald_buf_adds(out, ",\n", err));
    }
    return end(out, n, err);
}

static ALD_CHECK enum ald_rc write_names(struct ald_buf *out, const struct ald_names *names, const char *lang, const char *name, struct ald_err *err)
{
    char of[64];
    (void)snprintf(of, sizeof of, "%s_%s", lang, name);
    ALD_TRY(write_texts(out, names->texts, names->n, of, "texts", err));
    ALD_TRY(write_numbers(out, names->hashes, names->n, of, "hashes", err));
    ALD_TRY(write_numbers(out, names->slots, names->slots_n, of, "slots", err));
    ALD_TRY(ald_buf_addf(out, err, "static const struct ald_names %s = {\n", of));
    ALD_TRY(point(out, names->n, "const char *", of, "texts", err));
    ALD_TRY(point(out, names->n, "uint32_t", of, "hashes", err));
    ALD_TRY(point(out, names->slots_n, "uint32_t", of, "slots", err));
    return ald_buf_addf(out, err, "    .n = %zu,\n    .slots_n = %zu,\n};\n", names->n, names->slots_n);
}

static ALD_CHECK enum ald_rc write_endings(struct ald_buf *out, const struct ald_ending *endings, size_t n, const char *of, const char *name,
                                           struct ald_err *err)
{
    ALD_TRY(begin(out, n, "struct ald_ending", of, name, err));
    for (size_t i = 0; i < n; i++) {
        ALD_TRY(ald_buf_adds(out, "{", err));
        ALD_TRY(write_text(out, endings[i].from, err));
        ALD_TRY(ald_buf_adds(out, ",", err));
        ALD_TRY(write_text(out, endings[i].to, err));
        ALD_TRY(ald_buf_addf(out, err, ",%zu,%zu},\n", endings[i].from_n, endings[i].to_n));
    }
    return end(out, n, err);
}

static ALD_CHECK enum ald_rc write_steps(struct ald_buf *out, const struct ald_language *lang, const char *of, struct ald_err *err)
{
    for (size_t i = 0; i < lang->steps_n; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "step_%zu", i);
        ALD_TRY(write_endings(out, lang->steps[i].endings, lang->steps[i].n, of, name, err));
    }
    ALD_TRY(begin(out, lang->steps_n, "struct ald_fold_step", of, "steps", err));
    for (size_t i = 0; i < lang->steps_n; i++)
        ALD_TRY(lang->steps[i].n ? ald_buf_addf(out, err, "{%s_step_%zu,%zu},\n", of, i, lang->steps[i].n) : ald_buf_adds(out, "{NULL,0},\n", err));
    return end(out, lang->steps_n, err);
}

static ALD_CHECK enum ald_rc write_phrases(struct ald_buf *out, const struct ald_language *lang, const char *of, struct ald_err *err)
{
    ALD_TRY(begin(out, lang->postings_n, "struct ald_posting", of, "postings", err));
    for (size_t i = 0; i < lang->postings_n; i++) {
        const struct ald_posting *p = &lang->postings[i];
        ALD_TRY(ald_buf_addf(out, err, "{%" PRIu32 "u,%" PRIu32 "u,%" PRIu32 "u,%u,%u,%d,%d,%d},\n", p->symbol, p->before, p->to,
                             (unsigned)p->same, (unsigned)p->gap, p->first, p->last, p->set));
    }
    ALD_TRY(end(out, lang->postings_n, err));
    ALD_TRY(begin(out, lang->phrases_n, "struct ald_phrase", of, "phrases", err));
    for (size_t i = 0; i < lang->phrases_n; i++) {
        const struct ald_phrase *p = &lang->phrases[i];
        ALD_TRY(ald_buf_addf(out, err, "{%u,%d,%u,%u,%d,{", (unsigned)p->kind, p->one_word, (unsigned)p->cues_n, (unsigned)p->sets_n, p->as_written));
        for (size_t j = 0; j < ALD_PHRASE_CUES; j++)
            ALD_TRY(ald_buf_addf(out, err, "%" PRIu32 "u,", p->cues[j]));
        ALD_TRY(ald_buf_adds(out, "},{", err));
        for (size_t j = 0; j < ALD_PHRASE_SETS; j++)
            ALD_TRY(ald_buf_addf(out, err, "%" PRIu32 "u,", p->sets[j]));
        ALD_TRY(ald_buf_addf(out, err, "},%" PRIu32 "u,%" PRIu32 "u,%a},\n", p->of, p->rule, p->weight));
    }
    return end(out, lang->phrases_n, err);
}

/* The tables of a language, named after its place: lang0_postings. */
static ALD_CHECK enum ald_rc write_language(struct ald_buf *out, const struct ald_language *lang, const char *of, struct ald_err *err)
{
    ALD_TRY(write_names(out, lang->symbols, of, "symbols", err));
    ALD_TRY(write_names(out, lang->irregular, of, "irregular", err));
    ALD_TRY(write_names(out, lang->stop, of, "stop", err));
    ALD_TRY(write_names(out, lang->contraction, of, "contraction", err));
    ALD_TRY(write_names(out, lang->abbreviation, of, "abbreviation", err));
    ALD_TRY(write_names(out, lang->common, of, "common", err));
    ALD_TRY(write_names(out, lang->after_number, of, "after_number", err));
    ALD_TRY(write_endings(out, lang->letters, lang->letters_n, of, "letters", err));
    ALD_TRY(write_texts(out, lang->irregular_to, lang->irregular->n, of, "irregular_to", err));
    ALD_TRY(write_texts(out, lang->contraction_to, lang->contraction->n, of, "contraction_to", err));
    ALD_TRY(write_steps(out, lang, of, err));
    ALD_TRY(write_phrases(out, lang, of, err));
    return write_numbers(out, lang->first, lang->symbols->n + 1, of, "first", err);
}

static ALD_CHECK enum ald_rc write_language_row(struct ald_buf *out, const struct ald_language *lang, const char *of, struct ald_err *err)
{
    static const char *const names[] = {"symbols", "irregular", "stop", "contraction", "abbreviation", "common", "after_number"};
    ALD_TRY(ald_buf_adds(out, "{\n    .code = ", err));
    ALD_TRY(write_text(out, lang->code, err));
    ALD_TRY(ald_buf_adds(out, ",\n", err));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ALD_TRY(ald_buf_addf(out, err, "    .%s = (struct ald_names *)&%s_%s,\n", names[i], of, names[i]));
    ALD_TRY(point(out, lang->letters_n, "const struct ald_ending", of, "letters", err));
    ALD_TRY(point(out, lang->irregular->n, "const char *", of, "irregular_to", err));
    ALD_TRY(point(out, lang->contraction->n, "const char *", of, "contraction_to", err));
    ALD_TRY(point(out, lang->steps_n, "const struct ald_fold_step", of, "steps", err));
    ALD_TRY(point(out, lang->postings_n, "struct ald_posting", of, "postings", err));
    ALD_TRY(point(out, lang->phrases_n, "struct ald_phrase", of, "phrases", err));
    ALD_TRY(point(out, 1, "uint32_t", of, "first", err));
    return ald_buf_addf(out, err,
                        "    .letters_n = %zu,\n    .steps_n = %zu,\n    .postings_n = %zu,\n    .phrases_n = %zu,\n    .states_n = %" PRIu32
                        "u,\n    .start = %" PRIu32 "u,\n    .beginnings = %" PRIu64 "u,\n    .ends = %" PRIu64 "u,\n},\n",
                        lang->letters_n, lang->steps_n, lang->postings_n, lang->phrases_n, lang->states_n, lang->start, lang->beginnings, lang->ends);
}

static ALD_CHECK enum ald_rc write_patterns(struct ald_buf *out, const struct ald_lexicon *lex, struct ald_err *err)
{
    ALD_TRY(begin(out, lex->patterns_n, "struct ald_pattern", "all", "patterns", err));
    for (size_t i = 0; i < lex->patterns_n; i++) {
        const struct ald_pattern *p = &lex->patterns[i];
        const char *const texts[] = {p->id, p->title, p->help};
        ALD_TRY(ald_buf_adds(out, "{", err));
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++) {
            ALD_TRY(write_text(out, texts[j], err));
            ALD_TRY(ald_buf_adds(out, ",", err));
        }
        ALD_TRY(ald_buf_addf(out, err, "%d,%d,%d},\n", p->lorin, p->outside, p->hypothesis));
    }
    ALD_TRY(end(out, lex->patterns_n, err));
    ALD_TRY(begin(out, lex->files_n, "struct ald_rule_file", "all", "files", err));
    for (size_t i = 0; i < lex->files_n; i++)
        ALD_TRY(ald_buf_addf(out, err, "{%zu,%" PRIu32 "u,%d},\n", lex->files[i].pattern, lex->files[i].language, lex->files[i].as_written));
    ALD_TRY(end(out, lex->files_n, err));
    ALD_TRY(begin(out, lex->together_n, "struct ald_together", "all", "together", err));
    for (size_t i = 0; i < lex->together_n; i++) {
        const struct ald_together *t = &lex->together[i];
        ALD_TRY(ald_buf_addf(out, err, "{%" PRIu32 "u,%" PRIu32 "u,%" PRIu32 "u,%" PRIu32 "u,%a},\n", t->file, t->rule, t->part, t->parts_n, t->weight));
    }
    ALD_TRY(end(out, lex->together_n, err));
    ALD_TRY(write_numbers(out, lex->together_of, lex->parts_n, "all", "together_of", err));
    ALD_TRY(begin(out, lex->examples_n, "struct ald_example", "all", "examples", err));
    for (size_t i = 0; i < lex->examples_n; i++) {
        const struct ald_example *e = &lex->examples[i];
        ALD_TRY(ald_buf_addf(out, err, "{%zu,%d,", e->pattern, e->positive));
        ALD_TRY(write_text(out, e->text, err));
        ALD_TRY(ald_buf_adds(out, ",", err));
        ALD_TRY(write_text(out, e->file, err));
        ALD_TRY(ald_buf_addf(out, err, ",%d},\n", e->line));
    }
    return end(out, lex->examples_n, err);
}

enum ald_rc ald_lexicon_write(const struct ald_lexicon *lex, struct ald_buf *out, struct ald_err *err)
{
    char of[32];
    ALD_TRY(ald_buf_adds(out,
                         "/* Made by compile-lexicon from data/lexicon. Everything here is constant, and so is the lexicon that is handed out; the\n"
                         " * rows point to what may be written only while a lexicon is read. */\n"
                         "#include \"analysis/lexicon_priv.h\"\n#include \"analysis/names_priv.h\"\n#pragma GCC diagnostic ignored \"-Wcast-qual\"\n",
                         err));
    for (size_t i = 0; i < lex->languages_n; i++) {
        (void)snprintf(of, sizeof of, "lang%zu", i);
        ALD_TRY(write_language(out, &lex->languages[i], of, err));
    }
    ALD_TRY(begin(out, lex->languages_n, "struct ald_language", "all", "languages", err));
    for (size_t i = 0; i < lex->languages_n; i++) {
        (void)snprintf(of, sizeof of, "lang%zu", i);
        ALD_TRY(write_language_row(out, &lex->languages[i], of, err));
    }
    ALD_TRY(end(out, lex->languages_n, err));
    ALD_TRY(write_patterns(out, lex, err));
    ALD_TRY(ald_buf_adds(out, "static const struct ald_lexicon lexicon = {\n", err));
    ALD_TRY(point(out, lex->languages_n, "struct ald_language", "all", "languages", err));
    ALD_TRY(point(out, lex->patterns_n, "struct ald_pattern", "all", "patterns", err));
    ALD_TRY(point(out, lex->files_n, "struct ald_rule_file", "all", "files", err));
    ALD_TRY(point(out, lex->together_n, "struct ald_together", "all", "together", err));
    ALD_TRY(point(out, lex->parts_n, "uint32_t", "all", "together_of", err));
    ALD_TRY(point(out, lex->examples_n, "struct ald_example", "all", "examples", err));
    return ald_buf_addf(out, err,
                        "    .languages_n = %zu,\n    .patterns_n = %zu,\n    .files_n = %zu,\n    .together_n = %zu,\n    .examples_n = %zu,\n"
                        "    .parts_n = %" PRIu32 "u,\n    .rules_n = %" PRIu32 "u,\n};\n"
                        "const struct ald_lexicon *ald_lexicon_built_in(void)\n{\n    return &lexicon;\n}\n",
                        lex->languages_n, lex->patterns_n, lex->files_n, lex->together_n, lex->examples_n, lex->parts_n, lex->rules_n);
}

enum ald_rc ald_lexicon_compile(const char *const *paths, size_t n, struct ald_buf *out, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_lexicon_freep) struct ald_lexicon *lex = NULL;
    struct ald_embedded *files = ald_calloc(arena, n + 1, sizeof *files);
    for (size_t i = 0; i < n; i++) {
        const char *slash = strrchr(paths[i], '/');
        char *text;
        files[i].name = slash ? slash + 1 : paths[i];
        ALD_TRY(ald_file_read(paths[i], LARGEST_RULES, arena, &text, &files[i].size, err));
        files[i].bytes = (const unsigned char *)text;
    }
    ALD_TRY(ald_lexicon_read(files, &lex, err));
    return ald_lexicon_write(lex, out, err);
}
