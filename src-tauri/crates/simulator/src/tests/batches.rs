use serde_json::{Value, json};

use super::{assert_invalid, assert_malformed, get, get_as, post, post_form, start};
use crate::{Behaviour, Progress, Scope, Script, Simulator};

const LINE: &str = r#"{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"deepseek-ai/DeepSeek-V3","messages":[]}}"#;

async fn file(simulator: &Simulator, account: &str, content: &str) -> String {
    let parts = [
        ("purpose", None, "batch"),
        ("file", Some("r.jsonl"), content),
    ];
    let made = post_form(simulator, account, "/v1/files", &parts)
        .await
        .json();
    made["data"]["id"].as_str().unwrap().to_owned()
}

fn order(file: &str) -> Value {
    json!({
        "input_file_id": file,
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"description": "nightly"},
    })
}

async fn made(simulator: &Simulator, account: &str) -> String {
    let input = file(simulator, account, LINE).await;
    let batch = post(simulator, account, "/v1/batches", &order(&input))
        .await
        .json();
    batch["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_batch_has_the_vendors_shape_and_goes_its_way() {
    let simulator = start().await;
    let input = file(&simulator, "alpha", LINE).await;
    let answer = post(&simulator, "alpha", "/v1/batches", &order(&input)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let batch = answer.json();
    let (id, created) = (
        batch["id"].as_str().unwrap(),
        batch["created_at"].as_u64().unwrap(),
    );
    assert!(id.starts_with("batch_") && id.len() == 16, "{id}");
    let expected = format!(
        r#"{{"id":"{id}","object":"batch","endpoint":"/v1/chat/completions","errors":null,"input_file_id":"{input}","completion_window":"24h","status":"in_queue","output_file_id":null,"error_file_id":null,"created_at":{created},"in_progress_at":null,"expires_at":{},"finalizing_at":null,"completed_at":null,"failed_at":null,"expired_at":null,"cancelling_at":null,"cancelled_at":null,"request_counts":null,"metadata":{{"description":"nightly"}}}}"#,
        created + 86_400
    );
    assert_eq!(answer.body, expected);
    let path = format!("/v1/batches/{id}");
    for state in ["in_queue", "in_progress", "finalizing"] {
        let seen = get(&simulator, &path).await.json();
        assert_eq!(seen["status"], state);
        assert_eq!(seen["output_file_id"], json!(null));
    }
    let done = get(&simulator, &path).await.json();
    assert_eq!(done["status"], "completed");
    assert_eq!(
        done["request_counts"],
        json!({"total": 1, "completed": 1, "failed": 0})
    );
    let output = done["output_file_id"].as_str().unwrap();
    assert!(output.starts_with("file-"));
    assert!(done["completed_at"].as_u64() >= Some(created));
    let again = get(&simulator, &path).await.json();
    assert_eq!(again["output_file_id"], output);
    let resources = simulator.resources();
    assert!(
        resources
            .iter()
            .any(|one| one.id == output && one.owner == "alpha")
    );
    let listed = get(&simulator, "/v1/files").await.json();
    assert_eq!(
        listed["data"]["data"].as_array().unwrap().len(),
        1,
        "results are not listed"
    );
}

#[tokio::test]
async fn an_input_file_must_be_the_accounts_own() {
    let simulator = start().await;
    let foreign = file(&simulator, "beta", LINE).await;
    for input in [foreign.as_str(), "file-nobodyhasit"] {
        assert_malformed(&post(&simulator, "alpha", "/v1/batches", &order(input)).await);
    }
    let misdirected = simulator.ledger().misdirected();
    assert_eq!(misdirected.len(), 1, "a file of nobody is no wrong call");
    assert_eq!(misdirected[0].account.as_deref(), Some("alpha"));
    assert_eq!(misdirected[0].touched[0].owner.as_deref(), Some("beta"));
    assert_eq!(simulator.ledger().totals().misdirected, 1);
}

#[tokio::test]
async fn other_accounts_do_not_see_a_batch() {
    let simulator = start().await;
    let id = made(&simulator, "alpha").await;
    let path = format!("/v1/batches/{id}");
    let foreign = get_as(&simulator, "beta", &path).await;
    assert_eq!(
        (foreign.status, &foreign.json()["code"]),
        (404, &json!(20015))
    );
    let cancel = post(&simulator, "beta", &format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancel.status, 404);
    let list = get_as(&simulator, "beta", "/v1/batches").await.json();
    let empty =
        json!({"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false});
    assert_eq!(list, empty);
    assert_eq!(simulator.ledger().misdirected().len(), 2);
    assert_eq!(
        get(&simulator, &path).await.json()["status"],
        "in_queue",
        "nobody touched it"
    );
}

#[tokio::test]
async fn a_batch_is_cancelled_once() {
    let simulator = start().await;
    let id = made(&simulator, "alpha").await;
    let path = format!("/v1/batches/{id}");
    let cancelling = post(&simulator, "alpha", &format!("{path}/cancel"), &json!({})).await;
    assert_eq!(
        (cancelling.status, &cancelling.json()["status"]),
        (200, &json!("cancelling"))
    );
    let cancelled = get(&simulator, &path).await.json();
    assert_eq!(cancelled["status"], "cancelled");
    assert!(cancelled["cancelled_at"].is_u64() && cancelled["cancelling_at"].is_u64());
}

#[tokio::test]
async fn lists_come_in_pages() {
    let simulator = start().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(made(&simulator, "alpha").await);
    }
    let page = get(&simulator, "/v1/batches?limit=2").await.json();
    assert_eq!(
        (&page["first_id"], &page["last_id"]),
        (&json!(ids[2]), &json!(ids[1]))
    );
    assert_eq!(
        (&page["has_more"], &page["data"][0]["file_name"]),
        (&json!(true), &json!("r.jsonl"))
    );
    let rest = get(&simulator, &format!("/v1/batches?limit=2&after={}", ids[1]))
        .await
        .json();
    assert_eq!(
        (&rest["first_id"], &rest["has_more"]),
        (&json!(ids[0]), &json!(false))
    );
}

#[tokio::test]
async fn bad_orders_are_refused() {
    let simulator = start().await;
    let input = file(&simulator, "alpha", LINE).await;
    for (field, value) in [
        ("completion_window", "12h"),
        ("completion_window", "soon"),
        ("endpoint", "x"),
    ] {
        let mut wrong = order(&input);
        wrong[field] = json!(value);
        assert_malformed(&post(&simulator, "alpha", "/v1/batches", &wrong).await);
    }
    let without = post(
        &simulator,
        "alpha",
        "/v1/batches",
        &json!({"endpoint": "/v1/x"}),
    )
    .await;
    assert_invalid(&without, "Field required");
    let mut replaced = order(&input);
    replaced["replace"] = json!({"model": "Qwen/Qwen3-8B"});
    let answer = post(&simulator, "alpha", "/v1/batches", &replaced).await;
    assert_invalid(&answer, "This model does not support batch inference");
}

#[tokio::test]
async fn batches_can_fail_and_go_by_time() {
    let script = Script {
        progress: Progress { calls: 0, ms: 1 },
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    simulator.set_behaviour(Scope::Route("batches".into()), Behaviour::JobFails);
    let id = made(&simulator, "alpha").await;
    let path = format!("/v1/batches/{id}");
    // Two milliseconds after it was made, and a request takes longer.
    let mut state = get(&simulator, &path).await.json();
    while state["status"] != "failed" {
        assert_ne!(state["status"], "completed");
        state = get(&simulator, &path).await.json();
    }
    assert!(state["failed_at"].is_u64());
    assert_eq!(state["output_file_id"], json!(null));
}

/// The vendor documents no way to fetch a result; with one in the script there is.
#[tokio::test]
async fn results_can_be_fetched_where_the_script_has_some() {
    let results = "{\"custom_id\":\"1\"}\n";
    let script = Script {
        progress: Progress { calls: 0, ms: 1 },
        batch_results: Some(results.to_owned()),
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    let id = made(&simulator, "alpha").await;
    let mut state = get(&simulator, &format!("/v1/batches/{id}")).await.json();
    while state["status"] != "completed" {
        state = get(&simulator, &format!("/v1/batches/{id}")).await.json();
    }
    let output = state["output_file_id"].as_str().unwrap();
    let path = format!("/v1/files/{output}/content");
    let content = get(&simulator, &path).await;
    assert_eq!((content.status, content.body.as_str()), (200, results));
    let foreign = get_as(&simulator, "beta", &path).await;
    assert_eq!(foreign.status, 404);
    assert_eq!(simulator.ledger().misdirected().len(), 1);
    let input = state["input_file_id"].as_str().unwrap();
    let uploaded = get(&simulator, &format!("/v1/files/{input}/content")).await;
    assert_eq!(uploaded.status, 404, "uploads are not kept");
}
