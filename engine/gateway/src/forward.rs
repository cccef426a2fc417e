//! The headers of requests and responses on their way through. Nothing here reads or routes anything.

use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::RevisionGroup;

pub(crate) const REVISION: HeaderName = HeaderName::from_static("x-hotswap-revision");
pub(crate) const VERSION: HeaderName = HeaderName::from_static("x-hotswap-version");
pub(crate) const ERROR: HeaderName = HeaderName::from_static("x-hotswap-error");
pub(crate) const AFFINITY: HeaderName = HeaderName::from_static("x-hotswap-affinity");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(crate) const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Headers that concern one connection only.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Takes away what concerns one connection only, and what `Connection` names.
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let mut named = Vec::new();
    for value in headers.get_all(header::CONNECTION) {
        for name in value.to_str().unwrap_or_default().split(',') {
            if let Ok(name) = name.trim().parse::<HeaderName>() {
                named.push(name);
            }
        }
    }
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Says who asked, and of whom. What a client says of itself by these headers is replaced.
pub(crate) fn set_forwarded(headers: &mut HeaderMap, peer: IpAddr, host: Option<HeaderValue>) {
    headers.remove(header::FORWARDED);
    headers.remove(FORWARDED_PREFIX);
    if let Ok(peer) = HeaderValue::try_from(peer.to_string()) {
        headers.insert(FORWARDED_FOR, peer);
    }
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
    match host {
        Some(host) => headers.insert(FORWARDED_HOST, host),
        None => headers.remove(FORWARDED_HOST),
    };
}

/// Leaves a well-formed `traceparent` as it is, and begins a trace where there is none.
pub(crate) fn set_trace(headers: &mut HeaderMap, traces: &(impl BuildHasher, AtomicU64)) {
    if headers.get(TRACEPARENT).is_some_and(|given| is_traceparent(given.as_bytes())) {
        return;
    }
    let number = traces.1.fetch_add(1, Relaxed);
    // A keyed hash of a counter: unique in this process, and not to be told from random elsewhere.
    let part = |part: u8| traces.0.hash_one((number, part)).max(1);
    let mut text = [0_u8; 55];
    text[..3].copy_from_slice(b"00-");
    hex(part(0), &mut text[3..19]);
    hex(part(1), &mut text[19..35]);
    text[35] = b'-';
    hex(part(2), &mut text[36..52]);
    text[52..].copy_from_slice(b"-01");
    if let Ok(value) = HeaderValue::from_bytes(&text) {
        headers.insert(TRACEPARENT, value);
    }
    headers.remove(TRACESTATE);
}

fn hex(number: u64, into: &mut [u8]) {
    for (place, byte) in into.iter_mut().enumerate() {
        *byte = b"0123456789abcdef"[(number >> (60 - 4 * place)) as usize & 0xf];
    }
}

fn is_traceparent(text: &[u8]) -> bool {
    let lower_hex = |part: &[u8]| part.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let not_zero = |part: &[u8]| part.iter().any(|&byte| byte != b'0');
    text.len() >= 55
        && (text[2], text[35], text[52]) == (b'-', b'-', b'-')
        && lower_hex(&text[..2])
        && &text[..2] != b"ff"
        && (text.len() == 55 || (&text[..2] != b"00" && text[55] == b'-'))
        && lower_hex(&text[3..35])
        && not_zero(&text[3..35])
        && lower_hex(&text[36..52])
        && not_zero(&text[36..52])
        && lower_hex(&text[53..55])
}

/// Makes a plugin's response headers fit to be sent, and says which revision answered. Returns the body's length, if
/// the plugin stated one that can be kept to.
pub(crate) fn dress_response(headers: &mut HeaderMap, group: &RevisionGroup, method: &Method, known: Option<u64>) -> Option<u64> {
    strip_hop_by_hop(headers);
    headers.remove(ERROR);
    set_revision(headers, group);
    let mut stated = headers.get_all(header::CONTENT_LENGTH).iter();
    let length = match (stated.next(), stated.next()) {
        (Some(only), None) => {
            only.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())).and_then(|text| text.parse().ok())
        }
        _ => None,
    };
    // What the body itself knows is true, and is written by the server.
    let keeps = method == Method::HEAD || known.is_none();
    if length.is_none() || !keeps {
        headers.remove(header::CONTENT_LENGTH);
    }
    known.or(length)
}

pub(crate) fn set_revision(headers: &mut HeaderMap, group: &RevisionGroup) {
    headers.insert(REVISION, group.revision_header.clone());
    headers.insert(VERSION, group.version_header.clone());
}

#[cfg(test)]
mod tests {
    use std::collections::hash_map::RandomState;

    use super::*;

    #[test]
    fn what_connection_names_goes_with_it() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("connection", "close, X-Mine"), ("x-mine", "1"), ("keep-alive", "5"), ("te", "trailers"), ("x-other", "2")] {
            headers.append(name, value.parse().unwrap());
        }
        strip_hop_by_hop(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-other"]);
    }

    #[test]
    fn a_trace_is_passed_on_and_begun_where_there_is_none() {
        let traces = (RandomState::new(), AtomicU64::new(0));
        let given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let mut headers = HeaderMap::new();
        headers.insert(TRACEPARENT, HeaderValue::from_static(given));
        set_trace(&mut headers, &traces);
        assert_eq!(headers[TRACEPARENT], given);
        let mut begun = std::collections::BTreeSet::new();
        for bad in [
            "",
            "00-0",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            headers.insert(TRACEPARENT, HeaderValue::from_static(bad));
            set_trace(&mut headers, &traces);
            assert!(is_traceparent(headers[TRACEPARENT].as_bytes()), "{bad:?} gave {:?}", headers[TRACEPARENT]);
            assert!(begun.insert(headers[TRACEPARENT].clone()));
        }
    }
}
