//! What only its owner may read: the data folder, and the small files in it with the administrator's token and the master key.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Makes the data folder, its owner's alone. One that is there stays as open as it is: who shares it may mean to.
///
/// # Errors
/// If it cannot be made, or is no folder.
pub fn make_data_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// What the file holds; if it is not there, what `make` gives, which it holds from then on.
pub(crate) fn read_or_make(path: &Path, make: impl FnOnce() -> io::Result<String>) -> io::Result<String> {
    match fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Ok(_) => Err(io::Error::other(format!("{} is empty; put back what it held, or delete it to have it made anew", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = make()?;
            write(path, &text)?;
            Ok(text)
        }
        Err(error) => Err(error),
    }
}

/// Whole or not at all: written beside its place, then moved there.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_that_is_made_is_its_owners_alone_and_one_that_is_there_stays() {
        let place = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let made = place.path().join("a/b");
        make_data_dir(&made).unwrap();
        assert_eq!((mode(&made), mode(&place.path().join("a"))), (0o700, 0o700));
        fs::set_permissions(&made, fs::Permissions::from_mode(0o750)).unwrap();
        make_data_dir(&made).unwrap();
        assert_eq!(mode(&made), 0o750);
    }
}
