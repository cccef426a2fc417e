//! What an S3 server's refusals and a connection's failures mean.

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::StorageError;

/// Codes that won't change by asking again.
const FINAL: &[&str] = &[
    "NoSuchBucket",
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidBucketName",
    "PermanentRedirect",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidToken",
];

/// What to tell of a request that failed. Of the request itself, whose headers hold a signature, nothing.
pub(super) fn remote<E>(doing: &'static str, place: String, error: &SdkError<E>) -> StorageError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let reason = match error {
        SdkError::ServiceError(refused) => {
            let refused = refused.err();
            let status = status.map_or_else(String::new, |status| format!(" {status}"));
            // There is none in an answer to HEAD, which has no body.
            let code = refused.code().map_or_else(String::new, |code| format!(" {code}"));
            let message = refused.message().map_or_else(String::new, |message| format!(" ({message})"));
            format!("the S3 server answers{status}{code}{message}")
        }
        SdkError::TimeoutError(_) => "the S3 server did not answer in time".to_owned(),
        SdkError::DispatchFailure(failed) => match failed.as_connector_error() {
            Some(error) if error.is_timeout() => "the S3 server did not answer in time".to_owned(),
            Some(error) => format!("no connection to the S3 server: {}", innermost(error)),
            None => "no connection to the S3 server".to_owned(),
        },
        _ => match status {
            Some(status) => format!("the S3 server gave an answer with the status {status} that cannot be read"),
            None => format!("the request failed: {}", innermost(error)),
        },
    };
    let is_final = error.code().is_some_and(|code| FINAL.contains(&code)) || status == Some(403);
    StorageError::Remote { doing, place, reason, is_final }
}

/// Whether what was asked for is not there.
pub(super) fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    // An answer to HEAD has no body, and so no code. A bucket that isn't there is another matter.
    matches!(error.code(), Some("NoSuchKey" | "NotFound" | "NoSuchUpload"))
        || (error.code().is_none() && error.raw_response().is_some_and(|response| response.status().as_u16() == 404))
}

/// Whether the server doesn't do such things at all.
pub(super) fn is_unsupported<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    matches!(error.code(), Some("NotImplemented" | "MethodNotAllowed"))
}

/// What the last error of a chain says: which layers it came through is nobody's business.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}
