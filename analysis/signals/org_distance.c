/* org_distance: how far apart the engaged teams stand in the tree of teams. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

struct apart {
    uint32_t edges;
    size_t in_tree;
    const struct ald_named *a, *b;
};

/* The two that are farthest apart among those engaged by a moment; at the first of equals. */
static struct apart farthest(const struct ald_past *past, const struct ald_incident *inc, bool by_landmark)
{
    struct apart most = {0};
    for (size_t i = 0; i < inc->teams_n; i++) {
        const struct ald_named *team = &ald_incident_teams(inc)[i];
        if (!past->org->in_tree[team->name] || (by_landmark && !ald_by_landmark(inc, team->at)))
            continue;
        most.in_tree++;
        for (size_t j = 0; j < i; j++) {
            const struct ald_named *other = &ald_incident_teams(inc)[j];
            if (!past->org->in_tree[other->name] || (by_landmark && !ald_by_landmark(inc, other->at)))
                continue;
            uint32_t edges = ald_org_distance(past->org, team->name, other->name);
            if (edges > most.edges)
                most = (struct apart){.edges = edges, .in_tree = most.in_tree, .a = other, .b = team};
        }
    }
    return most;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    if (!past->org->has_tree) {
        ald_obs_absent(ret, "no tree of teams is known");
        return;
    }
    if (!ald_past_holds(past, inc, ALD_HOLDS_TEAMS)) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, ALD_HOLDS_TEAMS, "the source's timeline does not hold teams"));
        return;
    }
    struct apart all = farthest(past, inc, false), early = farthest(past, inc, true);
    if (inc->teams_n > 0 && !all.in_tree) {
        ald_obs_absent(ret, "its teams are not in the tree of teams");
        return;
    }
    ald_obs_accumulating(past, inc, ALD_HOLDS_TEAMS, all.edges, early.edges, ret);
}

static const char *where(struct ald_arena *arena, const struct ald_past *past, const struct ald_named *team)
{
    const char *evidence = ald_evidence_of(past->analysis, arena, team);
    return evidence ? evidence : "undated";
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    struct apart all = farthest(past, inc, false);
    if (all.a)
        ald_evidence_add(&line, ald_sprintf(arena, "%s (%s) and %s (%s)", past->analysis->teams[all.a->name],
                                            where(arena, past, all.a), past->analysis->teams[all.b->name],
                                            where(arena, past, all.b)));
    else if (all.in_tree == 1)
        ald_evidence_add(&line, "one team of the tree alone");
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_org_distance = {
    .id = "org_distance",
    .title = "Distance in the organisation",
    .unit = "edges",
    .help = "Most edges between two engaged teams in the tree of teams; trees of their own hang side by side below the "
            "organisation.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_LANDMARK,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
