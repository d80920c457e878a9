/* Log lines: see log.h. Each line is built whole and written at once, so that lines of several threads do not mix. What
 * a value holds can neither forge a line nor steer a terminal. */
#include "alidade/log.h"

#include <string.h>

#include "alidade/arena.h"
#include "alidade/buf.h"
#include "alidade/json.h"
#include "alidade/utf8.h"

#define MAX_LINE_BYTES (1u << 16)
#define MAX_FIELDS 32

static const char *const level_names[] = {"error", "warn", "info", "debug"};

static bool needs_quotes(const char *s)
{
    for (const char *p = s; *p; p++) {
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || *p == '"' || *p == '=' || *p == '\\')
            return true;
    }
    return !*s;
}

/* One character of a quoted value; s is valid UTF-8. */
static enum ald_rc add_char(struct ald_buf *line, const char *s, size_t len, unsigned code, struct ald_err *err)
{
    if (code == '"' || code == '\\')
        return ald_buf_addf(line, err, "\\%c", (int)code);
    if (code == '\n')
        return ald_buf_adds(line, "\\n", err);
    if (code == '\t')
        return ald_buf_adds(line, "\\t", err);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029)
        return ald_buf_addf(line, err, "\\u%04x", code);
    return ald_buf_add(line, s, len, err);
}

static enum ald_rc add_value(struct ald_buf *line, const char *s, struct ald_err *err)
{
    if (!needs_quotes(s))
        return ald_buf_adds(line, s, err);
    ALD_TRY(ald_buf_adds(line, "\"", err));
    for (size_t n = strlen(s); n > 0;) {
        unsigned code;
        size_t len = ald_utf8_next(s, n, &code);
        ALD_TRY(add_char(line, s, len, code, err));
        s += len;
        n -= len;
    }
    return ald_buf_adds(line, "\"", err);
}

static enum ald_rc add_text(struct ald_buf *line, const char *const *pairs, struct ald_err *err)
{
    for (const char *const *p = pairs; *p; p += 2) {
        if (p != pairs) { /* the time stands first and without its name */
            ALD_TRY(ald_buf_addf(line, err, " %s=", p[0]));
        }
        ALD_TRY(add_value(line, p[1], err));
    }
    return ald_buf_adds(line, "\n", err);
}

static enum ald_rc add_json(struct ald_buf *line, const char *const *pairs, struct ald_err *err)
{
    struct ald_jw w;
    ald_jw_init(&w, ald_json_sink_buf(line), 0);
    ald_jw_object(&w);
    for (const char *const *p = pairs; *p; p += 2) {
        ald_jw_key(&w, p[0]);
        ald_jw_str(&w, p[1]);
    }
    ald_jw_object_end(&w);
    ald_jw_newline(&w);
    return ald_jw_finish(&w, err);
}

bool ald_log_shows(const struct ald_log *log, enum ald_log_level level)
{
    return log && log->out && level <= log->level;
}

void ald_log_line(const struct ald_log *log, enum ald_log_level level, const char *event, const char *const *fields)
{
    if (!ald_log_shows(log, level))
        return;
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    char now[32];
    struct ald_clock clock = log->clock.now_ms ? log->clock : ald_clock_system();
    const char *pairs[2 * (3 + MAX_FIELDS) + 1] = {
        "time", ald_time_format(clock.now_ms(clock.ctx), now), "level", level_names[level], "event", event};
    size_t n = 6;
    for (; fields && fields[0] && n < 2 * (3 + MAX_FIELDS); fields += 2) {
        pairs[n++] = fields[0];
        pairs[n++] = fields[1] ? ald_utf8_repair(scratch, fields[1], strlen(fields[1]), NULL) : "";
    }
    ALD_CLEANUP(ald_buf_done) struct ald_buf line;
    ald_buf_init(&line, MAX_LINE_BYTES);
    enum ald_rc rc = log->json ? add_json(&line, pairs, NULL) : add_text(&line, pairs, NULL);
    if (rc != ALD_OK) { /* too long: the event at least is told */
        const char *dropped[] = {pairs[0], pairs[1], pairs[2],   pairs[3], pairs[4],
                                 pairs[5], "fields", "too long", NULL};
        ald_buf_clear(&line);
        rc = log->json ? add_json(&line, dropped, NULL) : add_text(&line, dropped, NULL);
    }
    /* Nobody can be told that the log itself failed. */
    if (rc == ALD_OK) {
        (void)fwrite(line.data, 1, line.len, log->out);
        (void)fflush(log->out);
    }
}

void ald_log_kv(const struct ald_log *log, enum ald_log_level level, const char *event, ...)
{
    const char *fields[2 * MAX_FIELDS + 1] = {NULL};
    va_list args;
    va_start(args, event);
    for (size_t n = 0; n < 2 * MAX_FIELDS; n += 2) {
        fields[n] = va_arg(args, const char *);
        if (!fields[n])
            break;
        fields[n + 1] = va_arg(args, const char *);
    }
    va_end(args);
    fields[2 * MAX_FIELDS] = NULL;
    ald_log_line(log, level, event, fields);
}
