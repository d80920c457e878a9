/* alidade list: the incidents of a period, one line each. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alidade/patterns.h"
#include "alidade/report.h"
#include "alidade/utf8.h"
#include "commands.h"

static enum ald_rc class_of(const char *name, int *ret, struct ald_err *err)
{
    *ret = ALD_INCIDENT;
    if (!name)
        return ALD_OK;
    if (strcmp(name, "all") == 0) {
        *ret = -1;
        return ALD_OK;
    }
    for (int c = 0; c < ALD_CLASS_N; c++)
        if (strcmp(name, ald_class_name((enum ald_class)c)) == 0) {
            *ret = c;
            return ALD_OK;
        }
    return ald_fail(err, ALD_ERR_USAGE, "--class: found '%.40s', expected incident, noise, exercise, planned, near_miss, merged or all", name);
}

static bool on_service(const struct ald_analysis *an, const struct ald_incident *inc, const char *service)
{
    for (size_t i = 0; i < inc->services_n; i++)
        if (strcmp(an->services[inc->services[i].name], service) == 0)
            return true;
    return service == NULL;
}

static const char *reading_word(const struct ald_measure *m)
{
    static const char *const words[] = {[ALD_SHORTER] = "shorter", [ALD_TYPICAL] = "typical", [ALD_LONGER] = "longer", [ALD_STILL_OPEN] = "open"};
    return m->shown < 0 ? "none" : words[m->reading[m->shown].verdict];
}

static enum ald_rc check_reading(const char *word, struct ald_err *err)
{
    static const char *const words[] = {"shorter", "typical", "longer", "open", "none"};
    for (size_t i = 0; word && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i]) == 0)
            return ALD_OK;
    return word ? ald_fail(err, ALD_ERR_USAGE, "--reading: found '%.40s', expected shorter, typical, longer, open or none", word) : ALD_OK;
}

/* *ret SIZE_MAX: any. */
static enum ald_rc pattern_of(const struct ald_analysis *an, const char *id, size_t *ret, struct ald_err *err)
{
    const struct ald_lexicon *lex = ald_analysis_lexicon(an);
    *ret = id ? ald_lexicon_find(lex, id) : SIZE_MAX;
    if (!id || (*ret != SIZE_MAX && !ald_lexicon_at(lex, *ret)->hypothesis))
        return ALD_OK;
    char known[400];
    return ald_fail(err, ALD_ERR_USAGE, "--pattern: found '%.40s', expected one of: %s", id, ald_patterns_known(lex, known, sizeof known));
}

static bool wanted(const struct ald_session *s, const struct ald_analysis *an, size_t i, int cls, size_t pattern, const struct ald_period *period)
{
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_options *o = &s->options;
    if (inc->started_at < period->start || inc->started_at >= period->end || (cls >= 0 && (int)inc->cls != cls))
        return false;
    if (o->service && !on_service(an, inc, o->service))
        return false;
    if (o->team && (inc->first_team == ALD_NOBODY || strcmp(an->teams[inc->first_team], o->team) != 0))
        return false;
    if (pattern != SIZE_MAX) {
        const struct ald_match *match = ald_match_of(an, i, pattern);
        if (!match || match->tag == ALD_TAG_REJECTED)
            return false;
    }
    return !o->reading || strcmp(o->reading, reading_word(ald_measure_at(an, i))) == 0;
}

static void print_line(struct ald_session *s, const struct ald_analysis *an, size_t i)
{
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_measure *m = ald_measure_at(an, i);
    struct ald_civil at = ald_zone_civil(an->zone, inc->started_at);
    char span[32] = "";
    if (inc->duration_ms != ALD_TIME_NONE)
        (void)ald_duration_format(inc->duration_ms, span);
    const char *length = *span ? span : inc->state == ALD_OPEN ? "open" : inc->impossible ? "impossible" : inc->zero_length ? "no length" : "end?";
    const char *title = ald_shown(s, inc->title);
    size_t cut = ald_utf8_prefix(title, 60);
    (void)printf("%04lld-%02d-%02d %02d:%02d  %-16s %12s  %-39s  %.*s%s\n", (long long)at.year, at.month, at.day, at.hour, at.minute,
                 ald_shown(s, inc->key),
                 length, m->shown < 0 ? (inc->cls == ALD_INCIDENT ? "-" : ald_class_name(inc->cls)) : m->reading[m->shown].text, (int)cut, title,
                 title[cut] ? "..." : "");
}

/* Those of which one side started in the period, likeliest first. */
static enum ald_rc list_suggestions(struct ald_session *s, const struct ald_analysis *an, const struct ald_period *period, struct ald_err *err)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
    size_t shown = 0;
    ald_jw_init(w, ald_json_sink_file(stdout), 0);
    for (size_t k = 0; k < an->suggestions_n; k++) {
        if (!ald_suggestion_in(an, k, period))
            continue;
        shown++;
        struct ald_node *node = ald_suggestion_node(scratch, an, k);
        if (s->options.json) {
            ald_node_write(w, node, scratch);
            ald_jw_newline(w);
        } else {
            const struct ald_link *link = &an->suggestions[k];
            (void)printf("%.2f  %-24s  %.60s\n      %-24s  %.60s\n      %s\n", floor(100 * link->confidence) / 100, ald_shown(s, ald_node_at(node, "a.record")->text),
                         ald_shown(s, an->records[link->a].title), ald_shown(s, ald_node_at(node, "b.record")->text),
                         ald_shown(s, an->records[link->b].title), ald_shown(s, link->via));
        }
        ald_arena_reset(scratch);
    }
    ALD_TRY(ald_jw_finish(w, err));
    if (shown == 0)
        ald_say(s, "no suggestions in %s", period->label);
    else if (!s->options.json)
        ald_say(s, "%zu in %s, not taken (link.accept); alidade link RECORD RECORD --reason TEXT joins two", shown, period->label);
    return ALD_OK;
}

enum ald_rc ald_cmd_list(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) an = NULL;
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_period period;
    int cls = 0;
    size_t shown = 0;
    size_t pattern = SIZE_MAX;
    (void)ret_code;
    ALD_TRY(class_of(s->options.class_, &cls, err));
    ALD_TRY(check_reading(s->options.reading, err));
    ALD_TRY(ald_store_begin_read(s->store, err));
    ALD_TRY(ald_session_analysis(s, &an, err));
    ALD_TRY(pattern_of(an, s->options.pattern, &pattern, err));
    ALD_TRY(ald_session_period(s, &an->calendar, an->as_of, &period, err));
    if (s->options.suggestions)
        return list_suggestions(s, an, &period, err);
    struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
    ald_jw_init(w, ald_json_sink_file(stdout), 0);
    for (size_t i = 0; i < an->incidents_n; i++) {
        if (!wanted(s, an, i, cls, pattern, &period))
            continue;
        shown++;
        if (!s->options.json) {
            print_line(s, an, i);
            if (pattern != SIZE_MAX && ald_match_of(an, i, pattern)->quote)
                (void)printf("    %s: \"%s\"\n", ald_tag_name(ald_match_of(an, i, pattern)->tag), ald_shown(s, ald_match_of(an, i, pattern)->quote));
            continue;
        }
        ald_node_write(w, ald_incident_node(scratch, an, i), scratch);
        ald_jw_newline(w);
        ald_arena_reset(scratch);
    }
    ALD_TRY(ald_jw_finish(w, err));
    if (shown == 0)
        ald_say(s, "none in %s", period.label);
    else if (!s->options.json)
        ald_say(s, "%zu in %s (times in %s)", shown, period.label, s->config.settings.timezone);
    return ALD_OK;
}
