/* A few cheap requests to one source, and what its answers tell: is it there, does it take the credentials, what may they
 * see. Knows no API: each stream's own request is sent, and judged by its status. Writes nothing. */
#include "alidade/doctor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/utf8.h"
#include "doctor_priv.h"
#include "ends.h"

/* Longer waits before a retry are not worth it: the failure is what doctor is asked for. */
#define PATIENCE_MS 3000
#define RECENT_MS (30 * ALD_DAY_MS)
#define SKEW_NOTED_MS (30 * ALD_SECOND_MS)

bool ald_doctor_wanted(const struct ald_doctor *d, const struct ald_stream *stream)
{
    return !stream->wanted || stream->wanted(d->sync.cfg);
}

static int compare_ms(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t ald_doctor_median_ms(const struct ald_doctor *d)
{
    int64_t sorted[sizeof d->ms / sizeof d->ms[0]];
    memcpy(sorted, d->ms, d->ms_n * sizeof sorted[0]);
    qsort(sorted, d->ms_n, sizeof sorted[0], compare_ms);
    return d->ms_n ? sorted[d->ms_n / 2] : 0;
}

static int64_t now_of(const struct ald_doctor *d)
{
    return d->sync.opts->clock.now_ms(d->sync.opts->clock.ctx);
}

/** The whole seconds of the Date header are compared with the middle of the request. */
static void note_clock(struct ald_doctor *d, const struct ald_sync_page *page)
{
    if (page->res.server_date == ALD_TIME_NONE)
        return;
    int64_t here = page->at + page->ms / 2, there = page->res.server_date + ALD_SECOND_MS / 2;
    d->skew_ms = here - there;
}

enum ald_rc ald_doctor_ask(struct ald_doctor *d, const struct ald_stream *stream, const struct ald_window *window, const char *subject,
                           int page_size, struct ald_sync_page *page, long *ret_status, struct ald_err *err)
{
    struct ald_sync_size size = {.full = page_size, .now = page_size};
    const struct ald_sync_ask ask = {.subjects = &subject, .subjects_n = subject ? 1 : 0, .window = *window, .size = &size};
    d->sync.stream = stream;
    ald_sync_progress(&d->sync, NULL);
    enum ald_rc rc = ald_sync_page_fetch(&d->sync, stream, &ask, page, err);
    *ret_status = ald_http_last_status(d->sync.http);
    if (*ret_status && d->ms_n < sizeof d->ms / sizeof d->ms[0] && rc == ALD_OK) {
        d->ms[d->ms_n++] = page->ms;
        note_clock(d, page);
    }
    return rc;
}

/* ---- One stream ---- */

/** True when an earlier todo of the page has the same stream and subject. */
static bool asked_before(const struct ald_rows *rows, size_t element, size_t todo)
{
    const struct ald_row_todo *t = &rows->elements[element].todos[todo];
    for (size_t i = 0; i <= element; i++)
        for (size_t k = 0; k < (i == element ? todo : rows->elements[i].todos_n); k++) {
            const struct ald_row_todo *other = &rows->elements[i].todos[k];
            if (strcmp(other->stream, t->stream) == 0 && strcmp(other->subject, t->subject) == 0)
                return true;
        }
    return false;
}

/** Details that this page's elements would cause: a subject to try each on, and how many there are. */
static void note_todos(struct ald_doctor *d, const struct ald_rows *rows)
{
    const struct ald_connector *c = d->sync.connector;
    for (size_t i = 0; i < rows->n; i++) {
        const struct ald_element *el = &rows->elements[i];
        if (el->record && el->record->external_id && !d->record)
            d->record = ald_strdup(d->sync.arena, el->record->external_id);
        for (size_t t = 0; t < el->todos_n; t++) {
            const struct ald_row_todo *todo = &el->todos[t];
            for (size_t k = 0; k < c->streams_n; k++) {
                if (strcmp(c->streams[k].name, todo->stream) != 0)
                    continue;
                if (!d->streams[k].subject)
                    d->streams[k].subject = ald_strdup(d->sync.arena, todo->subject);
                bool at_first = todo->since == ALD_TIME_NONE && !todo->stranger;
                d->streams[k].todos += at_first && !asked_before(rows, i, t);
            }
        }
    }
}

/** How many of a page's elements the last days may have brought: not every source heeds a window. */
static size_t recent_of(const struct ald_sync_page *page, int64_t since)
{
    size_t n = 0;
    for (size_t i = 0; i < page->rows.n; i++) {
        const struct ald_row_record *rec = page->rows.elements[i].record;
        n += !rec || rec->updated_at == ALD_TIME_NONE || rec->updated_at >= since;
    }
    return n;
}

/** recent: the page was asked for with a window of the last days. */
static void add_read(struct ald_doctor *d, const struct ald_stream *stream, const struct ald_sync_page *page, bool recent)
{
    int64_t bad = 0;
    for (size_t i = 0; i < page->rows.n; i++)
        bad += page->rows.elements[i].error != NULL;
    const char *count = ald_sprintf(d->sync.arena, "%zu%s", page->rows.n, page->next.cursor ? " and more" : "");
    if (bad || page->bad_n)
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_LOOK, stream->name, "report it: its like would be put into quarantine",
                              "readable, but %" PRId64 " of %zu could not be understood", bad + (int64_t)page->bad_n,
                              page->rows.n + page->bad_n);
    else if (stream->parent)
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, stream->name, NULL, "readable, tried on one record");
    else if (page->rows.n == 0 && stream->every_time)
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, stream->name, NULL, "readable");
    else if (page->rows.n == 0)
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_NOTE, stream->name,
                              stream->needs ? ald_sprintf(d->sync.arena, "if there should be something: the token needs %s", stream->needs)
                                            : NULL,
                              "readable, but there is nothing in it");
    else
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, stream->name, NULL, "readable: %s%s", count,
                              stream->every_time ? "" : recent ? " in the last 30 days" : "; nothing in the last 30 days");
}

