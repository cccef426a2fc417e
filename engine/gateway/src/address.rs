//! Which deployment a request is for: by its host, or by its path. Whether there is such a deployment is the table's.

use std::borrow::Cow;
use std::net::IpAddr;

use http::{HeaderMap, Uri, header};

/// Whom a request names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    pub(crate) tenant: Cow<'a, str>,
    pub(crate) deployment: Cow<'a, str>,
    /// How many bytes of the path named it: those are stripped.
    pub(crate) prefix: usize,
}

/// The host a request was sent to, without the port: that of an absolute target, else of the `Host` header.
pub(crate) fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let authority = match uri.authority() {
        Some(authority) => authority.as_str(),
        None => headers.get(header::HOST)?.to_str().ok()?,
    };
    let host = match authority.strip_prefix('[') {
        // An IPv6 literal, its colons in brackets.
        Some(literal) => literal.split_once(']')?.0,
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// The deployment a host names: `<deployment>.<tenant>.<domain>`, in any case.
pub(crate) fn by_host<'a>(host: &'a str, domain: &str) -> Option<Address<'a>> {
    let cut = host.len().checked_sub(domain.len())?;
    let (rest, tail) = (host.get(..cut)?, host.get(cut..)?);
    if !tail.eq_ignore_ascii_case(domain) {
        return None;
    }
    let (deployment, tenant) = rest.strip_suffix('.')?.split_once('.')?;
    if deployment.is_empty() || tenant.is_empty() || tenant.contains('.') {
        return None;
    }
    Some(Address { tenant: lower(tenant), deployment: lower(deployment), prefix: 0 })
}

/// The deployment a path names: `/t/<tenant>/<deployment>`, with or without more.
pub(crate) fn by_path(path: &str) -> Option<Address<'_>> {
    let (tenant, rest) = path.strip_prefix("/t/")?.split_once('/')?;
    let deployment = rest.split_once('/').map_or(rest, |(deployment, _)| deployment);
    if tenant.is_empty() || deployment.is_empty() {
        return None;
    }
    let prefix = "/t/".len() + tenant.len() + "/".len() + deployment.len();
    Some(Address { tenant: Cow::Borrowed(tenant), deployment: Cow::Borrowed(deployment), prefix })
}

/// Whether a path may name a deployment under this host: the bare domain, or loopback itself. Any other name that
/// leads here may be a stranger's, whose pages would then read every tenant's answers.
pub(crate) fn may_name_by_path(host: &str, domain: &str) -> bool {
    host.eq_ignore_ascii_case(domain) || host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'a>(address: &'a Option<Address<'_>>) -> Option<(&'a str, &'a str)> {
        address.as_ref().map(|found| (&*found.tenant, &*found.deployment))
    }

    #[test]
    fn a_host_names_deployment_tenant_and_domain_in_any_case() {
        for host in ["hello.acme.plugins.example", "HELLO.Acme.Plugins.EXAMPLE"] {
            assert_eq!(named(&by_host(host, "plugins.example")), Some(("acme", "hello")), "{host}");
        }
        let strangers = [
            "acme.plugins.example",
            "plugins.example",
            "a.hello.acme.plugins.example",
            ".acme.plugins.example",
            "hello..plugins.example",
            "hello.acmeplugins.example",
            "é",
            "",
        ];
        for host in strangers {
            assert_eq!(named(&by_host(host, "plugins.example")), None, "{host}");
        }
    }

    #[test]
    fn the_port_and_a_final_dot_do_not_count() {
        let mut headers = HeaderMap::new();
        for (given, found) in
            [("a.b.c:80", "a.b.c"), ("a.b.c.", "a.b.c"), ("a.b.c.:1", "a.b.c"), ("[::1]:80", "::1"), ("127.0.0.1:7", "127.0.0.1")]
        {
            headers.insert(header::HOST, given.parse().unwrap());
            assert_eq!(host(&Uri::from_static("/x"), &headers), Some(found), "{given}");
        }
        assert_eq!(host(&Uri::from_static("http://x.y.z:9/"), &headers), Some("x.y.z"));
        assert_eq!(host(&Uri::from_static("/"), &HeaderMap::new()), None);
    }

    #[test]
    fn a_path_names_tenant_and_deployment_and_is_cut_after_them() {
        for (path, rest) in [("/t/acme/hello", ""), ("/t/acme/hello/", "/"), ("/t/acme/hello/a/b", "/a/b")] {
            let address = by_path(path);
            assert_eq!(named(&address), Some(("acme", "hello")), "{path}");
            assert_eq!(&path[address.unwrap().prefix..], rest);
        }
        for path in ["/", "/t/", "/t/acme", "/t/acme/", "/t//hello", "/x/acme/hello"] {
            assert_eq!(by_path(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_names_nothing_under_a_strangers_host() {
        for own in ["localhost", "127.0.0.1", "::1", "plugins.example"] {
            assert!(may_name_by_path(own, "plugins.example"), "{own}");
        }
        for other in ["evil.example", "10.0.0.1", "hello.acme.plugins.example"] {
            assert!(!may_name_by_path(other, "plugins.example"), "{other}");
        }
    }
}
