-- What was chosen for a revision's dependencies, as JSON; nothing: it has none.
ALTER TABLE revisions ADD COLUMN dependencies TEXT COLLATE "C";
