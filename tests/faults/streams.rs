//! Streams that end before they should.

use std::time::Duration;

use flowkeep_contract::{Outcome, RequestView};
use flowkeep_simulator::{Entry, Usage};
use flowkeep_tests::{PATIENCE, Rig, RigOptions, Seen};

fn count(tokens: u64) -> Option<i64> {
    i64::try_from(tokens).ok()
}

/// The row holds what the upstream had told when it broke off.
fn is_partial(row: &RequestView, hit: &Entry) {
    let told: Usage = hit.told.expect("the upstream told usage before");
    assert_eq!(row.outcome, Outcome::Interrupted);
    assert_eq!(row.status, 200, "the head was sent");
    assert_eq!(row.prompt_tokens, count(told.prompt));
    assert_eq!(row.completion_tokens, count(told.completion));
    assert!(row.error.is_some());
}

/// A stream that broke off after `events`: all of them, then an error, no end.
fn ends_in_an_error(seen: &Seen, events: usize) {
    let text = seen.text();
    assert_eq!(seen.events(), events + 1, "{text}");
    assert!(!seen.broke_off, "the error event is the end");
    assert!(!text.contains("[DONE]"), "{text}");
    let last = text.trim_end().rsplit("data: ").next().unwrap();
    let error: serde_json::Value = serde_json::from_str(last).expect("an error event");
    assert!(error["error"]["message"].is_string(), "{error}");
}

/// F15: cut after ten events, by FIN or RST: ten events and an error.
#[tokio::test]
async fn a_cut_stream_ends_in_an_error_event() {
    let rig = Rig::start().await;
    let mut clients = Vec::new();
    for model in ["sim/cut:10", "sim/cut:10:rst"] {
        let seen = rig.ask_chat(model, true).await;
        ends_in_an_error(&seen, 10);
        assert!(seen.text().contains("upstream_interrupted"));
        assert_eq!(seen.attempts(), 1, "never repeated once a byte is out");
        clients.push(seen);
    }
    let rows = rig.agree(&clients).await;
    for (row, hit) in rows.iter().zip(&rig.upstream_hits().await) {
        is_partial(row, hit);
        assert_eq!(row.completion_tokens, Some(9));
    }
}

/// F15, in Anthropic's protocol.
#[tokio::test]
async fn a_cut_message_ends_in_an_error_event_of_its_protocol() {
    let rig = Rig::start().await;
    let mut clients = Vec::new();
    for model in ["sim/cut:6", "sim/cut:6:rst"] {
        let seen = rig.ask_message(model, true).await;
        ends_in_an_error(&seen, 6);
        assert!(seen.text().contains("event: error\n"), "{}", seen.text());
        assert!(!seen.text().contains("message_stop"));
        clients.push(seen);
    }
    let rows = rig.agree(&clients).await;
    assert!(rows.iter().all(|row| row.outcome == Outcome::Interrupted));
    assert!(
        rows.iter().all(|row| row.prompt_tokens.is_some()),
        "from message_start"
    );
}

/// F15: a document that breaks off must not look finished.
#[tokio::test]
async fn a_cut_document_is_aborted_not_ended() {
    let rig = Rig::start().await;
    let mut clients = Vec::new();
    for model in ["sim/cut:1", "sim/cut:1:rst"] {
        let chat = rig.ask_chat(model, false).await;
        let message = rig.ask_message(model, false).await;
        for seen in [chat, message] {
            assert_eq!((seen.status, seen.attempts()), (200, 1));
            assert!(seen.broke_off && !seen.body.is_empty(), "{}", seen.text());
            clients.push(seen);
        }
    }
    let rows = rig.agree(&clients).await;
    assert!(rows.iter().all(|row| row.outcome == Outcome::Interrupted));
    assert!(rows.iter().all(|row| row.completion_tokens.is_none()));
}

/// F15: an error that the upstream itself sends in the middle passes, and the
/// row does not call it a success.
#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_passes_and_is_noted() {
    let rig = Rig::start().await;
    let seen = rig.ask_chat("sim/error-mid-stream:3", true).await;
    assert!(seen.text().contains("50508"), "{}", seen.text());
    let unfinished = rig.ask_chat("sim/no-done", true).await;
    assert!(!unfinished.text().contains("[DONE]"), "none is invented");
    let rows = rig.agree(&[seen, unfinished]).await;
    assert!(rows.iter().all(|row| row.outcome == Outcome::Interrupted));
}

/// F16: an upstream that falls silent is given up, and hung up on.
#[tokio::test]
async fn a_silent_stream_is_ended_after_the_idle_limit() {
    let rig = Rig::with(RigOptions {
        settings: "stream_idle_s = 1\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let (chat, message, document) = tokio::join!(
        rig.ask_chat("sim/stall:5", true),
        rig.ask_message("sim/stall:5", true),
        rig.ask_chat("sim/stall:1", false),
    );
    for seen in [&chat, &message] {
        ends_in_an_error(seen, 5);
        let patient = Duration::from_secs(1)..Duration::from_secs(3);
        assert!(patient.contains(&seen.took), "{:?}", seen.took);
    }
    assert!(document.broke_off, "{}", document.text());
    let hung_up = |entries: &[Entry]| {
        entries.len() == 3
            && entries
                .iter()
                .all(|entry| entry.client_closed_at_ms.is_some())
    };
    let ledger = rig.simulator.ledger();
    assert!(
        ledger.wait_for(hung_up, PATIENCE).await,
        "{:?}",
        ledger.entries()
    );
    let rows = rig.agree(&[chat, message, document]).await;
    let told = rig.upstream_hits().await;
    let of = |route: &str| {
        told.iter()
            .find(|hit| hit.route == route && hit.stream)
            .unwrap()
    };
    is_partial(&rows[0], of("chat/completions"));
    assert!(rows.iter().all(|row| row.outcome == Outcome::Interrupted));
    assert!(
        rows.iter()
            .all(|row| row.error.as_deref() == Some("the upstream fell silent"))
    );
}
