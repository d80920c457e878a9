-- What people say on the command line has the source '', for reviews as for told stories: a configured source may be called 'said', and
-- its next whole read would have taken their reviews for its own.
UPDATE OR IGNORE review SET source = '' WHERE source = 'said' AND NOT EXISTS (SELECT 1 FROM source WHERE name = 'said');
