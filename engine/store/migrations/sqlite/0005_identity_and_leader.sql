-- Tells this database from every other, so that who remembers what was in it doesn't take the one for the other.
CREATE TABLE identity (
    id TEXT NOT NULL PRIMARY KEY
);
INSERT INTO identity (id) VALUES (lower(hex(randomblob(16))));

-- Rises with every server that begins to lead. What one writes that led before is refused.
INSERT INTO counters (name, value) VALUES ('leader', 0);

-- As that of the registry: with every change of a deployment or a tenant, for the server that leads to see what others have accepted.
INSERT INTO counters (name, value) VALUES ('fleet', 1);
ALTER TABLE tenants ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;
CREATE INDEX tenants_generation ON tenants (generation);
ALTER TABLE deployments ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;
CREATE INDEX deployments_generation ON deployments (generation);
