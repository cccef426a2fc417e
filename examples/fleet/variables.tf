variable "greeter_version" {
  description = "The version of the greeter for every tenant that asks for no other"
  type        = string
  default     = "1.1.0"
}
