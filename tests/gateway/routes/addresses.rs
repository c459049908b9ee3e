//! Paths that are no documented route: what is forwarded and what is explained.

use flowkeep_tests::{Rig, Seen};
use http::Method;
use serde_json::Value;
use std::time::Instant;

use super::columns::{rig_before, whole};
use super::upstream::{MARK, Upstream};

async fn ask(rig: &Rig, method: &str, path: &str) -> Seen {
    let method: Method = method.parse().unwrap();
    let request = rig.client.request(method, rig.url(path));
    let request = request.bearer_auth(&rig.token).header(MARK, "1");
    Seen::read(request.send().await.unwrap(), Instant::now()).await
}

/// What Flowkeep does not know goes on as it is, whatever the method.
#[tokio::test]
async fn unknown_routes_are_forwarded_as_they_are() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    let body = b"<not json>\0";
    for path in [
        "/v1/systemone",
        "/v1/some/thing?a=1&b=%20&&c",
        "/v1/audio/made-up/",
        "/v1/messages/batches",
        "/v1/caf%C3%A9/x%20y",
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            upstream.answer(whole("200 OK", "application/x-thing", body));
            let seen = ask(&rig, method, path).await;
            let expected: &[u8] = if method == "HEAD" { b"" } else { body };
            assert_eq!(
                (seen.status, &*seen.body),
                (200, expected),
                "{method} {path}"
            );
            let heard = upstream.heard();
            assert_eq!(heard.len(), 1, "{method} {path}");
            assert_eq!((&*heard[0].method, &*heard[0].target), (method, path));
        }
    }
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 30);
    assert!(rows.iter().all(|row| row.route == "other"), "{rows:?}");
}

/// `TRACE` would make an upstream repeat the pool's key to the client.
#[tokio::test]
async fn unknown_routes_take_no_unknown_method() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    for method in ["TRACE", "BREW"] {
        let seen = ask(&rig, method, "/v1/some/thing").await;
        let allow = "GET, HEAD, POST, PUT, PATCH, DELETE";
        assert_eq!(
            (seen.status, seen.header("allow")),
            (405, allow),
            "{method}"
        );
    }
    assert!(upstream.heard().is_empty());
}

/// `HEAD` is asked where `GET` may be.
#[tokio::test]
async fn head_is_asked_as_head() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    for path in [
        "/v1/batches/batch_1",
        "/batches/batch_1",
        "/v1/files/file-1",
    ] {
        upstream.answer(whole("200 OK", "application/json", b"{}"));
        let seen = ask(&rig, "HEAD", path).await;
        assert_eq!((seen.status, seen.body.len()), (200, 0), "{path}");
        assert_eq!(seen.header("content-length"), "2", "{path}");
        let heard = upstream.heard();
        assert_eq!((heard.len(), &*heard[0].method), (1, "HEAD"), "{path}");
    }
}

/// The answer names what to change in the base URL, in the shape of the protocol.
#[tokio::test]
async fn a_wrong_base_url_is_explained() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    for (path, mistake, remedy) in [
        ("/v1/v1/chat/completions", "\"/v1/v1\"", "\"/v1\" instead"),
        ("/v1/v1/models", "\"/v1/v1\"", "\"/v1\" instead"),
        ("//v1/chat/completions", "\"//v1\"", "\"/v1\" instead"),
        ("//v1/v1/embeddings", "\"//v1/v1\"", "\"/v1\" instead"),
        ("/v1//images/generations", "\"/v1/\"", "\"/v1\" instead"),
        ("//models", "\"/\"", "\"/v1\" instead"),
        ("/V1/models", "\"/V1\"", "\"/v1\" instead"),
        (
            "/openai/v1/chat/completions",
            "\"/openai/v1\"",
            "\"/v1\" instead",
        ),
        (
            "/v1/chat/completions/chat/completions",
            "\"/v1/chat/completions\"",
            "\"/v1\" instead",
        ),
        ("/v1/v1/messages", "\"/v1\"", "remove"),
        ("//v1/messages", "\"/\"", "remove"),
        ("/v1/v1/messages/count_tokens", "\"/v1\"", "remove"),
    ] {
        for method in ["GET", "POST"] {
            let seen = ask(&rig, method, path).await;
            assert_eq!(
                (seen.status, seen.error()),
                (404, "wrong_base_url"),
                "{path}"
            );
            let body: Value = seen.json();
            let message = body["error"]["message"].as_str().unwrap();
            assert!(
                message.contains(mistake) && message.contains(remedy),
                "{path}: {message}"
            );
            let anthropic = path.contains("messages");
            assert_eq!(body["type"] == "error", anthropic, "{path}: {body}");
            assert_eq!(
                body["error"]["code"] == "wrong_base_url",
                !anthropic,
                "{path}: {body}"
            );
        }
    }
    for path in ["/v1", "/v1/", "/nothing", "/"] {
        let seen = ask(&rig, "GET", path).await;
        assert_eq!((seen.status, seen.error()), (404, "not_found"), "{path}");
    }
    assert!(upstream.heard().is_empty());
}
