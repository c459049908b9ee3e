//! Which key a request is signed with (siliconflow-api.md §1.2).

use http::header::AUTHORIZATION;
use http::request::Parts;

use super::Route;

/// The key of a request, from whichever header its route accepts.
pub(super) fn key(head: &Parts, route: Route) -> Option<&str> {
    let bearer = head
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim());
    if bearer.is_some() || route != Route::Messages {
        return bearer;
    }
    head.headers.get("x-api-key")?.to_str().ok()
}
