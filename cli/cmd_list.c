/* alidade list: the incidents of a period, one line each, as wide as the terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "alidade/patterns.h"
#include "alidade/report.h"
#include "alidade/utf8.h"
#include "commands.h"
#include "near.h"

/* ---- Filters ---- */

struct filter {
    int cls, state, corner; /* -1: any */
    const char *severity, *text; /* text: folded */
    struct ald_period period;
    size_t pattern; /* SIZE_MAX: any */
};

/* The place of a word in a list, -1 without a word. */
static enum ald_rc word_of(struct ald_arena *a, const char *option, const char *word, const char *const *words, int *ret, struct ald_err *err)
{
    const char *names = "";
    *ret = -1;
    for (int i = 0; words[i]; i++) {
        if (word && strcmp(word, words[i]) == 0)
            *ret = i;
        names = ald_sprintf(a, "%s%s%s", names, i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    }
    return word && *ret < 0 ? ald_fail(err, ALD_ERR_USAGE, "--%s: found '%.40s', expected %s", option, word, names) : ALD_OK;
}

static enum ald_rc filter_of(struct ald_session *s, struct filter *ret, struct ald_err *err)
{
    static const char *const classes[] = {"incident", "noise", "exercise", "planned", "near_miss", "merged", "all", NULL};
    static const char *const states[] = {"open", "resolved", "end_not_recorded", NULL};
    static const char *const readings[] = {"shorter", "typical", "longer", "open", "none", NULL};
    static const char *const corners[] = {"complex-short", "simple-long", "any", NULL};
    _Static_assert(sizeof classes / sizeof classes[0] == ALD_CLASS_N + 2, "as the classes, and all");
    const struct ald_options *o = &s->options;
    int reading;
    *ret = (struct filter){.severity = o->severity};
    ALD_TRY(word_of(s->arena, "class", o->class_, classes, &ret->cls, err));
    ALD_TRY(word_of(s->arena, "state", o->state, states, &ret->state, err));
    ALD_TRY(word_of(s->arena, "corner", o->corner, corners, &ret->corner, err));
    ALD_TRY(word_of(s->arena, "reading", o->reading, readings, &reading, err));
    ret->cls = ret->cls == ALD_CLASS_N ? -1 : !o->class_ ? ALD_INCIDENT : ret->cls;
    ret->text = o->text ? ald_lower(s->arena, o->text) : NULL;
    return ALD_OK;
}

static bool on_service(const struct ald_analysis *an, const struct ald_incident *inc, const char *service)
{
    for (size_t i = 0; i < inc->services_n; i++)
        if (strcasecmp(an->services[inc->services[i].name], service) == 0)
            return true;
    return false;
}

static const char *reading_word(const struct ald_measure *m)
{
    return m->shown < 0 ? "none" : ald_verdict_id(m->reading[m->shown].verdict);
}

static enum ald_rc pattern_of(const struct ald_analysis *an, const char *id, size_t *ret, struct ald_err *err)
{
    const struct ald_lexicon *lex = ald_analysis_lexicon(an);
    *ret = id ? ald_lexicon_find(lex, id) : SIZE_MAX;
    if (!id || (*ret != SIZE_MAX && !ald_lexicon_at(lex, *ret)->hypothesis))
        return ALD_OK;
    char known[400];
    return ald_fail(err, ALD_ERR_USAGE, "--pattern: found '%.40s', expected one of: %s", id, ald_patterns_known(lex, known, sizeof known));
}

static bool shows(const struct ald_analysis *an, size_t i, size_t pattern)
{
    const struct ald_match *match = ald_match_of(an, i, pattern);
    return match && match->tag != ALD_TAG_REJECTED;
}

static bool says(struct ald_arena *a, const char *text, const char *part)
{
    return text && strstr(ald_lower(a, text), part) != NULL;
}

/* By what needs no measure; those filters that do come last. */
static bool wanted(const struct ald_session *s, const struct ald_analysis *an, size_t i, const struct filter *f, struct ald_arena *scratch)
{
    const struct ald_incident *inc = &an->incidents[i];
    const struct ald_options *o = &s->options;
    if (inc->started_at < f->period.start || inc->started_at >= f->period.end || (f->cls >= 0 && (int)inc->cls != f->cls) ||
        (f->state >= 0 && (int)inc->state != f->state))
        return false;
    if (o->service && !on_service(an, inc, o->service))
        return false;
    if (o->team && (inc->first_team == ALD_NOBODY || strcasecmp(an->teams[inc->first_team], o->team) != 0))
        return false;
    if (f->severity && (!inc->severity || strcasecmp(inc->severity, f->severity) != 0))
        return false;
    if (f->text && !says(scratch, inc->title, f->text) && !says(scratch, inc->key, f->text) && !says(scratch, inc->id, f->text))
        return false;
    if (f->pattern != SIZE_MAX && !shows(an, i, f->pattern))
        return false;
    if (!o->reading && f->corner < 0)
        return true;
    const struct ald_measure *m = ald_measure_at(an, i);
    enum ald_corner corner = m->corner;
    bool there = f->corner < 0 || (f->corner == 2 ? corner != ALD_CORNER_NONE : (int)corner == f->corner + 1);
    return there && (!o->reading || strcmp(o->reading, reading_word(m)) == 0);
}

/* ---- Lines ---- */

enum { KEY, LENGTH, SEVERITY, READING, SERVICES, COLUMNS };
static const char *const heads[COLUMNS] = {[KEY] = "Incident", [LENGTH] = "Took", [SEVERITY] = "Severity", [READING] = "Reading", [SERVICES] = "Services"};
struct layout {
    bool headed;             /* people look at it: scripts get lines of incidents alone */
    size_t width;            /* of the whole line */
    bool narrow;             /* the year, services and corners give way to the title */
    size_t columns[COLUMNS]; /* 0: left out */
};

static size_t width_of_terminal(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    long n = columns ? strtol(columns, NULL, 10) : 0;
    if (n < 40 && isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        n = size.ws_col;
    return n < 40 ? 120 : n > 400 ? 400 : (size_t)n;
}

static const char *length_text(const struct ald_incident *inc, char buf[32])
{
    if (inc->duration_ms != ALD_TIME_NONE)
        return ald_duration_format(inc->duration_ms, buf);
    return inc->state == ALD_OPEN ? "open" : inc->impossible ? "end wrong" : inc->zero_length ? "no time" : "end unknown";
}

static const char *reading_text(struct ald_session *s, const struct ald_incident *inc, const struct ald_measure *m, bool narrow)
{
    if (m->shown < 0)
        return inc->cls == ALD_INCIDENT ? "-" : ald_class_name(inc->cls);
    const struct ald_reading *r = &m->reading[m->shown];
    const char *corner = narrow ? "" : m->corner == ALD_CORNER_COMPLEX_SHORT ? ", complex" : m->corner == ALD_CORNER_SIMPLE_LONG ? ", simple" : "";
    if (r->verdict == ALD_STILL_OPEN)
        return ald_sprintf(s->arena, "longer than %.0f %%%s", 100 * (1 - r->s_minus), corner);
    return ald_sprintf(s->arena, "%s%s", ald_verdict_id(r->verdict), corner);
}

static const char *services_text(struct ald_session *s, const struct ald_analysis *an, const struct ald_incident *inc)
{
    const char *text = inc->services_n ? ald_shown(s, an->services[inc->services[0].name]) : "";
    return inc->services_n > 1 ? ald_sprintf(s->arena, "%s +%u", text, inc->services_n - 1) : text;
}

/* The texts of a line, in the order of its columns. */
static void texts_of(struct ald_session *s, const struct ald_analysis *an, size_t i, bool narrow, const char *ret[COLUMNS])
{
    const struct ald_incident *inc = &an->incidents[i];
    char length[32];
    ret[KEY] = ald_shown(s, inc->key);
    ret[LENGTH] = ald_strdup(s->arena, length_text(inc, length));
    ret[SEVERITY] = ald_shown(s, inc->severity);
    ret[READING] = reading_text(s, inc, ald_measure_at(an, i), narrow);
    ret[SERVICES] = services_text(s, an, inc);
}

/* As wide as what is shown, up to a limit; what would leave a title too little room is left out. */
static struct layout layout_of(struct ald_session *s, const struct ald_analysis *an, const size_t *list, size_t n)
{
    static const size_t most[COLUMNS] = {18, 12, 12, 18, 20};
    struct layout out = {.headed = isatty(STDOUT_FILENO), .width = width_of_terminal()};
    out.narrow = out.width < 100;
    size_t used = out.narrow ? 11 : 16; /* the date and time */
    for (size_t k = 0; k < n; k++) {
        const char *texts[COLUMNS];
        texts_of(s, an, list[k], out.narrow, texts);
        for (int c = 0; c < COLUMNS; c++) {
            size_t w = ald_utf8_width(texts[c]);
            w = w > most[c] ? most[c] : w;
            out.columns[c] = w > out.columns[c] ? w : out.columns[c];
        }
    }
    for (int c = 0; c < COLUMNS && out.headed; c++)
        out.columns[c] = out.columns[c] && out.columns[c] < strlen(heads[c]) ? strlen(heads[c]) : out.columns[c];
    if (out.narrow)
        out.columns[SERVICES] = 0;
    for (int c = 0; c < COLUMNS; c++)
        used += out.columns[c] ? out.columns[c] + 2 : 0;
    static const struct {
        int column;
        size_t title; /* a title that would be narrower takes its place */
    } spared[] = {{SEVERITY, 24}, {READING, 14}};
    for (size_t k = 0; k < sizeof spared / sizeof spared[0]; k++) {
        size_t *column = &out.columns[spared[k].column];
        if (*column == 0 || used + 2 + spared[k].title <= out.width)
            continue;
        used -= *column + 2;
        *column = 0;
    }
    return out;
}

/* At most `width` columns of text, padded to them; what is cut ends in "...". */
static void put(const char *text, size_t width, bool right, bool pad)
{
    size_t shown = ald_utf8_width(text);
    size_t bytes = strlen(text);
    if (shown > width) {
        size_t n = 0;
        char cell[8];
        shown = 0;
        while (text[n]) { /* by characters, as wide as they are */
            unsigned code = 0;
            size_t step = ald_utf8_next(text + n, bytes - n, &code);
            memcpy(cell, text + n, step);
            cell[step] = '\0';
            if (shown + ald_utf8_width(cell) + 3 > width)
                break;
            shown += ald_utf8_width(cell);
            n += step;
        }
        (void)printf("%.*s...", (int)n, text);
        shown += 3;
    } else {
        if (right)
            (void)printf("%*s", (int)(width - shown), "");
        (void)fputs(text, stdout);
    }
    if (pad && !right && shown < width)
        (void)printf("%*s", (int)(width - shown), "");
}

static void print_head(const struct layout *layout)
{
    put("Started", layout->narrow ? 11 : 16, false, true);
    for (int c = 0; c < COLUMNS; c++) {
        if (!layout->columns[c])
            continue;
        (void)fputs("  ", stdout);
        put(heads[c], layout->columns[c], c == LENGTH, true);
    }
    (void)puts("  Title");
}

static void print_line(struct ald_session *s, const struct ald_analysis *an, size_t i, const struct layout *layout)
{
    const struct ald_incident *inc = &an->incidents[i];
    struct ald_civil at = ald_zone_civil(an->zone, inc->started_at);
    const char *texts[COLUMNS];
    size_t used = layout->narrow ? 13 : 18;
    texts_of(s, an, i, layout->narrow, texts);
    if (!layout->narrow)
        (void)printf("%04lld-", (long long)at.year);
    (void)printf("%02d-%02d %02d:%02d", at.month, at.day, at.hour, at.minute);
    for (int c = 0; c < COLUMNS; c++) {
        if (!layout->columns[c])
            continue;
        (void)fputs("  ", stdout);
        put(texts[c], layout->columns[c], c == LENGTH, true);
        used += layout->columns[c] + 2;
    }
    (void)fputs("  ", stdout);
    put(ald_shown(s, inc->title), layout->width > used + 10 ? layout->width - used : 10, false, false);
    (void)putchar('\n');
}

/** As many characters of a title as fit into a line. */
static const char *start_of(const struct ald_session *s, const char *title)
{
    const char *shown = ald_shown(s, title);
    return ald_strndup(s->arena, shown, ald_utf8_prefix(shown, 60));
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
            (void)printf("%.2f  %-24s  %s\n      %-24s  %s\n      %s\n", link->confidence, ald_shown(s, ald_node_at(node, "a.record")->text),
                         start_of(s, an->records[link->a].title), ald_shown(s, ald_node_at(node, "b.record")->text),
                         start_of(s, an->records[link->b].title), ald_shown(s, link->via));
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

/* A line, and under it what was found where a pattern was asked for. */
static void print_item(struct ald_session *s, const struct ald_analysis *an, size_t i, const struct layout *layout, size_t pattern)
{
    const struct ald_match *match = pattern == SIZE_MAX ? NULL : ald_match_of(an, i, pattern);
    print_line(s, an, i, layout);
    if (match && match->quote)
        (void)printf("    %s: \"%s\"\n", ald_tag_name(match->tag), ald_shown(s, match->quote));
}

static enum ald_rc as_json(struct ald_session *s, const struct ald_analysis *an, const size_t *list, size_t n, struct ald_err *err)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
    ald_jw_init(w, ald_json_sink_file(stdout), 0);
    for (size_t k = 0; k < n; k++) {
        ald_node_write(w, ald_incident_node(scratch, an, list[k]), scratch);
        ald_jw_newline(w);
        ald_arena_reset(scratch);
    }
    return ald_jw_finish(w, err);
}

/* A name that nothing is called is a slip of the hand, not a service without incidents. */
static enum ald_rc known_name(const char *option, const char *name, const char **names, size_t n, struct ald_err *err)
{
    char room[ALD_NEAR_MAX];
    if (!name || n == 0)
        return ALD_OK;
    struct ald_near near = ald_near_begin(name);
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(names[i], name) == 0)
            return ALD_OK;
        ald_near_offer(&near, names[i]);
    }
    return ald_fail(err, ALD_ERR_UNKNOWN, "--%s: no incident of the store names '%.60s'%s", option, name, ald_near_text(&near, room));
}

