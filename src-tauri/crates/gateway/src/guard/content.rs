//! S5: only types that a plain HTML form cannot send.

use http::{HeaderMap, StatusCode, header};

use crate::error::Refusal;

/// What a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentRule {
    /// `application/json` only.
    Json,
    /// JSON, `multipart/form-data`, or no body at all.
    JsonOrMultipart,
}

/// Judges the type of a request that has a body.
///
/// # Errors
/// 415 that says which type to send.
pub fn check_content_type(
    headers: &HeaderMap,
    rule: ContentRule,
    has_body: bool,
) -> Result<(), Refusal> {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let fits = match rule {
        ContentRule::Json => essence == "application/json",
        ContentRule::JsonOrMultipart => {
            essence == "application/json" || essence == "multipart/form-data" || !has_body
        }
    };
    if fits {
        return Ok(());
    }
    let wanted = match rule {
        ContentRule::Json => "application/json",
        ContentRule::JsonOrMultipart => "application/json or multipart/form-data",
    };
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        format!("send the header `content-type: {wanted}`"),
    ))
}

#[cfg(test)]
mod tests;
