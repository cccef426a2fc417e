variable "environment" {
  description = "Which environment this is; part of every name, so that environments may share a platform"
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "An environment is dev, staging or prod, not \"${var.environment}\"."
  }
}

variable "endpoint" {
  description = "Where this environment's platform is"
  type        = string
  default     = null
}

variable "greeter_version" {
  description = "The version of the greeter to serve"
  type        = string
}

variable "instances" {
  description = "How many requests it can serve at the same time"
  type        = number
  default     = 1
}

variable "canary" {
  description = "The stages of a rollout; none: all traffic at once"
  type        = list(object({ weight = number, hold = string }))
  default     = []
}
