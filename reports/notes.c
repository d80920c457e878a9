/* Footnotes of a table: see notes.h. */
#include "notes.h"

#include <string.h>

size_t ald_note(struct ald_notes *notes, struct ald_arena *a, const char *text)
{
    for (size_t i = 0; i < notes->n; i++)
        if (strcmp(notes->texts[i], text) == 0)
            return i + 1;
    if (notes->n == ALD_NOTES_MOST)
        return 0;
    notes->texts[notes->n++] = ald_strdup(a, text);
    return notes->n;
}

const char *ald_note_mark(struct ald_arena *a, size_t number)
{
    static const char *const digits[] = {"\xE2\x81\xB0", "\xC2\xB9", "\xC2\xB2", "\xC2\xB3", "\xE2\x81\xB4",
                                         "\xE2\x81\xB5", "\xE2\x81\xB6", "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9"};
    return ald_sprintf(a, "\xE2\x80\x93%s%s", number > 9 ? digits[number / 10 % 10] : "", digits[number % 10]);
}
