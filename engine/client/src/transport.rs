//! How a call is sent: headers, deadline, retries, and what its answer means. What is asked for is in the other files.
//!
//! Every call may be sent again: `GET`, `PUT` and `DELETE` by what they are, `POST` and `PATCH` by the Idempotency-Key, which
//! stays the same for all tries of one call.

use std::error::Error as _;
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable as _};
use bytes::Bytes;
use hotswap_api::{ErrorCode, Problem};
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::ClientError;
use crate::file::{FileBody, file_error};

/// A server that is not there at all is asked again only for so long: it may be starting, but more likely it is not running.
pub(crate) const CONNECT_PATIENCE: Duration = Duration::from_secs(2);
/// With less time left than this, nothing is tried again.
pub(crate) const SHORTEST_WAIT: Duration = Duration::from_millis(20);
/// How long an upload may take, its retries included.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(600);
/// A large file may take longer: bytes a second that an upload makes at the least.
const SLOWEST_UPLOAD: u64 = 256 << 10;
/// Most of a strange answer that is shown.
const EXCERPT: usize = 120;

/// What goes with a call.
#[derive(Debug, Clone)]
enum Body {
    None,
    Bytes(Bytes),
    File(FileBody),
}

/// One call, ready to be sent as often as it takes.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
    body: Body,
    timeout: Option<Duration>,
    changes: bool,
}

impl Call {
    pub(crate) fn new(method: Method, path: String) -> Self {
        let mut headers = HeaderMap::new();
        if method != Method::GET {
            let key = uuid::Uuid::new_v4().to_string();
            let key = HeaderValue::from_str(&key).expect("a UUID is letters, digits and dashes");
            headers.insert(HeaderName::from_static("idempotency-key"), key);
        }
        let changes = method != Method::GET;
        Self { method, path, query: Vec::new(), headers, body: Body::None, timeout: None, changes }
    }

    /// The same call as part of an operation known by `key`; what only reads needs none.
    fn keyed(mut self, key: &str) -> Self {
        if self.method != Method::GET
            && let Ok(key) = HeaderValue::from_str(&format!("{key} {} {}", self.method, self.path))
        {
            self.headers.insert(HeaderName::from_static("idempotency-key"), key);
        }
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("wire types have text keys and finite numbers");
        self.body = Body::Bytes(body.into());
        self.header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// A call that only asks, whatever its method.
    pub(crate) fn changes_nothing(mut self) -> Self {
        self.changes = false;
        self
    }

    /// A call that may take longer than others.
    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub(crate) fn upload(mut self, body: Bytes) -> Self {
        self.body = Body::Bytes(body);
        self.timeout = Some(UPLOAD_TIMEOUT);
        self.header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
    }

    pub(crate) fn upload_file(mut self, body: FileBody) -> Self {
        self.timeout = Some(UPLOAD_TIMEOUT + Duration::from_secs(body.size / SLOWEST_UPLOAD));
        // Announced, so that a server without so much room says so before the first byte.
        let size = HeaderValue::from(body.size);
        self.body = Body::File(body);
        self.header(CONTENT_LENGTH, size).header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// One failed try.
struct Failure {
    error: ClientError,
    again: Again,
}

enum Again {
    Never,
    /// There was no connection.
    Reconnect,
    /// The server asks for patience, perhaps for so long.
    Later(Option<Duration>),
}

impl Client {
    /// Sends a call and reads its answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, ClientError> {
        let call = self.in_operation(call);
        let answer = self.send_for_bytes(&call).await?;
        serde_json::from_slice(&answer).map_err(|error| self.bad_answer(&call, format!("JSON that cannot be read: {error}")))
    }

    /// Sends a call whose answer has nothing in it.
    pub(crate) async fn send_for_nothing(&self, call: Call) -> Result<(), ClientError> {
        self.send_for_bytes(&self.in_operation(call)).await.map(drop)
    }

    fn in_operation(&self, call: Call) -> Call {
        match &self.key {
            Some(key) => call.keyed(key),
            None => call,
        }
    }

    /// Those of a list that have these names.
    pub(crate) async fn list_named<T: DeserializeOwned>(&self, path: &str, names: &[String]) -> Result<Vec<T>, ClientError> {
        self.list(Call::new(Method::GET, path.to_owned()).query("names", names.join(","))).await
    }

    async fn send_for_bytes(&self, call: &Call) -> Result<Bytes, ClientError> {
        if call.changes {
            self.inner.changed.note();
        }
        let usual = call.timeout.unwrap_or(self.inner.config.timeout);
        let (timeout, is_patient) = match &self.limit {
            Some(limit) => (limit.left(), true),
            None => (usual, false),
        };
        let begin = Instant::now();
        let (mut tries, mut last) = (1, None);
        let sent = (|| self.attempt_within(call, usual))
            .retry(backoff())
            .when(|failure: &Failure| match failure.again {
                Again::Never => false,
                Again::Reconnect => is_patient || begin.elapsed() < CONNECT_PATIENCE,
                Again::Later(_) => true,
            })
            // A wait that ends after the deadline would end in a time-out that hides what the server said.
            .adjust(|failure: &Failure, planned| {
                let wait = match failure.again {
                    Again::Later(Some(asked)) => Some(asked),
                    _ => planned,
                };
                let left = timeout.saturating_sub(begin.elapsed());
                if is_patient {
                    wait.map(|wait| wait.min(left / 2)).filter(|_| left > SHORTEST_WAIT)
                } else {
                    wait.filter(|wait| *wait < left)
                }
            })
            .notify(|failure: &Failure, wait| {
                tracing::debug!(call = call.name(), ?wait, error = %failure.error, "trying again");
                tries += 1;
                last = Some(failure.error.in_short());
            });
        let answer = tokio::time::timeout(timeout, sent).await;
        let after = self.limit.as_ref().map_or(timeout, |limit| limit.lasts);
        let answer = match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(failure)) if is_patient && !matches!(failure.again, Again::Never) => {
                Err(self.timed_out(call.name(), after, tries, Some(failure.error.in_short())))
            }
            Ok(Err(failure)) => Err(failure.error),
            Err(_) => Err(self.timed_out(call.name(), after, tries, last)),
        };
        let milliseconds = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(call = call.name(), milliseconds, succeeded = answer.is_ok(), "called the server");
        answer
    }

