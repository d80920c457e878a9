/* What the organisation looks like, merged from the sources' lists and the configuration: which services need which, tiers,
 * the tree of teams, their time zones. Private to analysis. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/zone.h"

struct ald_build;

struct ald_org {
    size_t services_n, teams_n;
    /* Services that need service s directly: needed_by[needed_by_at[s]] up to needed_by[needed_by_at[s + 1]], ascending. */
    const uint32_t *needed_by, *needed_by_at;
    const uint32_t *needs, *needs_at; /* the same the other way round: what service s needs */
    size_t edges_n;
    const uint32_t *owner; /* team of a service, ALD_NOBODY: not known */
    const bool *ours;     /* by service: on a list of our own sources, or in the configuration */
    const bool *in_graph; /* by service: it, or the list that names it, says what depends on what */
    const int *tier;      /* by service; 1 is the highest, 0: not known */
    /* By team. A cycle of parents is broken at the team that comes first by name. */
    const uint32_t *parent; /* ALD_NOBODY: none */
    const uint32_t *depth;  /* number of teams above it */
    const bool *in_tree;    /* has a parent or is one */
    bool has_tree;
    size_t cycles;
    struct ald_zone **zones; /* loaded ones, zones_n of them; freed by ald_org_done */
    size_t zones_n;
    const struct ald_zone **zone; /* by team; NULL: not known */
    const char **zone_name;       /* by team; as given, or NULL */
};

/** Builds it from the lists in the build, once names are numbered for good. */
struct ald_org *ald_org_build(struct ald_build *b, const uint32_t *service_rank, const uint32_t *team_rank);
void ald_org_done(struct ald_org *org);
/** Edges between two teams of the tree; roots hang side by side below the organisation. Both must be in the tree. */
uint32_t ald_org_distance(const struct ald_org *org, uint32_t team, uint32_t other);
/** Services that need one of these directly or through others, without these themselves. @return how many; *ret (heap, may
 *  be NULL): which, ascending. */
size_t ald_org_downstream(const struct ald_org *org, const uint32_t *services, size_t n, uint32_t **ret);
