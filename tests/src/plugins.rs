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

/// A file with the greeter and so many bytes more in a section that nobody reads, as those of symbols are. Gives its digest.
pub fn large(path: &std::path::Path, size: usize) -> Digest {
    use std::io::Write as _;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("the file can be made"));
    let mut hasher = hotswap_model::Hasher::default();
    let mut put = |bytes: &[u8]| {
        hasher.update(bytes);
        file.write_all(bytes).expect("the file can be written");
    };
    put(&wat::parse_bytes(GREETER_1_0_0).expect("the greeter is a component"));
    let mut length = size as u64 + 2;
    put(&[0]);
    while length >= 0x80 {
        put(&[(length & 0x7f) as u8 | 0x80]);
        length >>= 7;
    }
    put(&[length as u8, 1, b'x']);
    let piece: Vec<u8> = (0..1_000_003_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut left = size;
    while left > 0 {
        let next = left.min(piece.len());
        put(&piece[..next]);
        left -= next;
    }
    file.flush().expect("the file can be written");
    hasher.finish()
}
