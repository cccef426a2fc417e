//! Formatting by examples; that it agrees with real Terraform is in `tests/fmt_oracle.rs`.

use super::format;
use crate::Sources;

pub(super) fn formatted(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("test.tf", text);
    format(&sources, file).unwrap()
}

#[test]
fn equals_signs_and_comments_stand_under_each_other() {
    assert_eq!(
        formatted("a  {\nb=1 # x\n    long = [ 1,2 ]#y\n\n  c = {\n d=1\n      }\n}\n"),
        "a {\n  b    = 1      # x\n  long = [1, 2] #y\n\n  c = {\n    d = 1\n  }\n}\n"
    );
}

#[test]
fn expressions_are_spaced() {
    assert_eq!(
        formatted("a = f( x , - 1 )+( ! b )*c [0] . d\nb=[ for  x in  [ 1 ]:x if x>- 1 ]\nc={}\nd=\"${ x }-${ {} }\"\n"),
        "a = f(x, -1) + (!b) * c[0].d\nb = [for x in [1] : x if x > -1]\nc = {}\nd = \"${x}-${ {} }\"\n"
    );
}

#[test]
fn heredocs_and_comments_keep_their_text() {
    let text = "a = <<-EOT\n   x ${y}\n  EOT\n/* b\n     c */\n";
    assert_eq!(formatted(text), text);
}

#[test]
fn what_has_a_newer_form_gets_it() {
    assert_eq!(
        formatted("variable x {\n  type = \"list\"\n  default = \"${a}\"\n}\nb = \"${a}${b}\"\n"),
        "variable \"x\" {\n  type    = list(string)\n  default = a\n}\nb = \"${a}${b}\"\n"
    );
}
