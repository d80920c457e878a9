/* ingest: pulls records of configured sources into the store. What cli may use. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/arena.h"
#include "alidade/err.h"
#include "alidade/hash.h"
#include "alidade/log.h"
#include "alidade/store.h"
#include "alidade/time.h"

/** One key of a source in the configuration that is not common to all types ("page_id", "jql", "events_path"...). */
struct ald_source_opt {
    const char *key, *value;
};

/** One configured source. Strings live as long as the configuration. Relative paths are already resolved. */
struct ald_source_cfg {
    const char *name, *type;
    const char *kind;     /* pager | ticket | status | file */
    const char *role;     /* own | vendor */
    const char *base_url; /* without trailing '/', or NULL for the type's own */
    const char *ca_file;
    const char *replay;   /* folder of a recording that is read instead of the network, or NULL */
    /* Credentials by reference: the variable's or file's name. They are read when a run begins, wiped at its end. */
    const char *user_env, *user_file, *token_env, *token_file;
    int64_t since;       /* ALD_TIME_NONE: the type's default */
    int64_t overlap_ms;  /* < 0: the stream's default */
    int page_size;       /* 0: the type's default */
    int64_t timeout_ms;  /* silence after which a server is asked again; 0: as http.c has it */
    const struct ald_source_opt *opts;
    size_t opts_n;
    /* fields: canonical name -> the source's own field. */
    const struct ald_source_opt *fields;
    size_t fields_n;
};
/** Value of a type-specific key, or NULL. */
const char *ald_source_opt(const struct ald_source_cfg *cfg, const char *key);
/** The source's own field for a canonical name, or NULL. */
const char *ald_source_field(const struct ald_source_cfg *cfg, const char *canonical);

/** A key that a source type understands beside the common ones; for the configuration's table, `init` and the man page. */
struct ald_source_key {
    const char *key, *help;
    bool required, is_path;
    const char *example; /* for `init`, which shows required keys ("..." where this is NULL) and those that have one */
};
/** What a type of source is, for configuration and documentation. */
struct ald_source_type {
    const char *type, *title;
    const char *default_kind;
    const char *default_base_url; /* NULL: base_url is required unless is_file */
    bool is_file;
    bool needs_user, needs_token; /* a token may also depend on keys: see token_when_key */
    const char *token_when_key;   /* token needed only when this key is set (statuspage: page_id), or NULL */
    const struct ald_source_key *keys;
    size_t keys_n;
    /* For `init`: the variables that users of the product have their credentials in, most usual first, separated by spaces (NULL:
     * it takes none), and what base_url looks like where it is required. */
    const char *token_envs, *user_envs, *example_base_url;
    const char *ends;  /* the day on which its API ends, "2027-04-05"; NULL: none is known */
    const char *lacks; /* what its API says of no incident, in the words of docs/SOURCES.md, joined by ", "; NULL: not declared */
};
/** All types, sorted by name; NULL after the last. */
const struct ald_source_type *ald_source_type_at(size_t i);
const struct ald_source_type *ald_source_type(const char *type);

/** Whether a URL is one that may be asked: https, or http to this machine, without a user name. The message never shows more than its
 *  host. @return ALD_ERR_CONFIG. */
ALD_CHECK enum ald_rc ald_source_url_check(const char *url, struct ald_err *err);

enum ald_people { ALD_PEOPLE_PSEUDONYMS, ALD_PEOPLE_NONE, ALD_PEOPLE_NAMES };
/** A text that somebody gives by hand: the names that any source told (with ALD_PEOPLE_NONE the store knows none) and all e-mail
 *  addresses are replaced. The key is used with ALD_PEOPLE_PSEUDONYMS only. *ret: arena-owned, or text, which may be NULL.
 *  @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_people_said(struct ald_store *store, enum ald_people people, const struct ald_key *key, struct ald_arena *arena,
                                      const char *text, const char **ret, struct ald_err *err);

/** Progress of a run; called between pages, from any thread but from one at a time. total 0: not known. */
struct ald_progress_event {
    const char *source, *stream;
    size_t source_i, sources_n;
    int64_t pages, rows, done, total;
    const char *note; /* waiting for a rate limit, retrying ... or NULL */
};

