import {
  to = hotswap_tenant.acme
  id = "acme"
}
