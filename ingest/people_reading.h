/* Ways to read a text in which names are looked for: as it stands, with the escapes of addresses, pages and documents read as what they
 * stand for ("Jane%20Doe", "jane%40x.org", "Jane&nbsp;Doe", "Jos\u00e9" in a text that is itself a document), and with underscores read as
 * blanks ("Jane_Doe.pdf"). What is found is replaced in the text as it stands. Knows no names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alidade/buf.h"

enum ald_reading_kind { ALD_READ_ESCAPES, ALD_READ_PLAIN, ALD_READ_PARTED };

struct ald_reading {
    const char *s; /* as it is read: valid UTF-8, n bytes and a NUL */
    size_t n;
    /* private: */
    const char *source;
    enum ald_reading_kind kind;
    size_t source_n, at, source_at;
    struct ald_buf buf;
};

/** True when an escape begins with the first of the n > 0 bytes. */
bool ald_reading_begins(const char *s, size_t n);
/** Reads the n bytes of a text, which must outlive it; always end with _done.
 *  @return false when this way of reading finds nothing that the plain one does not. */
bool ald_reading_begin(struct ald_reading *r, enum ald_reading_kind kind, const char *source, size_t n);
/** Where in the source the character stands that begins at s[at]; at must not be less than in the call before. */
size_t ald_reading_source(struct ald_reading *r, size_t at);
void ald_reading_done(struct ald_reading *r);
