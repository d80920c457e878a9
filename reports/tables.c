/* The tables of kinds and formats, made from their list.def files. */
#include <string.h>

#include "alidade/report.h"

#define X(name) extern const struct ald_kind ald_kind_##name;
#include "kinds/list.def"
#undef X
#define X(name) extern const struct ald_format ald_format_##name;
#include "formats/list.def"
#undef X

static const struct ald_kind *const kinds[] = {
#define X(name) &ald_kind_##name,
#include "kinds/list.def"
#undef X
    NULL,
};
static const struct ald_format *const formats[] = {
#define X(name) &ald_format_##name,
#include "formats/list.def"
#undef X
    NULL,
};

const struct ald_kind *ald_kind_at(size_t i)
{
    return i < sizeof kinds / sizeof kinds[0] ? kinds[i] : NULL;
}

const struct ald_format *ald_format_at(size_t i)
{
    return i < sizeof formats / sizeof formats[0] ? formats[i] : NULL;
}

const struct ald_kind *ald_kind_find(const char *name)
{
    for (size_t i = 0; kinds[i]; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

const struct ald_format *ald_format_find(const char *name)
{
    for (size_t i = 0; formats[i]; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}
