/* alidade status: sources, how fresh they are, what is missing and what to do about it. One tree, written as JSON or told in
 * words. */
#include <stdio.h>

#include "alidade/report.h"
#include "alidade/utf8.h"
#include "commands.h"

#define REASON_CHARS 200

/* ---- The tree ---- */

enum kind { TEXT, TIME, COUNT, FLAG };
struct column {
    const char *key;
    enum kind kind;
};

static struct ald_node *cell(struct ald_arena *a, struct ald_q *q, int i, enum kind kind)
{
    switch (kind) {
    case TIME:
        return ald_node_time(a, ald_q_col_time(q, i));
    case COUNT:
        return ald_node_int(a, ald_q_col_int(q, i));
    case FLAG:
        return ald_node_bool(a, ald_q_col_int(q, i) != 0);
    default:
        return ald_node_str(a, ald_strdup(a, ald_q_col_text(q, i)));
    }
}

static struct ald_node *object_of(struct ald_arena *a, struct ald_q *q, const struct column *columns)
{
    struct ald_node *o = ald_node_object(a);
    for (int i = 0; columns[i].key; i++)
        ald_node_set(a, o, columns[i].key, cell(a, q, i, columns[i].kind));
    return o;
}

/* All rows that a query gives for a source. */
static enum ald_rc rows_of(struct ald_session *s, const char *query, const char *source, const struct column *columns, struct ald_node **ret,
                           struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    *ret = ald_node_list(s->arena);
    ALD_TRY(ald_q_open(s->store, query, &q, err));
    ald_q_text(q, 1, source);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        ald_node_add(s->arena, *ret, object_of(s->arena, q, columns));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static enum ald_rc add_rows(struct ald_session *s, struct ald_node *source, const char *key, const char *query, const struct column *columns,
                            struct ald_err *err)
{
    struct ald_node *rows = NULL;
    ALD_TRY(rows_of(s, query, ald_node_at(source, "name")->text, columns, &rows, err));
    ald_node_set(s->arena, source, key, rows);
    return ALD_OK;
}

static enum ald_rc sources_of(struct ald_session *s, struct ald_node *list, struct ald_err *err)
{
    static const struct column columns[] = {{"name", TEXT}, {"type", TEXT}, {"role", TEXT}, {"last_success", TIME}, {"last_attempt", TIME},
                                            {"last_error", TEXT}, {"records", COUNT}, {"quarantined", COUNT}, {"details_to_read", COUNT},
                                            {"learning_rows", COUNT}, {NULL, TEXT}};
    static const struct column streams[] = {{"name", TEXT}, {"newest_change", TIME}, {"completed_at", TIME}, {"complete", FLAG},
                                            {"gap", TEXT}, {"under_way", FLAG}, {"refused", FLAG}, {NULL, TEXT}};
    static const struct column quarantine[] = {{"stream", TEXT}, {"element", TEXT}, {"reason", TEXT}, {NULL, TEXT}};
    static const struct column remarks[] = {{"stream", TEXT}, {"text", TEXT}, {NULL, TEXT}};
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(s->store, "cli_status_sources", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        struct ald_node *source = object_of(s->arena, q, columns);
        ALD_TRY(add_rows(s, source, "streams", "cli_status_streams", streams, err));
        ALD_TRY(add_rows(s, source, "quarantine", "cli_status_quarantine", quarantine, err));
        ALD_TRY(add_rows(s, source, "remarks", "cli_status_findings", remarks, err));
        ald_node_add(s->arena, list, source);
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}

static bool listed(const struct ald_node *list, const char *name)
{
    for (size_t i = 0; i < list->list.n; i++)
        if (strcmp(ald_node_at(list->list.items[i], "name")->text, name) == 0)
            return true;
    return false;
}

/* What is configured and of which the store knows nothing: the same keys, with nothing in them. */
static void never_read(struct ald_session *s, struct ald_node *list)
{
    static const char *const times[] = {"last_success", "last_attempt", "last_error"},
                             *const counts[] = {"records", "quarantined", "details_to_read", "learning_rows"},
                             *const lists[] = {"streams", "quarantine", "remarks"};
    for (size_t i = 0; i < s->config.sources_n; i++) {
        const struct ald_source_cfg *cfg = &s->config.sources[i];
        if (listed(list, cfg->name))
            continue;
        struct ald_node *o = ald_node_object(s->arena);
        ald_node_set(s->arena, o, "name", ald_node_str(s->arena, cfg->name));
        ald_node_set(s->arena, o, "type", ald_node_str(s->arena, cfg->type));
        ald_node_set(s->arena, o, "role", ald_node_str(s->arena, cfg->role));
        for (size_t k = 0; k < 3; k++)
            ald_node_set(s->arena, o, times[k], ald_node_time(s->arena, ALD_TIME_NONE));
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++)
            ald_node_set(s->arena, o, counts[k], ald_node_int(s->arena, 0));
        for (size_t k = 0; k < 3; k++)
            ald_node_set(s->arena, o, lists[k], ald_node_list(s->arena));
        ald_node_add(s->arena, list, o);
    }
}

/* ---- In words ---- */

static const char *text(const struct ald_session *s, const struct ald_node *o, const char *key)
{
    const struct ald_node *v = ald_node_at(o, key);
    return v && v->kind == ALD_NODE_STR ? ald_shown(s, v->text) : "";
}

static long long count(const struct ald_node *o, const char *key)
{
    return (long long)ald_node_at(o, key)->integer;
}

static int64_t time_at(const struct ald_node *o, const char *key)
{
    const struct ald_node *v = ald_node_at(o, key);
    return v && v->kind == ALD_NODE_TIME ? v->integer : ALD_TIME_NONE;
}

static void print_stream(const struct ald_session *s, const struct ald_node *stream)
{
    char at[32];
    int64_t newest = time_at(stream, "newest_change");
    const char *state = ald_node_at(stream, "under_way")->boolean  ? "unfinished: the next ingest goes on with it"
                        : ald_node_at(stream, "refused")->boolean  ? "not given to these credentials"
                        : ald_node_at(stream, "complete")->boolean ? "complete"
                                                                   : "incomplete";
    (void)printf("  %-22s %s%s%s\n", text(s, stream, "name"), state, newest == ALD_TIME_NONE ? "" : ", newest change ",
                 newest == ALD_TIME_NONE ? "" : ald_time_format(newest, at));
    if (*text(s, stream, "gap"))
        (void)printf("    gap: %s\n", text(s, stream, "gap"));
}

static void print_source(const struct ald_session *s, const struct ald_node *source)
{
    char ago[48];
    int64_t last = time_at(source, "last_success");
    const struct ald_node *streams = ald_node_at(source, "streams"), *bad = ald_node_at(source, "quarantine"),
                          *remarks = ald_node_at(source, "remarks");
    if (time_at(source, "last_attempt") == ALD_TIME_NONE && !count(source, "records") && !streams->list.n) {
        (void)printf("\n%s (%s%s): never read (alidade ingest %s)\n", text(s, source, "name"), text(s, source, "type"),
                     *text(s, source, "role") == 'v' ? ", vendor" : "", text(s, source, "name"));
        return;
    }
    (void)printf("\n%s (%s%s): %lld record%s, ", text(s, source, "name"), text(s, source, "type"),
                 *text(s, source, "role") == 'v' ? ", vendor" : "", count(source, "records"), count(source, "records") == 1 ? "" : "s");
    if (count(source, "learning_rows"))
        (void)printf("%lld rows about reviews, learnings and actions, ", count(source, "learning_rows"));
    (void)printf("%s%s\n",
                 last == ALD_TIME_NONE ? "never read in full" : "last read in full ",
                 last == ALD_TIME_NONE ? "" : ald_ago(s->clock.now_ms(s->clock.ctx), last, ago));
    if (*text(s, source, "last_error"))
        (void)printf("  last run failed: %s\n", text(s, source, "last_error"));
    if (count(source, "details_to_read"))
        (void)printf("  %lld detail requests still to make\n", count(source, "details_to_read"));
    if (count(source, "quarantined"))
        (void)printf("  %lld in quarantine (alidade quarantine list)\n", count(source, "quarantined"));
    for (size_t i = 0; i < streams->list.n; i++)
        print_stream(s, streams->list.items[i]);
    for (size_t i = 0; i < bad->list.n; i++) {
        const struct ald_node *row = bad->list.items[i];
        const char *reason = ald_after_name(text(s, row, "reason"), text(s, row, "element")); /* it may hold a whole URL */
        size_t cut = ald_utf8_prefix(reason, REASON_CHARS);
        (void)printf("    quarantined: %s %s: %.*s%s\n", text(s, row, "stream"), text(s, row, "element"), (int)cut, reason,
                     reason[cut] ? "..." : "");
    }
    for (size_t i = 0; i < remarks->list.n; i++)
        (void)printf("    remark: %s: %s\n", text(s, remarks->list.items[i], "stream"), text(s, remarks->list.items[i], "text"));
}

enum ald_rc ald_cmd_status(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    struct ald_node *root = ald_node_object(s->arena), *sources = ald_node_list(s->arena);
    (void)ret_code;
    ALD_TRY(ald_store_begin_read(s->store, err));
    ALD_TRY(sources_of(s, sources, err));
    bool nothing = !sources->list.n;
    never_read(s, sources);
    ald_node_set(s->arena, root, "store", ald_node_str(s->arena, s->config.store));
    ald_node_set(s->arena, root, "sources", sources);
    if (s->options.json) {
        struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
        ald_jw_init(w, ald_json_sink_file(stdout), 2);
        ald_node_write(w, root, s->arena);
        return ald_jw_finish(w, err);
    }
    (void)printf("store %s\n", s->config.store);
    if (nothing)
        (void)printf("nothing was ingested yet: run `alidade ingest`\n");
    for (size_t i = 0; i < sources->list.n; i++)
        print_source(s, sources->list.items[i]);
    return ALD_OK;
}
