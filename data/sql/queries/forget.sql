-- Whom a store knows, for `alidade forget`.

-- name: forget_sources
SELECT name FROM source ORDER BY name;

-- All that is one person with ?1, or is called ?2.
-- name: forget_person
SELECT pseudonym, canonical FROM person
WHERE pseudonym = ?1 OR canonical = ?1 OR (?2 IS NOT NULL AND lower(name) = lower(?2)) ORDER BY pseudonym, canonical;

-- name: forget_names_kept
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'known_name';

-- name: forget_known
DELETE FROM known_name WHERE pseudonym = ?1;

-- name: forget_name
UPDATE person SET name = NULL WHERE pseudonym = ?1 OR canonical = ?1;
