/* What recording.c and recording_page.c share. */
#pragma once

#include "alidade/buf.h"
#include "http.h"
#include "recording.h"

/** The text of a page file. line: the request. */
ALD_CHECK enum ald_rc ald_recorded_write(const struct ald_recorded *page, const char *line, struct ald_arena *arena,
                                         struct ald_buf *out, struct ald_err *err);
/** Reads a page file, which must answer line. text is cut into pieces. @return ALD_ERR_FORMAT. */
ALD_CHECK enum ald_rc ald_recorded_read(char *text, size_t n, const char *line, struct ald_arena *arena,
                                        struct ald_recorded *ret, struct ald_err *err);
