-- What likeness has learnt of settled records (METHODS 9), so that an analysis in which the same have settled need not learn it anew: numbers and
-- hashes, no texts. Derived rows: analyze makes them anew. packed: analysis/link_model.c.
CREATE TABLE link_model (part TEXT PRIMARY KEY, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
