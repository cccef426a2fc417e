//! Where a server is, and whether it may be spoken to in plain text.

use std::fmt;
use std::sync::Arc;

use reqwest::Url;

/// The address of a server: `http://127.0.0.1:7700`, `https://hotswap.example.org`.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Arc<Url>);

/// Why a text is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no URL that a server of ours can have.
    #[error("endpoint {given:?} is not usable: {problem}; write http://HOST:PORT or https://HOST")]
    Invalid {
        /// The text as given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It would send the token in plain text over a network.
    #[error(
        "endpoint {given:?} is plain HTTP to another machine, which shows the token to everybody on the way; use https, or set `allow_plain_http = true`"
    )]
    PlainHttp {
        /// The text as given.
        given: String,
    },
}

impl Endpoint {
    /// Reads an endpoint. Plain HTTP is for this machine alone, unless `allow_plain_http`.
    ///
    /// # Errors
    /// If it is no http or https URL, has a query, a fragment or a password, or is plain HTTP to another machine.
    pub fn parse(text: &str, allow_plain_http: bool) -> Result<Self, EndpointError> {
        let invalid = |problem: String| EndpointError::Invalid { given: text.to_owned(), problem };
        let url = Url::parse(text).map_err(|error| invalid(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid(format!("the scheme {:?} is not spoken", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // Not repeated: it may be a secret.
            return Err(EndpointError::Invalid {
                given: url.host_str().unwrap_or_default().to_owned(),
                problem: "it has a user or password; give the token apart".into(),
            });
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("it has a query or a fragment".into()));
        }
        let endpoint = Self(Arc::new(url));
        if endpoint.0.scheme() == "http" && !endpoint.is_loopback() && !allow_plain_http {
            return Err(EndpointError::PlainHttp { given: text.to_owned() });
        }
        Ok(endpoint)
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The URL of a path of the API below this endpoint.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = Url::clone(&self.0);
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{path}"));
        url
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_unless_asked_for_by_name() {
        for local in ["http://127.0.0.1:7700", "http://localhost:7700", "http://[::1]:7700", "http://127.8.0.1"] {
            assert!(Endpoint::parse(local, false).is_ok(), "{local}");
        }
        for remote in ["http://10.0.0.1:7700", "http://localhost.example.org", "http://hotswap"] {
            let message = Endpoint::parse(remote, false).unwrap_err().to_string();
            assert!(message.contains("allow_plain_http"), "{message}");
            assert!(Endpoint::parse(remote, true).is_ok(), "{remote}");
        }
        assert!(Endpoint::parse("https://hotswap.example.org", false).is_ok());
    }

    #[test]
    fn what_is_no_endpoint_is_refused_with_what_to_write() {
        for bad in ["", "localhost:7700", "ftp://x", "http://127.0.0.1/?a=b"] {
            let message = Endpoint::parse(bad, true).unwrap_err().to_string();
            assert!(message.contains("http://HOST:PORT"), "{message}");
        }
        let message = Endpoint::parse("https://me:hunter2@h.example.org", false).unwrap_err().to_string();
        assert!(!message.contains("hunter2"), "{message}");
    }

    #[test]
    fn a_path_of_the_endpoint_is_kept() {
        let endpoint = Endpoint::parse("https://example.org/hotswap/", false).unwrap();
        assert_eq!(endpoint.join("/v1/tenants").as_str(), "https://example.org/hotswap/v1/tenants");
        assert_eq!(endpoint.to_string(), "https://example.org/hotswap");
    }
}
