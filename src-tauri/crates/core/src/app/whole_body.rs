//! A client's body in one piece, where it must be read instead of passed on.

use std::error::Error;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::relay::{CallBody, Failure, FailureCode};
use crate::upstream::UploadError;

/// Longest body that is read as a tree, in bytes (S37).
const TREE: usize = 16 << 20;
/// A body of so many bytes is read in about a millisecond.
const AT_ONCE: usize = 256 << 10;

/// Takes the body out of a call, if it has at most so many bytes.
///
/// # Errors
/// When it breaks off, dawdles, or is longer.
pub(super) async fn take(body: &mut CallBody, most: usize) -> Result<Bytes, Failure> {
    match std::mem::take(body) {
        CallBody::Whole(bytes) if bytes.len() > most => Err(too_long(most)),
        CallBody::Whole(bytes) => Ok(bytes),
        CallBody::Stream(stream) => match Limited::new(stream, most).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(too_long(most)),
            Err(error) => Err(broken(error.as_ref())),
        },
    }
}

/// Takes the body out of a call and has `read` make a tree of it, which takes a
/// multiple of its bytes: of a long one where no other request waits for that.
///
/// # Errors
/// As [`take`], with [`TREE`].
pub(super) async fn read<T: Send + 'static>(
    body: &mut CallBody,
    read: fn(&[u8]) -> T,
) -> Result<T, Failure> {
    let bytes = take(body, TREE).await?;
    if bytes.len() <= AT_ONCE {
        return Ok(read(&bytes));
    }
    tokio::task::spawn_blocking(move || read(&bytes))
        .await
        .map_err(|_| Failure::internal())
}

fn too_long(most: usize) -> Failure {
    Failure::new(
        FailureCode::BodyTooLarge,
        format!(
            "a body that Flowkeep must read itself may have at most {} MiB on this route",
            most >> 20
        ),
    )
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

#[cfg(test)]
mod tests;
