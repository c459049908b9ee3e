//! S4: pages of other origins are refused, whatever they send.

use flowkeep_tests::{MODEL, RawClient, Rig, RigOptions};
use http::{HeaderMap, Method};
use reqwest::Response;

use crate::spoken::reached;

const APP: &str = "https://app.test";

/// A request as a page of this origin would make it, with the right token.
async fn from_page(rig: &Rig, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = rig
        .client
        .request(method.clone(), rig.url(path))
        .bearer_auth(&rig.token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if method == Method::POST {
        request = request
            .header("content-type", "application/json")
            .body(Rig::chat_body(MODEL, false).to_string());
    }
    request.send().await.unwrap()
}

fn shares(headers: &HeaderMap) -> bool {
    headers
        .keys()
        .any(|name| name.as_str().starts_with("access-control-"))
}

async fn allowing(origins: &str) -> Rig {
    Rig::with(RigOptions {
        settings: format!("allowed_origins = [{origins}]\n"),
        ..RigOptions::default()
    })
    .await
}

/// S4: no origin is trusted by itself, not even another port of localhost or
/// the gateway's own pages on `/v1`.
#[tokio::test]
async fn foreign_origins_are_refused() {
    let rig = Rig::start().await;
    let own = rig.url("");
    let origins = [
        "https://evil.test",
        "null",
        "http://localhost:3000",
        "http://localhost",
        "http://127.0.0.1",
        "http://localhost.evil.test",
        "tauri://evil",
        "",
        "*",
        own.as_str(),
    ];
    for origin in origins {
        for (method, path) in [
            (Method::GET, "/v1/models"),
            (Method::POST, "/v1/chat/completions"),
            (Method::POST, "/v1/messages"),
        ] {
            let answer = from_page(&rig, method, path, &[("origin", origin)]).await;
            assert_eq!(answer.status(), 403, "{origin} {path}");
            assert!(!shares(answer.headers()), "{origin} {path}");
            assert_eq!(answer.headers()["x-flowkeep-error"], "origin_not_allowed");
        }
    }
    let two = [("origin", APP), ("origin", APP)];
    assert_eq!(
        from_page(&rig, Method::GET, "/v1/models", &two)
            .await
            .status(),
        403
    );
    assert_eq!(reached(&rig), 0);
}

/// S4: a preflight of a page that is not allowed is refused.
#[tokio::test]
async fn a_foreign_preflight_is_refused() {
    let rig = Rig::start().await;
    let asks = ("access-control-request-method", "POST");
    let foreign = [
        vec![("origin", "https://evil.test"), asks],
        vec![("origin", "null"), asks],
        vec![asks],
        vec![
            ("origin", "https://evil.test"),
            ("access-control-request-private-network", "true"),
        ],
    ];
    for headers in foreign {
        for path in ["/v1/chat/completions", "/admin/rpc/list_keys", "/login"] {
            let answer = from_page(&rig, Method::OPTIONS, path, &headers).await;
            assert_eq!(answer.status(), 403, "{path} {headers:?}");
            assert!(!shares(answer.headers()), "{path} {headers:?}");
        }
    }
    assert_eq!(reached(&rig), 0);
}

/// S4: a request without `Origin` that the browser marks as another site's.
#[tokio::test]
async fn requests_of_other_sites_are_refused_without_an_origin_too() {
    let rig = Rig::start().await;
    for site in ["cross-site", "same-site"] {
        for mode in ["no-cors", "navigate", "websocket"] {
            let headers = [("sec-fetch-site", site), ("sec-fetch-mode", mode)];
            let answer = from_page(&rig, Method::GET, "/v1/models", &headers).await;
            assert_eq!(answer.status(), 403, "{site} {mode}");
        }
    }
    assert_eq!(reached(&rig), 0);
    for site in ["same-origin", "none"] {
        let answer = from_page(&rig, Method::GET, "/v1/models", &[("sec-fetch-site", site)]).await;
        assert_eq!(answer.status(), 200, "{site}");
    }
}

/// S4: refused by the head alone, before the token is looked at or a byte of
/// the body was read.
#[tokio::test]
async fn a_foreign_origin_is_refused_before_token_and_body() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\norigin: https://evil.test\r\n\
                content-type: application/json\r\ncontent-length: 1000\r\n\r\n";
    client.send(head).await;
    let answer = client.read_until("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

/// S4: the allowed origin is echoed exactly, on errors as well, so that the
/// page can read them; never `*`, never with credentials.
#[tokio::test]
async fn an_allowed_origin_is_echoed_exactly() {
    let rig = allowing("\"https://app.test\"").await;
    let headers = [("origin", APP), ("sec-fetch-site", "cross-site")];
    for (method, path, status) in [
        (Method::GET, "/v1/models", 200),
        (Method::POST, "/v1/chat/completions", 200),
        (Method::GET, "/v1/chat/completions", 405),
    ] {
        let answer = from_page(&rig, method, path, &headers).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(
            answer.headers()["access-control-allow-origin"],
            APP,
            "{path}"
        );
        assert_eq!(answer.headers()["vary"], "origin", "{path}");
        assert!(
            !answer
                .headers()
                .contains_key("access-control-allow-credentials")
        );
    }
    let asks = [("origin", APP), ("access-control-request-method", "POST")];
    let answer = from_page(&rig, Method::OPTIONS, "/v1/chat/completions", &asks).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["access-control-allow-origin"], APP);
    assert_eq!(answer.headers()["vary"], "origin");
    assert!(
        !answer
            .headers()
            .contains_key("access-control-allow-credentials")
    );
    assert!(
        !answer
            .headers()
            .contains_key("access-control-allow-headers")
    );
    let wants = [
        asks[0],
        asks[1],
        (
            "access-control-request-headers",
            "authorization,content-type,cookie,x-stainless-lang,x-other",
        ),
    ];
    let answer = from_page(&rig, Method::OPTIONS, "/v1/chat/completions", &wants).await;
    assert_eq!(
        answer.headers()["access-control-allow-headers"],
        "authorization, content-type, x-stainless-lang"
    );
    // No part of the name, no other scheme, port or case.
    for other in [
        "https://app.test.evil",
        "http://app.test",
        "https://app.test:444",
        "https://APP.test",
    ] {
        let answer = from_page(&rig, Method::GET, "/v1/models", &[("origin", other)]).await;
        assert_eq!(answer.status(), 403, "{other}");
        assert!(!shares(answer.headers()), "{other}");
    }
}

/// S4: `null`, which any sandboxed frame sends, and `*` cannot be allowed.
#[tokio::test]
async fn null_and_any_cannot_be_allowed() {
    for listed in ["\"null\"", "\"*\"", "\"https://*.test\""] {
        let rig = allowing(listed).await;
        for origin in ["null", "https://evil.test", "*"] {
            let answer = from_page(&rig, Method::GET, "/v1/models", &[("origin", origin)]).await;
            assert_eq!(answer.status(), 403, "{listed} {origin}");
        }
        assert_eq!(reached(&rig), 0);
    }
}
