-- What a daily run and status ask of all records of a source, without reading them all: how many there are, and which are still open.
CREATE INDEX record_present ON record (source, gone_at);
CREATE INDEX record_open ON record (source, last_seen) WHERE end_state = 'open' AND gone_at IS NULL;
