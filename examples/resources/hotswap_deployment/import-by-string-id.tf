import {
  to = hotswap_deployment.hello
  id = "acme/hello"
}
