/* The configuration: YAML checked against one table of keys. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/arena.h"
#include "alidade/err.h"
#include "alidade/ingest.h"

struct ald_yaml;

enum ald_key_type {
    ALD_KEY_MAP, ALD_KEY_STRING, ALD_KEY_PATH, ALD_KEY_URL, ALD_KEY_BOOL, ALD_KEY_INT, ALD_KEY_DURATION, ALD_KEY_QUARTERS,
    ALD_KEY_ENUM, ALD_KEY_STRINGS, ALD_KEY_ZONE, ALD_KEY_MONTH, ALD_KEY_TIME, ALD_KEY_NUMBERS /* free keys */,
    ALD_KEY_SHARE /* from 0 to 1 */,
    ALD_KEY_TEXTS /* free keys */, ALD_KEY_LIST /* of maps */, ALD_KEY_LIST_OR_FILE
};
struct ald_key_row {
    const char *path; /* "analysis.lookback", "sources[].name" */
    enum ald_key_type type;
    const char *choices;        /* ENUM: "a b c" */
    int64_t min, max;           /* INT; DURATION in ms; QUARTERS */
    const char *default_;       /* as it would be written; NULL: none */
    const char *help;
    bool later; /* understood and checked, but nothing in this version reads it: said when a configuration has it */
};
const struct ald_key_row *ald_key_at(size_t i); /* NULL after the last */

/** Where `alidade publish` sends to. */
struct ald_publish {
    const char *url_env, *url_file, *ca_file, *link; /* NULL: not given */
    const char *form;                                /* slack, teams, json */
};
struct ald_config {
    const char *path; /* of the file, or NULL */
    const char *store, *key_path;
    enum ald_people people;
    bool simulated;
    int retention_quarters; /* 0: words are kept for ever */
    const struct ald_source_cfg *sources;
    size_t sources_n;
    const char *const *people_aliases; /* pairs, NULL-terminated */
    struct ald_settings settings;
    const char *out;
    struct ald_publish publish;
    const char *const *kinds, *const *formats; /* NULL-terminated */
    const char *const *notes; /* what the configuration asks for and this version does not do; NULL-terminated */
};
/** Loads and checks. path NULL: the default places; when there is none: ALD_ERR_CONFIG that says how to begin.
 *  Messages are "FILE:LINE:COLUMN: key 'x': found ..., expected ...". Everything is arena-owned. */
ALD_CHECK enum ald_rc ald_config_load(struct ald_arena *arena, const char *path, struct ald_config *ret, struct ald_err *err);
#define ALD_CFG_MISTAKES_MAX 32
/** Those mistakes of a configuration that each key and each source shows by itself, in the order of the file; 0 where it cannot be read
 *  at all. */
size_t ald_config_mistakes(struct ald_arena *arena, const char *path, struct ald_err list[ALD_CFG_MISTAKES_MAX]);
/** Checks a document against the table of keys. */
ALD_CHECK enum ald_rc ald_config_check(const char *file, const struct ald_yaml *root, struct ald_err *err);
/** The row of a path such as "sources[].name", or NULL. */
const struct ald_key_row *ald_key_find(const char *path);
/** True when a source may have this name. */
bool ald_cfg_name_ok(const char *name);
/** True when a list of words joined by blanks holds the word. */
bool ald_cfg_in_words(const char *words, const char *word);
/** One value against its row; key names it in messages ("sources[1].since"). */
ALD_CHECK enum ald_rc ald_config_check_value(const char *file, const char *key, const struct ald_key_row *row,
                                             const struct ald_yaml *node, struct ald_err *err);
