-- Named statements of ingest: sync_ reads sources and keeps cursors, land_ writes rows.

-- ---- sync: sources, cursors, requests, details, census ----

-- name: sync_source_type
SELECT type FROM source WHERE name = ?1;

-- Sources that were asked and never gave anything.
-- name: sync_unread
SELECT name, type FROM source s WHERE first_success IS NULL AND last_attempt IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM record t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM quarantine t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM label t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM team t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM service t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM person t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM review t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM attendance t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM learning t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM action_item t WHERE t.source = s.name)
    AND NOT EXISTS (SELECT 1 FROM story_told t WHERE t.source = s.name)
ORDER BY name;

-- name: sync_unread_finding
DELETE FROM finding WHERE source = ?1;

-- name: sync_unread_todo
DELETE FROM todo WHERE source = ?1;

-- name: sync_unread_cursor
DELETE FROM cursor WHERE source = ?1;

-- name: sync_unread_alias
DELETE FROM alias WHERE source = ?1;

-- name: sync_unread_source
DELETE FROM source WHERE name = ?1;

-- name: sync_source_put
INSERT INTO source (name, type, kind, role, url) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, role = excluded.role, url = excluded.url
WHERE kind IS NOT excluded.kind OR role IS NOT excluded.role OR url IS NOT excluded.url;

-- name: sync_alias_put
INSERT INTO alias (source, kind, prefix) VALUES (?1, 'url', ?2) ON CONFLICT DO NOTHING;

-- name: sync_source_result
UPDATE source SET last_attempt = ?2, last_error = ?3,
    first_success = CASE WHEN ?3 IS NULL THEN coalesce(first_success, ?2) ELSE first_success END,
    last_success = CASE WHEN ?3 IS NULL THEN ?2 ELSE last_success END
WHERE name = ?1;

-- name: sync_cursor_get
SELECT cursor, crawl_since, crawl_until, crawl_high, crawl_started, high_water, completed_at, complete, gap, fingerprint
FROM cursor WHERE source = ?1 AND stream = ?2;

-- name: sync_cursor_put
INSERT INTO cursor (source, stream, cursor, crawl_since, crawl_until, crawl_high, crawl_started, high_water, completed_at,
    complete, gap, fingerprint)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (source, stream) DO UPDATE SET cursor = excluded.cursor, crawl_since = excluded.crawl_since,
    crawl_until = excluded.crawl_until, crawl_high = excluded.crawl_high, crawl_started = excluded.crawl_started,
    high_water = excluded.high_water, completed_at = excluded.completed_at, complete = excluded.complete,
    gap = excluded.gap, fingerprint = excluded.fingerprint;

-- name: sync_cursor_gap
INSERT INTO cursor (source, stream, complete, gap) VALUES (?1, ?2, 0, ?3)
ON CONFLICT (source, stream) DO UPDATE SET complete = 0, gap = CASE
    WHEN cursor.cursor IS NOT NULL AND cursor.gap NOT LIKE 'the last read was interrupted%' THEN cursor.gap
    ELSE excluded.gap END;

-- What a refused import left in earlier versions: a stream of which nothing was ever stored.
-- name: sync_import_heal
DELETE FROM cursor WHERE source = ?1 AND complete = 0 AND completed_at IS NULL AND cursor IS NULL
    AND gap LIKE 'the last read was interrupted:%'
    AND NOT EXISTS (SELECT 1 FROM record_raw t WHERE t.source = cursor.source AND t.stream = cursor.stream)
    AND NOT EXISTS (SELECT 1 FROM quarantine t WHERE t.source = cursor.source AND t.stream = cursor.stream);

-- name: sync_oldest_open
SELECT min(m.at) FROM record r INDEXED BY record_open JOIN record_moment m ON m.record = r.id AND m.moment = 'opened'
WHERE r.source = ?1 AND r.end_state = 'open' AND r.gone_at IS NULL;

