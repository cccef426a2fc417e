//! How one request is answered: who it is for, whether it may, which revision serves it, and what is told when none
//! does. The socket is `serve`'s.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use bytes::Bytes;
use hotswap_runtime::{Body, BoxError, Busy, Fault};
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header};
use tracing::Instrument;

use crate::Gateway;
use crate::address::{by_host, by_path, host, may_name_by_path};
use crate::choice::{Choice, Chosen};
use crate::forward::{self, FORWARDED_PREFIX};
use crate::inbound::{Sending, Watch, inbound};
use crate::outbound::Reply;
use crate::problem::Problem;
use crate::route::Route;
use crate::table::{Deployment, Dropped, Tenant};
use crate::track::Ongoing;

/// Whom a request is for.
struct Found {
    tenant: Arc<Tenant>,
    deployment: Arc<Deployment>,
    /// How many bytes of the path named it.
    prefix: usize,
}

impl Gateway {
    /// Answers one request from `peer`. Every failure is an answer too.
    pub async fn answer<B>(&self, request: Request<B>, peer: IpAddr) -> Response<Reply>
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        match self.admit(&request, peer) {
            Ok(found) => self.forward(request, found, peer).await,
            Err(problem) => problem.into_response(),
        }
    }

    /// Finds whom a request is for, and whether it may be asked now.
    fn admit<B>(&self, request: &Request<B>, peer: IpAddr) -> Result<Found, Problem>
    where
        B: http_body::Body,
    {
        if request.method() == Method::CONNECT {
            return Err(Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_supported",
                "No tunnels here",
                "this gateway opens no tunnels; send the request itself",
            ));
        }
        let config = &self.config;
        let Some(host) = host(request.uri(), request.headers()) else {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "missing_host",
                "The request names no host",
                format!("the request has no readable Host header; send <deployment>.<tenant>.{}", config.domain),
            ));
        };
        let address = by_host(host, &config.domain).or_else(|| {
            let may = config.path_routing && peer.is_loopback() && may_name_by_path(host, &config.domain);
            may.then(|| by_path(request.uri().path())).flatten()
        });
        let Some((tenant, address)) = address.and_then(|address| Some((self.table.tenant(&address.tenant)?, address))) else {
            return Err(unknown_host(host, &config.domain));
        };
        let admission = tenant.admission.load();
        if admission.policy.suspended {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "tenant_suspended",
                "The tenant is suspended",
                format!("tenant {} is suspended and not served", tenant.name),
            ));
        }
        if let Err(wait) = admission.spend() {
            tenant.limited.fetch_add(1, Relaxed);
            let detail = format!(
                "tenant {} is over its rate of {} requests a second",
                tenant.name,
                admission.policy.requests_per_second.unwrap_or_default()
            );
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests", detail).retry_after(seconds));
        }
        let Some(deployment) = tenant.deployment(&address.deployment) else {
            return Err(unknown_deployment(&tenant.name, &address.deployment));
        };
        if request.body().size_hint().lower() > config.max_request_body {
            return Err(self.too_large());
        }
        let prefix = address.prefix;
        drop(admission);
        Ok(Found { tenant, deployment, prefix })
    }

    /// Chooses a revision and a slot of it, and has it answer.
    async fn forward<B>(&self, request: Request<B>, found: Found, peer: IpAddr) -> Response<Reply>
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let prefix = found.prefix;
        let (choice, cookie) = Choice::of(request.headers(), &found.tenant, &found.deployment, &self.traces);
        let mut ongoing = match self.enter(&found, &choice).await {
            Ok(ongoing) => ongoing,
            Err(problem) => return problem.into_response(),
        };
        let method = request.method().clone();
        let (request, watch) = self.prepare(request, prefix, peer);
        let group = Arc::clone(&ongoing.group);
        let labels = &group.labels;
        let span = tracing::debug_span!(
            "request",
            tenant = labels.tenant,
            plugin = labels.plugin,
            version = labels.version,
            deployment = labels.deployment,
            revision = labels.revision,
        );
        let outcome = group.plugin.call(request).instrument(span.clone()).await;
        let _within = span.enter();
        // What follows from the client's doing is not the plugin's, whatever it answered.
        let (problem, tell) = match (outcome, watch.now()) {
            (_, Sending::TooLarge) | (Err(Fault::RequestTooLarge { .. }), _) => {
                ongoing.client_failed();
                (self.too_large(), "request body too large")
            }
            // Neither ours nor the plugin's: the client's.
            (Err(ref fault), _) if !fault.is_ours() && !fault.is_the_plugins() => {
                ongoing.client_failed();
                (request_broken(), "request broken")
            }
            (_, Sending::Broken) => {
                ongoing.client_failed();
                (request_broken(), "request body broke off")
            }
            (Err(Fault::Timeout { .. }), Sending::Awaited) => {
                ongoing.client_failed();
                (
                    Problem::new(
                        StatusCode::REQUEST_TIMEOUT,
                        "request_timeout",
                        "The request came too slowly",
                        "the request's body was not sent in time",
                    ),
                    "request body too slow",
                )
            }
            (Ok(response), _) if !response.status().is_informational() => {
                let mut reply = pass(response, ongoing, &method);
                if let Some(cookie) = cookie {
                    reply.headers_mut().append(header::SET_COOKIE, cookie);
                }
                return reply;
            }
            (Ok(response), _) => {
                let fault = Fault::BadResponse { reason: format!("status {} cannot end a request", response.status()) };
                ongoing.failed(&fault);
                tracing::debug!("plugin failed: {fault}");
                (Problem::of_fault(&fault), "no response")
            }
            (Err(fault), _) => {
                ongoing.failed(&fault);
                if fault.is_ours() {
                    tracing::warn!("request dropped: {fault}");
                } else {
                    tracing::debug!("plugin failed: {fault}");
                }
                (Problem::of_fault(&fault), "no response")
            }
        };
        tracing::debug!("{tell}");
        Problem { revision: Some(Arc::clone(&group)), ..problem }.into_response()
    }

    /// Chooses a revision and waits for a slot of it. A revision that drains meanwhile sends the request on to the
    /// route as it is then.
    async fn enter(&self, found: &Found, choice: &Choice<'_>) -> Result<Ongoing, Problem> {
        let arrived = Instant::now();
        let (tenant, mut deployment) = (&found.tenant, Arc::clone(&found.deployment));
        let mut closed_in: Option<Arc<Route>> = None;
        loop {
            let route = deployment.route.load_full();
            // The route holds a revision that drains, and it was looked at twice: there is nothing else to take.
            let stuck = closed_in.as_ref().is_some_and(|before| Arc::ptr_eq(before, &route));
            let Some(Chosen { group, aside }) = choice.among(&route).filter(|chosen| !stuck || chosen.group.slots.takes_requests()) else {
                deployment.drop_one(Dropped::Unavailable);
                return Err(unavailable(&tenant.name, &deployment.name));
            };
            let mut ongoing = Ongoing::new(Arc::clone(group), Arc::clone(&deployment), arrived, aside);
            match group.enter(self.config.queue_wait).await {
                Ok(slot) => {
                    ongoing.enter(slot);
                    return Ok(ongoing);
                }
                Err(Busy::Full { waited, available, slots }) if group.slots.takes_requests() => {
                    let reason = if available == 0 { Dropped::Unavailable } else { Dropped::Overloaded };
                    ongoing.drop_for(reason);
                    let labels = &group.labels;
                    tracing::debug!(
                        tenant = labels.tenant,
                        deployment = labels.deployment,
                        revision = labels.revision,
                        available,
                        slots,
                        "request dropped: no slot within {waited:?}"
                    );
                    let tell = if available == 0 { unavailable } else { overloaded };
                    return Err(Problem { revision: Some(Arc::clone(group)), ..tell(&tenant.name, &deployment.name) });
                }
                Err(_) => {
                    ongoing.let_go();
                    let now = self.table.tenant(&tenant.name).and_then(|tenant| tenant.deployment(&deployment.name));
                    let Some(now) = now else { return Err(unknown_deployment(&tenant.name, &deployment.name)) };
                    deployment = now;
                    closed_in = Some(route);
                }
            }
        }
    }

    /// The request as the plugin sees it, and a watch on its body.
    fn prepare<B>(&self, request: Request<B>, prefix: usize, peer: IpAddr) -> (Request<Body>, Watch)
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        forward::strip_hop_by_hop(&mut parts.headers);
        // It may hold what names revisions, which is no business of the plugin's.
        parts.headers.remove(forward::REVISION);
        if let Some(authority) = parts.uri.authority() {
            // An absolute target names the host, whatever the header says.
            if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
                parts.headers.insert(header::HOST, host);
            }
            let path = parts.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
            parts.uri = Uri::from(path);
        }
        let host = parts.headers.get(header::HOST).cloned();
        forward::set_forwarded(&mut parts.headers, peer, host);
        if prefix > 0 {
            if let Ok(stripped) = HeaderValue::from_str(&parts.uri.path()[..prefix]) {
                parts.headers.insert(FORWARDED_PREFIX, stripped);
            }
            parts.uri = without_prefix(&parts.uri, prefix);
        }
        forward::set_trace(&mut parts.headers, &self.traces);
        let (body, watch) = inbound(body, self.config.max_request_body);
        (Request::from_parts(parts, body), watch)
    }

    fn too_large(&self) -> Problem {
        let detail = format!("the request's body is larger than {} bytes", self.config.max_request_body);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", "The request is too large", detail)
    }
}

