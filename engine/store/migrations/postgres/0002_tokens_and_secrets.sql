-- What opens the API beside the administrator's token. Of a token only its SHA-256 is here. A row outlives its token for a while, so
-- that whoever still shows it can be told what became of it.
CREATE TABLE tokens (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id   TEXT COLLATE "C" REFERENCES tenants (id),
    role        TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    digest      TEXT COLLATE "C" NOT NULL,
    ttl         BIGINT,
    created_at  BIGINT NOT NULL,
    issued_at   BIGINT NOT NULL,
    expires_at  BIGINT,
    revoked_at  BIGINT
);
CREATE UNIQUE INDEX tokens_live_digest ON tokens (digest) WHERE revoked_at IS NULL;
CREATE INDEX tokens_digest ON tokens (digest);
CREATE INDEX tokens_tenant ON tokens (tenant_id);

-- The secrets of a deployment at one version. sealed is all names and values under a key of their own, sealed_key is that key under
-- the master key, which is not in the database; master_key tells which one it was. names are in the clear.
CREATE TABLE secrets (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    deployment_id TEXT COLLATE "C" NOT NULL REFERENCES deployments (id),
    tenant_id     TEXT COLLATE "C" NOT NULL REFERENCES tenants (id),
    version       BIGINT NOT NULL,
    names         TEXT COLLATE "C" NOT NULL,
    master_key    TEXT COLLATE "C" NOT NULL,
    sealed_key    TEXT COLLATE "C" NOT NULL,
    sealed        TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE INDEX secrets_deployment ON secrets (deployment_id, version);
CREATE INDEX secrets_master_key ON secrets (master_key);

-- Which secrets a revision runs with. They go with the last retained revision that has them; that it had them stays written.
ALTER TABLE revisions ADD COLUMN secret_id TEXT COLLATE "C";

DROP VIEW retained_revisions;
CREATE VIEW retained_revisions AS
SELECT r.deployment_id, r.number, r.version_id, r.sha256, r.secret_id
FROM deployments d
JOIN revisions r ON r.deployment_id = d.id
WHERE d.deleted_at IS NULL
  AND (r.number = d.revision
       OR r.number = d.active_revision
       OR EXISTS (SELECT 1 FROM rollouts o WHERE o.deployment_id = d.id AND o.ended_at IS NULL AND o.from_revision = r.number));
