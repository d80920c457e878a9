-- What commands ask of the store directly: the log of runs, status, exports of records and events.

-- name: cli_run_begin
INSERT INTO run (command, version, started_at) VALUES (?1, ?2, ?3);

-- name: cli_run_end
UPDATE run SET finished_at = ?2, exit_code = ?3 WHERE id = ?1;

-- name: cli_any_person
SELECT 1 FROM person UNION ALL SELECT 1 FROM meta WHERE key = 'pseudonym_key' LIMIT 1;

-- name: cli_status_sources
SELECT s.name, s.type, s.role, s.last_success, s.last_attempt, s.last_error,
       (SELECT count(*) FROM record r WHERE r.source = s.name AND r.gone_at IS NULL),
       (SELECT count(*) FROM quarantine q WHERE q.source = s.name),
       (SELECT count(*) FROM todo t WHERE t.source = s.name AND NOT EXISTS
           (SELECT 1 FROM finding f WHERE f.id = 'stream_refused' AND f.source = t.source AND f.subject = t.stream)),
       (SELECT count(*) FROM review l WHERE l.source = s.name) + (SELECT count(*) FROM attendance l WHERE l.source = s.name) +
       (SELECT count(*) FROM learning l WHERE l.source = s.name) + (SELECT count(*) FROM action_item l WHERE l.source = s.name)
FROM source s ORDER BY s.name;

-- name: cli_status_streams
SELECT stream, high_water, completed_at, complete, gap, cursor IS NOT NULL,
       EXISTS (SELECT 1 FROM finding f WHERE f.id = 'stream_refused' AND f.source = ?1 AND f.subject = stream)
FROM cursor WHERE source = ?1 ORDER BY stream;

-- name: cli_status_quarantine
SELECT stream, element, reason FROM quarantine WHERE source = ?1 ORDER BY id LIMIT 5;

-- What services, teams and severities are called in what was read.
-- name: cli_names_services
SELECT service FROM record_service UNION SELECT name FROM service ORDER BY 1;

-- name: cli_names_teams
SELECT team FROM record_team UNION SELECT name FROM team ORDER BY 1;

-- name: cli_names_severities
SELECT r.source, v.value, count(*) FROM record_value v JOIN record r ON r.id = v.record JOIN source s ON s.name = r.source
WHERE v.name = 'severity' AND s.role = 'own' AND r.gone_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2;

-- What limits the sources set, and what they refuse: a remark, not a gap.
-- name: cli_status_findings
SELECT subject, text FROM finding WHERE source = ?1 AND id IN ('source_limit', 'stream_refused') ORDER BY subject, id;

-- name: cli_export_records
SELECT r.id, r.source, r.external_id, r.kind, r.key, r.title, r.url, r.status, r.resolve_reason, r.gone_at,
    coalesce(r.class, (SELECT v.value FROM record_value v WHERE v.record = r.id AND v.name = 'class' ORDER BY v.origin LIMIT 1)),
       s.role, r.end_state, r.entered_at, r.holds, r.timeline
FROM record r JOIN source s ON s.name = r.source ORDER BY r.source, r.external_id;

-- name: cli_export_values
SELECT name, value, ord FROM record_value_told WHERE record = ?1
UNION ALL
SELECT 'severity_rank', CAST(l.rank AS TEXT), 0 FROM record_value_told v JOIN record r ON r.id = v.record
    JOIN label l ON l.source = r.source AND l.kind = 'severity' AND l.external_id = v.value
    WHERE v.record = ?1 AND v.name = 'severity_id'
ORDER BY 1, 3;

-- name: cli_export_refs
SELECT DISTINCT kind, value FROM record_ref WHERE record = ?1 ORDER BY kind, value;

-- What a record names, and in which of its fields.
-- name: cli_refs_of
SELECT DISTINCT f.value, f.field FROM record r JOIN record_ref f ON f.record = r.id WHERE r.source = ?1 AND r.external_id = ?2
ORDER BY f.value, f.field;

