/* See gathered.h. What takes much memory while it is made, and needs no reading of the period, comes before those are made. */
#include "gathered.h"

#include "groups_node.h"

struct ald_gathered {
    struct ald_arena *arena;    /* of what stands in trees */
    struct ald_arena *building; /* of what is looked up while they are built */
    struct ald_figures *figures; /* NULL, as the others: not made yet */
    struct ald_remembered *remembered;
    struct ald_capacity_nodes *capacity;
    struct ald_node *stories;
    struct ald_quarterly *quarterly;
};

struct ald_gathered *ald_gathered_new(void)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_gathered *g = ald_alloc(arena, sizeof *g);
    *g = (struct ald_gathered){.arena = arena, .building = ald_arena_new()};
    return g;
}

void ald_gathered_built(struct ald_gathered *g)
{
    ald_arena_reset(g->building);
    g->remembered = NULL;
}

void ald_gathered_freep(struct ald_gathered **g)
{
    if (!*g)
        return;
    ald_arena_free((*g)->building);
    ald_arena_free((*g)->arena); /* in which it lies itself */
    *g = NULL;
}

static struct ald_figures *counted(const struct ald_report_input *in)
{
    struct ald_gathered *g = in->gathered;
    if (!g->figures) {
        g->figures = ald_alloc(g->arena, sizeof *g->figures);
        ald_figures_count(in->analysis, &in->period, g->arena, g->figures);
    }
    return g->figures;
}

const struct ald_figures *ald_gathered_counted(const struct ald_report_input *in)
{
    return counted(in);
}

enum ald_rc ald_gathered_remembered(const struct ald_report_input *in, const struct ald_remembered **ret, struct ald_err *err)
{
    struct ald_gathered *g = in->gathered;
    if (!g->remembered)
        ALD_TRY(ald_remembered_load(in->store, in->analysis, g->arena, g->building, &g->remembered, err));
    *ret = g->remembered;
    return ALD_OK;
}

const struct ald_capacity_nodes *ald_gathered_capacity(const struct ald_report_input *in)
{
    struct ald_gathered *g = in->gathered;
    if (!g->capacity) {
        g->capacity = ald_alloc(g->arena, sizeof *g->capacity);
        ald_capacity_nodes(g->arena, in->analysis, counted(in), g->capacity);
    }
    return g->capacity;
}

enum ald_rc ald_gathered_stories(const struct ald_report_input *in, struct ald_node **ret, struct ald_err *err)
{
    struct ald_gathered *g = in->gathered;
    const struct ald_remembered *remembered = NULL;
    ALD_TRY(ald_gathered_remembered(in, &remembered, err));
    if (!g->stories)
        g->stories = ald_stories_node(g->arena, in->analysis, remembered);
    *ret = g->stories;
    return ALD_OK;
}

enum ald_rc ald_gathered_read(const struct ald_report_input *in, const struct ald_quarterly **ret, struct ald_err *err)
{
    struct ald_gathered *g = in->gathered;
    struct ald_node *stories = NULL;
    if (!g->quarterly) {
        struct ald_figures *figures = counted(in);
        struct ald_quarterly *q = ald_alloc(g->arena, sizeof *q);
        *q = (struct ald_quarterly){.figures = figures, .changes = ald_changes_of(g->arena, in->analysis, figures)};
        (void)ald_gathered_capacity(in);
        q->coupling = ald_coupling_node(g->arena, in->analysis, figures);
        ALD_TRY(ald_gathered_stories(in, &stories, err));
        ald_figures_read(in->analysis, g->arena, figures);
        g->quarterly = q;
    }
    *ret = g->quarterly;
    return ALD_OK;
}
