//! Conversion between the wire's types and the sdk's. Nothing is decided here.

mod diagnostic;
mod function;
mod identity;
mod path;
mod schema;
mod value;

pub(crate) use self::{
    diagnostic::diagnostics,
    function::{function_error, functions},
    identity::{identity, identity_of, identity_schema},
    path::path,
    schema::schema,
    value::{decode, decode_object, encode, encode_object},
};
