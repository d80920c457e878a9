-- Named statements of what is known of incidents beside their records: reviews, learning, actions, citations, stories.

-- name: learning_reviews
SELECT incident, held_at, url, title, status, why_surprised, risk_awareness, facilitator_involved, readers FROM review
ORDER BY held_at, source, external_id;

-- name: learning_attendance
SELECT incident, required, team FROM attendance ORDER BY source, external_id;

-- Equal words of one moment follow each other.
-- name: learning_lessons
SELECT incident, at, text, kind FROM learning ORDER BY at, text, source, external_id;

-- name: learning_actions
SELECT incident, title, url, team, status, opened_at, due_at, closed_at FROM action_item ORDER BY opened_at, source, external_id;

-- name: learning_told
SELECT incident, told_at, place FROM story_told ORDER BY told_at, source, external_id;

-- Of documents: texts of records are searched by the analysis itself.
-- name: learning_citations
SELECT incident, at, quote, source || ':' || external_id FROM citation ORDER BY source, external_id, event_id, incident;

-- name: learning_mentions
SELECT DISTINCT record, value FROM record_ref WHERE kind = 'mention' ORDER BY record, value;

-- name: learning_texts
SELECT record, at, text FROM event WHERE text IS NOT NULL ORDER BY record, event_id;

-- By a person's word; the same incident on the same day is told once.
-- name: learning_told_put
INSERT INTO story_told (source, external_id, incident, told_at, place, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET told_at = excluded.told_at, place = excluded.place, seen_at = excluded.seen_at;
