//! What a batch cost, told by the file of its results while that passes.
//!
//! The simulator hands out the results that its script has; whatever the batch
//! asked for.

use std::time::Instant;

use flowkeep_contract::{Budget, ClientLimits, Event, Notice, RequestView};
use flowkeep_core::vault::VaultChoice;
use flowkeep_simulator::{Behaviour, CutHow, Progress, Scope, sample_key};
use flowkeep_tests::books::{assert_balanced, usage_number};
use flowkeep_tests::{BareUpstream, Rig, RigOptions, Seen};
use serde_json::{Value, from_value, json};

use super::desk::{Desk, chat, cost, rich};
use crate::clients::{ask_as, create, listed};

const V3: &str = "deepseek-ai/DeepSeek-V3";
const R1: &str = "deepseek-ai/DeepSeek-R1";
const BOUNDARY: &str = "flowkeep-test-boundary";

/// A line of results, as OpenAI documents it.
fn answered(id: u32, model: &str, (prompt, completion, cached): (u64, u64, u64)) -> Value {
    json!({"id": format!("batch_req_{id}"), "custom_id": id.to_string(), "response": {
        "status_code": 200, "request_id": "r", "body": {
            "id": "x", "object": "chat.completion", "model": model,
            "choices": [{"index": 0, "message": {"role": "assistant",
                "content": "\"usage\":{\"prompt_tokens\":7}\n"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": prompt, "completion_tokens": completion,
                "total_tokens": prompt + completion,
                "prompt_tokens_details": {"cached_tokens": cached}}}},
        "error": null})
}

fn failed(id: u32) -> Value {
    json!({"custom_id": id.to_string(), "response": null,
        "error": {"code": "batch_expired", "message": "too late"}})
}

fn jsonl(lines: &[Value]) -> String {
    let mut file = String::new();
    for line in lines {
        file += &line.to_string();
        file.push('\n');
    }
    file
}

/// ¥2 and ¥8, cached ¥0.2, per million, of which a batch pays half: half of
/// 1,000 × 2,000 + 100 × 8,000 and of 1,500 × 2,000 + 500 × 200 + 50 × 8,000.
const OF_TWO: i64 = 1_400_000 + 1_750_000;

fn two_of_three() -> String {
    jsonl(&[
        answered(1, V3, (1_000, 100, 0)),
        failed(2),
        answered(3, V3, (2_000, 50, 500)),
    ])
}

fn options(results: String) -> RigOptions {
    let mut options = RigOptions::with_accounts(vec![rich("alpha")]);
    options.vault = VaultChoice::File;
    options.script.batch_results = Some(results);
    options.script.progress = Progress { calls: 0, ms: 1 };
    options
}

async fn get(rig: &Rig, token: &str, path: &str) -> Seen {
    fetch(rig, token, &rig.url(path)).await
}

async fn fetch(rig: &Rig, token: &str, url: &str) -> Seen {
    let request = rig.client.get(url).bearer_auth(token);
    Seen::read(request.send().await.expect("an answer"), Instant::now()).await
}

fn form() -> String {
    let line = json!({"custom_id": "1", "method": "POST", "url": "/v1/chat/completions",
        "body": {"model": V3, "messages": [{"role": "user", "content": "hi"}]}});
    format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"r.jsonl\"\r\n\
         content-type: application/jsonl\r\n\r\n{line}\n\r\n--{BOUNDARY}--\r\n"
    )
}

/// Makes a batch at this address and follows it to its end; the file it wrote.
async fn finished_batch(rig: &Rig, (base, token): (&str, &str)) -> String {
    let send = async |path: &str, kind: &str, body: String| {
        let request = rig.client.post(format!("{base}{path}")).bearer_auth(token);
        let request = request.header("content-type", kind).body(body);
        let seen = Seen::read(request.send().await.expect("an answer"), Instant::now()).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        seen.json()
    };
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let file = send("/files", &kind, form()).await;
    let order = json!({"input_file_id": file["data"]["id"], "endpoint": "/v1/chat/completions",
        "completion_window": "24h"});
    let batch = send("/batches", "application/json", order.to_string()).await;
    let id = batch["id"].as_str().expect("an id");
    loop {
        let state = fetch(rig, token, &format!("{base}/batches/{id}"))
            .await
            .json();
        if let Some(output) = state["output_file_id"].as_str() {
            return output.to_owned();
        }
    }
}

async fn own_batch(rig: &Rig) -> String {
    let base = rig.url("/v1");
    finished_batch(rig, (&base, &rig.token)).await
}

async fn download(rig: &Rig, file: &str) -> Seen {
    get(rig, &rig.token, &format!("/v1/files/{file}/content")).await
}

async fn last(rig: &Rig) -> RequestView {
    rig.settled_rows().await.pop().expect("a row")
}

/// The record of a download that counted nothing.
fn assert_not_counted(row: &RequestView) {
    assert_eq!(row.route, "files");
    assert_eq!(
        (row.model.as_deref(), row.prompt_tokens, row.cost.as_ref()),
        (None, None, None)
    );
}

#[tokio::test]
async fn a_batch_costs_half_when_its_results_are_fetched() {
    let desk = Desk::with(options(two_of_three())).await;
    let file = own_batch(&desk.rig).await;
    let before = desk.rig.settled_rows().await;
    assert!(before.iter().all(|row| row.cost.is_none()), "not before");
    let seen = download(&desk.rig, &file).await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.text(), two_of_three(), "bytes pass as they are");
    let row = last(&desk.rig).await;
    assert_eq!(
        (row.route.as_str(), row.model.as_deref()),
        ("files", Some(V3))
    );
    assert_eq!(row.prompt_tokens, Some(3_000));
    assert_eq!(row.completion_tokens, Some(150));
    assert_eq!(row.cached_tokens, Some(500));
    assert_eq!(cost(&row), Some((OF_TWO, "CNY")));
    let told = row.cost.expect("a cost");
    // Half of 500 × 1,800.
    assert_eq!(told.saved_nano, Some(450_000));
    assert_eq!(told.price, "cn:deepseek-ai/DeepSeek-V3");
    assert_balanced(desk.rig.folder());
    let sums = "SELECT cost_cny_nano FROM usage_slices WHERE grain = 1 AND dimension = 1
        AND name = (SELECT name_id FROM names WHERE name = 'deepseek-ai/DeepSeek-V3')";
    assert_eq!(usage_number(desk.rig.folder(), sums), OF_TWO);
}

