/* Words of a language: letters spelt in one way, inflected forms folded into one, contractions taken apart. All of it is
 * data. */
#include <string.h>

#include "analysis/lexicon_priv.h"
#include "alidade/analysis.h"

#define LEAST_LETTERS 3 /* of a folded word */

static ALD_CHECK enum ald_rc want(const char *file, const struct ald_yaml *node, enum ald_yaml_kind kind, const char *what,
                                  struct ald_err *err)
{
    return node->kind == kind ? ALD_OK : ald_lexicon_bad(file, node, err, "expected %s", what);
}

static ALD_CHECK enum ald_rc read_steps(struct ald_lexicon *lex, struct ald_language *lang, const char *file,
                                        const struct ald_yaml *list, struct ald_err *err)
{
    ALD_TRY(want(file, list, ALD_YAML_LIST, "a list of maps from an ending to what it becomes", err));
    struct ald_fold_step *steps = ald_calloc(lex->arena, list->n, sizeof *steps);
    for (size_t i = 0; i < list->n; i++) {
        const struct ald_yaml *map = list->items[i];
        ALD_TRY(want(file, map, ALD_YAML_MAP, "a map from an ending to what it becomes", err));
        struct ald_ending *endings = ald_calloc(lex->arena, map->n, sizeof *endings);
        for (size_t j = 0; j < map->n; j++) {
            ALD_TRY(want(file, map->items[j], ALD_YAML_SCALAR, "what the ending becomes", err));
            endings[j] = (struct ald_ending){map->keys[j], map->items[j]->text, strlen(map->keys[j]), strlen(map->items[j]->text)};
            if (!endings[j].from_n || endings[j].to_n > endings[j].from_n)
                return ald_lexicon_bad(file, map->items[j], err, "an ending may only become shorter");
        }
        steps[i] = (struct ald_fold_step){endings, map->n};
    }
    lang->steps = steps;
    lang->steps_n = list->n;
    return ALD_OK;
}

/* One letter becomes one or several: no longer in bytes, so that words can be spelt in place. */
static ALD_CHECK enum ald_rc read_letters(struct ald_lexicon *lex, struct ald_language *lang, const char *file, const struct ald_yaml *map,
                                          struct ald_err *err)
{
    ALD_TRY(want(file, map, ALD_YAML_MAP, "a map from a letter to how it is spelt", err));
    struct ald_ending *letters = ald_calloc(lex->arena, map->n, sizeof *letters);
    for (size_t i = 0; i < map->n; i++) {
        ALD_TRY(want(file, map->items[i], ALD_YAML_SCALAR, "how the letter is spelt", err));
        letters[i] = (struct ald_ending){map->keys[i], map->items[i]->text, strlen(map->keys[i]), strlen(map->items[i]->text)};
        if (!letters[i].from_n || letters[i].to_n > letters[i].from_n)
            return ald_lexicon_bad(file, map->items[i], err, "a letter may not become longer than it is");
    }
    lang->letters = letters;
    lang->letters_n = map->n;
    return ALD_OK;
}

void ald_language_spell(const struct ald_language *lang, char *word)
{
    const char *from = word;
    char *to = word;
    while (lang->letters_n && *from) {
        size_t i = 0;
        while (i < lang->letters_n && strncmp(from, lang->letters[i].from, lang->letters[i].from_n) != 0)
            i++;
        if (i == lang->letters_n) {
            *to++ = *from++;
            continue;
        }
        memcpy(to, lang->letters[i].to, lang->letters[i].to_n);
        to += lang->letters[i].to_n;
        from += lang->letters[i].from_n;
    }
    if (lang->letters_n)
        *to = '\0';
}

