//! List resources: finding the objects of a managed type that exist, whether or not they are under management.

use std::ops::ControlFlow;

use async_trait::async_trait;
use hotswap_value::Value;
use tokio::sync::mpsc;

use crate::{Diagnostic, Diagnostics, Resource, Schema, identity, state::conform};

/// One object that was found.
#[derive(Debug, Clone)]
pub struct Listed {
    /// What people call it.
    pub display_name: String,
    /// The whole object, as the managed type of the same name has it.
    pub object: Value,
}

impl Listed {
    /// The object in the shape its type has, and its identity.
    pub fn identified(self, resource: &dyn Resource) -> Result<(Value, Value), Diagnostics> {
        let object = conform(resource.schema(), Some(self.object))?.unwrap_or_default();
        let identity = identity::schema_of(resource)?.of(&object).ok_or_else(|| {
            let detail = format!(
                "{:?} was found without all that identifies it. This is a bug in the provider; please report it.",
                self.display_name
            );
            Diagnostic::error("Incomplete identity", detail)
        })?;
        Ok((identity, object))
    }
}

/// Where objects go as they are found.
#[derive(Debug)]
pub struct Found(mpsc::Sender<Listed>);

impl Found {
    /// A place to tell them, and the place where they come out. Who finds waits for who takes them.
    pub fn channel() -> (Self, mpsc::Receiver<Listed>) {
        let (sender, receiver) = mpsc::channel(16);
        (Self(sender), receiver)
    }

    /// Tells one. Breaks when nobody wants more.
    pub async fn tell(&self, listed: Listed) -> ControlFlow<()> {
        match self.0.send(listed).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// A way to find the objects of the managed type of the same name.
#[async_trait]
pub trait ListResource: Send + Sync {
    /// The schema of what may be asked for.
    fn schema(&self) -> &Schema;

    /// Finds objects and tells each as it is found; ends early when nobody wants more. What was told before an error stands.
    async fn list(&self, config: Value, found: &Found) -> Diagnostics;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_thing::Thing;

    fn listed(object: Value) -> Listed {
        Listed { display_name: "The thing".into(), object }
    }

    #[test]
    fn what_is_found_gets_its_type_s_shape_and_loses_its_secrets() {
        let found = listed(Value::object([("name", "a"), ("secret", "hush")])).identified(&Thing::default());
        let (identity, object) = found.unwrap();
        assert_eq!(identity, Value::object([("name", "a")]));
        assert!(object.get("secret").is_null() && object.get("size").is_null());
    }

    #[test]
    fn an_object_without_its_identity_is_told_by_its_name() {
        let problem = listed(Value::object([("size", 1)])).identified(&Thing::default()).unwrap_err();
        assert!(problem.iter().next().unwrap().detail.starts_with("\"The thing\" was found without"));
    }

    #[tokio::test]
    async fn who_finds_learns_that_nobody_wants_more() {
        let (found, receiver) = Found::channel();
        assert!(found.tell(listed(Value::Null)).await.is_continue());
        drop(receiver);
        assert!(found.tell(listed(Value::Null)).await.is_break());
    }
}
