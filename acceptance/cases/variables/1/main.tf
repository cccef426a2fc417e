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
    object  = var.object
    nothing = var.nothing
    chosen  = var.chosen
  }
}
