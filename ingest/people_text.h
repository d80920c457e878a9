/* Where known names occur in texts. Knows nothing of paths or identities. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "alidade/arena.h"
#include "alidade/buf.h"
#include "alidade/json.h"
#include "connector.h"
#include "people_names.h"

/** True when all of s has the shape of an e-mail address. */
bool ald_is_email(const char *s);

/** How texts are rewritten. */
struct ald_text_scrub {
    const struct ald_known_names *known;
    /** Text that takes the place of an e-mail address that is nobody's known one (n bytes, not NUL-terminated). */
    const char *(*email)(void *ctx, const char *s, size_t n);
    enum ald_mentions mentions; /* ALD_MENTIONS_NONE: brackets and '@' are ordinary text */
    /** Text in the place of the account that a mention names. */
    const char *(*mention)(void *ctx, const char *s, size_t n);
    void *ctx;
    const char *instead; /* in place of every person; NULL: their pseudonym */
    struct ald_buf out;  /* ald_buf_init before, ald_buf_done after */
};
/** Replaces known names at word boundaries (ASCII case ignored, the longest first, words may be parted otherwise than
 *  in the name) and all e-mail addresses. For ald_json_map_strings with a struct ald_text_scrub as ctx.
 *  @return s itself when nothing was found, else text that lives until the next call. */
const char *ald_text_scrub(void *scrub, const char *s);
/** False when no known name can stand in the n bytes of a JSON text: a quick look before it is parsed. */
bool ald_text_names_maybe(const struct ald_known_names *known, const char *json, size_t n);
