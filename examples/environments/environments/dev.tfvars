# New versions come here first, and at once.
environment     = "dev"
greeter_version = "1.1.0"
