-- Which stream of its source a record is an element of: a source may hold records of several kinds (incidents and alerts), each
-- with requests of its own. NULL: landed before this was noted.
ALTER TABLE record ADD COLUMN stream TEXT;
