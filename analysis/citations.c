/* Finds names of incidents in texts: one pass over the bytes, a look-up for each word that could be a key or a number behind
 * "incident", and for each address. Linear in the text. */
#include "analysis/citations.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alidade/limits.h"
#include "alidade/utf8.h"

#define KEY_MAX 200 /* bytes; longer words are no keys */
#define URL_MAX 2000
#define QUOTE_BEFORE 80 /* bytes of text before the name */

void ald_citation_add(struct ald_citation_list *list, const struct ald_analysis *analysis, uint32_t incident, uint32_t by,
                      int64_t at, const char *quote)
{
    const struct ald_incident *inc = &analysis->incidents[incident];
    if (incident == by || at > analysis->as_of || inc->started_at == ALD_TIME_NONE || inc->started_at > analysis->as_of)
        return;
    if (at != ALD_TIME_NONE && at <= inc->started_at) /* nobody cites what has not begun */
        return;
    list->items = ald_grow(list->arena, list->items, list->n, &list->cap, sizeof *list->items);
    list->items[list->n++] = (struct ald_citation){.incident = incident, .by = by, .at = at, .quote = quote};
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == ':' || c == '#';
}

static bool in_url(char c)
{
    return (unsigned char)c > ' ' && !strchr("<>\"'`|\\^{}[]()", c);
}

/* The sentence-sized surroundings of a name, on one line. */
static const char *quote_of(struct ald_arena *arena, const char *text, size_t at)
{
    size_t from = at > QUOTE_BEFORE ? at - QUOTE_BEFORE : 0;
    while (from > 0 && from < at && !isspace((unsigned char)text[from - 1]))
        from++;
    char *quote = ald_strndup(arena, text + from, ald_utf8_prefix(text + from, ALD_MAX_EVIDENCE_CHARS));
    for (char *p = quote; *p; p++)
        if (isspace((unsigned char)*p))
            *p = ' ';
    return quote;
}

struct search {
    struct ald_citation_list *list;
    const struct ald_analysis *analysis;
    const struct ald_handles *handles;
    struct ald_arena *scratch;
    uint32_t by;
    int64_t at;
    const char *text;
};

static void look_up(struct search *s, size_t from, size_t n, enum ald_cited_as as)
{
    bool url = as == ALD_CITED_ADDRESS;
    while (n && strchr(url ? ".,;:!?*" : ".,;:!?-_#", s->text[from + n - 1]))
        n--;
    for (; n && as == ALD_CITED_NUMBER && s->text[from] == '#'; n--)
        from++;
    if (n == 0 || n > (url ? URL_MAX : KEY_MAX))
        return;
    const char *name = ald_strndup(s->scratch, s->text + from, n);
    size_t found = ald_handles_cited(s->handles, name, as, s->scratch);
    if (found == SIZE_MAX)
        return;
    size_t before = s->list->n;
    ald_citation_add(s->list, s->analysis, (uint32_t)found, s->by, s->at, NULL);
    if (s->list->n > before)
        s->list->items[before].quote = quote_of(s->list->arena, s->text, from);
}

static bool url_begins(const char *text)
{
    return *text == 'h' && (strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0);
}

static bool is_one_of(const char *word, size_t n, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strlen(words[i]) == n && strncasecmp(word, words[i], n) == 0)
            return true;
    return false;
}

/* Does a number that comes next name an incident? A bare one could count anything; behind these words it does not. */
static bool announces(const char *word, size_t n, bool already)
{
    static const char *const incident[] = {"incident", "incidents", "incident#", "vorfall", "vorfalls", NULL};
    static const char *const number[] = {"no", "nr", "number", "nummer", "id", "#", "and", "und", NULL};
    while (n && strchr(":-", word[n - 1]))
        n--;
    return is_one_of(word, n, incident) || (already && (is_one_of(word, n, number) || strspn(word, "#0123456789") >= n));
}

void ald_citations_in(struct ald_citation_list *list, const struct ald_analysis *analysis, const struct ald_handles *handles,
                      struct ald_arena *scratch, uint32_t by, int64_t at, const char *text)
{
    struct search s = {list, analysis, handles, scratch, by, at, text};
    bool announced = false;
    for (size_t i = 0; text[i];) {
        size_t from = i;
        bool url = url_begins(text + i), digit = url;
        if (url)
            while (text[i] && in_url(text[i]))
                i++;
        else
            for (; in_word(text[i]) && !url_begins(text + i); i++)
                digit = digit || isdigit((unsigned char)text[i]);
        if (digit)
            look_up(&s, from, i - from, url ? ALD_CITED_ADDRESS : announced ? ALD_CITED_NUMBER : ALD_CITED_KEY);
        if (i > from)
            announced = !url && announces(text + from, i - from, announced);
        else
            announced = announced && strchr(" .,\n", text[i]);
        i += i == from;
    }
}

static int order(const void *a, const void *b)
{
    const struct ald_citation *x = a, *y = b;
    if (x->incident != y->incident)
        return x->incident < y->incident ? -1 : 1;
    if (x->by != y->by)
        return x->by < y->by ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return strcmp(x->quote ? x->quote : "", y->quote ? y->quote : "");
}

static int by_time(const void *a, const void *b)
{
    const struct ald_citation *x = a, *y = b;
    if (x->incident != y->incident)
        return x->incident < y->incident ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return order(a, b);
}

void ald_citations_settle(struct ald_citation_list *list)
{
    size_t n = 0;
    if (list->n)
        qsort(list->items, list->n, sizeof *list->items, order);
    for (size_t i = 0; i < list->n; i++) {
        const struct ald_citation *last = n ? &list->items[n - 1] : NULL;
        if (!last || last->incident != list->items[i].incident || last->by != list->items[i].by ||
            list->items[i].by == ALD_NOBODY)
            list->items[n++] = list->items[i];
    }
    list->n = n;
    if (n)
        qsort(list->items, n, sizeof *list->items, by_time);
}
