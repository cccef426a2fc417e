-- The registry's generation rises with every change of a plugin or of one of its versions, and the plugin keeps at which one it was
-- changed last: whoever remembers what it knew at some generation asks for what came after it.
CREATE TABLE counters (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('registry', 1);
ALTER TABLE plugins ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;
CREATE INDEX plugins_generation ON plugins (generation);
