//! What an S3 server is reached with, and how much patience it gets.

use std::fmt;
use std::time::Duration;

use crate::{Result, StorageError};

/// What an S3 server is reached with. Everything is said here: no file of the user, no metadata service is asked.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// `https://minio.example:9000`; absent: Amazon's own for the region. Buckets are then in the path, as servers elsewhere
    /// expect it.
    pub endpoint: Option<String>,
    /// The region requests are signed for.
    pub region: String,
    /// Who asks.
    pub credentials: S3Credentials,
    /// How long it may take.
    pub patience: S3Patience,
}

/// Who asks. Its debug form holds no secret.
#[derive(Clone)]
pub struct S3Credentials {
    /// The public part.
    pub access_key_id: String,
    /// What requests are signed with.
    pub secret_access_key: String,
    /// For credentials that end.
    pub session_token: Option<String>,
}

impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// How long one request may take, and how often it is tried.
#[derive(Debug, Clone)]
pub struct S3Patience {
    /// Until a connection is there.
    pub connect: Duration,
    /// One try of one request, the 8 MiB of a part or the beginning of an answer included.
    pub attempt: Duration,
    /// Tries of one request: refused with 500, 503 or 429, without a connection, or without an answer in time.
    pub attempts: u32,
    /// A body in which nothing moves for so long is given up.
    pub stalled: Duration,
}

impl Default for S3Patience {
    /// 5 s to connect, 60 s a try (so that 140 KiB/s suffice), 4 tries, 20 s without a byte.
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), attempt: Duration::from_secs(60), attempts: 4, stalled: Duration::from_secs(20) }
    }
}

impl S3Config {
    /// As the variables say that tools for S3 share: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION
    /// (else AWS_DEFAULT_REGION), AWS_ENDPOINT_URL_S3 (else AWS_ENDPOINT_URL).
    ///
    /// # Errors
    /// [`StorageError::Setup`] with the variable that is missing.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let given = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let required = |name: &str| {
            given(name).ok_or_else(|| StorageError::Setup {
                reason: format!(
                    "{name} is not set; S3 takes AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and no other place is looked for them"
                ),
            })
        };
        let endpoint = given("AWS_ENDPOINT_URL_S3").or_else(|| given("AWS_ENDPOINT_URL"));
        if let Some(endpoint) = &endpoint
            && !(endpoint.starts_with("http://") || endpoint.starts_with("https://"))
        {
            return Err(StorageError::Setup { reason: "AWS_ENDPOINT_URL_S3 is no URL: it begins with `https://` or `http://`".to_owned() });
        }
        let region = match given("AWS_REGION").or_else(|| given("AWS_DEFAULT_REGION")) {
            Some(region) => region,
            // Servers elsewhere have one region, and most take this name for it.
            None if endpoint.is_some() => "us-east-1".to_owned(),
            None => return Err(StorageError::Setup { reason: "AWS_REGION is not set; it says where the bucket is".to_owned() }),
        };
        let credentials = S3Credentials {
            access_key_id: required("AWS_ACCESS_KEY_ID")?,
            secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
            session_token: given("AWS_SESSION_TOKEN"),
        };
        Ok(Self { endpoint, region, credentials, patience: S3Patience::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<S3Config> {
        S3Config::from_variables(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = read(&[("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")]).unwrap_err().to_string();
        assert!(error.starts_with("AWS_ACCESS_KEY_ID is not set"), "{error}");
        let error = read(&[("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "sesame")]).unwrap_err().to_string();
        assert_eq!(error, "AWS_REGION is not set; it says where the bucket is");
    }

    #[test]
    fn a_secret_is_not_shown() {
        let all = [
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "sesame"),
            ("AWS_SESSION_TOKEN", "sesame"),
            ("AWS_REGION", "eu-central-1"),
        ];
        let config = read(&all).unwrap();
        assert_eq!(config.credentials.secret_access_key, "sesame");
        assert!(!format!("{config:?}").contains("sesame"));
    }
}