-- name: sync_fetch_add
INSERT INTO fetch (run, source, stream, at, request, status, rows, bytes, ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: sync_todo_list
SELECT t.subject, r.status FROM todo t LEFT JOIN record r ON r.source = t.source AND r.external_id = t.subject
WHERE t.source = ?1 AND t.stream = ?2 AND (?3 = 0 OR r.id IS NOT NULL) ORDER BY t.subject;

-- name: sync_todo_subjects
SELECT subject, NULL FROM todo WHERE source = ?1 AND stream = ?2 ORDER BY subject;

-- name: sync_todo_count
SELECT count(*) FROM todo WHERE source = ?1 AND stream = ?2;

-- name: sync_todo_open
INSERT INTO todo (source, stream, subject)
SELECT source, ?2, external_id FROM record INDEXED BY record_open
WHERE source = ?1 AND gone_at IS NULL AND end_state = 'open' AND last_seen < ?3
    AND coalesce(stream, ?4) = ?4
ON CONFLICT DO NOTHING;

-- Records of which stream ?2 told of an action or a review that is still to end ('0' follows '/').
-- name: sync_todo_unsettled
INSERT INTO todo (source, stream, subject)
SELECT DISTINCT r.source, ?2, r.external_id FROM record r
JOIN (SELECT source, incident FROM action_item WHERE source = ?1 AND closed_at IS NULL AND external_id >= ?2 || '/' AND external_id < ?2 || '0'
    UNION SELECT source, incident FROM review WHERE source = ?1 AND held_at IS NULL AND external_id >= ?2 || '/' AND external_id < ?2 || '0') s
    ON r.external_id = substr(s.incident, length(?1) + 2) AND s.incident = ?1 || ':' || r.external_id
WHERE r.source = ?1 AND r.gone_at IS NULL
ON CONFLICT DO NOTHING;

-- name: sync_record_gone
UPDATE record SET gone_at = ?3 WHERE source = ?1 AND external_id = ?2 AND gone_at IS NULL;

-- name: sync_todo_gone
DELETE FROM todo WHERE source = ?1 AND subject = ?2;

-- name: sync_todo_failed
UPDATE todo SET attempts = attempts + 1, last_error = ?4 WHERE source = ?1 AND stream = ?2 AND subject = ?3;

-- name: sync_todo_attempts
SELECT attempts FROM todo WHERE source = ?1 AND stream = ?2 AND subject = ?3;

-- name: sync_todo_drop
DELETE FROM todo WHERE source = ?1 AND stream = ?2 AND subject = ?3;

-- Streams whose detail requests are still to make are not complete, also when the run ends here.
-- name: sync_todo_mark
UPDATE cursor SET complete = 0, gap = ?2 WHERE source = ?1 AND complete = 1
AND EXISTS (SELECT 1 FROM todo t WHERE t.source = cursor.source AND t.stream = cursor.stream);

-- Of what a record told before nothing is known here, and where that is so of one record, all are read anew: the first that is not noted
-- yet stands for those that change with it. OR FAIL: with ABORT SQLite holds each page as it was. 65536: what says itself what was read (ALD_HOLDS_TOLD).
-- name: sync_timeline_all_note
INSERT INTO touched (record, was_from) SELECT id, -9223372036854775808 FROM record WHERE source = ?1 AND timeline & ?2 <> ?2 AND timeline & 65536 = 0
AND entered_at >= ?3 AND NOT EXISTS (SELECT 1 FROM touched t WHERE t.record IN (0, record.id)) LIMIT 1;

-- name: sync_timeline_all
UPDATE OR FAIL record SET timeline = timeline | ?2 WHERE source = ?1 AND timeline & ?2 <> ?2 AND timeline & 65536 = 0 AND entered_at >= ?3;

-- Of records behind ?3, found by their number: + keeps SQLite from an index of all of the source.
-- name: sync_timeline_behind_note
INSERT INTO touched (record, was_from) SELECT id, -9223372036854775808 FROM record WHERE +source = ?1 AND id > ?3 AND timeline & ?2 <> ?2
AND timeline & 65536 = 0 AND NOT EXISTS (SELECT 1 FROM touched t WHERE t.record IN (0, record.id)) LIMIT 1;

-- name: sync_timeline_behind
UPDATE OR FAIL record SET timeline = timeline | ?2 WHERE +source = ?1 AND id > ?3 AND timeline & ?2 <> ?2 AND timeline & 65536 = 0;

-- name: sync_timeline_last
INSERT INTO meta (key, value) SELECT ?1, coalesce(max(id), 0) FROM record WHERE true ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: sync_stream_records
SELECT EXISTS (SELECT 1 FROM record WHERE source = ?1 AND stream = ?2 AND gone_at IS NULL);

-- Streams of which that read showed nothing at all, though there are records of them. An empty list is more often a right that was lost.
-- name: sync_census_empty
SELECT stream, count(*) FROM record WHERE source = ?1 AND gone_at IS NULL AND (?3 IS NULL OR updated_at >= ?3)
AND (?4 IS NULL OR entered_at >= ?4) GROUP BY stream HAVING max(last_seen) < ?2 AND count(*) >= 5 ORDER BY stream;

-- Records that a full read (which began at ?2, of what changed since ?3 or was made since ?4) did not list for the second time.
-- name: sync_census_gone
UPDATE record SET gone_at = ?5 WHERE source = ?1 AND last_seen < ?2 AND gone_at IS NULL AND (?3 IS NULL OR updated_at >= ?3)
AND (?4 IS NULL OR entered_at >= ?4)
AND EXISTS (SELECT 1 FROM finding f WHERE f.id = 'missing_once' AND f.source = record.source
    AND f.subject = record.external_id) RETURNING id;

-- name: sync_census_clear
DELETE FROM finding WHERE id = 'missing_once' AND source = ?1 AND subject IN
    (SELECT external_id FROM record WHERE source = ?1 AND (last_seen >= ?2 OR gone_at IS NOT NULL));

-- name: sync_census_mark
INSERT INTO finding (id, source, subject, text, n, severity)
SELECT 'missing_once', source, external_id, 'not listed in the last full read; gone when the next does not list it either', 1,
    'info'
FROM record WHERE source = ?1 AND last_seen < ?2 AND gone_at IS NULL AND (?3 IS NULL OR updated_at >= ?3)
AND (?4 IS NULL OR entered_at >= ?4) ON CONFLICT DO NOTHING;

-- What a whole read of a stream met no longer. ?4: prefix of the element ids.
-- name: sync_quarantine_sweep
DELETE FROM quarantine WHERE source = ?1 AND stream = ?2 AND last_seen < ?3 AND substr(element, 1, length(?4)) = ?4;

-- name: sync_repaired_n
SELECT count(*) FROM record_raw WHERE source = ?1 AND stream = ?2 AND instr(raw, char(65533)) > 0;

-- name: sync_finding_n
SELECT n FROM finding WHERE id = ?1 AND source = ?2 AND subject = ?3;

-- name: sync_finding_drop
DELETE FROM finding WHERE id = ?1 AND source = ?2 AND subject = ?3;

-- name: sync_meta_put
INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value;

-- What is known of names: the store's own copy of struct ald_name_row. late 1: texts from before are still to be rewritten.
-- name: sync_name_list
SELECT hash, words, pseudonym, late FROM known_name WHERE source = ?1;

-- Of all sources, for a text that is of none.
-- name: people_name_list
SELECT hash, words, min(pseudonym) FROM known_name GROUP BY hash, words ORDER BY hash, words;

-- Of all but ?1, and of that what is still to be looked for in its own texts.
-- name: people_name_beside
SELECT hash, words, min(pseudonym) FROM known_name WHERE source <> ?1 OR late = 1 GROUP BY hash, words ORDER BY hash, words;

-- name: sync_name_put
INSERT INTO known_name (source, hash, words, pseudonym, late) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET words = words | excluded.words, late = max(late, excluded.late),
    pseudonym = CASE WHEN pseudonym IS NULL OR excluded.pseudonym < pseudonym THEN coalesce(excluded.pseudonym, pseudonym) ELSE pseudonym END;

-- name: sync_name_settled
UPDATE known_name SET late = 0 WHERE source = ?1 AND late = 1;

-- name: sync_text_any
SELECT 1 FROM record WHERE source = ?1 UNION ALL SELECT 1 FROM record_raw WHERE source = ?1 UNION ALL SELECT 1 FROM learning WHERE source = ?1
UNION ALL SELECT 1 FROM review WHERE source = ?1 UNION ALL SELECT 1 FROM action_item WHERE source = ?1
UNION ALL SELECT 1 FROM story_told WHERE source = ?1 LIMIT 1;

-- Texts of a source that were stored before a name was known: two keys and the text; then ?2, ?3 the keys, ?4 what it was, ?5
-- what it is.
-- name: sync_text_titles
SELECT id, '', title FROM record WHERE source = ?1 AND title IS NOT NULL;

-- name: sync_text_title_of
SELECT id, '', title FROM record WHERE source = ?1 AND id = ?2 AND title IS NOT NULL;

-- name: sync_text_title_set
UPDATE record SET title = ?5 WHERE source = ?1 AND id = ?2 AND ?3 IS NOT NULL AND title = ?4;

-- name: sync_text_events
SELECT e.record, e.event_id, e.text FROM record r JOIN event e ON e.record = r.id WHERE r.source = ?1 AND e.text IS NOT NULL;

-- name: sync_text_events_of
SELECT e.record, e.event_id, e.text FROM record r JOIN event e ON e.record = r.id WHERE r.source = ?1 AND r.id = ?2 AND e.text IS NOT NULL;

-- name: sync_text_event_set
UPDATE event SET text = ?5 WHERE record = ?2 AND event_id = ?3 AND text = ?4 AND ?1 IS NOT NULL;

-- name: sync_text_values
SELECT v.record, v.name, v.value FROM record r JOIN record_value v ON v.record = r.id WHERE r.source = ?1;

-- name: sync_text_values_of
SELECT v.record, v.name, v.value FROM record r JOIN record_value v ON v.record = r.id WHERE r.source = ?1 AND r.id = ?2;

-- name: sync_text_value_set
UPDATE record_value SET value = ?5 WHERE record = ?2 AND name = ?3 AND value = ?4 AND ?1 IS NOT NULL;

-- name: sync_text_refs
SELECT f.record, f.kind, f.value FROM record r JOIN record_ref f ON f.record = r.id WHERE r.source = ?1;

-- name: sync_text_refs_of
SELECT f.record, f.kind, f.value FROM record r JOIN record_ref f ON f.record = r.id WHERE r.source = ?1 AND r.id = ?2;

-- name: sync_text_ref_set
UPDATE OR REPLACE record_ref SET value = ?5 WHERE record = ?2 AND kind = ?3 AND value = ?4 AND ?1 IS NOT NULL;

-- name: sync_text_raws
SELECT stream, element, raw FROM record_raw WHERE source = ?1;

-- name: sync_text_raw_of
SELECT stream, element, raw FROM record_raw WHERE source = ?1 AND stream = ?2 AND element = ?3;

-- name: sync_text_raw_set
UPDATE record_raw SET raw = ?5 WHERE source = ?1 AND stream = ?2 AND element = ?3 AND raw = ?4;

-- name: sync_text_quarantined
SELECT stream, element, raw FROM quarantine WHERE source = ?1 AND raw <> '';

-- name: sync_text_quarantine_set
UPDATE quarantine SET raw = ?5 WHERE source = ?1 AND stream = ?2 AND element = ?3 AND raw = ?4;

-- name: sync_text_reasons
SELECT stream, element, reason FROM quarantine WHERE source = ?1;

-- name: sync_text_reason_set
UPDATE quarantine SET reason = ?5 WHERE source = ?1 AND stream = ?2 AND element = ?3 AND reason = ?4;

-- name: sync_text_gaps
SELECT stream, '', gap FROM cursor WHERE source = ?1 AND gap IS NOT NULL;

-- name: sync_text_gap_set
UPDATE cursor SET gap = ?5 WHERE source = ?1 AND stream = ?2 AND ?3 IS NOT NULL AND gap = ?4;

-- name: sync_text_errors
SELECT stream, subject, last_error FROM todo WHERE source = ?1 AND last_error IS NOT NULL;

-- name: sync_text_error_set
UPDATE todo SET last_error = ?5 WHERE source = ?1 AND stream = ?2 AND subject = ?3 AND last_error = ?4;

-- name: sync_text_reviews
SELECT external_id, 'title', title FROM review WHERE source = ?1 AND title IS NOT NULL
UNION ALL SELECT external_id, 'url', url FROM review WHERE source = ?1 AND url IS NOT NULL
UNION ALL SELECT external_id, 'why_surprised', why_surprised FROM review WHERE source = ?1 AND why_surprised IS NOT NULL
UNION ALL SELECT external_id, 'risk_awareness', risk_awareness FROM review WHERE source = ?1 AND risk_awareness IS NOT NULL;

-- name: sync_text_review_set
UPDATE review SET title = CASE WHEN ?3 = 'title' AND title = ?4 THEN ?5 ELSE title END, url = CASE WHEN ?3 = 'url' AND url = ?4 THEN ?5 ELSE url END,
    why_surprised = CASE WHEN ?3 = 'why_surprised' AND why_surprised = ?4 THEN ?5 ELSE why_surprised END,
    risk_awareness = CASE WHEN ?3 = 'risk_awareness' AND risk_awareness = ?4 THEN ?5 ELSE risk_awareness END
WHERE source = ?1 AND external_id = ?2;

-- name: sync_text_learnings
SELECT external_id, '', text FROM learning WHERE source = ?1 AND text IS NOT NULL;

-- name: sync_text_learning_set
UPDATE learning SET text = ?5 WHERE source = ?1 AND external_id = ?2 AND ?3 IS NOT NULL AND text = ?4;

-- name: sync_text_actions
SELECT external_id, 'title', title FROM action_item WHERE source = ?1 AND title IS NOT NULL
UNION ALL SELECT external_id, 'url', url FROM action_item WHERE source = ?1 AND url IS NOT NULL;

-- name: sync_text_action_set
UPDATE action_item SET title = CASE WHEN ?3 = 'title' AND title = ?4 THEN ?5 ELSE title END,
    url = CASE WHEN ?3 = 'url' AND url = ?4 THEN ?5 ELSE url END
WHERE source = ?1 AND external_id = ?2;

-- name: sync_text_told
SELECT external_id, '', place FROM story_told WHERE source = ?1 AND place IS NOT NULL;

-- name: sync_text_told_set
UPDATE story_told SET place = ?5 WHERE source = ?1 AND external_id = ?2 AND ?3 IS NOT NULL AND place = ?4;

-- What people decided belongs to no source: to '' like all that is said on the command line.
-- name: sync_text_decisions
SELECT id, 'reason', reason FROM decision WHERE ?1 = ''
UNION ALL SELECT id, 'undone_reason', undone_reason FROM decision WHERE ?1 = '' AND undone_reason IS NOT NULL;

-- name: sync_text_decision_set
UPDATE decision SET reason = CASE WHEN ?3 = 'reason' AND reason = ?4 THEN ?5 ELSE reason END,
    undone_reason = CASE WHEN ?3 = 'undone_reason' AND undone_reason = ?4 THEN ?5 ELSE undone_reason END
WHERE ?1 = '' AND id = ?2;

-- What people say by hand and in files is searched for whom any source named once the run has read all of them; until then it is owed.
-- Value 0: of texts that are new themselves.
-- name: sync_said_owe
INSERT INTO meta (key, value) VALUES ('names_owed', '0') ON CONFLICT (key) DO NOTHING;

-- name: sync_said_owe_all
INSERT INTO meta (key, value) VALUES ('names_owed', '1') ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: sync_said_owed
SELECT value FROM meta WHERE key = 'names_owed';

-- name: sync_said_settled
DELETE FROM meta WHERE key = 'names_owed';

-- name: sync_said_sources
SELECT name, type FROM source UNION ALL SELECT '', '' ORDER BY name;

-- ---- end of sync ----

-- ---- land: rows of a page ----

-- name: land_record_get
SELECT id, fingerprint, version, gone_at IS NOT NULL, last_seen FROM record WHERE source = ?1 AND external_id = ?2;

-- name: land_record_new
INSERT INTO record (source, external_id, kind, key, title, url, status, resolve_reason, class, end_state, entered_at,
    updated_at, timeline, holds, mapping, version, fingerprint, first_seen, last_seen, stream)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?18, ?19);

