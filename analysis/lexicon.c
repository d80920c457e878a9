/* The lexicon as a whole: read, ask, free. What is built in was read by the same code when the program was built. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/analysis.h"
#include "analysis/lexicon_priv.h"

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct ald_pattern *)a)->id, ((const struct ald_pattern *)b)->id);
}

/* Patterns are told by id, whatever the order of files. */
static void sort_patterns(struct ald_lexicon *lex, struct ald_arena *scratch)
{
    const char **ids = ald_calloc(scratch, lex->patterns_n, sizeof *ids);
    size_t *to = ald_calloc(scratch, lex->patterns_n, sizeof *to);
    for (size_t i = 0; i < lex->patterns_n; i++)
        ids[i] = lex->patterns[i].id;
    if (lex->patterns_n)
        qsort(lex->patterns, lex->patterns_n, sizeof *lex->patterns, by_id);
    for (size_t i = 0; i < lex->patterns_n; i++)
        to[i] = ald_lexicon_find(lex, ids[i]);
    for (size_t i = 0; i < lex->files_n; i++)
        lex->files[i].pattern = to[lex->files[i].pattern];
    for (size_t i = 0; i < lex->examples_n; i++)
        lex->examples[i].pattern = to[lex->examples[i].pattern];
}

enum ald_rc ald_lexicon_read(const struct ald_embedded *files, struct ald_lexicon **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_lexicon_freep) struct ald_lexicon *lex = ald_alloc(arena, sizeof *lex);
    size_t n = 0;
    lex->arena = arena;
    while (files[n].name)
        n++;
    const struct ald_yaml **roots = ald_calloc(scratch, n, sizeof *roots);
    for (size_t i = 0; i < n; i++) {
        ALD_TRY(ald_yaml_parse(arena, files[i].name, (const char *)files[i].bytes, files[i].size, &roots[i], err));
        if (roots[i]->kind != ALD_YAML_MAP)
            return ald_lexicon_bad(files[i].name, roots[i], err, "expected a map");
        if (!ald_yaml_get(roots[i], "id"))
            ALD_TRY(ald_lexicon_read_language(lex, files[i].name, roots[i], err));
    }
    for (int titled = 1; titled >= 0; titled--) /* a pattern is called what the file with a title says */
        for (size_t i = 0; i < n; i++)
            if (ald_yaml_get(roots[i], "id") && (ald_yaml_get(roots[i], "title") != NULL) == titled)
                ALD_TRY(ald_lexicon_read_pattern(lex, files[i].name, roots[i], err));
    for (size_t i = 0; i < lex->languages_n; i++)
        ald_lexicon_finish(lex, &lex->languages[i]);
    lex->together_of = ald_calloc(arena, lex->parts_n, sizeof *lex->together_of);
    for (size_t i = 0; i < lex->together_n; i++)
        for (uint32_t j = 0; j < lex->together[i].parts_n; j++)
            lex->together_of[lex->together[i].part + j] = (uint32_t)i;
    sort_patterns(lex, scratch);
    *ret = lex;
    lex = NULL;
    return ALD_OK;
}

void ald_lexicon_free(struct ald_lexicon *lexicon)
{
    if (!lexicon)
        return;
    for (size_t i = 0; i < lexicon->languages_n; i++) {
        const struct ald_language *lang = &lexicon->languages[i];
        struct ald_names *const all[] = {lang->symbols, lang->beginning, lang->irregular, lang->stop, lang->contraction, lang->abbreviation, lang->common, lang->after_number};
        for (size_t j = 0; j < sizeof all / sizeof all[0]; j++)
            ald_names_free(all[j]);
    }
    ald_arena_free(lexicon->arena); /* the lexicon itself lies in it */
}

void ald_lexicon_freep(struct ald_lexicon **lexicon)
{
    ald_lexicon_free(*lexicon);
    *lexicon = NULL;
}

size_t ald_lexicon_n(const struct ald_lexicon *lexicon)
{
    return lexicon->patterns_n;
}

const struct ald_pattern *ald_lexicon_at(const struct ald_lexicon *lexicon, size_t i)
{
    return &lexicon->patterns[i];
}

size_t ald_lexicon_find(const struct ald_lexicon *lexicon, const char *id)
{
    for (size_t i = 0; i < lexicon->patterns_n; i++)
        if (strcmp(lexicon->patterns[i].id, id) == 0)
            return i;
    return SIZE_MAX;
}

const struct ald_example *ald_lexicon_examples(const struct ald_lexicon *lexicon, size_t *ret_n)
{
    *ret_n = lexicon->examples_n;
    return lexicon->examples;
}

const char *ald_patterns_known(const struct ald_lexicon *lexicon, char *ret, size_t n)
{
    size_t used = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < lexicon->patterns_n && used < n; i++)
        if (!lexicon->patterns[i].hypothesis)
            used += (size_t)snprintf(ret + used, n - used, "%s%s", used ? ", " : "", lexicon->patterns[i].id);
    return ret;
}
