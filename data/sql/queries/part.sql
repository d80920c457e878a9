-- Named statements for a part of the store: while these views stand, what reads the records of the store reads those that are wanted.
-- What looks beyond them says main.

-- name: part_wanted_make
CREATE TEMP TABLE IF NOT EXISTS wanted (id INTEGER PRIMARY KEY);

-- name: part_wanted_add
INSERT OR IGNORE INTO temp.wanted (id) VALUES (?1);

-- name: part_wanted_clear
DELETE FROM temp.wanted;

-- Each names the row as the one that is wanted: an order by rows is then that of the table of those, and nothing is sorted.
-- name: part_make_1
CREATE TEMP VIEW IF NOT EXISTS record AS SELECT w.id, r.source, r.external_id, r.kind, r.key, r.title, r.url, r.status, r.resolve_reason, r.class,
    r.entered_at, r.updated_at, r.version, r.timeline, r.holds, r.end_state, r.first_seen, r.last_seen, r.gone_at, r.mapping, r.fingerprint,
    r.stream
FROM temp.wanted w CROSS JOIN main.record r ON r.id = w.id;

-- name: part_make_2
CREATE TEMP VIEW IF NOT EXISTS record_moment AS SELECT w.id AS record, x.moment, x.rank, x.field, x.origin, x.at
FROM temp.wanted w CROSS JOIN main.record_moment x ON x.record = w.id;

-- name: part_make_3
CREATE TEMP VIEW IF NOT EXISTS record_value_told AS SELECT w.id AS record, x.name, x.ord, x.value, x.field, x.origin
FROM temp.wanted w CROSS JOIN main.record_value_told x ON x.record = w.id;

-- name: part_make_4
CREATE TEMP VIEW IF NOT EXISTS record_ref AS SELECT w.id AS record, x.kind, x.value, x.origin, x.field
FROM temp.wanted w CROSS JOIN main.record_ref x ON x.record = w.id;

-- name: part_make_5
CREATE TEMP VIEW IF NOT EXISTS record_service AS SELECT w.id AS record, x.service, x.origin, x.at, x.at_start, x.stand_in, x.field
FROM temp.wanted w CROSS JOIN main.record_service x ON x.record = w.id;

-- name: part_make_6
CREATE TEMP VIEW IF NOT EXISTS record_team AS SELECT w.id AS record, x.team, x.role, x.origin, x.at, x.field
FROM temp.wanted w CROSS JOIN main.record_team x ON x.record = w.id;

-- name: part_make_7
CREATE TEMP VIEW IF NOT EXISTS record_person AS SELECT w.id AS record, x.person, x.role, x.origin, x.at, x.field
FROM temp.wanted w CROSS JOIN main.record_person x ON x.record = w.id;

-- name: part_make_8
CREATE TEMP VIEW IF NOT EXISTS event AS SELECT w.id AS record, x.event_id, x.at, x.kind, x.actor, x.agent, x.automatic, x.team, x.service, x.value,
    x.field, x.text
FROM temp.wanted w CROSS JOIN main.event x ON x.record = w.id;

-- name: part_make_9
CREATE TEMP VIEW IF NOT EXISTS kept_found AS SELECT w.id AS record, x.event_id, x.pattern, x.rule, x.sentence, x.at, x.weight
FROM temp.wanted w CROSS JOIN main.kept_found x ON x.record = w.id;

-- name: part_drop_1
DROP VIEW IF EXISTS temp.record;

-- name: part_drop_2
DROP VIEW IF EXISTS temp.record_moment;

-- name: part_drop_3
DROP VIEW IF EXISTS temp.record_value_told;

-- name: part_drop_4
DROP VIEW IF EXISTS temp.record_ref;

-- name: part_drop_5
DROP VIEW IF EXISTS temp.record_service;

-- name: part_drop_6
DROP VIEW IF EXISTS temp.record_team;

-- name: part_drop_7
DROP VIEW IF EXISTS temp.record_person;

-- name: part_drop_8
DROP VIEW IF EXISTS temp.event;

-- name: part_drop_9
DROP VIEW IF EXISTS temp.kept_found;

-- ---- what the last analysis holds ----

-- name: part_sources
SELECT source, started_at, posted_at, vendor, seen FROM source_past ORDER BY source;

-- The number of the incident that an id or key means, as an analysis finds it: its id, its key, the id of one of its records, a record's
-- key or external id. A source's name may hold colons, and so may an external id.
-- name: part_find_id
SELECT i.n FROM source s CROSS JOIN main.record r ON r.source = s.name AND r.external_id = substr(?1, length(s.name) + 2)
    JOIN incident i ON i.record = r.id AND i.id = ?1
WHERE substr(?1, 1, length(s.name) + 1) = s.name || ':' ORDER BY i.n LIMIT 1;

-- name: part_find_key
SELECT n FROM incident WHERE key = ?1 ORDER BY n LIMIT 1;

-- name: part_find_record
SELECT i.n FROM source s CROSS JOIN main.record r ON r.source = s.name AND r.external_id = substr(?1, length(s.name) + 2)
    JOIN incident_record l ON l.record = r.id JOIN incident i ON i.record = coalesce(l.first, l.record)
