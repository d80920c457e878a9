/* A recording as a folder: what it is of, and where the answer to a request lies. See recording.h; the text of a page is in
 * recording_page.c. */
#include "recording.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "alidade/buf.h"
#include "alidade/file.h"
#include "alidade/limits.h"
#include "alidade/time.h"
#include "recording_priv.h"

#define NAME_DIGITS 16

static struct ald_recording *recording_new(const char *dir, const struct ald_recording_run *run)
{
    struct ald_arena *arena = ald_arena_new();
    struct ald_recording *rec = ald_alloc(arena, sizeof *rec);
    *rec = (struct ald_recording){
        .arena = arena,
        .folder = ald_sprintf(arena, "%s/%s", dir, run->source),
        .run = {ald_strdup(arena, run->source), ald_strdup(arena, run->type), ald_strdup(arena, run->people),
                ald_strdup(arena, run->base_url ? run->base_url : ""), run->began},
        .now = run->began,
        .ended = ALD_TIME_NONE,
    };
    return rec;
}

void ald_recording_close(struct ald_recording *rec)
{
    if (!rec)
        return;
    struct ald_asked *asked = rec->asked, *next;
    HASH_CLEAR(hh, rec->asked); /* the table; what stood in it is still a list */
    for (; asked; asked = next) {
        next = asked->hh.next;
        free(asked);
    }
    struct ald_arena *arena = rec->arena;
    ald_arena_free(arena);
}

void ald_recording_closep(struct ald_recording **rec)
{
    ald_recording_close(*rec);
    *rec = NULL;
}

/** A source's name becomes a folder's: it must be no way out of DIR. */
static enum ald_rc check_name(const char *source, struct ald_err *err)
{
    if (!*source || *source == '.' || strpbrk(source, "/\\"))
        return ald_fail(err, ALD_ERR_CONFIG, "the name '%.64s' cannot be a folder's", source);
    return ALD_OK;
}

enum ald_rc ald_recording_create(const char *dir, const struct ald_recording_run *run, struct ald_recording **ret,
                                 struct ald_err *err)
{
    ALD_TRY(check_name(run->source, err));
    ALD_CLEANUP(ald_recording_closep) struct ald_recording *rec = recording_new(dir, run);
    if (access(ald_recording_manifest_path(rec), F_OK) == 0)
        return ald_fail(err, ALD_ERR_CONFIG,
                        "--record: '%s' holds a recording already, and two must not mix; name another folder",
                        rec->folder);
    ALD_TRY(ald_recording_write_manifest(rec, err));
    *ret = rec;
    rec = NULL;
    return ALD_OK;
}

enum ald_rc ald_recording_open(const char *dir, const struct ald_recording_run *run, struct ald_recording **ret,
                               struct ald_err *err)
{
    ALD_TRY(check_name(run->source, err));
    ALD_CLEANUP(ald_recording_closep) struct ald_recording *rec = recording_new(dir, run);
    const char *path = ald_recording_manifest_path(rec);
    char *text;
    size_t n;
    if (access(path, F_OK) != 0)
        return ald_fail(err, ALD_ERR_CONFIG, "replay: no recording of source '%s' in '%s': there is no %s", run->source,
                        dir, path);
    ALD_TRY(ald_file_read(path, ALD_MAX_FILE_BYTES, rec->arena, &text, &n, err));
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    struct ald_jv root;
    enum ald_rc rc = ald_json_parse(text, n, &doc, err);
    if (rc == ALD_OK) {
        ald_json_root(doc, &root);
        rc = ald_recording_read_manifest(rec, &root, err);
    }
    if (rc == ALD_ERR_FORMAT)
        return ald_fail(err, ALD_ERR_CONFIG, "replay: %s: not the description of a recording", path);
    ALD_TRY(rc);
    *ret = rec;
    rec = NULL;
    return ALD_OK;
}

enum ald_rc ald_recording_finish(struct ald_recording *rec, int64_t ended, struct ald_err *err)
{
    rec->ended = ended;
    return ald_recording_write_manifest(rec, err);
}

/* ---- Pages ---- */

