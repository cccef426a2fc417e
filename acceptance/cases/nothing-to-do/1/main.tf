locals {
  unused = "x"
}
