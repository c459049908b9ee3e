//! Done-when 6: usage in `usage.db` is what the upstream told, in every shape.

use flowkeep_contract::{Outcome, RequestView, UsageOverviewRequest};
use flowkeep_simulator::{Account, Entry, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

/// One account, so that its prompt cache is found again.
async fn one_account() -> Rig {
    let account = Account::new("alpha", sample_key("alpha"));
    Rig::with(RigOptions::with_accounts(vec![account])).await
}

fn count(tokens: u64) -> Option<i64> {
    i64::try_from(tokens).ok()
}

/// The row holds what the upstream told. Nothing told is unknown, not zero.
fn tells_the_same(row: &RequestView, hit: &Entry) {
    let Some(told) = hit.told else {
        assert_eq!(
            (row.prompt_tokens, row.completion_tokens),
            (None, None),
            "{row:?}"
        );
        assert_eq!(row.cached_tokens, None);
        return;
    };
    assert_eq!(row.prompt_tokens, count(told.prompt), "{row:?} {hit:?}");
    assert_eq!(
        row.completion_tokens,
        count(told.completion),
        "{row:?} {hit:?}"
    );
    assert_eq!(
        row.cached_tokens.unwrap_or(0),
        count(told.cached).unwrap(),
        "{row:?} {hit:?}"
    );
}

/// The sums in `usage.db`: prompt, completion, cached, reasoning.
fn sums_on_disk(rig: &Rig) -> [i64; 4] {
    let path = rig.folder().join("usage.db");
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = "SELECT coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0),
        coalesce(sum(cached_tokens), 0), coalesce(sum(reasoning_tokens), 0) FROM requests";
    let read = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]);
    database.query_row(sql, [], read).unwrap()
}

/// Rows, sums on disk and those of the overview are the ledger's. Anthropic's protocol
/// does not tell reasoning apart, so that sum is given.
async fn all_sums_agree(rig: &Rig, clients: &[Seen], reasoning: i64) {
    let rows = rig.agree(clients).await;
    let hits = rig.upstream_hits().await;
    assert_eq!(rows.len(), hits.len());
    for (row, hit) in rows.iter().zip(&hits) {
        tells_the_same(row, hit);
    }
    let told = rig.simulator.ledger().totals().told;
    let told = [told.prompt, told.completion, told.cached].map(|sum| count(sum).unwrap());
    assert_eq!(sums_on_disk(rig), [told[0], told[1], told[2], reasoning]);
    let request = UsageOverviewRequest::default();
    let today = rig.app.usage_overview(request).await.unwrap().totals;
    assert_eq!(
        [
            today.prompt_tokens,
            today.completion_tokens,
            today.cached_tokens
        ],
        told
    );
    let good = rows.iter().filter(|row| row.outcome == Outcome::Success);
    let silent = good.filter(|row| row.prompt_tokens.is_none()).count();
    assert_eq!(today.calls_without_usage, i64::try_from(silent).unwrap());
    assert_eq!(today.calls, i64::try_from(rows.len()).unwrap());
}

/// JSON, cumulative SSE, SSE with usage last, reasoning and tools.
#[tokio::test]
async fn usage_of_chats_is_what_the_upstream_told() {
    let rig = one_account().await;
    let models = [
        MODEL,
        "sim/usage-last",
        "sim/reasoning",
        "sim/tool-call",
        "sim/sse:50:0:12",
    ];
    let mut clients = Vec::new();
    for model in models {
        for stream in [false, true] {
            clients.push(rig.ask_chat(model, stream).await);
        }
    }
    assert!(clients.iter().all(Seen::is_whole));
    let told = rig.simulator.ledger().totals().told;
    assert!(told.reasoning > 0, "the chain of thought is told");
    all_sums_agree(&rig, &clients, count(told.reasoning).unwrap()).await;
}

/// No usage anywhere: unknown, and counted as such.
#[tokio::test]
async fn usage_that_is_not_told_is_unknown() {
    let rig = one_account().await;
    let mut clients = Vec::new();
    for stream in [false, true] {
        clients.push(rig.ask_chat("sim/no-usage", stream).await);
        clients.push(rig.ask_message("sim/no-usage", stream).await);
    }
    assert!(clients.iter().all(Seen::is_whole));
    assert!(
        rig.upstream_hits()
            .await
            .iter()
            .all(|hit| hit.told.is_none())
    );
    all_sums_agree(&rig, &clients, 0).await;
    let request = UsageOverviewRequest::default();
    let today = rig.app.usage_overview(request).await.unwrap().totals;
    assert_eq!((today.calls_without_usage, today.prompt_tokens), (4, 0));
}

/// A conversation that goes on: its beginning comes from the prompt cache.
fn turns(model: &str, count: usize, stream: bool) -> Value {
    let messages: Vec<Value> = (0..count)
        .map(|turn| {
            let role = if turn % 2 == 0 { "user" } else { "assistant" };
            json!({"role": role, "content": format!("turn {turn} of a long conversation")})
        })
        .collect();
    json!({"model": model, "stream": stream, "max_tokens": 64, "messages": messages})
}

/// Cached tokens: part of the prompt in the chat protocol, beside it in
/// Anthropic's; our rows have them inside the prompt in both.
#[tokio::test]
async fn cached_tokens_are_part_of_the_prompt_in_both_protocols() {
    let rig = one_account().await;
    let mut clients = Vec::new();
    for (path, model) in [
        ("/v1/chat/completions", "deepseek-ai/DeepSeek-V3"),
        ("/v1/messages", "zai-org/GLM-5.2"),
    ] {
        for (length, stream) in [(1, false), (3, false), (5, true), (7, true)] {
            clients.push(rig.ask(path, &turns(model, length, stream)).await);
        }
    }
    assert!(clients.iter().all(Seen::is_whole));
    let hits = rig.upstream_hits().await;
    let cached = |hit: &Entry| hit.told.unwrap().cached;
    assert!(
        hits[1..4].iter().all(|hit| cached(hit) > 0),
        "the cache is used by chats"
    );
    assert!(
        hits[5..8].iter().all(|hit| cached(hit) > 0),
        "and by messages"
    );
    let outside = clients[5].json()["usage"]["input_tokens"].as_u64().unwrap();
    assert_eq!(outside + cached(&hits[5]), hits[5].told.unwrap().prompt);
    all_sums_agree(&rig, &clients, 0).await;
}

/// Messages: JSON, SSE, thinking and tools.
#[tokio::test]
async fn usage_of_messages_is_what_the_upstream_told() {
    let rig = one_account().await;
    let mut clients = Vec::new();
    for model in [
        "zai-org/GLM-5.2",
        "sim/reasoning",
        "sim/tool-call",
        "sim/sse:50:0:12",
    ] {
        for stream in [false, true] {
            clients.push(rig.ask_message(model, stream).await);
        }
    }
    assert!(clients.iter().all(Seen::is_whole));
    all_sums_agree(&rig, &clients, 0).await;
}

/// What a stream had told when it broke off is what is counted.
#[tokio::test]
async fn usage_of_a_cut_stream_is_what_came() {
    let rig = one_account().await;
    let mut clients = Vec::new();
    for after in [1, 2, 7] {
        clients.push(rig.ask_chat(&format!("sim/cut:{after}"), true).await);
    }
    let rows = rig.agree(&clients).await;
    for (row, hit) in rows.iter().zip(&rig.upstream_hits().await) {
        tells_the_same(row, hit);
        assert!(row.prompt_tokens.is_some());
    }
}
