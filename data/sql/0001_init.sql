-- The store. Times are INTEGER milliseconds since 1970 UTC; ids are TEXT. Released migrations are never edited.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', '0');

-- Where records come from. role: own | vendor. mapping: version of the connector's mapping that wrote the rows.
CREATE TABLE source (
    name TEXT PRIMARY KEY, type TEXT NOT NULL, kind TEXT NOT NULL, role TEXT NOT NULL DEFAULT 'own',
    url TEXT, first_success INTEGER, last_success INTEGER, last_attempt INTEGER, last_error TEXT
) STRICT, WITHOUT ROWID;

-- Base URLs (kind url) and key prefixes (kind key) that a source owns: how refs of other sources find its records.
CREATE TABLE alias (
    source TEXT NOT NULL REFERENCES source (name), kind TEXT NOT NULL, prefix TEXT NOT NULL,
    PRIMARY KEY (source, kind, prefix)
) STRICT, WITHOUT ROWID;

-- How far each stream of a source was read. cursor: where to go on inside an unfinished crawl (NULL: none under way).
-- high_water: newest change seen when the last crawl completed. complete 0 with gap = why something is missing.
CREATE TABLE cursor (
    source TEXT NOT NULL REFERENCES source (name), stream TEXT NOT NULL,
    cursor TEXT, crawl_since INTEGER, crawl_until INTEGER, crawl_high INTEGER, crawl_started INTEGER,
    high_water INTEGER, completed_at INTEGER, complete INTEGER NOT NULL DEFAULT 0, gap TEXT, fingerprint TEXT,
    PRIMARY KEY (source, stream)
) STRICT, WITHOUT ROWID;

