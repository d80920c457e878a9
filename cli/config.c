/* Loading the configuration: finds the file, checks it against the table of keys, turns it into what the layers below take.
 * Values come from the file or from the table's defaults, never from anywhere else. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alidade/file.h"
#include "alidade/hash.h"
#include "alidade/limits.h"
#include "alidade/report.h"
#include "alidade/yaml.h"
#include "config_priv.h"
#include "near.h"

const struct ald_yaml *ald_cfg_node(const struct ald_yaml *map, const char *path)
{
    char step[64];
    const struct ald_yaml *at = map;
    while (at && *path) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof step || at->kind != ALD_YAML_MAP)
            return NULL;
        memcpy(step, path, n);
        step[n] = '\0';
        at = ald_yaml_get(at, step);
        path += n + (path[n] == '.');
    }
    return at && !ald_yaml_is_null(at) ? at : NULL;
}

/* The text of a key: as the file has it, else as the table defaults it, else NULL. */
static const char *text_of(const struct ald_cfg *cfg, const char *path)
{
    const struct ald_yaml *node = ald_cfg_node(cfg->root, path);
    return node ? node->text : ald_key_find(path)->default_;
}

static bool flag_of(const struct ald_cfg *cfg, const char *path)
{
    bool value = false;
    struct ald_yaml node = {.kind = ALD_YAML_SCALAR, .text = text_of(cfg, path)};
    (void)ald_yaml_bool(&node, &value);
    return value;
}

static int number_of(const struct ald_cfg *cfg, const char *path)
{
    return (int)strtol(text_of(cfg, path), NULL, 10);
}

static int64_t duration_of(const struct ald_cfg *cfg, const char *path)
{
    int64_t ms = 0;
    (void)ald_duration_parse(text_of(cfg, path), &ms);
    return ms;
}

static const char *const *strings_of(const struct ald_cfg *cfg, const char *path, size_t *ret_n)
{
    const struct ald_yaml *node = ald_cfg_node(cfg->root, path);
    size_t n = node ? node->n : 0;
    const char **list = ald_calloc(cfg->arena, n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = node->items[i]->text;
    if (ret_n)
        *ret_n = n;
    return list;
}

const char *ald_cfg_path(const struct ald_cfg *cfg, const char *path)
{
    return path ? ald_path_beside(cfg->arena, cfg->file, path) : NULL;
}

static int month_of(const char *text)
{
    static const char *const names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int i = 0; i < 12; i++)
        if (strncasecmp(text, names[i], 3) == 0)
            return i + 1;
    return 1;
}

static bool is_signal(const char *id)
{
    for (size_t k = 0; k < ALD_SIGNAL_N; k++)
        if (strcmp(ald_signal_at(k)->id, id) == 0)
            return true;
    return false;
}

static enum ald_rc no_such_signal(const struct ald_cfg *cfg, int line, const char *id, struct ald_err *err)
{
    char room[ALD_NEAR_MAX];
    const char *known = "";
    struct ald_near near = ald_near_begin(id);
    for (size_t k = 0; k < ALD_SIGNAL_N; k++) {
        ald_near_offer(&near, ald_signal_at(k)->id);
        known = ald_sprintf(cfg->arena, "%s%s%s", known, k ? ", " : "", ald_signal_at(k)->id);
    }
    return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:1: key 'analysis.weights.%.40s': no such signal%s; there are %s", cfg->file, line, id,
                    ald_near_text(&near, room), known);
}

static enum ald_rc weights_of(const struct ald_cfg *cfg, struct ald_settings *s, struct ald_err *err)
{
    const struct ald_yaml *node = ald_cfg_node(cfg->root, "analysis.weights");
    s->weights_n = node ? node->n : 0;
    struct ald_weight *weights = ald_calloc(cfg->arena, s->weights_n + 1, sizeof *weights);
    for (size_t i = 0; i < s->weights_n; i++) {
        if (!is_signal(node->keys[i]))
            return no_such_signal(cfg, node->key_lines[i], node->keys[i], err);
        weights[i].signal = node->keys[i];
        (void)ald_yaml_num(node->items[i], &weights[i].weight);
    }
    s->weights = weights;
    return ALD_OK;
}

