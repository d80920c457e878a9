/* What the files of sync share: one source's run, one page, one stream's cursor. Only sync*.c include it. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "alidade/buf.h"
#include "alidade/ingest.h"
#include "connector.h"
#include "facts.h"
#include "http.h"
#include "land.h"
#include "people.h"
#include "people_names.h"
#include "recording.h"
#include "sync_came.h"

/** Who holds it may touch the store, and what else the sources of a run share. */
struct ald_gate {
    pthread_mutex_t lock;
    atomic_bool failed; /* the store failed: nobody can go on */
};

/** One source's run. Owned by run_one in sync_run.c. */
struct ald_sync {
    struct ald_store *store;
    struct ald_gate *gate; /* held but while a page is fetched and read; NULL: there is only one source */
    const struct ald_ingest_opts *opts;
    const struct ald_source_cfg *cfg;
    const struct ald_connector *connector;
    struct ald_source_outcome *out;
    struct ald_arena *arena; /* for the whole run of the source */
    struct ald_arena_pool *pages; /* memory of pages, which follow each other; NULL: none is kept */
    struct ald_clock clock;  /* of the run, or of the one that was recorded */
    struct ald_recording *record; /* written to; NULL: nothing is recorded */
    struct ald_recording *replay; /* read instead of the network, or NULL */
    struct ald_http *http;   /* NULL for files and recordings */
    struct ald_secret user, token;
    struct ald_scrub scrub;
    struct ald_known_names *late; /* names learned after texts were stored: these are still to be rewritten */
    bool texts;                   /* of this source the store holds texts */
    bool raws_unnamed;            /* nobody of late stands in what was kept of elements: this run read all of it, and no word that begins such a name */
    struct ald_facts *facts; /* of the reference lists read so far */
    struct ald_land land;
    size_t source_i;
    bool temporary; /* --since, --until: cursors are read but never moved */
    bool fatal;     /* the store failed: no other source can go on either */
    bool connection_lost; /* the last request got no answer at all */
    bool file_read;       /* some file of this run had changed: those after it refer to it and are read as well */
    int64_t began;        /* when this source's run began */
    int64_t census_since, census_started; /* of this run's full reads; started ALD_TIME_NONE: none */
    bool census_by_creation;              /* census_since is of creation, not of change */
    bool census_due;                      /* lists are read whole, to see what they no longer show */
    bool census_never;                    /* no run of this source came to its end yet */
    bool census_spoiled;                  /* some full read was not whole: nobody may be called missing */
    bool lists_untold;                    /* some list failed, was refused or came empty: "not found" may mean that nobody is let in */
    const struct ald_stream *stream;      /* what progress tells of */
    int64_t stream_pages, stream_rows, stream_total, stream_done;
};

/* ---- sync.c: a source's credentials and connection ---- */

/** Reads user and token where the configuration says that they are. @return ALD_ERR_AUTH that names the variables or files of which one
 *  is not there, as if it had been refused; ALD_ERR_CONFIG where none is named. */
ALD_CHECK enum ald_rc ald_sync_secrets(struct ald_sync *s, struct ald_err *err);
/** "user_env SN_USER, token_env SN_PASSWORD": where they came from. */
const char *ald_sync_credentials(const struct ald_sync *s);
/** patience_ms: the longest wait before a request is made again; 0: as long as the source asks for. */
ALD_CHECK enum ald_rc ald_sync_connect(struct ald_sync *s, int64_t patience_ms, struct ald_err *err);
void ald_sync_done(struct ald_sync *s);
/** Whether the configuration asks for the stream. */
bool ald_sync_wanted(const struct ald_sync *s, const struct ald_stream *stream);
/** Credentials and the name of a source, before anything is asked. Owns what ald_sync_done frees. @return ALD_ERR_AUTH where
 *  credentials are not there, ALD_ERR_CONFIG. */
ALD_CHECK enum ald_rc ald_sync_check(struct ald_sync *s, struct ald_err *err);

/* ---- sync_cursor.c: the row of table cursor, and the window that follows from it ---- */

/** A number that a run noted in table meta; none: what it is where there is no such note. */
ALD_CHECK enum ald_rc ald_sync_meta(struct ald_sync *s, const char *key, int64_t none, int64_t *ret, struct ald_err *err);
/** Says in the store that reading has not come to its end: what a killed run leaves behind. */
#define ALD_SYNC_INTERRUPTED "the last read was interrupted"

