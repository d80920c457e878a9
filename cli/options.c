/* The one table of options: parsing, --help and the man page read it. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "near.h"

#define TEXT(field) offsetof(struct ald_options, field)

static const struct ald_option_row rows[] = {
    {"config", 'c', "FILE", "configuration (default ./alidade.yaml, then $XDG_CONFIG_HOME/alidade/alidade.yaml)", TEXT(config), true, "FILE"},
    {"store", 0, "FILE", "the SQLite store, instead of the configuration's", TEXT(store), true, "FILE"},
    {"quiet", 'q', NULL, "say only what is wrong", TEXT(quiet), true, NULL},
    {"verbose", 'v', NULL, "log every request and decision", TEXT(verbose), true, NULL},
    {"log-format", 0, "text|json", "form of the log lines on stderr", TEXT(log_format), true, "text json"},
    {"no-progress", 0, NULL, "no progress bar, also on a terminal", TEXT(no_progress), true, NULL},
    {"version", 0, NULL, "print the version and stop", TEXT(version), true, NULL},
    {"help", 'h', NULL, "print this help and stop", TEXT(help), true, NULL},
    {"from-env", 0, NULL, "init: turn on the sources whose tokens are in the environment", TEXT(from_env), false, NULL},
    {"since", 0, "TIME", "read from here on; cursors stay where they are", TEXT(since), false, NULL},
    {"until", 0, "TIME", "read up to here; cursors stay where they are", TEXT(until), false, NULL},
    {"full", 0, NULL, "read everything again, look for deletions, then move the cursors", TEXT(full), false, NULL},
    {"whole", 0, NULL, "analyze everything anew, not only from what changed since the last analyze on: the same results", TEXT(whole), false, NULL},
    {"record", 0, "DIR", "keep the pages of this run in DIR, people already replaced; `replay: DIR` in a source reads them", TEXT(record), false, "FILE"},
    {"dry-run", 0, NULL, "say what would be done, do nothing", TEXT(dry_run), false, NULL},
    {"period", 0, "PERIOD", "2026Q3, 2026-07, 2026H1, 2026, FROM..TO or last-quarter (the default)", TEXT(period), false, "last-quarter"},
    {"as-of", 0, "TIME", "what is dated later has not happened yet (default: now)", TEXT(as_of), false, NULL},
    {"format", 0, "LIST", "report, run: json,xlsx,html (default all of these), md; export: ndjson or csv; import: ndjson, csv or slack (default: what the file looks like)", TEXT(format), false, "json xlsx html md ndjson csv slack"},
    {"out", 0, "PATH", "report, run: folder of the reports; export: file, instead of standard output (of several: their folder)", TEXT(out), false, "FILE"},
    {"json", 0, NULL, "print JSON instead of text", TEXT(json), false, NULL},
    {"kind", 0, "KIND", "import: records, events, services, teams, reviews, attendance, learnings, actions or told", TEXT(kind), false, "records events services teams reviews attendance learnings actions told"},
    {"held", 0, "TIME", "review: when the meeting was", TEXT(held), false, NULL},
    {"url", 0, "URL", "review: its write-up", TEXT(url), false, NULL},
    {"facilitator-involved", 0, "yes|no", "review: whether who led it had been engaged in the incident", TEXT(facilitator), false, "yes no"},
    {"surprise", 0, "TEXT", "review: what surprised people, in their words", TEXT(surprise), false, NULL},
    {"risk", 0, "TEXT", "review: what it taught about risk, in their words", TEXT(risk), false, NULL},
    {"incident", 0, "INCIDENT", "import: the incident that a Slack thread is about", TEXT(incident), false, NULL},
    {"source", 0, "NAME", "import, quarantine: source that the records belong to", TEXT(source), false, NULL},
    {"ignore-extra", 0, NULL, "import, quarantine: leave out columns that are not known", TEXT(ignore_extra), false, NULL},
    {"class", 0, "CLASS", "list: incident, noise, exercise, planned, near_miss, merged or all (default incident)", TEXT(class_), false, "incident noise exercise planned near_miss merged all"},
    {"service", 0, "NAME", "list: only incidents on this service", TEXT(service), false, NULL},
    {"team", 0, "NAME", "list: only incidents first assigned to this team", TEXT(team), false, NULL},
    {"field", 0, "FIELD", "override: class, severity, services, started_at, or a moment such as resolved_at", TEXT(field), false, "class severity services started_at detected_at opened_at acknowledged_at mitigated_at resolved_at closed_at"},
    {"value", 0, "VALUE", "override: what the field is; times without a zone are read in the configured one", TEXT(value), false, NULL},
    {"reason", 0, "TEXT", "why it is so: kept with the decision, shown in reports", TEXT(reason), false, NULL},
    {"undo", 0, "N", "take back the decision of this number", TEXT(undo), false, NULL},
    {"list", 0, NULL, "show what was decided", TEXT(list), false, NULL},
    {"all", 0, NULL, "also what was undone", TEXT(all), false, NULL},
    {"by", 0, "WHO", "who decides: e-mail or login (default $USER); kept as the configuration's people says", TEXT(by), false, NULL},
    {"suggestions", 0, NULL, "list: pairs of records that could be one incident, but not surely enough", TEXT(suggestions), false, NULL},
    {"on", 0, "DATE", "story told: when it was told (default: now)", TEXT(on), false, NULL},
    {"where", 0, "PLACE", "story told: at which session or meeting", TEXT(where), false, NULL},
    {"state", 0, "STATE", "list: only open, resolved or end_not_recorded", TEXT(state), false, "open resolved end_not_recorded"},
    {"corner", 0, "CORNER", "list: only complex-short, simple-long or any", TEXT(corner), false, "complex-short simple-long any"},
    {"severity", 0, "LABEL", "list: only of this severity", TEXT(severity), false, NULL},
    {"text", 0, "TEXT", "list: only with this in title, key or id, whatever the case; forget: these words too, wherever they stand", TEXT(text), false, NULL},
    {"reading", 0, "TEXT", "list: only shorter, typical, longer, open or none", TEXT(reading), false, "shorter typical longer open none"},
    {"pattern", 0, "ID", "list: only incidents with this pattern, suggested or confirmed", TEXT(pattern), false, NULL},
};
#define ROWS_N (sizeof rows / sizeof rows[0])
_Static_assert(ROWS_N < 64, "given is one word");

const struct ald_option_row *ald_option_at(size_t i)
{
    return i < ROWS_N ? &rows[i] : NULL;
}

static void set(struct ald_options *options, size_t i, const char *value)
{
    char *field = (char *)options + rows[i].offset;
    if (rows[i].arg)
        memcpy(field, &value, sizeof value);
    else
        *(bool *)(void *)field = true;
    options->given |= UINT64_C(1) << i;
}

/* The option as the user wrote it, for messages. */
static const char *written(int argc, char **argv)
{
    int at = optind > 0 && optind <= argc ? optind - 1 : 0;
    return argv[at];
}

