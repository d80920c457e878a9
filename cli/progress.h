/* One line of progress on a terminal, nothing elsewhere. */
#pragma once

#include "alidade/ingest.h"
#include "session.h"

/** For struct ald_ingest_opts.progress; ctx is the session. */
void ald_progress_ingest(void *ctx, const struct ald_progress_event *event);
/** "analyzing ..." and the like; NULL clears the line. */
void ald_progress_note(const struct ald_session *session, const char *text);
