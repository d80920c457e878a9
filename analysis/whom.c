/* See whom.h. */
#include "analysis/whom.h"

/** Ids of one kind. */
struct met {
    struct ald_names *ids;       /* source, id */
    struct ald_names *strangers; /* names that no list knows, numbered from `listed` */
    uint32_t *joined;            /* by stranger: the build's number */
    uint32_t listed;
    size_t cap; /* of what is kept by id */
};

struct ald_whom {
    const struct ald_build *b;
    struct ald_arena *arena;
    struct met teams, services, persons;
    uint32_t *team, *service; /* by id */
    struct ald_actor *actor;
    bool *machine;  /* by person of the lists */
    bool *unjoined; /* by person */
    size_t unjoined_cap;
    struct ald_event_names *names; /* combinations */
    size_t names_n, names_cap;
    uint32_t *slots; /* number of a combination + 1, 0: free */
    size_t slots_n;  /* power of two, at most half full */
};

static struct met met_new(struct ald_arena *arena, const struct ald_names *listed)
{
    return (struct met){.ids = ald_names_new(arena), .strangers = ald_names_new(arena), .listed = (uint32_t)ald_names_n(listed)};
}

static void met_free(struct met *met)
{
    ald_names_free(met->ids);
    ald_names_free(met->strangers);
}

struct ald_whom *ald_whom_new(const struct ald_build *b, struct ald_arena *arena)
{
    struct ald_whom *whom = ald_alloc(arena, sizeof *whom);
    *whom = (struct ald_whom){.b = b,
                              .arena = arena,
                              .teams = met_new(arena, b->teams),
                              .services = met_new(arena, b->services),
                              .persons = met_new(arena, b->persons),
                              .machine = ald_calloc(arena, ald_names_n(b->persons), sizeof *whom->machine)};
    for (uint32_t person = 0; person < whom->persons.listed; person++)
        whom->machine[person] = ald_names_find(b->automation, ald_names_text(b->persons, person)) != ALD_NOBODY;
    return whom;
}

void ald_whom_free(struct ald_whom *whom)
{
    met_free(&whom->persons);
    met_free(&whom->teams);
    met_free(&whom->services);
}

static uint32_t stranger(struct met *met, const char *name)
{
    return met->listed + ald_names_add(met->strangers, name);
}

/* The name of a team or service; an id that the source's list does not have is taken as the name. */
static uint32_t name_of(struct ald_whom *whom, struct met *met, uint32_t **names, const struct ald_names *ids, const uint32_t *of_id,
                        const char *source, const char *id)
{
    if (!id || !*id)
        return ALD_NOBODY;
    size_t had = ald_names_n(met->ids);
    uint32_t n = ald_names_add2(met->ids, source, id);
    if (n == had) {
        uint32_t known = ald_names_find2(ids, source, id);
        *names = ald_grow(whom->arena, *names, n, &met->cap, sizeof **names);
        (*names)[n] = known == ALD_NOBODY ? stranger(met, id) : of_id[known];
    }
    return (*names)[n];
}

uint32_t ald_whom_team(struct ald_whom *whom, const char *source, const char *id)
{
    return name_of(whom, &whom->teams, &whom->team, whom->b->team_ids, whom->b->team_of_id, source, id);
}

uint32_t ald_whom_service(struct ald_whom *whom, const char *source, const char *id)
{
    return name_of(whom, &whom->services, &whom->service, whom->b->service_ids, whom->b->service_of_id, source, id);
}

static struct ald_actor actor_from_lists(struct ald_whom *whom, const char *source, const char *pseudonym)
{
    const struct ald_build *b = whom->b;
    if (ald_names_find(b->automation, pseudonym) != ALD_NOBODY)
        return (struct ald_actor){.person = ALD_NOBODY, .machine = true};
    uint32_t id = ald_names_find2(b->people_ids, source, pseudonym);
    if (id == ALD_NOBODY)
        return (struct ald_actor){.person = stranger(&whom->persons, pseudonym)};
    uint32_t person = b->person_of_id[id];
    if (whom->machine[person])
        return (struct ald_actor){.person = ALD_NOBODY};
    return (struct ald_actor){.person = person, .mapped = b->mapped_of_id[id]};
}

