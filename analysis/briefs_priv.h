/* The bytes of a chunk of briefs, for who writes and who reads them: see briefs_packed.c. Private to these. */
#pragma once

#include "analysis/briefs.h"

enum { VERSION = 3, HASH_BYTES = 8, PRESENT_BYTES = ALD_BRIEFS_A_CHUNK / 8 };
enum {
    HAS_KEY = 1,
    URL_IS_ID = 2,
    URL_IS_KEY = 4, /* both: a text of its own */
    OPEN = 8,
    UNDATED = 16,
    LINKED = 32,
    HAS_REFS = 64,
    HAS_SERVICES = 128,
    SHOWS = 256,
    YOUNG = 512,
    TITLED = 1024
};
