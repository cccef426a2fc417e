//! What an expression refers to, as text: each reference as it is written, then what it is a part of, step by step.

use std::fmt::Write as _;

use hotswap_lang::{
    Subject,
    ast::Expr,
    evaluate::{Reference, references},
};
use hotswap_value::{Step, address::InstanceKey};

/// Every reference of an expression, in the order they are written.
pub(super) fn texts(expr: &Expr) -> Vec<String> {
    references(expr, &mut Vec::new()).iter().flat_map(one).collect()
}

fn one(reference: &Reference) -> Vec<String> {
    let steps = &reference.steps;
    // An instance of a resource or module is one thing, and so is an output of a module.
    let instance = usize::from(matches!(steps.first(), Some(Step::Index(_) | Step::Key(_))));
    let (least, also_block) = match &reference.subject {
        Subject::Resource(_) => (instance, instance == 1),
        Subject::Module(_) if matches!(steps.get(instance), Some(Step::Attribute(_))) => (instance, false),
        Subject::Module(_) => (instance, instance == 1),
        _ => (0, false),
    };
    let mut texts: Vec<String> = (least..=steps.len()).rev().map(|length| text(&reference.subject, &steps[..length])).collect();
    if also_block {
        texts.push(reference.subject.to_string());
    }
    texts
}

fn text(subject: &Subject, steps: &[Step]) -> String {
    let mut text = subject.to_string();
    for step in steps {
        match step {
            Step::Attribute(name) => _ = write!(text, ".{name}"),
            Step::Key(key) => _ = write!(text, "{}", InstanceKey::from(key.as_str())),
            Step::Index(index) => _ = write!(text, "[{index}]"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use hotswap_lang::Sources;
    use hotswap_value::address::ResourceName;

    use super::*;

    fn of(subject: Subject, steps: &[Step]) -> Vec<String> {
        let file = Sources::default().add("main.tf", "");
        one(&Reference { subject, range: hotswap_lang::Range { file, start: 0, end: 0 }, steps: steps.to_vec() })
    }

    #[test]
    fn references_are_unwound_as_terraform_does() {
        let attribute = |name: &str| Step::Attribute(name.into());
        let data = || Subject::Resource(ResourceName::managed("terraform_data", "t"));
        assert_eq!(of(data(), &[attribute("id")]), ["terraform_data.t.id", "terraform_data.t"]);
        assert_eq!(
            of(data(), &[Step::Key("a".into()), attribute("output"), Step::Index(0)]),
            [r#"terraform_data.t["a"].output[0]"#, r#"terraform_data.t["a"].output"#, r#"terraform_data.t["a"]"#, "terraform_data.t"]
        );
        let module = || Subject::Module("m".into());
        assert_eq!(of(module(), &[Step::Index(0), attribute("mo")]), ["module.m[0].mo", "module.m[0]"]);
        assert_eq!(of(module(), &[attribute("id")]), ["module.m.id", "module.m"]);
        assert_eq!(of(module(), &[Step::Index(0)]), ["module.m[0]", "module.m"]);
        assert_eq!(of(Subject::Local("k".into()), &[attribute("a"), Step::Key("e".into())]), [r#"local.k.a["e"]"#, "local.k.a", "local.k"]);
        assert_eq!(of(Subject::EachKey, &[]), ["each.key"]);
    }
}
