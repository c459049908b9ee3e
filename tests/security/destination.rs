//! S15: nothing a client sends changes where a request goes or which key it has.

use flowkeep_simulator::{Entry, Script, Simulator, sample_key};
use flowkeep_tests::{MODEL, Rig};
use serde_json::json;
use sha2::{Digest as _, Sha256};

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn has_a_key_of_the_pool(hit: &Entry) -> bool {
    let pool = ["alpha", "beta", "gamma"].map(sample_key);
    let sent = hit.header("authorization").unwrap_or_default();
    pool.iter().any(|key| sent == format!("Bearer {key}"))
}

/// S15: fields, headers and query words with which other proxies are steered.
#[tokio::test]
async fn clients_cannot_steer_a_request() {
    let elsewhere = Simulator::start(Script::sample()).await.unwrap();
    let there = elsewhere.base_url();
    let rig = Rig::start().await;
    let body = json!({
        "model": MODEL, "messages": [{"role": "user", "content": "hi"}],
        "api_base": there, "base_url": there, "api_key": "sk-testother", "organization": "x",
        "extra_headers": {"authorization": "Bearer x"}, "provider": there, "custom_llm_provider": "openai",
        "proxy": there, "metadata": {"url": there},
    })
    .to_string();
    let headers = [
        "x-portkey-custom-host",
        "x-base-url",
        "x-siliconflow-key",
        "x-upstream",
        "x-forwarded-host",
        "x-original-url",
        "x-rewrite-url",
        "x-http-method-override",
        "openai-base-url",
        "forwarded",
    ];
    let mut request = rig
        .client
        .post(rig.url(&format!(
            "/v1/chat/completions?base_url={there}&api_key=x&host=evil.test"
        )))
        .bearer_auth(&rig.token)
        .header("content-type", "application/json")
        .body(body.clone());
    for name in headers {
        request = request.header(name, &there);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let hits = rig.hits("/v1/chat/completions");
    assert_eq!(hits.len(), 1);
    let expected = sha256(body.as_bytes());
    assert_eq!(hits[0].body_sha256.as_deref(), Some(expected.as_str()));
    assert!(has_a_key_of_the_pool(&hits[0]));
    assert_eq!(hits[0].method, "POST");
    let host = hits[0].header("host").unwrap().to_owned();
    assert_eq!(host, rig.simulator.addr().to_string());
    assert_eq!(elsewhere.ledger().count(), 0);
}

/// S15: a key that the client brings along is not used, in neither header.
#[tokio::test]
async fn a_key_of_the_client_is_not_used() {
    let rig = Rig::start().await;
    let answer = rig
        .client
        .post(rig.url("/v1/messages"))
        .bearer_auth(&rig.token)
        .header("x-api-key", sample_key("stranger"))
        .header("content-type", "application/json")
        .body(json!({"model": MODEL, "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let hit = &rig.hits("/v1/messages")[0];
    assert!(has_a_key_of_the_pool(hit));
    assert_eq!(hit.header("x-api-key"), None);
}
