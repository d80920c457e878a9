/* Parts of one piece of work at the same time. */
#pragma once

#include <stddef.h>

#define ALD_PARALLEL_MOST 8 /* parts */

/** Into how many parts work is worth being cut: one for each processor. */
size_t ald_parallel_parts(void);
/** The same, but one where there are so few items that they are done before a thread has begun. */
size_t ald_parallel_parts_for(size_t items);
/** Does part(ctx, 0) up to part(ctx, n - 1), each once, n being at most ALD_PARALLEL_MOST, and returns when all are done. Parts run at the same time
 *  where threads can be had; what cannot have a thread is done by the caller. A part writes nothing that another one touches. */
void ald_parallel(size_t n, void (*part)(void *ctx, size_t i), void *ctx);
