//! Where the server and the token are found when nothing, or little, is said. The environment and the disk are the caller's.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::endpoint::{Endpoint, EndpointError};

/// Where a server is if nobody says otherwise.
const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:7700";

/// A secret that opens the API. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token as text; surrounding white space does not belong to it.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// The token in clear, for the request's header.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A token, if there is one, and where it came from or was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The token; absent: requests go without.
    pub token: Option<Token>,
    /// For messages: `HOTSWAP_TOKEN`, or where nothing was found.
    pub origin: String,
}

/// What was said by name, before anything is looked for.
#[derive(Debug, Clone, Default)]
pub struct Explicit {
    /// The server's address.
    pub endpoint: Option<String>,
    /// The token.
    pub token: Option<Token>,
    /// Whether plain HTTP may be spoken to another machine.
    pub allow_plain_http: bool,
}

/// The endpoint: as said, or from `HOTSWAP_ENDPOINT`, or the default on this machine.
///
/// # Errors
/// If what was found is not usable.
pub fn endpoint(explicit: &Explicit, variable: impl Fn(&str) -> Option<String>) -> Result<Endpoint, EndpointError> {
    let text = explicit.endpoint.clone().or_else(|| filled(&variable, "HOTSWAP_ENDPOINT")).unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned());
    Endpoint::parse(&text, explicit.allow_plain_http)
}

/// The folder a server on this machine keeps its data in: `HOTSWAP_DATA_DIR`, else `hotswap` in the user's folder for data
/// (`XDG_DATA_HOME`, or `~/.local/share`). None if the user has no home.
pub fn data_dir(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if let Some(folder) = filled(&variable, "HOTSWAP_DATA_DIR") {
        return Some(folder.into());
    }
    let data = match filled(&variable, "XDG_DATA_HOME") {
        Some(data) => PathBuf::from(data),
        None => PathBuf::from(filled(&variable, "HOME")?).join(".local/share"),
    };
    Some(data.join("hotswap"))
}

/// The token: as said, or from `HOTSWAP_TOKEN`, or from `admin.token` in the folder of [`data_dir`].
pub fn credentials(
    explicit: &Explicit,
    variable: impl Fn(&str) -> Option<String>,
    read_file: impl Fn(&Path) -> io::Result<String>,
) -> Credentials {
    if let Some(token) = &explicit.token {
        return Credentials { token: Some(token.clone()), origin: "`token`".into() };
    }
    if let Some(text) = filled(&variable, "HOTSWAP_TOKEN") {
        return Credentials { token: Some(Token::new(text)), origin: "HOTSWAP_TOKEN".into() };
    }
    let Some(folder) = data_dir(&variable) else {
        return Credentials { token: None, origin: "`token`, HOTSWAP_TOKEN and HOTSWAP_DATA_DIR are not set".into() };
    };
    let path = folder.join("admin.token");
    match read_file(&path) {
        Ok(text) => Credentials { token: Some(Token::new(text)), origin: path.display().to_string() },
        Err(error) => Credentials {
            token: None,
            origin: format!("`token` and HOTSWAP_TOKEN are not set, and {} cannot be read: {error}", path.display()),
        },
    }
}

fn filled(variable: &impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    variable(name).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<String> {
        None
    }

    fn no_file(_: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }

    #[test]
    fn what_is_said_goes_before_the_environment_before_the_default() {
        let said = Explicit { endpoint: Some("http://127.0.0.1:1".into()), ..Explicit::default() };
        let variable = |name: &str| (name == "HOTSWAP_ENDPOINT").then(|| "http://127.0.0.1:2".to_owned());
        assert_eq!(endpoint(&said, variable).unwrap().to_string(), "http://127.0.0.1:1");
        assert_eq!(endpoint(&Explicit::default(), variable).unwrap().to_string(), "http://127.0.0.1:2");
        assert_eq!(endpoint(&Explicit::default(), none).unwrap().to_string(), "http://127.0.0.1:7700");
        assert_eq!(endpoint(&Explicit::default(), |_| Some(String::new())).unwrap().to_string(), "http://127.0.0.1:7700");
    }

    #[test]
    fn the_data_folder_is_named_or_lies_in_the_users_folder_for_data() {
        let variables =
            |set: &'static [(&str, &str)]| move |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let all: &[_] = &[("HOTSWAP_DATA_DIR", "/data"), ("XDG_DATA_HOME", "/xdg"), ("HOME", "/home/ann")];
        assert_eq!(data_dir(variables(all)).unwrap(), Path::new("/data"));
        assert_eq!(data_dir(variables(&all[1..])).unwrap(), Path::new("/xdg/hotswap"));
        assert_eq!(data_dir(variables(&all[2..])).unwrap(), Path::new("/home/ann/.local/share/hotswap"));
        assert_eq!(data_dir(none), None);
    }

    #[test]
    fn the_token_is_found_in_the_servers_data_folder() {
        let variable = |name: &str| (name == "HOTSWAP_DATA_DIR").then(|| "/data".to_owned());
        let found = credentials(&Explicit::default(), variable, |path| {
            assert_eq!(path, Path::new("/data/admin.token"));
            Ok("secret\n".into())
        });
        assert_eq!(found, Credentials { token: Some(Token::new("secret")), origin: "/data/admin.token".into() });
        assert!(!format!("{found:?}").contains("secret"));
        assert!(credentials(&Explicit::default(), variable, no_file).origin.contains("/data/admin.token cannot be read"));
        assert!(credentials(&Explicit::default(), none, no_file).origin.contains("HOTSWAP_TOKEN"));
    }
}
