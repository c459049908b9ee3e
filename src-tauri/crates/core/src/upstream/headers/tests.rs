use super::*;

fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

/// S13: nothing of the client's identity or browser travels on.
#[test]
fn only_listed_request_headers_travel() {
    let sent = request_headers(&map(&[
        ("authorization", "Bearer local"),
        ("x-api-key", "local"),
        ("cookie", "a=b"),
        ("origin", "http://localhost"),
        ("referer", "http://localhost/"),
        ("x-forwarded-for", "10.0.0.1"),
        ("sec-fetch-site", "none"),
        ("accept-encoding", "br"),
        ("content-type", "application/json"),
        ("x-stainless-retry-count", "0"),
        ("openai-beta", "x"),
        ("x-enable-watermark", "0"),
        ("anthropic-version", "2023-06-01"),
    ]));
    let mut names: Vec<_> = sent.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept-encoding",
            "anthropic-version",
            "content-type",
            "openai-beta",
            "x-enable-watermark",
            "x-stainless-retry-count"
        ]
    );
    assert_eq!(sent["accept-encoding"], "identity");
}

/// S11: what `Connection` names is dropped even when it is listed.
#[test]
fn headers_named_by_connection_are_dropped() {
    let sent = request_headers(&map(&[
        ("connection", "close, X-Trace-Id"),
        ("x-trace-id", "1"),
    ]));
    assert!(!sent.contains_key("x-trace-id"));
}

/// S13: the upstream cannot set cookies, open CORS or claim our headers.
#[test]
fn foreign_response_headers_are_stripped() {
    let mut headers = map(&[
        ("set-cookie", "a=b"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("strict-transport-security", "max-age=1"),
        ("alt-svc", "h3"),
        ("clear-site-data", "\"*\""),
        ("refresh", "0; url=http://localhost/"),
        ("server", "nginx"),
        ("transfer-encoding", "chunked"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
        ("x-flowkeep-account", "forged"),
        ("retry-after", "2"),
        ("content-type", "application/json"),
        ("x-siliconcloud-trace-id", "ti_1"),
    ]);
    strip_response_headers(&mut headers);
    let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["content-type", "retry-after", "x-siliconcloud-trace-id"]
    );
}