struct ald_ingest_opts {
    const struct ald_source_cfg *sources;
    size_t sources_n;
    int64_t since, until; /* ALD_TIME_NONE: by cursor. Given: cursors are read but never moved */
    bool full;            /* read all again, then move the cursors; census */
    bool dry_run;         /* say what would be asked; no request, no change */
    bool whole_or_not;    /* of files: one that is refused from its beginning leaves the store as it was, and no gap */
    enum ald_people people;
    bool free_text;
    const char *const *people_aliases; /* pairs: id, id of the same person; NULL-terminated */
    const char *key_path; /* of the pseudonym key */
    const char *record;   /* folder where the pages of the run are kept, or NULL */
    const char *version;  /* of the program, for the User-Agent */
    int64_t run_id;       /* of table run, or 0 */
    struct ald_clock clock;
    const struct ald_log *log; /* debug lines; may be NULL */
    void (*progress)(void *ctx, const struct ald_progress_event *event);
    void *progress_ctx;
    bool (*stop)(void *ctx); /* true: finish the page and stop; may be NULL; asked from any thread */
    void *stop_ctx;
};

/** How one source fared. rc ALD_OK also when remarks exist. */
struct ald_source_outcome {
    const char *source;
    enum ald_rc rc;
    char message[512]; /* why rc is not ALD_OK; names source and, for auth, the variable */
    bool gap;          /* something that should be here is missing */
    int64_t requests, pages, records_new, records_changed, events_new, quarantined_new, said_new; /* said: reviews, attendance, learnings, actions, told */
    const char *dry_run; /* what would be asked, or NULL */
};

/** Fails with ALD_ERR_CONFIG when the pseudonyms of store were made with another key than this, of which key_path is the file.
 *  *ret_known false: the store does not say yet with which (no ingest made any, or one of a version that did not note it). */
ALD_CHECK enum ald_rc ald_store_check_key(struct ald_store *store, const struct ald_key *key, const char *key_path, bool *ret_known,
                                          struct ald_err *err);

/** Takes out of the store what it holds of sources that never gave anything, where they are not among the n configured ones, or are
 *  of another type there: when they failed, and why. @return ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_ingest_forget_unread(struct ald_store *store, const struct ald_source_cfg *sources, size_t n, struct ald_err *err);

/** Runs all sources, at the same time but for those of one account; one source's failure does not stop the others. ret_outcomes holds sources_n
 *  entries, without a source where nothing was begun. @return ALD_OK even when sources failed (see outcomes); else a failure of the store, or ALD_ERR_STOPPED. */
ALD_CHECK enum ald_rc ald_ingest_run(struct ald_store *store, const struct ald_ingest_opts *opts, struct ald_arena *arena,
                                     struct ald_source_outcome *ret_outcomes, struct ald_err *err);

/** What to read again of the store, without the network. */
struct ald_reread {
    bool quarantined; /* what is in quarantine; else all raw elements */
    int64_t only;     /* of the quarantine: this row; 0: all */
    bool free_text;
};
struct ald_reread_outcome {
    int64_t elements, records_new, records_changed, events_new, said_new;
    int64_t unreadable;   /* elements that could still not be read at all */
    int64_t without_text; /* whose text was not kept */
    int64_t whole_pages;  /* of streams whose elements do not make a page: only the network gives them again */
};
/** Reads the elements of one source again, in the order of its streams, through its connector. source: as configured, or for one
 *  that was imported only name, type, kind and role. What can be read leaves the quarantine. Records that are gone stay so.
 *  @return ALD_ERR_CONFIG (no such type), ALD_ERR_DB. */
ALD_CHECK enum ald_rc ald_ingest_reread(struct ald_store *store, const struct ald_source_cfg *source, const struct ald_reread *how,
                                        struct ald_reread_outcome *ret, struct ald_err *err);
