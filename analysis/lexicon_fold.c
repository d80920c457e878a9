/* Words of a language: inflected forms folded into one, contractions taken apart. The endings are data. */
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

static ALD_CHECK enum ald_rc read_map(struct ald_lexicon *lex, struct ald_names *names, const char ***to, size_t *cap, const char *file,
                                      const struct ald_yaml *map, struct ald_err *err)
{
    ALD_TRY(want(file, map, ALD_YAML_MAP, "a map from a form to its word", err));
    for (size_t i = 0; i < map->n; i++) {
        ALD_TRY(want(file, map->items[i], ALD_YAML_SCALAR, "a word", err));
        if (strlen(map->items[i]->text) >= ALD_WORD_BYTES)
            return ald_lexicon_bad(file, map->items[i], err, "a word has fewer than %d bytes", ALD_WORD_BYTES);
        uint32_t at = ald_names_add(names, map->keys[i]);
        *to = ald_grow(lex->arena, *to, at, cap, sizeof **to);
        (*to)[at] = map->items[i]->text;
    }
    return ALD_OK;
}

static ALD_CHECK enum ald_rc read_set(struct ald_names *names, const char *file, const struct ald_yaml *list, struct ald_err *err)
{
    ALD_TRY(want(file, list, ALD_YAML_LIST, "a list of words", err));
    for (size_t i = 0; i < list->n; i++) {
        ALD_TRY(want(file, list->items[i], ALD_YAML_SCALAR, "a word", err));
        (void)ald_names_add(names, list->items[i]->text);
    }
    return ALD_OK;
}

enum ald_rc ald_language_words(struct ald_lexicon *lex, struct ald_language *lang, const char *file, const struct ald_yaml *root,
                               struct ald_err *err)
{
    const struct ald_yaml *node;
    if ((node = ald_yaml_get(root, "steps")) != NULL)
        ALD_TRY(read_steps(lex, lang, file, node, err));
    if ((node = ald_yaml_get(root, "irregular")) != NULL)
        ALD_TRY(read_map(lex, lang->irregular, &lang->irregular_to, &lang->irregular_cap, file, node, err));
    if ((node = ald_yaml_get(root, "contractions")) != NULL)
        ALD_TRY(read_map(lex, lang->contraction, &lang->contraction_to, &lang->contraction_cap, file, node, err));
    if ((node = ald_yaml_get(root, "stop")) != NULL)
        ALD_TRY(read_set(lang->stop, file, node, err));
    if ((node = ald_yaml_get(root, "abbreviations")) != NULL)
        ALD_TRY(read_set(lang->abbreviation, file, node, err));
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
