//! What sandboxes grant of what components import. Which interfaces those are is the runtime's to say, in `hotswap-wasm`; a test
//! there holds this list against its linker.

use hotswap_model::Capability;

/// What a sandbox does about an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// It is there and does what it says.
    Granted,
    /// It is there, and every use of it is denied, or finds nothing.
    Denied,
    /// It is not there: a component that imports it does not run.
    Never,
}

/// What a capability is, and whether it is granted.
struct Known {
    /// The beginning of the names.
    name: &'static str,
    /// In people's words.
    means: &'static str,
    grant: Grant,
}

const fn known(name: &'static str, means: &'static str, grant: Grant) -> Known {
    Known { name, means, grant }
}

/// The first that fits counts.
#[rustfmt::skip]
const KNOWN: &[Known] = &[
    known("wasi:http/outgoing-handler", "outgoing HTTP", Grant::Denied),
    known("wasi:http/", "HTTP requests and answers", Grant::Granted),
    known("wasi:io/", "streams", Grant::Granted),
    known("wasi:clocks/monotonic-clock", "clocks", Grant::Granted),
    known("wasi:clocks/wall-clock", "clocks", Grant::Granted),
    known("wasi:random/", "random numbers", Grant::Granted),
    known("wasi:config/store", "its configuration", Grant::Granted),
    known("wasi:cli/run", "being a command", Grant::Never),
    known("wasi:cli/command", "being a command", Grant::Never),
    known("wasi:cli/", "standard streams and an empty environment", Grant::Granted),
    known("wasi:filesystem/", "files", Grant::Denied),
    known("wasi:sockets/", "network sockets", Grant::Never),
];

impl Grant {
    /// What every sandbox does about this import.
    pub fn of(import: &Capability) -> Self {
        find(import).map_or(Self::Never, |known| known.grant)
    }

    /// What an import is for, in people's words; absent if it is none that we know.
    pub fn meaning(import: &Capability) -> Option<&'static str> {
        find(import).map(|known| known.means)
    }

    /// What a sandbox does about it, as the end of a sentence.
    pub fn as_phrase(self) -> &'static str {
        match self {
            Self::Granted => "every sandbox grants it",
            Self::Denied => "no sandbox grants it: it may be called, and is always refused",
            Self::Never => "no sandbox has it, so that the component cannot run",
        }
    }
}

/// What is needed, and what comes of it: `outgoing HTTP (wasi:http/outgoing-handler@0.2.3): no sandbox grants it …`.
pub fn described(import: &Capability) -> String {
    let grant = Grant::of(import).as_phrase();
    match Grant::meaning(import) {
        Some(means) => format!("{means} ({import}): {grant}"),
        None => format!("{import}: {grant}"),
    }
}

/// Interfaces of WASI 0.2 are those that sandboxes have; another version of the same name is another interface.
fn find(import: &Capability) -> Option<&'static Known> {
    let is_ours = match (import.namespace(), import.package(), import.version()) {
        (Some("wasi"), Some("config"), Some(version)) => (version.major, version.minor) == (0, 2),
        (Some("wasi"), _, Some(version)) => (version.major, version.minor) == (0, 2) && version.pre.is_empty(),
        _ => false,
    };
    is_ours.then(|| KNOWN.iter().find(|known| import.name().starts_with(known.name))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_granted_denied_and_never_there() {
        for (import, grant, means) in [
            ("wasi:http/outgoing-handler@0.2.3", Grant::Denied, Some("outgoing HTTP")),
            ("wasi:http/types@0.2.0", Grant::Granted, Some("HTTP requests and answers")),
            ("wasi:sockets/tcp@0.2.0", Grant::Never, Some("network sockets")),
            ("wasi:http/types@0.3.0", Grant::Never, None),
            ("acme:auth/check@1.0.0", Grant::Never, None),
            ("run", Grant::Never, None),
        ] {
            let import = Capability::new(import);
            assert_eq!((Grant::of(&import), Grant::meaning(&import)), (grant, means), "{import}");
        }
    }
}
