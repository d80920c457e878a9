-- Named statements of analysis: what it reads of records and writes as incidents and readings.

-- ---- load: each runs once and streams its table ----

-- name: analysis_sources
SELECT name, role FROM source ORDER BY name;

-- name: analysis_aliases
SELECT source, kind, prefix FROM alias ORDER BY source, kind, prefix;

-- name: analysis_teams
SELECT source, external_id, name, parent, timezone FROM team ORDER BY source, external_id;

-- name: analysis_services
SELECT source, external_id, name, team, tier FROM service ORDER BY source, external_id;

-- name: analysis_edges
SELECT source, service, depends_on FROM service_edge ORDER BY source, service, depends_on;

-- name: analysis_people
SELECT source, pseudonym, canonical, mapped FROM person ORDER BY source, pseudonym;

-- Order of source and id, not of rows: row numbers depend on how pages were cut. An index answers it alone; the records are then read
-- in the order in which they lie.
-- name: analysis_record_order
SELECT id FROM record ORDER BY source, external_id;

-- name: analysis_records
SELECT id, source, external_id, kind, key, title, url, status, resolve_reason, class, end_state, timeline, holds, entered_at, last_seen, updated_at
FROM record WHERE gone_at IS NULL ORDER BY id;

-- name: analysis_moments
SELECT record, moment, at, field FROM record_moment ORDER BY record, moment, rank, field;

-- Where a record has no opening among its moments, its first `opened` event is its opening.
-- name: analysis_openings
SELECT record, min(at) FROM event WHERE kind = 'opened' GROUP BY record ORDER BY record;

-- name: analysis_values
SELECT record, name, value, field FROM record_value_told
WHERE name IN ('class', 'severity', 'severity_rank', 'alerts_grouped', 'customer_reports', 'external_party', 'customers_impacted', 'regions',
    'requests_failed')
ORDER BY record, name, origin, ord;

-- name: analysis_severity_labels
SELECT v.record, l.rank FROM record_value_told v JOIN record r ON r.id = v.record
    JOIN label l ON l.source = r.source AND l.kind = 'severity' AND l.external_id = v.value
WHERE v.name = 'severity_id' AND EXISTS (SELECT 1 FROM label WHERE kind = 'severity') ORDER BY v.record, v.origin, v.ord;

-- Support tickets are counted.
-- name: analysis_reported
SELECT record, count(DISTINCT value), min(field) FROM record_ref WHERE kind = 'customer_report' GROUP BY record ORDER BY record;

-- What several origins say alike is one, of which the last column is 0 for the first row.
-- name: analysis_refs
SELECT record, kind, value, field, CASE origin WHEN '' THEN 0 ELSE EXISTS
    (SELECT 1 FROM record_ref o WHERE o.record = t.record AND o.kind = t.kind AND o.value = t.value AND o.origin < t.origin) END
FROM record_ref t ORDER BY record, kind, value, origin;

-- name: analysis_record_services
SELECT record, service, at, at_start, stand_in, field, CASE origin WHEN '' THEN 0 ELSE EXISTS
    (SELECT 1 FROM record_service o WHERE o.record = t.record AND o.service = t.service AND o.origin < t.origin) END
FROM record_service t ORDER BY record, service, origin;

-- name: analysis_record_teams
SELECT record, team, at, role, field, CASE origin WHEN '' THEN 0 ELSE EXISTS
    (SELECT 1 FROM record_team o WHERE o.record = t.record AND o.team = t.team AND o.role = t.role AND o.origin < t.origin) END
FROM record_team t ORDER BY record, team, role, origin;

-- name: analysis_record_people
SELECT record, person, at, role, field, CASE origin WHEN '' THEN 0 ELSE EXISTS
    (SELECT 1 FROM record_person o WHERE o.record = t.record AND o.person = t.person AND o.role = t.role AND o.origin < t.origin) END
FROM record_person t ORDER BY record, person, role, origin;

-- name: analysis_events
SELECT record, event_id, at, kind, actor, agent, automatic, team, service, field, value FROM event ORDER BY record, event_id;

-- In the order in which an analysis holds the events of a record.
-- name: analysis_event_ids
SELECT event_id FROM event WHERE record = ?1 AND at <= ?2 ORDER BY at, event_id;

-- What people wrote, up to as-of.
-- name: analysis_texts
SELECT record, at, text FROM event WHERE at <= ?1 AND text IS NOT NULL AND text <> '' ORDER BY record, event_id;

-- ---- save: rows are compared with what is to be there, in the order of the key; differences are put, what is no more is removed ----
-- What comes after all that a table holds is added, many rows at a time. OR FAIL: a row that cannot be added ends the whole transaction, so that
-- SQLite need not note what the statement has written so far.

