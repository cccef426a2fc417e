//! The list resources: what exists on the platform, for `terraform query` and for imports of many at once.

mod deployment;
mod plugin;
mod plugin_version;
mod tenant;

use std::collections::BTreeMap;
use std::sync::Arc;

use hotswap_client::Pages;
use hotswap_sdk::{Diagnostics, Found, ListResource, Listed};
use serde::de::DeserializeOwned;

use crate::connection::Connection;
use crate::diagnose::client_error;

/// All of them by name.
pub(crate) fn all(connection: &Arc<Connection>) -> BTreeMap<String, Arc<dyn ListResource>> {
    BTreeMap::from([
        ("hotswap_deployment".to_owned(), deployment::list_resource(connection.clone())),
        ("hotswap_plugin".to_owned(), plugin::list_resource(connection.clone())),
        ("hotswap_plugin_version".to_owned(), plugin_version::list_resource(connection.clone())),
        ("hotswap_tenant".to_owned(), tenant::list_resource(connection.clone())),
    ])
}

/// Tells what is on the pages. A page is only asked for while more is wanted.
async fn tell<T: DeserializeOwned>(mut pages: Pages<T>, found: &Found, listed: impl Fn(&T) -> Listed) -> Diagnostics {
    loop {
        match pages.next().await {
            Ok(Some(page)) => {
                for item in &page {
                    if found.tell(listed(item)).await.is_break() {
                        return Diagnostics::new();
                    }
                }
            }
            Ok(None) => return Diagnostics::new(),
            Err(error) => return client_error(&error),
        }
    }
}
