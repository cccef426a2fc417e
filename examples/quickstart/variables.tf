variable "greeter_version" {
  description = "The version of the greeter to serve: 1.0.0, 1.1.0, or the bad 2.0.0"
  type        = string
  default     = "1.0.0"
}
