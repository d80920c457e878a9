-- Which words name people, as keyed hashes (see ingest/people_names.h): what texts are scrubbed with in later runs. words: bit
-- n - 1 is set where a name of n words begins with this one. pseudonym NULL: by itself it names nobody. late 1: texts that were
-- stored before are still to be rewritten.
CREATE TABLE known_name (
    source TEXT NOT NULL, hash INTEGER NOT NULL, words INTEGER NOT NULL DEFAULT 0, pseudonym TEXT,
    late INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (source, hash)
) STRICT, WITHOUT ROWID;
