/* alidade review: notes a review meeting or write-up, lists those that are known. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "export.h"
#include "named.h"

static enum ald_rc flag_of(const char *option, const char *word, int *ret, struct ald_err *err)
{
    *ret = -1;
    if (!word)
        return ALD_OK;
    if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0)
        return ald_fail(err, ALD_ERR_USAGE, "--%s: found '%.40s', expected yes or no", option, word);
    *ret = strcmp(word, "yes") == 0;
    return ALD_OK;
}

static enum ald_rc note(struct ald_session *s, const char *incident, int64_t held, int involved, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    ALD_TRY(ald_q_open(s->store, "cli_review_note", &q, err));
    ald_q_text(q, 1, ALD_SOURCE_PEOPLE);
    ald_q_text(q, 2, incident);
    ald_q_time(q, 3, held);
    ald_q_text(q, 4, s->options.url);
    ald_q_time(q, 5, involved < 0 ? ALD_TIME_NONE : involved);
    ald_q_text(q, 6, s->options.surprise);
    ald_q_text(q, 7, s->options.risk);
    ald_q_time(q, 8, s->clock.now_ms(s->clock.ctx));
    ALD_TRY(ald_q_run(q, err));
    return ald_store_touch(s->store, err);
}

static enum ald_rc check_words(const struct ald_session *s, struct ald_err *err)
{
    const struct ald_options *o = &s->options;
    if (o->args_n != 2)
        return ald_fail(err, ALD_ERR_USAGE, "review of what? expected alidade review add INCIDENT [--held TIME] [--url URL]");
    if (!o->held && !o->url && !o->facilitator && !o->surprise && !o->risk)
        return ald_fail(err, ALD_ERR_USAGE, "a review is a meeting or a write-up: give --held TIME, --url URL, or both");
    if (o->url && strncmp(o->url, "http://", 7) != 0 && strncmp(o->url, "https://", 8) != 0)
        return ald_fail(err, ALD_ERR_USAGE, "--url: found '%.60s', expected an address that begins with http:// or https://", o->url);
    if ((o->surprise || o->risk) && !s->config.settings.free_text)
        return ald_fail(err, ALD_ERR_USAGE, "--surprise and --risk are people's words, which free_text: off does not store");
    return ALD_OK;
}

/* A meeting about what had not begun yet is a date typed wrong. */
static enum ald_rc check_held(struct ald_session *s, const char *record, int64_t held, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    char at[32];
    if (held == ALD_TIME_NONE)
        return ALD_OK;
    ALD_TRY(ald_q_open(s->store, "cli_record_began", &q, err));
    ald_q_text(q, 1, record);
    ALD_TRY(ald_q_step(q, &row, err));
    int64_t began = row ? ald_q_col_time(q, 0) : ALD_TIME_NONE;
    if (began == ALD_TIME_NONE || held >= began)
        return ALD_OK;
    return ald_fail(err, ALD_ERR_UNKNOWN, "--held: found %.40s, but the incident began later, at %s", s->options.held, ald_time_format(began, at));
}

static enum ald_rc add(struct ald_session *s, struct ald_err *err)
{
    const char *incident = NULL;
    const char *title = NULL;
    int64_t held = ALD_TIME_NONE;
    int involved = -1;
    ALD_TRY(check_words(s, err));
    ALD_TRY(ald_session_time(s, "held", s->options.held, &held, err));
    ALD_TRY(flag_of("facilitator-involved", s->options.facilitator, &involved, err));
    ALD_TRY(ald_named_record(s, s->options.args[1], &incident, &title, err));
    ALD_TRY(check_held(s, incident, held, err));
    ALD_TRY(ald_named_words(s, &s->options.url, err));
    ALD_TRY(ald_named_words(s, &s->options.surprise, err));
    ALD_TRY(ald_named_words(s, &s->options.risk, err));
    ALD_TRY(ald_store_begin(s->store, err));
    ALD_TRY(note(s, incident, held, involved, err));
    ALD_TRY(ald_store_commit(s->store, err));
    (void)printf("noted: review of %s  %s%s\n", ald_shown(s, incident), ald_shown(s, title),
                 held > s->clock.now_ms(s->clock.ctx) ? "  (the meeting is still to come: it counts from then on)" : "");
    return ALD_OK;
}

static enum ald_rc list_text(struct ald_session *s, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_zone *ALD_CLEANUP(ald_zone_freep) zone = NULL;
    bool row = false;
    size_t n = 0;
    ALD_TRY(ald_zone_load(s->config.settings.timezone, &zone, err));
    ALD_TRY(ald_q_open(s->store, "cli_review_list", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        int64_t held = ald_q_col_time(q, 0);
        const char *url = ald_q_col_text(q, 3);
        const char *when = "no meeting";
        if (held != ALD_TIME_NONE) {
            const struct ald_civil day = ald_zone_civil(zone, held); /* the day that people gave */
            when = ald_sprintf(s->arena, "%04lld-%02d-%02d", (long long)day.year, day.month, day.day);
        }
        (void)printf("%s  %-12s %s\n            %s%s\n", when, ald_shown(s, ald_q_col_text(q, 1)),
                     ald_q_col_int(q, 4) ? "(no incident of the store is called so)" : ald_shown(s, ald_q_col_text(q, 2)),
                     url ? ald_shown(s, url) : "no write-up", held != ALD_TIME_NONE && held > s->clock.now_ms(s->clock.ctx) ? "; still to come" : "");
        n++;
        ALD_TRY(ald_q_step(q, &row, err));
    }
    ald_say(s, n == 1 ? "%zu review" : "%zu reviews", n);
    return ALD_OK;
}

static enum ald_rc list(struct ald_session *s, struct ald_err *err)
{
    if (s->options.args_n != 1)
        return ald_fail(err, ALD_ERR_USAGE, "'alidade review list' takes no more, found '%.40s'", s->options.args[1]);
    if (!s->options.json)
        return list_text(s, err);
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_export x = {.out = stdout, .scratch = scratch, .w = ald_alloc(s->arena, sizeof *x.w), .store = s->store};
    ald_jw_init(x.w, ald_json_sink_file(stdout), 0);
    ALD_TRY(ald_export_said(&x, "reviews", err));
    return ald_jw_finish(x.w, err);
}

enum ald_rc ald_cmd_review(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    const char *verb = s->options.args_n ? s->options.args[0] : "";
    (void)ret_code;
    if (strcmp(verb, "add") == 0)
        return add(s, err);
    if (strcmp(verb, "list") == 0)
        return list(s, err);
    if (!*verb)
        return ald_fail(err, ALD_ERR_USAGE, "expected review add INCIDENT [--held TIME] [--url URL], or review list");
    return ald_fail(err, ALD_ERR_USAGE, "review: found '%.40s', expected add or list", verb);
}
