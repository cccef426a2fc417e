//! Managed resources: the requests and responses of their life, and the trait that answers them.

use async_trait::async_trait;
use hotswap_value::{AttributePath, Value};

use crate::{Diagnostic, Diagnostics, IdentitySchema, Operation, Schema};

/// What should become of an object; asked again, in another process, right before it is applied.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The object as last seen; `None` if it is to be created.
    pub prior: Option<Value>,
    /// The configuration as written: null where nothing is said, unknown where not known yet, write-only values included.
    pub config: Value,
    /// The schema's own idea of the result: configuration, else default, else the prior value, else (computed, and nothing prior) unknown.
    /// Equal to `prior` if nothing would change. Write-only values are null.
    pub proposed: Value,
    /// What the last apply or read put aside.
    pub private: Vec<u8>,
}

impl PlanRequest {
    /// Whether the object is to be created.
    pub fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Whether the configuration asks for anything else than what there is. True on create.
    pub fn is_change(&self) -> bool {
        self.prior.as_ref() != Some(&self.proposed)
    }

    /// The prior value of an attribute; null on create.
    pub fn prior_attribute(&self, name: &str) -> &Value {
        static NULL: Value = Value::Null;
        self.prior.as_ref().map_or(&NULL, |prior| prior.get(name))
    }

    /// Whether an attribute is proposed to be other than it was. On create: whether it is set or unknown.
    pub fn changes(&self, name: &str) -> bool {
        self.prior_attribute(name) != self.proposed.get(name)
    }
}

/// The plan for one object.
#[derive(Debug, Clone, Default)]
pub struct PlanResponse {
    /// What it will be. Where the configuration or a default says something, exactly that (or the prior value, if it means the same).
    pub planned: Value,
    /// Attributes whose change can't be made in place, beyond those the schema flags.
    pub requires_replace: Vec<AttributePath>,
    /// Handed to apply, and kept with the object.
    pub private: Vec<u8>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// The plan that takes the proposal as it is.
impl From<PlanRequest> for PlanResponse {
    fn from(request: PlanRequest) -> Self {
        Self { planned: request.proposed, private: request.private, ..Self::default() }
    }
}

/// An object to create.
#[derive(Debug, Clone)]
pub struct CreateRequest {
    /// The plan; unknown where the provider decides.
    pub planned: Value,
    /// The configuration, with write-only values.
    pub config: Value,
    /// What the plan put aside.
    pub private: Vec<u8>,
    /// The operation this is.
    pub operation: Operation,
}

/// An object to change in place.
#[derive(Debug, Clone)]
pub struct UpdateRequest {
    /// The object as last seen.
    pub prior: Value,
    /// The plan; unknown where the provider decides.
    pub planned: Value,
    /// The configuration, with write-only values.
    pub config: Value,
    /// What the plan put aside.
    pub private: Vec<u8>,
    /// The operation this is.
    pub operation: Operation,
}

/// What became of a create or an update.
#[derive(Debug, Clone, Default)]
pub struct ApplyResponse {
    /// The object as it is now. On success everything known and as planned. With errors, what does exist: `None` after a create means
    /// nothing does (otherwise the object becomes tainted), `None` after an update means it is as it was.
    pub state: Option<Value>,
    /// Kept with the object.
    pub private: Vec<u8>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

impl From<Value> for ApplyResponse {
    fn from(state: Value) -> Self {
        Self { state: Some(state), ..Self::default() }
    }
}

impl From<Diagnostics> for ApplyResponse {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

/// An object to read afresh.
#[derive(Debug, Clone)]
pub struct ReadRequest {
    /// The object as last seen. After an import, only what import returned.
    pub state: Value,
    /// What was put aside with it.
    pub private: Vec<u8>,
}

/// The object as it is.
#[derive(Debug, Clone, Default)]
pub struct ReadResponse {
    /// The whole object; `None` if it is gone.
    pub state: Option<Value>,
    /// Kept with the object.
    pub private: Vec<u8>,
    /// Errors and warnings. With errors, what was last seen stays.
    pub diagnostics: Diagnostics,
}

/// An object to delete.
#[derive(Debug, Clone)]
pub struct DeleteRequest {
    /// The object as last seen.
    pub prior: Value,
    /// What was put aside with it.
    pub private: Vec<u8>,
    /// The operation this is.
    pub operation: Operation,
}

/// An existing object to take under management.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// What the user gave to name it.
    pub id: String,
}

/// What is known of an imported object: enough for `read` to find it.
#[derive(Debug, Clone, Default)]
pub struct ImportResponse {
    /// The object, at least what identifies it; `None` with errors.
    pub state: Option<Value>,
    /// Kept with the object.
    pub private: Vec<u8>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// A managed resource type.
///
/// Validation, planning and applying run in different processes: nothing may be kept in memory from one to the next.
#[async_trait]
pub trait Resource: Send + Sync {
    /// The schema of the resource block.
    fn schema(&self) -> &Schema;

    /// What tells such an object from every other one; `None` if there is nothing but its import id.
    fn identity_schema(&self) -> Option<&IdentitySchema> {
        None
    }

    /// Whether a front end should write its state as soon as such an object has changed, instead of with the next batch: what took
    /// long to make, or can't be found again by its name.
    fn is_written_at_once(&self) -> bool {
        false
    }

    /// Checks a configuration beyond its schema. Parts may be unknown; the provider may not be configured.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Decides what a create or update will lead to, changing nothing. Not called for a destroy.
    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        request.into()
    }

    /// Creates the object.
    async fn create(&self, request: CreateRequest) -> ApplyResponse;

    /// Reads the object.
    async fn read(&self, request: ReadRequest) -> ReadResponse;

    /// Changes the object in place. Never called if every change requires replacement.
    async fn update(&self, request: UpdateRequest) -> ApplyResponse;

    /// Deletes the object. Success if it is already gone; with errors it stays under management.
    async fn delete(&self, request: DeleteRequest) -> Diagnostics;

    /// Finds an existing object by what the user calls it.
    async fn import(&self, request: ImportRequest) -> ImportResponse;

    /// Brings state written under an older version of the schema, as JSON text, to the present one.
    async fn upgrade_state(&self, version: i64, _state: &str) -> Result<Value, Diagnostics> {
        let now = self.schema().version;
        let detail = format!(
            "The state was written under schema version {version}, the provider has version {now} and no way from one to the other."
        );
        Err(Diagnostic::error("State can't be upgraded", detail).into())
    }
}
