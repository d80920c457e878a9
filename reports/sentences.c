/* Lists of sentences: see sentences.h. */
#include "sentences.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "words.h"

void ald_sentence_add(struct ald_sentences *t, const char *sentence)
{
    if (!sentence)
        return;
    t->items = ald_grow(t->a, t->items, t->n, &t->cap, sizeof *t->items);
    t->items[t->n++] = sentence;
}

const char *const *ald_sentences_end(struct ald_sentences *t)
{
    t->items = ald_grow(t->a, t->items, t->n, &t->cap, sizeof *t->items); /* new room is NULL */
    return t->items;
}

size_t ald_sentences_n(const char *const *sentences)
{
    size_t n = 0;
    while (sentences[n])
        n++;
    return n;
}

const char *ald_capital(struct ald_arena *a, const char *text)
{
    char *copy = ald_strdup(a, text);
    if (copy[0] >= 'a' && copy[0] <= 'z')
        copy[0] = (char)(copy[0] - 'a' + 'A');
    return copy;
}

const char *ald_many(struct ald_arena *a, size_t n, const char *one, const char *more)
{
    return ald_sprintf(a, "%s %s", ald_words_count(a, (int64_t)n), n == 1 ? one : more);
}

const char *ald_none_or(struct ald_arena *a, size_t n)
{
    return n ? ald_words_count(a, (int64_t)n) : "none";
}

const char *ald_times(struct ald_arena *a, double factor)
{
    return ald_sprintf(a, factor < 10 ? "%.2g" : "%.0f", factor); /* else 140 would be 1.4e+02 */
}

/* A share of the time that is no longer needed: never none and never all of it. */
static double less(double factor)
{
    return fmin(fmax(round(100 * (1 - factor)), 1), 99);
}

const char *ald_as_long(struct ald_arena *a, double ratio, const struct ald_interval *ci, const char *than, bool plain)
{
    bool shorter = ratio < 1 && (!ci->has || ci->high < 1);
    const char *what = shorter ? ald_sprintf(a, "%.0f %% less time than %s", less(ratio), than)
                               : ald_sprintf(a, "%s times as long as %s", ald_times(a, ratio), than);
    if (!ci->has)
        return what;
    const char *within = shorter ? ald_sprintf(a, "%.0f %% to %.0f %% less", less(ci->high), less(ci->low))
                                 : ald_sprintf(a, "%s to %s", ald_times(a, ci->low), ald_times(a, ci->high));
    return plain ? ald_sprintf(a, "%s (%s, allowing for chance)", what, within) : ald_sprintf(a, "%s (95 %% interval %s)", what, within);
}

/* Below this factor a time is said as so many per cent more. */
#define TWICE 1.995

const char *ald_longer(struct ald_arena *a, double factor)
{
    if (fabs(factor - 1) < 0.005)
        return "as long";
    if (factor < 1)
        return ald_sprintf(a, "%.0f %% less", less(factor));
    return factor < TWICE ? ald_sprintf(a, "%.0f %% longer", 100 * (factor - 1)) : ald_sprintf(a, "%s times as long", ald_times(a, factor));
}

const char *ald_took(struct ald_arena *a, double ratio, const struct ald_interval *ci, const char *than)
{
    bool by_share = fabs(ratio - 1) >= 0.005 && ratio < TWICE;
    const char *took = ald_sprintf(a, "%s%s %s %s", ald_longer(a, ratio), by_share && ratio < 1 ? " time" : "", by_share ? "than" : "as", than);
    return ci->has ? ald_sprintf(a, "%s (anything from %s to %s times as long fits)", took, ald_times(a, ci->low), ald_times(a, ci->high)) : took;
}

const char *ald_noticed(struct ald_arena *a, double reduction)
{
    return ald_sprintf(a, "%.0f %% less or %s", 100 * reduction, ald_longer(a, 1 / (1 - fmin(reduction, 0.999))));
}

const char *ald_noticed_only(struct ald_arena *a, double reduction)
{
    return ald_sprintf(a, "with this many, only a change like %s would likely show", ald_noticed(a, reduction));
}

const char *ald_usual(struct ald_arena *a, double expected)
{
    return expected < 0.5 ? "usual: less than 1" : ald_sprintf(a, "usual: about %s", ald_words_count(a, llround(expected)));
}

const char *ald_still_open(struct ald_arena *a, size_t open, size_t of)
{
    if (!open)
        return "";
    return open < of ? ald_sprintf(a, ", %s of these still open", ald_words_count(a, (int64_t)open)) : of == 1 ? ", which is still open" : ", all still open";
}

double ald_usual_of(const struct ald_usual *usual, size_t part, size_t n)
{
    return n < ALD_FEW_USUAL || usual->n < ALD_USUAL_LEAST ? -1 : (double)part / (double)usual->n * (double)n;
}

const char *ald_usual_readings(struct ald_arena *a, const struct ald_usual *usual, size_t n)
{
    if (ald_usual_of(usual, 0, n) < 0)
        return "";
    const size_t parts[] = {usual->shorter, usual->typical, usual->longer};
    const char *said = "";
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        said = ald_sprintf(a, "%s%s%s", said, i ? ", " : "", ald_words_count(a, llround(ald_usual_of(usual, parts[i], n))));
    return ald_sprintf(a, " (usual: about %s)", said);
}

const char *ald_from_to(struct ald_arena *a, size_t least, size_t most)
{
    const char *low = ald_words_count(a, (int64_t)least);
    return least == most ? low : ald_sprintf(a, "%s to %s", low, ald_words_count(a, (int64_t)most));
}

const char *ald_span(struct ald_arena *a, double ms)
{
    char buf[32];
    return ald_strdup(a, ald_duration_format(llround(ms), buf));
}

const char *ald_span_least(struct ald_arena *a, int64_t ms)
{
    int64_t step = ms >= ALD_DAY_MS ? ALD_HOUR_MS : ms >= 10 * ALD_MINUTE_MS ? ALD_MINUTE_MS : ALD_SECOND_MS;
    return ald_span(a, (double)(ms - ms % step));
}

const char *ald_title_start(struct ald_arena *a, const char *title, size_t most)
{
    const char *line = ald_words_line(a, title, 2 * most), *cut = ald_words_line(a, title, most);
    if (strcmp(line, cut) == 0)
        return line;
    size_t n = strlen(cut);
    while (n && cut[n - 1] != ' ')
        n--;
    while (n && strchr(" ,;:-", cut[n - 1]))
        n--;
    return !n ? cut : ald_sprintf(a, "%.*s\xe2\x80\xa6", (int)n, cut);
}

bool ald_key_is_drawn(const char *key)
{
    enum { LEAST = 10, UUID = 36, TURNS = 2 };
    size_t n = strlen(key), turns = 0;
    for (const char *c = key; *c; c++) {
        if (!isalnum((unsigned char)*c) && !(*c == '-' && n == UUID))
            return false;
        turns += c > key && isdigit((unsigned char)*c) != isdigit((unsigned char)c[-1]);
    }
    return n >= LEAST && turns >= TURNS;
}

const char *ald_called(struct ald_arena *a, const char *key, const char *title)
{
    enum { TITLE_MOST = 48 };
    return title && *title && ald_key_is_drawn(key) ? ald_sprintf(a, "\"%s\"", ald_title_start(a, title, TITLE_MOST)) : key;
}
