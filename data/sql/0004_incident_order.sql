-- What analyze writes, in the order in which it writes it: incidents are numbered by start, so that a million readings are
-- appended instead of being inserted all over the table. Derived rows: analyze makes them anew.
DROP TABLE reading;
DROP TABLE signal_values;
DELETE FROM incident_record;
DROP TABLE incident;

-- n: 1, 2 ... by start (none last), then id; anew with every analysis. id: source:external_id of the earliest record.
CREATE TABLE incident (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, title TEXT NOT NULL, class TEXT NOT NULL,
    state TEXT NOT NULL, started_at INTEGER, resolved_at INTEGER, active_ms INTEGER, elapsed_ms INTEGER
) STRICT;
CREATE INDEX incident_key ON incident (key);

-- One packed row per incident (JSON) for the analysis named by (as_of, configuration hash, generation) in meta: by signal
-- [total, value up to the landmark or null], or the reason why there is none.
CREATE TABLE signal_values (incident INTEGER PRIMARY KEY REFERENCES incident (n), packed TEXT NOT NULL) STRICT;

CREATE TABLE reading (
    incident INTEGER NOT NULL REFERENCES incident (n), reading TEXT NOT NULL, n_ref INTEGER, candidates INTEGER, k INTEGER,
    m INTEGER, complexity REAL, blast_radius REAL, lower_ms REAL, median_ms REAL, upper_ms REAL, percentile REAL,
    text TEXT, absent TEXT, PRIMARY KEY (incident, reading)
) STRICT, WITHOUT ROWID;