-- name: cli_export_moments
SELECT moment, at FROM record_moment WHERE record = ?1 ORDER BY moment, rank DESC, field DESC;

-- name: cli_export_services
SELECT coalesce(s.name, rs.service), max(rs.at_start), min(rs.stand_in), min(rs.field) FROM record_service rs JOIN record r ON r.id = rs.record
LEFT JOIN service s ON s.source = r.source AND s.external_id = rs.service
WHERE rs.record = ?1 GROUP BY rs.service ORDER BY coalesce(s.name, rs.service);

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
       coalesce(s.name, e.service), e.value, e.automatic,
       CASE WHEN e.actor IS NOT NULL THEN coalesce(p.mapped, 0) END, coalesce(g.canonical, e.agent), e.field
FROM event e JOIN record r ON r.id = e.record
LEFT JOIN person p ON p.source = r.source AND p.pseudonym = e.actor
LEFT JOIN person g ON g.source = r.source AND g.pseudonym = e.agent
LEFT JOIN team t ON t.source = r.source AND t.external_id = e.team
LEFT JOIN service s ON s.source = r.source AND s.external_id = e.service
ORDER BY r.source, r.external_id, e.at, e.event_id;

-- Records that people may mean by a name: an id "source:external_id", a key, or the source's own id.
-- name: cli_named_records
SELECT r.source || ':' || r.external_id, r.key, r.title, r.source || ':' || r.external_id = ?1, s.role, i.incident
FROM record r JOIN source s ON s.name = r.source LEFT JOIN incident_record i ON i.record = r.id
WHERE r.key = ?1 OR r.external_id = ?1 OR (r.external_id = substr(?1, length(r.source) + 2) AND substr(?1, 1, length(r.source) + 1) = r.source || ':')
ORDER BY 4 DESC, r.source, r.external_id LIMIT 20;

-- What a record says of each moment first: of a moment's fields the one of the best rank.
-- name: cli_moments_of
SELECT m.moment, m.at, m.field FROM record_moment m JOIN record r ON r.id = m.record
WHERE r.source = ?1 AND r.external_id = ?2 AND m.at <= ?3
    AND NOT EXISTS (SELECT 1 FROM record_moment b WHERE b.record = m.record AND b.moment = m.moment AND b.at <= ?3
                    AND (b.rank < m.rank OR (b.rank = m.rank AND b.field < m.field)))
ORDER BY m.moment;

-- Whether analyze knows something by a name, or a record has it as its own id: by indexes, where cli_named_records reads all records.
-- name: cli_named_known
SELECT 1 FROM incident WHERE key = ?1
UNION ALL SELECT 1 FROM incident_record WHERE key = ?1
UNION ALL SELECT 1 FROM source s CROSS JOIN record r ON r.source = s.name AND r.external_id = ?1
UNION ALL SELECT 1 FROM source s CROSS JOIN record r ON r.source = s.name AND r.external_id = substr(?1, length(s.name) + 2)
    WHERE substr(?1, 1, length(s.name) + 1) = s.name || ':'
LIMIT 1;

-- Keys that are the same but for capitals; several of them: nobody knows which is meant.
-- name: cli_named_spelt
SELECT DISTINCT key FROM record WHERE key = ?1 COLLATE NOCASE ORDER BY key LIMIT 2;

-- For whom the store was filled, and whether with made-up data.
-- name: cli_owner_put
INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value;

-- name: cli_source_kind
SELECT kind, role FROM source WHERE name = ?1;

-- name: cli_quarantine_since
SELECT reason FROM quarantine WHERE source = ?1 AND last_seen >= ?2 ORDER BY id;

-- What an imported file calls incidents, where no record is called so: how many rows, and one such name.
-- name: cli_said_unknown
WITH said(incident) AS (SELECT incident FROM review WHERE source = ?1 UNION ALL SELECT incident FROM attendance WHERE source = ?1
    UNION ALL SELECT incident FROM learning WHERE source = ?1 UNION ALL SELECT incident FROM action_item WHERE source = ?1
    UNION ALL SELECT incident FROM story_told WHERE source = ?1)
