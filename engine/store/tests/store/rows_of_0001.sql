INSERT INTO tenants (id, name, spec, etag, created_at, updated_at, deleted_at) VALUES
    ('ten_1', 'acme', '{"name":"acme"}', 1, 1000000, 1000000, NULL),
    ('ten_0', 'acme', '{"name":"acme"}', 1, 1000000, 1000000, 2000000);
INSERT INTO plugins (id, name, spec, etag, created_at, updated_at) VALUES
    ('plg_1', 'greeter', '{"name":"greeter","category":"demo","publisher":"acme","description":"Says hello","tags":["http"]}', 1, 1000000, 1000000);
INSERT INTO blobs (digest, size, imports, exports, kept, created_at) VALUES
    ('277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9', 5, '["wasi:http/types@0.2.0"]', '["wasi:http/incoming-handler@0.2.0"]', 1, 1000000);
INSERT INTO plugin_versions (id, plugin_id, version, sha256, spec, etag, created_at, updated_at) VALUES
    ('ver_1', 'plg_1', '1.0.0', '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9',
     '{"plugin":"greeter","version":"1.0.0","sha256":"277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9","channel":"stable"}', 1, 1000000, 1000000);
INSERT INTO deployments (id, tenant_id, name, revision, active_revision, status, held, rollout_id, etag, created_at, updated_at) VALUES
    ('dep_1', 'ten_1', 'web', 1, NULL, 'progressing', NULL, 'rol_1', 1, 1000000, 1000000);
INSERT INTO revisions (deployment_id, number, tenant_id, version_id, version, sha256, spec, effective_config, instances, memory_mb, created_at) VALUES
    ('dep_1', 1, 'ten_1', 'ver_1', '1.0.0', '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9',
     '{"plugin":"greeter","version":"1.0.0"}', '{ "a": 1.0 }', 1, 64, 1000000);
INSERT INTO rollouts (id, tenant_id, deployment_id, from_revision, to_revision, status, progress, generation, started_at, updated_at) VALUES
    ('rol_1', 'ten_1', 'dep_1', NULL, 1, 'progressing', '{}', 1, 1000000, 1000000);
INSERT INTO rollout_events (rollout_id, seq, tenant_id, at, kind, message, detail) VALUES
    ('rol_1', 1, 'ten_1', 1000000, 'started', 'began', '{}');
INSERT INTO idempotent_answers (key, request_hash, status, body, created_at) VALUES ('key', 'h', 201, '{}', 1000000);
