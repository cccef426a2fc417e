//! What a case does and what is expected of it: `case.toml`.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value as Json;

/// A case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What it shows, in a sentence.
    pub shows: String,
    /// Words that must be in nothing that is said or written: no plan, no state, no event.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// What is done, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step: something happens past both front ends, the configuration changes, a command runs, and so it ends.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// Why the step is there.
    pub why: String,
    /// Done to the platform's API first.
    pub api: Vec<ApiCall>,
    /// The folder whose files replace the configuration; none: it stays.
    pub files: Option<String>,
    /// The command and its arguments. `apply` and `destroy` are planned into a file, which is looked at and then applied; arguments
    /// go to the plan.
    pub run: Vec<String>,
    /// Arguments for applying what was planned: values of ephemeral variables, which a plan does not keep.
    pub again: Vec<String>,
    /// How it must end; for `apply` and `destroy` of the first command that fails.
    pub exit: i32,
    /// What the plan must do: address to `create`, `update`, `delete`, `delete create`, `create delete`, `read`, `forget`. What it leaves
    /// alone is left out.
    pub actions: BTreeMap<String, String>,
    /// The outputs afterwards, if they matter.
    pub outputs: Option<BTreeMap<String, Json>>,
    /// Words that must be among the errors and warnings.
    pub says: Vec<String>,
    /// Whether a plan is empty afterwards, in both front ends. True unless said otherwise, where a step applies and does not fail.
    pub settled: Option<bool>,
}

/// A change past both front ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiCall {
    /// `GET`, `PATCH`, `DELETE`, …
    pub method: String,
    /// Under `/v1`.
    pub path: String,
    /// What is sent.
    #[serde(default)]
    pub body: Json,
}

impl Script {
    /// Reads a case.
    ///
    /// # Panics
    /// If there is none of that name, or if it can't be read.
    pub fn read(name: &str) -> Self {
        let path = super::folder().join(name).join("case.toml");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

impl Step {
    /// Whether it changes what is there.
    pub(crate) fn applies(&self) -> bool {
        matches!(self.run.first().map(String::as_str), Some("apply" | "destroy"))
    }

    /// Whether a plan must be empty afterwards.
    pub(crate) fn is_settled(&self) -> bool {
        self.settled.unwrap_or(self.run.first().is_some_and(|command| command == "apply") && self.exit == 0)
    }
}
