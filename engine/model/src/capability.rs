//! An interface that a component offers or needs: `wasi:http/outgoing-handler@0.2.3`.

use std::fmt;

/// An export or import of a component, by its parts. What is no interface of a package, such as a function at the top, has a name
/// and no more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Capability {
    text: String,
    /// Where the name ends and the version begins, without the `@`.
    name: usize,
}

impl Capability {
    /// The capability of this name as a component has it. Every text is one.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let name = text.rfind('@').filter(|at| semver::Version::parse(&text[at + 1..]).is_ok()).unwrap_or(text.len());
        Self { text, name }
    }

    /// The whole: `wasi:http/outgoing-handler@0.2.3`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Without its version: `wasi:http/outgoing-handler`.
    pub fn name(&self) -> &str {
        &self.text[..self.name]
    }

    /// `wasi` of `wasi:http/types`.
    pub fn namespace(&self) -> Option<&str> {
        self.name().split_once(':').map(|(namespace, _)| namespace)
    }

    /// `http` of `wasi:http/types`.
    pub fn package(&self) -> Option<&str> {
        let (_, rest) = self.name().split_once(':')?;
        Some(rest.split_once('/').map_or(rest, |(package, _)| package))
    }

    /// `types` of `wasi:http/types`.
    pub fn interface(&self) -> Option<&str> {
        self.name().split_once('/').map(|(_, interface)| interface)
    }

    /// `0.2.3` of `wasi:http/types@0.2.3`.
    pub fn version(&self) -> Option<semver::Version> {
        self.text.get(self.name + 1..).and_then(|text| semver::Version::parse(text).ok())
    }

    /// Whether something that needs `needed` is content with this: the same interface, and a version that is compatible and not
    /// lower. Compatible is as in semantic versioning: the same major version, or the same minor version below 1.0.
    pub fn satisfies(&self, needed: &Capability) -> bool {
        self.is_kin(needed) && self.version() >= needed.version()
    }

    /// Whether both are the same interface in compatible versions, the lower and the higher.
    pub fn is_kin(&self, other: &Capability) -> bool {
        let line = |version: &semver::Version| match (version.major, version.minor, version.patch) {
            _ if !version.pre.is_empty() => (version.major, version.minor, version.patch, version.pre.to_string()),
            (0, 0, patch) => (0, 0, patch, String::new()),
            (0, minor, _) => (0, minor, 0, String::new()),
            (major, ..) => (major, 0, 0, String::new()),
        };
        self.name() == other.name() && self.version().as_ref().map(line) == other.version().as_ref().map(line)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_interface_has_parts() {
        let handler = Capability::new("wasi:http/outgoing-handler@0.2.3");
        let parts = (handler.namespace(), handler.package(), handler.interface());
        assert_eq!(parts, (Some("wasi"), Some("http"), Some("outgoing-handler")));
        assert_eq!((handler.name(), handler.version()), ("wasi:http/outgoing-handler", Some(semver::Version::new(0, 2, 3))));
        let plain = Capability::new("run");
        assert_eq!((plain.name(), plain.namespace(), plain.interface(), plain.version()), ("run", None, None, None));
        let own = Capability::new("acme:auth");
        assert_eq!((own.package(), own.interface()), (Some("auth"), None));
    }

    #[test]
    fn a_higher_compatible_version_is_as_good() {
        let satisfies = |offered: &str, needed: &str| Capability::new(offered).satisfies(&Capability::new(needed));
        for (offered, needed, good) in [
            ("a:b/c@0.2.3", "a:b/c@0.2.0", true),
            ("a:b/c@0.2.0", "a:b/c@0.2.3", false),
            ("a:b/c@0.3.0", "a:b/c@0.2.0", false),
            ("a:b/c@1.4.0", "a:b/c@1.2.0", true),
            ("a:b/c@2.0.0", "a:b/c@1.2.0", false),
            ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0", false),
            ("a:b/d@0.2.0", "a:b/c@0.2.0", false),
            ("a:b/c", "a:b/c", true),
            ("a:b/c", "a:b/c@0.2.0", false),
        ] {
            assert_eq!(satisfies(offered, needed), good, "{offered} for {needed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_capability_that_satisfies_itself(text in ".{0,40}") {
            let capability = Capability::new(text.clone());
            prop_assert_eq!(capability.as_str(), &text);
            prop_assert!(capability.satisfies(&capability));
            prop_assert_eq!(capability.version().is_some(), capability.name() != text);
        }
    }
}
