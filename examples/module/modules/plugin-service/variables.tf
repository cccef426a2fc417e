variable "tenant" {
  description = "The name of the tenant it runs for"
  type        = string
}

variable "name" {
  description = "The name of the plugin and of its deployment"
  type        = string
}

variable "plugin" {
  description = "What the plugin is, for search and for the tenants' allowed categories"
  type = object({
    category    = string
    description = optional(string)
    publisher   = optional(string, "platform-team")
  })
}

variable "versions" {
  description = "The published versions: from number to the component's file. Numbers stay; a new version is a new entry"
  type        = map(string)

  validation {
    condition     = length(var.versions) > 0
    error_message = "Publish at least one version, or there is nothing to run."
  }
}

variable "serve" {
  description = "Which of the versions to serve: a constraint, such as \"1.0.0\" or \"~> 1.0\""
  type        = string

  validation {
    condition     = anytrue([for version in keys(var.versions) : provider::hotswap::semver_matches(var.serve, version)])
    error_message = "None of the versions ${join(", ", keys(var.versions))} satisfies ${var.serve}."
  }
}

variable "instances" {
  description = "How many requests it can serve at the same time"
  type        = number
  default     = 1
}

variable "rollout" {
  description = "How traffic moves to a new version: \"canary\" or \"direct\""
  type        = string
  default     = "canary"

  validation {
    condition     = contains(["canary", "direct"], var.rollout)
    error_message = "A rollout is \"canary\" or \"direct\", not \"${var.rollout}\"."
  }
}

variable "health_path" {
  description = "The path that every instance is asked for; null if the plugin has none"
  type        = string
  default     = null
}

variable "config" {
  description = "What the plugin is given"
  type        = map(string)
  default     = {}
}