#[tokio::test]
async fn a_result_is_counted_once_also_across_a_restart() {
    let desk = Desk::with(options(two_of_three())).await;
    let file = own_batch(&desk.rig).await;
    for _ in 0..3 {
        assert_eq!(download(&desk.rig, &file).await.status, 200);
    }
    let rows = desk.rig.settled_rows().await;
    let costs: Vec<_> = rows.iter().filter_map(cost).collect();
    assert_eq!(costs, [(OF_TWO, "CNY")]);
    assert_not_counted(rows.last().unwrap());
    let rig = desk.rig.restart().await;
    assert_eq!(download(&rig, &file).await.text(), two_of_three());
    assert_not_counted(&last(&rig).await);
    assert_balanced(rig.folder());
    // Another batch is another one.
    let other = own_batch(&rig).await;
    assert_eq!(download(&rig, &other).await.status, 200);
    assert_eq!(last(&rig).await.prompt_tokens, Some(3_000));
}

/// Many at once are one.
#[tokio::test]
async fn a_result_that_is_fetched_by_many_at_once_is_counted_once() {
    let desk = Desk::with(options(two_of_three())).await;
    let file = own_batch(&desk.rig).await;
    let together = (0..8).map(|_| download(&desk.rig, &file));
    let seen = futures_util::future::join_all(together).await;
    assert!(seen.iter().all(|seen| seen.text() == two_of_three()));
    let rows = desk.rig.settled_rows().await;
    assert_eq!(rows.iter().filter_map(cost).count(), 1);
}