/** The request as the recording tells it: the same whatever host was asked. */
static const char *request_line(const struct ald_recording *rec, const struct ald_http_req *req, const char *url,
                                struct ald_arena *arena)
{
    size_t n = strlen(rec->run.base_url);
    if (n && strncmp(url, rec->run.base_url, n) == 0 && (url[n] == '/' || url[n] == '?'))
        url += n;
    return ald_sprintf(arena, "%s %s", req->body ? "POST" : "GET", url);
}

/** Name of the file with the next answer to a request: only letters, digits, '_', '-' and '.'. Page tokens, which lines do
 * not show, tell requests apart as well. */
static const char *next_name(struct ald_recording *rec, const char *stream, const struct ald_http_req *req,
                             struct ald_arena *arena)
{
    char digest[33];
    const char *key =
        ald_sprintf(arena, "%s\n%s", request_line(rec, req, req->url, arena), req->body ? req->body : "");
    ald_fingerprint(key, strlen(key), digest);
    const char *name = ald_sprintf(arena, "%s-%.*s", stream, NAME_DIGITS, digest);
    struct ald_asked *asked;
    HASH_FIND_STR(rec->asked, name, asked);
    if (!asked) {
        asked = calloc(1, sizeof *asked + strlen(name) + 1);
        if (!asked)
            abort();
        memcpy(asked->name, name, strlen(name) + 1);
        HASH_ADD_STR(rec->asked, name, asked);
    }
    asked->n++;
    return asked->n == 1 ? ald_sprintf(arena, "%s.page", name) : ald_sprintf(arena, "%s.%d.page", name, asked->n);
}

/** @return 0, or the errno of what failed. */
static int write_all(int fd, const struct ald_buf *text)
{
    for (size_t done = 0; done < text->len;) {
        ssize_t n = write(fd, text->data + done, text->len - done);
        if (n < 0 && errno != EINTR)
            return errno;
        done += n < 0 ? 0 : (size_t)n;
    }
    return 0;
}

/** Under its name only when it is whole. */
static enum ald_rc write_file(const char *path, const struct ald_buf *text, struct ald_arena *arena,
                              struct ald_err *err)
{
    const char *part = ald_sprintf(arena, "%s.part", path);
    (void)unlink(part);
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", part, strerror(errno));
    int why = write_all(fd, text);
    if (close(fd) != 0 && !why)
        why = errno;
    if (!why && rename(part, path) != 0)
        why = errno;
    if (!why)
        return ALD_OK;
    (void)unlink(part);
    return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(why));
}

enum ald_rc ald_recording_put(struct ald_recording *rec, const struct ald_recorded *page, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(ald_buf_done) struct ald_buf text;
    ald_buf_init(&text, ALD_MAX_FILE_BYTES);
    const char *line = request_line(rec, page->req, ald_http_redact(arena, page->req->url), arena);
    const char *name = next_name(rec, page->stream, page->req, arena);
    ALD_TRY(ald_recorded_write(page, line, arena, &text, err));
    ALD_TRY(write_file(ald_sprintf(arena, "%s/%s", rec->folder, name), &text, arena, err));
    rec->contents ^= ald_siphash(name, strlen(name)) ^ ald_siphash(text.data, text.len) * 3;
    return ALD_OK;
}

enum ald_rc ald_recording_get(struct ald_recording *rec, const char *stream, const struct ald_http_req *req,
                              struct ald_arena *arena, struct ald_recorded *ret, struct ald_err *err)
{
    const char *line = request_line(rec, req, ald_http_redact(arena, req->url), arena);
    const char *name = next_name(rec, stream, req, arena);
    const char *path = ald_sprintf(arena, "%s/%s", rec->folder, name);
    char *text;
    size_t n;
    if (access(path, F_OK) != 0)
        return ald_fail(err, ALD_ERR_IO,
                        "replay: '%s' holds no answer to %.200s (looked for %s): was it recorded with this configuration?",
                        rec->folder, line, name);
    ALD_TRY(ald_file_read(path, ALD_MAX_FILE_BYTES, arena, &text, &n, err));
    struct ald_err why = {0};
    if (ald_recorded_read(text, n, line, arena, ret, &why) != ALD_OK)
        return ald_fail(err, ALD_ERR_IO, "replay: %s: %s", path, why.msg);
    ret->req = req;
    ret->stream = stream;
    if (ret->at != ALD_TIME_NONE && ret->at + ret->ms > rec->now)
        rec->now = ret->at + ret->ms;
    return ALD_OK;
}

