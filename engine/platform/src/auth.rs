//! Who asks: whoever holds the administrator's token, which is made at the first start and kept in the data folder, or a token
//! that was made through the API. Only digests of tokens are kept and compared, which tells nothing of a token by its timing.

use std::io;
use std::path::Path;

use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Digest, Principal, TokenStatus};
use uuid::Uuid;

use crate::error::{self, Result};
use crate::{Platform, clock, private};

/// The administrator's token, as its digest.
#[derive(Clone)]
pub(crate) struct AdminToken(Digest);

impl AdminToken {
    /// Reads the token of this data folder, or makes one (readable by its owner alone).
    pub(crate) fn of_folder(folder: &Path) -> io::Result<Self> {
        let token = private::read_or_make(&folder.join("admin.token"), || Ok(new_value()))?;
        Ok(Self(Digest::of(token.as_bytes())))
    }
}

/// A value for a new token: 244 random bits.
pub(crate) fn new_value() -> String {
    format!("hst_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

impl Platform {
    /// Who sends a request with this `Authorization` header.
    pub(crate) async fn authenticate(&self, authorization: Option<&str>) -> Result<Principal> {
        let Some(header) = authorization else { return Err(unauthorized("the request has no token")) };
        let Some(token) = header.strip_prefix("Bearer ") else { return Err(unauthorized("the request's token is no bearer token")) };
        let digest = Digest::of(token.trim().as_bytes());
        if digest == self.token.0 {
            return Ok(Principal::administrator());
        }
        let mut tx = self.store.read().await.map_err(error::store)?;
        let Some(found) = tx.token_by_digest(&digest).await.map_err(error::store)? else {
            return Err(unauthorized("the token is not this server's"));
        };
        match (found.status(clock::now()), found.expires_at) {
            (TokenStatus::Active, _) => Ok(Principal { token: Some(found.id), role: found.role, tenant: found.tenant }),
            (TokenStatus::Expired, Some(end)) => Err(ended(&format!("the token {} expired at {end}", found.id))),
            _ => Err(ended(&format!("the token {} was revoked", found.id))),
        }
    }
}

fn ended(detail: &str) -> Problem {
    Problem::new(ErrorCode::TokenEnded, detail).hint("have a new one made, and renew tokens before they expire")
}

fn unauthorized(detail: &str) -> Problem {
    Problem::new(ErrorCode::Unauthorized, detail)
        .hint("send `Authorization: Bearer TOKEN`; the token is in the file `admin.token` in the server's data folder, or in HOTSWAP_TOKEN")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_token_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = AdminToken::of_folder(folder.path()).unwrap();
        let text = fs::read_to_string(folder.path().join("admin.token")).unwrap();
        let again = AdminToken::of_folder(folder.path()).unwrap();
        assert!(first.0 == Digest::of(text.as_bytes()) && again.0 == first.0);
        assert_eq!(fs::metadata(folder.path().join("admin.token")).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(folder.path().join("admin.token"), " \n").unwrap();
        assert!(AdminToken::of_folder(folder.path()).err().unwrap().to_string().contains("is empty"));
    }
}
