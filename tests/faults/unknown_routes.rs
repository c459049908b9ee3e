//! What the vendor does not document is the vendor's all the same, and forms
//! that lack what they should have are for the vendor to judge.

use flowkeep_contract::Outcome;
use flowkeep_tests::{MODEL, Rig, Seen};
use http::Method;
use std::time::Instant;

use crate::ledger::is_unpenalised;

async fn send(rig: &Rig, (method, path): (Method, &str), content_type: &str, body: &str) -> Seen {
    let sent = Instant::now();
    let request = rig.client.request(method, rig.url(path));
    let request = request
        .bearer_auth(&rig.token)
        .header("content-type", content_type)
        .body(body.to_owned());
    Seen::read(request.send().await.expect("an HTTP answer"), sent).await
}

/// Method, path, query and body arrive as they were; the answer is the
/// upstream's own.
#[tokio::test]
async fn an_unknown_route_is_forwarded_as_it_is() {
    let rig = Rig::start().await;
    let path = "/v1/fine_tuning/jobs/ft-1/events";
    let query = "after=a%2Fb&limit=1&x=%E4%BD%A0&&y";
    let mut clients = Vec::new();
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    for method in &methods {
        let body = if *method == Method::GET {
            ""
        } else {
            "{ \"b\":1,  \"a\" : [ ] }"
        };
        let target = format!("{path}?{query}");
        let seen = send(&rig, (method.clone(), &target), "application/json", body).await;
        assert_eq!(seen.status, 404, "the simulator's own: {}", seen.text());
        assert!(seen.error().is_empty());
        clients.push(seen);
    }
    let hits = rig.hits(path);
    assert_eq!(hits.len(), methods.len());
    for (hit, method) in hits.iter().zip(&methods) {
        assert_eq!(hit.method, method.as_str());
        assert_eq!(hit.query.as_deref(), Some(query));
        let body: &[u8] = if *method == Method::GET {
            b""
        } else {
            b"{ \"b\":1,  \"a\" : [ ] }"
        };
        assert_eq!(hit.body.as_deref().unwrap_or_default(), body, "{method}");
    }
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.route == "other" && row.attempts == 1)
    );
    assert!(is_unpenalised(&rig.keys().await));
}

fn part(name: &str, text: &str) -> String {
    format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
}

/// A form without its parts is refused in words, asked at most once, and held
/// against nobody; a good one passes afterwards.
#[tokio::test]
async fn a_form_without_its_parts_is_refused_once() {
    let rig = Rig::start().await;
    let form = "multipart/form-data; boundary=b";
    let forms = [
        ("/v1/audio/transcriptions", part("model", MODEL)),
        ("/v1/audio/transcriptions", String::new()),
        ("/v1/uploads/audio/voice", part("model", MODEL)),
        ("/v1/audio/reference", part("text", "x")),
        ("/v1/files", part("purpose", "batch")),
        ("/v1/files", String::new()),
    ];
    let mut asked = 0;
    for (path, parts) in forms {
        let body = if parts.is_empty() {
            "--b--\r\n".to_owned()
        } else {
            parts + "--b--\r\n"
        };
        let seen = send(&rig, (Method::POST, path), form, &body).await;
        assert_eq!(seen.status, 400, "{path} {body:?}: {}", seen.text());
        assert!(seen.attempts() <= 1, "{path}");
        assert!(seen.text().len() > 20, "words: {}", seen.text());
        asked += seen.attempts() as usize;
    }
    assert_eq!(rig.upstream_hits().await.len(), asked);
    // No boundary, another boundary, or no form at all.
    for (content_type, body) in [
        ("multipart/form-data", part("model", MODEL)),
        ("multipart/form-data; boundary=other", part("model", MODEL)),
        (form, "hello".to_owned()),
        (form, String::new()),
    ] {
        let seen = send(&rig, (Method::POST, "/v1/files"), content_type, &body).await;
        assert_eq!(seen.status, 400, "{content_type} {body:?}: {}", seen.text());
        assert!(seen.attempts() <= 1);
    }
    assert!(is_unpenalised(&rig.keys().await));
    let rows = rig.settled_rows().await;
    assert!(
        rows.iter().all(|row| row.outcome == Outcome::Rejected),
        "{rows:?}"
    );
}
