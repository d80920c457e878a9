/* Footnotes of a table: why values are not there, each reason once, by number. */
#pragma once

#include "alidade/arena.h"

#define ALD_NOTES_MOST 40
struct ald_notes {
    const char *texts[ALD_NOTES_MOST];
    size_t n;
};

/** Number of the note with this text, from 1; 0 when there are too many. The text is copied where it is new. */
size_t ald_note(struct ald_notes *notes, struct ald_arena *a, const char *text);
/** A dash with the number as superscript digits: what stands in a cell that has no markup. Arena-owned. */
const char *ald_note_mark(struct ald_arena *a, size_t number);