-- name: analysis_incident_rows
SELECT n, id, key, title, class, state, started_at, resolved_at, active_ms, elapsed_ms, record FROM incident WHERE n > ?1 ORDER BY n;

-- name: analysis_incident_remove
DELETE FROM incident WHERE n = ?1;

-- name: analysis_incident_remove_from
DELETE FROM incident WHERE n >= ?1;

-- name: analysis_incident_put
INSERT INTO incident (n, id, key, title, class, state, started_at, resolved_at, active_ms, elapsed_ms, record)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (n) DO UPDATE SET key = excluded.key, title = excluded.title, class = excluded.class, state = excluded.state,
    started_at = excluded.started_at, resolved_at = excluded.resolved_at, active_ms = excluded.active_ms, elapsed_ms = excluded.elapsed_ms,
    record = excluded.record;

-- name: analysis_incident_add
INSERT OR FAIL INTO incident (n, id, key, title, class, state, started_at, resolved_at, active_ms, elapsed_ms, record)
SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 FROM ald_batch(?1);

-- name: analysis_link_rows
SELECT record, incident, method, confidence, via, folded, key, first FROM incident_record WHERE record > ?1 ORDER BY record;

-- name: analysis_link_remove
DELETE FROM incident_record WHERE record = ?1;

-- name: analysis_link_put
INSERT INTO incident_record (record, incident, method, confidence, via, folded, key, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (record) DO UPDATE SET incident = excluded.incident, method = excluded.method, confidence = excluded.confidence,
    via = excluded.via, folded = excluded.folded, key = excluded.key, first = excluded.first;

-- name: analysis_link_add
INSERT OR FAIL INTO incident_record (record, incident, method, confidence, via, folded, key, first)
SELECT c0, c1, c2, c3, c4, c5, c6, c7 FROM ald_batch(?1);

-- name: analysis_signals_rows
SELECT incident, packed, absent FROM signal_values WHERE incident > ?1 ORDER BY incident;

-- name: analysis_signals_remove
DELETE FROM signal_values WHERE incident = ?1;

-- name: analysis_signals_put
INSERT INTO signal_values (incident, packed, absent) VALUES (?1, ?2, ?3)
ON CONFLICT (incident) DO UPDATE SET packed = excluded.packed, absent = excluded.absent;

-- name: analysis_signals_add
INSERT OR FAIL INTO signal_values (incident, packed, absent) SELECT c0, c1, c2 FROM ald_batch(?1);

-- name: analysis_absent_rows
SELECT id, packed, present, incidents FROM signal_absent WHERE id > ?1 ORDER BY id;

-- name: analysis_absent_remove
DELETE FROM signal_absent WHERE id = ?1;

-- name: analysis_absent_put
INSERT INTO signal_absent (id, packed, present, incidents) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (id) DO UPDATE SET packed = excluded.packed, present = excluded.present, incidents = excluded.incidents;

-- name: analysis_absent_add
INSERT OR FAIL INTO signal_absent (id, packed, present, incidents) SELECT c0, c1, c2, c3 FROM ald_batch(?1);

-- name: analysis_reading_rows
SELECT incident, reading, n_ref, candidates, k, m, complexity, blast_radius, lower_ms, median_ms, upper_ms, percentile, text, absent
FROM reading WHERE (incident, reading) > (?1, ?2) ORDER BY incident, reading;

-- name: analysis_reading_remove
DELETE FROM reading WHERE incident = ?1 AND reading = ?2;

-- name: analysis_reading_put
INSERT INTO reading (incident, reading, n_ref, candidates, k, m, complexity, blast_radius, lower_ms, median_ms, upper_ms,
    percentile, text, absent)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (incident, reading) DO UPDATE SET n_ref = excluded.n_ref, candidates = excluded.candidates, k = excluded.k, m = excluded.m,
    complexity = excluded.complexity, blast_radius = excluded.blast_radius, lower_ms = excluded.lower_ms,
    median_ms = excluded.median_ms, upper_ms = excluded.upper_ms, percentile = excluded.percentile, text = excluded.text,
    absent = excluded.absent;

-- name: analysis_reading_add
INSERT OR FAIL INTO reading (incident, reading, n_ref, candidates, k, m, complexity, blast_radius, lower_ms, median_ms, upper_ms, percentile, text, absent)
SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 FROM ald_batch(?1);

-- Nothing says any more that there is an analysis.
-- name: analysis_meta_none
DELETE FROM meta WHERE key LIKE 'analysis\_%' ESCAPE '\';

-- name: analysis_meta_put
INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;