/// Passes a plugin's response on.
fn pass(response: Response<Body>, mut ongoing: Ongoing, method: &Method) -> Response<Reply> {
    let (mut parts, body) = response.into_parts();
    parts.version = Version::HTTP_11;
    parts.extensions.clear();
    ongoing.answered(parts.status);
    let known = http_body::Body::size_hint(&body).exact();
    let length = forward::dress_response(&mut parts.headers, &ongoing.group, method, known);
    let bodiless = method == Method::HEAD || matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let reply = if bodiless {
        // The sandbox before the slot.
        drop(body);
        drop(ongoing);
        Reply::whole(Bytes::new())
    } else {
        Reply::streamed(body, ongoing, length)
    };
    Response::from_parts(parts, reply)
}

/// What is left of a target once the deployment's own part of its path is taken away.
fn without_prefix(uri: &Uri, prefix: usize) -> Uri {
    let rest = uri.path_and_query().map_or("", |target| &target.as_str()[prefix..]);
    let parsed = if rest.starts_with('/') { rest.parse() } else { format!("/{rest}").parse() };
    parsed.unwrap_or_default()
}

fn request_broken() -> Problem {
    let detail = "the request cannot be passed on, or its body ended before it was whole";
    Problem::new(StatusCode::BAD_REQUEST, "request_broken", "The request is broken", detail)
}

fn unknown_host(host: &str, domain: &str) -> Problem {
    let detail = format!("no tenant is served at {host:?}; a deployment is reached at <deployment>.<tenant>.{domain}");
    Problem::new(StatusCode::NOT_FOUND, "unknown_host", "Unknown host", detail)
}

fn unknown_deployment(tenant: &str, deployment: &str) -> Problem {
    let detail = format!("tenant {tenant} has no deployment {deployment:?}");
    Problem::new(StatusCode::NOT_FOUND, "unknown_deployment", "Unknown deployment", detail)
}

fn unavailable(tenant: &str, deployment: &str) -> Problem {
    let detail = format!("no instance of {tenant}/{deployment} is available just now; retry shortly");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Nothing available", detail).retry_after(1)
}

fn overloaded(tenant: &str, deployment: &str) -> Problem {
    let detail = format!("every instance of {tenant}/{deployment} is in use; retry shortly");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "No capacity just now", detail).retry_after(1)
}
