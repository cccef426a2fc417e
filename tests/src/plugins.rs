//! The plugins that tests publish.

use hotswap_model::Digest;

/// Good: answers `hello from greeter 1.0.0`, and `ok` at /healthz.
pub const GREETER_1_0_0: &[u8] = include_bytes!("../../examples/plugins/greeter/greeter-1.0.0.wat");
/// Good as well.
pub const GREETER_1_1_0: &[u8] = include_bytes!("../../examples/plugins/greeter/greeter-1.1.0.wat");
/// Fails one request in four, and its health check never.
pub const GREETER_2_0_0: &[u8] = include_bytes!("../../examples/plugins/greeter/greeter-2.0.0.wat");
/// Does what the path says: /trap, /spin, /grow, /wait, /config (the value of `greeting`), /echo.
pub const MOODY: &[u8] = include_bytes!("../../engine/wasm/tests/fixtures/moody.wat");

/// The same plugin in other bytes.
pub fn variant(plugin: &[u8], number: u32) -> Vec<u8> {
    let mut bytes = plugin.to_vec();
    bytes.extend(format!("\n;; variant {number}\n").bytes());
    bytes
}

/// The digest of a plugin's bytes.
pub fn digest(plugin: &[u8]) -> Digest {
    Digest::of(plugin)
}
