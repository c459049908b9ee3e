use std::time::{Duration, Instant};

use super::{chat, chat_as, ended, hello, start};
use crate::{Behaviour, Scope, Script, Simulator, sample_key};

#[tokio::test]
async fn a_stream_has_as_many_chunks_as_asked_for() {
    let simulator = start().await;
    let answer = chat(&simulator, &hello("sim/sse:200:0:20", true)).await;
    let events = answer.events();
    // The role chunk, the content, the final chunk.
    assert_eq!(events.len(), 202);
    let content = events[1]["choices"][0]["delta"]["content"]
        .as_str()
        .unwrap();
    assert_eq!(content.len(), 20);
    assert_eq!(events[201]["usage"]["completion_tokens"], 200 * 5);
    let again = chat(&simulator, &hello("sim/sse:200:0:20", true)).await;
    assert_eq!(again.body, answer.body, "made once, sent twice");
    let entries = ended(&simulator, 2).await;
    assert_eq!(entries[0].told, entries[1].told);
    assert_eq!(entries[1].told.unwrap().completion, 1000);
    let whole = chat(&simulator, &hello("sim/sse:3:0:8", false))
        .await
        .json();
    assert_eq!(whole["choices"][0]["message"]["content"], "x".repeat(24));
}

#[tokio::test]
async fn prebuilt_streams_do_not_cross_prompts_or_scopes() {
    let simulator = start().await;
    let model = "sim/sse:3:0:4";
    let first = chat(&simulator, &hello(model, true)).await.events();
    let mut longer = hello(model, true);
    longer["messages"][0]["content"] = "a longer question".into();
    let second = chat(&simulator, &longer).await.events();
    assert_ne!(
        first[0]["usage"]["prompt_tokens"],
        second[0]["usage"]["prompt_tokens"]
    );
    let other = Behaviour::Sse {
        chunks: 9,
        pace_us: 0,
        size: 4,
    };
    simulator.set_behaviour(Scope::Account("beta".into()), other);
    let scoped = chat_as(&simulator, &sample_key("beta"), &hello(model, true)).await;
    assert_eq!(scoped.events().len(), 11);
}

#[tokio::test]
async fn a_pace_is_kept_on_average() {
    let simulator = start().await;
    let began = Instant::now();
    // 400 events every 500 µs: 200 ms, though the timer counts milliseconds.
    chat(&simulator, &hello("sim/sse:398:500:4", true)).await;
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(195), "{took:?}");
}

#[tokio::test]
async fn counters_only_when_the_ledger_has_no_room() {
    let script = Script {
        ledger_capacity: 0,
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    chat(&simulator, &hello("sim/ok", true)).await;
    let ledger = simulator.ledger();
    ledger
        .wait_for(|_| ledger.in_flight() == 0, super::PATIENCE)
        .await;
    assert!(ledger.entries().is_empty());
    let totals = ledger.totals();
    assert_eq!((ledger.count(), totals.completed), (1, 1));
    assert_eq!(totals.told.completion, 4);
    assert_eq!(totals.by_status[&200], 1);
}

#[tokio::test]
async fn the_ledger_drops_its_oldest_entries() {
    let script = Script {
        ledger_capacity: 2,
        record_bodies: true,
        ..Script::sample()
    };
    let simulator = Simulator::start(script).await.unwrap();
    for _ in 0..3 {
        chat(&simulator, &hello("sim/ok", false)).await;
    }
    let entries = ended(&simulator, 2).await;
    assert_eq!((entries[0].seq, entries[1].seq), (2, 3));
    assert_eq!(simulator.ledger().count(), 3);
    let body = hello("sim/ok", false).to_string();
    assert_eq!(entries[0].body.as_deref(), Some(body.as_bytes()));
    assert_eq!(entries[0].body_bytes, body.len() as u64);
    assert_eq!(entries[0].body_sha256.as_ref().unwrap().len(), 64);
    let debug = format!("{entries:?} {:?}", simulator.accounts());
    assert!(!debug.contains(&sample_key("alpha")), "keys are masked");
    simulator.ledger().clear();
    assert_eq!(simulator.ledger().count(), 0);
}
