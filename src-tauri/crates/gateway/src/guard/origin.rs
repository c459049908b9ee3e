//! S4: pages of other origins are refused, whatever the method.

use http::{HeaderMap, HeaderValue, Request, StatusCode, header};

use crate::address::below;
use crate::error::Refusal;

/// The allowed origin of the request, or `None` when it has none.
pub(super) fn check<B>(
    request: &Request<B>,
    allowed: &[String],
) -> Result<Option<HeaderValue>, Refusal> {
    let headers = request.headers();
    let path = request.uri().path();
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) if comes_from_elsewhere(headers) => Err(refused()),
        (None, _) => Ok(None),
        (Some(origin), None) => {
            let text = origin.to_str().unwrap_or_default();
            let listed = text != "null" && allowed.iter().any(|other| other == text);
            // A page that may spend keys may still not administer them.
            let admitted = if below(path).is_some() {
                listed
            } else {
                is_own(text, headers)
            };
            if admitted {
                return Ok(Some(origin.clone()));
            }
            Err(refused())
        }
        (Some(_), Some(_)) => Err(refused()),
    }
}

fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site" || site == "same-site")
}

/// The console's own origin: the very `Host` that was already allowed.
fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    origin
        .strip_prefix("http://")
        .is_some_and(|name| host == Some(name))
}

fn refused() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "origin_not_allowed",
        "this web page may not use Flowkeep; its exact origin must be added to allowed_origins in \
         settings.toml",
    )
}

#[cfg(test)]
mod tests;
