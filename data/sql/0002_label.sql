-- Ordered lists of labels that a source keeps itself: its priorities. rank 1 is the most severe.
CREATE TABLE label (
    source TEXT NOT NULL REFERENCES source (name), kind TEXT NOT NULL, external_id TEXT NOT NULL, name TEXT NOT NULL,
    rank INTEGER NOT NULL, PRIMARY KEY (source, kind, external_id)
) STRICT, WITHOUT ROWID;
