/* Texts that the pages of a run brought, so that only these are looked through once it has read all of its sources. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/arena.h"

/** What was kept of an element, or (element NULL) all texts of a record. */
struct ald_came_text {
    const char *source, *stream, *element;
    int64_t record;
};
struct ald_came {
    struct ald_arena *arena;
    struct ald_came_text *texts; /* one may stand there several times */
    size_t n, cap;
    bool all;  /* more than these are to be looked through: they are not listed */
    bool left; /* another run left some, of which it is not known for whom they were searched */
};
/** source and stream outlive it, element is copied. */
void ald_came_element(struct ald_came *came, const char *source, const char *stream, const char *element);
/** record 0: none. */
void ald_came_record(struct ald_came *came, const char *source, int64_t record);
