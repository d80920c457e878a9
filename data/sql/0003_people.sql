-- What people decide, review, learn and tell. Rows carry their source: a connector, an imported file, or the word of the
-- command line. `incident` names an incident by one of its records ("source:external_id"), or by a key that people use: it
-- is resolved by who reads it, because incidents come and go with linking and records stay.

ALTER TABLE decision ADD COLUMN undone_by TEXT;
ALTER TABLE decision ADD COLUMN undone_reason TEXT;
CREATE INDEX decision_subject ON decision (subject, kind);

-- Measured harm of one record: customers_impacted, regions_impacted, requests_failed ... at NULL: undated, known afterwards.
-- ord: order of equal measures, 0 where there is one.
CREATE TABLE impact (
    record INTEGER NOT NULL REFERENCES record (id), measure TEXT NOT NULL, ord INTEGER NOT NULL DEFAULT 0, value REAL NOT NULL,
    unit TEXT, at INTEGER, field TEXT NOT NULL, PRIMARY KEY (record, measure, ord)
) STRICT, WITHOUT ROWID;

-- The review of an incident: a meeting, a write-up, or both. held_at NULL: no meeting is recorded. facilitator_involved 1: who
-- led it had been engaged in the incident; NULL not known. readers: how many opened the write-up, where a source counts them.
CREATE TABLE review (
    source TEXT NOT NULL, external_id TEXT NOT NULL, incident TEXT NOT NULL, held_at INTEGER, url TEXT,
    facilitator_involved INTEGER CHECK (facilitator_involved IN (0, 1)), why_surprised TEXT, risk_awareness TEXT, title TEXT,
    status TEXT, readers INTEGER, seen_at INTEGER NOT NULL, PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX review_incident ON review (incident);

-- Who came to a review, one row a person. person: pseudonym, NULL where only the team is known. required 0: came without having
-- to; NULL not known.
CREATE TABLE attendance (
    source TEXT NOT NULL, external_id TEXT NOT NULL, incident TEXT NOT NULL, required INTEGER CHECK (required IN (0, 1)),
    person TEXT, team TEXT, seen_at INTEGER NOT NULL, PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attendance_incident ON attendance (incident);

-- What somebody said they learned, verbatim, and never by whom. text NULL: not stored (free_text: off), still counted.
CREATE TABLE learning (
    source TEXT NOT NULL, external_id TEXT NOT NULL, incident TEXT NOT NULL, at INTEGER, text TEXT, kind TEXT,
    seen_at INTEGER NOT NULL, PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX learning_incident ON learning (incident);

-- Follow-ups. closed_at NULL: open, unless status says otherwise; status as the source words it.
CREATE TABLE action_item (
    source TEXT NOT NULL, external_id TEXT NOT NULL, incident TEXT NOT NULL, title TEXT, url TEXT, opened_at INTEGER,
    due_at INTEGER, closed_at INTEGER, status TEXT, team TEXT, seen_at INTEGER NOT NULL, PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX action_item_incident ON action_item (incident);

-- An incident named by later text: of a record (external_id), of one of its events (event_id, else ''), or of a document.
CREATE TABLE citation (
    source TEXT NOT NULL, external_id TEXT NOT NULL, event_id TEXT NOT NULL DEFAULT '', incident TEXT NOT NULL, at INTEGER,
    field TEXT NOT NULL, quote TEXT, PRIMARY KEY (source, external_id, event_id, incident)
) STRICT, WITHOUT ROWID;
CREATE INDEX citation_incident ON citation (incident);

-- Which incident was told as a story, when and where.
CREATE TABLE story_told (
    source TEXT NOT NULL, external_id TEXT NOT NULL, incident TEXT NOT NULL, told_at INTEGER NOT NULL, place TEXT,
    seen_at INTEGER NOT NULL, PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_told_incident ON story_told (incident);
