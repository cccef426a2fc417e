# As prod, but smaller and quicker.
environment     = "staging"
greeter_version = "1.1.0"
instances       = 2
canary          = [{ weight = 50, hold = "30s" }]
