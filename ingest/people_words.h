/* Texts as words: what people_names.c and people_text.c share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALD_NAME_WORDS_MAX 16u /* of a name; what follows is not compared */
#define ALD_NAME_BYTES_MAX 256u

enum ald_glyph { ALD_GAP, ALD_LETTER, ALD_WHOLE /* a word by itself: scripts without blanks */ };
/** Kind and length of the code point at s. */
size_t ald_glyph_at(const char *s, size_t n, enum ald_glyph *ret);
/** What a byte is by itself: 0 parts words, 1 is a letter or digit, 2 an underscore; bytes beyond ASCII are 0 here. */
extern const unsigned char ald_word_bytes_are[256];
/** Behind the ASCII of the word at s[at]; *ret_are: what its bytes are, joined. */
static inline size_t ald_word_ascii(const char *s, size_t n, size_t at, unsigned *ret_are)
{
    unsigned are = 0, is;
    for (; at < n && (is = ald_word_bytes_are[(unsigned char)s[at]]); at++)
        are |= is;
    *ret_are = are;
    return at;
}
/** Behind the ASCII that parts words and means nothing else at s[at]: not '%', '&', '\\', '@' and '['. */
size_t ald_gap_end(const char *s, size_t n, size_t at);
/** End of the word that begins at s[at]; at itself when none does. */
size_t ald_word_end(const char *s, size_t n, size_t at);

/** Words of a text in the form in which names are compared. */
struct ald_words {
    char text[ALD_NAME_BYTES_MAX];
    size_t words_n;
    size_t ends[ALD_NAME_WORDS_MAX];    /* bytes of text up to the end of each word */
    size_t sources[ALD_NAME_WORDS_MAX]; /* where each word ends in the source */
};
/** Adds the word s[from..to). False when it does not fit any more. */
bool ald_words_add(struct ald_words *w, const char *s, size_t from, size_t to, bool apart);
/** Reads on behind the words so far, until want words are there, the text ends, or more than max_gap code points stand
 *  between two words. */
void ald_words_more(struct ald_words *w, const char *s, size_t n, size_t want, size_t max_gap);
/** False for accounts and placeholders that are nobody, everyday words of texts that we want to keep readable, and what holds no letter. */
bool ald_words_of_somebody(const char *words, size_t n);

struct ald_email_span {
    size_t from, to; /* from == SIZE_MAX: none */
};
/** Whether the '@' at s[sign] stands in an e-mail address. */
bool ald_email_around(const char *s, size_t n, size_t sign);
/** The first e-mail address in s[low..n). */
struct ald_email_span ald_next_email(const char *s, size_t n, size_t low);
