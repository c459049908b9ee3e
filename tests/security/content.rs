//! S5: what a plain HTML form or `sendBeacon` can send is not accepted.

use flowkeep_tests::{MODEL, Rig};
use reqwest::Response;

use crate::admin::administered;
use crate::spoken::reached;

async fn send(rig: &Rig, path: &str, content_type: Option<&str>) -> Response {
    let mut request = rig
        .client
        .post(rig.url(path))
        .bearer_auth(&rig.token)
        .body(Rig::chat_body(MODEL, false).to_string());
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    request.send().await.unwrap()
}

/// S5: JSON routes take `application/json` and say so.
#[tokio::test]
async fn json_routes_take_nothing_but_json() {
    let rig = Rig::start().await;
    let refused = [
        None,
        Some(""),
        Some("text/plain"),
        Some("text/plain;charset=UTF-8"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("text/plain; application/json"),
        Some("application/jsonx"),
        Some("application/x-json"),
        Some("application/json, text/plain"),
    ];
    for path in ["/v1/chat/completions", "/v1/messages"] {
        for content_type in refused {
            let answer = send(&rig, path, content_type).await;
            assert_eq!(answer.status(), 415, "{path} {content_type:?}");
            assert_eq!(
                answer.headers()["x-flowkeep-error"],
                "unsupported_media_type"
            );
            let text = answer.text().await.unwrap();
            assert!(text.contains("content-type: application/json"), "{text}");
        }
    }
    assert_eq!(reached(&rig), 0);
    for good in ["application/json", "Application/JSON; charset=utf-8"] {
        let answer = send(&rig, "/v1/chat/completions", Some(good)).await;
        assert_eq!(answer.status(), 200, "{good}");
    }
}

/// S5: other routes take uploads as well, and nothing else.
#[tokio::test]
async fn uploads_are_multipart() {
    let rig = Rig::start().await;
    for refused in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let answer = send(&rig, "/v1/files", refused).await;
        assert_eq!(answer.status(), 415, "{refused:?}");
    }
    assert_eq!(reached(&rig), 0);
    let answer = send(&rig, "/v1/files", Some("multipart/form-data; boundary=x")).await;
    assert_eq!(answer.status(), 400, "a body without the boundary");
    assert_eq!(reached(&rig), 0);
    // What the parts lack is the upstream's to say.
    let sent = rig
        .client
        .post(rig.url("/v1/files"))
        .bearer_auth(&rig.token);
    let sent = sent.header("content-type", "multipart/form-data; boundary=x");
    let answer = sent.body("--x\r\n\r\n\r\n--x--").send().await.unwrap();
    assert!(answer.headers().contains_key("x-flowkeep-account"));
    assert_eq!(rig.hits("/v1/files").len(), 1);
}

/// S5: login and commands as well, or a form could post them.
#[tokio::test]
async fn the_admin_surface_takes_json_only() {
    let rig = administered().await;
    let session = crate::admin::login(&rig).await;
    for path in ["/login", "/admin/rpc/list_keys"] {
        for content_type in ["text/plain", "application/x-www-form-urlencoded"] {
            let answer = rig
                .client
                .post(rig.url(path))
                .bearer_auth(&session)
                .header("content-type", content_type)
                .body("{}")
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 415, "{path} {content_type}");
        }
    }
}
