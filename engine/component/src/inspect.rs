//! Reading a component's bytes: text or binary, whole or truncated, valid or not, and its imports and exports.

use std::borrow::Cow;

use hotswap_model::Digest;
use wasmparser::{Encoding, Parser, Payload, Validator};

use crate::{ComponentError, ComponentInfo};

/// A way in: [`Component::inspect`].
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
        let binary = to_binary(bytes)?;
        if is_core_module(&binary) {
            return Err(ComponentError::CoreModule);
        }
        whole(&binary)?;
        Validator::new().validate_all(&binary).map_err(invalid)?;
        let (imports, exports) = names(&binary).map_err(invalid)?;
        Ok(ComponentInfo { digest: Digest::of(bytes), size: bytes.len() as u64, imports, exports })
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

fn not_wasm(bytes: &[u8]) -> ComponentError {
    if !bytes.is_empty() && MAGIC.starts_with(bytes) {
        return ComponentError::Truncated { have: bytes.len() as u64, need: HEADER as u64 };
    }
    let begins =
        if bytes.is_empty() { "is empty".to_owned() } else { format!("begins with \"{}\"", bytes[..bytes.len().min(8)].escape_ascii()) };
    ComponentError::NotWasm { begins }
}

fn is_core_module(binary: &[u8]) -> bool {
    matches!(
        Parser::new(0).parse(binary, true),
        Ok(wasmparser::Chunk::Parsed { payload: Payload::Version { encoding: Encoding::Module, .. }, .. })
    )
}

/// Checks that every section is there to its announced end. Nothing inside the sections is looked at.
fn whole(binary: &[u8]) -> Result<(), ComponentError> {
    let have = binary.len() as u64;
    let truncated = |need: u64| Err(ComponentError::Truncated { have, need });
    if binary.len() < HEADER {
        return truncated(HEADER as u64);
    }
    let mut at = HEADER as u64;
    while at < have {
        let (size, width) = match leb128_u32(&binary[at as usize + 1..]) {
            Leb::Value { value, width } => (u64::from(value), width),
            Leb::Short => return truncated(have + 1),
            // Not a truncation; the validator says what it is.
            Leb::Malformed => return Ok(()),
        };
        let end = at + 1 + width + size;
        if end > have {
            return truncated(end);
        }
        at = end;
    }
    Ok(())
}

enum Leb {
    Value { value: u32, width: u64 },
    Short,
    Malformed,
}

fn leb128_u32(bytes: &[u8]) -> Leb {
    let mut value = 0_u64;
    for index in 0..5 {
        let Some(byte) = bytes.get(index) else { return Leb::Short };
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return match u32::try_from(value) {
                Ok(value) => Leb::Value { value, width: index as u64 + 1 },
                Err(_) => Leb::Malformed,
            };
        }
    }
    Leb::Malformed
}

fn invalid(error: wasmparser::BinaryReaderError) -> ComponentError {
    ComponentError::Invalid { reason: format!("{} (at byte {})", error.message(), error.offset()) }
}

/// The names of the outermost component's imports and exports, each sorted.
fn names(binary: &[u8]) -> Result<(Vec<String>, Vec<String>), wasmparser::BinaryReaderError> {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    // Components and modules nest: what is inside another is not the outermost one's.
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(binary) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    imports.sort();
    exports.sort();
    Ok((imports, exports))
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
