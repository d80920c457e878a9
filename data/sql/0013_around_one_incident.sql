-- What explain needs to tell of one incident without analysing the whole store: what of the last analysis is about more than that incident.
-- Derived rows: analyze makes them anew. Packed columns are little-endian numbers, made and read by the program that wrote them.

-- folded: merged into another record of the incident. key: the record's own, where it is not the incident's.
ALTER TABLE incident_record ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_record ADD COLUMN key TEXT;
CREATE INDEX incident_record_key ON incident_record (key) WHERE key IS NOT NULL;

-- Likenesses of records that were not taken, most likely first.
CREATE TABLE suggestion (
    n INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, confidence REAL NOT NULL, via TEXT NOT NULL, refused TEXT NOT NULL
) STRICT;
CREATE INDEX suggestion_a ON suggestion (a);
CREATE INDEX suggestion_b ON suggestion (b);

-- By source: its first start, that of its first post on a status page, and the facets that some event of it shows.
CREATE TABLE source_past (
    n INTEGER PRIMARY KEY, source TEXT NOT NULL, started_at INTEGER, posted_at INTEGER, vendor INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT;

-- What names a service, by kind: incident (or noise), planned, vendor (records of other companies). packed: analysis/past_stored.c.
CREATE TABLE service_past (n INTEGER PRIMARY KEY, service TEXT NOT NULL, kind TEXT NOT NULL, packed BLOB NOT NULL) STRICT;
CREATE INDEX service_past_service ON service_past (service);

-- The reference of a fiscal quarter as a reading sees it (METHODS 4), its starts half-open. packed: analysis/frames_stored.c.
CREATE TABLE frame (
    n INTEGER PRIMARY KEY, quarter INTEGER NOT NULL, reading TEXT NOT NULL, starts_from INTEGER NOT NULL, starts_to INTEGER NOT NULL,
    packed BLOB NOT NULL
) STRICT;
CREATE INDEX frame_quarter ON frame (quarter);
