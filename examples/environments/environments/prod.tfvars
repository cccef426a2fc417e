environment     = "prod"
greeter_version = "1.0.0"
instances       = 8
canary = [
  { weight = 5, hold = "10m" },
  { weight = 25, hold = "10m" },
  { weight = 100, hold = "5m" },
]
