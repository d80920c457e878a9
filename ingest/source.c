/* Look-ups that connectors, sync and cli share: a source's keys, its field map, the types there are, a response's
 * headers. Knows nothing of how a source is read. */
#include "alidade/ingest.h"

#include <string.h>

#include "connector.h"

static const char *find(const struct ald_source_opt *opts, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(opts[i].key, key) == 0)
            return opts[i].value;
    return NULL;
}

const char *ald_source_opt(const struct ald_source_cfg *cfg, const char *key)
{
    return find(cfg->opts, cfg->opts_n, key);
}

const char *ald_source_field(const struct ald_source_cfg *cfg, const char *canonical)
{
    return find(cfg->fields, cfg->fields_n, canonical);
}

const struct ald_source_type *ald_source_type_at(size_t i)
{
    const struct ald_connector *connector = ald_connector_at(i);
    return connector ? &connector->type : NULL;
}

const struct ald_source_type *ald_source_type(const char *type)
{
    const struct ald_connector *connector = ald_connector_find(type);
    return connector ? &connector->type : NULL;
}

const char *ald_http_header(const struct ald_http_res *res, const char *name)
{
    for (size_t i = 0; i < res->headers_n; i++)
        if (strcmp(res->headers[i].name, name) == 0)
            return res->headers[i].value;
    return NULL;
}
