-- What analyze writes is known by what it is about, not by its place in a list: what a day changes is then few rows. Derived rows: analyze makes
-- them anew.
DROP TABLE suggestion;
DROP TABLE source_past;
DROP TABLE service_past;
DROP TABLE frame;
DROP TABLE signal_absent;
DELETE FROM signal_values;
DELETE FROM meta WHERE key IN ('analysis_as_of', 'analysis_config', 'analysis_generation');

-- Likenesses of records that were not taken; the most likely come first.
CREATE TABLE suggestion (
    a INTEGER NOT NULL, b INTEGER NOT NULL, confidence REAL NOT NULL, via TEXT NOT NULL, refused TEXT NOT NULL, PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;
CREATE INDEX suggestion_b ON suggestion (b);

-- By source: its first start, that of its first post on a status page, and the facets that some event of it shows.
CREATE TABLE source_past (
    source TEXT PRIMARY KEY, started_at INTEGER, posted_at INTEGER, vendor INTEGER NOT NULL, seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What names a service, by kind: incident (or noise), planned, vendor (records of other companies), and by the fiscal quarter of its start.
-- packed: analysis/past_stored.c.
CREATE TABLE service_past (
    service TEXT NOT NULL, kind TEXT NOT NULL, quarter INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (service, kind, quarter)
) STRICT;

-- The reference of a fiscal quarter as a reading sees it (METHODS 4), its starts half-open. packed: analysis/frames_stored.c.
CREATE TABLE frame (
    quarter INTEGER NOT NULL, reading TEXT NOT NULL, starts_from INTEGER NOT NULL, starts_to INTEGER NOT NULL, packed BLOB NOT NULL,
    PRIMARY KEY (quarter, reading)
) STRICT;

-- Why signals have no value, as JSON by signal, and how many incidents lack the same ones for the same reasons. id: made of the text.
CREATE TABLE signal_absent (id INTEGER PRIMARY KEY, packed TEXT NOT NULL, incidents INTEGER NOT NULL) STRICT;
