//! `/logs` and `/clear_logs`.

use std::time::Instant;

use flowkeep_tests::{MODEL, Rig, Seen};
use http::Method;
use serde_json::Value;

use super::{NAME, PASSWORD, administered, ask, assert_refused, get};

const OTHER: &str = "Qwen/Qwen3-8B";

#[tokio::test]
async fn calls_are_listed_by_page_and_by_model() {
    let rig = administered().await;
    for n in 0..12 {
        let model = if n % 4 == 0 { OTHER } else { MODEL };
        assert_eq!(rig.ask_chat(model, n % 2 == 0).await.status, 200);
    }
    let refused = rig.ask_chat("no/such-model", false).await;
    assert_eq!(refused.status, 400);
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 13);

    let first = get(&rig, "/logs").await;
    assert_eq!((&first["total"], &first["page"]), (&13.into(), &1.into()));
    assert_eq!(first["page_size"], 10);
    let second = get(&rig, "/logs?page=2&model=").await;
    let of_all: Vec<&Value> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["logs"].as_array().expect("logs"))
        .collect();
    let ids: Vec<&str> = of_all
        .iter()
        .map(|log| log["request_id"].as_str().expect("an id"))
        .collect();
    let expected: Vec<&str> = rows.iter().rev().map(|row| &*row.request_id).collect();
    assert_eq!(ids, expected);

    assert_rows(of_all[0], of_all[1]);
    assert_filters(&rig).await;
}

/// A refused call and a good one.
fn assert_rows(failed: &Value, good: &Value) {
    // The refused one has no tokens: unknown, not 0.
    assert_eq!(
        (&failed["model"], &failed["status"]),
        (&"no/such-model".into(), &400.into())
    );
    for unknown in ["input_tokens", "output_tokens", "total_tokens"] {
        assert_eq!(failed[unknown], Value::Null, "{unknown}");
    }
    assert_eq!(
        (&good["model"], &good["status"]),
        (&MODEL.into(), &200.into())
    );
    let tokens = |field: &str| good[field].as_i64().expect("a count");
    assert_eq!(
        tokens("input_tokens") + tokens("output_tokens"),
        tokens("total_tokens")
    );
    assert!(tokens("total_tokens") > 0);
    assert!(good["call_time"].as_f64().is_some_and(|time| time > 1.7e9));
    let key = good["api_key"].as_str().expect("a key");
    assert!(key.starts_with("sk-…") && key.chars().count() == 8, "{key}");
}

/// Pages and parts of names that there are not, and wrong ones.
async fn assert_filters(rig: &Rig) {
    for (part, total) in [
        ("Qwen3", 3),
        ("qwen", 3),
        ("DeepSeek", 9),
        ("%25", 0),
        ("_", 0),
    ] {
        let found = get(rig, &format!("/logs?page=1&model={part}")).await;
        assert_eq!(found["total"], total, "{part}");
    }
    let behind = get(rig, "/logs?page=1000000000").await;
    assert_eq!(
        (&behind["logs"], &behind["total"]),
        (&Value::Array(Vec::new()), &13.into())
    );
    for wrong in ["page=0", "page=1e9", "page=x"] {
        assert_refused(rig, &format!("/logs?{wrong}"), "page").await;
    }
    assert_refused(rig, &format!("/logs?model={}", "x".repeat(129)), "128").await;
}

/// The answer names the model that was used when it is another one.
#[tokio::test]
async fn an_alias_is_found_by_both_names() {
    let rig = administered().await;
    assert_eq!(rig.ask_chat("gpt-4o", false).await.status, 200);
    rig.settled_rows().await;
    for part in ["gpt-4o", "Qwen3.6-35B"] {
        let found = get(&rig, &format!("/logs?model={part}")).await;
        assert_eq!(found["total"], 1, "{part}");
        assert_eq!(found["logs"][0]["model"], "gpt-4o");
        assert_eq!(found["logs"][0]["model_used"], "Qwen/Qwen3.6-35B-A3B");
    }
}

async fn figures(rig: &Rig) -> [Value; 3] {
    [
        get(rig, "/api/stats/overview").await,
        get(rig, "/api/stats/daily").await,
        get(rig, "/api/stats/monthly").await,
    ]
}

/// Issue 5: after the log was cleared, the statistics are what they were.
#[tokio::test]
async fn clearing_the_log_keeps_the_statistics() {
    let rig = administered().await;
    assert_eq!(rig.chats(MODEL, 7).await.statuses, [200; 7]);
    assert_eq!(rig.settled_rows().await.len(), 7);
    let before = figures(&rig).await;
    let keys = get(&rig, "/api/keys?sort_field=usage_count").await;
    assert_eq!(before[0]["total_calls"], 7);

    // A form of a web page clears nothing (S5).
    let form = rig.client.post(rig.url("/clear_logs"));
    let form = form
        .basic_auth(NAME, Some(PASSWORD))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("a=b");
    let seen = Seen::read(form.send().await.expect("an answer"), Instant::now()).await;
    assert_eq!(seen.status, 415, "{}", seen.text());
    assert_eq!(ask(&rig, Method::GET, "/clear_logs").await.status, 405);
    assert_eq!(get(&rig, "/logs").await["total"], 7);

    let cleared = ask(&rig, Method::POST, "/clear_logs").await;
    assert_eq!(cleared.status, 200, "{}", cleared.text());
    assert_eq!(cleared.json()["removed"], 7);
    let empty = get(&rig, "/logs").await;
    assert_eq!(
        (&empty["total"], &empty["logs"]),
        (&0.into(), &Value::Array(Vec::new()))
    );
    assert_eq!(rig.rows().await.len(), 0);
    assert_eq!(figures(&rig).await, before);
    assert_eq!(get(&rig, "/api/keys?sort_field=usage_count").await, keys);

    let again = ask(&rig, Method::POST, "/clear_logs").await;
    assert_eq!(again.json()["removed"], 0);
    assert_eq!(rig.ask_chat(MODEL, false).await.status, 200);
    rig.settled_rows().await;
    assert_eq!(get(&rig, "/logs").await["total"], 1);
    assert_eq!(get(&rig, "/api/stats/overview").await["total_calls"], 8);
}
