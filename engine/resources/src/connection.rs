//! What the types of one provider share: the client, once the provider is configured, and the user's wish to stop.

use std::sync::OnceLock;

use hotswap_client::Client;
use hotswap_sdk::{Diagnostic, Diagnostics, Operation, Stop};
use hotswap_value::Value;

use crate::timeouts::{self, Limited};

/// The way to the server.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    client: OnceLock<Client>,
    /// Asked for when the user wants to stop.
    pub(crate) stop: Stop,
}

impl Connection {
    /// The client; absent while the provider's configuration is not known, which at plan time is no error.
    pub(crate) fn client(&self) -> Option<&Client> {
        self.client.get()
    }

    /// The client, where nothing can be done without.
    pub(crate) fn require(&self) -> Result<&Client, Diagnostics> {
        self.client().ok_or_else(|| {
            let detail = "The provider's `endpoint` or `token` is not known yet, so there is no server to ask. Apply what they depend on first, \
                          for example with `-target`.";
            Diagnostic::error("Provider is not configured", detail).into()
        })
    }

    /// The client for one operation: what it changes is changed once, however often the operation is repeated, and it takes no longer
    /// than the block says.
    pub(crate) fn during(&self, operation: &Operation, block: &Value, limited: Limited) -> Result<Client, Diagnostics> {
        let client = self.within(block, limited)?;
        Ok(operation.key.as_ref().map_or_else(|| client.clone(), |key| client.with_key(key)))
    }

    /// The client for an operation that changes nothing, for no longer than the block says.
    pub(crate) fn within(&self, block: &Value, limited: Limited) -> Result<Client, Diagnostics> {
        let client = self.require()?;
        Ok(timeouts::limit(block, limited).map_or_else(|| client.clone(), |limit| client.within(limit)))
    }

    /// Takes the client of a configured provider.
    pub(crate) fn connect(&self, client: Client) {
        // A process is configured once, unless it is kept between runs for debugging; then the first client stays.
        if self.client.set(client).is_err()
            && let Some(client) = self.client.get()
        {
            client.begin_run();
        }
    }
}