WHERE substr(?1, 1, length(s.name) + 1) = s.name || ':' ORDER BY r.source, r.external_id LIMIT 1;

-- name: part_find_other
SELECT i.n FROM (SELECT r.id, r.source, r.external_id FROM source s CROSS JOIN main.record r ON r.source = s.name AND r.external_id = ?1
        UNION SELECT r.id, r.source, r.external_id FROM incident_record k CROSS JOIN main.record r ON r.id = k.record WHERE k.key = ?1) f
    JOIN incident_record l ON l.record = f.id JOIN incident i ON i.record = coalesce(l.first, l.record)
ORDER BY f.source, f.external_id LIMIT 1;

-- The row of a record by its id.
-- name: part_record_row
SELECT r.id FROM source s CROSS JOIN main.record r ON r.source = s.name AND r.external_id = substr(?1, length(s.name) + 2)
WHERE substr(?1, 1, length(s.name) + 1) = s.name || ':' AND r.gone_at IS NULL ORDER BY length(s.name) LIMIT 1;

-- name: part_incident
SELECT id, key, title, class, state, started_at FROM incident WHERE n = ?1;

-- name: part_incident_n
SELECT coalesce(max(n), 0) FROM incident;

-- name: part_incident_start
SELECT started_at FROM incident WHERE n = ?1;

-- Of a stretch of incidents, those that were not over by an instant.
-- name: part_open
SELECT n FROM incident WHERE n >= ?1 AND n <= ?2 AND class = 'incident' AND (resolved_at IS NULL OR resolved_at > ?3) ORDER BY n;

-- Records of an incident: the first one, after which it is named, and those that refer to it.
-- name: part_rows
SELECT l.record AS record FROM incident i JOIN incident_record l ON l.record = i.record AND l.incident = i.id WHERE i.n = ?1
UNION ALL SELECT l.record FROM incident i JOIN incident_record l ON l.first = i.record AND l.incident = i.id WHERE i.n = ?1
ORDER BY record;

-- name: part_with
SELECT m.record AS record FROM incident_record l JOIN incident_record m ON m.record = coalesce(l.first, l.record) WHERE l.record = ?1
UNION ALL SELECT m.record FROM incident_record l JOIN incident_record m ON m.first = coalesce(l.first, l.record) WHERE l.record = ?1
ORDER BY record;

-- name: part_refs
SELECT DISTINCT value FROM main.record_ref WHERE record = ?1 ORDER BY value;

-- name: part_links
SELECT w.id, l.incident, l.method, l.confidence, l.via, l.folded FROM temp.wanted w CROSS JOIN incident_record l ON l.record = w.id ORDER BY w.id;

-- name: part_suggestions
SELECT a, b, confidence, via, refused FROM suggestion WHERE a IN (SELECT id FROM temp.wanted) OR b IN (SELECT id FROM temp.wanted)
ORDER BY a, b;

-- name: part_services
SELECT kind, packed FROM service_past WHERE service = ?1 ORDER BY kind, quarter;

-- name: part_frame
SELECT reading, starts_from, starts_to, packed FROM frame WHERE quarter = ?1 ORDER BY reading;

-- ---- what changed since (recent.c) ----

-- name: recent_services
SELECT kind, packed FROM service_past ORDER BY service, kind, quarter;

-- name: recent_touched
SELECT t.record, t.was_from, l.incident FROM touched t LEFT JOIN incident_record l ON l.record = t.record ORDER BY t.record;

-- The earliest date that a record tells of anything.
-- name: recent_earliest
SELECT min(at) FROM (SELECT at FROM record_moment WHERE record = ?1 UNION ALL SELECT at FROM event WHERE record = ?1
    UNION ALL SELECT at FROM record_service WHERE record = ?1 UNION ALL SELECT at FROM record_team WHERE record = ?1
    UNION ALL SELECT at FROM record_person WHERE record = ?1);

-- Of an incident by its id.
-- name: recent_members
WITH f (id) AS (SELECT r.id FROM source s CROSS JOIN main.record r ON r.source = s.name AND r.external_id = substr(?1, length(s.name) + 2)
    WHERE substr(?1, 1, length(s.name) + 1) = s.name || ':')
SELECT l.record AS record FROM f CROSS JOIN incident_record l ON l.record = f.id AND l.incident = ?1
UNION ALL SELECT l.record FROM f CROSS JOIN incident_record l ON l.first = f.id AND l.incident = ?1
ORDER BY record;

-- name: recent_link
SELECT method, folded, incident FROM incident_record WHERE record = ?1;

