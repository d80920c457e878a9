/* How long linking takes and how much memory, for so many records: pages, tickets and posts of five years on 2,000
 * services of 300 teams; half of the tickets name their page, a tenth share its key, the rest only look alike. Not part
 * of the test run:
 *
 *     meson test --benchmark -C build     or     bench_link [RECORDS [SERVICES]]
 *
 * Few services are the hard case of likeness: more neighbours in time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "alidade/rng.h"
#include "analysis/build.h"

#define SPAN_MS (5 * 365 * ALD_DAY_MS)
enum { PAGER, TICKETS, POSTS, SOURCES, TEAMS = 300 };

struct bench {
    struct ald_analysis a;
    struct ald_build b;
    struct ald_settings settings;
    struct ald_rng rng;
    uint32_t services;
};

static double now_s(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double peak_mb(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static const char *title(struct bench *x, uint32_t service, uint64_t symptom, size_t source)
{
    static const char *const words[SOURCES][6] = {
        {"p99 latency above limit", "Error rate above limit", "Disk usage above limit", "Consumer lag above limit",
         "Pod restarts", "Health check failed"},
        {"Slow pages", "Errors for customers", "No space left", "Backlog of messages", "Crash loop", "Outage"},
        {"Degraded performance", "Elevated errors", "Saving fails", "Delays", "Interruptions", "Major outage"}};
    return ald_sprintf(x->a.arena, "%s on service-%u (%u)", words[source][symptom], service,
                       (unsigned)ald_rng_below(&x->rng, 97));
}

static void add_ref(struct bench *x, uint32_t record, enum ald_ref_kind kind, const char *value)
{
    struct ald_build *b = &x->b;
    b->ref = ald_grow(b->scratch, b->ref, b->ref_n, &b->ref_cap, sizeof *b->ref);
    if (!b->refs[record].n)
        b->refs[record].at = (uint32_t)b->ref_n;
    b->refs[record].n++;
    b->ref[b->ref_n++] = (struct ald_row_ref){.kind = (uint8_t)kind, .value = value, .field = "refs"};
}

static void add_record(struct bench *x, size_t source, uint32_t number, uint32_t service, uint64_t symptom,
                       int64_t start, int64_t length)
{
    static const char *const kinds[SOURCES] = {"pager", "ticket", "status"};
    struct ald_build *b = &x->b;
    uint32_t i = (uint32_t)x->a.records_n++;
    struct ald_record *r = &x->a.records[i];
    struct ald_work *w = &b->work[i];
    r->traits = ald_build_traits(
        b, &(struct ald_traits){.source = ald_names_text(b->sources, (uint32_t)source), .kind = kinds[source]});
    r->external_id = ald_sprintf(x->a.arena, "%s:%c%08u", r->traits->source, "PTS"[source], number) + strlen(r->traits->source) + 1;
    r->key = ald_sprintf(x->a.arena, "%s-%u", source == PAGER ? "PD" : source == TICKETS ? "OPS" : "ST", number);
    r->url_end = ald_sprintf(x->a.arena, "https://%s.example/%u", kinds[source], number);
    r->title = title(x, service, symptom, source);
    ald_own_moment_set(b, i, ALD_OPENED, start, 0);
    w->source = (uint32_t)source;
    w->start = start;
    b->draft[i].fold_into = ALD_NOBODY;
    b->draft[i].state = ALD_STATE_RESOLVED;
    w->spans = ald_alloc(b->scratch, sizeof *w->spans);
    *w->spans = (struct ald_span){start, start + length};
    w->spans_n = 1;
    w->services = (struct ald_slice){(uint32_t)b->svc_n, 1};
    b->svc = ald_grow(b->scratch, b->svc, b->svc_n, &b->svc_cap, sizeof *b->svc);
    b->svc[b->svc_n++] = (struct ald_row_svc){.service = service, .at = ALD_TIME_NONE, .at_start = true};
}

/* One happening: a page, for two of three a ticket, for one of ten a post. */
static void happening(struct bench *x, uint32_t number, size_t most)
{
    int64_t start = (int64_t)(ald_rng_unit(&x->rng) * (double)SPAN_MS);
    uint32_t service = (uint32_t)ald_rng_below(&x->rng, x->services), page = (uint32_t)x->a.records_n;
    uint64_t symptom = ald_rng_below(&x->rng, 6);
    const char *key = ald_sprintf(x->a.arena, "service-%u/%" PRIu64, service, symptom);
    add_record(x, PAGER, number, service, symptom, start, (int64_t)(ald_rng_unit(&x->rng) * 2 * (double)ALD_HOUR_MS));
    add_ref(x, page, ALD_REF_INCIDENT_KEY, key);
    if (x->a.records_n < most && ald_rng_below(&x->rng, 3)) {
        uint32_t ticket = (uint32_t)x->a.records_n;
        add_record(x, TICKETS, number, service, symptom,
                   start + (int64_t)(ald_rng_unit(&x->rng) * 20 * (double)ALD_MINUTE_MS), ALD_DAY_MS);
        uint64_t way = ald_rng_below(&x->rng, 10);
        if (way < 5)
            add_ref(x, ticket, ALD_REF_KEY, x->a.records[page].key);
        else if (way < 6)
            add_ref(x, ticket, ALD_REF_INCIDENT_KEY, key);
        if (way == 9)
            add_ref(x, ticket, ALD_REF_CHANNEL, "https://chat.example/standing");
    }
    if (x->a.records_n < most && ald_rng_below(&x->rng, 10) == 0)
        add_record(x, POSTS, number, service, symptom,
                   start + (int64_t)(ald_rng_unit(&x->rng) * 30 * (double)ALD_MINUTE_MS), ALD_HOUR_MS);
}

