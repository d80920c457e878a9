/* Rule files into a lexicon: language files first (those without an id), then patterns. Every key is checked. */
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "analysis/lexicon_priv.h"

struct source {
    struct ald_lexicon *lex;
    struct ald_language *lang;
    const char *file;
    const struct ald_yaml *root;
};

static ALD_CHECK enum ald_rc known_keys(const char *file, const struct ald_yaml *map, const char *const *keys, struct ald_err *err)
{
    for (size_t i = 0; i < map->n; i++) {
        size_t k = 0;
        while (keys[k] && strcmp(keys[k], map->keys[i]) != 0)
            k++;
        if (!keys[k])
            return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:1: unknown key '%.40s'", file, map->key_lines[i], map->keys[i]);
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc text_of(const struct source *in, const char *key, bool must, const char **ret, struct ald_err *err)
{
    const struct ald_yaml *node = ald_yaml_get(in->root, key);
    *ret = NULL;
    if (!node && must)
        return ald_lexicon_bad(in->file, in->root, err, "'%s' is missing", key);
    if (!node)
        return ALD_OK;
    if (node->kind != ALD_YAML_SCALAR || !*node->text)
        return ald_lexicon_bad(in->file, node, err, "%s: expected a text", key);
    *ret = node->text;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc list_of(const struct source *in, const struct ald_yaml *from, const char *key, const struct ald_yaml **ret,
                                     struct ald_err *err)
{
    static const struct ald_yaml empty = {.kind = ALD_YAML_LIST};
    const struct ald_yaml *node = ald_yaml_get(from, key);
    *ret = node ? node : &empty;
    return !node || node->kind == ALD_YAML_LIST ? ALD_OK : ald_lexicon_bad(in->file, node, err, "%s: expected a list", key);
}

/* Sets of words; one may use those above it. local: the file's code, "" for a language's own. */
static ALD_CHECK enum ald_rc read_words(const struct source *in, const char *local, struct ald_err *err)
{
    const struct ald_yaml *map = ald_yaml_get(in->root, "words");
    if (!map)
        return ALD_OK;
    if (map->kind != ALD_YAML_MAP)
        return ald_lexicon_bad(in->file, map, err, "words: expected names with lists of phrases");
    for (size_t i = 0; i < map->n; i++) {
        const struct ald_yaml *list = map->items[i];
        if (list->kind != ALD_YAML_LIST || !list->n)
            return ald_lexicon_bad(in->file, list, err, "words %s: expected a list of phrases", map->keys[i]);
        size_t before = in->lang->phrases_n;
        for (size_t j = 0; j < list->n; j++) {
            const struct ald_phrase phrase = {.kind = ALD_PHRASE_SET, .of = ALD_NOBODY};
            ALD_TRY(ald_lexicon_phrase(in->lex, in->lang, in->file, list->items[j], local, &phrase, err));
        }
        /* Named only now, so that a set cannot hold itself. */
        uint32_t set = ald_names_add(in->lang->symbols, ald_sprintf(in->lex->arena, "<%s/%s>", local, map->keys[i]));
        for (size_t j = before; j < in->lang->phrases_n; j++) {
            struct ald_phrase *member = &in->lang->phrases[j];
            if (member->of != ALD_NOBODY) /* of a group inside a member */
                continue;
            member->of = set;
            ald_lexicon_set_cues(in->lex, in->lang, set, member);
        }
    }
    return ALD_OK;
}

/* ---- Languages ---- */

static ALD_CHECK enum ald_rc read_cues(const struct source *in, struct ald_err *err)
{
    static const char *const keys[] = {"not", "not_before", "modal", "purpose", "unreal", "except", "turn", "join", "outcome", "ahead", "back", NULL};
    static const uint8_t kinds[] = {ALD_CUE_NOT,  ALD_CUE_NOT_BEFORE, ALD_CUE_MODAL,   ALD_CUE_PURPOSE, ALD_CUE_UNREAL, ALD_CUE_EXCEPT,
                                    ALD_CUE_TURN, ALD_CUE_JOIN,       ALD_CUE_OUTCOME, ALD_CUE_AHEAD,   ALD_CUE_BACK};
    const struct ald_yaml *cues = ald_yaml_get(in->root, "cues");
    if (!cues)
        return ALD_OK;
    if (cues->kind != ALD_YAML_MAP)
        return ald_lexicon_bad(in->file, cues, err, "cues: expected not, not_before, modal, purpose, unreal, except, turn, join, outcome, ahead, back");
    ALD_TRY(known_keys(in->file, cues, keys, err));
    for (size_t k = 0; keys[k]; k++) {
        const struct ald_yaml *list;
        const struct ald_phrase phrase = {.kind = kinds[k], .of = ALD_NOBODY};
        ALD_TRY(list_of(in, cues, keys[k], &list, err));
        for (size_t i = 0; i < list->n; i++)
            ALD_TRY(ald_lexicon_phrase(in->lex, in->lang, in->file, list->items[i], NULL, &phrase, err));
    }
    struct ald_language *lang = in->lang;
    lang->cue_word_n = ald_names_n(lang->symbols);
    lang->cue_word = ald_calloc(in->lex->arena, lang->cue_word_n, sizeof *lang->cue_word);
    for (size_t i = 0; i < lang->postings_n; i++) {
        const struct ald_posting *p = &lang->postings[i];
        if (p->first && p->last && lang->phrases[p->to].kind >= ALD_CUE_NOT && lang->phrases[p->to].kind <= ALD_CUE_UNREAL)
            lang->cue_word[p->symbol] = true;
    }
    return ALD_OK;
}

static struct ald_language *language(const struct ald_lexicon *lex, const char *code)
{
    for (size_t i = 0; i < lex->languages_n; i++)
        if (strcmp(lex->languages[i].code, code) == 0)
            return &lex->languages[i];
    return NULL;
}

enum ald_rc ald_lexicon_read_language(struct ald_lexicon *lex, const char *file, const struct ald_yaml *root, struct ald_err *err)
{
    static const char *const keys[] = {"language",     "letters", "steps", "irregular", "stop", "common", "contractions", "abbreviations",
                                       "after_number", "words",   "cues",  NULL};
    struct source in = {lex, NULL, file, root};
    const char *code;
    ALD_TRY(known_keys(file, root, keys, err));
    ALD_TRY(text_of(&in, "language", true, &code, err));
    if (language(lex, code))
        return ald_lexicon_bad(file, root, err, "language '%.20s' is described twice", code);
    if (lex->languages_n == ALD_LANGUAGES)
        return ald_lexicon_bad(file, root, err, "more than %d languages", ALD_LANGUAGES);
    lex->languages = ald_grow(lex->arena, lex->languages, lex->languages_n, &lex->languages_cap, sizeof *lex->languages);
    in.lang = &lex->languages[lex->languages_n++];
    *in.lang = (struct ald_language){.code = code,
                                     .symbols = ald_names_new(lex->arena),
                                     .beginning = ald_names_new(lex->arena),
                                     .irregular = ald_names_new(lex->arena),
                                     .stop = ald_names_new(lex->arena),
                                     .contraction = ald_names_new(lex->arena),
                                     .abbreviation = ald_names_new(lex->arena),
                                     .common = ald_names_new(lex->arena),
                                     .after_number = ald_names_new(lex->arena)};
    ALD_TRY(ald_language_words(lex, in.lang, file, root, err));
    ALD_TRY(read_words(&in, "", err));
    return read_cues(&in, err);
}

/* ---- Patterns ---- */

static ALD_CHECK enum ald_rc weight_of(const char *file, const struct ald_yaml *node, double *ret, struct ald_err *err)
{
    if (node && (!ald_yaml_num(node, ret) || !(*ret > 0 && *ret <= 1)))
        return ald_lexicon_bad(file, node, err, "weight: expected a number above 0, at most 1");
    return ALD_OK;
}

/* A pattern may have a file per language; what it is called must be the same in all. */
static ALD_CHECK enum ald_rc pattern(const struct source *in, size_t *ret, struct ald_err *err)
{
    struct ald_pattern p = {0};
    const char *kind;
    ALD_TRY(text_of(in, "id", true, &p.id, err));
    ALD_TRY(text_of(in, "kind", false, &kind, err));
    const struct ald_yaml *lorin = ald_yaml_get(in->root, "lorin");
    if (lorin && !ald_yaml_bool(lorin, &p.lorin))
        return ald_lexicon_bad(in->file, lorin, err, "lorin: expected yes or no");
    const struct ald_yaml *outside = ald_yaml_get(in->root, "outside");
    if (outside && !ald_yaml_bool(outside, &p.outside))
        return ald_lexicon_bad(in->file, outside, err, "outside: expected yes or no");
    if (kind && strcmp(kind, "pattern") != 0 && strcmp(kind, "hypothesis") != 0)
        return ald_lexicon_bad(in->file, ald_yaml_get(in->root, "kind"), err, "kind: expected pattern or hypothesis, found '%.40s'", kind);
    p.hypothesis = kind && *kind == 'h';
    *ret = ald_lexicon_find(in->lex, p.id);
    ALD_TRY(text_of(in, "title", *ret == SIZE_MAX, &p.title, err));
    ALD_TRY(text_of(in, "help", *ret == SIZE_MAX, &p.help, err));
    if (*ret != SIZE_MAX)
        return ALD_OK;
    for (const char *c = p.id; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz_0123456789", *c))
            return ald_lexicon_bad(in->file, ald_yaml_get(in->root, "id"), err, "id: expected a-z, 0-9 and _, found '%.40s'", p.id);
    in->lex->patterns = ald_grow(in->lex->arena, in->lex->patterns, in->lex->patterns_n, &in->lex->patterns_cap, sizeof p);
    in->lex->patterns[*ret = in->lex->patterns_n++] = p;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc read_any(const struct source *in, const char *local, double weight, struct ald_phrase *phrase, struct ald_err *err)
{
    static const char *const keys[] = {"phrase", "weight", NULL};
    const struct ald_yaml *list;
    ALD_TRY(list_of(in, in->root, "any", &list, err));
    for (size_t i = 0; i < list->n; i++) {
        const struct ald_yaml *node = list->items[i];
        phrase->weight = weight;
        phrase->rule = in->lex->rules_n++;
        if (node->kind == ALD_YAML_MAP) {
            ALD_TRY(known_keys(in->file, node, keys, err));
            ALD_TRY(weight_of(in->file, ald_yaml_get(node, "weight"), &phrase->weight, err));
            if (!ald_yaml_get(node, "phrase"))
                return ald_lexicon_bad(in->file, node, err, "'phrase' is missing");
            node = ald_yaml_get(node, "phrase");
        }
        ALD_TRY(ald_lexicon_phrase(in->lex, in->lang, in->file, node, local, phrase, err));
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc pair_of(const struct source *in, const struct ald_yaml *node, size_t least, size_t most, struct ald_err *err)
{
    if (node->kind != ALD_YAML_LIST || node->n < least || node->n > most)
        return ald_lexicon_bad(in->file, node, err, "expected a list of %zu to %zu phrases", least, most);
    for (size_t i = 0; i < node->n; i++)
        if (node->items[i]->kind != ALD_YAML_SCALAR)
            return ald_lexicon_bad(in->file, node->items[i], err, "expected a phrase");
    return ALD_OK;
}

static ALD_CHECK enum ald_rc read_near(const struct source *in, const char *local, double weight, struct ald_phrase *phrase, struct ald_err *err)
{
    const struct ald_yaml *list;
    ALD_TRY(list_of(in, in->root, "near", &list, err));
    for (size_t i = 0; i < list->n; i++) {
        ALD_TRY(pair_of(in, list->items[i], 2, 2, err));
        struct ald_yaml both = *list->items[i]->items[0];
        both.text = ald_sprintf(in->lex->arena, "%s ~ %s", both.text, list->items[i]->items[1]->text);
        phrase->weight = weight;
        phrase->rule = in->lex->rules_n++;
        ALD_TRY(ald_lexicon_phrase(in->lex, in->lang, in->file, &both, local, phrase, err));
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc read_all(const struct source *in, const char *local, double weight, const struct ald_phrase *phrase,
                                      struct ald_err *err)
{
    struct ald_lexicon *lex = in->lex;
    const struct ald_yaml *list;
    ALD_TRY(list_of(in, in->root, "all", &list, err));
    for (size_t i = 0; i < list->n; i++) {
        const struct ald_yaml *parts = list->items[i];
        ALD_TRY(pair_of(in, parts, 2, 4, err));
        lex->together = ald_grow(lex->arena, lex->together, lex->together_n, &lex->together_cap, sizeof *lex->together);
        lex->together[lex->together_n++] = (struct ald_together){
            .file = phrase->of, .rule = lex->rules_n++, .part = lex->parts_n, .parts_n = (uint32_t)parts->n, .weight = weight};
        for (size_t j = 0; j < parts->n; j++) {
            struct ald_phrase part = *phrase;
            part.kind = ALD_PHRASE_PART;
            part.of = lex->parts_n++;
            part.rule = phrase->of; /* whose negations void it */
            ALD_TRY(ald_lexicon_phrase(lex, in->lang, in->file, parts->items[j], local, &part, err));
        }
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc read_rules(const struct source *in, const char *local, uint32_t file, struct ald_err *err)
{
    struct ald_phrase phrase = {.kind = ALD_PHRASE_RULE, .of = file, .as_written = in->lex->files[file].as_written};
    const struct ald_yaml *list;
    double weight = 1;
    size_t before = in->lang->phrases_n;
    ALD_TRY(weight_of(in->file, ald_yaml_get(in->root, "weight"), &weight, err));
    ALD_TRY(read_any(in, local, weight, &phrase, err));
    ALD_TRY(read_near(in, local, weight, &phrase, err));
    ALD_TRY(read_all(in, local, weight, &phrase, err));
    if (in->lang->phrases_n == before)
        return ald_lexicon_bad(in->file, in->root, err, "no rules: expected any, near or all");
    phrase.kind = ALD_PHRASE_NEGATION;
    ALD_TRY(list_of(in, in->root, "negations", &list, err));
    for (size_t i = 0; i < list->n; i++)
        ALD_TRY(ald_lexicon_phrase(in->lex, in->lang, in->file, list->items[i], local, &phrase, err));
    return ALD_OK;
}

static ALD_CHECK enum ald_rc read_examples(const struct source *in, size_t of, const char *key, bool positive, struct ald_err *err)
{
    struct ald_lexicon *lex = in->lex;
    const struct ald_yaml *list;
    ALD_TRY(list_of(in, in->root, key, &list, err));
    if (!list->n)
        return ald_lexicon_bad(in->file, in->root, err, "'%s' is missing: examples show what the rules are meant to find", key);
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i]->kind != ALD_YAML_SCALAR || !*list->items[i]->text)
            return ald_lexicon_bad(in->file, list->items[i], err, "expected a sentence");
        lex->examples = ald_grow(lex->arena, lex->examples, lex->examples_n, &lex->examples_cap, sizeof *lex->examples);
        lex->examples[lex->examples_n++] = (struct ald_example){of, positive, list->items[i]->text, in->file, list->items[i]->line};
    }
    return ALD_OK;
}

enum ald_rc ald_lexicon_read_pattern(struct ald_lexicon *lex, const char *file, const struct ald_yaml *root, struct ald_err *err)
{
    static const char *const keys[] = {"language", "id", "title", "help", "kind", "lorin", "outside", "weight", "as_written", "words", "any",
                                       "near", "all", "negations", "positive", "negative", NULL};
    struct source in = {lex, NULL, file, root};
    struct ald_rule_file made = {0};
    const char *code;
    ALD_TRY(known_keys(file, root, keys, err));
    ALD_TRY(text_of(&in, "language", true, &code, err));
    in.lang = language(lex, code);
    if (!in.lang)
        return ald_lexicon_bad(file, ald_yaml_get(root, "language"), err, "no file describes the language '%.20s'", code);
    made.language = (uint32_t)(in.lang - lex->languages);
    ALD_TRY(pattern(&in, &made.pattern, err));
    const struct ald_yaml *as_written = ald_yaml_get(root, "as_written");
    if (as_written && !ald_yaml_bool(as_written, &made.as_written))
        return ald_lexicon_bad(file, as_written, err, "as_written: expected yes or no");
    for (size_t i = 0; i < lex->files_n; i++)
        if (lex->files[i].pattern == made.pattern && lex->files[i].language == made.language)
            return ald_lexicon_bad(file, root, err, "a second file for pattern '%.40s' in language '%.20s'", lex->patterns[made.pattern].id, code);
    lex->files = ald_grow(lex->arena, lex->files, lex->files_n, &lex->files_cap, sizeof *lex->files);
    lex->files[lex->files_n++] = made;
    const char *local = ald_sprintf(lex->arena, "%zu", lex->files_n);
    ALD_TRY(read_words(&in, local, err));
    ALD_TRY(read_rules(&in, local, (uint32_t)(lex->files_n - 1), err));
    ALD_TRY(read_examples(&in, made.pattern, "positive", true, err));
    return read_examples(&in, made.pattern, "negative", false, err);
}
