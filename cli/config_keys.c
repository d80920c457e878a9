/* The one table of configuration keys: checking, near-miss hints, `init` and the man page read it. */
#include "config.h"

#define MINUTES(n) ((n) * ALD_MINUTE_MS)
#define DAYS(n) ((n) * ALD_DAY_MS)

static const struct ald_key_row rows[] = {
    {"store", ALD_KEY_PATH, NULL, 0, 0, "alidade.db", "the SQLite file that everything is kept in", false},
    {"organisation", ALD_KEY_STRING, NULL, 0, 0, "", "name on the reports", false},
    {"timezone", ALD_KEY_ZONE, NULL, 0, 0, "UTC", "calendar of the reports (IANA name); storage is UTC", false},
    {"fiscal_year_starts", ALD_KEY_MONTH, NULL, 0, 0, "january", "month that fiscal quarters are counted from", false},
    {"fiscal_year_named_by", ALD_KEY_ENUM, "end start", 0, 0, "end", "calendar year that names a fiscal year", false},
    {"people", ALD_KEY_ENUM, "pseudonyms none names", 0, 0, "pseudonyms", "how people are stored", false},
    {"people_aliases", ALD_KEY_TEXTS, NULL, 0, 0, NULL, "source:id of a person -> source:id of the same person elsewhere", false},
    {"free_text", ALD_KEY_BOOL, NULL, 0, 0, "on", "off: no bodies, notes or quotes are stored", false},
    {"simulated", ALD_KEY_BOOL, NULL, 0, 0, "false", "true: the data is simulated; every report says so", false},
    {"sources", ALD_KEY_LIST, NULL, 0, 0, NULL, "where incidents come from", false},
    {"sources[].name", ALD_KEY_STRING, NULL, 0, 0, NULL, "short name; part of every incident's id", false},
    {"sources[].type", ALD_KEY_STRING, NULL, 0, 0, NULL, "connector", false},
    {"sources[].kind", ALD_KEY_ENUM, "pager ticket status file", 0, 0, NULL, "what its records are", false},
    {"sources[].role", ALD_KEY_ENUM, "own vendor", 0, 0, "own", "vendor: other companies' incidents, never counted as ours", false},
    {"sources[].base_url", ALD_KEY_URL, NULL, 0, 0, NULL, "where the API is", false},
    {"sources[].ca_file", ALD_KEY_PATH, NULL, 0, 0, NULL, "certificate authority of a private server", false},
    {"sources[].replay", ALD_KEY_PATH, NULL, 0, 0, NULL, "folder made by `alidade ingest --record`, read instead of the network", false},
    {"sources[].user_env", ALD_KEY_STRING, NULL, 0, 0, NULL, "environment variable with the user name", false},
    {"sources[].user_file", ALD_KEY_PATH, NULL, 0, 0, NULL, "file with the user name", false},
    {"sources[].token_env", ALD_KEY_STRING, NULL, 0, 0, NULL, "environment variable with the token or password", false},
    {"sources[].token_file", ALD_KEY_PATH, NULL, 0, 0, NULL, "file with the token or password (mode 0600)", false},
    {"sources[].since", ALD_KEY_TIME, NULL, 0, 0, NULL, "read records changed from here on (default: all)", false},
    {"sources[].overlap", ALD_KEY_DURATION, NULL, 0, DAYS(400), NULL, "look-back of each run (default: the source's own)", false},
    {"sources[].page_size", ALD_KEY_INT, NULL, 1, 10000, NULL, "records a page", false},
    {"sources[].fields", ALD_KEY_TEXTS, NULL, 0, 0, NULL, "severity, service, team, ... -> the source's own field", false},
    {"services", ALD_KEY_LIST_OR_FILE, NULL, 0, 0, NULL, "services, merged with what the sources say", false},
    {"services[].name", ALD_KEY_STRING, NULL, 0, 0, NULL, "as the sources name it", false},
    {"services[].tier", ALD_KEY_INT, NULL, 1, 9, NULL, "1 is the highest", false},
    {"services[].team", ALD_KEY_STRING, NULL, 0, 0, NULL, "team that owns it", false},
    {"services[].depends_on", ALD_KEY_STRINGS, NULL, 0, 0, NULL, "services it needs", false},
    {"teams", ALD_KEY_LIST_OR_FILE, NULL, 0, 0, NULL, "teams, merged with what the sources say", false},
    {"teams[].name", ALD_KEY_STRING, NULL, 0, 0, NULL, "as the sources name it", false},
    {"teams[].parent", ALD_KEY_STRING, NULL, 0, 0, NULL, "team above it", false},
    {"teams[].timezone", ALD_KEY_ZONE, NULL, 0, 0, NULL, "where it works", false},
    {"incidents", ALD_KEY_MAP, NULL, 0, 0, NULL, "what counts as an incident", false},
    {"incidents.noise_under", ALD_KEY_DURATION, NULL, 0, DAYS(1), "5m", "a page shorter than this that nobody touched is noise", false},
    {"incidents.exercise_match", ALD_KEY_STRINGS, NULL, 0, 0, NULL, "titles with one of these texts are exercises", false},
    {"incidents.automation_users", ALD_KEY_STRINGS, NULL, 0, 0, NULL, "accounts that are not people", false},
    {"severity_order", ALD_KEY_STRINGS, NULL, 0, 0, NULL, "labels, most severe first (default: the source's own order)", false},
    {"analysis", ALD_KEY_MAP, NULL, 0, 0, NULL, "how incidents are read", false},
    {"analysis.lookback", ALD_KEY_QUARTERS, NULL, 1, 40, "8 quarters", "history that incidents are compared with", false},
    {"analysis.landmark", ALD_KEY_DURATION, NULL, MINUTES(1), DAYS(30), "60m", "age at which longer incidents are compared", false},
    {"analysis.duration", ALD_KEY_ENUM, "active elapsed", 0, 0, "active", "length of a reopened incident", false},
    {"analysis.resamples", ALD_KEY_INT, NULL, 200, 1000000, "10000", "draws behind an interval", false},
    {"analysis.weights", ALD_KEY_NUMBERS, NULL, 0, 0, NULL, "signal -> weight (default 1)", false},
    {"link", ALD_KEY_MAP, NULL, 0, 0, NULL, "joining records that do not name each other", false},
    {"link.accept", ALD_KEY_SHARE, NULL, 0, 0, "0.9", "confidence from which a suggested link is taken; 1: none is", false},
    {"stories", ALD_KEY_MAP, NULL, 0, 0, NULL, "story candidates", true},
    {"stories.slots", ALD_KEY_INT, NULL, 1, 20, NULL, "candidates a session", true},
    {"stories.minimum_age", ALD_KEY_QUARTERS, NULL, 0, 40, NULL, "age from which an incident is a story", true},
    {"reports", ALD_KEY_MAP, NULL, 0, 0, NULL, "what is written", false},
    {"reports.out", ALD_KEY_PATH, NULL, 0, 0, "reports/", "folder of the reports", false},
    {"reports.kinds", ALD_KEY_STRINGS, NULL, 0, 0, NULL, "kinds that `alidade run` writes (default: quarterly)", false},
    {"reports.formats", ALD_KEY_STRINGS, NULL, 0, 0, NULL, "json, xlsx, html (default: all)", false},
    {"reports.show_mean", ALD_KEY_BOOL, NULL, 0, 0, "false", "show mean times beside what makes them honest", false},
};

const struct ald_key_row *ald_key_at(size_t i)
{
    return i < sizeof rows / sizeof rows[0] ? &rows[i] : NULL;
}
