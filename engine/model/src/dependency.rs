//! What a version of a plugin needs of other plugins, and what was chosen for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::Collector;
use crate::{Constraint, PluginName, Version};

/// What a version says of another plugin. Part of what is published, and so immutable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dependency {
    /// Which plugin.
    pub plugin: PluginName,
    /// Which versions of it are meant.
    pub version: Constraint,
    /// What is said of them.
    #[serde(default)]
    pub kind: DependencyKind,
}

/// What a version says of another plugin's versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DependencyKind {
    /// One of them has to be there.
    #[default]
    Required,
    /// The plugin need not be there; if it is, it has to be one of them.
    Optional,
    /// None of them may be there.
    Conflicts,
}

impl DependencyKind {
    /// Every kind.
    pub const ALL: [DependencyKind; 3] = [DependencyKind::Required, DependencyKind::Optional, DependencyKind::Conflicts];

    /// The kind as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            DependencyKind::Required => "required",
            DependencyKind::Optional => "optional",
            DependencyKind::Conflicts => "conflicts",
        }
    }
}

/// A plugin that was chosen because others need it: one part of a revision's solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Solved {
    /// Which plugin.
    pub plugin: PluginName,
    /// The version chosen for all that need it.
    pub version: Version,
    /// Who needs it, by name; never empty.
    pub needed_by: Vec<Need>,
}

/// Why a plugin is part of a solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Need {
    /// The plugin that needs it.
    pub plugin: PluginName,
    /// That plugin's version.
    pub version: Version,
    /// Which versions it needs.
    pub constraint: Constraint,
}

impl Dependency {
    /// Most dependencies of one version.
    pub const MOST: usize = 64;

    /// Checks what a version of `of` says of other plugins.
    pub(crate) fn collect(of: &PluginName, dependencies: &[Dependency], faults: &mut Collector) {
        faults.check(dependencies.len() <= Self::MOST, "dependencies", || {
            format!("has {} entries; a version has at most {}", dependencies.len(), Self::MOST)
        });
        let mut first: BTreeMap<&PluginName, usize> = BTreeMap::new();
        for (index, dependency) in dependencies.iter().enumerate() {
            let field = format!("dependencies[{index}].plugin");
            let name = dependency.plugin.as_str();
            if dependency.plugin == *of {
                faults.add(&field, format!("is {name:?}, the plugin itself; a plugin does not depend on itself"));
            }
            if let Some(before) = first.get(&dependency.plugin) {
                let message =
                    format!("is {name:?} again, as in dependencies[{before}]; say it once, with a constraint such as \"^1.2, != 1.4.0\"");
                faults.add(&field, message);
            } else {
                first.insert(&dependency.plugin, index);
            }
        }
    }

    /// Whether two versions say the same of other plugins, in whatever order.
    pub fn same(a: &[Dependency], b: &[Dependency]) -> bool {
        fn sorted(dependencies: &[Dependency]) -> Vec<&Dependency> {
            let mut sorted: Vec<_> = dependencies.iter().collect();
            sorted.sort_by(|a, b| (&a.plugin, a.kind, a.version.as_str()).cmp(&(&b.plugin, b.kind, b.version.as_str())));
            sorted
        }
        sorted(a) == sorted(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VersionSpec;

    fn spec(dependencies: &str) -> VersionSpec {
        let digest = crate::Digest::of(b"");
        serde_json::from_str(&format!(r#"{{"plugin":"greeter","version":"1.0.0","sha256":"{digest}","dependencies":{dependencies}}}"#))
            .unwrap()
    }

    #[test]
    fn a_dependency_is_required_unless_it_says_otherwise() {
        let read = spec(r#"[{"plugin":"auth","version":"^2"},{"plugin":"old","version":"*","kind":"conflicts"}]"#);
        let kinds: Vec<_> = read.dependencies.iter().map(|dependency| dependency.kind.as_str()).collect();
        assert_eq!(kinds, ["required", "conflicts"]);
        read.validate().unwrap();
        assert_eq!(serde_json::from_str::<VersionSpec>(&serde_json::to_string(&read).unwrap()).unwrap(), read);
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let bad = spec(
            r#"[{"plugin":"auth","version":"^2"},{"plugin":"greeter","version":"*"},{"plugin":"auth","version":"^3","kind":"optional"}]"#,
        );
        let told = bad.validate().unwrap_err();
        let fields: Vec<_> = told.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["dependencies[1].plugin", "dependencies[2].plugin"]);
        assert!(told.to_string().contains("is \"auth\" again, as in dependencies[0]"), "{told}");
    }

    #[test]
    fn unknown_fields_and_kinds_are_refused() {
        for bad in [r#"{"plugin":"auth","version":"^2","colour":"red"}"#, r#"{"plugin":"auth","version":"^2","kind":"nice"}"#] {
            assert!(serde_json::from_str::<Dependency>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn content_is_the_same_in_another_order_and_another_with_another_constraint() {
        let one = spec(r#"[{"plugin":"auth","version":"^2"},{"plugin":"store","version":"^1"}]"#);
        assert!(one.same_content(&spec(r#"[{"plugin":"store","version":"^1"},{"plugin":"auth","version":"^2"}]"#)));
        assert!(!one.same_content(&spec(r#"[{"plugin":"auth","version":"^2"},{"plugin":"store","version":"^1.1"}]"#)));
        assert!(!one.same_content(&spec("[]")));
    }
}
