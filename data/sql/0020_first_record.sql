-- Ids come in no order, and each entry of an index by them was put on a page of its own somewhere among all. An incident is found by the row of its
-- first record, after which it is named, and records by it. Derived rows: analyze makes them anew.
DROP TABLE incident_record;
DROP TABLE incident;
DELETE FROM meta WHERE key IN ('analysis_as_of', 'analysis_config', 'analysis_generation');

-- n: by start. record: the row of the first record; id: that one's. key: what people call it.
CREATE TABLE incident (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, record INTEGER NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, class TEXT NOT NULL,
    state TEXT NOT NULL, started_at INTEGER, resolved_at INTEGER, active_ms INTEGER, elapsed_ms INTEGER
) STRICT;
CREATE INDEX incident_first ON incident (record);
CREATE INDEX incident_key ON incident (key);
-- Open incidents are few, and a daily run asks for all of them.
CREATE INDEX incident_open ON incident (n) WHERE state = 'open' AND class = 'incident';

-- incident: its id. first: the row of its first record, NULL: it is this one. folded: merged into another record of the incident. key: the record's
-- own, where it is not the incident's.
CREATE TABLE incident_record (
    record INTEGER PRIMARY KEY, incident TEXT NOT NULL, first INTEGER, method TEXT NOT NULL, confidence REAL NOT NULL, via TEXT,
    folded INTEGER NOT NULL DEFAULT 0, key TEXT
) STRICT;
CREATE INDEX incident_record_first ON incident_record (first) WHERE first IS NOT NULL;
CREATE INDEX incident_record_key ON incident_record (key) WHERE key IS NOT NULL;
