-- Times are microseconds since 1970-01-01T00:00:00Z. Specs are JSON as the platform writes it; what users wrote as JSON
-- stands in them as a string, untouched. A row with deleted_at is kept for what still refers to it and is not live.

CREATE TABLE tenants (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    spec       TEXT   NOT NULL,
    etag       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX tenants_live_name ON tenants (name) WHERE deleted_at IS NULL;

CREATE TABLE plugins (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    spec       TEXT   NOT NULL,
    etag       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX plugins_live_name ON plugins (name) WHERE deleted_at IS NULL;

-- What was learned of a component when it was uploaded. The bytes lie elsewhere; kept is 0 once they are gone, and what was
-- learned stays true for the retired versions and old revisions that had them.
CREATE TABLE blobs (
    digest     TEXT   NOT NULL PRIMARY KEY,
    size       BIGINT NOT NULL,
    imports    TEXT   NOT NULL,
    exports    TEXT   NOT NULL,
    kept       BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A number is never given twice: a retired row keeps its place.
CREATE TABLE plugin_versions (
    id         TEXT   NOT NULL PRIMARY KEY,
    plugin_id  TEXT   NOT NULL REFERENCES plugins (id),
    version    TEXT   NOT NULL,
    sha256     TEXT   NOT NULL REFERENCES blobs (digest),
    spec       TEXT   NOT NULL,
    etag       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    retired_at BIGINT,
    UNIQUE (plugin_id, version)
);
CREATE INDEX plugin_versions_sha256 ON plugin_versions (sha256);

CREATE TABLE deployments (
    id              TEXT   NOT NULL PRIMARY KEY,
    tenant_id       TEXT   NOT NULL REFERENCES tenants (id),
    name            TEXT   NOT NULL,
    revision        BIGINT NOT NULL,
    active_revision BIGINT,
    status          TEXT   NOT NULL,
    held            TEXT,
    rollout_id      TEXT,
    etag            BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    deleted_at      BIGINT
);
CREATE UNIQUE INDEX deployments_live_name ON deployments (tenant_id, name) WHERE deleted_at IS NULL;

-- instances and memory_mb repeat what the spec says, so that use can be summed up; a revision never changes.
CREATE TABLE revisions (
    deployment_id    TEXT   NOT NULL REFERENCES deployments (id),
    number           BIGINT NOT NULL,
    tenant_id        TEXT   NOT NULL REFERENCES tenants (id),
    version_id       TEXT   NOT NULL REFERENCES plugin_versions (id),
    version          TEXT   NOT NULL,
    sha256           TEXT   NOT NULL REFERENCES blobs (digest),
    spec             TEXT   NOT NULL,
    effective_config TEXT   NOT NULL,
    instances        BIGINT NOT NULL,
    memory_mb        BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    PRIMARY KEY (deployment_id, number)
);
CREATE INDEX revisions_version ON revisions (version_id);
CREATE INDEX revisions_sha256 ON revisions (sha256);
CREATE INDEX revisions_tenant_time ON revisions (tenant_id, created_at);

CREATE TABLE rollouts (
    id            TEXT   NOT NULL PRIMARY KEY,
    tenant_id     TEXT   NOT NULL REFERENCES tenants (id),
    deployment_id TEXT   NOT NULL REFERENCES deployments (id),
    from_revision BIGINT,
    to_revision   BIGINT NOT NULL,
    status        TEXT   NOT NULL,
    progress      TEXT   NOT NULL,
    reason_code   TEXT,
    reason        TEXT,
    generation    BIGINT NOT NULL,
    started_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    ended_at      BIGINT
);
CREATE INDEX rollouts_deployment ON rollouts (deployment_id, started_at);
CREATE INDEX rollouts_unfinished ON rollouts (started_at) WHERE ended_at IS NULL;

CREATE TABLE rollout_events (
    rollout_id TEXT   NOT NULL REFERENCES rollouts (id),
    seq        BIGINT NOT NULL,
    tenant_id  TEXT   NOT NULL REFERENCES tenants (id),
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    message    TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    PRIMARY KEY (rollout_id, seq)
);

CREATE TABLE idempotent_answers (
    key          TEXT   NOT NULL PRIMARY KEY,
    request_hash TEXT   NOT NULL,
    status       BIGINT NOT NULL,
    body         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX idempotent_answers_time ON idempotent_answers (created_at);

-- The revisions that live deployments may still serve: the desired one, the active one, and the one an unfinished rollout
-- would go back to.
CREATE VIEW retained_revisions AS
SELECT r.deployment_id, r.number, r.version_id, r.sha256
FROM deployments d
JOIN revisions r ON r.deployment_id = d.id
WHERE d.deleted_at IS NULL
  AND (r.number = d.revision
       OR r.number = d.active_revision
       OR EXISTS (SELECT 1 FROM rollouts o WHERE o.deployment_id = d.id AND o.ended_at IS NULL AND o.from_revision = r.number));
