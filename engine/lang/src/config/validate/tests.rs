//! What is said of configurations that load but can't be meant.

use super::validate;
use crate::config::tests::{config, told};

fn faults(files: &[(&'static str, &'static str)]) -> String {
    let config = config(files);
    told(&config.sources, &validate(&config))
}

#[test]
fn a_sound_configuration_has_no_faults() {
    assert_eq!(
        faults(&[
            (
                "main.tf",
                r#"
terraform {
  required_providers {
    x = { source = "a/x" }
  }
}
provider "x" {
  alias  = "e"
  region = var.v
}
variable "v" {
  type    = list(string)
  default = []
  validation {
    condition     = length(var.v) < 3
    error_message = "Too many: ${length(var.v)}."
  }
}
locals {
  a = [for x in var.v : upper(x) if x != ""]
  b = provider::x::f(local.a, path.module, terraform.workspace)
}
resource "x_y" "n" {
  count    = 2
  provider = x.e
  a        = count.index
  lifecycle {
    postcondition {
      condition     = self.a > 0
      error_message = "No."
    }
    replace_triggered_by = [x_y.e]
  }
}
resource "x_y" "e" {
  for_each = { k = 1 }
  a        = each.key
  dynamic "rule" {
    for_each = local.a
    iterator = it
    content {
      v = it.value
      dynamic "inner" {
        for_each = it.value
        content {
          w = [it.key, inner.value, each.value]
        }
      }
    }
  }
}
output "o" {
  value = [x_y.n[0].a, x_y.n[*].a, x_y.e["k"].a, x_y.e.k.a, module.m.o, module.c[0].o]
}
module "m" {
  source    = "./m"
  v         = 1
  providers = { x.q = x.e }
}
module "c" {
  source    = "./m"
  count     = 2
  v         = count.index
  providers = { x.q = x.e }
}
import {
  for_each = { a = "b" }
  to       = x_y.e[each.key]
  id       = each.value
}
"#
            ),
            (
                "m/m.tf",
                "terraform {\n  required_providers {\n    x = {\n      source = \"a/x\"\n      configuration_aliases = [x.q]\n    }\n  }\n}\nvariable \"v\" {}\noutput \"o\" {\n  value = var.v\n}\n"
            ),
        ]),
        ""
    );
}

#[test]
fn many_faults_are_told_in_one_run() {
    insta::assert_snapshot!(faults(&[
        (
            "main.tf",
            r#"
variable "size" {
  type    = number
  default = "big"
  validation {
    condition     = 1 < 2
    error_message = "No."
  }
}
variable "d" {
  default = file("x")
}
locals {
  name = var.sise
  b    = local.nmae
  c    = each.key
  d    = lenght([])
  e    = provider::y::f()
  f    = foo::bar()
  g    = var
  h    = tenant.a
  i    = self.x
}
resource "x_y" "one" {
  a = x_y.two.id
  b = data.x_y.one.id
  c = count.index
  d = vra.size
  depends_on = [x_y.noe]
  provider   = x.eu
  dynamic "rule" {
    foreach = []
    content {
      a = ruel.value
    }
  }
}
resource "x_y" "many" {
  count = x_y.many[0].id == "" ? 1 : each.value
}
output "o" {
  value = [module.m.nope, module.n.o, module.c.o, x_y.many.id]
}
module "m" {
  source = "./m"
  w      = 1
  providers = { y = y }
}
module "c" {
  source = "./m"
  count  = 1
  v      = each.key
}
import {
  to = x_y.three
  id = "1"
}
removed {
  from = x_y.one
}
"#
        ),
        ("m/m.tf", "variable \"v\" {}\noutput \"o\" {\n  value = var.vv\n}\n"),
    ]));
}
