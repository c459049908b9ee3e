//! Which headers pass in which direction (S11, S13).

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Request headers that travel upstream as they are.
const FORWARDED: &[&str] = &[
    "accept",
    "accept-language",
    "anthropic-beta",
    "anthropic-version",
    "content-type",
    "idempotency-key",
    "traceparent",
    "x-enable-watermark",
    "x-request-id",
    "x-trace-id",
];

/// Prefixes of further request headers that travel upstream.
const FORWARDED_PREFIXES: &[&str] = &["openai-", "x-stainless-"];

/// Response headers that stay here: they speak of the upstream's connection,
/// its origin or its server, none of which the client is talking to, or make a
/// browser act in the name of this origin.
const WITHHELD: &[&str] = &[
    "alt-svc",
    "clear-site-data",
    "connection",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-resource-policy",
    "keep-alive",
    "link",
    "nel",
    "proxy-authenticate",
    "proxy-connection",
    "refresh",
    "report-to",
    "reporting-endpoints",
    "server",
    "service-worker-allowed",
    "set-cookie",
    "sourcemap",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
    "x-powered-by",
];

/// The allow-listed part of a client's headers, for the upstream request.
#[must_use]
pub fn request_headers(client: &HeaderMap) -> HeaderMap {
    let dropped = named_by_connection(client);
    let mut out = HeaderMap::with_capacity(8);
    for (name, value) in client {
        let listed = FORWARDED.contains(&name.as_str())
            || FORWARDED_PREFIXES
                .iter()
                .any(|prefix| name.as_str().starts_with(prefix));
        if listed && !dropped.iter().any(|other| other == name.as_str()) {
            out.append(name, value.clone());
        }
    }
    // The body is metered as it passes, so it must come as plain bytes (S37).
    out.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    out
}

/// Removes from an upstream answer what must not reach the client. One look at
/// the few headers that are there, not one search per header that could be.
pub fn strip_response_headers(headers: &mut HeaderMap) {
    let named = named_by_connection(headers);
    let stays_here = |name: &str| {
        WITHHELD.contains(&name)
            || name.starts_with("access-control-")
            || name.starts_with("x-flowkeep-")
            || named.iter().any(|other| other == name)
    };
    let foreign: Vec<HeaderName> = headers
        .keys()
        .filter(|name| stays_here(name.as_str()))
        .cloned()
        .collect();
    for name in foreign {
        headers.remove(name);
    }
}

/// Names listed in `Connection`: hop-by-hop by the sender's word (RFC 9110 §7.6.1).
fn named_by_connection(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
