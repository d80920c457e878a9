/* Log lines on a stream that the caller owns: "2026-11-20T12:00:00.000Z level=info event=page source=desk rows=100" or one
 * JSON object a line. Below cli only debug is logged. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "alidade/err.h"
#include "alidade/time.h"

enum ald_log_level { ALD_LOG_ERROR, ALD_LOG_WARN, ALD_LOG_INFO, ALD_LOG_DEBUG };

struct ald_log {
    FILE *out;
    enum ald_log_level level; /* lines above it are dropped */
    bool json;
    struct ald_clock clock;
};
/** Whether lines of this level are written; false: what goes into one need not be made. */
bool ald_log_shows(const struct ald_log *log, enum ald_log_level level);
/** fields: NULL-terminated list of key, value string pairs; values are quoted and escaped as needed. NULL log is fine. */
void ald_log_line(const struct ald_log *log, enum ald_log_level level, const char *event, const char *const *fields);
/** The usual form: ald_log(log, ALD_LOG_INFO, "page", "source", name, "rows", rows, NULL). */
void ald_log_kv(const struct ald_log *log, enum ald_log_level level, const char *event, ...) __attribute__((sentinel));
