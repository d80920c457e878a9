/* Facts of impact and of other companies that users map to a source's own fields: one table for all connectors, what a
 * field's text means, and the words by which a change of it is told (timeline.h). */
#include <stdlib.h>
#include <string.h>

#include "connector.h"

static const struct ald_given_field fields[] = {
    {"customers", "customers_impacted", ALD_HOLDS_IMPACT},
    {"customers_impacted", "customers_impacted", ALD_HOLDS_IMPACT},
    {"regions", "regions", ALD_HOLDS_IMPACT},
    {"requests_failed", "requests_failed", ALD_HOLDS_IMPACT},
    {"external_party", "external_party", ALD_HOLDS_VENDOR},
    {"customer_reports", "customer_reports", 0},
};

const struct ald_given_field *ald_given_field_at(size_t i)
{
    return i < sizeof fields / sizeof fields[0] ? &fields[i] : NULL;
}

const struct ald_given_field *ald_given_field_of(const struct ald_source_cfg *cfg, const char *field)
{
    for (size_t i = 0; field && i < sizeof fields / sizeof fields[0]; i++) {
        const char *mapped = ald_source_field(cfg, fields[i].canonical);
        if (mapped && strcmp(mapped, field) == 0)
            return &fields[i];
    }
    return NULL;
}

unsigned ald_given_facets(const struct ald_source_cfg *cfg)
{
    unsigned facets = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        facets |= ald_source_field(cfg, fields[i].canonical) ? fields[i].facet : 0;
    return facets;
}

#define BETWEEN ",;"
#define BLANK " \t\r\n"

/* The next part of a list in one text; NULL at its end. */
static const char *part(struct ald_arena *arena, const char **at)
{
    const char *s = *at + strspn(*at, BETWEEN BLANK);
    size_t n = strcspn(s, BETWEEN);
    *at = s + n;
    while (n > 0 && strchr(BLANK, s[n - 1]))
        n--;
    return n ? ald_strndup(arena, s, n) : NULL;
}

void ald_rows_given(struct ald_rows *rows, struct ald_row_record *rec, const char *name, const char *text,
                    const char *field)
{
    if (!text || strcmp(name, "regions") != 0) {
        ald_rows_value(rows, rec, name, text, field);
        return;
    }
    for (const char *s; (s = part(rows->arena, &text));)
        ald_rows_value(rows, rec, name, s, field);
}

const char *ald_given_word(struct ald_arena *arena, const struct ald_given_field *given, const char *text)
{
    if (!text || !text[strspn(text, BETWEEN BLANK)])
        return NULL;
    if (strcmp(given->name, "external_party") == 0)
        return given->name;
    if (strcmp(given->name, "regions") == 0) {
        size_t n = 0;
        while (part(arena, &text))
            n++;
        return ald_sprintf(arena, "regions_impacted=%zu", n);
    }
    char *end = NULL;
    (void)strtod(text, &end);
    bool number = end != text && !end[strspn(end, BLANK)];
    return number && given->facet ? ald_sprintf(arena, "%s=%s", given->name, text) : NULL;
}