/* "2026-07-01" in the zone of the reports. */
static const char *day_of(const struct ald_session *s, const struct ald_analysis *an, int64_t at)
{
    const struct ald_civil day = ald_zone_civil(an->zone, at);
    return ald_sprintf(s->arena, "%04lld-%02d-%02d", (long long)day.year, day.month, day.day);
}

/* No incident at all: nothing was read, or as-of lies before all of it. */
static enum ald_rc say_none_yet(const struct ald_session *s, const struct ald_analysis *an, const struct ald_period *period, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_first_moment", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    const int64_t first = row ? ald_q_col_time(q, 0) : ALD_TIME_NONE;
    if (first != ALD_TIME_NONE && first > an->as_of)
        ald_say(s, "none in %s: as of %s nothing had happened yet that the store tells of, which begins on %s; --as-of names another moment", period->label,
                day_of(s, an, an->as_of), day_of(s, an, first));
    else
        ald_say(s, "none in %s: the store has no incident yet (alidade ingest brings them in, alidade status says what was read)", period->label);
    return ALD_OK;
}

/* Where there is something, for whom nothing was found. */
static enum ald_rc say_none(const struct ald_session *s, const struct ald_analysis *an, const struct ald_period *period, struct ald_err *err)
{
    int64_t newest = ALD_TIME_NONE;
    bool any = false;
    for (size_t i = 0; i < an->incidents_n; i++) {
        int64_t at = an->incidents[i].started_at;
        any = any || (at != ALD_TIME_NONE && at >= period->start && at < period->end);
        newest = at != ALD_TIME_NONE && at > newest ? at : newest; /* ALD_TIME_NONE is before every time */
    }
    if (newest == ALD_TIME_NONE)
        return say_none_yet(s, an, period, err);
    if (any)
        ald_say(s, "none in %s that is so", period->label);
    else
        ald_say(s, "none in %s: the newest of the store began on %s; --period names another time", period->label, day_of(s, an, newest));
    return ALD_OK;
}

