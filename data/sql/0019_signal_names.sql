-- Names of signals were a third of what analyze writes of an incident. They stand once for all incidents that have the same ones.
-- Derived rows: analyze makes them anew.
DROP TABLE signal_values;
DROP TABLE signal_absent;
DELETE FROM meta WHERE key IN ('analysis_as_of', 'analysis_config', 'analysis_generation');

-- Why signals have no value, as JSON by signal, and how many incidents lack the same ones for the same reasons. id: made of that text. present:
-- the others, as a JSON array.
CREATE TABLE signal_absent (id INTEGER PRIMARY KEY, packed TEXT NOT NULL, present TEXT NOT NULL, incidents INTEGER NOT NULL) STRICT;

-- One row per incident, for the analysis that meta names. absent: its row of signal_absent. packed: a JSON array of two numbers for each signal
-- that is present there: its total, and its value up to the landmark or null.
CREATE TABLE signal_values (incident INTEGER PRIMARY KEY, packed TEXT NOT NULL, absent INTEGER NOT NULL) STRICT;

-- The same to be asked for: a row per incident and signal that has a value.
CREATE VIEW signal_value AS
SELECT v.incident AS incident, s.value AS signal, json_extract(v.packed, '$[' || (2 * s.key) || ']') AS total,
    json_extract(v.packed, '$[' || (2 * s.key + 1) || ']') AS landmark
FROM signal_values v JOIN signal_absent a ON a.id = v.absent JOIN json_each(a.present) s;
