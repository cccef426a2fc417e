variable "text" {
  type = string
}

variable "number" {
  type    = number
  default = "5"
}

variable "flag" {
  type = bool
}

variable "list" {
  type = list(string)
}

variable "object" {
  type = object({
    a = string
    b = optional(number, 7)
    c = optional(string)
  })
}

variable "nothing" {
  default = null
}

variable "chosen" {
  type     = string
  nullable = false
  default  = "default"
}

output "all" {
  value = {
    text    = var.text
    number  = var.number
    flag    = var.flag
    list    = var.list
    object  = { for key, value in var.object : key => value if value != null }
    chosen  = var.chosen
  }
}

output "nulls" {
  value = [var.nothing, var.object.c]
}
