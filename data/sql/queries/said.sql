-- Named statements of what people said: reviews, attendance, learnings, actions, told stories. said_*_put writes what is new or
-- differs; said_*_seen marks what a whole read met; said_*_sweep drops what it met no longer, said_*_drop
-- what stood below one id (?2) and was not met again ('0' follows '/').

-- name: said_review_put
INSERT INTO review (source, external_id, incident, held_at, url, facilitator_involved, why_surprised, risk_awareness, title,
    status, readers, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT DO UPDATE SET incident = excluded.incident, held_at = excluded.held_at, url = excluded.url, facilitator_involved =
    excluded.facilitator_involved, why_surprised = excluded.why_surprised, risk_awareness = excluded.risk_awareness, title =
    excluded.title, status = excluded.status, readers = excluded.readers, seen_at = excluded.seen_at
WHERE review.incident IS NOT excluded.incident OR review.held_at IS NOT excluded.held_at OR review.url IS NOT excluded.url OR
    review.facilitator_involved IS NOT excluded.facilitator_involved OR review.why_surprised IS NOT excluded.why_surprised OR
    review.risk_awareness IS NOT excluded.risk_awareness OR review.title IS NOT excluded.title OR review.status IS NOT
    excluded.status OR review.readers IS NOT excluded.readers;

-- name: said_review_seen
UPDATE review SET seen_at = ?3 WHERE source = ?1 AND external_id = ?2 AND seen_at < ?3;

-- name: said_review_sweep
DELETE FROM review WHERE source = ?1 AND seen_at < ?2;

-- In which tables the source has a row of a stream (?2).
-- name: said_any_of
SELECT EXISTS (SELECT 1 FROM review WHERE source = ?1 AND external_id >= ?2 || '/' AND external_id < ?2 || '0'),
    EXISTS (SELECT 1 FROM attendance WHERE source = ?1 AND external_id >= ?2 || '/' AND external_id < ?2 || '0'),
    EXISTS (SELECT 1 FROM learning WHERE source = ?1 AND external_id >= ?2 || '/' AND external_id < ?2 || '0'),
    EXISTS (SELECT 1 FROM action_item WHERE source = ?1 AND external_id >= ?2 || '/' AND external_id < ?2 || '0'),
    EXISTS (SELECT 1 FROM story_told WHERE source = ?1 AND external_id >= ?2 || '/' AND external_id < ?2 || '0');

-- name: said_review_drop
DELETE FROM review WHERE source = ?1 AND (external_id = ?2 OR (external_id >= ?2 || '/' AND external_id < ?2 || '0'))
    AND seen_at < ?3;

-- name: said_attendance_put
INSERT INTO attendance (source, external_id, incident, required, person, team, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT DO UPDATE SET incident = excluded.incident, required = excluded.required, person = excluded.person, team =
    excluded.team, seen_at = excluded.seen_at
WHERE attendance.incident IS NOT excluded.incident OR attendance.required IS NOT excluded.required OR attendance.person IS NOT
    excluded.person OR attendance.team IS NOT excluded.team;

-- name: said_attendance_seen
UPDATE attendance SET seen_at = ?3 WHERE source = ?1 AND external_id = ?2 AND seen_at < ?3;

-- name: said_attendance_sweep
DELETE FROM attendance WHERE source = ?1 AND seen_at < ?2;

-- name: said_attendance_drop
DELETE FROM attendance WHERE source = ?1 AND (external_id = ?2 OR (external_id >= ?2 || '/' AND external_id < ?2 || '0'))
    AND seen_at < ?3;

-- name: said_learning_put
INSERT INTO learning (source, external_id, incident, at, text, kind, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT DO UPDATE SET incident = excluded.incident, at = excluded.at, text = excluded.text, kind = excluded.kind, seen_at
    = excluded.seen_at
WHERE learning.incident IS NOT excluded.incident OR learning.at IS NOT excluded.at OR learning.text IS NOT excluded.text OR
    learning.kind IS NOT excluded.kind;

-- name: said_learning_seen
UPDATE learning SET seen_at = ?3 WHERE source = ?1 AND external_id = ?2 AND seen_at < ?3;

-- name: said_learning_sweep
DELETE FROM learning WHERE source = ?1 AND seen_at < ?2;

-- name: said_learning_drop
DELETE FROM learning WHERE source = ?1 AND (external_id = ?2 OR (external_id >= ?2 || '/' AND external_id < ?2 || '0'))
    AND seen_at < ?3;

-- name: said_action_item_put
INSERT INTO action_item (source, external_id, incident, title, url, opened_at, due_at, closed_at, status, team, seen_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT DO UPDATE SET incident = excluded.incident, title = excluded.title, url = excluded.url, opened_at =
    excluded.opened_at, due_at = excluded.due_at, closed_at = excluded.closed_at, status = excluded.status, team =
    excluded.team, seen_at = excluded.seen_at
WHERE action_item.incident IS NOT excluded.incident OR action_item.title IS NOT excluded.title OR action_item.url IS NOT
    excluded.url OR action_item.opened_at IS NOT excluded.opened_at OR action_item.due_at IS NOT excluded.due_at OR
    action_item.closed_at IS NOT excluded.closed_at OR action_item.status IS NOT excluded.status OR action_item.team IS NOT
    excluded.team;

-- name: said_action_item_seen
UPDATE action_item SET seen_at = ?3 WHERE source = ?1 AND external_id = ?2 AND seen_at < ?3;

-- name: said_action_item_sweep
DELETE FROM action_item WHERE source = ?1 AND seen_at < ?2;

-- name: said_action_item_drop
DELETE FROM action_item WHERE source = ?1 AND (external_id = ?2 OR (external_id >= ?2 || '/' AND external_id < ?2 || '0'))
    AND seen_at < ?3;

-- name: said_story_told_put
INSERT INTO story_told (source, external_id, incident, told_at, place, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET incident = excluded.incident, told_at = excluded.told_at, place = excluded.place, seen_at =
    excluded.seen_at
WHERE story_told.incident IS NOT excluded.incident OR story_told.told_at IS NOT excluded.told_at OR story_told.place IS NOT
    excluded.place;

-- name: said_story_told_seen
UPDATE story_told SET seen_at = ?3 WHERE source = ?1 AND external_id = ?2 AND seen_at < ?3;

-- name: said_story_told_sweep
DELETE FROM story_told WHERE source = ?1 AND seen_at < ?2;

-- name: said_story_told_drop
DELETE FROM story_told WHERE source = ?1 AND (external_id = ?2 OR (external_id >= ?2 || '/' AND external_id < ?2 || '0'))
    AND seen_at < ?3;
