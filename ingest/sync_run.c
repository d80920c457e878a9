/* All sources of a run. Sources are read at the same time, those that share an account one after the other. Each has a thread,
 * which holds the gate whenever it touches the store and leaves it while it waits for an answer, parses it, replaces people
 * and makes rows: so there is one writer at a time, and no page waits for another source. Knows no API and no SQL. */
#include <stdio.h>
#include <string.h>

#include "sync_priv.h"

#define NOT_STARTED "stopped before this source was asked"
#define THREADS_MAX 8

/* ---- The gate ---- */

void ald_gate_enter(const struct ald_sync *s)
{
    if (s->gate)
        (void)pthread_mutex_lock(&s->gate->lock);
}

void ald_gate_leave(const struct ald_sync *s)
{
    if (s->gate)
        (void)pthread_mutex_unlock(&s->gate->lock);
}

bool ald_sync_stopped(const struct ald_sync *s)
{
    return (s->gate && atomic_load(&s->gate->failed)) || (s->opts->stop && s->opts->stop(s->opts->stop_ctx));
}

/* ---- The run ---- */

/** What the threads share; but for the gate, only touched inside it. */
struct run {
    struct ald_gate gate;
    struct ald_store *store;
    const struct ald_ingest_opts *opts;
    const struct ald_key *key;
    struct ald_arena *arena; /* of --dry-run, which is one thread's */
    struct ald_source_outcome *outcomes;
    bool stopped;
    size_t next;        /* source to look at for the next account */
    struct ald_err err; /* of the store */
    struct ald_came came; /* texts of files */
};

static void run_one(struct run *run, size_t i)
{
    const struct ald_ingest_opts *opts = run->opts;
    const struct ald_source_cfg *cfg = &opts->sources[i];
    struct ald_source_outcome *out = &run->outcomes[i];
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = opts->dry_run ? NULL : ald_arena_new();
    const struct ald_source_type *type = ald_source_type(cfg->type);
    const bool file = type && type->is_file;
    ALD_CLEANUP(ald_sync_done)
    struct ald_sync s = {
        .store = run->store,
        .gate = &run->gate,
        .opts = opts,
        .cfg = cfg,
        .out = out,
        .arena = arena ? arena : run->arena,
        .pages = ald_arena_pool_new(),
        .clock = opts->clock,
        .scrub = {.key = run->key, .source = cfg->name, .mode = opts->people, .aliases = opts->people_aliases},
        .land = {.store = run->store, .cfg = cfg, .free_text = opts->free_text, .met = opts->people == ALD_PEOPLE_NAMES ? NULL : ald_met_new(), .came = file ? &run->came : NULL},
        .facts = ald_facts_new(),
        .source_i = i,
        .temporary = opts->since != ALD_TIME_NONE || opts->until != ALD_TIME_NONE,
        .census_since = ALD_TIME_NONE,
        .census_started = ALD_TIME_NONE,
    };
    if (run->stopped || ald_sync_stopped(&s)) {
        out->rc = ALD_ERR_STOPPED;
        (void)snprintf(out->message, sizeof out->message, "source '%s': " NOT_STARTED, cfg->name);
        run->stopped = true;
        return;
    }
    struct ald_err err = {0};
    enum ald_rc rc = ald_sync_source(&s, &err);
    run->stopped = run->stopped || out->rc == ALD_ERR_STOPPED;
    if (rc != ALD_OK && run->err.rc == ALD_OK) { /* the store's: nobody can go on */
        run->err = err;
        atomic_store(&run->gate.failed, true);
    }
}

