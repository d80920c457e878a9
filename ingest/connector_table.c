/* The table of connectors, made from connectors/list.def. A new source is one file and one row there; nothing here. */
#include "connector.h"

#include <string.h>

#define X(name) extern const struct ald_connector ald_connector_##name;
#include "connectors/list.def"
#undef X

static const struct ald_connector *const connectors[] = {
#define X(name) &ald_connector_##name,
#include "connectors/list.def"
#undef X
};

const struct ald_connector *ald_connector_at(size_t i)
{
    return i < sizeof connectors / sizeof connectors[0] ? connectors[i] : NULL;
}

const struct ald_connector *ald_connector_find(const char *type)
{
    for (size_t i = 0; i < sizeof connectors / sizeof connectors[0]; i++)
        if (strcmp(connectors[i]->type.type, type) == 0)
            return connectors[i];
    return NULL;
}
