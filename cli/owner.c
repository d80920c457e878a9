/* For whom a store was filled: a report under another name, or of made-up data without a word of it, is worse than none. */
#include "owner.h"

#include <stdio.h>
#include <string.h>

static enum ald_rc get(struct ald_session *s, const char *key, const char **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "store_meta", &q, err));
    ald_q_text(q, 1, key);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_strdup(s->arena, ald_q_col_text(q, 0)) : NULL;
    return ALD_OK;
}

static enum ald_rc put(struct ald_session *s, const char *key, const char *value, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "cli_owner_put", &q, err));
    ald_q_text(q, 1, key);
    ald_q_text(q, 2, value);
    return ald_q_run(q, err);
}

enum ald_rc ald_owner_of(struct ald_session *s, struct ald_owner *ret, struct ald_err *err)
{
    const char *organisation = NULL, *simulated = NULL;
    ALD_TRY(get(s, "organisation", &organisation, err));
    ALD_TRY(get(s, "simulated", &simulated, err));
    bool other = organisation && *organisation && strcmp(organisation, s->config.settings.organisation) != 0;
    *ret = (struct ald_owner){.other = other ? organisation : NULL, .simulated = s->config.simulated || (simulated && *simulated == '1')};
    if (other && s->log.json)
        ald_log_kv(&s->log, ALD_LOG_WARN, "organisation", "store", s->config.store, "filled_for", organisation, "configured",
                   s->config.settings.organisation, NULL);
    else if (other)
        (void)fprintf(stderr, "alidade: store '%s' was filled for '%s', and the configuration says organisation: '%s'\n", ald_shown(s, s->config.store),
                      ald_shown(s, organisation), ald_shown(s, s->config.settings.organisation));
    return ALD_OK;
}

enum ald_rc ald_owner_note(struct ald_session *s, struct ald_err *err)
{
    struct ald_owner owner;
    if (s->options.dry_run)
        return ALD_OK;
    ALD_TRY(ald_owner_of(s, &owner, err));
    ALD_TRY(put(s, "organisation", s->config.settings.organisation, err));
    return put(s, "simulated", owner.simulated ? "1" : "0", err);
}