/** Not allowed, not in the plan or not there: told apart, and from what cannot be done without. */
static void add_refused(struct ald_doctor *d, const struct ald_stream *stream, long status, const struct ald_err *err)
{
    static const struct {
        long status;
        const char *what, *fix;
    } known[] = {
        {402, "not in the plan of this account", NULL},
        {403, "not allowed to this token", "give the token the right to read it, if the account has it"},
        {404, "not there", "check base_url, and that the account has it"},
        {410, "no longer there", NULL},
    };
    const char *what = "refused", *fix = NULL;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].status == status) {
            what = known[i].what;
            fix = known[i].fix;
        }
    if (fix && stream->needs)
        fix = ald_sprintf(d->sync.arena, "%s; it needs: %s", fix, stream->needs);
    if (stream->optional) {
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_NOTE, stream->name, status == 403 ? fix : NULL,
                              "%s (%ld); it is done without", what, status);
        return;
    }
    ald_checkup_add(d->checkup, ALD_CHECKUP_BAD, stream->name, fix ? fix : stream->needs, "%s (%ld), and cannot be done without: %s",
                    what, status, err->msg)
        ->rc = ALD_ERR_NET;
}

/** A stream that cannot be read. @return true when nothing more should be asked of the source. */
static bool add_failed(struct ald_doctor *d, const struct ald_stream *stream, enum ald_rc rc, long status, const struct ald_err *err)
{
    if (rc == ALD_ERR_AUTH) {
        const char *fix = ald_sprintf(d->sync.arena, "renew what %s holds%s%s", ald_sync_credentials(&d->sync),
                                      stream->needs ? "; it needs: " : "", stream->needs ? stream->needs : "");
        (void)ald_checkup_fail(d->checkup, stream->name, fix, err);
        return true;
    }
    if (status == 402 || status == 403 || status == 404 || status == 410) {
        add_refused(d, stream, status, err);
        return false;
    }
    if (status == 429) {
        ald_checkup_add(d->checkup, ALD_CHECKUP_LOOK, stream->name, "try again later; somebody else may be using this token",
                        "the rate limit is used up (429)");
        return true;
    }
    const char *fix = status == 0   ? "check base_url, the network and, where there is one, the proxy (HTTPS_PROXY)"
                      : status >= 500 ? "the source is in trouble: try again later"
                                      : "see `alidade doctor -v` for the requests";
    (void)ald_checkup_fail(d->checkup, status == 0 ? "connection" : stream->name, fix, err);
    return status == 0;
}

/** The subject to try a detail stream on, or NULL. */
static const char *subject_of(const struct ald_doctor *d, size_t k)
{
    const struct ald_stream *stream = &d->sync.connector->streams[k];
    if (d->streams[k].subject)
        return d->streams[k].subject;
    return stream->of_record || stream->tells_gone || stream->open_again ? d->record : NULL;
}

