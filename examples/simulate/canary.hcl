# A canary whose new version breaks when it has half of the traffic.
#
#   hotswap rollout simulate -f examples/simulate/canary.hcl
#
# `strategy` and `health_check` are a deployment's own.

strategy = {
  canary = {
    steps = [
      { weight = 10, instances = 1, hold = "2m" },
      { weight = 50, hold = "5m" },
    ]
  }
}

health_check = {
  error_rate   = 5
  min_requests = 100
  compare      = { error_rate = 50 }
}

instances       = 4
available_after = "3s"

# What comes of the requests, in percent.
requests_per_second = 40
old                 = { failures = 0.5 }
new                 = { failures = 0.5 }

events = [
  { after = "4m", failures = 12 },
]

seed = 7