struct ald_sync_cursor {
    bool exists;
    struct ald_buf cursor; /* empty: no crawl under way. A connector's cursor is never "" */
    int64_t crawl_since, crawl_until, crawl_high, crawl_started, high_water, completed_at;
    bool complete;
    const char *gap, *fingerprint; /* in the source's arena */
};
ALD_CHECK enum ald_rc ald_sync_cursor_load(struct ald_sync *s, const char *stream, struct ald_sync_cursor *ret, struct ald_err *err);
/** Frees its buffer; the row may be loaded again. */
void ald_sync_cursor_done(struct ald_sync_cursor *row);
/** Remembers what the configuration asked for, in row->fingerprint; called when a stream was read to its end. */
void ald_sync_scope_read(struct ald_sync *s, struct ald_sync_cursor *row);
/** True when this is what the configuration asks for now. */
bool ald_sync_scope_is(const struct ald_sync *s, const struct ald_sync_cursor *row);
/** True when an unfinished crawl may go on: it asks for what the configuration asks for. */
bool ald_sync_resumable(const struct ald_sync *s, const struct ald_sync_cursor *row);
/** Inside a transaction. */
ALD_CHECK enum ald_rc ald_sync_cursor_save(struct ald_sync *s, const char *stream, const struct ald_sync_cursor *row,
                                           struct ald_err *err);
/** In the outcome alone: something is missing. The first reason of a run is its message. */
void ald_sync_note_gap(struct ald_sync *s, const char *stream, const char *why);
/** In a transaction of its own: the stream is not complete, because. An unfinished crawl's own gap is kept. */
ALD_CHECK enum ald_rc ald_sync_gap(struct ald_sync *s, const char *stream, const char *why, struct ald_err *err);
/** Where a new crawl of the stream begins and ends. */
ALD_CHECK enum ald_rc ald_sync_window(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_cursor *row,
                                      struct ald_window *ret, struct ald_err *err);
/** "from 2026-01-01T00:00:00.000Z" and the like; arena-owned. */
const char *ald_sync_window_text(struct ald_arena *arena, const struct ald_window *window);

/* ---- sync_page.c: one page, from the request to its rows; sync_land.c: into the store ---- */

/** Page size that shrinks around what cannot be read and grows back. Sizes divide one another and pages stay aligned, so
 *  that sources which count in pages (page=3) can follow. */
struct ald_sync_size {
    int full;    /* what one asks for normally */
    int now;     /* divides full */
    int covered; /* of the full page, by smaller ones */
    int unreadable; /* pages of one record in a row that could not be read */
};
struct ald_sync_size ald_sync_size_of(const struct ald_sync *s);
/** False: it is 1 already. */
bool ald_sync_size_shrink(struct ald_sync_size *size);
void ald_sync_size_read(struct ald_sync_size *size);

/** Single records in a row that may be unreadable before the whole stream counts as unreadable. */
#define ALD_SYNC_UNREADABLE_MAX 5

struct ald_sync_ask {
    const char *cursor; /* NULL: first page */
    const char *const *subjects;
    const char *const *statuses; /* of their records, or NULL */
    size_t subjects_n;
    struct ald_window window;
    struct ald_sync_size *size;
};
struct ald_sync_bad { /* what could not even become an element */
    const char *element, *reason;
};
struct ald_sync_page {
    struct ald_arena *arena;
    struct ald_json_doc *doc;
    struct ald_http_req req;
    struct ald_http_res res;
    struct ald_rows rows;
    struct ald_people_rows people;
    struct ald_name_row *names; /* that were not known before this page */
    size_t names_n;
    struct ald_next next;
    const char *request; /* redacted */
    int64_t at, ms;
    size_t bytes; /* of the body, as it came */
    size_t repairs;
    bool refused; /* 403, 404 ...: only told apart for optional streams */
    struct ald_sync_bad *bad;
    size_t bad_n, bad_cap;
};
/** An empty page with an arena of its own; _done frees both, after a failure too. */
void ald_sync_page_init(const struct ald_sync *s, struct ald_sync_page *page);
void ald_sync_page_done(struct ald_sync_page *page);
/** Asks until there is a page that can be read, or one record that cannot (page->bad). A refused page of an optional stream
 *  is ALD_OK with refused set. @return ALD_ERR_NET, _AUTH, _CONFIG, _FORMAT, _LIMIT, _STOPPED. */
