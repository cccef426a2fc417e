//! Taking over an object that another provider has in the state: the target of a `moved` block between providers.
//!
//! What can be taken over is an object of the same type from a provider of the same name at another address: a fork, or the same provider
//! from another registry. Its state means the same, so it is read as this provider's own, older schema versions included.

use hotswap_value::Value;

use crate::{Diagnostic, Diagnostics, Resource, state};

/// An object as another provider left it.
#[derive(Debug, Clone, Copy)]
pub struct MoveRequest<'a> {
    /// The other provider, as in `registry.example.com/acme/hotswap`.
    pub provider: &'a str,
    /// The type it had there.
    pub source_type: &'a str,
    /// The type it is to have here.
    pub target_type: &'a str,
    /// The version of the schema it was written under.
    pub version: i64,
    /// The object, as JSON.
    pub state: &'a [u8],
}

/// Whether an object of a provider and type may be taken over as one of `target_type`.
pub fn can_become(provider: &str, source_type: &str, target_type: &str) -> bool {
    source_type == target_type && provider.rsplit('/').next() == target_type.split('_').next()
}

/// The object as this provider would have it.
pub async fn take_over(resource: &dyn Resource, request: MoveRequest<'_>) -> Result<Value, Diagnostics> {
    let MoveRequest { provider, source_type, target_type, version, state } = request;
    let ours = target_type.split('_').next().unwrap_or_default();
    if !can_become(provider, source_type, target_type) {
        let detail = format!(
            "A {source_type} of the provider {provider} is not a {target_type}. Only a {target_type} of another provider called {ours:?}, such as a \
             fork, can be moved here. Leave the old object out of the state with a `removed` block and import the existing {target_type} instead."
        );
        return Err(Diagnostic::error("Object can't be moved", detail).into());
    }
    state::upgrade(resource, version, state).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_thing::Thing;

    async fn from(provider: &str, source_type: &str) -> Result<Value, String> {
        let request = MoveRequest { provider, source_type, target_type: "test_thing", version: 1, state: br#"{"name":"a"}"# };
        take_over(&Thing::default(), request).await.map_err(|problems| problems.iter().next().unwrap().detail.clone())
    }

    #[tokio::test]
    async fn a_fork_s_object_is_taken_over_as_it_is() {
        assert_eq!(from("registry.example.com/acme/test", "test_thing").await.unwrap().get("name").as_str(), Some("a"));
    }

    #[tokio::test]
    async fn another_type_or_another_provider_is_refused_with_the_way_out() {
        for (provider, ty) in [("registry.example.com/acme/other", "test_thing"), ("registry.example.com/acme/test", "test_other")] {
            let problem = from(provider, ty).await.unwrap_err();
            assert!(problem.contains(&format!("A {ty} of the provider {provider} is not a test_thing.")), "{problem}");
            assert!(problem.contains("import"), "{problem}");
        }
    }
}
