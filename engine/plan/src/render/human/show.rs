//! A state as text: its objects, then its outputs.

use std::fmt::Write as _;

use hotswap_state::{Object, Output, State};
use hotswap_value::{AttributePath, address::ResourceInstance, json};

use super::{
    Schemas, change, compare, order,
    pair::Pair,
    style::Painter,
    write::{Manner, Writer},
};
use crate::render::sensitive;

/// The whole state.
pub(super) fn state(state: &State, schemas: &dyn Schemas, painter: Painter) -> String {
    if state.is_empty() {
        return "The state is empty: nothing is managed.\n".to_owned();
    }
    let mut instances: Vec<_> = state.iter().collect();
    instances.sort_by(|(a, _), (b, _)| order::by_address(a, b));
    let mut out = String::new();
    for (address, instance) in instances {
        let current = instance.current.iter().map(|object| (None, object));
        let deposed = instance.deposed.iter().map(|(key, object)| (Some(key.as_str()), object));
        for (deposed, object) in current.chain(deposed) {
            _ = writeln!(out, "{}", self::object(&address, deposed, object, schemas, painter));
        }
    }
    if !state.outputs.is_empty() {
        _ = write!(out, "\nOutputs:\n\n{}", outputs(state, painter));
    }
    out
}

fn object(address: &ResourceInstance, deposed: Option<&str>, object: &Object, schemas: &dyn Schemas, painter: Painter) -> String {
    let tainted = if object.status == hotswap_state::Status::Tainted { " (tainted)" } else { "" };
    let deposed = deposed.map(|key| format!(" (deposed object {key})")).unwrap_or_default();
    let mut out = format!("# {address}:{tainted}{deposed}\n");
    let resource = &address.resource;
    let schema = schemas.schema(resource.mode, &resource.ty);
    let text = object.attributes.as_str();
    let value = match schema {
        Some(schema) => json::decode_lenient(text.as_bytes(), &schema.ty()).or_else(|_| json::from_text(text)),
        None => json::from_text(text),
    };
    let value = value.unwrap_or_default();
    let mut hidden: Vec<AttributePath> = object.sensitive_attributes.clone();
    hidden.extend(schema.into_iter().flat_map(|schema| sensitive::by_schema(schema, &value)));
    let pair = Pair::new(&value, &value).sensitive(&hidden, &hidden);
    let text = Writer { painter }.node(&change::whole(schema, &pair), 0, Manner::STILL);
    _ = writeln!(out, "{} \"{}\" \"{}\" {text}", change::kind(resource.mode), resource.ty, resource.name);
    out
}

/// The outputs, a name each; a sensitive one says only that.
fn outputs(state: &State, painter: Painter) -> String {
    let writer = Writer { painter };
    let line = |(name, output): (&String, &Output)| format!("{name} = {}\n", output_text(output, &writer));
    state.outputs.iter().map(line).collect()
}

fn output_text(output: &Output, writer: &Writer) -> String {
    if output.sensitive {
        return "(sensitive value)".to_owned();
    }
    let pair = Pair { before: Some(&output.value), after: Some(&output.value), ..Pair::default() };
    writer.node(&compare::by_type(&output.ty, &pair), 0, Manner::STILL)
}
