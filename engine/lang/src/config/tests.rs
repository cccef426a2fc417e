//! What configurations are loaded as, and what is said of their faults.

use std::{collections::BTreeMap, io, path::Path};

use super::*;
use crate::Diagnostic;

/// Files in memory, by path.
pub(crate) struct Memory(pub(crate) BTreeMap<&'static str, &'static str>);

impl Files for Memory {
    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let folder = if folder == Path::new(".") { Path::new("") } else { folder };
        let names: Vec<_> = self.0.keys().map(Path::new).filter(|path| path.parent() == Some(folder)).collect();
        if names.is_empty() && !folder.as_os_str().is_empty() {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        Ok(names.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned()).collect())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = path.to_str().unwrap_or_default();
        self.0.get(path.strip_prefix("./").unwrap_or(path)).map(|text| text.as_bytes().to_vec()).ok_or(io::ErrorKind::NotFound.into())
    }
}

pub(crate) fn loaded(files: &[(&'static str, &'static str)]) -> Loaded {
    load(&Memory(files.iter().copied().collect()), Path::new("."))
}

/// A configuration without faults.
pub(crate) fn config(files: &[(&'static str, &'static str)]) -> Config {
    let Loaded { config, diagnostics } = loaded(files);
    assert!(diagnostics.is_empty(), "{}", told(&config.sources, &diagnostics));
    config
}