-- Timeline bits are only added: what was read of the timeline stays read.
-- name: land_record_change
UPDATE record SET kind = ?3, key = ?4, title = ?5, url = ?6, status = ?7, resolve_reason = ?8, class = ?9, end_state = ?10,
    entered_at = ?11, updated_at = ?12, timeline = timeline | ?13, holds = ?14, mapping = ?15, version = ?16,
    fingerprint = ?17, last_seen = max(last_seen, ?18), stream = ?19
WHERE source = ?1 AND external_id = ?2;

-- ?2: when it was seen.
-- name: land_record_ahead
SELECT 1 FROM record_moment WHERE record = ?1 AND moment = 'resolved' AND at > ?2
UNION ALL SELECT 1 FROM event WHERE record = ?1 AND kind = 'resolved' AND at > ?2;

-- Without gone_at: its index would be written anew for each record that a run sees again.
-- name: land_record_seen
UPDATE record SET last_seen = max(last_seen, ?2), version = ?3 WHERE id = ?1;

-- name: land_record_back
UPDATE record SET gone_at = NULL WHERE id = ?1;

-- name: land_moments_clear
DELETE FROM record_moment WHERE record = ?1 AND origin = ?2;

-- name: land_values_clear
DELETE FROM record_value WHERE record = ?1 AND origin = ?2;

