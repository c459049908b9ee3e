//! `GET /v1/models` and `GET /v1/models/{id}`.

use std::sync::Arc;
use std::time::Instant;

use flowkeep_contract::Outcome;
use flowkeep_core::clock::ManualClock;
use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use serde_json::{Value, json};

const MINUTE: u64 = 60_000;

async fn get(rig: &Rig, path: &str) -> Seen {
    let sent = Instant::now();
    let request = rig.client.get(rig.url(path)).bearer_auth(&rig.token);
    Seen::read(request.send().await.expect("an HTTP answer"), sent).await
}

fn ids(seen: &Seen) -> Vec<String> {
    let list = seen.json();
    assert_eq!(list["object"], "list");
    let data = list["data"].as_array().expect("a list");
    data.iter()
        .map(|entry| entry["id"].as_str().expect("an id").to_owned())
        .collect()
}

async fn by_hand() -> (Arc<ManualClock>, Rig) {
    let clock = Arc::new(ManualClock::at(1_780_000_000_000));
    let given: Arc<ManualClock> = Arc::clone(&clock);
    let options = RigOptions {
        clock: Some(given),
        ..RigOptions::default()
    };
    (clock, Rig::with(options).await)
}

/// What the upstream itself answers to this query.
async fn upstreams_own(rig: &Rig, query: &str) -> Value {
    let key = flowkeep_simulator::sample_key("alpha");
    let url = format!("{}/models{query}", rig.simulator.base_url());
    let answer = rig
        .client
        .get(url)
        .bearer_auth(key)
        .send()
        .await
        .expect("an HTTP answer");
    serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON")
}

#[tokio::test]
async fn the_list_is_the_upstreams_with_the_aliases_behind() {
    let rig = Rig::start().await;
    for query in [
        "",
        "?sub_type=chat",
        "?type=image",
        "?sub_type=embedding&type=text",
        "?type=none",
    ] {
        let own = upstreams_own(&rig, query).await;
        let own = own["data"].as_array().unwrap();
        let seen = get(&rig, &format!("/v1/models{query}")).await;
        assert_eq!(seen.status, 200);
        let list = seen.json();
        let data = list["data"].as_array().unwrap();
        assert_eq!(
            &data[..own.len()],
            &own[..],
            "{query}: same entries, same order"
        );
        let aliases: Vec<&Value> = data[own.len()..].iter().collect();
        assert!(
            aliases.iter().all(|entry| entry["owned_by"] == "flowkeep"),
            "{aliases:?}"
        );
        let has = |name: &str| aliases.iter().any(|entry| entry["id"] == name);
        assert_eq!(
            has("gpt-4o"),
            matches!(query, "" | "?sub_type=chat"),
            "{query}"
        );
        assert_eq!(
            has("dall-e-3"),
            matches!(query, "" | "?type=image"),
            "{query}"
        );
        assert!(!has("claude-*"), "a pattern is no name");
    }
    let hits = rig.hits("/v1/models");
    let queries: Vec<_> = hits
        .iter()
        .skip(1)
        .step_by(2)
        .map(|hit| hit.query.clone())
        .collect();
    let sent = [
        None,
        Some("sub_type=chat"),
        Some("type=image"),
        Some("type=text&sub_type=embedding"),
        Some("type=none"),
    ];
    assert_eq!(queries, sent.map(|query| query.map(str::to_owned)));
}

#[tokio::test]
async fn the_list_is_kept_for_some_minutes() {
    let (clock, rig) = by_hand().await;
    let first = get(&rig, "/v1/models").await;
    clock.advance_ms(4 * MINUTE);
    let again = get(&rig, "/v1/models?limit=2").await;
    assert_eq!(first.body, again.body);
    assert_eq!((first.attempts(), again.attempts()), (1, 0));
    assert_eq!(rig.hits("/v1/models").len(), 1);
    assert!(!first.header("x-flowkeep-account").is_empty());
    assert!(
        again.header("x-flowkeep-account").is_empty(),
        "nobody was asked"
    );
    clock.advance_ms(2 * MINUTE);
    let renewed = get(&rig, "/v1/models").await;
    assert_eq!(rig.hits("/v1/models").len(), 2);
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 3, "each is in the log");
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::Success && row.route == "models")
    );
    assert!(renewed.header("x-flowkeep-stale").is_empty());
}

