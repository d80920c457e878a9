-- What analyze writes without foreign keys: one function writes all of it in one transaction, nothing else refers to it, and each row was
-- looked up twice for them. Derived rows: analyze makes them anew.
DROP TABLE reading;
DROP TABLE signal_values;
DROP TABLE incident_record;
DELETE FROM incident;
DELETE FROM meta WHERE key IN ('analysis_as_of', 'analysis_config', 'analysis_generation');

CREATE TABLE incident_record (
    record INTEGER PRIMARY KEY, incident TEXT NOT NULL, method TEXT NOT NULL, confidence REAL NOT NULL, via TEXT
) STRICT;
CREATE INDEX incident_record_incident ON incident_record (incident);

-- Why signals have no value, as JSON by signal. Most incidents lack the same ones for the same reasons, which were most of the store's bytes
-- when each incident repeated them. n: in the order in which incidents meet them.
CREATE TABLE signal_absent (n INTEGER PRIMARY KEY, packed TEXT NOT NULL) STRICT;

-- One row per incident (JSON) for the analysis named by (as_of, configuration hash, generation) in meta: by signal
-- [total, value up to the landmark or null]. absent: the row of signal_absent that says why the others have none.
CREATE TABLE signal_values (incident INTEGER PRIMARY KEY, packed TEXT NOT NULL, absent INTEGER NOT NULL) STRICT;

CREATE TABLE reading (
    incident INTEGER NOT NULL, reading TEXT NOT NULL, n_ref INTEGER, candidates INTEGER, k INTEGER, m INTEGER, complexity REAL,
    blast_radius REAL, lower_ms REAL, median_ms REAL, upper_ms REAL, percentile REAL, text TEXT, absent TEXT,
    PRIMARY KEY (incident, reading)
) STRICT, WITHOUT ROWID;
