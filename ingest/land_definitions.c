/* What a page holds that is no record: teams, services and what they depend on, labels, facts of the page. */
#include <string.h>

#include "alidade/store.h"
#include "alidade/time.h"
#include "land_priv.h"

enum ald_rc ald_landing_run(struct ald_landing *l, const char *statement, struct ald_texts texts, bool *ret_did, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, statement, &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    for (int i = 0; i < 5 && texts.t[i]; i++)
        ald_q_text_lent(q, i + 2, texts.t[i]);
    ALD_TRY(ald_q_run(q, err));
    *ret_did = ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

static enum ald_rc land_team(struct ald_landing *l, const struct ald_row_team_def *team, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_team_put", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, team->external_id);
    ald_q_text_lent(q, 3, team->name ? team->name : team->external_id);
    ald_q_text_lent(q, 4, team->parent);
    ald_q_text_lent(q, 5, team->timezone);
    ALD_TRY(ald_q_run(q, err));
    l->changed |= ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

static bool is_listed(const char *const *list, const char *s)
{
    for (; *list; list++)
        if (strcmp(*list, s) == 0)
            return true;
    return false;
}

/** The list replaces what was there, unless it adds: edges that it does not name any more go. */
static enum ald_rc land_edges(struct ald_landing *l, const struct ald_row_service_def *def, struct ald_err *err)
{
    const char *service = def->external_id, *const *depends_on = def->depends_on;
    const char **stale = NULL;
    size_t stale_n = 0, stale_cap = 0;
    bool row = true, did = false;
    if (!def->adds) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, "land_edge_list", &q, err));
        ald_q_text_lent(q, 1, l->land->cfg->name);
        ald_q_text_lent(q, 2, service);
        for (;;) {
            ALD_TRY(ald_q_step(q, &row, err));
            if (!row)
                break;
            if (is_listed(depends_on, ald_q_col_text(q, 0)))
                continue;
            stale = ald_grow(l->scratch, stale, stale_n, &stale_cap, sizeof *stale);
            stale[stale_n++] = ald_strdup(l->scratch, ald_q_col_text(q, 0));
        }
    }
    for (size_t i = 0; i < stale_n; i++) {
        ALD_TRY(ald_landing_run(l, "land_edge_drop", (struct ald_texts){{service, stale[i]}}, &did, err));
        l->changed |= did;
    }
    for (; *depends_on; depends_on++) {
        ALD_TRY(ald_landing_run(l, "land_edge_add", (struct ald_texts){{service, *depends_on}}, &did, err));
        l->changed |= did;
    }
    return ALD_OK;
}

static enum ald_rc land_service(struct ald_landing *l, const struct ald_row_service_def *service, struct ald_err *err)
{
    if (!service->name && service->depends_on) /* of one that a list names */
        return land_edges(l, service, err);
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_service_put", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, service->external_id);
    ald_q_text_lent(q, 3, service->name ? service->name : service->external_id);
    ald_q_time(q, 4, service->tier ? service->tier : ALD_TIME_NONE); /* NULL: not given */
    ald_q_text_lent(q, 5, service->team);
    ALD_TRY(ald_q_run(q, err));
    l->changed |= ald_store_changes(l->land->store) > 0;
    return service->depends_on ? land_edges(l, service, err) : ALD_OK;
}

static enum ald_rc land_label(struct ald_landing *l, const struct ald_row_label *label, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(l->land->store, "land_label_put", &q, err));
    ald_q_text_lent(q, 1, l->land->cfg->name);
    ald_q_text_lent(q, 2, label->kind);
    ald_q_text_lent(q, 3, label->external_id);
    ald_q_text_lent(q, 4, label->name ? label->name : label->external_id);
    ald_q_int(q, 5, label->rank);
    ALD_TRY(ald_q_run(q, err));
    l->changed |= ald_store_changes(l->land->store) > 0;
    return ALD_OK;
}

enum ald_rc ald_landing_page_facts(struct ald_landing *l, const struct ald_rows *rows, struct ald_err *err)
{
    for (size_t i = 0; i < rows->aliases_n; i++) {
        bool did = false;
        struct ald_texts alias = {{rows->aliases[i].kind, rows->aliases[i].prefix}};
        ALD_TRY(ald_landing_run(l, "land_alias_put", alias, &did, err));
        l->changed |= did;
    }
    for (size_t i = 0; i < rows->findings_n; i++) {
        const struct ald_row_finding *f = &rows->findings[i];
        ALD_TRY(
            ald_finding_set(l->land->store, f->id, l->land->cfg->name, f->subject, f->text, f->n, f->severity, err));
    }
    return ALD_OK;
}

enum ald_rc ald_landing_definitions(struct ald_landing *l, const struct ald_element *el, struct ald_err *err)
{
    if (el->team_def)
        ALD_TRY(land_team(l, el->team_def, err));
    if (el->service_def)
        ALD_TRY(land_service(l, el->service_def, err));
    return el->label ? land_label(l, el->label, err) : ALD_OK;
}
