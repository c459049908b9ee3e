//! Where a path leads, and which base URL made it lead nowhere.

use flowkeep_core::model::{Protocol, Route};
use http::StatusCode;

use crate::error::Refusal;

/// The path below `/v1`. Tools that forget the prefix are understood when they
/// ask for a route that exists, by its exact name; nothing else at the root is.
pub(crate) fn below(path: &str) -> Option<&str> {
    match path.strip_prefix("/v1/") {
        Some("") => None,
        Some(rest) => Some(rest),
        None => path
            .strip_prefix('/')
            .filter(|rest| Route::of(rest).is_known()),
    }
}

/// Whose shape an error on this path has.
pub(crate) fn protocol_of(path: &str) -> Protocol {
    let route = below(path).map(Route::of);
    let known = route.as_ref().is_some_and(Route::is_known);
    match wrong_base(path) {
        Some(meant) if !known => meant.protocol,
        _ => route.map_or(Protocol::OpenAi, |route| route.protocol()),
    }
}

/// Says what to change when a route is asked for behind a wrong base URL: one
/// that has `/v1` twice, ends in a slash, or is the address of a route itself.
/// `None` for what is below `/v1` and may be the upstream's to answer.
pub(crate) fn wrong_base(path: &str) -> Option<Refusal> {
    let (base, route) = at_end(path)?;
    if matches!(base, "" | "/v1") || !is_mistaken(base, &route) {
        return None;
    }
    // Anthropic's SDKs add `/v1` themselves.
    let adds_v1 = route.protocol() == Protocol::Anthropic;
    let told = match base.strip_suffix("/v1") {
        Some(told) if adds_v1 => told,
        _ => base,
    };
    let message = if adds_v1 && told != base {
        format!(
            "the base URL ends in \"{told}\"; remove that, since this tool adds \"/v1\" by itself"
        )
    } else {
        format!("the base URL ends in \"{told}\"; let it end in \"/v1\" instead")
    };
    let refusal = Refusal::new(StatusCode::NOT_FOUND, "wrong_base_url", message);
    Some(refusal.for_protocol(route.protocol()))
}

/// The documented route that a path ends in, and what stands before it.
fn at_end(path: &str) -> Option<(&str, Route)> {
    path.match_indices('/').find_map(|(at, _)| {
        let route = Route::of(&path[at + 1..]);
        route.is_known().then(|| (&path[..at], route))
    })
}

/// Below `/v1` only what cannot be a path of the vendor's.
fn is_mistaken(base: &str, route: &Route) -> bool {
    let Some(mut inner) = base.strip_prefix("/v1") else {
        return true;
    };
    if !inner.starts_with('/') || inner.ends_with('/') || inner.contains("//") {
        return true;
    }
    while let Some(rest) = inner.strip_prefix("/v1") {
        inner = rest;
    }
    while let Some(rest) = inner.strip_suffix("/v1") {
        inner = rest;
    }
    inner.is_empty() || inner.strip_prefix('/').map(Route::of).as_ref() == Some(route)
}

#[cfg(test)]
mod tests;
