/* Names of the configuration against those that the records use: a service or team that is spelt another way has no tier, no team
 * and no dependencies, and a severity that stands in no order has no rank; nobody would notice. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alidade/csv.h"
#include "commands.h"
#include "doctor_names.h"
#include "near.h"

struct names {
    struct ald_arena *a;
    const char **list;
    size_t n, cap;
};

static void add(struct names *names, const char *name)
{
    names->list = ald_grow(names->a, names->list, names->n, &names->cap, sizeof *names->list);
    names->list[names->n++] = name;
}

static enum ald_rc load(struct ald_store *store, const char *query, struct names *ret, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, query, &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        add(ret, ald_strdup(ret->a, ald_q_col_text(q, 0)));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static bool has(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->list[i], name) == 0)
            return true;
    return false;
}

static struct ald_near nearest(const struct names *names, const char *name)
{
    struct ald_near near = ald_near_begin(name);
    for (size_t i = 0; i < names->n; i++)
        ald_near_offer(&near, names->list[i]);
    return near;
}

/* Whether a severity stands in the configured order. */
static bool has_rank(const struct ald_settings *set, const char *label)
{
    for (size_t i = 0; i < set->severity_order_n; i++)
        if (strcasecmp(set->severity_order[i], label) == 0)
            return true;
    return false;
}

/* A row where nothing is called so: to look at where something is nearly called so, else worth knowing. */
static void look(const struct ald_session *s, struct ald_checkup *checkup, const struct names *known, const char *where, const char *name)
{
    if (!name || has(known, name))
        return;
    struct ald_near near = nearest(known, name);
    (void)ald_checkup_add(checkup, near.best ? ALD_CHECKUP_LOOK : ALD_CHECKUP_NOTE, where,
                          near.best ? ald_sprintf(s->arena, "spell it '%s', as it is there, if that is what it means", ald_shown(s, near.best)) : NULL,
                          "'%.60s': nothing that was read is called so", ald_shown(s, name));
}

/* Severities of the records that stand in no configured order, source by source. */
static enum ald_rc look_at_severities(const struct ald_session *s, struct ald_store *store, struct ald_checkup *checkup, struct ald_err *err)
{
    const struct ald_settings *set = &s->config.settings;
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    const char *source = "", *labels = "";
    int64_t n = 0;
    bool row = false;
    ALD_TRY(ald_q_open(store, "cli_names_severities", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    for (bool more = set->severity_order_n > 0; more;) {
        const char *of = row ? ald_strdup(s->arena, ald_q_col_text(q, 0)) : "";
        if (n && strcmp(of, source) != 0) {
            (void)ald_checkup_add(checkup, ALD_CHECKUP_LOOK, "severity_order",
                                  "add them where they belong; what mean the same may stand one after the other",
                                  "%s calls the severity of %" PRId64 " record%s %.200s: not in the order, so without a rank", source, n,
                                  n == 1 ? "" : "s", labels);
            n = 0;
            labels = "";
        }
        more = row;
        if (!row)
            break;
        source = of;
        const char *label = ald_q_col_text(q, 1);
        if (!has_rank(set, label)) {
            labels = ald_sprintf(s->arena, "%s%s%.40s", labels, n ? ", " : "", ald_shown(s, label));
            n += ald_q_col_int(q, 2);
        }
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

enum ald_rc ald_doctor_names(const struct ald_session *s, struct ald_store *store, struct ald_checkup *checkup, struct ald_err *err)
{
    const struct ald_settings *set = &s->config.settings;
    struct names services = {.a = s->arena}, teams = {.a = s->arena};
    size_t before = checkup->n;
    checkup->area = "names";
    ALD_TRY(load(store, "cli_names_services", &services, err));
    ALD_TRY(load(store, "cli_names_teams", &teams, err));
    if (services.n + teams.n == 0) /* nothing was read yet */
        return ALD_OK;
    for (size_t i = 0; i < set->services_n && services.n; i++)
        look(s, checkup, &services, "services", set->services[i].name);
    for (size_t i = 0; i < set->teams_n && teams.n; i++)
        look(s, checkup, &teams, "teams", set->teams[i].name);
    for (size_t i = 0; i < set->services_n; i++)
        add(&services, set->services[i].name);
    for (size_t i = 0; i < set->teams_n; i++)
        add(&teams, set->teams[i].name);
    for (size_t i = 0; i < set->services_n; i++) {
        look(s, checkup, &teams, "services.team", set->services[i].team);
        for (size_t k = 0; k < set->services[i].depends_on_n; k++)
            look(s, checkup, &services, "depends_on", set->services[i].depends_on[k]);
    }
    ALD_TRY(look_at_severities(s, store, checkup, err));
    if (checkup->n == before && set->services_n + set->teams_n + set->severity_order_n)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_OK, "spelling", NULL, "services, teams and severities of the configuration are called as in what was read");
    return ALD_OK;
}

enum ald_rc ald_names_remark(struct ald_session *s, const char *field, const char *value, struct ald_err *err)
{
    const struct ald_settings *set = &s->config.settings;
    if (strcmp(field, "services") != 0)
        return ALD_OK;
    struct names known = {.a = s->arena};
    ALD_TRY(load(s->store, "cli_names_services", &known, err));
    for (size_t i = 0; i < set->services_n; i++)
        add(&known, set->services[i].name);
    for (const char *const *name = ald_csv_list(s->arena, value); *name; name++) {
        char room[ALD_NEAR_MAX];
        if (has(&known, *name))
            continue;
        struct ald_near near = nearest(&known, *name);
        ald_say(s, "no other record names the service '%.60s'%s", ald_shown(s, *name), ald_near_text(&near, room));
    }
    return ALD_OK;
}

enum ald_rc ald_names_check(const struct ald_session *s, const char *field, const char *value, struct ald_err *err)
{
    const struct ald_settings *set = &s->config.settings;
    const char *known = "";
    if (strcmp(field, "severity") != 0 || set->severity_order_n == 0 || strcmp(value, "none") == 0 || has_rank(set, value))
        return ALD_OK;
    for (size_t i = 0; i < set->severity_order_n; i++)
        known = ald_sprintf(s->arena, "%s%s%s", known, i == 0 ? "" : i + 1 < set->severity_order_n ? ", " : " or ", set->severity_order[i]);
    return ald_fail(err, ALD_ERR_USAGE, "--value: '%.60s' does not stand in severity_order and would have no rank, expected %s, or none",
                    ald_shown(s, value), known);
}
