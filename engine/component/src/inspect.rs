//! Reading a component's bytes where all are there. Those that come in pieces are read in `inspector`, and what is read is told there.

use std::borrow::Cow;

use hotswap_model::Digest;

use crate::{ComponentError, ComponentInfo, Inspector};

/// What is read at once of bytes that are all there.
const PIECE: usize = 1 << 20;

/// A way in: [`Component::inspect`]; for bytes that come in pieces there is [`Inspector`].
#[derive(Debug, Clone, Copy)]
pub struct Component;

impl Component {
    /// What these bytes are, `.wasm` or `.wat` as given. Nothing is compiled or run.
    ///
    /// That the component can answer requests is checked apart: [`ComponentInfo::require_handler`].
    ///
    /// # Errors
    /// What is wrong with the bytes, and what to do about it.
    pub fn inspect(bytes: &[u8]) -> Result<ComponentInfo, ComponentError> {
        let mut inspector = Inspector::default();
        for piece in bytes.chunks(PIECE) {
            inspector.update(piece)?;
        }
        inspector.finish(Digest::of(bytes))
    }
}

/// The binary format of these bytes: the same bytes if they are binary already, translated if they are text.
///
/// # Errors
/// [`ComponentError::NotWasm`], or [`ComponentError::Invalid`] for text that doesn't parse. Binaries aren't checked.
pub fn to_binary(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ComponentError> {
    match wat::Detect::from_bytes(bytes) {
        wat::Detect::WasmBinary => Ok(Cow::Borrowed(bytes)),
        wat::Detect::WasmText => {
            wat::parse_bytes(bytes).map_err(|error| ComponentError::Invalid { reason: error.to_string().trim().to_owned() })
        }
        wat::Detect::Unknown => Err(not_wasm(bytes)),
    }
}

const MAGIC: &[u8; 4] = b"\0asm";
const HEADER: usize = 8;

pub(crate) fn not_wasm(bytes: &[u8]) -> ComponentError {
    if !bytes.is_empty() && MAGIC.starts_with(bytes) {
        return ComponentError::Truncated { have: bytes.len() as u64, need: HEADER as u64 };
    }
    let begins =
        if bytes.is_empty() { "is empty".to_owned() } else { format!("begins with \"{}\"", bytes[..bytes.len().min(8)].escape_ascii()) };
    ComponentError::NotWasm { begins }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::HANDLER;

    const GREETER: &[u8] = include_bytes!("../../../examples/plugins/greeter/greeter-1.0.0.wat");

    fn message(bytes: &[u8]) -> String {
        Component::inspect(bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_plugin_in_text_is_read_with_its_names() {
        let info = Component::inspect(GREETER).unwrap();
        assert_eq!(info.digest, Digest::of(GREETER));
        assert_eq!(info.size, GREETER.len() as u64);
        assert_eq!(info.exports, ["wasi:http/incoming-handler@0.2.0"]);
        assert_eq!(info.imports, ["wasi:http/types@0.2.0", "wasi:io/error@0.2.0", "wasi:io/streams@0.2.0"]);
        info.require_handler().unwrap();
    }

    #[test]
    fn text_and_the_binary_made_of_it_have_the_same_names_and_different_digests() {
        let binary = to_binary(GREETER).unwrap();
        let (text, binary) = (Component::inspect(GREETER).unwrap(), Component::inspect(&binary).unwrap());
        assert_eq!(text.exports, binary.exports);
        assert_eq!(text.imports, binary.imports);
        assert_ne!(text.digest, binary.digest);
    }

    #[test]
    fn a_core_module_is_told_how_to_become_a_component() {
        let text = b"(module (func (export \"run\")))";
        for bytes in [&text[..], &to_binary(text).unwrap()] {
            assert_eq!(Component::inspect(bytes).unwrap_err(), ComponentError::CoreModule);
        }
        assert!(message(text).contains("wasm-tools component new"), "{}", message(text));
    }

    #[test]
    fn what_is_no_webassembly_says_how_it_begins() {
        assert_eq!(
            message(b"%PDF-1.7\x00\xff rest"),
            "not WebAssembly: the file begins with \"%PDF-1.7\"; give a component, `.wasm` or `.wat`"
        );
        assert_eq!(message(b""), "not WebAssembly: the file is empty; give a component, `.wasm` or `.wat`");
    }

    #[test]
    fn a_truncated_binary_says_so_wherever_it_was_cut() {
        let binary = to_binary(GREETER).unwrap();
        let mut truncated = 0;
        for length in 1..binary.len() {
            match Component::inspect(&binary[..length]) {
                Err(ComponentError::Truncated { have, need }) => {
                    assert_eq!(have, length as u64);
                    assert!(need > have && need <= binary.len() as u64, "{need} of {}", binary.len());
                    truncated += 1;
                }
                // Cut exactly between two sections, nothing announces what is missing: then there is no handler yet,
                // or no more than names for debugging (a custom section, number 0) is missing.
                Ok(info) => assert!(info.require_handler().is_err() || binary[length] == 0),
                Err(other) => panic!("cut at {length}: {other}"),
            }
        }
        assert!(truncated > binary.len() * 9 / 10, "{truncated} of {}", binary.len());
    }

    #[test]
    fn truncated_text_says_what_is_missing() {
        let text = message(&GREETER[..GREETER.len() / 2]);
        assert!(text.starts_with("not a valid component: "), "{text}");
    }

    #[test]
    fn a_component_without_a_handler_lists_what_it_exports() {
        let none = Component::inspect(b"(component)").unwrap();
        assert!(none.require_handler().unwrap_err().to_string().contains("it exports nothing"));
        let other = Component::inspect(
            br#"(component
              (core module $M (func (export "run")))
              (core instance $m (instantiate $M))
              (func $run (canon lift (core func $m "run")))
              (export "run" (func $run)))"#,
        )
        .unwrap();
        assert_eq!(other.require_handler().unwrap_err(), ComponentError::NoHandler { exports: vec!["run".to_owned()] });
    }

    #[test]
    fn any_patch_of_the_handler_will_do_and_no_other_version() {
        let exporting = |name: &str| ComponentInfo { digest: Digest::of(b""), size: 0, imports: vec![], exports: vec![name.to_owned()] };
        for good in ["0", "6", "12"] {
            exporting(&format!("{HANDLER}.{good}")).require_handler().unwrap();
        }
        for bad in ["wasi:http/incoming-handler@0.20.0", "wasi:http/incoming-handler@0.3.0", "wasi:http/incoming-handler"] {
            assert!(exporting(bad).require_handler().is_err(), "{bad}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        for text in ["(".repeat(200_000), "(component ".repeat(50_000), format!("(component {}", "(type (list ".repeat(50_000))] {
            assert!(Component::inspect(text.as_bytes()).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            let _ = Component::inspect(&bytes);
        }

        #[test]
        fn a_damaged_binary_is_judged_without_panic(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut binary = to_binary(GREETER).unwrap().into_owned();
            for (index, byte) in damage {
                let at = index.index(binary.len());
                binary[at] = byte;
            }
            let _ = Component::inspect(&binary);
            let _ = Component::inspect(&binary[..cut.index(binary.len())]);
        }

        #[test]
        fn damaged_text_is_judged_without_panic(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut text = GREETER.to_vec();
            for (index, byte) in damage {
                let at = index.index(text.len());
                text[at] = byte;
            }
            let _ = Component::inspect(&text);
        }
    }
}
