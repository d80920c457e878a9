/* How much a first read of a source has to bring, and how long that takes. All numbers are estimates: what the source or a
 * page of it tells, and what a sample of its elements causes. */
#include <inttypes.h>
#include <string.h>

#include "doctor_priv.h"

/* Requests that one count may take: windows of a long history. */
#define COUNT_REQUESTS_MAX 100

static int64_t now_of(const struct ald_doctor *d)
{
    return d->sync.opts->clock.now_ms(d->sync.opts->clock.ctx);
}

/** The window of a first read. */
static struct ald_window first_window(const struct ald_doctor *d, const struct ald_stream *stream)
{
    return (struct ald_window){
        .since = d->sync.cfg->since, .until = stream->bounded ? now_of(d) : ALD_TIME_NONE, .first = true};
}

static const struct ald_probe *probe_of(const struct ald_doctor *d, const struct ald_stream *stream)
{
    for (size_t i = 0; i < d->sync.connector->probe_n; i++) {
        const struct ald_probe *probe = &d->sync.connector->probe[i];
        if (strcmp(probe->stream, stream->name) == 0 && (!probe->wanted || probe->wanted(d->sync.cfg)))
            return probe;
    }
    return NULL;
}

/** One request of a probe; *ret_cursor lives in the source's arena. */
static enum ald_rc count_once(struct ald_doctor *d, const struct ald_probe *probe, const struct ald_window *window,
                              const char *cursor, int64_t *n, const char **ret_cursor, struct ald_err *err)
{
    ALD_CLEANUP(ald_sync_page_done) struct ald_sync_page page;
    const char *next = NULL;
    ald_sync_page_init(&d->sync, &page);
    page.req = (struct ald_http_req){.cursor = cursor, .window = *window, .page_size = 1};
    ALD_TRY(probe->request(page.arena, d->sync.cfg, &page.req, err));
    d->sync.out->requests++;
    ALD_TRY(ald_http_fetch(d->sync.http, &page.req, page.arena, &page.res, err));
    if (page.res.status < 200 || page.res.status >= 300)
        return ald_fail(err, ALD_ERR_NET, "status %ld", page.res.status);
    ALD_TRY(ald_json_parse_into(page.arena, page.res.body, page.res.body_n, &page.doc, err));
    page.res.req = &page.req;
    page.res.doc = page.doc;
    ald_json_root(page.doc, &page.res.root);
    ALD_TRY(probe->count(page.arena, d->sync.cfg, &page.res, n, &next, err));
    *ret_cursor = ald_strdup(d->sync.arena, next);
    return ALD_OK;
}

static enum ald_rc count_by_probe(struct ald_doctor *d, const struct ald_stream *stream, const struct ald_probe *probe,
                                  int64_t *ret, struct ald_err *err)
{
    struct ald_window window = first_window(d, stream);
    const char *cursor = NULL;
    int64_t n = 0;
    for (int i = 0; i < COUNT_REQUESTS_MAX; i++) {
        ALD_TRY(count_once(d, probe, &window, cursor, &n, &cursor, err));
        if (!cursor) {
            *ret = n;
            return ALD_OK;
        }
    }
    return ald_fail(err, ALD_ERR_LIMIT, "more than %d requests to count", COUNT_REQUESTS_MAX);
}

/** Where the source counts, its first page does; where all fits on one page, the page itself is the count. */
static enum ald_rc count_by_page(struct ald_doctor *d, const struct ald_stream *stream, int64_t *ret, struct ald_err *err)
{
    struct ald_window window = first_window(d, stream);
    long status = 0;
    ALD_CLEANUP(ald_sync_page_done) struct ald_sync_page page;
    ald_sync_page_init(&d->sync, &page);
    ALD_TRY(ald_doctor_ask(d, stream, &window, NULL, ALD_DOCTOR_SAMPLE, &page, &status, err));
    if (page.next.total > 0)
        *ret = page.next.total;
    else if (!page.next.cursor && !page.refused)
        *ret = (int64_t)page.rows.n;
    return ALD_OK;
}

static size_t index_of(const struct ald_connector *c, const char *name)
{
    size_t k = 0;
    while (k < c->streams_n && strcmp(c->streams[k].name, name) != 0)
        k++;
    return k;
}

static int64_t divided(int64_t n, int64_t by)
{
    return by > 0 ? (n + by - 1) / by : n;
}

