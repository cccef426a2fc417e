terraform import 'hotswap_plugin_version.greeter["1.0.0"]' greeter/1.0.0