enum ald_rc ald_cmd_list(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) an = NULL;
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct filter filter;
    size_t n = 0;
    (void)ret_code;
    ALD_TRY(filter_of(s, &filter, err));
    ALD_TRY(ald_store_begin_read(s->store, err));
    ALD_TRY(ald_session_analysis(s, &an, err));
    ALD_TRY(ald_session_period(s, &an->calendar, an->as_of, &filter.period, err));
    ALD_TRY(pattern_of(an, s->options.pattern, &filter.pattern, err));
    ALD_TRY(known_name("service", s->options.service, an->services, an->services_n, err));
    ALD_TRY(known_name("team", s->options.team, an->teams, an->teams_n, err));
    if (s->options.suggestions)
        return list_suggestions(s, an, &filter.period, err);
    size_t *list = ald_calloc(s->arena, an->incidents_n + 1, sizeof *list);
    for (size_t i = 0; i < an->incidents_n; i++) {
        if (wanted(s, an, i, &filter, scratch))
            list[n++] = i;
        ald_arena_reset(scratch);
    }
    if (s->options.json)
        ALD_TRY(as_json(s, an, list, n, err));
    struct layout layout = {.width = 0};
    if (!s->options.json)
        layout = layout_of(s, an, list, n);
    if (n && layout.headed)
        print_head(&layout);
    for (size_t k = 0; k < n && !s->options.json; k++)
        print_item(s, an, list[k], &layout, filter.pattern);
    if (n == 0)
        return say_none(s, an, &filter.period, err);
    if (!s->options.json)
        ald_say(s, "%zu in %s (times in %s)", n, filter.period.label, s->config.settings.timezone);
    return ALD_OK;
}
