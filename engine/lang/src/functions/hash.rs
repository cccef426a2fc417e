//! Digests, of text and of files, and identifiers made from or without them.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::Digest;
use uuid::Uuid;

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    filesystem::read,
    signature::{Outcome, function, takes},
};

const STR: Parameter = takes("str", Shape::String);
const PATH: Parameter = takes("path", Shape::String);

/// The highest cost of `bcrypt`: each step doubles the time, and this one takes about a minute.
const MOST_COST: i64 = 18;

/// The cost where none is given, or one that bcrypt doesn't have.
const COST: u32 = 10;

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64sha256", "The SHA-256 digest of the text, in base64", &[STR], Shape::String, |call| of_text(call, sha256, base64)),
    function("base64sha512", "The SHA-512 digest of the text, in base64", &[STR], Shape::String, |call| of_text(call, sha512, base64)),
    function("bcrypt", "A bcrypt hash of the text, each time another", &[STR], Shape::String, bcrypt).and(&takes("cost", Shape::Number)),
    function("filebase64sha256", "The SHA-256 digest of a file, in base64", &[PATH], Shape::String, |call| of_file(call, sha256, base64)),
    function("filebase64sha512", "The SHA-512 digest of a file, in base64", &[PATH], Shape::String, |call| of_file(call, sha512, base64)),
    function("filemd5", "The MD5 digest of a file", &[PATH], Shape::String, |call| of_file(call, md5, hex)),
    function("filesha1", "The SHA-1 digest of a file", &[PATH], Shape::String, |call| of_file(call, sha1, hex)),
    function("filesha256", "The SHA-256 digest of a file", &[PATH], Shape::String, |call| of_file(call, sha256, hex)),
    function("filesha512", "The SHA-512 digest of a file", &[PATH], Shape::String, |call| of_file(call, sha512, hex)),
    function("md5", "The MD5 digest of the text", &[STR], Shape::String, |call| of_text(call, md5, hex)),
    function("sha1", "The SHA-1 digest of the text", &[STR], Shape::String, |call| of_text(call, sha1, hex)),
    function("sha256", "The SHA-256 digest of the text", &[STR], Shape::String, |call| of_text(call, sha256, hex)),
    function("sha512", "The SHA-512 digest of the text", &[STR], Shape::String, |call| of_text(call, sha512, hex)),
    function("uuid", "A random identifier, each time another", &[], Shape::String, |_| Ok(Uuid::new_v4().to_string().into())),
    function(
        "uuidv5",
        "The identifier of a name in a namespace, always the same",
        &[takes("namespace", Shape::String), takes("name", Shape::String)],
        Shape::String,
        uuidv5,
    ),
];

fn md5(bytes: &[u8]) -> Vec<u8> {
    md5::Md5::digest(bytes).to_vec()
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    sha1::Sha1::digest(bytes).to_vec()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha256::digest(bytes).to_vec()
}

fn sha512(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha512::digest(bytes).to_vec()
}

fn hex(bytes: Vec<u8>) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn base64(bytes: Vec<u8>) -> String {
    STANDARD.encode(bytes)
}

fn of_text(call: &Call, digest: fn(&[u8]) -> Vec<u8>, written: fn(Vec<u8>) -> String) -> Outcome {
    Ok(written(digest(call.text(0).as_bytes())).into())
}

fn of_file(call: &Call, digest: fn(&[u8]) -> Vec<u8>, written: fn(Vec<u8>) -> String) -> Outcome {
    Ok(written(digest(&read(call, 0)?)).into())
}

fn bcrypt(call: &Call) -> Outcome {
    let cost = match call.count() {
        1 => i64::from(COST),
        2 => call.integer(1)?,
        count => return Err(FunctionError::new(format!("it takes one or two arguments, not {count}"))),
    };
    if cost > MOST_COST {
        return Err(FunctionError::at(1, format!("must be at most {MOST_COST}, not {cost}")));
    }
    let cost = u32::try_from(cost).ok().filter(|cost| *cost >= 4).unwrap_or(COST);
    let text = call.text(0);
    if text.len() > 72 {
        return Err(FunctionError::at(0, format!("must be at most 72 bytes long, it has {}", text.len())));
    }
    let hash = bcrypt::hash_with_result(text, cost).map_err(|error| FunctionError::new(error.to_string()))?;
    Ok(hash.format_for_version(bcrypt::Version::TwoA).into())
}

fn uuidv5(call: &Call) -> Outcome {
    let namespace = match call.text(0) {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => {
            Uuid::parse_str(other).map_err(|_| FunctionError::at(0, format!("must be dns, url, oid, x500 or a UUID, not {other:?}")))?
        }
    };
    let digest = sha1(&[namespace.as_bytes().as_slice(), call.text(1).as_bytes()].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Ok(uuid::Builder::from_sha1_bytes(bytes).into_uuid().to_string().into())
}
