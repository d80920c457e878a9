/* Helpers that commands share: times, periods, talk. */
#include "session.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alidade/utf8.h"

int ald_worse_code(int a, int b)
{
    static const int order[] = {2, 1, 4, 3};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return 0;
}

enum ald_rc ald_session_configure(struct ald_session *session, struct ald_err *err)
{
    ALD_TRY(ald_config_load(session->arena, session->options.config, &session->config, err));
    if (session->options.store) {
        session->config.store = session->options.store;
        session->config.key_path = ald_sprintf(session->arena, "%s.key", session->options.store);
    }
    return ALD_OK;
}

enum ald_rc ald_session_time(const struct ald_session *session, const char *option, const char *value, int64_t *ret, struct ald_err *err)
{
    *ret = ALD_TIME_NONE;
    if (!value)
        return ALD_OK;
    if (!ald_time_parse(value, strlen(value), ret))
        return ald_fail(err, ALD_ERR_USAGE, "--%s: found '%.60s', expected a date or time such as 2026-07-01 or 2026-07-01T00:00:00Z",
                        option, value);
    const size_t day_chars = strlen("2026-07-01");
    const bool written_as_date = value[4] == '-';
    if (written_as_date && !strpbrk(value + day_chars, "Zz+-")) { /* what names no zone is in the configured one */
        struct ald_zone *ALD_CLEANUP(ald_zone_freep) zone = NULL;
        ALD_TRY(ald_zone_load(session->config.settings.timezone ? session->config.settings.timezone : "UTC", &zone, err));
        struct ald_civil local = ald_civil_from_ms(*ret);
        *ret = strlen(value) == day_chars ? ald_zone_day_start(zone, ald_days_from_civil(local.year, local.month, local.day))
                                          : ald_zone_instant(zone, &local);
    }
    return ALD_OK;
}

enum ald_rc ald_session_as_of(const struct ald_session *session, int64_t *ret, struct ald_err *err)
{
    int64_t at = ALD_TIME_NONE;
    ALD_TRY(ald_session_time(session, "as-of", session->options.as_of, &at, err));
    if (at == ALD_TIME_NONE)
        at = session->clock.now_ms(session->clock.ctx);
    *ret = at - at % ALD_SECOND_MS;
    return ALD_OK;
}

enum ald_rc ald_session_period(const struct ald_session *session, const struct ald_calendar *calendar, int64_t as_of,
                               struct ald_period *ret, struct ald_err *err)
{
    const char *text = session->options.period ? session->options.period : "last-quarter";
    return ald_period_parse(session->arena, calendar, text, as_of, ret, err);
}

enum ald_rc ald_session_check_period(const struct ald_session *session, int64_t *ret_as_of, struct ald_err *err)
{
    struct ald_zone *ALD_CLEANUP(ald_zone_freep) zone = NULL;
    struct ald_period period;
    ALD_TRY(ald_session_as_of(session, ret_as_of, err));
    ALD_TRY(ald_zone_load(session->config.settings.timezone, &zone, err));
    const struct ald_calendar calendar = ald_settings_calendar(&session->config.settings, zone);
    return ald_session_period(session, &calendar, *ret_as_of, &period, err);
}

enum ald_rc ald_session_analysis(struct ald_session *session, struct ald_analysis **ret, struct ald_err *err)
{
    int64_t as_of = 0;
    ALD_TRY(ald_session_check_period(session, &as_of, err));
    return ald_analysis_run(session->store, &session->config.settings, as_of, ret, err);
}

enum ald_rc ald_session_incidents(struct ald_session *session, struct ald_analysis **ret, struct ald_err *err)
{
    int64_t as_of = 0;
    ALD_TRY(ald_session_check_period(session, &as_of, err));
    return ald_analysis_link(session->store, &session->config.settings, as_of, ret, err);
}

/* With another key the same people would get other pseudonyms, and count as new ones. */
enum ald_rc ald_session_check_key(const struct ald_session *s, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    if (s->options.dry_run || access(s->config.key_path, F_OK) == 0)
        return ALD_OK;
    ALD_TRY(ald_q_open(s->store, "cli_any_person", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    if (!row)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_CONFIG,
                    "key file '%s' is missing, but store '%s' holds pseudonyms that were made with it: put it back (without it, begin "
                    "a new store)",
                    s->config.key_path, s->config.store);
}

enum ald_rc ald_session_key(struct ald_session *session, struct ald_key *ret, struct ald_err *err)
{
    bool known;
    ALD_TRY(ald_session_check_key(session, err));
    ALD_TRY(ald_key_load(session->config.key_path, ret, err));
    enum ald_rc rc = ald_store_check_key(session->store, ret, session->config.key_path, &known, err);
    if (rc != ALD_OK)
        ald_key_wipe(ret);
    return rc;
}

/* What embeds, overrides or isolates a direction of writing (U+202A to U+202E, U+2066 to U+2069) would turn what stands behind a title, too. */
static void stay_in_line(char *text)
{
    for (char *c = text; (c = strchr(c, '\xE2')); c++) {
        const unsigned char second = (unsigned char)c[1], third = second ? (unsigned char)c[2] : 0;
        if ((second == 0x80 && third >= 0xAA && third <= 0xAE) || (second == 0x81 && third >= 0xA6 && third <= 0xA9))
            memcpy(c, ALD_UTF8_REPLACEMENT, sizeof ALD_UTF8_REPLACEMENT - 1);
    }
}

const char *ald_shown_by(struct ald_arena *arena, const char *text)
{
    char *shown = ald_utf8_printable(arena, text ? text : "", false);
    stay_in_line(shown);
    return shown;
}

const char *ald_shown(const struct ald_session *session, const char *text)
{
    return ald_shown_by(session->arena, text);
}

const char *ald_after_name(const char *text, const char *name)
{
    size_t n = strlen(name);
    return n && strncmp(text, name, n) == 0 && strncmp(text + n, ": ", 2) == 0 ? text + n + 2 : text;
}

void ald_say(const struct ald_session *session, const char *fmt, ...)
{
    if (session->options.quiet)
        return;
    va_list args;
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    (void)fputc('\n', stderr);
    va_end(args);
}
