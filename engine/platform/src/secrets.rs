//! Sealing secrets: AES-256-GCM under a key of their own, which is sealed under the master key. The master key is never in the
//! database: who has the one without the other has nothing.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hotswap_model::{DeploymentId, Digest, SecretId, Secrets, Timestamp};
use hotswap_store::SealedSecret;

use crate::private;

/// Bytes of every key.
const KEY_LEN: usize = 32;

/// Where the key comes from that all secrets are sealed under.
#[derive(Clone, Default)]
pub enum MasterKeySource {
    /// The file `master.key` in the data folder, made at the first start.
    #[default]
    DataDir,
    /// This file, which must be there.
    File(PathBuf),
    /// The key itself: 32 bytes in Base64.
    Given(String),
}

impl fmt::Debug for MasterKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DataDir => f.write_str("DataDir"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Given(_) => f.write_str("Given(…)"),
        }
    }
}

/// Why there is no usable master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Its file cannot be read or made.
    #[error("the file {} of the master key cannot be used: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was found is no key.
    #[error("{origin} is no master key: that is 32 bytes in Base64, as `openssl rand -base64 32` gives them")]
    Malformed {
        /// Where it came from.
        origin: String,
    },
    /// There are secrets that another key sealed.
    #[error(
        "the secrets in the database are sealed under the master key {wanted}, and {origin} is {found}; start with that key: HOTSWAP_MASTER_KEY, `--master-key-file`, or the file `master.key` in the data folder"
    )]
    Other {
        /// The fingerprint of the key that sealed them.
        wanted: String,
        /// The fingerprint of the key that was given.
        found: String,
        /// Where it came from.
        origin: String,
    },
}

