-- What commands ask of the store directly: the log of runs, status, exports of records and events.

-- name: cli_run_begin
INSERT INTO run (command, version, started_at) VALUES (?1, ?2, ?3);

-- name: cli_run_end
UPDATE run SET finished_at = ?2, exit_code = ?3 WHERE id = ?1;

-- name: cli_any_person
SELECT 1 FROM person LIMIT 1;

-- name: cli_status_sources
SELECT s.name, s.type, s.role, s.last_success, s.last_attempt, s.last_error,
       (SELECT count(*) FROM record r WHERE r.source = s.name AND r.gone_at IS NULL),
       (SELECT count(*) FROM quarantine q WHERE q.source = s.name),
       (SELECT count(*) FROM todo t WHERE t.source = s.name)
FROM source s ORDER BY s.name;

-- name: cli_status_streams
SELECT stream, high_water, completed_at, complete, gap, cursor IS NOT NULL FROM cursor WHERE source = ?1 ORDER BY stream;

-- name: cli_status_quarantine
SELECT stream, element, reason FROM quarantine WHERE source = ?1 ORDER BY id LIMIT 5;

-- What limits the sources set, and what they refuse: a remark, not a gap.
-- name: cli_status_findings
SELECT subject, text FROM finding WHERE source = ?1 AND id IN ('source_limit', 'stream_refused') ORDER BY subject, id;

-- name: cli_export_records
SELECT r.id, r.source, r.external_id, r.kind, r.key, r.title, r.url, r.status, r.resolve_reason, r.gone_at, r.class
FROM record r ORDER BY r.source, r.external_id;

-- name: cli_export_values
SELECT name, value FROM record_value WHERE record = ?1 ORDER BY name, ord;

-- name: cli_export_refs
SELECT kind, value FROM record_ref WHERE record = ?1 ORDER BY kind, value;

-- name: cli_export_moments
SELECT moment, at FROM record_moment WHERE record = ?1 ORDER BY moment, rank DESC, field DESC;

-- name: cli_export_services
SELECT coalesce(s.name, rs.service), rs.at_start FROM record_service rs JOIN record r ON r.id = rs.record
LEFT JOIN service s ON s.source = r.source AND s.external_id = rs.service
WHERE rs.record = ?1 ORDER BY coalesce(s.name, rs.service);

-- name: cli_export_teams
SELECT DISTINCT coalesce(t.name, rt.team) FROM record_team rt JOIN record r ON r.id = rt.record
LEFT JOIN team t ON t.source = r.source AND t.external_id = rt.team
WHERE rt.record = ?1 ORDER BY 1;

-- name: cli_export_responders
SELECT count(DISTINCT coalesce(p.canonical, e.actor)) FROM event e JOIN record r ON r.id = e.record
LEFT JOIN person p ON p.source = r.source AND p.pseudonym = e.actor
WHERE e.record = ?1 AND e.actor IS NOT NULL AND coalesce(e.automatic, 0) = 0 AND coalesce(p.mapped, 0) = 1;

-- name: cli_export_events
SELECT r.source, r.external_id, e.event_id, e.at, e.kind, coalesce(p.canonical, e.actor), coalesce(t.name, e.team), e.text,
       coalesce(s.name, e.service), e.value, e.automatic
FROM event e JOIN record r ON r.id = e.record
LEFT JOIN person p ON p.source = r.source AND p.pseudonym = e.actor
LEFT JOIN team t ON t.source = r.source AND t.external_id = e.team
LEFT JOIN service s ON s.source = r.source AND s.external_id = e.service
ORDER BY r.source, r.external_id, e.at, e.event_id;

-- Records that people may mean by a name: an id "source:external_id", a key, or the source's own id.
-- name: cli_named_records
SELECT r.source || ':' || r.external_id, r.key, r.title, r.source || ':' || r.external_id = ?1, s.role, i.incident
FROM record r JOIN source s ON s.name = r.source LEFT JOIN incident_record i ON i.record = r.id
WHERE r.key = ?1 OR r.external_id = ?1 OR (r.external_id = substr(?1, length(r.source) + 2) AND substr(?1, 1, length(r.source) + 1) = r.source || ':')
ORDER BY 4 DESC, r.source, r.external_id LIMIT 20;
