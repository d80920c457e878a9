-- What `retention` takes away: of records that are over, and of which nothing is dated at or after ?1.

-- name: retention_texts
SELECT r.id, e.event_id, e.at, e.text FROM record r JOIN event e ON e.record = r.id
WHERE r.id > ?2 AND e.text IS NOT NULL AND e.text <> '' AND r.end_state <> 'open' AND coalesce(r.updated_at, 0) < ?1
    AND NOT EXISTS (SELECT 1 FROM record_moment m WHERE m.record = r.id AND m.at >= ?1)
    AND NOT EXISTS (SELECT 1 FROM event l WHERE l.record = r.id AND l.at >= ?1)
ORDER BY r.id, e.event_id;

-- name: retention_found_put
INSERT INTO kept_found (record, event_id, pattern, rule, sentence, at, weight) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING;

-- name: retention_text_set
UPDATE event SET text = ?3 WHERE record = ?1 AND event_id = ?2;

-- Raw elements: those that tell of such a record alone; where that was not noted when they were kept, by their names: of the record
-- itself, of its details ("ID/..."), and those that are one event of its timeline.
-- name: retention_raw_drop
WITH old (id, source, external_id) AS MATERIALIZED (SELECT r.id, r.source, r.external_id FROM record r
    WHERE r.end_state <> 'open' AND coalesce(r.updated_at, 0) < ?1
    AND NOT EXISTS (SELECT 1 FROM record_moment m WHERE m.record = r.id AND m.at >= ?1)
    AND NOT EXISTS (SELECT 1 FROM event l WHERE l.record = r.id AND l.at >= ?1)),
stream (source, name) AS MATERIALIZED (SELECT DISTINCT source, stream FROM record_raw)
DELETE FROM record_raw WHERE seen_at < ?1
    OR (source, record) IN (SELECT source, external_id FROM old)
    OR (record IS NULL AND ((source, substr(element, 1, instr(element || '/', '/') - 1)) IN (SELECT source, external_id FROM old)
        OR (source, stream, element) IN (SELECT o.source, s.name, e.event_id FROM old o JOIN event e ON e.record = o.id
            JOIN stream s ON s.source = o.source)));

-- name: retention_quarantine_drop
UPDATE quarantine SET raw = '' WHERE last_seen < ?1 AND raw <> '';

-- name: retention_found
SELECT record, at, pattern, rule, weight, sentence FROM kept_found WHERE at <= ?1 ORDER BY record, event_id, pattern, rule, sentence;