    /// Sends a call once and gives the answer's head, for answers that come in pieces.
    pub(crate) async fn open(&self, call: &Call) -> Result<Response, ClientError> {
        let response = self.request(call).await?.send().await.map_err(|error| self.broken(call, &error).error)?;
        if response.status().is_success() { Ok(response) } else { Err(self.refused(call, response).await.error) }
    }

    /// Sends a call once; who has patience for more than one try does not spend all of it on a connection that is stuck.
    async fn attempt_within(&self, call: &Call, usual: Duration) -> Result<Bytes, Failure> {
        let stuck = |_| Failure { error: self.timed_out(call.name(), usual, 1, None), again: Again::Later(None) };
        tokio::time::timeout(usual, self.attempt(call)).await.map_err(stuck)?
    }

    async fn attempt(&self, call: &Call) -> Result<Bytes, Failure> {
        let request = self.request(call).await.map_err(|error| Failure { error, again: Again::Never })?;
        let response = request.send().await.map_err(|error| self.broken(call, &error))?;
        if !response.status().is_success() {
            return Err(self.refused(call, response).await);
        }
        response.bytes().await.map_err(|error| self.broken(call, &error))
    }

    async fn request(&self, call: &Call) -> Result<reqwest::RequestBuilder, ClientError> {
        let url = self.inner.config.endpoint.join(&call.path);
        let mut request = self.inner.http.request(call.method.clone(), url).headers(call.headers.clone());
        if !call.headers.contains_key(ACCEPT) {
            request = request.header(ACCEPT, "application/json");
        }
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        if let Some(token) = &self.inner.config.credentials.token {
            request = request.bearer_auth(token.reveal());
        }
        Ok(match &call.body {
            Body::None => request,
            Body::Bytes(bytes) => request.body(bytes.clone()),
            Body::File(file) => request.body(file.open().await?),
        })
    }

    /// What a request without a full answer means.
    fn broken(&self, call: &Call, error: &reqwest::Error) -> Failure {
        if error.is_builder() {
            // A token with a line break in it, for one.
            let reason = innermost(error);
            return Failure { error: ClientError::Setup { endpoint: self.endpoint().clone(), reason }, again: Again::Never };
        }
        if let Some(error) = file_error(error) {
            return Failure { error, again: Again::Never };
        }
        if error.is_decode() {
            return Failure { error: self.bad_answer(call, innermost(error)), again: Again::Never };
        }
        Failure { error: ClientError::Unreachable { endpoint: self.endpoint().clone(), reason: innermost(error) }, again: Again::Reconnect }
    }

    /// What an answer that is no success means.
    async fn refused(&self, call: &Call, response: Response) -> Failure {
        let status = response.status();
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok()).map(Duration::from_secs);
        let body = match response.bytes().await {
            Ok(body) => body,
            Err(error) => return self.broken(call, &error),
        };
        let problem = serde_json::from_slice::<Problem>(&body).ok();
        let again = match (status, problem.as_ref().map(|problem| problem.code)) {
            // The limit is counted by the hour: nobody waits for that with a terminal open, unless told how long.
            (StatusCode::TOO_MANY_REQUESTS, Some(ErrorCode::RateLimited)) if asked.is_none() => Again::Never,
            (
                StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT,
                _,
            ) => Again::Later(asked),
            _ => Again::Never,
        };
        let error = match problem {
            Some(problem) if problem.code == ErrorCode::Unauthorized => self.unauthorized(),
            Some(problem) => ClientError::Problem(Box::new(problem)),
            None if status == StatusCode::UNAUTHORIZED => self.unauthorized(),
            None => self.bad_answer(call, format!("{status}: {}", excerpt(&body))),
        };
        Failure { error, again }
    }

    fn unauthorized(&self) -> ClientError {
        let (endpoint, credentials) = (self.endpoint().clone(), &self.inner.config.credentials);
        match credentials.token {
            Some(_) => ClientError::TokenRefused { endpoint, origin: credentials.origin.clone() },
            None => ClientError::TokenMissing { endpoint, looked: credentials.origin.clone() },
        }
    }

    pub(crate) fn timed_out(&self, call: String, after: Duration, tries: u32, last: Option<String>) -> ClientError {
        ClientError::TimedOut { endpoint: self.endpoint().clone(), call, after, tries, last }
    }

    pub(crate) fn bad_answer(&self, call: &Call, answer: String) -> ClientError {
        ClientError::BadAnswer { endpoint: self.endpoint().clone(), call: call.name(), answer }
    }
}

/// From one try to the next.
pub(crate) fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(5))
        .with_jitter()
        .without_max_times()
}

/// What the last error of a chain says: `Connection refused (os error 111)`, not which layers it came through.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let mut last = error.source();
    while let Some(next) = last.and_then(|error| error.source()) {
        last = Some(next);
    }
    last.map_or_else(|| error.to_string(), ToString::to_string)
}

fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    match text.char_indices().nth(EXCERPT) {
        _ if text.is_empty() => "an empty body".to_owned(),
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
