//! What tells two components apart: what the new one offers and needs that the old one didn't, and the other way round.

use hotswap_model::Capability;

/// What a component offers and needs.
#[derive(Debug, Clone, Copy)]
pub struct Interfaces<'a> {
    /// What it exports.
    pub exports: &'a [String],
    /// What it imports.
    pub imports: &'a [String],
}

/// What tells two components apart. An interface in another, compatible version is the same interface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// What only the new one offers.
    pub exports_added: Vec<Capability>,
    /// What only the old one offers: whoever uses it is left without.
    pub exports_removed: Vec<Capability>,
    /// What only the new one needs.
    pub imports_added: Vec<Capability>,
    /// What only the old one needs.
    pub imports_removed: Vec<Capability>,
}

impl Difference {
    /// What tells `new` from `old`.
    pub fn between(old: Interfaces<'_>, new: Interfaces<'_>) -> Self {
        Self {
            exports_added: only_in(new.exports, old.exports),
            exports_removed: only_in(old.exports, new.exports),
            imports_added: only_in(new.imports, old.imports),
            imports_removed: only_in(old.imports, new.imports),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Those of `these` that have no kin among `others`.
fn only_in(these: &[String], others: &[String]) -> Vec<Capability> {
    let others: Vec<_> = others.iter().map(Capability::new).collect();
    let these = these.iter().map(Capability::new);
    these.filter(|one| !others.iter().any(|other| other.is_kin(one))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn difference(old: [&[&str]; 2], new: [&[&str]; 2]) -> [Vec<String>; 4] {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let ([oe, oi], [ne, ni]) = (old.map(owned), new.map(owned));
        let found = Difference::between(Interfaces { exports: &oe, imports: &oi }, Interfaces { exports: &ne, imports: &ni });
        [found.exports_added, found.exports_removed, found.imports_added, found.imports_removed]
            .map(|all| all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_comes_and_goes_is_told_and_a_raised_version_is_neither() {
        let old: [&[&str]; 2] = [&["wasi:http/incoming-handler@0.2.0", "acme:auth/check@1.0.0"], &["wasi:http/types@0.2.0"]];
        let new: [&[&str]; 2] = [&["wasi:http/incoming-handler@0.2.3"], &["wasi:http/types@0.2.3", "wasi:http/outgoing-handler@0.2.3"]];
        let [added, removed, needs, needs_no_more] = difference(old, new);
        assert!(added.is_empty() && needs_no_more.is_empty(), "{added:?} {needs_no_more:?}");
        assert_eq!((removed[0].as_str(), needs[0].as_str()), ("acme:auth/check@1.0.0", "wasi:http/outgoing-handler@0.2.3"));
    }

    #[test]
    fn an_incompatible_version_is_another_interface() {
        let [added, removed, ..] = difference([&["acme:auth/check@1.0.0"], &[]], [&["acme:auth/check@2.0.0"], &[]]);
        assert_eq!((added, removed), (vec!["acme:auth/check@2.0.0".to_owned()], vec!["acme:auth/check@1.0.0".to_owned()]));
    }

    proptest! {
        #[test]
        fn there_is_none_to_itself_and_both_ways_mirror(
            a in prop::collection::vec("[ab]:[ab]/[ab](@[01]\\.[01]\\.[01])?", 0..6),
            b in prop::collection::vec("[ab]:[ab]/[ab](@[01]\\.[01]\\.[01])?", 0..6),
        ) {
            let (a, b) = (Interfaces { exports: &a, imports: &b }, Interfaces { exports: &b, imports: &a });
            prop_assert!(Difference::between(a, a).is_empty());
            let (there, back) = (Difference::between(a, b), Difference::between(b, a));
            prop_assert_eq!(there.exports_added, back.exports_removed);
            prop_assert_eq!(there.imports_removed, back.imports_added);
        }
    }
}
