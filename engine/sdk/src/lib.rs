//! What a provider is: schemas, the traits of resources, list resources, data sources, ephemeral resources and functions, and what every
//! front end does with them the same way.
//!
//! A front end (Terraform's protocol, the native engine) calls the functions of [`validate`], [`plan`], [`apply`], [`state`], [`identity`] and
//! [`moved`], which call the traits' methods. No I/O, no runtime, no protocol here.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod apply;
mod data_source;
mod diagnostic;
mod ephemeral;
mod function;
pub mod identity;
mod list_resource;
pub mod moved;
mod operation;
pub mod plan;
mod provider;
mod resource;
mod review;
pub mod schema;
pub mod state;
mod stop;
pub mod validate;
pub mod validators;

pub use async_trait::async_trait;
pub use data_source::{DataSource, DataSourceReadRequest, DataSourceReadResponse};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use ephemeral::{EphemeralResource, OpenRequest, OpenResponse, RenewResponse};
pub use function::{Function, FunctionError, Parameter, Signature};
pub use hotswap_value as value;
pub use identity::{IdentityAttribute, IdentitySchema};
pub use list_resource::{Found, ListResource, Listed};
pub use operation::{Operation, Progress, Watcher};
pub use provider::{ConfigureRequest, Provider};
pub use resource::{
    ApplyResponse, CreateRequest, DeleteRequest, ImportRequest, ImportResponse, PlanRequest, PlanResponse, ReadRequest, ReadResponse,
    Resource, UpdateRequest,
};
pub use review::{Review, ReviewedChange};
pub use schema::{Attribute, Mode, Schema};
pub use stop::Stop;

#[cfg(test)]
mod test_thing;
