terraform import hotswap_plugin.greeter greeter
