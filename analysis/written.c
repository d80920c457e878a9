/* What analyze noted of its last run, beside its rows. */
#include <stdlib.h>
#include <string.h>

#include "alidade/zone.h"
#include "analysis/stored.h"
#include "sources_hash.h"

const char *ald_written_by(struct ald_arena *arena)
{
    char release[16];
    return ald_sprintf(arena, "%s %s, zones %s", ALD_VERSION, ALD_SOURCES, ald_zone_release(release));
}

static ALD_CHECK enum ald_rc note_of(struct ald_store *store, struct ald_arena *arena, const char *key, const char **ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, "store_meta", &q, err));
    ald_q_text(q, 1, key);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row ? ald_strdup(arena, ald_q_col_text(q, 0)) : NULL;
    return ALD_OK;
}

enum ald_rc ald_written_load(struct ald_store *store, const struct ald_settings *settings, struct ald_written *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    const char *config, *version, *note;
    *ret = (struct ald_written){.sound = false};
    const struct {
        const char *key;
        int64_t *to;
    } numbers[] = {{"analysis_generation", &ret->generation}, {"analysis_as_of", &ret->as_of}, {"analysis_next", &ret->next},
                   {"analysis_settles", &ret->settles},       {"analysis_read", &ret->read},  {"analysis_counted", &ret->counted},
                   {"analysis_records", &ret->records}};
    ALD_TRY(note_of(store, arena, "analysis_config", &config, err));
    ALD_TRY(note_of(store, arena, "analysis_version", &version, err));
    ret->sound = config && version && strcmp(config, settings->config_hash ? settings->config_hash : "") == 0 && strcmp(version, ald_written_by(arena)) == 0;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        ALD_TRY(note_of(store, arena, numbers[i].key, &note, err));
        *numbers[i].to = note ? strtoll(note, NULL, 10) : 0;
        ret->sound &= note != NULL;
    }
    return ALD_OK;
}