SELECT count(*), min(incident) FROM said WHERE incident NOT IN (SELECT key FROM record WHERE key IS NOT NULL UNION ALL SELECT external_id FROM record
    UNION ALL SELECT source || ':' || external_id FROM record UNION ALL SELECT url FROM record WHERE url IS NOT NULL);

-- Of a source, and of those the ones of a stream.
-- name: cli_quarantined_of
SELECT count(*), total(stream = ?2) FROM quarantine WHERE source = ?1;

-- Reviews with what their incident is called by people: of the records of that name the first.
-- name: cli_review_list
WITH named(name, key, title) AS (SELECT key, key, title FROM record WHERE key IS NOT NULL UNION ALL SELECT external_id, key, title FROM record
    UNION ALL SELECT source || ':' || external_id, key, title FROM record UNION ALL SELECT url, key, title FROM record WHERE url IS NOT NULL),
    called(name, key, title) AS (SELECT name, coalesce(min(key), name), min(title) FROM named GROUP BY name)
SELECT v.held_at, coalesce(c.key, v.incident), coalesce(c.title, ''), v.url, c.name IS NULL FROM review v LEFT JOIN called c ON c.name = v.incident
ORDER BY v.held_at IS NULL, v.held_at, v.incident, v.source, v.external_id;

-- name: cli_record_began
SELECT min(m.at) FROM record r JOIN record_moment m ON m.record = r.id
WHERE r.source || ':' || r.external_id = ?1 AND m.moment IN ('impact_started', 'detected', 'opened');

-- When what the store tells begins.
-- name: cli_first_moment
SELECT min(m.at) FROM record r JOIN record_moment m ON m.record = r.id WHERE r.gone_at IS NULL;

-- name: cli_export_reviews
SELECT source, external_id, incident, held_at, url, facilitator_involved, why_surprised, risk_awareness, title, status, readers
FROM review ORDER BY incident, source, external_id;

-- name: cli_export_attendance
SELECT source, external_id, incident, required, person, team FROM attendance ORDER BY incident, source, external_id;

-- name: cli_export_learnings
SELECT source, external_id, incident, text, kind, at FROM learning ORDER BY incident, source, external_id;

-- name: cli_export_actions
SELECT source, external_id, incident, title, url, opened_at, due_at, closed_at, status, team FROM action_item
ORDER BY incident, source, external_id;

-- name: cli_export_told
SELECT source, external_id, incident, told_at, place FROM story_told ORDER BY incident, source, external_id;

-- One review an incident is noted by hand; what a later note does not say stays.
-- name: cli_review_note
INSERT INTO review (source, external_id, incident, held_at, url, facilitator_involved, why_surprised, risk_awareness, seen_at)
VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT DO UPDATE SET held_at = coalesce(excluded.held_at, held_at), url = coalesce(excluded.url, url),
    facilitator_involved = coalesce(excluded.facilitator_involved, facilitator_involved),
    why_surprised = coalesce(excluded.why_surprised, why_surprised), risk_awareness = coalesce(excluded.risk_awareness, risk_awareness),
    seen_at = excluded.seen_at;

-- name: cli_sources
SELECT name, type, kind, role FROM source ORDER BY name;

-- name: cli_quarantine_sources
SELECT s.name, s.type, s.kind, s.role FROM source s WHERE EXISTS (SELECT 1 FROM quarantine q WHERE q.source = s.name) ORDER BY s.name;

-- name: cli_quarantine_list
SELECT id, source, stream, element, reason, first_seen, last_seen, raw FROM quarantine WHERE ?1 IS NULL OR source = ?1 ORDER BY id;

-- name: cli_quarantine_get
SELECT id, source, stream, element, reason, first_seen, last_seen, raw FROM quarantine WHERE id = ?1;

-- ?1: only this one, or 0.
-- name: cli_quarantine_count
SELECT count(*) FROM quarantine WHERE ?1 = 0 OR id = ?1;

-- name: cli_quarantine_drop
DELETE FROM quarantine WHERE id = ?1;
