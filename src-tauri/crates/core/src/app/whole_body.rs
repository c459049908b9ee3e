//! A client's body in one piece, where it must be read instead of passed on.

use std::error::Error;

use bytes::Bytes;
use http_body_util::BodyExt as _;

use super::relay::{CallBody, Failure, FailureCode};
use crate::upstream::UploadError;

/// Takes the body out of a call. The gateway has bounded its size.
///
/// # Errors
/// When it breaks off, dawdles, or is longer than allowed.
pub(super) async fn take(body: &mut CallBody) -> Result<Bytes, Failure> {
    match std::mem::replace(body, CallBody::Whole(Bytes::new())) {
        CallBody::Whole(bytes) => Ok(bytes),
        CallBody::Stream(stream) => match stream.collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) => Err(broken(&error)),
        },
    }
}

fn broken(error: &(dyn Error + 'static)) -> Failure {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(fault) = error.downcast_ref::<UploadError>() {
            let code = match fault {
                UploadError::BrokeOff(_) => FailureCode::BodyIncomplete,
                UploadError::TooLarge => FailureCode::BodyTooLarge,
                UploadError::Idle => FailureCode::UploadTimeout,
            };
            return Failure::new(code, fault.to_string());
        }
        cause = error.source();
    }
    Failure::new(FailureCode::BodyIncomplete, "the request body broke off")
}