static void prepare(struct bench *x, struct ald_store *store, size_t records)
{
    struct ald_arena *arena = ald_arena_new(), *scratch = ald_arena_new();
    static const char *const sources[SOURCES] = {"pager", "tickets", "posts"};
    x->a = (struct ald_analysis){
        .arena = arena, .settings = &x->settings, .as_of = SPAN_MS, .services_n = x->services, .teams_n = TEAMS};
    x->b = (struct ald_build){
        .store = store, .settings = &x->settings, .a = &x->a, .scratch = scratch, .brief = ald_arena_new(),
        .timing = ald_arena_new(), .sources = ald_names_new(scratch)};
    for (size_t i = 0; i < SOURCES; i++)
        (void)ald_names_add(x->b.sources, sources[i]);
    x->a.records = ald_calloc(arena, records, sizeof *x->a.records);
    x->b.work = ald_calloc(scratch, records, sizeof *x->b.work);
    x->b.draft = ald_calloc(scratch, records, sizeof *x->b.draft);
    x->b.refs = ald_calloc(scratch, records, sizeof *x->b.refs);
    x->b.moments_of = ald_calloc(scratch, records, sizeof *x->b.moments_of);
    x->a.services = ald_calloc(arena, x->services, sizeof *x->a.services);
    x->a.teams = ald_calloc(arena, TEAMS, sizeof *x->a.teams);
    x->b.service_owner = ald_calloc(scratch, x->services, sizeof *x->b.service_owner);
    for (uint32_t i = 0; i < x->services; i++) {
        x->a.services[i] = ald_sprintf(arena, "service-%u", i);
        x->b.service_owner[i] = i % TEAMS;
    }
    for (uint32_t i = 0; i < TEAMS; i++)
        x->a.teams[i] = ald_sprintf(arena, "team-%u", i);
    for (uint32_t i = 0; x->a.records_n < records; i++)
        happening(x, i, records);
}

static int run(struct bench *x, struct ald_store *store, size_t records)
{
    struct ald_err err = {0};
    struct ald_zone *ALD_CLEANUP(ald_zone_freep) utc = NULL;
    size_t incidents = 0, joined[ALD_LINK_METHOD_N] = {0};
    prepare(x, store, records);
    if (ald_zone_load("UTC", &utc, &err) != ALD_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    x->a.zone = utc;
    x->a.calendar = (struct ald_calendar){.zone = utc, .fiscal_start_month = 1}; /* what has settled ends with a quarter */
    double before_mb = peak_mb(), wall = now_s(), cpu = cpu_s();
    if (ald_link(&x->b, &incidents, &err) != ALD_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    wall = now_s() - wall;
    cpu = cpu_s() - cpu;
    for (size_t i = 0; i < x->b.link_n; i++)
        joined[x->b.link[i].method]++;
    printf("%zu records on %u services -> %zu incidents in %.2f s (processor %.2f s); peak %.0f MB, of which %.0f MB "
           "are the records;",
           records, x->services, incidents, wall, cpu, peak_mb(), before_mb);
    for (int m = 0; m < ALD_LINK_METHOD_N; m++)
        if (joined[m])
            printf(" %s %zu", ald_link_method_name((enum ald_link_method)m), joined[m]);
    printf("; suggestions %zu, idle values %zu\n", x->a.suggestions_n, x->a.idle_links_n);
    ald_names_free(x->b.sources);
    ald_arena_free(x->b.brief);
    ald_arena_free(x->b.timing);
    ald_arena_free(x->b.scratch);
    ald_arena_free(x->a.arena);
    return 0;
}

int main(int argc, char **argv)
{
    struct bench x = {.settings = {.link_accept = 0.9}};
    size_t records = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 1000000;
    x.services = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 2000;
    char dir[] = "/tmp/ald-bench-XXXXXX", path[64];
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    struct ald_store *store = NULL;
    struct ald_err err = {0};
    if (records < 1 || x.services < 1 || !mkdtemp(dir))
        return 2;
    (void)snprintf(path, sizeof path, "%s/store.db", dir);
    ald_rng_init(&x.rng, 1);
    if (ald_store_open(path, ALD_STORE_WRITE, &store, &err) != ALD_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    int code = run(&x, store, records);
    ald_store_close(store);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/store.db%s", dir, suffixes[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
    return code;
}
