/* From text to words: sentences, words in lower case, marks between them. Knows no language and no rule. Private to
 * analysis. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALD_WORD_BYTES 48 /* longer ones are nobody's word: ids, encoded data */

enum ald_word_mark { ALD_MARK_NONE, ALD_MARK_COMMA, ALD_MARK_COLON, ALD_MARK_STRONG }; /* strong: ; ( ) and dashes */
struct ald_word {
    char text[ALD_WORD_BYTES]; /* lower case, apostrophes as '; "" for a word that is too long */
    size_t len, from, to;      /* bytes in the text */
    bool number, upper;        /* upper: began with a capital */
    uint8_t mark;              /* before it */
};
struct ald_words {
    const char *text;
    size_t n, at;
    bool dot;      /* a full stop followed by white space stands before the next word: a sentence may end here */
    bool stop;     /* a sentence surely ends before the next word */
    bool question; /* ... and it ended with a question mark */
    uint8_t mark;
};
/** Stands before the first word of n bytes of text, which must outlive it. */
void ald_words_begin(struct ald_words *words, const char *text, size_t n);
/** Next word; dot, stop and question say what stood before it (at the end: before the end). */
bool ald_words_next(struct ald_words *words, struct ald_word *ret);
