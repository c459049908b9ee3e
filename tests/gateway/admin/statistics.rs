//! The commands about usage, against what the simulator says it was asked.

use std::time::Instant;

use flowkeep_tests::{MODEL, Rig, Seen};
use http::Method;
use serde_json::{Value, json};

use super::{NAME, PASSWORD, ask, priced};

const OTHER: &str = "Qwen/Qwen3-8B";

async fn rpc(rig: &Rig, name: &str, body: Value) -> Seen {
    let sent = Instant::now();
    let request = rig.client.post(rig.url(&format!("/admin/rpc/{name}")));
    let request = request
        .basic_auth(NAME, Some(PASSWORD))
        .header("content-type", "application/json")
        .body(body.to_string());
    Seen::read(request.send().await.expect("an answer"), sent).await
}

async fn told(rig: &Rig, name: &str, body: Value) -> Value {
    let seen = rpc(rig, name, body).await;
    assert_eq!(seen.status, 200, "{name}: {}", seen.text());
    seen.json()
}

/// Three chats of one model, two streams of another, one refused.
async fn traffic(rig: &Rig) {
    for _ in 0..3 {
        assert_eq!(rig.ask_chat(MODEL, false).await.status, 200);
    }
    for _ in 0..2 {
        assert_eq!(rig.ask_chat(OTHER, true).await.status, 200);
    }
    assert_eq!(rig.ask_chat("no/such-model", false).await.status, 400);
    assert_eq!(rig.settled_rows().await.len(), 6);
}

fn sum(items: &Value, path: &str) -> i64 {
    let items = items.as_array().expect("a list");
    let number = |item: &Value| {
        item.pointer(path)
            .and_then(Value::as_i64)
            .expect("a number")
    };
    items.iter().map(number).sum()
}

#[tokio::test]
async fn the_overview_is_the_sum_of_what_the_upstream_told() {
    let rig = priced().await;
    let nothing = told(&rig, "usage_overview", json!({})).await;
    assert_eq!(nothing["totals"]["calls"], 0);
    assert_eq!(nothing["rates"]["success_rate"], Value::Null);
    traffic(&rig).await;
    let ledger = rig.simulator.ledger().totals();
    let found = told(&rig, "usage_overview", json!({})).await;
    let totals = &found["totals"];
    assert_eq!(
        (&totals["calls"], &totals["failed"]),
        (&json!(6), &json!(1))
    );
    assert_eq!(totals["prompt_tokens"], ledger.told.prompt);
    assert_eq!(totals["completion_tokens"], ledger.told.completion);
    assert_eq!(totals["cached_tokens"], ledger.told.cached);
    assert_eq!(totals["attempts"], rig.upstream_hits().await.len());
    let rate = found["rates"]["success_rate"].as_f64().expect("a rate");
    assert!((rate - 5.0 / 6.0).abs() < 1e-9, "{rate}");
    assert_eq!(found["first_byte"]["calls"], found["duration"]["calls"]);
    assert!(found["duration"]["p99_ms"].as_u64() >= found["duration"]["p50_ms"].as_u64());

    let one = json!({"filter": {"model": OTHER, "client": "default"}});
    let one = told(&rig, "usage_overview", one).await;
    assert_eq!(one["totals"]["calls"], 2);
    let none = json!({"filter": {"client": "nobody"}});
    let none = told(&rig, "usage_overview", none).await;
    assert_eq!(none["totals"]["calls"], 0);
}

