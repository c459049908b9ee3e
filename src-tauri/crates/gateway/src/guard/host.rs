//! S3: the `Host` must be one of ours, by its exact name.

use http::uri::Authority;
use http::{Request, StatusCode, Version, header};

use crate::error::Refusal;

const OURS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// One `Host`, with an allowed name; an absolute URI must agree.
pub(super) fn check<B>(request: &Request<B>, allowed: &[String]) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default(),
        // HTTP/1.0 clients may leave it out; then there is nothing to rebind.
        (None, None) if request.version() == Version::HTTP_10 => OURS[0],
        _ => return Err(refused(StatusCode::BAD_REQUEST)),
    };
    let absolute = request.uri().authority().map(Authority::as_str);
    if !host_is_allowed(host, allowed) || !absolute.is_none_or(|uri| host_is_allowed(uri, allowed))
    {
        return Err(refused(StatusCode::FORBIDDEN));
    }
    Ok(())
}

fn refused(status: StatusCode) -> Refusal {
    Refusal::new(
        status,
        "host_not_allowed",
        "use http://localhost or http://127.0.0.1; other names must be added to allowed_hosts in \
         settings.toml",
    )
}

/// Whether `name[:port]` is one of ours or of the user's list. No suffixes: a
/// name that ends like ours belongs to somebody else.
#[must_use]
pub fn host_is_allowed(host: &str, allowed: &[String]) -> bool {
    let Some(name) = name_of(host) else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    OURS.contains(&name) || allowed.iter().any(|other| other == name)
}

/// The name without its port; `None` when the port is no number.
fn name_of(host: &str) -> Option<&str> {
    let after_name = if host.starts_with('[') {
        host.find(']')? + 1
    } else {
        host.find(':').unwrap_or(host.len())
    };
    let (name, port) = host.split_at(after_name);
    let port_is_sound = match port.strip_prefix(':') {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => port.is_empty(),
    };
    port_is_sound.then_some(name)
}

#[cfg(test)]
mod tests;
