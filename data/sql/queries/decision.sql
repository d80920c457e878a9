-- Named statements of people's decisions.

-- Links and unlinks of one pair answer each other, whichever way round it was named; overrides of one field, tags of one
-- pattern replace each other.
-- name: decision_answered
SELECT id, kind, value, reason FROM decision WHERE undone_at IS NULL AND subject = ?2 AND CASE
    WHEN ?1 IN ('link', 'unlink') THEN kind IN ('link', 'unlink') AND value = ?4
    ELSE kind = ?1 AND field IS ?3 END
ORDER BY id;

-- name: decision_add
INSERT INTO decision (kind, subject, field, value, reason, decided_at, decided_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: decision_undo
UPDATE decision SET undone_at = ?2, undone_by = ?3, undone_reason = ?4 WHERE id = ?1 AND undone_at IS NULL;

-- name: decision_get
SELECT id, kind, subject, field, value, reason, decided_at, decided_by, undone_at, undone_by, undone_reason FROM decision
WHERE id = ?1;

-- ?1: a kind, or NULL for all; ?2: 1 with those that were undone.
-- name: decision_list
SELECT id, kind, subject, field, value, reason, decided_at, decided_by, undone_at, undone_by, undone_reason FROM decision
WHERE (?1 IS NULL OR kind = ?1) AND (?2 OR undone_at IS NULL) ORDER BY id;