-- name: land_refs_clear
DELETE FROM record_ref WHERE record = ?1 AND origin = ?2;

-- name: land_services_clear
DELETE FROM record_service WHERE record = ?1 AND origin = ?2;

-- name: land_teams_clear
DELETE FROM record_team WHERE record = ?1 AND origin = ?2;

-- name: land_people_clear
DELETE FROM record_person WHERE record = ?1 AND origin = ?2;

-- Children come sorted, so of two with one key the same one wins in whatever order the source lists them.
-- name: land_moment_add
INSERT INTO record_moment (record, origin, moment, rank, field, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET at = min(at, excluded.at);

-- name: land_value_add
INSERT INTO record_value (record, origin, name, ord, value, field) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING;

-- name: land_ref_add
INSERT INTO record_ref (record, origin, kind, value, field) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING;

-- name: land_service_add
INSERT INTO record_service (record, origin, service, at, at_start, stand_in, field) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT DO UPDATE SET at = min(coalesce(at, excluded.at), coalesce(excluded.at, at)),
    at_start = max(at_start, excluded.at_start), stand_in = min(stand_in, excluded.stand_in);

-- name: land_team_add
INSERT INTO record_team (record, origin, team, role, at, field) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET at = min(coalesce(at, excluded.at), coalesce(excluded.at, at));

-- name: land_person_add
INSERT INTO record_person (record, origin, person, role, at, field) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET at = min(coalesce(at, excluded.at), coalesce(excluded.at, at));

-- name: land_event_add
INSERT INTO event (record, event_id, at, kind, actor, agent, automatic, team, service, value, field, text)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING;

-- name: land_event_change
UPDATE event SET at = ?3, kind = ?4, actor = ?5, agent = ?6, automatic = ?7, team = ?8, service = ?9, value = ?10,
    field = ?11, text = ?12
WHERE record = ?1 AND event_id = ?2
AND (at IS NOT ?3 OR kind IS NOT ?4 OR actor IS NOT ?5 OR agent IS NOT ?6 OR automatic IS NOT ?7 OR team IS NOT ?8
    OR service IS NOT ?9 OR value IS NOT ?10 OR field IS NOT ?11 OR text IS NOT ?12);

-- What elements of a stream added to records: origins "STREAM/ELEMENT" from ?1 to before ?2.
-- name: land_addition_any
SELECT 1 FROM record_addition WHERE origin >= ?1 AND origin < ?2 LIMIT 1;

-- CROSS JOIN: additions first. SQLite would go through all records of the source.
-- name: land_additions_of
SELECT a.record, a.origin, a.fingerprint FROM record_addition a CROSS JOIN record r ON r.id = a.record
WHERE r.source = ?1 AND a.origin = ?2;

-- name: land_additions_below
SELECT a.record, a.origin, a.fingerprint FROM record_addition a CROSS JOIN record r ON r.id = a.record
WHERE r.source = ?1 AND a.origin >= ?2 AND a.origin < ?3;

-- name: land_addition_put
INSERT INTO record_addition (origin, record, fingerprint) VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint;

-- name: land_addition_drop
DELETE FROM record_addition WHERE origin = ?1 AND record = ?2;

-- name: land_raw_put
INSERT INTO record_raw (source, stream, element, raw, seen_at, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET raw = excluded.raw, seen_at = excluded.seen_at, record = excluded.record
    WHERE raw IS NOT excluded.raw OR record IS NOT excluded.record;

-- name: land_raw_any
SELECT 1 FROM record_raw WHERE source = ?1 AND stream = ?2 LIMIT 1;

-- name: land_raw_drop
DELETE FROM record_raw WHERE source = ?1 AND stream = ?2 AND element = ?3;

-- A changed record is a reason to try again what was given up.
-- name: land_todo_add
INSERT INTO todo (source, stream, subject) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET attempts = 0, last_error = NULL;

-- Only for a record that is not there, or was last read before ?4.
-- name: land_todo_stale
INSERT INTO todo (source, stream, subject)
SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM record WHERE source = ?1 AND external_id = ?3 AND last_seen >= ?4)
ON CONFLICT DO UPDATE SET attempts = 0, last_error = NULL;

-- name: land_todo_done
DELETE FROM todo WHERE source = ?1 AND stream = ?2 AND subject = ?3;

-- name: land_todo_done_between
DELETE FROM todo WHERE source = ?1 AND stream = ?2 AND subject >= ?3 AND subject <= ?4;

-- name: land_timeline_lacks
SELECT id, ?3 & holds & ~timeline FROM record WHERE source = ?1 AND external_id = ?2;

-- name: land_timeline_add
UPDATE record SET timeline = timeline | ?2 WHERE id = ?1;

-- name: land_quarantine_add
INSERT INTO quarantine (source, stream, element, reason, raw, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
ON CONFLICT DO NOTHING;

-- name: land_quarantine_seen
UPDATE quarantine SET reason = ?4, raw = ?5, last_seen = ?6 WHERE source = ?1 AND stream = ?2 AND element = ?3;

-- name: land_quarantine_any
SELECT 1 FROM quarantine WHERE source = ?1 AND stream = ?2 LIMIT 1;

-- name: land_quarantine_heal
DELETE FROM quarantine WHERE source = ?1 AND stream = ?2 AND element = ?3;

-- name: land_team_put
INSERT INTO team (source, external_id, name, parent, timezone) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET name = excluded.name, parent = excluded.parent, timezone = excluded.timezone
WHERE name IS NOT excluded.name OR parent IS NOT excluded.parent OR timezone IS NOT excluded.timezone;

-- name: land_service_put
INSERT INTO service (source, external_id, name, tier, team) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET name = excluded.name, tier = excluded.tier, team = excluded.team
WHERE name IS NOT excluded.name OR tier IS NOT excluded.tier OR team IS NOT excluded.team;

-- name: land_edge_list
SELECT depends_on FROM service_edge WHERE source = ?1 AND service = ?2 ORDER BY depends_on;

-- name: land_edge_add
INSERT INTO service_edge (source, service, depends_on) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING;

-- name: land_edge_drop
DELETE FROM service_edge WHERE source = ?1 AND service = ?2 AND depends_on = ?3;

-- name: land_person_add_new
INSERT INTO person (source, pseudonym, canonical, mapped, name) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING;

-- Once the source has said who an id is, a page that does not say so takes nothing back.
-- name: land_person_put
INSERT INTO person (source, pseudonym, canonical, mapped, name) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET
    canonical = CASE WHEN excluded.mapped >= mapped AND excluded.canonical <> excluded.pseudonym THEN excluded.canonical
        ELSE canonical END,
    mapped = max(mapped, excluded.mapped), name = coalesce(excluded.name, name)
WHERE (excluded.mapped >= mapped AND excluded.canonical <> excluded.pseudonym AND canonical IS NOT excluded.canonical) OR excluded.mapped > mapped
    OR (excluded.name IS NOT NULL AND name IS NOT excluded.name);

-- name: land_label_put
INSERT INTO label (source, kind, external_id, name, rank) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET name = excluded.name, rank = excluded.rank WHERE name IS NOT excluded.name OR rank IS NOT excluded.rank;

-- name: land_told
SELECT event_id, kind, field, at FROM event WHERE record = ?1 ORDER BY at, event_id;

-- name: land_event_kind
SELECT kind FROM event WHERE record = ?1 AND event_id = ?2;

-- name: land_retell
UPDATE event SET kind = ?3 WHERE record = ?1 AND event_id = ?2 AND kind <> ?3;

-- What earlier answers of a detail gave: events by field, links by the beginning of it, raw elements by that of their id.
-- name: land_whole_events
SELECT event_id FROM event WHERE record = ?1 AND field = ?2;

-- name: land_whole_event_drop
DELETE FROM event WHERE record = ?1 AND event_id = ?2;

-- '0' follows '/'.
-- name: land_whole_raw
SELECT element FROM record_raw WHERE source = ?1 AND stream = ?2 AND element >= ?3 || '/' AND element < ?3 || '0';

-- name: land_whole_quarantined
SELECT element FROM quarantine WHERE source = ?1 AND stream = ?2 AND element >= ?3 || '/' AND element < ?3 || '0';

-- name: land_alias_put
INSERT INTO alias (source, kind, prefix) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING;

-- ---- end of land ----

-- name: doctor_records
SELECT count(*) FROM record WHERE source = ?1 AND gone_at IS NULL;

-- ---- reread: raw elements and quarantine, read again without the network ----

-- name: reread_raw
SELECT 0, element, raw, seen_at FROM record_raw WHERE source = ?1 AND stream = ?2 AND element > ?3 ORDER BY element LIMIT ?4;

-- ?5: only the row of this id; 0: all.
-- name: reread_quarantine
SELECT id, element, raw, last_seen FROM quarantine WHERE source = ?1 AND stream = ?2 AND id > ?3 AND (?5 = 0 OR id = ?5)
ORDER BY id LIMIT ?4;
