/* What an account of FireHydrant has beside its incidents: severities, services with what they depend on, teams. Must not know requests
 * or paging. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/firehydrant_priv.h"
#include "connectors/word.h"

/** The first in the list is the most severe; "unset" is none. */
enum ald_rc ald_firehydrant_severity(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    struct ald_row_label label = {.kind = "severity"};
    bool has = false;
    int64_t position = 0;
    ALD_TRY(ald_json_id(rows->arena, row, "slug", &label.external_id, err));
    ALD_TRY(ald_json_int_opt(row, "position", &has, &position, err));
    if (!has || strcasecmp(label.external_id, "unset") == 0)
        return ALD_OK;
    if (position < 0 || position > 1000000)
        return ald_fail(err, ALD_ERR_FORMAT, "position: out of range");
    label.name = label.external_id;
    label.rank = (int)position + 1;
    el->label = ald_alloc(rows->arena, sizeof label);
    *el->label = label;
    return ALD_OK;
}

enum ald_rc ald_firehydrant_service(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                    struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)res;
    struct ald_row_service_def def = {0};
    struct ald_jv owner;
    bool has = false;
    int64_t tier = 0;
    ALD_TRY(ald_json_id(rows->arena, row, "id", &def.external_id, err));
    ALD_TRY(ald_json_str_opt(row, "name", &def.name, err));
    ALD_TRY(ald_json_int_opt(row, "service_tier", &has, &tier, err));
    def.tier = has && tier > 0 && tier < 10 ? (int)tier : 0;
    if (ald_json_opt(row, "owner", &owner) && ald_json_kind(&owner) == ALD_JSON_OBJECT)
        ALD_TRY(ald_json_id_opt(rows->arena, &owner, "id", &def.team, err));
    el->service_def = ald_alloc(rows->arena, sizeof def);
    *el->service_def = def;
    if (ald_listing_on(cfg, "dependencies"))
        (void)ald_rows_todo(rows, el, "service_dependencies", def.external_id);
    return ALD_OK;
}

/** What the service needs ("parents") is told, and what needs it ("children"): the former of each are all edges. */
enum ald_rc ald_firehydrant_dependencies(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                         struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    struct ald_row_service_def def = {.external_id = ald_listing_subject(res->req)};
    struct ald_jv list, x, service;
    bool any = false;
    size_t n = 0;
    ALD_TRY(ald_answer_each(row, "parent_service_dependencies", &list, &any, err));
    const char **depends_on = ald_calloc(rows->arena, (any ? ald_json_len(&list) : 0) + 1, sizeof *depends_on);
    for (bool ok = any && ald_json_first(&list, &x); ok; ok = ald_json_next(&x)) {
        const char *id = NULL;
        if (!ald_json_opt(&x, "service", &service) || ald_json_kind(&service) != ALD_JSON_OBJECT)
            continue;
        ALD_TRY(ald_json_id_opt(rows->arena, &service, "id", &id, err));
        if (id && !is(id, def.external_id))
            depends_on[n++] = id;
    }
    def.depends_on = depends_on;
    el->service_def = ald_alloc(rows->arena, sizeof def);
    *el->service_def = def;
    return ALD_OK;
}

enum ald_rc ald_firehydrant_team(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_element *el, const struct ald_jv *row, struct ald_err *err)
{
    (void)cfg;
    (void)res;
    return ald_listing_team(rows, el, row, row, err);
}
