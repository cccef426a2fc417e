//! Compiled code on disk, one file a component, and the proof that this host wrote it. A missing or bad entry is no
//! failure: the component is compiled again.

use std::fs::{self, OpenOptions, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hotswap_model::{Digest, Hasher};
use hotswap_runtime::RuntimeError;
use uuid::Uuid;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::precompiled;

const KEY: usize = 32;

/// The compiled code of one engine's settings.
pub(crate) struct CodeCache {
    folder: PathBuf,
    key: [u8; KEY],
}

impl CodeCache {
    /// The cache in this folder, made if it isn't there.
    pub(crate) fn open(root: &Path, engine: &Engine) -> Result<Self, RuntimeError> {
        let cannot = |what: &str, path: &Path, error: io::Error| RuntimeError::CannotStart {
            reason: format!("{what} {}: {error}; is it a folder this user may write to?", path.display()),
        };
        let mut settings = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut settings);
        let folder = root.join(format!("{:016x}", settings.finish()));
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .and_then(|()| fs::set_permissions(root, Permissions::from_mode(0o700)))
            .map_err(|error| cannot("the folder for compiled code can't be made", &folder, error))?;
        let path = root.join("host.key");
        let key = host_key(&path).map_err(|error| cannot("the key of compiled code can't be read or made", &path, error))?;
        Ok(Self { folder, key })
    }

    /// The component, if this host compiled it before with the same settings, and nothing changed since.
    pub(crate) fn load(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let path = self.code(digest);
        let told = fs::read_to_string(self.tag(digest)).ok()?;
        let found = match self.tag_of_file(digest, &path) {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%digest, %error, "compiled code can't be read; compiling again");
                return None;
            }
        };
        if told.trim() != found.to_string() {
            tracing::warn!(%digest, "compiled code is not as this host wrote it; compiling again");
            return None;
        }
        match precompiled::load(engine, &path) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::warn!(%digest, "compiled code does not load; compiling again: {error:#}");
                None
            }
        }
    }

    /// Keeps the compiled code of a component. Not being able to is no failure.
    pub(crate) fn store(&self, digest: &Digest, component: &Component) {
        let kept = component.serialize().map_err(io::Error::other).and_then(|code| {
            let mut content = Hasher::default();
            content.update(&code);
            let tag = self.tag_from(digest, content);
            replace(&self.code(digest), &code)?;
            replace(&self.tag(digest), tag.to_string().as_bytes())
        });
        if let Err(error) = kept {
            tracing::warn!(%digest, %error, folder = %self.folder.display(), "compiled code can't be kept");
        }
    }

    fn code(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{digest}.cwasm"))
    }

    fn tag(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{digest}.tag"))
    }

    fn tag_of_file(&self, digest: &Digest, path: &Path) -> io::Result<Digest> {
        let mut file = fs::File::open(path)?;
        let mut content = Hasher::default();
        let mut buffer = vec![0; 64 << 10];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(self.tag_from(digest, content)),
                count => content.update(&buffer[..count]),
            }
        }
    }

    /// What only a holder of the key can compute for this content under this name.
    fn tag_from(&self, digest: &Digest, content: Hasher) -> Digest {
        // Of fixed length, so nothing can be appended to what was hashed.
        let mut tag = Hasher::default();
        tag.update(&self.key);
        tag.update(digest.as_bytes());
        tag.update(content.finish().as_bytes());
        tag.finish()
    }
}

/// The key of this host, made on first use.
fn host_key(path: &Path) -> io::Result<[u8; KEY]> {
    if let Some(key) = read_key(path)? {
        return Ok(key);
    }
    let mut key = [0; KEY];
    key[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    key[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    let draft = draft_of(path);
    write_new(&draft, &key)?;
    // A link fails if another process was first, whose key is whole then, too.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_key(path)?.ok_or(error),
        Err(error) => Err(error),
    }
}

/// The key in this file; a file that holds none is removed.
fn read_key(path: &Path) -> io::Result<Option<[u8; KEY]>> {
    match fs::read(path) {
        Ok(bytes) => match bytes.try_into() {
            Ok(key) => Ok(Some(key)),
            Err(_) => fs::remove_file(path).map(|()| None),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn draft_of(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.tmp", Uuid::new_v4().simple()))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = draft_of(path);
    write_new(&draft, bytes).and_then(|()| fs::rename(&draft, path)).inspect_err(|_| drop(fs::remove_file(&draft)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_is_private_and_replaced_if_broken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("host.key");
        let key = host_key(&path).unwrap();
        assert_eq!(host_key(&path).unwrap(), key);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, b"short").unwrap();
        assert_ne!(host_key(&path).unwrap(), key);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