/** A page of the last days; where there is none, of the first ones. */
static enum ald_rc sample(struct ald_doctor *d, const struct ald_stream *stream, const char *subject, struct ald_sync_page *page,
                          bool *ret_recent, long *ret_status, struct ald_err *err)
{
    struct ald_window all = {.since = ALD_TIME_NONE, .until = ALD_TIME_NONE, .first = true};
    *ret_recent = !stream->every_time && !stream->parent;
    if (!*ret_recent)
        return ald_doctor_ask(d, stream, &all, subject, stream->parent ? ALD_DOCTOR_SAMPLE : ald_sync_size_of(&d->sync).full, page,
                              ret_status, err);
    int64_t now = now_of(d);
    all.since = d->sync.cfg->since;
    all.until = stream->bounded ? now : ALD_TIME_NONE;
    struct ald_window recent = all;
    if (recent.since < now - RECENT_MS) /* ALD_TIME_NONE is before every time */
        recent.since = now - RECENT_MS;
    ALD_TRY(ald_doctor_ask(d, stream, &recent, NULL, ALD_DOCTOR_SAMPLE, page, ret_status, err));
    if (page->refused || page->rows.n > 0 || page->bad_n > 0)
        return ALD_OK;
    *ret_recent = false;
    return ald_doctor_ask(d, stream, &all, NULL, ALD_DOCTOR_SAMPLE, page, ret_status, err);
}

static enum ald_rc try_stream(struct ald_doctor *d, size_t k, bool *ret_end, struct ald_err *err)
{
    const struct ald_stream *stream = &d->sync.connector->streams[k];
    const char *subject = stream->parent ? subject_of(d, k) : NULL;
    struct ald_err why = {0};
    bool recent = false;
    long status = 0;
    if (stream->parent && !subject) {
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_NOTE, stream->name, NULL, "not tried: no record to try it on");
        return ALD_OK;
    }
    ALD_CLEANUP(ald_sync_page_done) struct ald_sync_page page;
    ald_sync_page_init(&d->sync, &page);
    enum ald_rc rc = sample(d, stream, subject, &page, &recent, &status, &why);
    if (rc == ALD_ERR_STOPPED)
        return ald_fail(err, rc, "%s", why.msg);
    if (rc != ALD_OK) {
        *ret_end = add_failed(d, stream, rc, status, &why);
    } else if (page.refused) {
        add_refused(d, stream, page.res.status, &why);
    } else {
        d->streams[k].read = true;
        d->streams[k].elements = (int64_t)page.rows.n;
        note_todos(d, &page.rows);
        add_read(d, stream, &page, recent && recent_of(&page, now_of(d) - RECENT_MS) > 0);
    }
    return ALD_OK;
}

/* ---- The source ---- */

/** Reads the credentials. @return false when they are not there. */
static bool look_at_token(struct ald_doctor *d)
{
    const struct ald_source_cfg *cfg = d->sync.cfg;
    struct ald_err err = {0};
    if (ald_sync_secrets(&d->sync, &err) != ALD_OK) {
        const char *variable = cfg->token_env ? cfg->token_env : cfg->user_env;
        const char *fix = variable ? "set it in the environment of the account that runs alidade"
                                   : "the first line of that file is read, and only its owner may read it (mode 0600)";
        err.rc = ALD_ERR_CONFIG; /* nobody has refused it yet */
        (void)ald_checkup_fail(d->checkup, "token", fix, &err);
        return false;
    }
    if (!d->sync.token.len && !d->sync.user.len) {
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, "token", NULL, "none needed");
        return true;
    }
    size_t edge = d->sync.token.len;
    bool blank = edge && (strchr(" \t\"'", d->sync.token.value[0]) || strchr(" \t\"'", d->sync.token.value[edge - 1]));
    if (blank)
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_LOOK, "token", "take blanks and quotation marks off both ends",
                              "%s: begins or ends with a blank or a quotation mark", ald_sync_credentials(&d->sync));
    else
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, "token", NULL, "%s: set", ald_sync_credentials(&d->sync));
    return true;
}

static void add_connection(struct ald_doctor *d, size_t at)
{
    const char *url = d->sync.cfg->base_url ? d->sync.cfg->base_url : d->sync.connector->type.default_base_url;
    struct ald_checkup_row *row = &d->checkup->rows[at];
    char text[32];
    row->found = ald_sprintf(d->sync.arena, "%s answers in %" PRId64 " ms", url, ald_doctor_median_ms(d));
    if (d->skew_ms == ALD_TIME_NONE)
        return;
    int64_t off = d->skew_ms < 0 ? -d->skew_ms : d->skew_ms;
    if (off <= SKEW_NOTED_MS) {
        row->found = ald_sprintf(d->sync.arena, "%s; the clocks agree", row->found);
        return;
    }
    (void)ald_checkup_add(d->checkup, ALD_CHECKUP_LOOK, "clock", "set this machine's clock by NTP: what is dated later than its now counts as "
                          "not happened yet", "this machine's clock is %s %s the source's", ald_duration_format(off, text),
                          d->skew_ms > 0 ? "ahead of" : "behind");
}