/* The list of maps at a key: written in place, or in a file of its own. */
static enum ald_rc list_of(const struct ald_cfg *cfg, const char *key, const struct ald_yaml **ret, struct ald_err *err)
{
    const struct ald_yaml *node = ald_cfg_node(cfg->root, key);
    if (!node || node->kind == ALD_YAML_LIST) {
        *ret = node;
        return ALD_OK;
    }
    const char *path = ald_cfg_path(cfg, node->text);
    char *bytes = NULL;
    size_t n = 0;
    if (ald_file_read(path, ALD_MAX_FILE_BYTES, cfg->arena, &bytes, &n, err) != ALD_OK)
        return ald_wrap(err, "%s:%d:%d: key '%s'", cfg->file, node->line, node->column, key);
    const struct ald_yaml *list = NULL;
    ALD_TRY(ald_yaml_parse(cfg->arena, path, bytes, n, &list, err));
    struct ald_yaml *root = ald_alloc(cfg->arena, sizeof *root);
    static const char *const names[] = {"services", "teams"};
    *root = (struct ald_yaml){.kind = ALD_YAML_MAP, .line = 1, .column = 1, .n = 1};
    root->items = ald_alloc(cfg->arena, sizeof *root->items);
    root->items[0] = ald_alloc(cfg->arena, sizeof **root->items);
    *root->items[0] = *list;
    root->keys = ald_alloc(cfg->arena, sizeof *root->keys);
    root->keys[0] = names[strcmp(key, "teams") == 0];
    root->key_lines = ald_alloc(cfg->arena, sizeof *root->key_lines);
    root->key_lines[0] = 1;
    ALD_TRY(ald_config_check(path, root, err));
    *ret = list;
    return ALD_OK;
}

static const char *member(const struct ald_yaml *map, const char *key)
{
    const struct ald_yaml *node = ald_cfg_node(map, key);
    return node ? node->text : NULL;
}

static enum ald_rc named(const struct ald_cfg *cfg, const char *key, const struct ald_yaml *item, struct ald_err *err)
{
    if (!member(item, "name"))
        return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key '%s': found a map without 'name', expected { name: ... }", cfg->file,
                        item->line, item->column, key);
    return ALD_OK;
}

static enum ald_rc teams_of(const struct ald_cfg *cfg, struct ald_settings *s, struct ald_err *err)
{
    const struct ald_yaml *list = NULL;
    ALD_TRY(list_of(cfg, "teams", &list, err));
    s->teams_n = list ? list->n : 0;
    struct ald_team_setting *teams = ald_calloc(cfg->arena, s->teams_n + 1, sizeof *teams);
    for (size_t i = 0; i < s->teams_n; i++) {
        const struct ald_yaml *item = list->items[i];
        ALD_TRY(named(cfg, "teams", item, err));
        teams[i] = (struct ald_team_setting){member(item, "name"), member(item, "parent"), member(item, "timezone")};
    }
    s->teams = teams;
    return ALD_OK;
}

static enum ald_rc services_of(const struct ald_cfg *cfg, struct ald_settings *s, struct ald_err *err)
{
    const struct ald_yaml *list = NULL;
    ALD_TRY(list_of(cfg, "services", &list, err));
    s->services_n = list ? list->n : 0;
    struct ald_service_setting *services = ald_calloc(cfg->arena, s->services_n + 1, sizeof *services);
    for (size_t i = 0; i < s->services_n; i++) {
        const struct ald_yaml *item = list->items[i];
        ALD_TRY(named(cfg, "services", item, err));
        const struct ald_yaml *depends = ald_cfg_node(item, "depends_on");
        const char **names = ald_calloc(cfg->arena, (depends ? depends->n : 0) + 1, sizeof *names);
        for (size_t k = 0; depends && k < depends->n; k++)
            names[k] = depends->items[k]->text;
        services[i] = (struct ald_service_setting){
            .name = member(item, "name"), .team = member(item, "team"), .depends_on = names, .depends_on_n = depends ? depends->n : 0};
        if (member(item, "tier"))
            services[i].tier = (int)strtol(member(item, "tier"), NULL, 10);
    }
    s->services = services;
    return ALD_OK;
}

