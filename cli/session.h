/* What a command works with: options, configuration, store, log, clock. */
#pragma once

#include "alidade/analysis.h"
#include "alidade/hash.h"
#include "alidade/log.h"
#include "alidade/store.h"
#include "config.h"
#include "options.h"

struct ald_session {
    struct ald_arena *arena;
    struct ald_options options;
    struct ald_config config;
    struct ald_store *store;
    struct ald_log log;
    struct ald_clock clock;
    int64_t run_id; /* row of table run, 0 when none */
    bool progress;  /* stderr is a terminal and progress is wanted */
    bool told_of_names; /* once is enough: see ald_named_limits */
};

enum {
    ALD_NEED_NOTHING = 0,
    ALD_NEED_CONFIG = 1,
    ALD_NEED_STORE_READ = 2,
    ALD_NEED_STORE_WRITE = 4,
    ALD_NEED_WORD_READS = 8, /* beside STORE_WRITE: with `list`, `show` or `why` as first argument it only reads */
    ALD_NEED_STOP = 16       /* asks ald_stopped: Ctrl-C lets it end in good order. The others it ends at once, which a store survives */
};
struct ald_command {
    const char *name, *args, *help; /* help NULL: not listed */
    const char *const *options; /* NULL-terminated names; NULL: none */
    const char *more;           /* a paragraph for --help, or NULL */
    unsigned needs;
    /** Returns ALD_OK and an exit code in *ret_code (0 when not touched), or a failure that main prints. */
    enum ald_rc (*run)(struct ald_session *session, int *ret_code, struct ald_err *err);
};
const struct ald_command *ald_command_at(size_t i); /* NULL after the last */

/** The worse of two exit codes in the order of the contract: 2, 1, 4, 3, 0. */
int ald_worse_code(int a, int b);
/** Loads the configuration; --store takes the place of its store. */
ALD_CHECK enum ald_rc ald_session_configure(struct ald_session *session, struct ald_err *err);
/** --as-of or now, cut to whole seconds. */
ALD_CHECK enum ald_rc ald_session_as_of(const struct ald_session *session, int64_t *ret, struct ald_err *err);
/** A time option such as --since; ALD_TIME_NONE when it was not given. Dates are read in the configured zone. */
ALD_CHECK enum ald_rc ald_session_time(const struct ald_session *session, const char *option, const char *value, int64_t *ret,
                                       struct ald_err *err);
/** --period (default last-quarter) in the analysis' calendar. */
ALD_CHECK enum ald_rc ald_session_period(const struct ald_session *session, const struct ald_calendar *calendar, int64_t as_of,
                                         struct ald_period *ret, struct ald_err *err);
/** A wrong time or period is said before any work. *ret_as_of: ald_session_as_of. */
ALD_CHECK enum ald_rc ald_session_check_period(const struct ald_session *session, int64_t *ret_as_of, struct ald_err *err);
/** Analysis as of --as-of, inside a read transaction that the caller has begun. */
ALD_CHECK enum ald_rc ald_session_analysis(struct ald_session *session, struct ald_analysis **ret, struct ald_err *err);
/** The same without patterns, signals and readings: ald_analysis_link. */
ALD_CHECK enum ald_rc ald_session_incidents(struct ald_session *session, struct ald_analysis **ret, struct ald_err *err);
/** The pseudonym key; missing although the store holds pseudonyms, it is not made anew, and another one than the store's is refused.
 *  Wipe it after use. */
ALD_CHECK enum ald_rc ald_session_key(struct ald_session *session, struct ald_key *ret, struct ald_err *err);
/** @return ALD_ERR_CONFIG when the key file is missing although the store holds pseudonyms that were made with it. */
ALD_CHECK enum ald_rc ald_session_check_key(const struct ald_session *session, struct ald_err *err);
/** Text from outside as people may see it: nothing in it steers a terminal. Arena-owned; NULL gives "". */
const char *ald_shown(const struct ald_session *session, const char *text);
const char *ald_shown_by(struct ald_arena *arena, const char *text);
/** "expected a time" of "line 5: expected a time", where line 5 was named already; else text. */
const char *ald_after_name(const char *text, const char *name);
/** Talk for people on stderr, unless -q. */
void ald_say(const struct ald_session *session, const char *fmt, ...) ALD_PRINTF(2, 3);
/** True after the first Ctrl-C or SIGTERM in a command of ALD_NEED_STOP; the second ends it. */
bool ald_stopped(void *ctx);
/** From here on nobody asks ald_stopped any more: Ctrl-C ends the command. */
void ald_stop_at_once(void);

/* Steps that `run` joins; each gives its own exit code. */
ALD_CHECK enum ald_rc ald_step_ingest(struct ald_session *session, int *ret_code, struct ald_err *err);
ALD_CHECK enum ald_rc ald_step_analyze(struct ald_session *session, int *ret_code, struct ald_err *err);
ALD_CHECK enum ald_rc ald_step_report(struct ald_session *session, char **kinds, int kinds_n, int *ret_code, struct ald_err *err);
