-- Named statements of the store itself. One statement each; parameters ?1.. by number. data/tools/embed.py splits at the
-- marks; a comment above a mark belongs to nobody.

-- name: store_application_id
PRAGMA application_id;

-- name: store_user_version
PRAGMA user_version;

-- name: store_object_count
SELECT count(*) FROM sqlite_schema;

-- name: store_mark
PRAGMA application_id = 0x414C4944;

-- name: store_secure_delete
PRAGMA secure_delete = ON;

-- name: store_cell_size_check
PRAGMA cell_size_check = ON;

-- name: store_mmap_off
PRAGMA mmap_size = 0;

-- name: store_temp_in_memory
PRAGMA temp_store = MEMORY;

-- A store is written anew by way of a temporary one as large as itself.
-- name: store_temp_in_file
PRAGMA temp_store = FILE;

-- The columns of rows in memory (batch.h); never run.
-- name: store_batch
CREATE TABLE batch_in_memory (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, given HIDDEN);

-- 16 MB: with the default of 2 MB the indexes of a large store are read from the file again and again.
-- name: store_cache
PRAGMA cache_size = -16384;

-- What goes over whole tables, or writes in the order of their keys, comes back to no page.
-- name: store_cache_small
PRAGMA cache_size = -512;

-- The same, but with the index of keys, which may come in no order: its pages are written where they lie, again and again, and have to stay. Some
-- 30 bytes an incident.
-- name: store_cache_100k
PRAGMA cache_size = -3072;

-- name: store_cache_400k
PRAGMA cache_size = -12288;

-- name: store_cache_more
PRAGMA cache_size = -32768;

-- 16 MB of log: a page that many commits touch is written back once for all of them.
-- name: store_checkpoint
PRAGMA wal_autocheckpoint = 4000;

-- name: store_synchronous
PRAGMA synchronous = FULL;

-- name: store_journal_wal
PRAGMA journal_mode = WAL;

-- name: store_begin
BEGIN IMMEDIATE;

-- name: store_begin_read
BEGIN DEFERRED;

-- name: store_commit
COMMIT;

-- name: store_rollback
ROLLBACK;

-- name: store_generation
SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'generation';

-- name: store_touch
UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'generation';

-- Notes that stand stay: they tell of what the last analyze saw.
-- name: store_touched_all
INSERT INTO touched (record, was_from) VALUES (0, 0) ON CONFLICT DO NOTHING;

-- ?2: 0 the earliest date that it tells; 1 it was not there; 2 not known.
-- name: store_touched_record
INSERT INTO touched (record, was_from)
SELECT ?1, CASE ?2 WHEN 0 THEN coalesce((SELECT min(at) FROM (SELECT at FROM record_moment WHERE record = ?1
    UNION ALL SELECT at FROM event WHERE record = ?1 UNION ALL SELECT at FROM record_service WHERE record = ?1
    UNION ALL SELECT at FROM record_team WHERE record = ?1 UNION ALL SELECT at FROM record_person WHERE record = ?1)), 9223372036854775807)
    WHEN 1 THEN 9223372036854775807 ELSE -9223372036854775808 END
WHERE true ON CONFLICT DO NOTHING;

-- name: store_touched_is_all
SELECT 1 FROM touched WHERE record = 0;

-- name: store_touched_none
DELETE FROM touched;

-- name: store_quick_check
PRAGMA quick_check(1);

-- name: store_foreign_key_check
PRAGMA foreign_key_check;

-- Every text of every table; what a row refers to by is changed with it.
-- name: store_text_columns
SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'
AND p.type = 'TEXT' ORDER BY m.name, p.cid;

-- name: store_vacuum
VACUUM;

-- name: store_truncate_log
PRAGMA wal_checkpoint(TRUNCATE);

-- name: store_copy_journal
PRAGMA journal_mode = DELETE;

-- name: store_backup
VACUUM INTO ?1;

-- name: store_finding_set
INSERT INTO finding (id, source, subject, text, n, severity) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (id, source, subject) DO UPDATE SET text = excluded.text, n = excluded.n, severity = excluded.severity
WHERE text IS NOT excluded.text OR n IS NOT excluded.n OR severity IS NOT excluded.severity;

-- name: store_finding_clear
DELETE FROM finding WHERE id = ?1 AND source = ?2 AND subject = ?3;

-- name: store_scour_owe
INSERT INTO meta (key, value) VALUES ('scour_owed', '1') ON CONFLICT (key) DO NOTHING;

-- name: store_scour_owed
SELECT 1 FROM meta WHERE key = 'scour_owed';

-- name: store_scour_done
DELETE FROM meta WHERE key = 'scour_owed';

-- name: store_meta
SELECT value FROM meta WHERE key = ?1;
