//! S13: which headers travel, in both directions; S28: what the console is
//! served with.

use flowkeep_simulator::{Behaviour, Entry, Scope};
use flowkeep_tests::{MODEL, RawClient, Rig, RigOptions};
use http::{HeaderMap, Method};

use crate::admin::{access, administered};

/// Names that an upstream request may have.
const EXPECTED: [&str; 19] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "anthropic-beta",
    "anthropic-version",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "openai-organization",
    "traceparent",
    "user-agent",
    "x-enable-watermark",
    "x-request-id",
    "x-stainless-lang",
    "x-stainless-retry-count",
    "x-trace-id",
    "transfer-encoding",
];

const SENT: [(&str, &str); 28] = [
    ("cookie", "session=1"),
    ("referer", "https://evil.test/page"),
    ("origin", "https://app.test"),
    ("user-agent", "Mozilla/5.0"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-host", "evil.test"),
    ("x-forwarded-proto", "https"),
    ("x-real-ip", "10.0.0.1"),
    ("forwarded", "for=10.0.0.1"),
    ("via", "1.1 proxy"),
    ("sec-fetch-mode", "cors"),
    ("sec-ch-ua", "x"),
    ("sec-gpc", "1"),
    ("dnt", "1"),
    ("proxy-authorization", "Basic eDp5"),
    ("x-custom", "1"),
    ("x-flowkeep-account", "alpha"),
    ("if-none-match", "x"),
    ("range", "bytes=0-1"),
    ("accept-encoding", "gzip, br"),
    ("accept", "application/json"),
    ("accept-language", "de"),
    ("idempotency-key", "i-1"),
    ("x-request-id", "r-1"),
    ("openai-organization", "o-1"),
    ("x-stainless-lang", "js"),
    ("anthropic-version", "2023-06-01"),
    (
        "traceparent",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ),
];

async fn rig_with_app() -> Rig {
    Rig::with(RigOptions {
        settings: "allowed_origins = [\"https://app.test\"]\n".to_owned(),
        ..RigOptions::default()
    })
    .await
}

fn assert_clean(hit: &Entry, rig: &Rig) {
    for (name, value) in &hit.headers {
        assert!(EXPECTED.contains(&name.as_str()), "{name} travelled");
        assert!(!value.contains(&rig.token), "{name} holds the client token");
    }
    let authorization = hit.header("authorization").unwrap();
    assert!(
        authorization.starts_with("Bearer sk-test"),
        "the pool's key"
    );
    let agent = hit.header("user-agent").unwrap();
    assert!(agent.starts_with("flowkeep/"), "{agent}");
    assert_eq!(
        hit.header("host"),
        Some(rig.simulator.addr().to_string().as_str())
    );
}

/// S13: of the client's headers only those on the list reach the upstream.
#[tokio::test]
async fn only_listed_request_headers_travel() {
    let rig = rig_with_app().await;
    let mut request = rig
        .client
        .post(rig.url("/v1/chat/completions"))
        .header("x-api-key", &rig.token)
        .header("content-type", "application/json")
        .body(Rig::chat_body(MODEL, false).to_string());
    for (name, value) in SENT {
        request = request.header(name, value);
    }
    assert_eq!(request.send().await.unwrap().status(), 200);
    let hit = &rig.hits("/v1/chat/completions")[0];
    assert_clean(hit, &rig);
    for (name, value) in &SENT[20..] {
        assert_eq!(hit.header(name), Some(*value), "{name} travels");
    }
    assert_eq!(hit.header("accept-encoding"), Some("identity"));
}

/// S13: the same on routes that Flowkeep does not know.
#[tokio::test]
async fn unknown_routes_filter_headers_too() {
    let rig = rig_with_app().await;
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let mut request = rig
            .client
            .request(method, rig.url("/v1/some/thing"))
            .bearer_auth(&rig.token)
            .header("content-type", "application/json")
            .body("{}");
        for (name, value) in SENT {
            request = request.header(name, value);
        }
        assert_eq!(request.send().await.unwrap().status(), 404);
    }
    let hits = rig.hits("/v1/some/thing");
    assert_eq!(hits.len(), 3);
    for hit in hits {
        assert_clean(&hit, &rig);
    }
}

/// S13: no answer can be framed, sniffed, cached or read by another origin.
fn assert_hardened(headers: &HeaderMap, place: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        let values: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(values, [value], "{place}: {name}");
    }
}

