/* Whom and what events name: ids as sources give them are looked up once, however often events repeat them, and each combination of a
 * person, a team and a service stands once. The lists of the build are only read, so that another thread may add to its names: what no
 * list knows gets a number behind those of the lists, until both are joined. Private to analysis. */
#pragma once

#include "analysis/build.h"

struct ald_whom;

/** Who a pseudonym of a source is. */
struct ald_actor {
    uint32_t person; /* ALD_NOBODY: nobody, or automation */
    bool mapped;     /* the source could map it: one that it could not is no responder */
    bool machine;    /* the pseudonym itself is configured as automation */
};

/** Arena-owned, but for the tables of names, which ald_whom_free frees. */
struct ald_whom *ald_whom_new(const struct ald_build *b, struct ald_arena *arena);
/** Frees what is heap memory. */
void ald_whom_free(struct ald_whom *whom);
/** NULL and "" are nobody. */
struct ald_actor ald_whom_actor(struct ald_whom *whom, const char *source, const char *pseudonym);
uint32_t ald_whom_team(struct ald_whom *whom, const char *source, const char *id);
uint32_t ald_whom_service(struct ald_whom *whom, const char *source, const char *id);
/** Number of a combination. */
uint32_t ald_whom_names(struct ald_whom *whom, const struct ald_event_names *names);
/** How many combinations there are. */
size_t ald_whom_names_n(const struct ald_whom *whom);
/** Somebody was engaged and nobody knows who it is. */
void ald_whom_unjoined(struct ald_whom *whom, uint32_t person);

/** Gives the build the names that no list knew. */
void ald_whom_join(struct ald_whom *whom, struct ald_build *b);
/** After that: the build's numbers of these names, and how many persons nobody knows. */
struct ald_event_names ald_whom_joined(const struct ald_whom *whom, const struct ald_event_names *names);
size_t ald_whom_unjoined_n(const struct ald_whom *whom, const struct ald_build *b);
/** All combinations, by number, with the build's numbers of names. */
struct ald_event_names *ald_whom_all(const struct ald_whom *whom, struct ald_arena *arena, size_t *ret_n);