typedef enum ald_rc rewrite_fn(void *ctx, struct ald_arena *arena, const char *body, const char **ret, struct ald_err *err);

static enum ald_rc rewrite_file(struct ald_recording *rec, const char *name, rewrite_fn *fn, void *ctx, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *arena = ald_arena_new();
    const char *path = ald_sprintf(arena, "%s/%s", rec->folder, name), *body = NULL;
    char *text;
    size_t n;
    ALD_TRY(ald_file_read(path, ALD_MAX_FILE_BYTES, arena, &text, &n, err));
    char *end = strstr(text, "\n\n");
    if (!end || !end[2]) /* no body */
        return ALD_OK;
    ALD_TRY(fn(ctx, arena, end + 2, &body, err));
    if (!body)
        return ALD_OK;
    ALD_CLEANUP(ald_buf_done) struct ald_buf now;
    ald_buf_init(&now, ALD_MAX_FILE_BYTES);
    ALD_TRY(ald_buf_add(&now, text, (size_t)(end + 2 - text), err));
    ALD_TRY(ald_buf_adds(&now, body, err));
    rec->contents ^= ald_siphash(text, n) * 3 ^ ald_siphash(now.data, now.len) * 3;
    return write_file(path, &now, arena, err);
}

bool ald_recording_holds(const struct ald_recording *rec, const char *stream)
{
    size_t n = strlen(stream);
    DIR *folder = opendir(rec->folder);
    bool found = !folder; /* not known: what reads it says why */
    for (const struct dirent *entry; folder && !found && (entry = readdir(folder));)
        found = strncmp(entry->d_name, stream, n) == 0 && entry->d_name[n] == '-' && strlen(entry->d_name + n) > NAME_DIGITS &&
                strchr(entry->d_name + n + 1, '-') == NULL;
    if (folder)
        (void)closedir(folder);
    return found;
}

enum ald_rc ald_recording_rewrite(struct ald_recording *rec, rewrite_fn *fn, void *ctx, struct ald_err *err)
{
    DIR *folder = opendir(rec->folder);
    if (!folder)
        return ald_fail(err, ALD_ERR_IO, "cannot read '%s': %s", rec->folder, strerror(errno));
    enum ald_rc rc = ALD_OK;
    for (const struct dirent *entry; rc == ALD_OK && (entry = readdir(folder));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".page") == 0)
            rc = rewrite_file(rec, entry->d_name, fn, ctx, err);
    }
    (void)closedir(folder);
    return rc;
}

/* ---- Windows, time ---- */

enum ald_rc ald_recording_window_put(struct ald_recording *rec, const char *stream, const struct ald_window *window,
                                     int64_t started, struct ald_err *err)
{
    rec->windows = ald_grow(rec->arena, rec->windows, rec->windows_n, &rec->windows_cap, sizeof *rec->windows);
    rec->windows[rec->windows_n++] =
        (struct ald_recorded_window){.stream = ald_strdup(rec->arena, stream), .window = *window, .started = started};
    return ald_recording_write_manifest(rec, err);
}

bool ald_recording_window_get(const struct ald_recording *rec, const char *stream, struct ald_window *ret,
                              int64_t *ret_started)
{
    for (size_t i = 0; i < rec->windows_n; i++) {
        if (strcmp(rec->windows[i].stream, stream) != 0)
            continue;
        ret->since = rec->windows[i].window.since;
        ret->until = rec->windows[i].window.until;
        *ret_started = rec->windows[i].started;
        return true;
    }
    return false;
}

static int64_t recorded_now(void *ctx)
{
    return ((struct ald_recording *)ctx)->now;
}

static void no_sleep(void *ctx, int64_t ms)
{
    (void)ctx;
    (void)ms;
}

struct ald_clock ald_recording_clock(struct ald_recording *rec)
{
    return (struct ald_clock){.now_ms = recorded_now, .sleep_ms = no_sleep, .ctx = rec};
}

int64_t ald_recording_ended(const struct ald_recording *rec)
{
    return rec->ended != ALD_TIME_NONE && rec->ended > rec->now ? rec->ended : rec->now;
}

const char *ald_recording_contents(const struct ald_recording *rec)
{
    return rec->contents_text ? rec->contents_text : "";
}

bool ald_recording_as_sent(const struct ald_recording *rec)
{
    return rec->as_sent;
}