/// F46: the list outlives the upstream, and says how old it is.
#[tokio::test]
async fn an_old_list_is_served_while_the_upstream_is_down() {
    let (clock, rig) = by_hand().await;
    let fresh = get(&rig, "/v1/models?sub_type=chat").await;
    clock.advance_ms(7 * MINUTE);
    let models = || Scope::Route("models".into());
    for fault in [
        Behaviour::status(503),
        Behaviour::status(500),
        Behaviour::Html,
        Behaviour::ResetBeforeHeaders,
    ] {
        rig.simulator.set_behaviour(models(), fault.clone());
        let stale = get(&rig, "/v1/models?sub_type=chat").await;
        assert_eq!((stale.status, &stale.body), (200, &fresh.body), "{fault:?}");
        assert_eq!(stale.header("x-flowkeep-stale"), "420");
        // What was never had cannot be served.
        let missing = get(&rig, "/v1/models?sub_type=reranker").await;
        assert!(missing.status >= 500, "{fault:?}: {}", missing.status);
    }
    rig.simulator.set_behaviour(models(), Behaviour::Ok);
    let back = get(&rig, "/v1/models?sub_type=chat").await;
    assert!(back.status == 200 && back.header("x-flowkeep-stale").is_empty());
    let rows = rig.settled_rows().await;
    let statuses: Vec<u16> = rows.iter().map(|row| row.status).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        6,
        "{statuses:?}"
    );
}

#[tokio::test]
async fn one_model_is_shown_by_its_name() {
    let rig = Rig::start().await;
    let vendors = json!({"id": MODEL, "object": "model", "created": 0, "owned_by": ""});
    let seen = get(&rig, &format!("/v1/models/{MODEL}")).await;
    assert_eq!((seen.status, seen.json()), (200, vendors));
    for name in ["gpt-4o", "claude-opus-4-5"] {
        let seen = get(&rig, &format!("/v1/models/{name}")).await;
        let ours = json!({"id": name, "object": "model", "created": 0, "owned_by": "flowkeep"});
        assert_eq!((seen.status, seen.json()), (200, ours));
    }
    assert_eq!(rig.hits("/v1/models").len(), 1, "all from one list");
}

#[tokio::test]
async fn a_model_that_is_not_there_is_404_in_the_shape_of_openai() {
    let rig = Rig::start().await;
    let seen = get(&rig, "/v1/models/made/up").await;
    assert_eq!((seen.status, seen.error()), (404, "model_not_found"));
    let error = &seen.json()["error"];
    assert_eq!(
        (&error["code"], &error["type"]),
        (&json!("model_not_found"), &json!("not_found_error"))
    );
    assert!(error["message"].as_str().unwrap().contains("made/up"));
    let retired = get(&rig, "/v1/models/Qwen/QwQ-32B").await;
    assert!(
        retired
            .text()
            .contains("retired Qwen/QwQ-32B on 2026-04-29"),
        "{}",
        retired.text()
    );
    let rows = rig.settled_rows().await;
    assert!(
        rows.iter()
            .all(|row| (row.status, row.outcome) == (404, Outcome::Rejected))
    );
}

/// Without any list nobody can say what there is.
#[tokio::test]
async fn without_a_list_the_upstreams_error_passes() {
    let rig = Rig::start().await;
    rig.simulator
        .set_behaviour(Scope::Route("models".into()), Behaviour::status(500));
    for path in ["/v1/models", "/v1/models/gpt-4o"] {
        let seen = get(&rig, path).await;
        assert_eq!((seen.status, &seen.json()["code"]), (500, &json!(50507)));
    }
    assert!(
        ids(&{
            rig.simulator
                .set_behaviour(Scope::Route("models".into()), Behaviour::Ok);
            get(&rig, "/v1/user/models").await
        })
        .contains(&MODEL.to_owned())
    );
}
