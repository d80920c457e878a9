/* Memory for libcurl that is wiped when it is given back: what libcurl sends it has put together in buffers of its own, and one of these
 * holds the Authorization line. Only http*.c include it. */
#pragma once

#include <stddef.h>

/** As malloc, free, realloc, strdup and calloc; what one of them gave goes back to these alone. For any thread. */
void *ald_wiped_malloc(size_t n);
void ald_wiped_free(void *p);
void *ald_wiped_realloc(void *p, size_t n);
char *ald_wiped_strdup(const char *s);
void *ald_wiped_calloc(size_t n, size_t size);
