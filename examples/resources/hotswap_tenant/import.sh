terraform import hotswap_tenant.acme acme
