//! Limits, balances and sign-in are the same on all routes.

use serde_json::{Value, json};

use super::{get, post, sample_key, start, start_with};
use crate::{Account, Metric, Script, Simulator};

/// A good request for each route that takes a model in JSON.
fn requests(model: Option<&str>) -> [(&'static str, Value); 8] {
    let model = |own: &str| model.unwrap_or(own).to_owned();
    let chat = model(super::MODEL);
    let speech = model("fnlp/MOSS-TTSD-v0.5");
    [
        ("chat/completions", super::hello(&chat, false)),
        ("completions", json!({"model": chat, "prompt": "x"})),
        (
            "embeddings",
            json!({"model": model("BAAI/bge-m3"), "input": "x"}),
        ),
        (
            "rerank",
            json!({"model": model("BAAI/bge-reranker-v2-m3"), "query": "x", "documents": ["x"]}),
        ),
        (
            "images/generations",
            json!({"model": model("Kwai-Kolors/Kolors"), "prompt": "x"}),
        ),
        (
            "audio/speech",
            json!({"model": speech, "input": "x", "voice": ""}),
        ),
        (
            "video/submit",
            json!({"model": model("Wan-AI/Wan2.2-T2V-A14B"), "prompt": "x", "image_size": "960x960"}),
        ),
        (
            "systemone",
            json!({"model": model("Kev-4b"), "state": "x", "questions": {}}),
        ),
    ]
}

/// Without those whose models are not in the catalogue.
fn usual(model: Option<&str>) -> impl Iterator<Item = (&'static str, Value)> {
    requests(model)
        .into_iter()
        .filter(|(route, _)| *route != "systemone")
}

#[tokio::test]
async fn every_route_wants_a_key_a_balance_and_a_name() {
    let simulator = start().await;
    let broke = start_with(Account::new("alpha", sample_key("alpha")).with_balance(0, 0)).await;
    let unverified = Account {
        verified: false,
        ..Account::new("alpha", sample_key("alpha"))
    };
    let unverified = start_with(unverified).await;
    for (route, body) in requests(None) {
        let path = format!("/v1/{route}");
        let stranger = post(&simulator, "nobody", &path, &body).await;
        assert_eq!(
            (stranger.status, &stranger.json()["code"]),
            (401, &json!(30014)),
            "{route}"
        );
        let poor = post(&broke, "alpha", &path, &body).await;
        assert_eq!(
            (poor.status, &poor.json()["code"]),
            (402, &json!(30001)),
            "{route}"
        );
        assert_eq!(
            post(&unverified, "alpha", &path, &body).await.status,
            403,
            "{route}"
        );
    }
    for path in ["files", "batches", "audio/voice/list", "batches/batch_x"] {
        let url = format!("{}/{path}", simulator.base_url());
        let response = super::client().get(url).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
    }
    assert_eq!(broke.ledger().totals().cost_nano, 0);
}

#[tokio::test]
async fn every_route_costs_what_its_model_costs() {
    let simulator = start().await;
    let before = simulator.accounts()[0].total_nano();
    for (route, body) in usual(Some("sim/ok")) {
        let answer = post(&simulator, "alpha", &format!("/v1/{route}"), &body).await;
        assert_eq!(answer.status, 200, "{route}: {}", answer.body);
    }
    let entries = super::ended(&simulator, 7).await;
    for entry in &entries {
        assert!(entry.cost_nano > 0, "{}", entry.route);
    }
    let spent: i64 = entries.iter().map(|entry| entry.cost_nano).sum();
    assert_eq!(before - simulator.accounts()[0].total_nano(), spent);
    assert_eq!(simulator.ledger().totals().cost_nano, spent);
}

#[tokio::test]
async fn every_route_is_limited_per_model() {
    let account = Account::new("alpha", sample_key("alpha")).with_limit("*", Metric::Rpm, 1);
    let simulator = start_with(account).await;
    for (route, body) in requests(None) {
        let path = format!("/v1/{route}");
        let statuses = [
            post(&simulator, "alpha", &path, &body).await.status,
            post(&simulator, "alpha", &path, &body).await.status,
        ];
        // Chat and completions share a model.
        let expected = if route == "completions" {
            [429, 429]
        } else {
            [200, 429]
        };
        assert_eq!(statuses, expected, "{route}");
    }
}

#[tokio::test]
async fn images_have_a_limit_of_their_own() {
    let account = Account::new("alpha", sample_key("alpha"))
        .with_limit("Kwai-Kolors/*", Metric::Ipm, 3)
        .with_limit("Qwen/Qwen-Image", Metric::Ipd, 1);
    let simulator = start_with(account).await;
    let ask = async |model: &str, images: u64| {
        let body = json!({"model": model, "prompt": "x", "batch_size": images});
        let answer = post(&simulator, "alpha", "/v1/images/generations", &body).await;
        (answer.status, answer.json()["message"].clone())
    };
    assert_eq!(ask("Kwai-Kolors/Kolors", 2).await.0, 200);
    let text = "Request was rejected due to rate limiting. Details: IPM limit reached.";
    assert_eq!(ask("Kwai-Kolors/Kolors", 2).await, (429, json!(text)));
    assert_eq!(ask("Kwai-Kolors/Kolors", 1).await.0, 200);
    assert_eq!(ask("Qwen/Qwen-Image", 1).await.0, 200);
    let text = "Request was rejected due to rate limiting. Details: IPD limit reached.";
    assert_eq!(ask("Qwen/Qwen-Image", 1).await, (429, json!(text)));
    assert_eq!(ask("Tongyi-MAI/Z-Image", 4).await.0, 200);
}

#[tokio::test]
async fn older_gateways_say_not_found_in_their_way() {
    let script = Script {
        legacy_not_found: true,
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    let answer = get(&simulator, "/v1/responses").await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (404, "404 page not found")
    );
}
