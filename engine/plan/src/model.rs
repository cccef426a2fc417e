//! What a plan is: data, for people to read, for `apply` to carry out, and for a file between the two.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hotswap_lang::Val;
use hotswap_state::State;
use hotswap_value::{
    AttributePath, Value,
    address::{ResourceBlock, ResourceInstance, Target},
};
use serde::{Deserialize, Serialize};

/// What a plan is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// To bring what is to what the configuration says.
    #[default]
    Normal,
    /// To destroy everything.
    Destroy,
    /// To bring the state to what is, and change nothing else.
    RefreshOnly,
}

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it is for.
    pub mode: Mode,
    /// When it was made.
    pub timestamp: jiff::Timestamp,
    /// The root module's variables, as they were given, validated and converted. A plan read from a file has no ephemeral ones.
    pub variables: BTreeMap<Arc<str>, Val>,
    /// The same as they were given, before they were converted; what was not given is its default. For people and programs to see.
    pub given: BTreeMap<Arc<str>, Val>,
    /// The ephemeral variables that were given a value. A saved plan has none of their values: whoever applies it gives them again.
    pub ephemeral: BTreeSet<Arc<str>>,
    /// The state as it was read: what it must still be when the plan is applied.
    pub base: State,
    /// The state after refresh, moves and imports: what the changes start from.
    pub prior: State,
    /// The changes, in the order of their addresses; those that do nothing are among them.
    pub changes: Vec<ResourceChange>,
    /// What was found changed since the state was written.
    pub drift: Vec<ResourceChange>,
    /// The root module's outputs.
    pub outputs: BTreeMap<Arc<str>, OutputChange>,
    /// What became of the conditions.
    pub checks: Vec<CheckResult>,
    /// What it was limited to; nothing: no limit.
    pub targets: Vec<Target>,
    /// What was to be replaced by wish.
    pub replace: Vec<ResourceInstance>,
    /// What the providers have to say about it.
    pub notes: BTreeMap<String, Vec<String>>,
    /// What they have to say about it as a whole.
    pub summary: Vec<String>,
    /// Whether there were errors: such a plan can be looked at, not applied.
    pub errored: bool,
}

impl Plan {
    /// Whether applying it changes anything: objects, outputs, or what the state says. A plan with errors can't be applied, whatever it
    /// has.
    pub fn has_changes(&self) -> bool {
        let changes =
            self.changes.iter().any(|change| change.action != Action::NoOp || change.previous.is_some() || change.importing.is_some());
        let outputs = self.outputs.values().any(|output| output.action != Action::NoOp);
        let refreshed = self.mode == Mode::RefreshOnly && (!self.drift.is_empty() || self.prior.resources != self.base.resources);
        changes || outputs || refreshed
    }
}

/// What happens to one object.
#[derive(Debug, Clone)]
pub struct ResourceChange {
    /// The object.
    pub address: ResourceInstance,
    /// What it was called before, if it was moved.
    pub previous: Option<ResourceInstance>,
    /// Which left-over of a replacement it is, if it is one.
    pub deposed: Option<String>,
    /// Its provider, as the state has it: `provider["registry.terraform.io/hotswap/hotswap"]`.
    pub provider: String,
    /// What is done.
    pub action: Action,
    /// Why, where the values don't say it.
    pub reason: Option<Reason>,
    /// The object as it is, of the schema's type; null if there is none.
    pub before: Value,
    /// The object as it will be, unknown where that is not known; null if there will be none.
    pub after: Value,
    /// What of `before` is sensitive, by its schema or by what it was made of.
    pub before_sensitive: Vec<AttributePath>,
    /// What of `after` is sensitive.
    pub after_sensitive: Vec<AttributePath>,
    /// Whose change makes a replacement of it.
    pub replace_paths: Vec<AttributePath>,
    /// What the provider put aside.
    pub private: Vec<u8>,
    /// The id it is imported by, if it is.
    pub importing: Option<String>,
    /// What it depends on; kept in the state.
    pub dependencies: Vec<ResourceBlock>,
    /// Whether its replacement is made first; kept in the state.
    pub create_before_destroy: bool,
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Created.
    Create,
    /// A data source that can only be read while applying.
    Read,
    /// Changed in place.
    Update,
    /// Destroyed, then created.
    DeleteThenCreate,
    /// Created, then the old one destroyed.
    CreateThenDelete,
    /// Destroyed.
    Delete,
    /// Left alone and no longer managed.
    Forget,
}

/// Why something is done, where the values don't say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// It is tainted.
    ReplaceBecauseTainted,
    /// `-replace` asked for it.
    ReplaceByRequest,
    /// `replace_triggered_by`.
    ReplaceByTriggers,
    /// Attributes that can't be changed in place.
    ReplaceBecauseCannotUpdate,
    /// Its block is gone.
    DeleteBecauseNoResourceConfig,
    /// Its module's call is gone.
    DeleteBecauseNoModule,
    /// It has a key and the block has neither `count` nor `for_each`, or the other way round.
    DeleteBecauseWrongRepetition,
    /// Its number is beyond `count`.
    DeleteBecauseCountIndex,
    /// Its key is not in `for_each`.
    DeleteBecauseEachKey,
    /// It was moved to where nothing is.
    DeleteBecauseNoMoveTarget,
    /// A data source whose configuration is not known yet.
    ReadBecauseConfigUnknown,
    /// A data source that depends on something that changes.
    ReadBecauseDependencyPending,
}

/// What becomes of an output of the root module.
#[derive(Debug, Clone)]
pub struct OutputChange {
    /// Created, updated, deleted or nothing.
    pub action: Action,
    /// Its value in the state; null if it has none.
    pub before: Val,
    /// Its value afterwards.
    pub after: Val,
    /// Whether it is declared sensitive.
    pub sensitive: bool,
}

/// What became of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// What has the condition: `var.size`, `output.url`, `check.health`, `hotswap_tenant.t`.
    pub object: String,
    /// What became of it.
    pub status: CheckStatus,
    /// What it says, if it failed.
    pub messages: Vec<String>,
}

/// How a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckStatus {
    /// It holds.
    Pass,
    /// It doesn't.
    Fail,
    /// It could not be evaluated.
    Error,
    /// It depends on what is not known yet.
    Unknown,
}