static bool same(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

/** One account of one server is asked by one at a time: their limits are counted together. */
static bool same_account(const struct ald_source_cfg *a, const struct ald_source_cfg *b)
{
    return same(a->type, b->type) && same(a->base_url, b->base_url) && same(a->token_env, b->token_env) &&
           same(a->token_file, b->token_file);
}

static bool leads(const struct ald_ingest_opts *opts, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (same_account(&opts->sources[k], &opts->sources[i]))
            return false;
    return true;
}

/** Takes one account after the other. */
static void *work(void *ctx)
{
    struct run *run = ctx;
    const struct ald_ingest_opts *opts = run->opts;
    (void)pthread_mutex_lock(&run->gate.lock);
    while (run->next < opts->sources_n) {
        size_t leader = run->next++;
        if (!leads(opts, leader))
            continue;
        for (size_t i = leader; i < opts->sources_n; i++)
            if (i == leader || same_account(&opts->sources[leader], &opts->sources[i]))
                run_one(run, i);
    }
    (void)pthread_mutex_unlock(&run->gate.lock);
    return NULL;
}

static void work_together(struct run *run)
{
    pthread_t threads[THREADS_MAX] = {0};
    size_t accounts = 0, n = 0;
    for (size_t i = 0; i < run->opts->sources_n; i++)
        accounts += leads(run->opts, i);
    for (; !run->opts->dry_run && n + 1 < accounts && n + 1 < THREADS_MAX; n++)
        if (pthread_create(&threads[n], NULL, work, run) != 0)
            break; /* with fewer it takes longer */
    (void)work(run);
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(threads[i], NULL);
}

/** What is the user's to mend, before any source is read: a name that is taken, and credentials, if there are none for any source. */
static enum ald_rc check_all(struct ald_store *store, const struct ald_ingest_opts *opts, struct ald_arena *arena, struct ald_err *err)
{
    const char *missing = "";
    size_t missing_n = 0;
    for (size_t i = 0; i < opts->sources_n; i++) {
        ALD_CLEANUP(ald_sync_done)
        struct ald_sync s = {.store = store, .opts = opts, .cfg = &opts->sources[i], .arena = arena};
        struct ald_err why = {0};
        enum ald_rc rc = ald_sync_check(&s, &why);
        if (rc == ALD_ERR_AUTH)
            missing = ald_sprintf(arena, "%s%s%s", missing, missing_n++ ? "; " : "", why.msg);
        else if (rc != ALD_OK) {
            if (err)
                *err = why;
            return rc;
        }
    }
    return missing_n == 0 || missing_n < opts->sources_n ? ALD_OK : ald_fail(err, ALD_ERR_CONFIG, "%s", missing);
}

enum ald_rc ald_ingest_run(struct ald_store *store, const struct ald_ingest_opts *opts, struct ald_arena *arena,
                           struct ald_source_outcome *ret_outcomes, struct ald_err *err)
{
    struct ald_key key = {0};
    for (size_t i = 0; i < opts->sources_n; i++)
        ret_outcomes[i] = (struct ald_source_outcome){.source = NULL};
    ALD_TRY(check_all(store, opts, arena, err));
    if (!opts->dry_run)
        ALD_TRY(ald_key_load(opts->key_path, &key, err));
    for (size_t i = 0; i < opts->sources_n; i++)
        ret_outcomes[i].source = opts->sources[i].name;
    struct run run = {.gate = {.lock = PTHREAD_MUTEX_INITIALIZER},
                      .store = store,
                      .opts = opts,
                      .key = &key,
                      .arena = arena,
                      .outcomes = ret_outcomes};
    enum ald_rc rc = opts->dry_run ? ALD_OK : ald_sync_check_key(store, opts, &key, err);
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *of_texts = ald_arena_new();
    run.came.arena = of_texts;
    if (rc == ALD_OK && !opts->dry_run)
        rc = ald_sync_said_begin(store, &run.came, err);
    if (rc == ALD_OK) {
        work_together(&run);
        if (run.err.rc != ALD_OK && err)
            *err = run.err;
        rc = run.err.rc;
    }
    if (rc == ALD_OK && !opts->dry_run)
        rc = ald_sync_names_said(store, opts, &key, &run.came, err);
    if (rc == ALD_OK && run.stopped)
        rc = ald_fail(err, ALD_ERR_STOPPED, "stopped; the next run goes on from here");
    (void)pthread_mutex_destroy(&run.gate.lock);
    ald_key_wipe(&key);
    return rc;
}