/** Requests of one stream in a first read, or -1. */
static int64_t requests_of(const struct ald_doctor *d, size_t k)
{
    const struct ald_connector *c = d->sync.connector;
    const struct ald_stream *stream = &c->streams[k];
    if (stream->every_time)
        return 1;
    if (!stream->parent) {
        int64_t total = d->streams[k].total;
        if (total < 0) /* what comes beside records and is not counted by anyone is little */
            return stream->optional && stream->tail ? 1 : -1;
        return 1 + divided(total, ald_sync_size_of(&d->sync).full);
    }
    size_t parent = index_of(c, stream->parent);
    if (parent == c->streams_n || d->streams[parent].elements == 0 || d->streams[k].todos == 0)
        return 0;
    int64_t all = c->streams[parent].every_time ? d->streams[parent].elements : d->streams[parent].total;
    if (all < 0)
        return -1;
    int64_t subjects = divided(d->streams[k].todos * all, d->streams[parent].elements);
    return divided(subjects, stream->subjects_max > 1 ? stream->subjects_max : 1);
}

static enum ald_rc count_streams(struct ald_doctor *d, const char **ret_remark, struct ald_err *err)
{
    const struct ald_connector *c = d->sync.connector;
    for (size_t k = 0; k < c->streams_n; k++) {
        const struct ald_stream *stream = &c->streams[k];
        struct ald_err why = {0};
        if (!d->streams[k].read || stream->every_time || stream->parent)
            continue;
        const struct ald_probe *probe = probe_of(d, stream);
        enum ald_rc rc = probe ? count_by_probe(d, stream, probe, &d->streams[k].total, &why)
                               : count_by_page(d, stream, &d->streams[k].total, &why);
        if (rc == ALD_ERR_STOPPED)
            return ald_fail(err, rc, "%s", why.msg);
        if (probe && probe->remark && rc == ALD_OK)
            *ret_remark = probe->remark;
    }
    return ALD_OK;
}

/** Records of the source in the store, or -1. */
static int64_t records_stored(const struct ald_doctor *d)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    if (!d->store || ald_q_open(d->store, "doctor_records", &q, NULL) != ALD_OK)
        return -1;
    ald_q_text(q, 1, d->sync.cfg->name);
    return ald_q_step(q, &row, NULL) == ALD_OK && row ? ald_q_col_int(q, 0) : -1;
}

static const char *counts_text(const struct ald_doctor *d)
{
    const struct ald_connector *c = d->sync.connector;
    const char *text = "";
    for (size_t k = 0; k < c->streams_n; k++)
        if (d->streams[k].read && !c->streams[k].every_time && !c->streams[k].parent && d->streams[k].total >= 0)
            text = ald_sprintf(d->sync.arena, "%s%s%" PRId64 " %s", text, *text ? ", " : "", d->streams[k].total, c->streams[k].name);
    return text;
}

enum ald_rc ald_doctor_size(struct ald_doctor *d, struct ald_first_read *ret, struct ald_err *err)
{
    const struct ald_connector *c = d->sync.connector;
    const char *remark = NULL;
    char since[32], length[32];
    ALD_TRY(count_streams(d, &remark, err));
    ret->known = true;
    for (size_t k = 0; k < c->streams_n; k++) {
        if (!ald_doctor_wanted(d, &c->streams[k]) || (!d->streams[k].read && !c->streams[k].parent))
            continue;
        int64_t n = requests_of(d, k);
        ret->known = ret->known && n >= 0;
        ret->requests += n > 0 ? n : 0;
        if (!c->streams[k].every_time && !c->streams[k].parent && d->streams[k].total > 0)
            ret->records += d->streams[k].total;
    }
    const char *from = d->sync.cfg->since == ALD_TIME_NONE
                           ? "of all time"
                           : ald_sprintf(d->sync.arena, "since %.10s", ald_time_format(d->sync.cfg->since, since));
    if (!ret->known) {
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_NOTE, "first read", "key `since` bounds it",
                              "the source does not tell how much there is %s", from);
        return ALD_OK;
    }
    ret->per_minute = c->requests_per_minute;
    int64_t each = ald_doctor_median_ms(d), slowest = c->requests_per_minute ? ALD_MINUTE_MS / c->requests_per_minute : 0;
    ret->ms = ret->requests * (each > slowest ? each : slowest);
    const char *limit =
        ret->per_minute ? ald_sprintf(d->sync.arena, " (at most %d a minute)", ret->per_minute) : "";
    int64_t stored = records_stored(d);
    const char *there = stored > 0 ? ald_sprintf(d->sync.arena, "; the store holds %" PRId64 " records already", stored) : "";
    (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, "first read", NULL, "%s %s: about %" PRId64 " requests, %s%s%s%s%s", counts_text(d),
                          from, ret->requests, ret->ms < ALD_SECOND_MS ? "less than a second" : ald_duration_format(ret->ms, length), limit,
                          remark ? "; " : "", remark ? remark : "", there);
    return ALD_OK;
}
