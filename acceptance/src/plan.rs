//! A plan, as `terraform show -json` tells it.

use serde_json::Value as Json;

use crate::run::Run;

/// A plan that was made.
#[derive(Debug)]
pub struct Plan {
    /// What Terraform said while planning.
    pub run: Run,
    pub(crate) json: Json,
}

impl Plan {
    /// What is to be done with a resource: `create`, `update`, `delete,create`, `no-op`.
    ///
    /// # Panics
    /// If the plan has no such resource.
    #[track_caller]
    pub fn actions(&self, address: &str) -> String {
        let actions = self.change(address)["actions"].as_array().unwrap();
        actions.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(",")
    }

    /// An attribute as it will be; `Null` also while that is not known.
    ///
    /// # Panics
    /// If the plan has no such resource.
    #[track_caller]
    pub fn after(&self, address: &str, attribute: &str) -> Json {
        self.change(address)["after"][attribute].clone()
    }

    /// Whether an attribute is known only after the apply.
    ///
    /// # Panics
    /// If the plan has no such resource.
    #[track_caller]
    pub fn is_unknown(&self, address: &str, attribute: &str) -> bool {
        self.change(address)["after_unknown"][attribute] == Json::Bool(true)
    }

    /// Checks that there is nothing to do.
    ///
    /// # Panics
    /// If there is something.
    #[track_caller]
    pub fn is_empty(&self) -> &Self {
        let changes: Vec<_> = self.changes().filter(|change| change["change"]["actions"] != serde_json::json!(["no-op"])).collect();
        assert!(self.run.code == Some(0) && changes.is_empty(), "the plan should be empty: {changes:#?}\n{}", self.run.told());
        self
    }

    /// What else it would take to replace: the attributes that ask for it.
    ///
    /// # Panics
    /// If the plan has no such resource.
    #[track_caller]
    pub fn replaced_by(&self, address: &str) -> Json {
        self.change(address)["replace_paths"].clone()
    }

    fn changes(&self) -> impl Iterator<Item = &Json> {
        self.json["resource_changes"].as_array().into_iter().flatten()
    }

    #[track_caller]
    fn change(&self, address: &str) -> &Json {
        let found = self.changes().find(|change| change["address"] == address);
        &found.unwrap_or_else(|| panic!("{address} is not in the plan: {:#?}", self.json["resource_changes"]))["change"]
    }
}
