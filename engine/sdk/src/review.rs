//! What a provider has to say about a plan as a whole, once every change in it is known. Only our own front end asks: Terraform's
//! protocol has no such call, so nothing that must be refused may depend on it.

use std::collections::BTreeMap;

use hotswap_value::Value;

use crate::Diagnostics;

/// One change of the plan.
#[derive(Debug, Clone)]
pub struct ReviewedChange {
    /// The object's address, as in `hotswap_deployment.hello`.
    pub address: String,
    /// Its type.
    pub ty: String,
    /// The object as it is; `None` if it is to be created.
    pub before: Option<Value>,
    /// The object as it will be, unknown where that is not known; `None` if it is to be destroyed.
    pub after: Option<Value>,
}

/// What is to be told beside the plan.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// Lines to show under a change, by its address.
    pub notes: BTreeMap<String, Vec<String>>,
    /// Lines to show under the plan as a whole.
    pub summary: Vec<String>,
    /// Errors and warnings; an error makes the plan one that can't be applied.
    pub diagnostics: Diagnostics,
}
