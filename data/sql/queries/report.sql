-- What reports ask of the store beside the analysis: sources and their gaps, findings.

-- name: report_sources
SELECT s.name, s.type, s.role, s.last_success, s.last_error,
       (SELECT count(*) FROM record r WHERE r.source = s.name AND r.gone_at IS NULL),
       (SELECT count(*) FROM quarantine q WHERE q.source = s.name),
       (SELECT count(*) FROM cursor c WHERE c.source = s.name AND c.complete = 0),
       (SELECT count(*) FROM record r WHERE r.source = s.name AND r.gone_at IS NOT NULL), s.kind,
       (SELECT count(*) FROM review l WHERE l.source = s.name) + (SELECT count(*) FROM attendance l WHERE l.source = s.name) +
       (SELECT count(*) FROM learning l WHERE l.source = s.name) + (SELECT count(*) FROM action_item l WHERE l.source = s.name)
FROM source s ORDER BY s.name;

-- name: report_gaps
SELECT stream, gap FROM cursor WHERE source = ?1 AND gap IS NOT NULL AND gap <> '' ORDER BY stream;

-- What a source refuses to give waits for the day when it does, and is no gap: a finding says it.
-- name: report_todo
SELECT stream, count(*) FROM todo t WHERE source = ?1 AND NOT EXISTS
    (SELECT 1 FROM finding f WHERE f.id = 'stream_refused' AND f.source = t.source AND f.subject = t.stream)
GROUP BY stream ORDER BY stream;

-- name: report_findings
SELECT id, source, subject, text, n, severity FROM finding WHERE n > 0 ORDER BY id, source, subject;
