-- Open incidents are few, and a daily run asks for all of them.
CREATE INDEX incident_open ON incident (n) WHERE state = 'open' AND class = 'incident';