ALD_CHECK enum ald_rc ald_sync_page_fetch(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_ask *ask,
                                          struct ald_sync_page *page, struct ald_err *err);
/** By which it is told from another page: of the bytes that came; never 0, which is no page. */
uint64_t ald_sync_page_mark(const struct ald_sync_page *page);
/** Parses page->res.body, replaces people and makes rows: what file and HTTP pages share. */
ALD_CHECK enum ald_rc ald_sync_page_read(struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_page *page,
                                         struct ald_err *err);
struct ald_sync_landing {
    const struct ald_sync_cursor *cursor; /* NULL: not moved */
    const char *sweep;                    /* last page of a whole read: prefix of quarantined elements to forget, or NULL */
    int64_t sweep_before;
    bool last;
    bool read_whole;    /* last page of a stream that was read to its end */
    int64_t read_since; /* from this time on; ALD_TIME_NONE: all of it */
    int64_t list_began; /* when its first page was asked for */
    bool remarked; /* some page of the crawl told of a limit of the source */
    const char *replace;              /* subject whose earlier details this page replaces, or NULL */
    const char *const *done_subjects; /* of a finished detail request, or NULL */
    size_t done_subjects_n;
    bool done_between; /* see ald_land_details_done */
};
/** Pages in one transaction. Nobody leaves the gate while it is open. */
struct ald_sync_lot {
    bool open;
    size_t pages, bytes;
};
/** The page, its cursor and all that follows from them, in the lot's transaction, which may begin with it. A failure is the store's: all
 *  of the lot is undone and s->fatal is set. */
ALD_CHECK enum ald_rc ald_sync_lot_land(struct ald_sync *s, struct ald_sync_lot *lot, const struct ald_stream *stream,
                                        const struct ald_sync_page *page, const struct ald_sync_landing *landing, struct ald_err *err);
/** Whether it is to be settled before another page comes. */
bool ald_sync_lot_full(const struct ald_sync_lot *lot);
/** Ends the transaction, if there is one. */
ALD_CHECK enum ald_rc ald_sync_lot_settle(struct ald_sync *s, struct ald_sync_lot *lot, struct ald_err *err);
/** The same, within the caller's transaction, whose failure is the caller's too. */
ALD_CHECK enum ald_rc ald_sync_land_within(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_page *page,
                                           const struct ald_sync_landing *landing, struct ald_err *err);
/* ---- sync_todo.c: detail requests that are still to be made ---- */
struct ald_sync_todo {
    const char **subjects, **statuses; /* and of their records, or NULL; in the source's arena */
    size_t n;
};
ALD_CHECK enum ald_rc ald_sync_todo_n(struct ald_sync *s, const char *stream, int64_t *ret, struct ald_err *err);
/** All of a stream, with those that this run has to ask for again. */
ALD_CHECK enum ald_rc ald_sync_todo_load(struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_todo *ret, struct ald_err *err);
/** How often it was asked for in vain. */
ALD_CHECK enum ald_rc ald_sync_todo_attempts(struct ald_sync *s, const char *stream, const char *subject, int64_t *ret, struct ald_err *err);
/** Runs a statement about one subject; why: a fourth parameter, or NULL. */
ALD_CHECK enum ald_rc ald_sync_todo_run(struct ald_sync *s, const char *name, const char *stream, const char *subject, const char *why,
                                        struct ald_err *err);
/* ---- sync_answers.c: answers of details, which are fetched while those before them are stored ---- */
struct ald_sync_answers;
struct ald_sync_answer {
    struct ald_sync_page page;
    enum ald_rc rc; /* of fetching it; ALD_ERR_NET also: the page before came again, or the source tells of a gap */
    struct ald_err err;
    bool last; /* of its batch */
};
/** Of n subjects, batch_n in a request; statuses: of their records, or NULL. In the source's arena. Inside the gate, like all of these. */
struct ald_sync_answers *ald_sync_answers_new(struct ald_sync *s, const struct ald_stream *stream, const char *const *subjects,
                                              const char *const *statuses, size_t n, size_t batch_n);
/** Whether the next answer is there; else taking it leaves the gate. */
bool ald_sync_answers_at_hand(const struct ald_sync_answers *a);
/** The next page of a batch, then of the next batch; valid until the next is taken. Not called after the last one. After one that failed
 *  or was refused, and after a batch that pauses, no request is made: ald_sync_answers_go_on is called first. */