/** Main streams first: they find what details can be tried on. */
static enum ald_rc try_streams(struct ald_doctor *d, bool *ret_end, struct ald_err *err)
{
    const struct ald_connector *c = d->sync.connector;
    for (int details = 0; details <= 1; details++)
        for (size_t k = 0; k < c->streams_n && !*ret_end; k++)
            if ((c->streams[k].parent != NULL) == (details == 1) && ald_doctor_wanted(d, &c->streams[k]))
                ALD_TRY(try_stream(d, k, ret_end, err));
    return ALD_OK;
}

static enum ald_rc look_at_source(struct ald_doctor *d, struct ald_first_read *ret, struct ald_err *err)
{
    struct ald_err why = {0};
    if (d->sync.connector->type.is_file) {
        ald_doctor_files(d);
        return ALD_OK;
    }
    if (d->sync.cfg->replay) {
        if (ald_sync_replay_open(&d->sync, &why) != ALD_OK)
            (void)ald_checkup_fail(d->checkup, "recording", "correct replay: it names the folder that `alidade ingest --record` was given", &why);
        else
            (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, "recording", NULL, "readable in '%s'; nobody is asked", d->sync.cfg->replay);
        return ALD_OK;
    }
    if (d->sync.connector->type.lacks)
        (void)ald_checkup_add(d->checkup, ALD_CHECKUP_NOTE, "not told", NULL, "its API does not say, but where `fields:` maps fields of yours: %s",
                              d->sync.connector->type.lacks);
    ald_ends_tell(d->checkup, &d->sync.connector->type, d->sync.opts->clock.now_ms(d->sync.opts->clock.ctx));
    if (!look_at_token(d) || d->sync.opts->dry_run)
        return ALD_OK;
    if (ald_sync_connect(&d->sync, PATIENCE_MS, &why) != ALD_OK) {
        (void)ald_checkup_fail(d->checkup, "connection", "correct base_url or ca_file", &why);
        return ALD_OK;
    }
    d->streams = ald_calloc(d->sync.arena, d->sync.connector->streams_n, sizeof *d->streams);
    for (size_t k = 0; k < d->sync.connector->streams_n; k++)
        d->streams[k].total = -1;
    size_t at = d->checkup->n;
    (void)ald_checkup_add(d->checkup, ALD_CHECKUP_OK, "connection", NULL, "not reached");
    bool end = false;
    ALD_TRY(try_streams(d, &end, err));
    if (d->ms_n == 0) { /* no answer that could be read: the stream's own row says why */
        memmove(&d->checkup->rows[at], &d->checkup->rows[at + 1], (d->checkup->n - at - 1) * sizeof d->checkup->rows[0]);
        d->checkup->n--;
        return ALD_OK;
    }
    add_connection(d, at);
    for (size_t k = 0; k < d->sync.connector->streams_n; k++) {
        const struct ald_stream *stream = &d->sync.connector->streams[k];
        end = end || (!stream->parent && !stream->optional && ald_doctor_wanted(d, stream) && !d->streams[k].read);
    }
    return end ? ALD_OK : ald_doctor_size(d, ret, err); /* what cannot be read has no length */
}

enum ald_rc ald_doctor_source(const struct ald_ingest_opts *opts, size_t i, struct ald_store *store, struct ald_checkup *checkup,
                              struct ald_first_read *ret, struct ald_err *err)
{
    const struct ald_source_cfg *cfg = &opts->sources[i];
    struct ald_source_outcome out = {.source = cfg->name};
    const struct ald_key key = {0}; /* nothing is stored: pseudonyms made with it are never seen */
    *ret = (struct ald_first_read){.since = cfg->since};
    struct ald_doctor d = {
        .sync = {.opts = opts,
                 .cfg = cfg,
                 .connector = ald_connector_find(cfg->type),
                 .out = &out,
                 .arena = checkup->arena,
                 .clock = opts->clock,
                 .scrub = {.key = &key, .source = cfg->name, .mode = opts->people, .aliases = opts->people_aliases},
                 .source_i = i},
        .checkup = checkup,
        .store = store,
        .skew_ms = ALD_TIME_NONE,
    };
    checkup->area = cfg->name;
    if (!d.sync.connector) {
        ald_checkup_add(checkup, ALD_CHECKUP_BAD, "type", NULL, "no type '%s'", cfg->type)->rc = ALD_ERR_CONFIG;
        return ALD_OK;
    }
    d.sync.scrub.known = ald_known_names_new(&key);
    d.sync.facts = ald_facts_new();
    enum ald_rc rc = look_at_source(&d, ret, err);
    ald_sync_done(&d.sync);
    return rc;
}
