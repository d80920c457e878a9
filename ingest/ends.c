/* Sources whose API comes to an end: what doctor says of it, and what is added to a failure that it explains. */
#include "ends.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alidade/time.h"

/* So long before the end it is more than worth knowing: a first read of a large account takes days. */
#define SOON_MS (180 * ALD_DAY_MS)
#define HISTORY "what was read stays in the store and in reports; take the source out of the configuration (docs/RECIPES.md)"

static bool end_of(const struct ald_source_type *type, int64_t *ret)
{
    return type->ends && ald_time_parse(type->ends, strlen(type->ends), ret);
}

void ald_ends_tell(struct ald_checkup *checkup, const struct ald_source_type *type, int64_t now)
{
    int64_t end;
    if (!end_of(type, &end))
        return;
    if (now >= end)
        (void)ald_checkup_add(checkup, ALD_CHECKUP_LOOK, "end", HISTORY, "the API of this source ended on %s", type->ends);
    else
        (void)ald_checkup_add(checkup, end - now > SOON_MS ? ALD_CHECKUP_NOTE : ALD_CHECKUP_LOOK, "end",
                              "read everything before: alidade ingest --full, until status says complete (docs/RECIPES.md)",
                              "the API of this source ends on %s, in %" PRId64 " days, and earlier for an account that was migrated", type->ends,
                              (end - now) / ALD_DAY_MS);
}

void ald_ends_explain(const struct ald_source_type *type, int64_t now, struct ald_err *why)
{
    static const char *const signs[] = {"status 403", "status 404", "status 410"};
    int64_t end;
    if (!end_of(type, &end))
        return;
    bool fits = now >= end || why->rc == ALD_ERR_AUTH;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        fits = fits || strstr(why->msg, signs[i]);
    if (!fits || why->rc == ALD_ERR_STOPPED)
        return;
    size_t n = strlen(why->msg);
    (void)snprintf(why->msg + n, sizeof why->msg - n, now >= end ? "; its API ended on %s: %s" : "; its API ends on %s, and earlier for a migrated account: %s",
                   type->ends, HISTORY);
}