-- Detail requests still to make; written in the transaction of the page that caused them.
CREATE TABLE todo (
    source TEXT NOT NULL, stream TEXT NOT NULL, subject TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT,
    PRIMARY KEY (source, stream, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id INTEGER PRIMARY KEY, command TEXT NOT NULL, version TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER,
    exit_code INTEGER
) STRICT;

CREATE TABLE fetch (
    id INTEGER PRIMARY KEY, run INTEGER REFERENCES run (id), source TEXT NOT NULL, stream TEXT NOT NULL, at INTEGER NOT NULL,
    request TEXT NOT NULL, status INTEGER, rows INTEGER, bytes INTEGER, ms INTEGER
) STRICT;

-- What one source says about one thing. kind: pager | ticket | status | file. class: what the source itself marks it as
-- (planned, exercise, near_miss), else NULL. timeline: bits of what its timeline was read for (rows.h ALD_HOLDS_*), 0: not
-- read. entered_at: when the record was made in the source, where that differs from opened. version: of the source's own
-- change counter, to see whether details must be read again.
CREATE TABLE record (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL REFERENCES source (name), external_id TEXT NOT NULL, kind TEXT NOT NULL,
    key TEXT, title TEXT, url TEXT, status TEXT, resolve_reason TEXT, class TEXT, entered_at INTEGER, updated_at INTEGER,
    version TEXT, timeline INTEGER NOT NULL DEFAULT 0, holds INTEGER NOT NULL DEFAULT 0, end_state TEXT NOT NULL DEFAULT 'open'
        CHECK (end_state IN ('open', 'resolved', 'closed')),
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, gone_at INTEGER, mapping INTEGER NOT NULL DEFAULT 1,
    fingerprint TEXT, UNIQUE (source, external_id)
) STRICT;

-- Each element that became rows, as sent, after people were replaced.
CREATE TABLE record_raw (
    source TEXT NOT NULL, stream TEXT NOT NULL, element TEXT NOT NULL, raw TEXT NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (source, stream, element)
) STRICT, WITHOUT ROWID;

-- Every candidate time of a moment with the field it came from; rank 1 is taken first.
CREATE TABLE record_moment (
    record INTEGER NOT NULL REFERENCES record (id), moment TEXT NOT NULL, rank INTEGER NOT NULL, field TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (record, moment, rank, field)
) STRICT, WITHOUT ROWID;

-- Severity, priority, urgency, customers_impacted, responders_n, regions, custom fields. ord: order of a list.
CREATE TABLE record_value (
    record INTEGER NOT NULL REFERENCES record (id), name TEXT NOT NULL, ord INTEGER NOT NULL DEFAULT 0, value TEXT NOT NULL,
    field TEXT NOT NULL, PRIMARY KEY (record, name, ord)
) STRICT, WITHOUT ROWID;

-- Pointers to other records. kind: url | key | id | incident_key | alert | channel | parent | merged_into | duplicate_of | mention.
CREATE TABLE record_ref (
    record INTEGER NOT NULL REFERENCES record (id), kind TEXT NOT NULL, value TEXT NOT NULL, field TEXT NOT NULL,
    PRIMARY KEY (record, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_ref_value ON record_ref (kind, value);

-- The timeline. kind as in DESIGN 9. actor: pseudonym of the person who was engaged (the assignee of an assignment).
-- agent: pseudonym or login of who caused it; automatic: 1 by a machine, 0 by a person, NULL not known.
-- team and service hold the source's own ids or names. field: where it came from. value: new state, severity.
CREATE TABLE event (
    record INTEGER NOT NULL REFERENCES record (id), event_id TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
    actor TEXT, agent TEXT, automatic INTEGER, team TEXT, service TEXT, value TEXT, field TEXT, text TEXT,
    PRIMARY KEY (record, event_id)
) STRICT, WITHOUT ROWID;

-- canonical: the pseudonym that joins all ids of one person in one source. mapped 1: the source said who this id is.
CREATE TABLE person (
    pseudonym TEXT NOT NULL, source TEXT NOT NULL, canonical TEXT NOT NULL, mapped INTEGER NOT NULL DEFAULT 0, name TEXT,
    team TEXT, PRIMARY KEY (source, pseudonym)
) STRICT, WITHOUT ROWID;

CREATE TABLE team (
    source TEXT NOT NULL, external_id TEXT NOT NULL, name TEXT NOT NULL, parent TEXT, timezone TEXT,
    PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE service (
    source TEXT NOT NULL, external_id TEXT NOT NULL, name TEXT NOT NULL, tier INTEGER, team TEXT,
    PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_edge (
    source TEXT NOT NULL, service TEXT NOT NULL, depends_on TEXT NOT NULL, PRIMARY KEY (source, service, depends_on)
) STRICT, WITHOUT ROWID;

-- at: when the service was named; NULL undated. at_start 1: named when the record was opened. stand_in 1: another field
-- stands in for the service.
CREATE TABLE record_service (
    record INTEGER NOT NULL REFERENCES record (id), service TEXT NOT NULL, at INTEGER, at_start INTEGER NOT NULL DEFAULT 0,
    stand_in INTEGER NOT NULL DEFAULT 0, field TEXT NOT NULL, PRIMARY KEY (record, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE record_team (
    record INTEGER NOT NULL REFERENCES record (id), team TEXT NOT NULL, role TEXT NOT NULL, at INTEGER, field TEXT NOT NULL,
    PRIMARY KEY (record, team, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE record_person (
    record INTEGER NOT NULL REFERENCES record (id), person TEXT NOT NULL, role TEXT NOT NULL, at INTEGER, field TEXT NOT NULL,
    PRIMARY KEY (record, person, role)
) STRICT, WITHOUT ROWID;

-- What analyze found. id: source:external_id of the earliest record.
CREATE TABLE incident (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, title TEXT NOT NULL, class TEXT NOT NULL, state TEXT NOT NULL,
    started_at INTEGER, resolved_at INTEGER, active_ms INTEGER, elapsed_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_key ON incident (key);

CREATE TABLE incident_record (
    record INTEGER PRIMARY KEY REFERENCES record (id), incident TEXT NOT NULL REFERENCES incident (id) DEFERRABLE INITIALLY DEFERRED,
    method TEXT NOT NULL, confidence REAL NOT NULL, via TEXT
) STRICT;
CREATE INDEX incident_record_incident ON incident_record (incident);

-- People's word; survives every sync.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, field TEXT, value TEXT, reason TEXT NOT NULL,
    decided_at INTEGER NOT NULL, decided_by TEXT, undone_at INTEGER
) STRICT;

-- One packed row per incident (JSON) for the analysis named by (as_of, configuration hash, generation) in meta.
CREATE TABLE signal_values (incident TEXT PRIMARY KEY REFERENCES incident (id), packed TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE reading (
    incident TEXT NOT NULL REFERENCES incident (id), reading TEXT NOT NULL, n_ref INTEGER, candidates INTEGER, k INTEGER,
    m INTEGER, complexity REAL, blast_radius REAL, lower_ms REAL, median_ms REAL, upper_ms REAL, percentile REAL,
    text TEXT, absent TEXT, PRIMARY KEY (incident, reading)
) STRICT, WITHOUT ROWID;

-- What could not be understood is kept, never dropped.
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, stream TEXT NOT NULL, element TEXT NOT NULL, reason TEXT NOT NULL,
    raw TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, UNIQUE (source, stream, element)
) STRICT;

-- Warnings that change a number in a report. severity: info | warning.
CREATE TABLE finding (
    id TEXT NOT NULL, source TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, n INTEGER NOT NULL,
    severity TEXT NOT NULL, PRIMARY KEY (id, source, subject)
) STRICT, WITHOUT ROWID;
