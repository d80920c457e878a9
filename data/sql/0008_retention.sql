-- What the lexicon had found in texts that are no longer kept (key `retention`), so that figures stay when words go. pattern '' tells that
-- there was a text. rule: its number in the lexicon of that day, which only tells different ones of one incident apart. sentence: a
-- hash, which tells the same one written twice; no text leads back from it.
CREATE TABLE kept_found (
    record INTEGER NOT NULL REFERENCES record (id), event_id TEXT NOT NULL, pattern TEXT NOT NULL, rule INTEGER NOT NULL,
    sentence INTEGER NOT NULL, at INTEGER NOT NULL, weight REAL NOT NULL, PRIMARY KEY (record, event_id, pattern, rule, sentence)
) STRICT, WITHOUT ROWID;