static ALD_CHECK enum ald_rc read_map(struct ald_lexicon *lex, const struct ald_language *lang, struct ald_names *names, const char ***to,
                                      size_t *cap, const char *file, const struct ald_yaml *map, struct ald_err *err)
{
    ALD_TRY(want(file, map, ALD_YAML_MAP, "a map from a form to its word", err));
    for (size_t i = 0; i < map->n; i++) {
        ALD_TRY(want(file, map->items[i], ALD_YAML_SCALAR, "a word", err));
        if (strlen(map->items[i]->text) >= ALD_WORD_BYTES)
            return ald_lexicon_bad(file, map->items[i], err, "a word has fewer than %d bytes", ALD_WORD_BYTES);
        char *key = ald_strdup(lex->arena, map->keys[i]), *value = ald_strdup(lex->arena, map->items[i]->text);
        ald_language_spell(lang, key);
        ald_language_spell(lang, value);
        uint32_t at = ald_names_add(names, key);
        *to = ald_grow(lex->arena, *to, at, cap, sizeof **to);
        (*to)[at] = value;
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc read_set(struct ald_lexicon *lex, const struct ald_language *lang, struct ald_names *names, const char *file,
                                      const struct ald_yaml *list, struct ald_err *err)
{
    ALD_TRY(want(file, list, ALD_YAML_LIST, "a list of words", err));
    for (size_t i = 0; i < list->n; i++) {
        ALD_TRY(want(file, list->items[i], ALD_YAML_SCALAR, "a word", err));
        char *word = ald_strdup(lex->arena, list->items[i]->text);
        ald_language_spell(lang, word);
        (void)ald_names_add(names, word);
    }
    return ALD_OK;
}

enum ald_rc ald_language_words(struct ald_lexicon *lex, struct ald_language *lang, const char *file, const struct ald_yaml *root,
                               struct ald_err *err)
{
    const struct {
        const char *key;
        struct ald_names *names;
    } sets[] = {{"stop", lang->stop}, {"abbreviations", lang->abbreviation}, {"common", lang->common}, {"after_number", lang->after_number}};
    const struct ald_yaml *node;
    if ((node = ald_yaml_get(root, "letters")) != NULL)
        ALD_TRY(read_letters(lex, lang, file, node, err));
    if ((node = ald_yaml_get(root, "steps")) != NULL)
        ALD_TRY(read_steps(lex, lang, file, node, err));
    if ((node = ald_yaml_get(root, "irregular")) != NULL)
        ALD_TRY(read_map(lex, lang, lang->irregular, &lang->irregular_to, &lang->irregular_cap, file, node, err));
    if ((node = ald_yaml_get(root, "contractions")) != NULL)
        ALD_TRY(read_map(lex, lang, lang->contraction, &lang->contraction_to, &lang->contraction_cap, file, node, err));
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if ((node = ald_yaml_get(root, sets[i].key)) != NULL)
            ALD_TRY(read_set(lex, lang, sets[i].names, file, node, err));
    return ALD_OK;
}

/* What is left must still be a word: three letters, a vowel among them (so "string" keeps its ending). */
static bool word_is_left(const char *word, size_t n, const struct ald_ending *ending)
{
    if (n - ending->from_n + ending->to_n < LEAST_LETTERS)
        return false;
    for (size_t i = 0; i < n - ending->from_n + ending->to_n; i++)
        if (strchr("aeiouy", word[i]) || (unsigned char)word[i] >= 0x80)
            return true;
    return false;
}

void ald_language_fold(const struct ald_language *lang, const char *word, char *ret)
{
    uint32_t irregular = ald_names_find(lang->irregular, word);
    if (irregular != ALD_NOBODY)
        word = lang->irregular_to[irregular];
    size_t n = strlen(word);
    memcpy(ret, word, n + 1);
    for (size_t s = 0; s < lang->steps_n; s++) {
        for (size_t i = 0; i < lang->steps[s].n; i++) {
            const struct ald_ending *ending = &lang->steps[s].endings[i];
            if (ending->from_n > n || memcmp(ret + n - ending->from_n, ending->from, ending->from_n) != 0)
                continue;
            if (word_is_left(ret, n, ending)) {
                memcpy(ret + n - ending->from_n, ending->to, ending->to_n);
                n += ending->to_n - ending->from_n;
                ret[n] = '\0';
            }
            break;
        }
    }
}

void ald_language_contraction(const struct ald_language *lang, const char *word, char *ret_head, const char **ret_rest)
{
    size_t n = strlen(word);
    memcpy(ret_head, word, n + 1);
    *ret_rest = "";
    for (size_t i = n; i-- > 1;) {
        uint32_t found = ald_names_find(lang->contraction, word + i);
        if (found == ALD_NOBODY)
            continue;
        ret_head[i] = '\0';
        *ret_rest = lang->contraction_to[found];
        return;
    }
}