/// S13: what a careless or hostile upstream says about its origin stays there.
#[tokio::test]
async fn bad_response_headers_are_stripped() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::BadHeaders);
    for stream in [false, true] {
        let answer = rig.ask_chat(MODEL, stream).await;
        assert_eq!(answer.status, 200);
        assert_hardened(&answer.headers, "an answer");
        let bad = [
            "set-cookie",
            "server",
            "x-powered-by",
            "alt-svc",
            "strict-transport-security",
            "clear-site-data",
            "refresh",
            "proxy-authenticate",
        ];
        for name in bad {
            assert!(!answer.headers.contains_key(name), "{name} came through");
        }
        let shares = |name: &http::HeaderName| name.as_str().starts_with("access-control-");
        assert!(!answer.headers.keys().any(shares));
        assert!(
            answer.headers.contains_key("x-siliconcloud-trace-id"),
            "kept for support"
        );
        assert!(answer.headers.contains_key("content-type"));
    }
}

/// S13: `Retry-After` is for the client.
#[tokio::test]
async fn retry_after_is_kept() {
    let rig = Rig::start().await;
    let limited = Behaviour::Status {
        status: 429,
        body: None,
        retry_after: Some(7),
    };
    rig.simulator.set_behaviour(Scope::All, limited);
    let answer = rig.ask_chat(MODEL, false).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "7"));
}

/// Requests for answers of every kind: method, path, one header (`TOKEN` stands
/// for the client token) and the status.
const ANSWERS: [(&str, &str, &str, &str, u16); 16] = [
    ("GET", "/v1/models", "accept", "*/*", 401),
    ("GET", "/v1/models", "x-api-key", "TOKEN", 200),
    ("GET", "/v1/page", "x-api-key", "TOKEN", 404),
    ("GET", "/v1/chat/completions", "x-api-key", "TOKEN", 405),
    ("POST", "/v1/chat/completions", "x-api-key", "TOKEN", 415),
    ("GET", "/v1/models", "origin", "https://evil.test", 403),
    ("OPTIONS", "/v1/models", "origin", "https://app.test", 204),
    ("GET", "/v1/models", "host", "evil.test", 403),
    ("GET", "/v1/a;b", "x-api-key", "TOKEN", 400),
    ("GET", "/health", "accept", "*/*", 200),
    ("POST", "/health", "accept", "*/*", 405),
    ("GET", "/nowhere", "accept", "*/*", 404),
    ("POST", "/admin/rpc/list_keys", "accept", "*/*", 401),
    ("GET", "/admin/rpc/list_keys", "accept", "*/*", 405),
    ("POST", "/login", "content-type", "application/json", 400),
    ("POST", "/logout", "accept", "*/*", 401),
];

/// S13, S26: answers of every kind, ours and the upstream's, are hardened: also
/// an upstream's page, which would otherwise run as ours.
#[tokio::test]
async fn every_answer_is_hardened() {
    let rig = Rig::with(RigOptions {
        admin: Some(access()),
        settings: "allowed_origins = [\"https://app.test\"]\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let page = Behaviour::Status {
        status: 404,
        body: Some("<script>parent.__pwn = 1</script>".to_owned()),
        retry_after: None,
    };
    rig.simulator
        .set_behaviour(Scope::Route("/v1/page".to_owned()), page);
    for (method, path, name, value, status) in ANSWERS {
        let value = value.replace("TOKEN", &rig.token);
        let method: Method = method.parse().unwrap();
        let request = rig.client.request(method.clone(), rig.url(path));
        let answer = request.header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
        assert_hardened(answer.headers(), &format!("{method} {path} {status}"));
    }
}

/// S10, S13: a body that is too large for a login is refused in our own words.
#[tokio::test]
async fn a_huge_login_is_refused() {
    let rig = administered().await;
    let mut client = RawClient::connect(&rig).await;
    let head = "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 1000000\r\n\r\n";
    client.send(head).await;
    let answer = client.read_until("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(
        answer.contains("x-flowkeep-error: body_too_large"),
        "{answer}"
    );
}

/// S28: the console comes with its policy, every file of it; without a built
/// console the answer is an error like any other.
#[tokio::test]
async fn the_console_has_a_content_security_policy() {
    let rig = administered().await;
    let answer = rig.client.get(rig.url("/")).send().await.unwrap();
    let headers = answer.headers().clone();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    if status == 404 {
        assert_hardened(&headers, "no console");
        assert_eq!(headers["x-flowkeep-error"], "console_not_built");
        return;
    }
    assert_eq!(status, 200);
    assert!(!text.contains("<script>"), "inline scripts do not run");
    let linked = text.split('"').filter_map(|word| word.strip_prefix('.'));
    let files: Vec<&str> = linked.chain(["/"]).collect();
    assert!(files.len() > 2, "{text}");
    for file in files {
        let answer = rig.client.get(rig.url(file)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{file}");
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(
                policy.split("; ").any(|other| other == part),
                "{file}: {part} in {policy}"
            );
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(
            answer.headers()["x-content-type-options"],
            "nosniff",
            "{file}"
        );
        assert_eq!(
            answer.headers()["cross-origin-resource-policy"],
            "same-origin",
            "{file}"
        );
    }
}
