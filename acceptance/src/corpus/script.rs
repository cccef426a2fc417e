//! What a case does and what is expected of it: `case.toml`.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value as Json;

use super::deed::{Deed, Event, Seen};

/// A case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What it shows, in a sentence.
    pub shows: String,
    /// Words that must be in nothing that is said or written: no plan, no state, no event.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Whether it needs a server of its own, because it stops it.
    #[serde(default)]
    pub own_server: bool,
    /// What is done, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step: something happens past both front ends, the configuration changes, a command runs, and so it ends.
///
/// In arguments and in `env`, `<endpoint>` and `<token>` are those of the server, `<second endpoint>` and `<second token>` those of
/// another one, `<dead endpoint>` is where nothing listens, and `<GET /v1/… /pointer>` is what the API has there.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// Why the step is there.
    pub why: String,
    /// Done first, past the front end.
    pub before: Deed,
    /// The folder whose files replace the configuration; none: it stays.
    pub files: Option<String>,
    /// Whether this happens in the second working folder, which has a state of its own.
    pub second: bool,
    /// Variables of the environment, for this step.
    pub env: BTreeMap<String, String>,
    /// The command and its arguments. `apply` and `destroy` are planned into a file, which is looked at and then applied; arguments
    /// go to the plan.
    pub run: Vec<String>,
    /// Arguments for applying what was planned: values of ephemeral variables, which a plan does not keep.
    pub again: Vec<String>,
    /// Done between the plan and its apply.
    pub between: Deed,
    /// Done while the apply goes on, in order, each as soon as its sign is seen.
    pub during: Vec<Event>,
    /// Visitors of a deployment while all of it happens.
    pub load: Option<Load>,
    /// How it must end; for `apply` and `destroy` of the first command that fails.
    pub exit: i32,
    /// What the plan must do: address to `create`, `update`, `delete`, `delete create`, `create delete`, `read`, `forget`. What it leaves
    /// alone is left out.
    pub actions: BTreeMap<String, String>,
    /// Why the front ends plan it differently, if they do: only how it ends and what is there afterwards is compared then.
    pub plans_differ: Option<String>,
    /// The outputs afterwards, if they matter.
    pub outputs: Option<BTreeMap<String, Json>>,
    /// Words that must be among the errors and warnings.
    pub says: Vec<String>,
    /// What the API must have afterwards.
    pub there: Vec<Seen>,
    /// What a visitor of `TENANT/DEPLOYMENT` must be told afterwards: a text, or a status.
    pub serves: BTreeMap<String, Json>,
    /// Addresses of which the state keeps an object that is to go, since something failed before its turn came.
    pub deposed: Vec<String>,
    /// Whether a plan is empty afterwards, in both front ends. True unless said otherwise, where a step applies and does not fail.
    pub settled: Option<bool>,
}

/// Visitors, and what they may be told. What is not among it was dropped.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Whom they visit: `TENANT/DEPLOYMENT`.
    pub of: String,
    /// Good answers. Each must have been heard.
    pub answers: Vec<String>,
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
