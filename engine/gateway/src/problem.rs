//! The gateway's own answers: problems (`application/problem+json`) with a stable code, which the header
//! `x-hotswap-error` carries too. What a plugin says of itself is never in them.

use std::sync::Arc;

use bytes::Bytes;
use hotswap_runtime::Fault;
use http::{HeaderValue, Response, StatusCode, header};

use crate::RevisionGroup;
use crate::forward::{self, ERROR};
use crate::outbound::Reply;

/// An answer of the gateway's own.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
    pub(crate) fault: Option<&'static str>,
    pub(crate) retry_after: Option<u64>,
    /// The revision it happened at.
    pub(crate) revision: Option<Arc<RevisionGroup>>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, title, detail: detail.into(), fault: None, retry_after: None, revision: None }
    }

    /// Try again after this many seconds.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..self }
    }

    /// A plugin's, or the runtime's, fault. The kind is told; the rest is for the operator's log.
    pub(crate) fn of_fault(fault: &Fault) -> Self {
        let (code, title, detail) = match fault {
            Fault::Trap { .. } => ("plugin_trap", "The plugin trapped", "the plugin's code trapped while it answered this request"),
            Fault::Timeout { .. } => ("plugin_timeout", "The plugin took too long", "the plugin did not answer within its timeout"),
            Fault::OutOfMemory { .. } => {
                ("plugin_out_of_memory", "The plugin ran out of memory", "the plugin needed more memory than its limit")
            }
            Fault::NoResponse => ("plugin_no_response", "The plugin gave no response", "the plugin returned without a response"),
            Fault::RequestTooLarge { .. } => {
                ("request_too_large", "The request is too large", "the request's body is larger than the plugin's limit")
            }
            Fault::Overloaded { .. } => ("overloaded", "No capacity just now", "no sandbox is free on this host; retry shortly"),
            Fault::Internal { .. } => ("internal", "The gateway failed", "this host failed; the plugin did nothing wrong"),
            _ => ("plugin_bad_response", "The plugin's response cannot be sent", "the plugin's response is not one that can be sent"),
        };
        let problem = Self { fault: Some(fault.kind()), ..Self::new(fault.status(), code, title, detail) };
        if fault.is_ours() { problem.retry_after(1) } else { problem }
    }

    pub(crate) fn into_response(self) -> Response<Reply> {
        let mut body = serde_json::json!({
            "type": format!("urn:hotswap:problem:{}", self.code),
            "title": self.title,
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Some(fault) = self.fault {
            body["fault"] = fault.into();
        }
        let mut response = Response::new(Reply::whole(Bytes::from(body.to_string())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(ERROR, HeaderValue::from_static(self.code));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(group) = &self.revision {
            forward::set_revision(headers, group);
        }
        response
    }
}
