/* Command line: one table of options; each command names those it takes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/err.h"

struct ald_options {
    const char *config, *store, *log_format, *since, *until, *period, *as_of, *format, *out, *kind, *source, *class_, *service,
        *team, *reading, *pattern, *field, *value, *reason, *undo, *by, *record, *incident, *held, *url, *facilitator,
        *surprise, *risk, *state, *corner, *severity, *text, *on, *where;
    bool quiet, verbose, no_progress, version, help, full, dry_run, json, ignore_extra, all, list, suggestions, from_env, whole;
    uint64_t given; /* bit i: option row i was given */
    const char *command;
    char **args; /* what is left after the command's name */
    int args_n;
};

struct ald_option_row {
    const char *name;
    char letter; /* 0: none */
    const char *arg; /* NULL: a switch */
    const char *help;
    size_t offset; /* in struct ald_options: const char * or bool */
    bool global;
    const char *values; /* what arg may be, separated by blanks, for completion; NULL: not a list; "FILE": a path */
};
/** NULL after the last. */
const struct ald_option_row *ald_option_at(size_t i);
/** Whether a command that takes these options (NULL-terminated names, or NULL) takes this one; global ones are taken by all. */
bool ald_option_taken(const char *const *names, const struct ald_option_row *row);
/** Fills *ret from argv. @return ALD_ERR_USAGE with what and how to get help. */
ALD_CHECK enum ald_rc ald_options_parse(int argc, char **argv, struct ald_options *ret, struct ald_err *err);
/** Refuses options that the command does not take: names is a NULL-terminated list. */
ALD_CHECK enum ald_rc ald_options_check(const struct ald_options *options, const char *const *names, struct ald_err *err);

/** A command line that is shown in the help, and what it is for. Its words hold no shell syntax but '...'. */
struct ald_usage {
    const char *command, *line, *what;
};
/** The n-th example of a command, from 0; NULL after its last. */
const struct ald_usage *ald_usage_of(const char *command, size_t n);
