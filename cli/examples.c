/* Examples of each command, for --help and the man page. Every line is run by the tests (tests/e2e/test_examples.py), in this order, in a
 * folder with the bundled sample and the files that they name. */
#include "options.h"

#include <string.h>

static const struct ald_usage rows[] = {
    {"init", "alidade init", "a file with every key, commented"},
    {"init", "alidade init --from-env -c from-env.yaml", "the sources whose tokens are in the environment, turned on"},
    {"ingest", "alidade ingest", "what is new or changed, from all sources"},
    {"ingest", "alidade ingest tickets", "from one source"},
    {"ingest", "alidade ingest --dry-run", "what would be asked, without asking"},
    {"ingest", "alidade ingest status --since 2026-09-01", "again from that day on; cursors stay where they are"},
    {"ingest", "alidade ingest tickets --full --record recorded", "everything, deletions too, and keep the answers"},
    {"analyze", "alidade analyze", "once, after an ingest"},
    {"report", "alidade report leadership quarterly --period 2026Q3", "two kinds, in every format"},
    {"report", "alidade report all --period last-quarter --format json,html --out reports", "for a web server"},
    {"report", "alidade report stories --format md --out reports", "briefs for the tellers of the next session"},
    {"report", "alidade report quarterly --period 2026Q2 --as-of 2026-07-06T09:00", "what was known then, made again"},
    {"run", "alidade run --quiet", "for cron: silent unless something is wrong; exit codes 3 and 4 are worth a mail"},
    {"status", "alidade status", "is anything missing?"},
    {"status", "alidade status --json", "the same, for a monitor"},
    {"doctor", "alidade doctor", "after every change of the configuration"},
    {"doctor", "alidade doctor tickets --dry-run", "one source, without a request"},
    {"explain", "alidade explain 1591", "by the key that people use"},
    {"explain", "alidade explain LUM-1391 --json", "for a script"},
    {"list", "alidade list --period 2026Q3", "all incidents of a quarter"},
    {"list", "alidade list --period 2026Q3 --corner any", "those that complexity and length tell apart"},
    {"list", "alidade list --period 2026 --text disk --severity SEV3", "a search"},
    {"list", "alidade list --suggestions", "pairs of records that may be one incident"},
    {"override", "alidade override 1591 --field class --value exercise --reason 'announced as a game day'", "it is counted no more"},
    {"override", "alidade override --list", "what was decided, by whom, why"},
    {"override", "alidade override --undo 1", "as it was before"},
    {"link", "alidade link 1591 LUM-1391 --reason 'both tell of the full disk'", "two records, one incident"},
    {"unlink", "alidade unlink 1591 LUM-1391 --reason 'another host'", "the answer to it"},
    {"tag", "alidade tag 1591 saturation confirm --reason 'seen in the graphs'", "a suggestion that is right"},
    {"tag", "alidade tag --list", "what people said of patterns"},
    {"story", "alidade story list", "candidates for the next session"},
    {"story", "alidade story why 1591", "why it is among them, or not"},
    {"story", "alidade story told 1370 --on 2026-10-01 --where 'storytelling session'", "it is no candidate any more"},
    {"export", "alidade export incidents --format csv --out incidents.csv", "a table with a row for each incident"},
    {"export", "alidade export events", "every event, one JSON object a line"},
    {"export", "alidade export records events actions --out backup", "a file each, all from one state of the store"},
    {"review", "alidade review add 1591 --held 2026-09-28T10:00 --facilitator-involved no", "a meeting"},
    {"review", "alidade review list", "all that are known"},
    {"quarantine", "alidade quarantine list", "what could not be read, and why"},
    {"quarantine", "alidade quarantine retry", "read it again, after an upgrade"},
    {"remap", "alidade remap", "after an upgrade that reads sources better"},
    {"import", "alidade import actions.csv --kind actions", "follow-ups kept in a spreadsheet"},
    {"import", "alidade import thread.json --kind learnings --format slack --incident 1591", "what people wrote in a thread"},
    {"backup", "alidade backup copy.db", "also while an ingest runs; the copy is checked"},
    {"forget", "alidade forget ana@example.com --dry-run", "what would change"},
    {"publish", "alidade publish reports/leadership-2026Q3.json --dry-run", "what would be sent"},
};

const struct ald_usage *ald_usage_of(const char *command, size_t n)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].command, command) == 0 && n-- == 0)
            return &rows[i];
    return NULL;
}
