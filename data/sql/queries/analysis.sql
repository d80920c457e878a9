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

-- Order of source and id, not of rows: row numbers depend on how pages were cut.
-- name: analysis_records
SELECT r.id, r.source, r.external_id, r.kind, r.key, r.title, r.url, r.status, r.resolve_reason,
    coalesce(r.class, (SELECT v.value FROM record_value v WHERE v.record = r.id AND v.name = 'class' ORDER BY v.origin LIMIT 1)), r.end_state, s.role,
    r.timeline, r.holds, r.entered_at, r.last_seen
FROM record r JOIN source s ON s.name = r.source WHERE r.gone_at IS NULL ORDER BY r.source, r.external_id;

-- name: analysis_moments
SELECT record, moment, at, field FROM record_moment ORDER BY record, moment, rank, field;

-- Where a record has no opening among its moments, its first `opened` event is its opening.
-- name: analysis_openings
SELECT record, min(at) FROM event WHERE kind = 'opened' GROUP BY record ORDER BY record;

-- name: analysis_severities
SELECT record, name, value, ord FROM record_value_told WHERE name IN ('severity', 'severity_rank')
UNION ALL
SELECT v.record, 'severity_rank', CAST(l.rank AS TEXT), 0 FROM record_value_told v JOIN record r ON r.id = v.record
    JOIN label l ON l.source = r.source AND l.kind = 'severity' AND l.external_id = v.value
    WHERE v.name = 'severity_id'
ORDER BY 1, 2, 4;

-- What is counted or named beside the timeline; support tickets are counted.
-- name: analysis_given
SELECT record, name, value, field, ord FROM record_value_told
WHERE name IN ('alerts_grouped', 'customer_reports', 'external_party', 'customers_impacted', 'regions', 'requests_failed')
UNION ALL
SELECT record, 'customer_reports', CAST(count(DISTINCT value) AS TEXT), min(field), 0 FROM record_ref WHERE kind = 'customer_report'
GROUP BY record
ORDER BY 1, 2, 5, 3;

-- name: analysis_refs
SELECT record, kind, value, min(field) FROM record_ref GROUP BY record, kind, value ORDER BY record, kind, value;

-- name: analysis_record_services
SELECT record, service, min(at), max(at_start), min(stand_in), min(field) FROM record_service GROUP BY record, service
ORDER BY record, service;

-- name: analysis_record_teams
SELECT record, team, min(at), role, min(field) FROM record_team GROUP BY record, team, role ORDER BY record, team, role;

-- name: analysis_record_people
SELECT record, person, min(at), role, min(field) FROM record_person GROUP BY record, person, role ORDER BY record, person, role;

-- name: analysis_event_count
SELECT count(*) FROM event WHERE at <= ?1;

-- name: analysis_events
SELECT record, event_id, at, kind, actor, agent, automatic, team, service, field, value FROM event ORDER BY record, event_id;

-- In the order in which an analysis holds the events of a record.
-- name: analysis_event_ids
SELECT event_id FROM event WHERE record = ?1 AND at <= ?2 ORDER BY at, event_id;

-- What people wrote, up to as-of.
-- name: analysis_texts
SELECT record, at, text FROM event WHERE at <= ?1 AND text IS NOT NULL AND text <> '' ORDER BY record, event_id;

-- ---- save: replaces what the last analysis wrote ----

-- name: analysis_clear_readings
DELETE FROM reading;

-- name: analysis_clear_signals
DELETE FROM signal_values;

-- name: analysis_clear_links
DELETE FROM incident_record;

-- name: analysis_clear_incidents
DELETE FROM incident;

-- name: analysis_incident_add
INSERT INTO incident (n, id, key, title, class, state, started_at, resolved_at, active_ms, elapsed_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: analysis_link_add
INSERT INTO incident_record (record, incident, method, confidence, via) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: analysis_signals_add
INSERT INTO signal_values (incident, packed) VALUES (?1, ?2);

-- name: analysis_reading_add
INSERT INTO reading (incident, reading, n_ref, candidates, k, m, complexity, blast_radius, lower_ms, median_ms, upper_ms,
    percentile, text, absent)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14);

-- name: analysis_meta_put
INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;
