//! Why bytes are no plugin. Each says what to do about it.

/// Why bytes are no component that can be a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// Neither the binary format nor the text format of WebAssembly.
    #[error("not WebAssembly: the file {begins}; give a component, `.wasm` or `.wat`")]
    NotWasm {
        /// How the bytes begin, as a phrase: `is empty`, `begins with "%PDF"`.
        begins: String,
    },
    /// WebAssembly, but a core module.
    #[error("a core module, not a component; make it one with `wasm-tools component new`, or build for the target wasm32-wasip2")]
    CoreModule,
    /// The bytes end in the middle of something.
    #[error("truncated: {have} bytes are there, at least {need} were announced; copy or build the file again")]
    Truncated {
        /// How many bytes there are.
        have: u64,
        /// How many there must be, at the least.
        need: u64,
    },
    /// A component that breaks the rules of the format.
    #[error("not a valid component: {reason}; build the file again")]
    Invalid {
        /// Which rule, and where.
        reason: String,
    },
    /// A component as text that is too large to be translated.
    #[error("a text of more than {} MiB; give the component as `.wasm`", limit >> 20)]
    TextTooLarge {
        /// The most bytes of a text.
        limit: u64,
    },
    /// A component that answers no requests.
    #[error(
        "the component does not export {}, it exports {}; a plugin implements the world wasi:http/proxy",
        crate::HANDLER,
        list(exports)
    )]
    NoHandler {
        /// What it exports instead.
        exports: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    }
}
