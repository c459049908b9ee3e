//! S5: only types that a plain HTML form cannot send.

use flowkeep_core::app::Form;
use flowkeep_core::model::BodyRule;
use http::{HeaderMap, StatusCode, header};

use crate::error::Refusal;

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";

/// Judges the type of a request that may have a body.
///
/// # Errors
/// 415 that says which type to send; 400 for a form without a boundary.
pub fn check_content_type(
    headers: &HeaderMap,
    rule: BodyRule,
    has_body: bool,
) -> Result<(), Refusal> {
    let named = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = named.split(';').next().unwrap_or_default().trim();
    let json = essence.eq_ignore_ascii_case(JSON);
    let form = essence.eq_ignore_ascii_case(FORM);
    let nothing = essence.is_empty() && !has_body;
    let (fits, wanted) = match rule {
        BodyRule::None => (json || nothing, JSON),
        BodyRule::Json => (json, JSON),
        BodyRule::Multipart => (form, FORM),
        BodyRule::JsonOrMultipart => (json || form, "application/json or multipart/form-data"),
        BodyRule::Any => (
            json || form || nothing,
            "application/json or multipart/form-data",
        ),
    };
    if !fits {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!("send the header `content-type: {wanted}`"),
        ));
    }
    if form && Form::new(named, b"").is_none() {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "boundary_missing",
            "the content type multipart/form-data has no boundary; let the HTTP library set the \
             header, it knows the boundary",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
