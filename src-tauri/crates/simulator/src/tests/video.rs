use serde_json::{Value, json};

use super::{assert_invalid, assert_malformed, assert_unknown_model, ended, post, start};
use crate::{Behaviour, Progress, Scope, Script, Simulator, Work};

const MODEL: &str = "Wan-AI/Wan2.2-T2V-A14B";

fn clip(model: &str) -> Value {
    json!({"model": model, "prompt": "a cat", "image_size": "1280x720", "seed": 7})
}

async fn submitted(simulator: &Simulator, account: &str, model: &str) -> Value {
    let answer = post(simulator, account, "/v1/video/submit", &clip(model)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[tokio::test]
async fn a_clip_goes_from_the_queue_to_its_address() {
    let simulator = start().await;
    let request = submitted(&simulator, "alpha", MODEL).await;
    let waiting = |state: &str| {
        format!(
            r#"{{"status":"{state}","reason":"","results":{{"videos":[],"timings":{{"inference":0.0}},"seed":0}},"position":0}}"#
        )
    };
    for state in ["InQueue", "InProgress"] {
        let status = post(&simulator, "alpha", "/v1/video/status", &request).await;
        assert_eq!(status.body, waiting(state));
    }
    let done = post(&simulator, "alpha", "/v1/video/status", &request)
        .await
        .json();
    assert_eq!(
        (&done["status"], &done["results"]["seed"]),
        (&json!("Succeed"), &json!(7))
    );
    let url = done["results"]["videos"][0]["url"].as_str().unwrap();
    let film = super::client().get(url).send().await.unwrap();
    assert_eq!(film.headers()["content-type"], "video/mp4");
    assert!(film.bytes().await.unwrap()[4..].starts_with(b"ftyp"));
    let entries = ended(&simulator, 4).await;
    let clips = Work {
        clips: 1,
        ..Work::default()
    };
    assert_eq!(
        (entries[0].work, entries[0].cost_nano),
        (clips, 2_000_000_000)
    );
    assert_eq!(
        simulator.ledger().totals().cost_nano,
        2_000_000_000,
        "states are free"
    );
    assert!(
        entries
            .iter()
            .all(|entry| entry.resource() == request["requestId"].as_str())
    );
}

#[tokio::test]
async fn other_accounts_do_not_see_a_clip() {
    let simulator = start().await;
    let request = submitted(&simulator, "alpha", MODEL).await;
    let foreign = post(&simulator, "beta", "/v1/video/status", &request).await;
    let nobody = post(
        &simulator,
        "beta",
        "/v1/video/status",
        &json!({"requestId": "x"}),
    )
    .await;
    for answer in [&foreign, &nobody] {
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (404, &json!(20015))
        );
    }
    assert_eq!(simulator.ledger().misdirected().len(), 1);
    let own = post(&simulator, "alpha", "/v1/video/status", &request)
        .await
        .json();
    assert_eq!(own["status"], "InQueue", "a stranger's call is no progress");
}

#[tokio::test]
async fn a_clip_can_fail() {
    let simulator = start().await;
    simulator.set_behaviour(Scope::Account("beta".into()), Behaviour::JobFails);
    let by_model = (
        "alpha",
        submitted(&simulator, "alpha", "sim/job-fails").await,
    );
    let by_scope = ("beta", submitted(&simulator, "beta", MODEL).await);
    for (account, request) in [by_model, by_scope] {
        let mut states = Vec::new();
        for _ in 0..3 {
            let state = post(&simulator, account, "/v1/video/status", &request)
                .await
                .json();
            states.push(state["status"].as_str().unwrap().to_owned());
            assert_eq!(state["reason"] != "", state["status"] == "Failed");
        }
        assert_eq!(states, ["InQueue", "InProgress", "Failed"]);
    }
}

#[tokio::test]
async fn a_clip_can_wait_for_ever() {
    let script = Script {
        progress: Progress { calls: 0, ms: 0 },
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    let request = submitted(&simulator, "alpha", MODEL).await;
    for _ in 0..4 {
        let state = post(&simulator, "alpha", "/v1/video/status", &request)
            .await
            .json();
        assert_eq!(state["status"], "InQueue");
    }
}

#[tokio::test]
async fn bad_clips_are_refused() {
    let simulator = start().await;
    for missing in ["model", "prompt", "image_size"] {
        let mut body = clip(MODEL);
        body.as_object_mut().unwrap().remove(missing);
        let answer = post(&simulator, "alpha", "/v1/video/submit", &body).await;
        assert_invalid(&answer, "Field required");
    }
    let mut size = clip(MODEL);
    size["image_size"] = json!("1x1");
    assert_malformed(&post(&simulator, "alpha", "/v1/video/submit", &size).await);
    let still = post(
        &simulator,
        "alpha",
        "/v1/video/submit",
        &clip("Wan-AI/Wan2.2-I2V-A14B"),
    )
    .await;
    assert_invalid(&still, "Field required");
    let chat = post(&simulator, "alpha", "/v1/video/submit", &clip(super::MODEL)).await;
    assert_unknown_model(&chat);
    let gone = super::get(&simulator, "/v1/video/submit/x").await;
    assert_eq!((gone.status, gone.body.as_str()), (404, "Not Found"));
    assert_eq!(simulator.ledger().totals().cost_nano, 0);
}
