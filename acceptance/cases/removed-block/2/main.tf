removed {
  from = hotswap_tenant.let_go

  lifecycle {
    destroy = false
  }
}

removed {
  from = hotswap_tenant.destroyed

  lifecycle {
    destroy = true
  }
}
