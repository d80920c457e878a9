/* Sending one message to a webhook: https, or http to this machine. The address is a secret: whoever has it can post. It comes from
 * the environment or a file, is never logged, never in a message, never stored. */
#pragma once

#include <stdbool.h>

#include "alidade/arena.h"
#include "alidade/err.h"
#include "alidade/time.h"

struct ald_webhook {
    const char *url_env, *url_file; /* one of the two: name of the variable, path of the file (mode 0600) */
    const char *ca_file;            /* certificate authority of a private server, or NULL */
    const char *version;            /* of the program, for the User-Agent */
    struct ald_clock clock;
    bool (*stop)(void *ctx);
    void *stop_ctx;
};
/** POSTs a JSON document. It is sent again only where it cannot have arrived (no connection) or was put off (rate limit).
 *  @return ALD_ERR_CONFIG (no address, or none that can be used), ALD_ERR_AUTH (401, 403, 404, 410: the address is no longer
 *          good), ALD_ERR_NET (anything else that is no success). */
ALD_CHECK enum ald_rc ald_webhook_send(const struct ald_webhook *webhook, const char *json, struct ald_arena *arena, struct ald_err *err);
