-- What linking asks of records, packed: 4,096 rows of `record` in each chunk, and chunk -1 that says of which analysis they are. With it a daily run
-- links all records without reading them. Derived rows: analyze makes them anew. packed: analysis/briefs_packed.c.
CREATE TABLE brief (chunk INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;