/// Messages, one a line: place, what it stands on, summary, detail.
pub(crate) fn told(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |fault: &Diagnostic| {
        let place = fault.range.map_or_else(String::new, |range| {
            let at = sources.position(range.file, range.start);
            format!("{}:{}:{} {:?} ", sources.file(range.file).path.display(), at.line, at.column, sources.text(range))
        });
        format!("{place}{}: {}", fault.summary, fault.detail)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn faults(files: &[(&'static str, &'static str)]) -> String {
    let Loaded { config, diagnostics } = loaded(files);
    told(&config.sources, &diagnostics)
}

#[test]
fn the_quickstart_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/quickstart");
    let Loaded { config, diagnostics } = load(&Disk, &folder);
    assert!(diagnostics.is_empty(), "{}", told(&config.sources, &diagnostics));
    let root = config.root();
    assert_eq!(root.resources.len(), 4);
    assert_eq!(root.provider_source("hotswap"), "registry.terraform.io/hotswap/hotswap");
    assert_eq!(root.provider_source("aws"), "registry.terraform.io/hashicorp/aws");
    assert!(matches!(root.resources[&ResourceName::managed("hotswap_plugin_version", "greeter")].repeat, Repeat::ForEach(_)));
    assert_eq!(root.variables["greeter_version"].ty, Constraint::Primitive(Type::String));
    assert_eq!(root.required_versions[0].0, ">= 1.11");
}

#[test]
fn modules_are_found_by_their_folders() {
    let config = config(&[
        ("main.tf", "module \"a\" {\n source = \"./m/a\"\n x = 1\n}\n"),
        ("m/a/main.tf", "variable \"x\" {}\nmodule \"b\" {\n source = \"../b\"\n}\n"),
        ("m/b/b.tf", "output \"o\" {\n value = path.module\n}\n"),
    ]);
    let folders: Vec<_> = config.modules.iter().map(|(path, module)| (path.to_string(), module.folder.display().to_string())).collect();
    let expected = [("", "."), ("module.a", "m/a"), ("module.a.module.b", "m/b")];
    assert_eq!(folders, expected.map(|(path, folder)| (path.to_owned(), folder.to_owned())));
}

#[test]
fn a_module_that_contains_itself_is_told_by_its_loop() {
    insta::assert_snapshot!(faults(&[
        ("main.tf", "module \"a\" {\n source = \"./a\"\n}\n"),
        ("a/main.tf", "module \"b\" {\n source = \"../b\"\n}\n"),
        ("b/main.tf", "module \"c\" {\n source = \"../a\"\n}\n"),
    ]));
}

#[test]
fn duplicates_are_told_with_both_places() {
    insta::assert_snapshot!(faults(&[
        ("a.tf", "variable \"v\" {}\noutput \"o\" {\n value = 1\n}\nresource \"x_y\" \"z\" {}\nlocals {\n l = 1\n}\nprovider \"x\" {}\n"),
        (
            "b.tf",
            "variable \"v\" {}\noutput \"o\" {\n value = 1\n}\nresource \"x_y\" \"z\" {}\nlocals {\n l = 1\n}\nprovider \"x\" {}\nprovider \"x\" {\n alias = \"e\"\n}\n"
        ),
    ]));
}

#[test]
fn overrides_change_arguments() {
    let config = config(&[
        (
            "main.tf",
            "resource \"x_y\" \"z\" {\n a = 1\n b = 2\n n {\n  c = 1\n }\n lifecycle {\n  prevent_destroy = true\n }\n}\nlocals {\n l = 1\n}\n",
        ),
        (
            "main_override.tf",
            "resource \"x_y\" \"z\" {\n a = 3\n n {}\n n {}\n lifecycle {\n  create_before_destroy = true\n }\n}\nlocals {\n l = 2\n}\n",
        ),
    ]);
    let resource = &config.root().resources[&ResourceName::managed("x_y", "z")];
    assert_eq!(config.sources.text(resource.body.attribute("a").unwrap().range), "a = 3");
    assert_eq!(config.sources.text(resource.body.attribute("b").unwrap().range), "b = 2");
    assert_eq!(resource.body.blocks.len(), 2);
    assert!(resource.lifecycle.prevent_destroy);
    assert_eq!(resource.lifecycle.create_before_destroy, Some(true));
    assert_eq!(config.sources.text(config.root().locals["l"].value.range), "2");
}

#[test]
fn what_a_block_does_not_take_is_told() {
    insta::assert_snapshot!(faults(&[(
        "main.tf",
        r#"
variable "a" {
  type    = strnig
  defualt = 1
}
variable "count" {}
variable "b" "c" {}
variable "1x" {}
variable "d" {
  type = list
}
variable "e" {
  type = object({ a = optional(number, "x"), b = foo(string) })
}
variable "f" {
  type = "string"
}
variable "g" {
  sensitive = var.a
  validation {
    condition = true
  }
}
output "o" {
  valu = 1
}
resource "x_y" {}
resource "x_y" "z" {
  count    = 1
  for_each = {}
  provider = "x y"
  depends_on = [1, x_y.z, var]
  lifecycle {
    prevent_destroy = "maybe"
    ignore_changes = [a[b]]
    create_before_destory = true
  }
  provisioner "local-exec" {}
  connection {}
}
data "x_y" "z" {
  lifecycle {
    prevent_destroy = true
  }
}
resuorce "x_y" "w" {}
x = 1
module "m" {
  source = "terraform-aws-modules/vpc/aws"
  version = "1.0"
}
module "n" {
  for_eech = 1
}
module "git" {
  source = "git::https://example.com/x.git"
}
terraform {
  required_version = ">= 2.0"
  backend "s3" {
    bucket = "b"
  }
  cloud {}
  required_providers {
    x = { source = "a/b/c/d", versoin = "1" }
    y = "~> 1.x"
  }
}
provider "p" {
  count = 1
}
moved {
  from = x_y.a
  to   = module.b
}
removed {
  from = x_y.a[0]
}
import {
  to = data.x_y.z
  id = 1
}
check "c" {}
ephemeral "x" "y" {
  lifecycle {
    prevent_destroy = true
  }
}
locals "x" {
  b {}
}
"#
    )]));
}

#[test]
fn bad_bytes_and_missing_folders_are_told() {
    struct Bad;
    impl Files for Bad {
        fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
            if folder == Path::new(".") {
                Ok(vec!["a.tf".to_owned(), "b.tf".to_owned(), ".hidden.tf".to_owned(), "c.tf~".to_owned()])
            } else {
                Err(io::ErrorKind::NotFound.into())
            }
        }
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            if path.ends_with("a.tf") {
                Ok(b"\xef\xbb\xbflocals {\r\n  a = 1\r\n}\r\nmodule \"m\" {\n source = \"./x\"\n}\n".to_vec())
            } else {
                Ok(b"a = 1\nb = \"\xff\"\n".to_vec())
            }
        }
    }
    let Loaded { config, diagnostics } = load(&Bad, Path::new("."));
    assert!(config.root().locals.contains_key("a"));
    insta::assert_snapshot!(told(&config.sources, &diagnostics));
}