/// Only a whole file was seen; which is then counted once more.
#[tokio::test]
async fn a_download_that_breaks_off_counts_nothing() {
    // Long enough for its head to pass before the end fails.
    let rest: Vec<_> = (4..5_000).map(failed).collect();
    let results = two_of_three() + &jsonl(&rest);
    let desk = Desk::with(options(results)).await;
    let rig = &desk.rig;
    let file = own_batch(rig).await;
    let scope = || Scope::Route(format!("files/{file}/content"));
    let cut = Behaviour::Cut {
        after_chunks: 1,
        how: CutHow::Fin,
    };
    rig.simulator.set_behaviour(scope(), cut);
    let part = download(rig, &file).await;
    assert!(part.broke_off && !part.body.is_empty());
    assert_not_counted(&last(rig).await);
    rig.simulator.set_behaviour(scope(), Behaviour::Ok);
    assert!(!download(rig, &file).await.broke_off);
    assert_eq!(cost(&last(rig).await), Some((OF_TWO, "CNY")));
    assert_balanced(rig.folder());
}

/// Lines of results that came as a part of their file are not all of them.
#[tokio::test]
async fn a_part_that_was_asked_for_counts_nothing() {
    let body = two_of_three();
    let answer = |status: &str| {
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/octet-stream\r\n");
        format!("{head}content-length: {}\r\n\r\n{body}", body.len())
    };
    for (status, expected) in [
        ("206 Partial Content", None),
        ("200 OK", Some((OF_TWO, "CNY"))),
    ] {
        let upstream = BareUpstream::saying(answer(status)).await;
        let desk = Desk::with(RigOptions {
            upstream: Some(upstream.base_url()),
            ..options(String::new())
        })
        .await;
        assert_eq!(download(&desk.rig, "file-out").await.text(), body);
        assert_eq!(cost(&last(&desk.rig).await), expected, "{status}");
    }
}

/// Of a batch that never passed us the lines alone tell what they are.
#[tokio::test]
async fn a_batch_that_was_made_elsewhere_is_counted_too() {
    let desk = Desk::with(options(two_of_three())).await;
    let (base, key) = (desk.rig.simulator.base_url(), sample_key("alpha"));
    let file = finished_batch(&desk.rig, (&base, &key)).await;
    assert_eq!(download(&desk.rig, &file).await.status, 200);
    assert_eq!(cost(&last(&desk.rig).await), Some((OF_TWO, "CNY")));
    assert_eq!(download(&desk.rig, &file).await.status, 200);
    assert_not_counted(&last(&desk.rig).await);
}

#[tokio::test]
async fn several_models_are_one_sum_under_the_name_of_the_largest() {
    let results = jsonl(&[
        answered(1, V3, (1_000, 100, 0)),
        answered(2, R1, (900, 300, 0)),
    ]);
    let desk = Desk::with(options(results)).await;
    let file = own_batch(&desk.rig).await;
    download(&desk.rig, &file).await;
    let row = last(&desk.rig).await;
    assert_eq!(row.model.as_deref(), Some(R1));
    assert_eq!(row.prompt_tokens, Some(1_900));
    // Half of 1,000 × 2,000 + 100 × 8,000, and of 900 × 4,000 + 300 × 16,000.
    assert_eq!(cost(&row), Some((1_400_000 + 4_200_000, "CNY")));
    assert_balanced(desk.rig.folder());
}

#[tokio::test]
async fn other_files_and_unknown_prices_are_told_as_they_are() {
    let desk = Desk::with(options("name,age\nx,7\n".to_owned())).await;
    let file = own_batch(&desk.rig).await;
    assert_eq!(download(&desk.rig, &file).await.text(), "name,age\nx,7\n");
    assert_not_counted(&last(&desk.rig).await);

    let results = jsonl(&[answered(1, "sim/new", (10, 5, 0))]);
    let desk = Desk::with(options(results)).await;
    let file = own_batch(&desk.rig).await;
    download(&desk.rig, &file).await;
    let row = last(&desk.rig).await;
    assert_eq!(
        (row.model.as_deref(), row.prompt_tokens),
        (Some("sim/new"), Some(10))
    );
    assert!(row.cost.is_none(), "unknown is not free");
    let unknown = "SELECT sum(calls_without_cost) FROM usage_hourly";
    assert_eq!(usage_number(desk.rig.folder(), unknown), 1);
    assert_balanced(desk.rig.folder());
}