/* Texts with their lengths, so that none can be taken for another one and what separates them. */
static enum ald_rc add_texts(struct ald_buf *text, const char *what, const char *const *items, size_t n, struct ald_err *err)
{
    ALD_TRY(ald_buf_addf(text, err, "|%s%zu", what, n));
    for (size_t i = 0; i < n; i++)
        ALD_TRY(ald_buf_addf(text, err, ",%zu:%s", items[i] ? strlen(items[i]) : 0, items[i] ? items[i] : ""));
    return ALD_OK;
}

/* Everything that changes a figure, in one canonical text: what names a stored analysis. */
static enum ald_rc hash_settings(const struct ald_cfg *cfg, struct ald_settings *s, struct ald_err *err)
{
    struct ald_buf ALD_CLEANUP(ald_buf_done) text;
    ald_buf_init(&text, ALD_MAX_FILE_BYTES);
    ALD_TRY(ald_buf_addf(&text, err, "4|%d|%d|%d|%lld|%d|%d|%lld|%d|%d|%d|%.17g|%d|%d|%d", s->fiscal_start_month, s->fiscal_named_by_end,
                         s->lookback_quarters, (long long)s->landmark_ms, (int)s->duration, s->resamples, (long long)s->noise_under_ms,
                         s->show_mean, s->people_stored, s->free_text, s->link_accept, s->story_slots, s->story_minimum_age_quarters,
                         s->link_learn_least));
    ALD_TRY(add_texts(&text, "named", (const char *const[]){s->organisation, s->timezone}, 2, err));
    for (size_t i = 0; i < s->weights_n; i++) {
        ALD_TRY(add_texts(&text, "weight", &s->weights[i].signal, 1, err));
        ALD_TRY(ald_buf_addf(&text, err, "=%.17g", s->weights[i].weight));
    }
    ALD_TRY(add_texts(&text, "severities", s->severity_order, s->severity_order_n, err));
    ALD_TRY(add_texts(&text, "exercises", s->exercise_match, s->exercise_match_n, err));
    ALD_TRY(add_texts(&text, "automation", s->automation_users, s->automation_users_n, err));
    for (size_t i = 0; i < s->teams_n; i++)
        ALD_TRY(add_texts(&text, "team", (const char *const[]){s->teams[i].name, s->teams[i].parent, s->teams[i].timezone}, 3, err));
    for (size_t i = 0; i < s->services_n; i++) {
        const struct ald_service_setting *service = &s->services[i];
        ALD_TRY(add_texts(&text, "service", (const char *const[]){service->name, service->team}, 2, err));
        ALD_TRY(ald_buf_addf(&text, err, "=%d", service->tier));
        ALD_TRY(add_texts(&text, "needs", service->depends_on, service->depends_on_n, err));
    }
    char digits[33];
    ald_fingerprint(text.data, text.len, digits);
    s->config_hash = ald_strdup(cfg->arena, digits);
    return ALD_OK;
}