struct ald_actor ald_whom_actor(struct ald_whom *whom, const char *source, const char *pseudonym)
{
    if (!pseudonym || !*pseudonym)
        return (struct ald_actor){.person = ALD_NOBODY};
    size_t had = ald_names_n(whom->persons.ids);
    uint32_t n = ald_names_add2(whom->persons.ids, source, pseudonym);
    if (n == had) {
        whom->actor = ald_grow(whom->arena, whom->actor, n, &whom->persons.cap, sizeof *whom->actor);
        whom->actor[n] = actor_from_lists(whom, source, pseudonym);
    }
    return whom->actor[n];
}

/* ---- Combinations ---- */

static uint32_t *slot_of(const struct ald_whom *whom, const struct ald_event_names *names)
{
    const uint64_t factor = 0x9e3779b97f4a7c15u;
    uint64_t hash = (((names->person * factor) ^ names->team) * factor ^ names->service) * factor;
    for (size_t i = (size_t)(hash >> 32);; i++) {
        uint32_t *slot = &whom->slots[i & (whom->slots_n - 1)];
        const struct ald_event_names *known = *slot ? &whom->names[*slot - 1] : NULL;
        if (!known || (known->person == names->person && known->team == names->team && known->service == names->service))
            return slot;
    }
}

static void more_slots(struct ald_whom *whom)
{
    whom->slots_n = whom->slots_n ? whom->slots_n * 2 : 64;
    whom->slots = ald_calloc(whom->arena, whom->slots_n, sizeof *whom->slots);
    for (uint32_t i = 0; i < whom->names_n; i++)
        *slot_of(whom, &whom->names[i]) = i + 1;
}

uint32_t ald_whom_names(struct ald_whom *whom, const struct ald_event_names *names)
{
    if (whom->names_n * 2 >= whom->slots_n)
        more_slots(whom);
    uint32_t *slot = slot_of(whom, names);
    if (!*slot) {
        whom->names = ald_grow(whom->arena, whom->names, whom->names_n, &whom->names_cap, sizeof *whom->names);
        whom->names[whom->names_n++] = *names;
        *slot = (uint32_t)whom->names_n;
    }
    return *slot - 1;
}

size_t ald_whom_names_n(const struct ald_whom *whom)
{
    return whom->names_n;
}

void ald_whom_unjoined(struct ald_whom *whom, uint32_t person)
{
    if (person == ALD_NOBODY)
        return;
    while (person >= whom->unjoined_cap)
        whom->unjoined = ald_grow(whom->arena, whom->unjoined, whom->unjoined_cap, &whom->unjoined_cap, sizeof *whom->unjoined);
    whom->unjoined[person] = true;
}

/* ---- Joining ---- */

static void join(struct ald_arena *arena, struct met *met, struct ald_names *names)
{
    size_t n = ald_names_n(met->strangers);
    met->joined = ald_calloc(arena, n, sizeof *met->joined);
    for (uint32_t i = 0; i < n; i++)
        met->joined[i] = ald_names_add(names, ald_names_text(met->strangers, i));
}

void ald_whom_join(struct ald_whom *whom, struct ald_build *b)
{
    join(whom->arena, &whom->persons, b->persons);
    join(whom->arena, &whom->teams, b->teams);
    join(whom->arena, &whom->services, b->services);
}

static uint32_t joined(const struct met *met, uint32_t name)
{
    return name == ALD_NOBODY || name < met->listed ? name : met->joined[name - met->listed];
}

struct ald_event_names ald_whom_joined(const struct ald_whom *whom, const struct ald_event_names *names)
{
    return (struct ald_event_names){.person = joined(&whom->persons, names->person),
                                    .team = joined(&whom->teams, names->team),
                                    .service = joined(&whom->services, names->service)};
}

size_t ald_whom_unjoined_n(const struct ald_whom *whom, const struct ald_build *b)
{
    bool *met = ald_calloc(whom->arena, ald_names_n(b->persons), sizeof *met);
    size_t n = 0;
    for (uint32_t i = 0; i < whom->unjoined_cap; i++) {
        if (!whom->unjoined[i] || met[joined(&whom->persons, i)])
            continue;
        met[joined(&whom->persons, i)] = true;
        n++;
    }
    return n;
}

struct ald_event_names *ald_whom_all(const struct ald_whom *whom, struct ald_arena *arena, size_t *ret_n)
{
    struct ald_event_names *all = ald_calloc(arena, whom->names_n, sizeof *all);
    for (size_t i = 0; i < whom->names_n; i++)
        all[i] = ald_whom_joined(whom, &whom->names[i]);
    *ret_n = whom->names_n;
    return all;
}
