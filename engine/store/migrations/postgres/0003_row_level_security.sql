-- Every transaction says for which tenant it is, or '*': one that says nothing sees no tenant's rows. Forced, so that it holds for the
-- owner of the tables, too; superusers, and roles with BYPASSRLS, are let through by PostgreSQL.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_tenant ON tenants
    USING (current_setting('hotswap.tenant', true) = '*' OR id = current_setting('hotswap.tenant', true));

ALTER TABLE deployments ENABLE ROW LEVEL SECURITY;
ALTER TABLE deployments FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_tenant ON deployments
    USING (current_setting('hotswap.tenant', true) = '*' OR tenant_id = current_setting('hotswap.tenant', true));

ALTER TABLE revisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE revisions FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_tenant ON revisions
    USING (current_setting('hotswap.tenant', true) = '*' OR tenant_id = current_setting('hotswap.tenant', true));

ALTER TABLE rollouts ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollouts FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_tenant ON rollouts
    USING (current_setting('hotswap.tenant', true) = '*' OR tenant_id = current_setting('hotswap.tenant', true));

ALTER TABLE rollout_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollout_events FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_tenant ON rollout_events
    USING (current_setting('hotswap.tenant', true) = '*' OR tenant_id = current_setting('hotswap.tenant', true));

ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_tenant ON secrets
    USING (current_setting('hotswap.tenant', true) = '*' OR tenant_id = current_setting('hotswap.tenant', true));

-- A token for all tenants has no tenant, and is seen by who sees all.
ALTER TABLE tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY of_its_tenant ON tokens
    USING (current_setting('hotswap.tenant', true) = '*' OR tenant_id = current_setting('hotswap.tenant', true));
