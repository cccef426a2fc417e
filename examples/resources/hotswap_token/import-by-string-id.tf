import {
  to = hotswap_token.ci
  id = "tok_0198c5a27f3c7e5ab1d2c3e4f5a6b7c8"
}
