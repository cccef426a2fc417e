//! The handshake: how a provider knows that Terraform started it, and the one line it answers with.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The protocol's major version.
pub(crate) const PROTOCOL: u32 = 6;

/// What Terraform said when it started this process.
#[derive(Debug)]
pub(crate) struct Invitation {
    /// The one client certificate to accept, in PEM; without it the connection is plain.
    pub(crate) client_certificate: Option<String>,
    /// Where the socket should be, if it matters to the client.
    pub(crate) socket_folder: Option<PathBuf>,
    multiplex: bool,
}

/// Why this process can't serve whoever started it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HandshakeError {
    #[error(
        "this program is a Terraform provider and is not meant to be run by hand\n\n\
         Terraform starts it for configurations that name it in `required_providers`.\n\
         To run it under a debugger, start it with `--debug`"
    )]
    NotATerraformChild,
    #[error("this provider speaks protocol version {PROTOCOL}, the client only {offered}; use Terraform 1.0 or later")]
    NoCommonProtocol { offered: String },
}

impl Invitation {
    /// Reads the environment through `variable`.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, HandshakeError> {
        if variable(COOKIE_NAME).as_deref() != Some(COOKIE) {
            return Err(HandshakeError::NotATerraformChild);
        }
        if let Some(offered) = variable("PLUGIN_PROTOCOL_VERSIONS")
            && !offered.split(',').any(|version| version.trim() == PROTOCOL.to_string())
        {
            return Err(HandshakeError::NoCommonProtocol { offered });
        }
        let filled = |name: &str| variable(name).filter(|text| !text.is_empty());
        Ok(Self {
            client_certificate: filled("PLUGIN_CLIENT_CERT"),
            socket_folder: filled("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            multiplex: filled("PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }

    /// The line that tells Terraform where and as whom this process listens.
    pub(crate) fn answer(&self, socket: &str, certificate: &[u8]) -> String {
        let certificate = STANDARD_NO_PAD.encode(certificate);
        let multiplex = if self.multiplex { "|false" } else { "" };
        format!("1|{PROTOCOL}|unix|{socket}|grpc|{certificate}{multiplex}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Invitation, HandshakeError> {
        Invitation::read(|name| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn without_the_cookie_a_person_gets_a_hint() {
        let error = read(&[(COOKIE_NAME, "other")]).unwrap_err();
        assert_eq!(error, HandshakeError::NotATerraformChild);
        assert!(error.to_string().contains("not meant to be run by hand"));
    }

    #[test]
    fn protocol_versions_are_a_set_in_any_order() {
        assert!(read(&[(COOKIE_NAME, COOKIE), ("PLUGIN_PROTOCOL_VERSIONS", "6,5")]).is_ok());
        let error = read(&[(COOKIE_NAME, COOKIE), ("PLUGIN_PROTOCOL_VERSIONS", "5")]).unwrap_err();
        assert_eq!(error, HandshakeError::NoCommonProtocol { offered: "5".into() });
    }

    #[test]
    fn the_answer_has_the_certificate_without_padding() {
        let plain = read(&[(COOKIE_NAME, COOKIE)]).unwrap();
        assert_eq!(plain.answer("/s", &[1]), "1|6|unix|/s|grpc|AQ");
        let multiplexing = read(&[(COOKIE_NAME, COOKIE), ("PLUGIN_MULTIPLEX_GRPC", "true")]).unwrap();
        assert_eq!(multiplexing.answer("/s", &[]), "1|6|unix|/s|grpc||false");
    }
}