#[tokio::test]
async fn series_and_parts_add_up_to_the_overview() {
    let rig = priced().await;
    traffic(&rig).await;
    let all = told(&rig, "usage_overview", json!({})).await;
    assert!(
        all["totals"]["cost"]["cny_nano"].as_i64() > Some(0),
        "{all}"
    );
    assert_eq!(all["totals"]["calls_without_cost"], 0);
    for zone in ["Asia/Shanghai", "Asia/Kolkata", "America/New_York"] {
        for step in ["hour", "day", "month"] {
            let request = json!({"step": step, "time_zone": zone});
            let series = told(&rig, "usage_series", request).await;
            assert_eq!(series["time_zone"], zone);
            for sums in ["calls", "prompt_tokens", "completion_tokens"] {
                let found = sum(&series["points"], &format!("/totals/{sums}"));
                assert_eq!(found, all["totals"][sums], "{zone} {step} {sums}");
            }
        }
    }
    for by in ["model", "account", "key", "client", "route", "outcome"] {
        let parts = told(&rig, "usage_breakdown", json!({"by": by})).await;
        let calls = sum(&parts["shares"], "/totals/calls");
        assert_eq!(calls, all["totals"]["calls"], "{by}");
        let cost = sum(&parts["shares"], "/totals/cost/cny_nano");
        assert_eq!(cost, all["totals"]["cost"]["cny_nano"], "{by}");
    }
    let models = told(&rig, "usage_breakdown", json!({"by": "model", "limit": 1})).await;
    assert_eq!(models["shares"].as_array().map(Vec::len), Some(1));
    let burn = told(&rig, "burn_rate", json!({})).await;
    let accounts = burn["accounts"].as_array().expect("accounts");
    let keys = rig.keys().await.keys;
    assert!(!accounts.is_empty() && accounts.len() <= keys.len());
    let spent = sum(&burn["accounts"], "/per_day_nano");
    assert_eq!(spent, all["totals"]["cost"]["cny_nano"], "added today");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_words() {
    let rig = priced().await;
    for (name, body, words) in [
        ("usage_series", json!({"step": "week"}), "week"),
        (
            "usage_series",
            json!({"step": "hour", "from_ms": 0}),
            "at most 2000",
        ),
        (
            "usage_series",
            json!({"step": "day", "time_zone": "Mars"}),
            "Mars",
        ),
        (
            "usage_breakdown",
            json!({"by": "model; DROP TABLE requests"}),
            "DROP",
        ),
        ("usage_breakdown", json!({}), "by"),
        (
            "usage_overview",
            json!({"from_ms": 2, "to_ms": 1}),
            "from_ms",
        ),
        (
            "usage_overview",
            json!({"filter": {"models": "x"}}),
            "models",
        ),
        (
            "list_requests",
            json!({"filter": {"text": "x".repeat(129)}}),
            "128",
        ),
    ] {
        let seen = rpc(&rig, name, body).await;
        assert_eq!(seen.status, 400, "{name}: {}", seen.text());
        let message = seen.json()["message"].to_string();
        assert!(message.contains(words), "{name}: {message}");
    }
    let missing = rpc(&rig, "get_request", json!({"id": 1})).await;
    assert_eq!(missing.status, 404, "{}", missing.text());
}

#[tokio::test]
async fn a_request_is_told_with_its_attempts() {
    let rig = priced().await;
    traffic(&rig).await;
    let page = told(
        &rig,
        "list_requests",
        json!({"filter": {"outcome": "rejected"}}),
    )
    .await;
    let rows = page["requests"].as_array().expect("rows");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["model"], "no/such-model");
    let all = told(&rig, "list_requests", json!({})).await;
    for row in all["requests"].as_array().expect("rows") {
        let details = told(&rig, "get_request", json!({"id": row["id"]})).await;
        assert_eq!(&details["request"], row);
        let attempts = details["attempts"].as_array().expect("attempts");
        assert_eq!(attempts.len() as u64, row["attempts"], "{details}");
        let last = attempts.last().expect("an attempt");
        assert_eq!(last["account"], row["account"]);
        assert_eq!(last["status"], row["status"]);
        let left = if row["status"] == 200 {
            Value::Null
        } else {
            json!("rejected")
        };
        assert_eq!(last["left"], left);
    }
}

/// Issue 5: after the log was cleared, every figure is what it was.
#[tokio::test]
async fn clearing_changes_no_figure() {
    let rig = priced().await;
    traffic(&rig).await;
    let figures = async || {
        let mut all = Vec::new();
        for (name, body) in [
            ("usage_overview", json!({})),
            ("usage_series", json!({"step": "day"})),
            ("usage_breakdown", json!({"by": "model"})),
            ("usage_breakdown", json!({"by": "account"})),
            ("burn_rate", json!({})),
        ] {
            all.push(told(&rig, name, body).await);
        }
        all
    };
    let before = figures().await;
    assert_eq!(
        told(&rig, "clear_requests", json!({})).await,
        json!({"removed": 6})
    );
    assert_eq!(rig.rows().await, []);
    assert_eq!(figures().await, before);
    assert_eq!(
        told(&rig, "clear_requests", json!({})).await,
        json!({"removed": 0})
    );
}

#[tokio::test]
async fn the_log_is_exported_whole_and_filtered() {
    let rig = priced().await;
    traffic(&rig).await;
    let csv = ask(&rig, Method::GET, "/admin/export/requests?format=csv").await;
    assert_eq!(csv.status, 200, "{}", csv.text());
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.header("content-disposition").starts_with("attachment"));
    assert_eq!(csv.header("cache-control"), "no-store");
    assert_eq!(csv.header("x-content-type-options"), "nosniff");
    assert_eq!(csv.text().lines().count(), 7, "{}", csv.text());

    let path = "/admin/export/requests?format=jsonl&outcome=success&model=Qwen/Qwen3-8B&text=";
    let lines = ask(&rig, Method::GET, path).await;
    assert_eq!(lines.status, 200, "{}", lines.text());
    let lines = lines.text();
    let rows: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["model"] == OTHER));
    for (query, words) in [
        ("", "csv or jsonl"),
        ("?format=xml", "csv or jsonl"),
        ("?format=csv&outcome=fine", "fine"),
        ("?format=csv&from_ms=noon", "from_ms"),
    ] {
        let seen = ask(&rig, Method::GET, &format!("/admin/export/requests{query}")).await;
        assert_eq!(seen.status, 400, "{query}: {}", seen.text());
        assert!(seen.text().contains(words), "{query}: {}", seen.text());
    }
    let stranger = rig.client.get(rig.url("/admin/export/requests?format=csv"));
    let stranger = stranger
        .bearer_auth(&rig.token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(stranger.status(), 401);
}
