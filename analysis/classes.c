/* The class of an incident (METHODS 1): planned, exercise, near miss by mark; noise where nobody had to work; else
 * incident. Pure. */
#include "analysis/build.h"
#include "analysis/overrides.h"

#include <string.h>
#include <strings.h>

/* Case-insensitive in the scripts that ald_norm_title knows; white space collapsed. */
static bool title_contains(struct ald_arena *brief, const struct ald_incident *inc, const char *part)
{
    if (strcasestr(inc->title, part))
        return true;
    const char *norm = ald_norm_title(brief, part);
    return *norm && strchr(norm, '#') == NULL && strstr(inc->norm_title, norm) != NULL;
}

static bool marked(struct ald_build *b, struct ald_incident *inc, const char *mark, enum ald_class cls)
{
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &b->a->records[inc->records[i]];
        if (record->folded || !record->traits->class_ || strcmp(record->traits->class_, mark) != 0)
            continue;
        inc->cls = (uint8_t)cls;
        inc->class_why = ald_sprintf(b->a->arena, "marked %s by %s", mark, ald_record_id(record));
        return true;
    }
    return false;
}

static bool matches_exercise(struct ald_build *b, struct ald_incident *inc)
{
    for (size_t i = 0; i < b->settings->exercise_match_n; i++) {
        const char *part = b->settings->exercise_match[i];
        if (!*part || !title_contains(b->brief, inc, part))
            continue;
        inc->cls = ALD_EXERCISE;
        inc->class_why = ald_sprintf(b->a->arena, "the title matches \"%s\"", part);
        return true;
    }
    return false;
}

static bool is_turned_down(const struct ald_record *record)
{
    return record->traits->class_ && strcmp(record->traits->class_, "noise") == 0;
}

/* People declined or cancelled it in its source: no incident by their own word. */
static bool turned_down(const struct ald_build *b, const struct ald_incident *inc)
{
    size_t own = 0;
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &b->a->records[inc->records[i]];
        if (!record->folded && !is_turned_down(record))
            return false;
        own += !record->folded;
    }
    return own > 0;
}

/* Only where every human action would have been seen; and then only what ended, by itself or soon. A page beside what
 * people turned down is judged for itself. */
static bool is_noise(struct ald_build *b, struct ald_incident *inc)
{
    bool ended_itself = true;
    if (turned_down(b, inc)) {
        inc->cls = ALD_NOISE;
        inc->class_why = "declined or cancelled in its source";
        return true;
    }
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &b->a->records[inc->records[i]];
        const struct ald_work *w = &b->work[inc->records[i]];
        if (is_turned_down(record))
            continue;
        if (strcmp(record->traits->kind, "pager") != 0 || !(record->traits->timeline & ALD_HOLDS_HUMAN) || w->human)
            return false;
        ended_itself &= w->ended_itself;
    }
    if (inc->state != ALD_STATE_RESOLVED || inc->impossible)
        return false;
    int64_t elapsed = ald_moment_of(inc, ALD_RESOLVED)->at - inc->started_at;
    if (inc->started_at == ALD_TIME_NONE || (!ended_itself && elapsed >= b->settings->noise_under_ms))
        return false;
    inc->cls = ALD_NOISE;
    inc->class_why = ended_itself ? "no human event, resolved by the source itself"
                                  : "no human event, shorter than incidents.noise_under";
    return true;
}

void ald_incident_classify(struct ald_build *b, struct ald_incident *inc)
{
    inc->cls = ALD_INCIDENT;
    if (ald_overrides_class(b, inc) || marked(b, inc, "planned", ALD_PLANNED) || marked(b, inc, "exercise", ALD_EXERCISE) ||
        matches_exercise(b, inc) || marked(b, inc, "near_miss", ALD_NEAR_MISS))
        return;
    (void)is_noise(b, inc);
}
