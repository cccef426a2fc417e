//! Which revision a request goes to: by its point among the weights, by what it carries, or by name.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::RevisionGroup;
use crate::forward::{AFFINITY, REVISION};
use crate::route::{Route, point_in_turn, point_of_key};
use crate::table::{Deployment, Tenant};

/// The cookie by which a client stays with the revision it had first.
const COOKIE: &str = "hotswap-client";

/// How long a client stays with it after its last visit, in seconds: 30 days.
const COOKIE_AGE: u32 = 30 * 24 * 3_600;

/// Requests that carry a certain header or cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// What they carry.
    pub by: Carries,
    /// The value it must have; any, if absent.
    pub value: Option<String>,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carries {
    /// A header of this name.
    Header(HeaderName),
    /// A cookie of this name.
    Cookie(String),
}

impl Audience {
    fn takes_in(&self, headers: &HeaderMap) -> bool {
        let fits = |found: &str| self.value.as_ref().is_none_or(|wanted| wanted == found);
        match &self.by {
            Carries::Header(name) => headers.get_all(name).iter().any(|value| value.to_str().is_ok_and(fits)),
            Carries::Cookie(name) => cookie(headers, name).is_some_and(fits),
        }
    }
}

/// The value of a cookie.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    all.filter_map(|pair| pair.trim().split_once('=')).find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// What of a request its revision is chosen by.
pub(crate) struct Choice<'r> {
    headers: &'r HeaderMap,
    point: u8,
}

/// A revision, and whether what comes of the request is left out of what is judged.
pub(crate) struct Chosen<'a> {
    pub(crate) group: &'a Arc<RevisionGroup>,
    pub(crate) aside: bool,
}

impl<'r> Choice<'r> {
    /// What a request is chosen by, and the cookie its client is to have from now on.
    ///
    /// A client with a key of its own stays with its revision; one without takes turns, unless the route keeps clients.
    pub(crate) fn of(
        headers: &'r HeaderMap,
        tenant: &Tenant,
        deployment: &Deployment,
        random: &(impl BuildHasher, AtomicU64),
    ) -> (Self, Option<HeaderValue>) {
        let of_key = |key: &[u8]| point_of_key(&tenant.name, &deployment.name, key);
        if let Some(key) = headers.get(AFFINITY) {
            return (Self { headers, point: of_key(key.as_bytes()) }, None);
        }
        if !deployment.route.load().sticky {
            return (Self { headers, point: point_in_turn(deployment.turn.fetch_add(1, Relaxed)) }, None);
        }
        if let Some(known) = cookie(headers, COOKIE) {
            return (Self { headers, point: of_key(known.as_bytes()) }, None);
        }
        let key = format!("{:016x}", random.0.hash_one(("client", random.1.fetch_add(1, Relaxed))));
        let cookie = format!("{COOKIE}={key}; Path=/; Max-Age={COOKIE_AGE}; HttpOnly; SameSite=Lax");
        (Self { headers, point: of_key(key.as_bytes()) }, HeaderValue::from_str(&cookie).ok())
    }

    /// The revision of a route. One that is asked for by name is taken as it is. Otherwise the one at the request's point; if no slot
    /// of that one is available, another that serves. A revision without weight serves nobody who doesn't name it.
    pub(crate) fn among<'a>(&self, route: &'a Route) -> Option<Chosen<'a>> {
        if let Some(group) = self.named(route) {
            return Some(Chosen { group, aside: true });
        }
        if route.audience.as_ref().is_some_and(|audience| !audience.takes_in(self.headers)) {
            // The targets are sorted, the newest first: the last one is what serves everybody else.
            let group = route.targets.iter().rev().find(|target| target.weight > 0).map(|target| &target.group)?;
            return Some(Chosen { group, aside: true });
        }
        let chosen = route.at(self.point)?;
        if route.targets.len() == 1 || chosen.slots.available() > 0 {
            return Some(Chosen { group: chosen, aside: false });
        }
        let other = route.targets.iter().find(|target| target.weight > 0 && target.group.slots.available() > 0);
        Some(Chosen { group: other.map_or(chosen, |target| &target.group), aside: false })
    }

    /// The revision that is named by `x-hotswap-revision: KEY`, which is the newest, or by `KEY/NUMBER`.
    fn named<'a>(&self, route: &'a Route) -> Option<&'a Arc<RevisionGroup>> {
        let key = route.preview_key.as_deref()?;
        let rest = self.headers.get(REVISION)?.to_str().ok()?.strip_prefix(key)?;
        let mut groups = route.targets.iter().map(|target| &target.group);
        match rest.strip_prefix('/') {
            Some(number) => groups.find(|group| number.parse() == Ok(group.labels.revision)),
            None if rest.is_empty() => groups.next(),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_from_every_header_and_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; beta=yes"));
        headers.append(header::COOKIE, HeaderValue::from_static("c = 3;d=4=5"));
        assert_eq!(
            [cookie(&headers, "beta"), cookie(&headers, "d"), cookie(&headers, "bet"), cookie(&headers, "e")],
            [Some("yes"), Some("4=5"), None, None]
        );
        let audience = |by, value: Option<&str>| Audience { by, value: value.map(str::to_owned) };
        assert!(audience(Carries::Cookie("beta".into()), Some("yes")).takes_in(&headers));
        assert!(audience(Carries::Cookie("beta".into()), None).takes_in(&headers));
        assert!(!audience(Carries::Cookie("beta".into()), Some("no")).takes_in(&headers));
        assert!(!audience(Carries::Header(HeaderName::from_static("x-beta")), None).takes_in(&headers));
    }
}