/// Secrets that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("its secrets cannot be opened: {0}")]
pub(crate) struct CannotOpen(&'static str);

/// The key that all keys of secrets are sealed under.
pub(crate) struct MasterKey {
    key: RandomizedNonceKey,
    fingerprint: String,
    origin: String,
}

impl MasterKey {
    /// Reads the key, or makes the one of a new data folder.
    pub(crate) fn load(source: &MasterKeySource, folder: &Path) -> Result<Self, MasterKeyError> {
        let read = |path: &Path, text: io::Result<String>| {
            let text = text.map_err(|source| MasterKeyError::Unreadable { path: path.to_owned(), source })?;
            Self::parse(&text, path.display().to_string())
        };
        match source {
            MasterKeySource::Given(text) => Self::parse(text, "HOTSWAP_MASTER_KEY".into()),
            MasterKeySource::File(path) => read(path, fs::read_to_string(path)),
            MasterKeySource::DataDir => {
                let path = folder.join("master.key");
                read(&path, private::read_or_make(&path, || random_key().map(|key| BASE64.encode(key))))
            }
        }
    }

    fn parse(text: &str, origin: String) -> Result<Self, MasterKeyError> {
        let bytes = BASE64.decode(text.trim()).ok().filter(|bytes| bytes.len() == KEY_LEN);
        let key = bytes.as_ref().and_then(|bytes| RandomizedNonceKey::new(&AES_256_GCM, bytes).ok());
        match (bytes, key) {
            (Some(bytes), Some(key)) => Ok(Self { key, fingerprint: fingerprint(&bytes), origin }),
            _ => Err(MasterKeyError::Malformed { origin }),
        }
    }

    /// Checks that it opens what is kept: `sealed_under` are the fingerprints of the keys that sealed it.
    pub(crate) fn check(&self, sealed_under: &[String]) -> Result<(), MasterKeyError> {
        match sealed_under.iter().find(|sealed| **sealed != self.fingerprint) {
            Some(wanted) => {
                Err(MasterKeyError::Other { wanted: wanted.clone(), found: self.fingerprint.clone(), origin: self.origin.clone() })
            }
            None => Ok(()),
        }
    }

    /// Seals the secrets of a deployment.
    pub(crate) fn seal(
        &self,
        id: SecretId,
        deployment: &DeploymentId,
        version: u64,
        secrets: &Secrets,
        now: Timestamp,
    ) -> io::Result<SealedSecret> {
        let own = random_key()?;
        let bound = binding(&id, deployment);
        let values = serde_json::to_vec(secrets)?;
        let sealed = seal(&RandomizedNonceKey::new(&AES_256_GCM, &own).map_err(failed)?, &bound, values)?;
        Ok(SealedSecret {
            sealed_key: seal(&self.key, &bound, own.to_vec())?,
            sealed,
            names: secrets.names().map(str::to_owned).collect(),
            master_key: self.fingerprint.clone(),
            deployment_id: deployment.clone(),
            created_at: now,
            version,
            id,
        })
    }

    /// Opens secrets. Fails on what another key sealed, and on what was sealed for another deployment or is damaged.
    pub(crate) fn open(&self, secret: &SealedSecret) -> Result<Secrets, CannotOpen> {
        if secret.master_key != self.fingerprint {
            return Err(CannotOpen("another master key sealed them"));
        }
        let damaged = || CannotOpen("they are damaged; send them again under another `secrets_version`");
        let bound = binding(&secret.id, &secret.deployment_id);
        let own = open(&self.key, &bound, &secret.sealed_key).ok_or_else(damaged)?;
        let own = RandomizedNonceKey::new(&AES_256_GCM, &own).map_err(|_| damaged())?;
        let values = open(&own, &bound, &secret.sealed).ok_or_else(damaged)?;
        serde_json::from_slice(&values).map_err(|_| damaged())
    }
}

/// What sealed bytes are bound to: they open nowhere else.
fn binding(id: &SecretId, deployment: &DeploymentId) -> String {
    format!("hotswap secret 1\n{id}\n{deployment}")
}

/// Names a key without telling it.
fn fingerprint(key: &[u8]) -> String {
    let digest = Digest::of(&[b"hotswap master key 1\n", key].concat()).to_string();
    digest.chars().take(16).collect()
}

fn random_key() -> io::Result<[u8; KEY_LEN]> {
    let mut key = [0; KEY_LEN];
    rand::fill(&mut key).map_err(failed)?;
    Ok(key)
}

fn failed(_: aws_lc_rs::error::Unspecified) -> io::Error {
    io::Error::other("the cipher failed")
}

/// Nonce, then what is sealed with its tag; in Base64.
fn seal(key: &RandomizedNonceKey, bound: &str, mut bytes: Vec<u8>) -> io::Result<String> {
    let nonce = key.seal_in_place_append_tag(Aad::from(bound.as_bytes()), &mut bytes).map_err(failed)?;
    Ok(BASE64.encode([nonce.as_ref().as_slice(), &bytes].concat()))
}

fn open(key: &RandomizedNonceKey, bound: &str, sealed: &str) -> Option<Vec<u8>> {
    let mut bytes = BASE64.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    key.open_in_place(nonce, Aad::from(bound.as_bytes()), sealed).ok().map(|opened| opened.to_vec())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const ONE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const OTHER: &str = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn key(text: &str) -> MasterKey {
        MasterKey::load(&MasterKeySource::Given(text.into()), Path::new("/nowhere")).unwrap()
    }

    fn secrets() -> Secrets {
        serde_json::from_str(r#"{"password":"correct horse battery staple"}"#).unwrap()
    }

    fn sealed(key: &MasterKey) -> SealedSecret {
        key.seal("sec_1".parse().unwrap(), &"dep_1".parse().unwrap(), 1, &secrets(), Timestamp::from_micros(0)).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_under_its_key_and_shows_nothing_but_names() {
        let sealed = sealed(&key(ONE));
        assert_eq!(sealed.names, ["password"]);
        let shown = format!("{sealed:?}{:?}", BASE64.decode(&sealed.sealed).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
        assert!(!shown.contains("horse"), "{shown}");
        assert_eq!(key(ONE).open(&sealed).unwrap(), secrets());
        assert_ne!(super::tests::sealed(&key(ONE)).sealed, sealed.sealed, "never sealed the same twice");
    }

    #[test]
    fn nothing_opens_under_another_key_or_in_another_place() {
        let sealed = sealed(&key(ONE));
        assert!(key(OTHER).open(&sealed).unwrap_err().to_string().contains("another master key"));
        let claimed = SealedSecret { master_key: key(OTHER).fingerprint, ..sealed.clone() };
        assert!(key(OTHER).open(&claimed).unwrap_err().to_string().contains("damaged"));
        let moved = SealedSecret { deployment_id: "dep_2".parse().unwrap(), ..sealed.clone() };
        assert!(key(ONE).open(&moved).is_err());
        let mut flipped = BASE64.decode(&sealed.sealed).unwrap();
        *flipped.last_mut().unwrap() ^= 1;
        for damaged in [BASE64.encode(flipped), "AAAA".into(), "?".into(), String::new()] {
            assert!(key(ONE).open(&SealedSecret { sealed: damaged, ..sealed.clone() }).is_err());
        }
    }

    #[test]
    fn the_key_of_a_folder_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = MasterKey::load(&MasterKeySource::DataDir, folder.path()).unwrap();
        let again = MasterKey::load(&MasterKeySource::DataDir, folder.path()).unwrap();
        assert_eq!(again.open(&sealed(&first)).unwrap(), secrets());
        let path = folder.path().join("master.key");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let by_name = MasterKey::load(&MasterKeySource::File(path), Path::new("/nowhere")).unwrap();
        assert_eq!(by_name.fingerprint, first.fingerprint);
    }

    #[test]
    fn a_wrong_or_malformed_key_is_told_with_what_to_do() {
        for text in ["", "secret", "AAAA"] {
            let told = MasterKey::load(&MasterKeySource::Given(text.into()), Path::new("/")).err().unwrap().to_string();
            assert!(told.contains("HOTSWAP_MASTER_KEY is no master key") && told.contains("openssl rand"), "{told}");
        }
        let (one, other) = (key(ONE), key(OTHER));
        assert!(one.check(&[]).is_ok() && one.check(std::slice::from_ref(&one.fingerprint)).is_ok());
        let told = other.check(std::slice::from_ref(&one.fingerprint)).unwrap_err().to_string();
        assert!(told.contains(&one.fingerprint) && told.contains(&other.fingerprint) && told.contains("--master-key-file"), "{told}");
        assert!(!told.contains(ONE) && !told.contains(OTHER), "{told}");
    }
}
