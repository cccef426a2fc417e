# What the expressions in expressions.txt refer to.
resource "terraform_data" "new" {}

locals {
  unknown        = terraform_data.new.id
  unknown_string = tostring(terraform_data.new.id)
  unknown_number = tonumber(terraform_data.new.id)
  unknown_bool   = tobool(terraform_data.new.id)
  unknown_list   = tolist(terraform_data.new.output)
  unknown_set    = toset(terraform_data.new.output)
  unknown_map    = tomap(terraform_data.new.output)
  half_list      = [terraform_data.new.id, "b"]
  half_object    = { a = terraform_data.new.id, b = 1 }
  secret         = sensitive("s3cret")
  secret_number  = sensitive(7)
  secret_list    = sensitive(["a", "b"])
  secret_true    = sensitive(true)
  secret_part    = { user = "u", password = sensitive("p") }
  list           = tolist(["a", "b", "c"])
  numbers        = [3, 1, 2]
  set            = toset(["b", "a"])
  map            = tomap({ one = 1, two = 2 })
  object         = { name = "x", tags = ["p", "q"], nested = { deep = { value = true } } }
  objects        = [{ id = "i", n = 1 }, { id = "j", n = 2 }]
  object_map     = { k1 = { v = 1 }, k2 = { v = 2 } }
  nothing        = null
  null_string    = tostring(null)
  null_list      = tolist(null)
  empty_list     = tolist([])
  text           = "two\nlines"
}

variable "a" {
  type    = object({ x = optional(string, "dx"), y = optional(number), z = list(object({ p = optional(bool, true), q = string })) })
  default = { y = "5", z = [{ q = 1 }, { p = null, q = "b" }], extra = 1 }
}
variable "b" {
  type    = map(object({ n = optional(object({ k = optional(number, 7) }), {}) }))
  default = { one = {}, two = { n = { k = null } }, three = { n = null } }
}
variable "c" {
  type    = list(any)
  default = [{ a = 1 }, { a = "x" }]
}
variable "d" {
  type    = map(any)
  default = { a = [1], b = ["x"] }
}
variable "e" {
  type    = any
  default = [1, "a"]
}
variable "f" {
  type    = tuple([string, number])
  default = [1, "2"]
}
variable "g" {
  type    = set(object({ a = string, b = optional(list(string), ["z"]) }))
  default = [{ a = 1 }, { a = "1", b = null }, { a = 0, b = [] }]
}
variable "h" {
  type    = object({ m = optional(any), l = optional(list(any)) })
  default = { l = [1, "a"] }
}
