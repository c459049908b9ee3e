//! The columns of the table in which nothing is asked of the upstream: no token,
//! a wrong method, a wrong type.

use flowkeep_core::clock::ManualClock;
use flowkeep_tests::{Rig, RigOptions, Seen};
use http::Method;
use reqwest::RequestBuilder;
use serde_json::Value;
use std::sync::Arc;
use std::time::Instant;

use super::columns::rig_before;
use super::table::{FORM, JSON, Row, TABLE};
use super::upstream::{MARK, Upstream};

/// An error of Flowkeep's has the shape of the protocol that was called.
pub(super) fn assert_shape(row: &Row, seen: &Seen) {
    let body: Value = seen.json();
    if row.is_anthropic() {
        assert_eq!(body["type"], "error", "{row:?}: {body}");
        assert!(body["error"]["message"].is_string(), "{row:?}: {body}");
    } else {
        assert_eq!(body["error"]["code"], seen.error(), "{row:?}: {body}");
    }
}

fn everywhere() -> impl Iterator<Item = (&'static Row, String)> {
    TABLE
        .iter()
        .flat_map(|row| row.paths().map(|path| (row, path)))
}

fn asking(rig: &Rig, method: &str, path: &str) -> RequestBuilder {
    let method: Method = method.parse().unwrap();
    rig.client.request(method, rig.url(path)).header(MARK, "1")
}

async fn read(request: RequestBuilder) -> Seen {
    let sent = Instant::now();
    Seen::read(request.send().await.unwrap(), sent).await
}

#[tokio::test]
async fn without_the_token_nothing_is_asked() {
    let upstream = Upstream::start().await;
    let clock = Arc::new(ManualClock::at(1_760_000_000_000));
    let rig = Rig::with(RigOptions {
        upstream: Some(upstream.base_url()),
        clock: Some(Arc::<ManualClock>::clone(&clock)),
        ..RigOptions::default()
    })
    .await;
    for (row, path) in everywhere() {
        // Wrong tokens in a row would be throttled (S9).
        clock.advance_ms(30 * 60 * 1_000);
        let bare = || {
            asking(&rig, row.method, &path)
                .header("content-type", JSON)
                .body("{")
        };
        for request in [
            bare(),
            bare().bearer_auth("wrong"),
            bare().header("x-api-key", ""),
        ] {
            let seen = read(request).await;
            assert_eq!(
                (seen.status, seen.error()),
                (401, "invalid_token"),
                "{path}"
            );
            assert_shape(row, &seen);
        }
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"];
    for (row, path) in everywhere() {
        let right: Vec<&str> = row.allow.split(", ").collect();
        for method in methods.iter().filter(|method| !right.contains(method)) {
            let request = asking(&rig, method, &path).header("content-type", JSON);
            let seen = read(request.bearer_auth(&rig.token)).await;
            let told = (seen.status, seen.error(), seen.header("allow"));
            assert_eq!(
                told,
                (405, "method_not_allowed", row.allow),
                "{method} {path}"
            );
            assert_shape(row, &seen);
        }
        if !right.contains(&"HEAD") {
            let seen = read(asking(&rig, "HEAD", &path).bearer_auth(&rig.token)).await;
            let told = (seen.status, seen.header("allow"), seen.body.len());
            assert_eq!(told, (405, row.allow, 0), "HEAD {path}");
        }
    }
    assert!(upstream.heard().is_empty());
}

/// S5: what a page can send without asking, and what the route cannot read.
#[tokio::test]
async fn a_wrong_type_is_told_the_right_one() {
    let upstream = Upstream::start().await;
    let rig = rig_before(&upstream, "").await;
    let types = [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        JSON,
        FORM,
    ];
    for (row, path) in everywhere().filter(|(row, _)| row.allow.contains("POST")) {
        let right = row.takes[0].split(';').next().unwrap();
        for wrong in types.into_iter().filter(|wrong| !row.takes.contains(wrong)) {
            let mut request = asking(&rig, "POST", &path).bearer_auth(&rig.token);
            if !wrong.is_empty() {
                request = request.header("content-type", wrong);
            }
            let seen = read(request.body("--xBOUNDx--")).await;
            let told = (seen.status, seen.error());
            assert_eq!(told, (415, "unsupported_media_type"), "{path} {wrong:?}");
            assert!(seen.text().contains(right), "{path}: {}", seen.text());
            assert_shape(row, &seen);
        }
    }
    assert!(upstream.heard().is_empty());
}