struct ald_sync_answer *ald_sync_answers_take(struct ald_sync_answers *a);
/** Whether a batch of n subjects pauses: the answer may cause others, which teach what the next batch need not ask. */
bool ald_sync_answers_pause(const struct ald_stream *stream, size_t n);
/** Goes on after the batch that failed or paused. */
void ald_sync_answers_go_on(struct ald_sync_answers *a);
/** Lets be what was asked for and not taken. */
void ald_sync_answers_done(struct ald_sync_answers *a);
/* ---- sync_ahead.c: a page that is read while another is stored ---- */
/** One whose waits ald_sync_soon ends: so many milliseconds from now. */
void ald_sync_cond_init(pthread_cond_t *cond);
struct timespec ald_sync_soon(long ms);
/** Fetches and reads a page, outside the gate. */
typedef enum ald_rc ald_sync_read_fn(void *ctx, struct ald_sync_page *page, struct ald_err *err);
struct ald_sync_ahead {
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* of there, while it is running */
    pthread_cond_t come;
    bool there;
    struct ald_sync *s;
    ald_sync_read_fn *read;
    void *ctx;
    struct ald_sync_page *page;
    enum ald_rc rc;
    struct ald_err err;
};
/** Pages by turns: one is stored while the next is fetched. Those that come one upon the other share a transaction. */
struct ald_sync_turns {
    struct ald_sync *s;
    struct ald_sync_page two[2];
    int turn;
    struct ald_sync_ahead ahead;
    struct ald_sync_lot lot;
};
/** Begins to read the next page; may decide not to. What ctx points to must stay as it is. Inside the gate, like all of these. */
void ald_sync_turns_ahead(struct ald_sync_turns *t, ald_sync_read_fn *read, void *ctx);
/** The page that was read ahead, or else is read now; settles the lot where it is full or would have to wait. *ret lives until the next
 *  but one. @return what reading it returned, or the store's failure. */
ALD_CHECK enum ald_rc ald_sync_turns_next(struct ald_sync_turns *t, ald_sync_read_fn *read, void *ctx, const struct ald_sync_page **ret,
                                          struct ald_err *err);
/** Ends the transaction. rc, err: what went wrong before; it is what is returned, but for the store's own failure. */
ALD_CHECK enum ald_rc ald_sync_turns_settle(struct ald_sync_turns *t, enum ald_rc rc, struct ald_err *err);
/** Waits for what is read ahead, and lets it be. */
void ald_sync_turns_done(struct ald_sync_turns *t);

/* ---- sync_run.c, sync.c ---- */
void ald_gate_enter(const struct ald_sync *s);
void ald_gate_leave(const struct ald_sync *s);
/** Reads one source, inside the gate. A failure is the store's; how the source fared is in s->out. */
ALD_CHECK enum ald_rc ald_sync_source(struct ald_sync *s, struct ald_err *err);
void ald_sync_progress(struct ald_sync *s, const char *note);
bool ald_sync_stopped(const struct ald_sync *s);
/** Runs a statement which changes records and returns them (by row): each is noted. In the caller's transaction. */
ALD_CHECK enum ald_rc ald_sync_note_changed(struct ald_sync *s, struct ald_q *q, struct ald_err *err);
/** A finding that no longer holds. In the caller's transaction. */
ALD_CHECK enum ald_rc ald_sync_finding_drop(struct ald_sync *s, const char *id, const char *subject, struct ald_err *err);

/* ---- sync_record.c: runs that are written down, or read from what was ---- */
/** Sets s->replay and s->clock. */
ALD_CHECK enum ald_rc ald_sync_replay_open(struct ald_sync *s, struct ald_err *err);
/** Sets s->record where the run is to be recorded. */
ALD_CHECK enum ald_rc ald_sync_record_open(struct ald_sync *s, struct ald_err *err);
ALD_CHECK enum ald_rc ald_sync_record_finish(struct ald_sync *s, struct ald_err *err);
/** When the run ended that is being read: now, but for a recording. */
int64_t ald_sync_ended(const struct ald_sync *s);
/** The window of a new crawl: a recorded run's own, and written down where this one is recorded. */
ALD_CHECK enum ald_rc ald_sync_record_window(struct ald_sync *s, const struct ald_stream *stream, struct ald_window *window,
                                             int64_t *started, struct ald_err *err);