static enum ald_rc unknown(const char *option, struct ald_err *err)
{
    char word[64] = "";
    if (strncmp(option, "--", 2) == 0)
        (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(option + 2, "="), option + 2);
    struct ald_near near = ald_near_begin(word);
    for (size_t i = 0; i < ROWS_N; i++)
        ald_near_offer(&near, rows[i].name);
    return ald_fail(err, ALD_ERR_USAGE, "unknown option '%.80s'%s%s%s (see alidade --help)", option, near.best ? " (did you mean '--" : "",
                    near.best ? near.best : "", near.best ? "'?)" : "");
}

enum ald_rc ald_options_parse(int argc, char **argv, struct ald_options *ret, struct ald_err *err)
{
    struct option longs[ROWS_N + 1];
    char shorts[2 * ROWS_N + 2];
    size_t at = 0;
    memset(longs, 0, sizeof longs);
    shorts[at++] = ':';
    for (size_t i = 0; i < ROWS_N; i++) {
        longs[i] = (struct option){rows[i].name, rows[i].arg ? required_argument : no_argument, NULL, 1000 + (int)i};
        if (rows[i].letter) {
            shorts[at++] = rows[i].letter;
            if (rows[i].arg)
                shorts[at++] = ':';
        }
    }
    shorts[at] = '\0';
    *ret = (struct ald_options){0};
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        if (c == ':')
            return ald_fail(err, ALD_ERR_USAGE, "option '%s' needs a value (see alidade --help)", written(argc, argv));
        if (c == '?')
            return unknown(written(argc, argv), err);
        size_t row = c >= 1000 ? (size_t)(c - 1000) : 0;
        for (size_t i = 0; c < 1000 && i < ROWS_N; i++)
            if (rows[i].letter == c)
                row = i;
        set(ret, row, optarg);
    }
    if (optind < argc)
        ret->command = argv[optind++];
    ret->args = argv + optind;
    ret->args_n = argc - optind;
    return ALD_OK;
}

bool ald_option_taken(const char *const *names, const struct ald_option_row *row)
{
    for (size_t k = 0; names && names[k]; k++)
        if (strcmp(names[k], row->name) == 0)
            return true;
    return row->global;
}

enum ald_rc ald_options_check(const struct ald_options *options, const char *const *names, struct ald_err *err)
{
    for (size_t i = 0; i < ROWS_N; i++) {
        if ((options->given & (UINT64_C(1) << i)) && !ald_option_taken(names, &rows[i]))
            return ald_fail(err, ALD_ERR_USAGE, "'alidade %s' takes no option --%s (see alidade %s --help)", options->command,
                            rows[i].name, options->command);
    }
    return ALD_OK;
}
