/* shift_handover: handoffs from one person to another while one team stays in charge. */
#include <stdlib.h>
#include <string.h>

#include "analysis/past.h"
#include "analysis/signals/signals.h"

/* In charge before a moment and after what was seen of it. */
struct charge {
    uint32_t before, now;
};

static void take(struct charge *charge, uint32_t name)
{
    if (name != ALD_NOBODY)
        charge->now = name;
}

static bool same_team(const struct charge *team, const struct charge *person)
{
    return team->before != ALD_NOBODY && team->before == team->now && person->before != ALD_NOBODY &&
           person->before != person->now;
}

/* Moments at which that happened in a record, whose line of charge is its own. line may be NULL. */
static size_t of_record(const struct ald_past *past, uint32_t r, struct ald_evidence *line)
{
    const struct ald_record *record = &past->analysis->records[r];
    struct charge team = {ALD_NOBODY, ALD_NOBODY}, person = team;
    size_t n = 0;
    for (uint32_t i = 0; i < record->events_n;) {
        const uint32_t first = i;
        const int64_t at = ald_event_at(past->analysis, record, first).at;
        team.before = team.now;
        person.before = person.now;
        for (; i < record->events_n; i++) {
            const struct ald_event event = ald_event_at(past->analysis, record, i);
            if (event.at != at)
                break;
            if (!ald_kind_assigns(event.kind))
                continue;
            const struct ald_event_names *names = ald_event_names(past->analysis, &event);
            take(&team, names->team);
            take(&person, names->person);
        }
        if (!same_team(&team, &person))
            continue;
        n++;
        if (line)
            ald_evidence_add(line, ald_event_id(past->analysis, line->arena, r, first));
    }
    return n;
}

static size_t count(const struct ald_past *past, const struct ald_incident *inc, struct ald_evidence *line)
{
    size_t n = 0;
    for (size_t i = 0; i < inc->records_n; i++)
        n += of_record(past, inc->records[i], line);
    return n;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!past->analysis->settings->people_stored) {
        ald_obs_absent(ret, "people are not stored");
        return;
    }
    if (!ald_past_holds(past, inc, ALD_HOLDS_TEAMS) || !ald_past_holds(past, inc, ALD_HOLDS_RESPONDERS)) {
        unsigned missing = ald_past_holds(past, inc, ALD_HOLDS_TEAMS) ? ALD_HOLDS_RESPONDERS : ALD_HOLDS_TEAMS;
        ald_obs_absent(ret, ald_past_not_held(past, inc, missing,
                                              "the source's timeline does not hold both teams and responders"));
        return;
    }
    *ret = (struct ald_obs){
        .has_total = true, .total = (double)count(past, inc, NULL), .absent_landmark = "known afterwards only"};
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    (void)count(past, inc, &line);
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_shift_handover = {
    .id = "shift_handover",
    .title = "Handovers inside a team",
    .unit = "handovers",
    .help = "Moments at which one person took over from another while the same team stayed in charge. Known afterwards: "
            "description, on no axis.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_HINDSIGHT,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
