-- What a detail says of a record that another element holds: rows beside the record's own, which a change of the record leaves
-- alone. origin: '' the record's own element; else "STREAM/ELEMENT", the element whose rows they are. Own rows sort first. (Columns
-- of a key stand before all others: SQLite 3.40 finds NULLs in sound tables WITHOUT ROWID otherwise, when it checks them.)
CREATE TABLE record_moment_7 (
    record INTEGER NOT NULL REFERENCES record (id), moment TEXT NOT NULL, rank INTEGER NOT NULL, field TEXT NOT NULL,
    origin TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL, PRIMARY KEY (record, moment, rank, field, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO record_moment_7 (record, moment, rank, field, at) SELECT record, moment, rank, field, at FROM record_moment;
DROP TABLE record_moment;
ALTER TABLE record_moment_7 RENAME TO record_moment;

CREATE TABLE record_value_7 (
    record INTEGER NOT NULL REFERENCES record (id), name TEXT NOT NULL, origin TEXT NOT NULL DEFAULT '',
    ord INTEGER NOT NULL DEFAULT 0, value TEXT NOT NULL, field TEXT NOT NULL, PRIMARY KEY (record, name, origin, ord)
) STRICT, WITHOUT ROWID;
INSERT INTO record_value_7 (record, name, ord, value, field) SELECT record, name, ord, value, field FROM record_value;
DROP TABLE record_value;
ALTER TABLE record_value_7 RENAME TO record_value;

-- Links came from details before this table knew of it: their fields hold the stream and a colon.
CREATE TABLE record_ref_7 (
    record INTEGER NOT NULL REFERENCES record (id), kind TEXT NOT NULL, value TEXT NOT NULL,
    origin TEXT NOT NULL DEFAULT '', field TEXT NOT NULL, PRIMARY KEY (record, kind, value, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO record_ref_7 (record, kind, value, field, origin)
SELECT f.record, f.kind, f.value, f.field,
    CASE WHEN instr(f.field, ':') > 0 THEN substr(f.field, 1, instr(f.field, ':') - 1) || '/' || r.external_id || '/' ELSE '' END
FROM record_ref f JOIN record r ON r.id = f.record;
DROP TABLE record_ref;
ALTER TABLE record_ref_7 RENAME TO record_ref;
CREATE INDEX record_ref_value ON record_ref (kind, value);

CREATE TABLE record_service_7 (
    record INTEGER NOT NULL REFERENCES record (id), service TEXT NOT NULL, origin TEXT NOT NULL DEFAULT '', at INTEGER,
    at_start INTEGER NOT NULL DEFAULT 0, stand_in INTEGER NOT NULL DEFAULT 0, field TEXT NOT NULL,
    PRIMARY KEY (record, service, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO record_service_7 (record, service, at, at_start, stand_in, field)
SELECT record, service, at, at_start, stand_in, field FROM record_service;
DROP TABLE record_service;
ALTER TABLE record_service_7 RENAME TO record_service;

CREATE TABLE record_team_7 (
    record INTEGER NOT NULL REFERENCES record (id), team TEXT NOT NULL, role TEXT NOT NULL,
    origin TEXT NOT NULL DEFAULT '', at INTEGER, field TEXT NOT NULL, PRIMARY KEY (record, team, role, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO record_team_7 (record, team, role, at, field) SELECT record, team, role, at, field FROM record_team;
DROP TABLE record_team;
ALTER TABLE record_team_7 RENAME TO record_team;

CREATE TABLE record_person_7 (
    record INTEGER NOT NULL REFERENCES record (id), person TEXT NOT NULL, role TEXT NOT NULL,
    origin TEXT NOT NULL DEFAULT '', at INTEGER, field TEXT NOT NULL, PRIMARY KEY (record, person, role, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO record_person_7 (record, person, role, at, field) SELECT record, person, role, at, field FROM record_person;
DROP TABLE record_person;
ALTER TABLE record_person_7 RENAME TO record_person;

-- Which elements have rows beside a record's own. fingerprint: of those rows.
CREATE TABLE record_addition (
    origin TEXT NOT NULL, record INTEGER NOT NULL REFERENCES record (id), fingerprint TEXT NOT NULL,
    PRIMARY KEY (origin, record)
) STRICT, WITHOUT ROWID;
INSERT INTO record_addition (origin, record, fingerprint) SELECT DISTINCT origin, record, '' FROM record_ref WHERE origin <> '';

-- Values as they are read: what the record itself says hides what details say under the same name, earlier details hide later
-- ones; regions are a list, to which each adds.
CREATE VIEW record_value_told AS
SELECT record, name, ord, value, field, origin FROM record_value v
WHERE v.origin = '' OR NOT EXISTS (SELECT 1 FROM record_value o WHERE o.record = v.record AND o.name = v.name AND o.origin < v.origin
    AND (v.name <> 'regions' OR o.value = v.value));
