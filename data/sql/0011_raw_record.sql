-- The one record that an element tells about, by its external id, so that what was sent goes with its record (key `retention`) whatever
-- the element is called. NULL: of none or several, or kept before there was this column.
ALTER TABLE record_raw ADD COLUMN record TEXT;
