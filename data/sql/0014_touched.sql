-- What changed since the last analyze, which empties it: records by row, noted before they change. was_from: the earliest date that the record
-- told before; the largest number: it was not there; the smallest: not known. Row 0: something else changed, so that all is analysed anew.
CREATE TABLE touched (record INTEGER PRIMARY KEY, was_from INTEGER NOT NULL) STRICT;
INSERT INTO touched VALUES (0, 0);
