terraform import hotswap_deployment.hello acme/hello
