//! The data sources: what there is, read and never changed. Their attributes are those of the resources, and live figures.

mod deployment;
mod plugin;
mod plugin_version;
mod plugins;
mod resolution;
mod tenant;

use std::collections::BTreeMap;
use std::sync::Arc;

use hotswap_sdk::schema::Kind;
use hotswap_sdk::{Attribute, DataSource, Mode, Schema};

use crate::connection::Connection;

pub(crate) use plugins::{search, with_search};

/// All of them by name.
pub(crate) fn all(connection: &Arc<Connection>) -> BTreeMap<String, Arc<dyn DataSource>> {
    BTreeMap::from([
        ("hotswap_deployment".to_owned(), deployment::data_source(connection.clone())),
        ("hotswap_plugin".to_owned(), plugin::data_source(connection.clone())),
        ("hotswap_plugin_version".to_owned(), plugin_version::data_source(connection.clone())),
        ("hotswap_plugins".to_owned(), plugins::data_source(connection.clone())),
        ("hotswap_resolution".to_owned(), resolution::data_source(connection.clone())),
        ("hotswap_tenant".to_owned(), tenant::data_source(connection.clone())),
    ])
}

/// The attributes of a resource as things that are only read, but for those that say which one is meant.
fn read_only(schema: Schema, keys: &[&str], without: &[&str]) -> BTreeMap<String, Attribute> {
    let attributes = schema.attributes.into_iter().filter(|(name, _)| !without.contains(&name.as_str()));
    attributes
        .map(|(name, attribute)| {
            let is_key = keys.contains(&name.as_str());
            let attribute = if is_key { Attribute { requires_replace: false, ..attribute } } else { computed(attribute) };
            (name, attribute)
        })
        .collect()
}

fn computed(attribute: Attribute) -> Attribute {
    let kind = match attribute.kind {
        Kind::Plain(ty) => Kind::Plain(ty),
        Kind::Nested(nesting, attributes) => {
            Kind::Nested(nesting, attributes.into_iter().map(|(name, nested)| (name, computed(nested))).collect())
        }
    };
    Attribute { kind, mode: Mode::Computed, default: None, requires_replace: false, validators: Vec::new(), ..attribute }
}