static enum ald_rc settings_of(const struct ald_cfg *cfg, struct ald_settings *s, struct ald_err *err)
{
    *s = (struct ald_settings){
        .organisation = text_of(cfg, "organisation"),
        .timezone = text_of(cfg, "timezone"),
        .fiscal_start_month = month_of(text_of(cfg, "fiscal_year_starts")),
        .fiscal_named_by_end = strcmp(text_of(cfg, "fiscal_year_named_by"), "end") == 0,
        .lookback_quarters = number_of(cfg, "analysis.lookback"),
        .landmark_ms = duration_of(cfg, "analysis.landmark"),
        .duration = strcmp(text_of(cfg, "analysis.duration"), "elapsed") == 0 ? ALD_DURATION_ELAPSED : ALD_DURATION_ACTIVE,
        .resamples = number_of(cfg, "analysis.resamples"),
        .noise_under_ms = duration_of(cfg, "incidents.noise_under"),
        .link_accept = strtod(text_of(cfg, "link.accept"), NULL),
        .link_learn_least = number_of(cfg, "link.learn_least"),
        .story_slots = number_of(cfg, "stories.slots"),
        .story_minimum_age_quarters = number_of(cfg, "stories.minimum_age"),
        .show_mean = flag_of(cfg, "reports.show_mean"),
        .people_stored = strcmp(text_of(cfg, "people"), "none") != 0,
        .free_text = flag_of(cfg, "free_text"),
    };
    s->severity_order = strings_of(cfg, "severity_order", &s->severity_order_n);
    s->exercise_match = strings_of(cfg, "incidents.exercise_match", &s->exercise_match_n);
    s->automation_users = strings_of(cfg, "incidents.automation_users", &s->automation_users_n);
    ALD_TRY(weights_of(cfg, s, err));
    ALD_TRY(teams_of(cfg, s, err));
    ALD_TRY(services_of(cfg, s, err));
    return hash_settings(cfg, s, err);
}

static const char *note(const struct ald_cfg *cfg, int line, const char *key)
{
    return ald_sprintf(cfg->arena, "%s:%d: '%s' is understood, but nothing in this version uses it", cfg->file, line, key);
}

/* Kinds and formats of reports; one that this version does not build is noted, one that nobody knows is refused. */
static enum ald_rc report_names(const struct ald_cfg *cfg, const char *key, const char *later, bool (*known)(const char *),
                                const char *const **ret, const char **notes, size_t *notes_n, struct ald_err *err)
{
    size_t n = 0;
    size_t kept = 0;
    const char *const *names = strings_of(cfg, key, &n);
    const char **list = ald_calloc(cfg->arena, n + 1, sizeof *list);
    const struct ald_yaml *node = ald_cfg_node(cfg->root, key);
    for (size_t i = 0; i < n; i++) {
        if (known(names[i])) {
            list[kept++] = names[i];
        } else if (ald_cfg_in_words(later, names[i]) && *notes_n < ALD_CFG_NOTES_MAX) {
            notes[(*notes_n)++] = note(cfg, node->items[i]->line, ald_sprintf(cfg->arena, "%s: %s", key, names[i]));
        } else {
            return ald_fail(err, ALD_ERR_CONFIG, "%s:%d:%d: key '%s': found '%.40s', which is no such name (see alidade report --help)",
                            cfg->file, node->items[i]->line, node->items[i]->column, key, names[i]);
        }
    }
    *ret = list;
    return ALD_OK;
}

static bool known_kind(const char *name)
{
    return ald_kind_find(name) != NULL;
}

static bool known_format(const char *name)
{
    return ald_format_find(name) != NULL;
}

static enum ald_rc notes_of(const struct ald_cfg *cfg, struct ald_config *config, struct ald_err *err)
{
    const char **notes = ald_calloc(cfg->arena, ALD_CFG_NOTES_MAX + 1, sizeof *notes);
    size_t n = 0;
    const struct ald_key_row *row;
    for (size_t i = 0; (row = ald_key_at(i)); i++)
        if (row->later && row->type != ALD_KEY_MAP && ald_cfg_node(cfg->root, row->path) && n < ALD_CFG_NOTES_MAX)
            notes[n++] = note(cfg, ald_cfg_node(cfg->root, row->path)->line, row->path);
    ALD_TRY(report_names(cfg, "reports.kinds", "stories learning", known_kind, &config->kinds, notes, &n, err));
    ALD_TRY(report_names(cfg, "reports.formats", "", known_format, &config->formats, notes, &n, err));
    config->notes = notes;
    return ALD_OK;
}

