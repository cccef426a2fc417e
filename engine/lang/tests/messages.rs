//! Bad input as users see it: one configuration a kind of fault, and all that is said of it.

use std::{io, path::Path};

use hotswap_lang::{
    Diagnostics,
    config::{self, Config, Files, Loaded},
    render, variables,
};

/// One file, `main.tf`.
struct Main(&'static str);

impl Files for Main {
    fn list(&self, _: &Path) -> io::Result<Vec<String>> {
        Ok(vec!["main.tf".to_owned()])
    }

    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(self.0.as_bytes().to_vec())
    }
}

fn shown(config: &Config, diagnostics: &Diagnostics) -> String {
    diagnostics.iter().map(|diagnostic| render::text(&config.sources, diagnostic, render::Style::PLAIN)).collect()
}

fn messages(text: &'static str, options: &[&str]) -> String {
    let Loaded { mut config, mut diagnostics } = config::load(&Main(text), Path::new("."));
    if diagnostics.is_empty() {
        diagnostics.extend(config::validate(&config));
    }
    if diagnostics.is_empty() {
        let arguments: Vec<_> = options.iter().map(|option| variables::Argument::Value((*option).to_owned())).collect();
        let (given, faults) = variables::read(&mut config, &Main(text), Path::new("."), [], &arguments);
        diagnostics.extend(faults);
        diagnostics.extend(variables::resolve(&config, &given).1);
    }
    shown(&config, &diagnostics)
}

#[test]
fn syntax_errors_of_one_file() {
    insta::assert_snapshot!(messages(
        "resource \"hotswap_tenant\" \"acme\" {\n  name = 'acme'\n  tier: \"free\"\n}\n\nlocals {\n  list = [1, 2\n  text = \"no end\n}\n\nvariable \"x\" {\n",
        &[]
    ));
}

#[test]
fn an_argument_that_does_not_exist() {
    insta::assert_snapshot!(messages("variable \"size\" {\n  type   = number\n  defalt = 3\n}\n", &[]));
}

#[test]
fn a_variable_without_a_value() {
    insta::assert_snapshot!(messages("variable \"size\" {\n  type = number\n}\n", &[]));
}

#[test]
fn a_value_of_the_wrong_type() {
    insta::assert_snapshot!(messages("variable \"size\" {\n  type = list(object({ a = number }))\n}\n", &["size=[{ a = \"many\" }]"]));
}

#[test]
fn an_address_given_twice() {
    insta::assert_snapshot!(messages(
        "resource \"hotswap_tenant\" \"acme\" {}\n\nresource \"hotswap_tenant\" \"acme\" {\n  name = \"acme\"\n}\n",
        &[]
    ));
}

#[test]
fn a_reference_to_what_is_not_there() {
    insta::assert_snapshot!(messages(
        "resource \"hotswap_tenant\" \"acme\" {\n  name = var.nmae\n}\n\nvariable \"name\" {\n  default = \"x\"\n}\n\noutput \"id\" {\n  value = hotswap_tenant.acne.id\n}\n",
        &[]
    ));
}