/** Writes a page down, or (failure not NULL) that there is none. */
ALD_CHECK enum ald_rc ald_sync_record_page(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_page *page,
                                           const struct ald_err *failure, struct ald_err *err);
/** What was answered to page->req, in place of asking. */
ALD_CHECK enum ald_rc ald_sync_replay_page(struct ald_sync *s, const struct ald_stream *stream, struct ald_sync_page *page,
                                           struct ald_err *err);
/** *ret true: the store holds all of this recording. */
ALD_CHECK enum ald_rc ald_sync_replayed(struct ald_sync *s, bool *ret, struct ald_err *err);

/* ---- sync_key.c ---- */
/** Refuses a key that is not the one of the store's pseudonyms; a store without any takes this one as its own. */
ALD_CHECK enum ald_rc ald_sync_check_key(struct ald_store *store, const struct ald_ingest_opts *opts, const struct ald_key *key,
                                         struct ald_err *err);

/* ---- sync_names.c: names that are known across runs, and texts that were stored before a name was ---- */
ALD_CHECK enum ald_rc ald_sync_names_load(struct ald_sync *s, struct ald_err *err);
/** In the transaction of a page: what it taught. */
ALD_CHECK enum ald_rc ald_sync_names_save(struct ald_sync *s, const struct ald_stream *stream, const struct ald_sync_page *page,
                                          struct ald_err *err);
/** At a run's end: replaces late names wherever texts of the source are stored, and in what was recorded. */
ALD_CHECK enum ald_rc ald_sync_names_mend(struct ald_sync *s, struct ald_err *err);

/* ---- sync_texts.c ---- */
/** Replaces the names s->late in the stored texts of s->cfg->name, but in what pages brought (records, elements, what people said) the names
 *  `of_pages` (NULL: none): in all of it, or of records and elements in those that came (not NULL). Counts what changed. In the caller's
 *  transaction. */
ALD_CHECK enum ald_rc ald_sync_texts_mend(struct ald_sync *s, const struct ald_came *came, const struct ald_known_names *of_pages,
                                          int64_t *changes, struct ald_err *err);

/* ---- sync_said.c: what people say by hand and in files ---- */
/** Before any source is read: whether another run left something owed. */
ALD_CHECK enum ald_rc ald_sync_said_begin(struct ald_store *store, struct ald_came *came, struct ald_err *err);
/** In the transaction of a page: it may owe something. */
ALD_CHECK enum ald_rc ald_sync_said_owe(struct ald_sync *s, const struct ald_sync_page *page, struct ald_err *err);
/** When every source was read: replaces whom any of them named in what people said by hand and in files, where that may be new. */
ALD_CHECK enum ald_rc ald_sync_names_said(struct ald_store *store, const struct ald_ingest_opts *opts, const struct ald_key *key,
                                          const struct ald_came *came, struct ald_err *err);

/* ---- One stream each. Their failure is the stream's; s->fatal tells the store's. ---- */
ALD_CHECK enum ald_rc ald_sync_crawl(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err);
ALD_CHECK enum ald_rc ald_sync_details(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err);
ALD_CHECK enum ald_rc ald_sync_file(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err);
/** Reads the first lines of a stream's file into a page that the caller initialised; nothing is stored. */
ALD_CHECK enum ald_rc ald_sync_file_first(struct ald_sync *s, const struct ald_stream *stream, int lines, struct ald_sync_page *page,
                                          struct ald_err *err);
/* ---- sync_import.c: an import leaves nothing of a file that is refused ---- */

/** Reads the beginning of each file and stores nothing. @return why it is refused. */
ALD_CHECK enum ald_rc ald_sync_import_try(struct ald_sync *s, struct ald_err *err);
/** Takes out of the store that an earlier import of this name was refused, where it left nothing else. */
ALD_CHECK enum ald_rc ald_sync_import_heal(struct ald_sync *s, struct ald_err *err);
/** Says what a run would ask, in the source's outcome. */
ALD_CHECK enum ald_rc ald_sync_dry_run(struct ald_sync *s, struct ald_err *err);
/* ---- sync_census.c ---- */
/** Whether this run reads the lists whole. */
ALD_CHECK enum ald_rc ald_sync_census_begin(struct ald_sync *s, struct ald_err *err);
/** Records that the full reads of this run did not list. */
ALD_CHECK enum ald_rc ald_sync_census(struct ald_sync *s, struct ald_err *err);