static enum ald_rc aliases_of(const struct ald_cfg *cfg, struct ald_config *config)
{
    const struct ald_yaml *node = ald_cfg_node(cfg->root, "people_aliases");
    size_t n = node ? node->n : 0;
    const char **pairs = ald_calloc(cfg->arena, 2 * n + 1, sizeof *pairs);
    for (size_t i = 0; i < n; i++) {
        pairs[2 * i] = node->keys[i];
        pairs[2 * i + 1] = node->items[i]->text;
    }
    config->people_aliases = pairs;
    return ALD_OK;
}

enum ald_rc ald_cfg_find_file(struct ald_arena *arena, const char *given, const char **ret, struct ald_err *err)
{
    if (given) {
        *ret = given;
        return ALD_OK;
    }
    const char *here = "alidade.yaml";
    const char *home = getenv("XDG_CONFIG_HOME");
    const char *base = getenv("HOME");
    const char *there = home && *home ? ald_sprintf(arena, "%s/alidade/alidade.yaml", home)
                                      : ald_sprintf(arena, "%s/.config/alidade/alidade.yaml", base ? base : "");
    if (access(here, F_OK) == 0)
        *ret = here;
    else if (access(there, F_OK) == 0)
        *ret = there;
    else
        return ald_fail(err, ALD_ERR_CONFIG, "no configuration: neither ./%s nor %s exists; `alidade init` writes a starter", here, there);
    return ALD_OK;
}

enum ald_rc ald_config_load(struct ald_arena *arena, const char *path, struct ald_config *ret, struct ald_err *err)
{
    struct ald_cfg cfg = {.arena = arena};
    char *bytes = NULL;
    size_t n = 0;
    ALD_TRY(ald_cfg_find_file(arena, path, &cfg.file, err));
    if (ald_file_read(cfg.file, ALD_MAX_FILE_BYTES, arena, &bytes, &n, err) != ALD_OK) {
        err->rc = ALD_ERR_CONFIG;
        return ald_wrap(err, "configuration");
    }
    ALD_TRY(ald_yaml_parse(arena, cfg.file, bytes, n, &cfg.root, err));
    ALD_TRY(ald_config_check(cfg.file, cfg.root, err));
    *ret = (struct ald_config){.path = cfg.file};
    ret->store = ald_cfg_path(&cfg, text_of(&cfg, "store"));
    ret->key_path = ald_sprintf(arena, "%s.key", ret->store);
    const char *people = text_of(&cfg, "people");
    ret->people = strcmp(people, "none") == 0 ? ALD_PEOPLE_NONE : strcmp(people, "names") == 0 ? ALD_PEOPLE_NAMES : ALD_PEOPLE_PSEUDONYMS;
    ret->simulated = flag_of(&cfg, "simulated");
    ret->retention_quarters = text_of(&cfg, "retention") ? number_of(&cfg, "retention") : 0;
    ret->out = ald_cfg_path(&cfg, text_of(&cfg, "reports.out"));
    ret->publish = (struct ald_publish){.url_env = text_of(&cfg, "publish.url_env"),
                                        .url_file = ald_cfg_path(&cfg, text_of(&cfg, "publish.url_file")),
                                        .ca_file = ald_cfg_path(&cfg, text_of(&cfg, "publish.ca_file")),
                                        .link = text_of(&cfg, "publish.link"),
                                        .form = text_of(&cfg, "publish.form")};
    ALD_TRY(aliases_of(&cfg, ret));
    ALD_TRY(settings_of(&cfg, &ret->settings, err));
    ALD_TRY(ald_cfg_sources(&cfg, ret, err));
    return notes_of(&cfg, ret, err);
}
