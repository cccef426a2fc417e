//! The platform as one principal has it. Every service is a method of this, so that none can be had without saying for whom; each
//! asks here whether the principal may, and finds tenants through it.

use std::ops::Deref;
use std::sync::Arc;

use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Action, Principal};
use hotswap_store::Tx;

use crate::Platform;
use crate::error::{self, Result};

/// A request in the name of a principal.
#[derive(Clone)]
pub(crate) struct Acting {
    pub(crate) platform: Arc<Platform>,
    pub(crate) principal: Principal,
}

impl Acting {
    /// Whether the principal may do this at all.
    pub(super) fn may(&self, action: Action) -> Result<()> {
        self.principal.may(action).map_err(|denied| {
            Problem::new(ErrorCode::Forbidden, denied.to_string()).hint("use a token of another role, or have one made (`POST /v1/tokens`)")
        })
    }
}

impl Acting {
    /// Begins to read what the principal sees. A database that can keeps the rest from the transaction, whatever is asked in it.
    pub(super) async fn read(&self) -> Result<Tx> {
        self.store.read_for(self.principal.tenant.as_ref().map(|(id, _)| id)).await.map_err(error::store)
    }

    /// As [`Acting::read`], to write.
    pub(super) async fn write(&self) -> Result<Tx> {
        self.store.write_for(self.principal.tenant.as_ref().map(|(id, _)| id)).await.map_err(error::store)
    }
}

impl Deref for Acting {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}