/// The simulator dates batches by the real clock, while the gateway's stands still
/// on a day of its own.
#[tokio::test]
async fn the_price_is_that_of_the_day_on_which_the_batch_was_made() {
    let desk = Desk::with(options(two_of_three())).await;
    let row = |id: &str, from: Option<&str>, until: Option<&str>, input: &str| {
        let mut row = json!({"id": id, "site": "cn", "model": V3,
            "tokens": [{"input": input, "output": "0"}]});
        for (name, day) in [("from", from), ("until", until)] {
            if let Some(day) = day {
                row[name] = json!(day);
            }
        }
        row
    };
    let rows = json!([
        row("before", None, Some("2026-10-15"), "4"),
        row("desk", Some("2026-10-15"), Some("2026-10-16"), "100"),
        row("after", Some("2026-10-16"), None, "4"),
    ]);
    let request = flowkeep_contract::SetPriceOverridesRequest {
        rows: from_value(rows).unwrap(),
        revision: None,
    };
    desk.rig.app.set_price_overrides(request).await.unwrap();
    let file = own_batch(&desk.rig).await;
    download(&desk.rig, &file).await;
    // Half of 3,000 × 4,000.
    assert_eq!(cost(&last(&desk.rig).await), Some((6_000_000, "CNY")));
    // Of a batch that nobody saw the day is not known.
    let (base, key) = (desk.rig.simulator.base_url(), sample_key("alpha"));
    let file = finished_batch(&desk.rig, (&base, &key)).await;
    download(&desk.rig, &file).await;
    assert_eq!(cost(&last(&desk.rig).await), Some((150_000_000, "CNY")));
}

/// What a batch cost was worked out line by line, of which the log has the sums.
#[tokio::test]
async fn pricing_anew_leaves_a_batch_as_it_was() {
    let desk = Desk::with(options(two_of_three())).await;
    let file = own_batch(&desk.rig).await;
    download(&desk.rig, &file).await;
    let mine = json!([{"id": "mine", "site": "cn", "model": V3,
        "tokens": [{"input": "100", "output": "100"}]}]);
    let request = flowkeep_contract::SetPriceOverridesRequest {
        rows: from_value(mine).unwrap(),
        revision: None,
    };
    desk.rig.app.set_price_overrides(request).await.unwrap();
    let whole = flowkeep_contract::RecomputeCostsRequest {
        from_ms: 0,
        to_ms: i64::MAX / 2,
    };
    let report = desk.rig.app.recompute_costs(whole).await.unwrap();
    assert_eq!(report.changed, 0);
    assert_eq!(cost(&last(&desk.rig).await), Some((OF_TWO, "CNY")));
    assert_balanced(desk.rig.folder());
}

/// Whoever fetches it has spent it: the budget hears of it, and stops the next one.
#[tokio::test]
async fn the_budget_of_whoever_fetches_it_counts_it() {
    let desk = Desk::with(options(two_of_three())).await;
    let rig = &desk.rig;
    let limits = ClientLimits {
        budget: Some(Budget {
            currency: "CNY".to_owned(),
            day_nano: Some(OF_TWO),
            month_nano: None,
        }),
        ..ClientLimits::default()
    };
    let thrifty = create(rig, "thrifty", limits).await;
    let (base, key) = (rig.simulator.base_url(), sample_key("alpha"));
    let file = finished_batch(rig, (&base, &key)).await;
    let mut events = rig.app.subscribe();
    let path = format!("/v1/files/{file}/content");
    assert_eq!(get(rig, &thrifty.token, &path).await.status, 200);
    rig.idle().await;
    let is_told = std::iter::from_fn(|| events.try_recv().ok())
        .any(|event| matches!(event, Event::Notice(Notice::BudgetSpent(_))));
    assert!(is_told);
    let views = listed(rig).await;
    let view = views.iter().find(|view| view.name == "thrifty").unwrap();
    assert_eq!(view.spent.unwrap().day_nano, OF_TWO);
    let body = chat(V3, 10, 5);
    let refused = ask_as(rig, &thrifty.token, "/v1/chat/completions", &body).await;
    assert_eq!((refused.status, refused.error()), (429, "budget_spent"));
}
