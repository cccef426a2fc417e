//! Who may ask: whoever holds the admin token, which is made at the first start and kept in the data folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use hotswap_model::Digest;
use uuid::Uuid;

/// The admin token, as its digest: comparing digests tells nothing of the token by its timing.
#[derive(Clone)]
pub(crate) struct AdminToken(Digest);

impl AdminToken {
    /// Reads the token of this data folder, or makes one (readable by its owner alone).
    pub(crate) fn of_folder(folder: &Path) -> io::Result<Self> {
        let path = folder.join("admin.token");
        let token = match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => text.trim().to_owned(),
            Ok(_) => return Err(io::Error::other(format!("{} is empty; delete it to have a new token made", path.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path)?,
            Err(error) => return Err(error),
        };
        Ok(Self(Digest::of(token.as_bytes())))
    }

    /// Whether this `Authorization` header carries the token.
    pub(crate) fn allows(&self, authorization: Option<&str>) -> bool {
        authorization.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| Digest::of(token.trim().as_bytes()) == self.0)
    }
}

/// Whole or not at all: written beside its place, then moved there.
fn make(path: &Path) -> io::Result<String> {
    let token = format!("hst_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let beside = path.with_extension("token.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(token.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_token_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = AdminToken::of_folder(folder.path()).unwrap();
        let text = fs::read_to_string(folder.path().join("admin.token")).unwrap();
        let again = AdminToken::of_folder(folder.path()).unwrap();
        assert!(first.allows(Some(&format!("Bearer {text}"))) && again.allows(Some(&format!("Bearer {text}"))));
        assert_eq!(fs::metadata(folder.path().join("admin.token")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn anything_but_the_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let token = AdminToken::of_folder(folder.path()).unwrap();
        for header in [None, Some(""), Some("Bearer "), Some("Bearer wrong"), Some("Basic abc")] {
            assert!(!token.allows(header), "{header:?}");
        }
    }
}
