/* Files that the build turned into byte arrays (data/tools/embed.py). */
#pragma once

#include <stddef.h>

struct ald_embedded {
    const char *name; /* file name without folder, or name of a statement; NULL ends a table */
    const unsigned char *bytes; /* NUL-terminated; size does not count the NUL */
    size_t size;
};
extern const struct ald_embedded ald_sql_migrations[]; /* data/sql/NNNN_name.sql in order */
extern const struct ald_embedded ald_sql_schema[];     /* one: what all of them together make */
extern const struct ald_embedded ald_sql_queries[];    /* the named statements of data/sql/queries/?.sql, by name */
extern const struct ald_embedded ald_schemas[];        /* data/schema/KIND.schema.json */
extern const struct ald_embedded ald_html_assets[];    /* data/html */