-- Its key stays.
-- name: recent_link_put
INSERT INTO incident_record (record, incident, method, confidence, via, folded, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (record) DO UPDATE SET incident = excluded.incident, method = excluded.method, confidence = excluded.confidence,
    via = excluded.via, folded = excluded.folded, first = excluded.first;

-- Records of incidents from one on.
-- name: recent_rows_from
SELECT record FROM incident WHERE n >= ?1
UNION ALL SELECT l.record FROM incident i CROSS JOIN incident_record l ON l.first = i.record WHERE i.n >= ?1;

-- Of the incidents before one, those that are open.
-- name: recent_open
SELECT n FROM incident WHERE state = 'open' AND class = 'incident' AND n < ?1 ORDER BY n;

-- name: recent_counted_after
SELECT count(*) FROM incident WHERE n > ?1 AND class = 'incident';

-- Incidents after one that have a reading; whether one has.
-- name: recent_read_after
SELECT count(*) FROM (SELECT DISTINCT incident FROM reading WHERE incident > ?1 AND absent IS NULL);

-- name: recent_read_of
SELECT count(*) FROM (SELECT DISTINCT incident FROM reading WHERE incident = ?1 AND absent IS NULL);

-- How many incidents after one have each set of absences.
-- name: recent_absent_after
SELECT absent, count(*) FROM signal_values WHERE incident > ?1 GROUP BY absent ORDER BY absent;

-- ---- save: as in analysis.sql ----

-- name: part_suggestion_rows
SELECT a, b, confidence, via, refused FROM suggestion WHERE (a, b) > (?1, ?2) ORDER BY a, b;

-- name: part_suggestion_remove
DELETE FROM suggestion WHERE a = ?1 AND b = ?2;

-- name: part_suggestion_put
INSERT INTO suggestion (a, b, confidence, via, refused) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (a, b) DO UPDATE SET confidence = excluded.confidence, via = excluded.via, refused = excluded.refused;

-- name: part_suggestion_add
INSERT OR FAIL INTO suggestion (a, b, confidence, via, refused) SELECT c0, c1, c2, c3, c4 FROM ald_batch(?1);

-- name: part_source_rows
SELECT source, started_at, posted_at, vendor, seen FROM source_past WHERE source > ?1 ORDER BY source;

-- name: part_source_remove
DELETE FROM source_past WHERE source = ?1;

-- name: part_source_put
INSERT INTO source_past (source, started_at, posted_at, vendor, seen) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (source) DO UPDATE SET started_at = excluded.started_at, posted_at = excluded.posted_at, vendor = excluded.vendor,
    seen = excluded.seen;

-- name: part_source_add
INSERT OR FAIL INTO source_past (source, started_at, posted_at, vendor, seen) SELECT c0, c1, c2, c3, c4 FROM ald_batch(?1);

-- name: part_service_rows
SELECT service, kind, quarter, packed FROM service_past WHERE (service, kind, quarter) > (?1, ?2, ?3) ORDER BY service, kind, quarter;

-- The same of a quarter and of those after it, and of what has none.
-- name: part_service_rows_since
SELECT service, kind, quarter, packed FROM service_past WHERE (service, kind, quarter) > (?1, ?2, ?3) AND (quarter >= ?4 OR quarter = -2147483648)
ORDER BY service, kind, quarter;

-- name: part_service_remove
DELETE FROM service_past WHERE service = ?1 AND kind = ?2 AND quarter = ?3;

-- name: part_service_put
INSERT INTO service_past (service, kind, quarter, packed) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (service, kind, quarter) DO UPDATE SET packed = excluded.packed;

-- name: part_service_add
INSERT OR FAIL INTO service_past (service, kind, quarter, packed) SELECT c0, c1, c2, c3 FROM ald_batch(?1);

-- Frames that lie between two quarters, neither of them included.
-- name: part_frame_cut
DELETE FROM frame WHERE quarter > ?1 AND quarter < ?2;

-- name: part_frame_put
INSERT INTO frame (quarter, reading, starts_from, starts_to, packed) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (quarter, reading) DO UPDATE SET starts_from = excluded.starts_from, starts_to = excluded.starts_to, packed = excluded.packed
WHERE (starts_from, starts_to, packed) IS NOT (excluded.starts_from, excluded.starts_to, excluded.packed);

-- What likeness of records has learnt.
-- name: part_model_rows
SELECT part, packed FROM link_model WHERE part > ?1 ORDER BY part;

-- name: part_model_remove
DELETE FROM link_model WHERE part = ?1;

-- name: part_model_put
INSERT INTO link_model (part, packed) VALUES (?1, ?2) ON CONFLICT (part) DO UPDATE SET packed = excluded.packed;

-- name: part_model_add
INSERT OR FAIL INTO link_model (part, packed) SELECT c0, c1 FROM ald_batch(?1);

-- name: part_brief_rows
SELECT chunk, packed FROM brief WHERE chunk > ?1 ORDER BY chunk;

-- name: part_brief_remove
DELETE FROM brief WHERE chunk = ?1;

-- name: part_brief_put
INSERT INTO brief (chunk, packed) VALUES (?1, ?2) ON CONFLICT (chunk) DO UPDATE SET packed = excluded.packed;

-- name: part_brief_add
INSERT OR FAIL INTO brief (chunk, packed) SELECT c0, c1 FROM ald_batch(?1);

-- ---- linking without loading: what is stored of a record's link ----

-- name: brief_link
SELECT incident, method, confidence, via, folded, first FROM main.incident_record WHERE record = ?1;
