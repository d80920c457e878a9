/* Building lists of sentences that carry their figures. */
#pragma once

#include "alidade/change.h"
#include "alidade/report.h"

enum { ALD_FEW_USUAL = 10, ALD_USUAL_LEAST = 30 }; /* of fewer nothing is usual; from fewer earlier ones nothing is known to be */

struct ald_sentences {
    struct ald_arena *a;
    const char **items;
    size_t n, cap;
};
/** Adds a sentence; NULL adds nothing. The text is not copied. */
void ald_sentence_add(struct ald_sentences *t, const char *sentence);
/** All of them, NULL-terminated. */
const char *const *ald_sentences_end(struct ald_sentences *t);
size_t ald_sentences_n(const char *const *sentences);
/** ", 3 of these still open", of so many; "" where none is. */
const char *ald_still_open(struct ald_arena *a, size_t open, size_t of);
/** "none", "1", "2,575". */
const char *ald_none_or(struct ald_arena *a, size_t n);
/** A factor as people read it: two figures, "0.14", "2.2", "140". */
const char *ald_times(struct ald_arena *a, double factor);
/** How long compared with what came before: "2.2 times as long as before (1.2 to 4.6, allowing for chance)", "86 % less time than before (54 % to
    95 % less, ...)" where the interval too is below 1; not `plain`: "(95 % interval 1.2 to 4.6)". */
const char *ald_as_long(struct ald_arena *a, double ratio, const struct ald_interval *ci, const char *than, bool plain);
/** A time beside another: "43 % longer", "20 % less", "2.5 times as long", "as long". */
const char *ald_longer(struct ald_arena *a, double factor);
/** "43 % longer than before (anything from 0.8 to 2.5 times as long fits)"; ci: may be absent. */
const char *ald_took(struct ald_arena *a, double ratio, const struct ald_interval *ci, const char *than);
/** What would be noticed: "44 % less or 78 % longer": the same distance both ways. */
const char *ald_noticed(struct ald_arena *a, double reduction);
/** The same as a clause: "with this many, only a change like 44 % less or 78 % longer would likely show". */
const char *ald_noticed_only(struct ald_arena *a, double reduction);
/** What is to be expected: "usual: about 7", "usual: less than 1". */
const char *ald_usual(struct ald_arena *a, double expected);
/** How many of n readings would be as `part` of the earlier ones were; below 0: nothing is usual. */
double ald_usual_of(const struct ald_usual *usual, size_t part, size_t n);
/** " (usual: about 5, 32, 2)": of n readings shorter, typical and longer; "" where nothing is usual. */
const char *ald_usual_readings(struct ald_arena *a, const struct ald_usual *usual, size_t n);
/** The text with its first letter as a sentence begins. */
const char *ald_capital(struct ald_arena *a, const char *text);
/** "1 incident", "7 incidents". */
const char *ald_many(struct ald_arena *a, size_t n, const char *one, const char *more);
/** "24 to 39"; "24" where both are the same. */
const char *ald_from_to(struct ald_arena *a, size_t least, size_t most);
/** A duration in ms as people say it: "2 h 20 min". */
const char *ald_span(struct ald_arena *a, double ms);
/** The same of the least of several: shown no longer than it is, so that "or more" may follow. */
const char *ald_span_least(struct ald_arena *a, int64_t ms);
/** Whole words of a title, at most so many characters, with an ellipsis where there were more. */
const char *ald_title_start(struct ald_arena *a, const char *title, size_t most);
/** How a sentence calls an incident: by its key; by its title, quoted, where the key is an identifier that nobody says ("fr6wzzpg0bsv"). */
const char *ald_called(struct ald_arena *a, const char *key, const char *title);
/** Whether a key is such an identifier: letters and digits mixed, as machines draw them. */
bool ald_key_is_drawn(const char *key);
