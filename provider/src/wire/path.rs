//! Attribute paths.

use hotswap_value::{AttributePath, Step};

use crate::proto::tfplugin6::{
    self as wire,
    attribute_path::{self, step::Selector},
};

/// A path on the wire.
pub(crate) fn path(path: &AttributePath) -> wire::AttributePath {
    let step = |step: &Step| attribute_path::Step {
        selector: Some(match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
        }),
    };
    wire::AttributePath { steps: path.steps().iter().map(step).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_has_its_selector() {
        let wire = path(&AttributePath::from("a").index(2).key("k"));
        let selectors: Vec<_> = wire.steps.into_iter().filter_map(|step| step.selector).collect();
        let expected = [Selector::AttributeName("a".into()), Selector::ElementKeyInt(2), Selector::ElementKeyString("k".into())];
        assert_eq!(selectors, expected);
    }
}
