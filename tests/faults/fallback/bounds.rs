use std::sync::Arc;

use flowkeep_contract::Outcome;
use flowkeep_core::clock::ManualClock;
use flowkeep_simulator::{Behaviour, CutHow, Entry, Scope};
use flowkeep_tests::{PATIENCE, Rig, RigOptions, Seen};
use serde_json::json;

use super::{FIRST, Fallen, NAME, SECOND, options_of, refusal, rig_of};

const GONE: &str =
    r#"{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}"#;
const OVERLOADED: &str =
    r#"{"code":50505,"message":"Model service overloaded. Please try again later.","data":null}"#;

/// The client got the first model's own error.
fn is_of_the_first(fallen: &Fallen, status: u16, body: &str) {
    let Fallen { seen, row, .. } = fallen;
    assert_eq!((seen.status, seen.text().as_str()), (status, body));
    assert!(seen.error().is_empty(), "the words are the upstream's");
    assert_eq!(seen.header("x-flowkeep-model"), FIRST);
    assert_eq!(row.model_used.as_deref(), Some(FIRST));
    assert_eq!(row.prompt_tokens, None);
}

/// A list that names nothing usable ends in the first model's error.
#[tokio::test]
async fn when_no_model_helps_the_first_ones_error_stands() {
    let rig = rig_of(&[FIRST, "made/up", "made/up-too"], "").await;
    let fallen = Fallen::from(&rig, refusal(503, OVERLOADED), false).await;
    is_of_the_first(&fallen, 503, OVERLOADED);
    assert_eq!(fallen.row.outcome, Outcome::UpstreamFailed);
    let asked = fallen.asked();
    assert_eq!(asked[asked.len() - 2..], ["made/up", "made/up-too"]);
    let error = fallen.row.error.clone().unwrap_or_default();
    assert!(error.starts_with("Model service overloaded"), "{error}");
}

/// A fault of the request or of the accounts is no model's fault.
#[tokio::test]
async fn other_errors_are_not_an_occasion() {
    let cases = [
        (
            400,
            r#"{"code":20015,"message":"Field required","data":null}"#,
            1,
        ),
        (404, "Not Found", 1),
        (451, r#"{"code":20001,"message":"no","data":null}"#, 1),
        (
            500,
            r#"{"code":50507,"message":"Request failed: Unknown error.","data":null}"#,
            2,
        ),
        (504, "<html><title>504 Gateway Time-out</title></html>", 2),
    ];
    for (status, body, attempts) in cases {
        let rig = rig_of(&[FIRST, SECOND], "").await;
        let fallen = Fallen::from(&rig, refusal(status, body), false).await;
        is_of_the_first(&fallen, status, body);
        assert_eq!(fallen.asked(), vec![FIRST; attempts], "{status}");
    }
    let rig = rig_of(&[FIRST, SECOND], "").await;
    let fallen = Fallen::from(&rig, Behaviour::status(402), false).await;
    assert_eq!(fallen.seen.status, 402);
    assert!(
        fallen.asked().iter().all(|model| *model == FIRST),
        "no balance for one is none for all"
    );
}

/// D10: once the client has a byte, the answer is what it is.
#[tokio::test]
async fn nothing_takes_over_after_the_first_byte() {
    let rig = rig_of(&[FIRST, SECOND], "").await;
    let cut = Behaviour::Cut {
        after_chunks: 2,
        how: CutHow::Rst,
    };
    let fallen = Fallen::from(&rig, cut, true).await;
    assert_eq!(fallen.asked(), [FIRST]);
    assert_eq!(fallen.row.outcome, Outcome::Interrupted);
    assert_eq!(fallen.seen.header("x-flowkeep-model"), FIRST);
}

/// All attempts count together, over all models.
#[tokio::test]
async fn the_total_of_attempts_is_kept() {
    for (most, expected) in [(1, 1), (3, 3)] {
        let rig = rig_of(&[FIRST, SECOND], &format!("max_attempts = {most}")).await;
        let fallen = Fallen::from(&rig, refusal(503, OVERLOADED), false).await;
        is_of_the_first(&fallen, 503, OVERLOADED);
        assert_eq!(fallen.hits.len(), expected);
    }
    let rig = rig_of(&[FIRST, SECOND], "max_attempts = 2").await;
    let fallen = Fallen::from(&rig, refusal(400, GONE), false).await;
    fallen.landed_on(SECOND, &rig).await;
}

/// A body that streams through is sent once: the alias applies, nothing more.
#[tokio::test]
async fn a_body_that_is_not_kept_goes_to_the_first_model_only() {
    let rig = rig_of(&[FIRST, SECOND], "replay_mib = 1").await;
    let mut body = Rig::chat_body(NAME, false);
    body["x_padding"] = "x".repeat(3 << 19).into();
    let seen = rig.ask("/v1/chat/completions", &body).await;
    assert!(seen.is_whole(), "{}", seen.text());
    assert_eq!(seen.header("x-flowkeep-model"), FIRST);
    rig.simulator
        .set_behaviour(Scope::Model(FIRST.to_owned()), refusal(503, OVERLOADED));
    let refused = rig.ask("/v1/chat/completions", &body).await;
    assert_eq!((refused.status, refused.text().as_str()), (503, OVERLOADED));
    rig.agree(&[seen, refused]).await;
    let hits = rig.upstream_hits().await;
    let asked: Vec<_> = hits.iter().map(|hit| hit.model.as_deref()).collect();
    assert_eq!(asked, [Some(FIRST), Some(FIRST)]);
}

/// What may have been created is not created twice, by whatever model.
#[tokio::test]
async fn a_creation_without_an_answer_is_not_sent_again() {
    const VIDEO: &str = "Wan-AI/Wan2.2-T2V-A14B";
    let rig = rig_of(&[VIDEO, "Wan-AI/Wan2.2-I2V-A14B"], "first_byte_s = 1").await;
    rig.simulator.set_behaviour(
        Scope::Model(VIDEO.to_owned()),
        Behaviour::Delay { ms: 60_000 },
    );
    let body = json!({"model": NAME, "prompt": "a cat", "image_size": "1280x720"});
    let seen = rig.ask("/v1/video/submit", &body).await;
    assert_eq!((seen.status, seen.error()), (504, "upstream_timeout"));
    assert_eq!(rig.upstream_hits().await.len(), 1);
}

/// A retired name says so beside the upstream's own words, and in the log.
#[tokio::test]
async fn a_retired_model_is_named_as_such() {
    let rig = rig_of(&["Qwen/QwQ-32B", "Qwen/Qwen3-VL-235B-A22B-Instruct"], "").await;
    let hint = "SiliconFlow retired Qwen/QwQ-32B on 2026-04-29";
    let mut clients: Vec<Seen> = Vec::new();
    for name in [NAME, "Qwen/QwQ-32B"] {
        let seen = rig.ask_chat(name, false).await;
        assert_eq!((seen.status, seen.text().as_str()), (400, GONE));
        assert!(seen.header("x-flowkeep-hint").starts_with(hint));
        clients.push(seen);
    }
    // The same said inside a 200 is an error in our words.
    rig.simulator.set_behaviour(Scope::All, refusal(200, GONE));
    let seen = rig.ask_chat("Qwen/QwQ-32B", true).await;
    assert_eq!((seen.status, seen.error()), (400, "upstream_rejected"));
    assert!(seen.text().contains(hint) && seen.text().contains("Model does not exist"));
    clients.push(seen);
    let rows = rig.agree(&clients).await;
    assert!(
        rows[..2]
            .iter()
            .all(|row| row.error.as_deref().unwrap_or_default().contains(hint))
    );
    assert!(rows.iter().all(|row| row.outcome == Outcome::Rejected));
}

/// A redirected name works, and the client is told whom it speaks with.
#[tokio::test]
async fn a_redirected_model_says_who_answers() {
    let rig = rig_of(&[FIRST], "").await;
    let seen = rig.ask_chat("Pro/moonshotai/Kimi-K2.5", false).await;
    assert_eq!(seen.json()["model"], "Pro/moonshotai/Kimi-K2.6");
    assert_eq!(seen.header("x-flowkeep-model"), "Pro/moonshotai/Kimi-K2.5");
    let hint = seen.header("x-flowkeep-hint");
    assert!(
        hint.contains("answers as Pro/moonshotai/Kimi-K2.6 since 2026-06-11"),
        "{hint}"
    );
    assert!(
        rig.ask_chat(FIRST, false)
            .await
            .header("x-flowkeep-hint")
            .is_empty()
    );
}

/// D10: whatever a page of something in between says, it is no certain refusal.
#[tokio::test]
async fn a_creation_that_met_a_page_is_not_sent_again() {
    const VIDEO: &str = "Wan-AI/Wan2.2-T2V-A14B";
    for words in ["overloaded", "rate limit"] {
        let rig = rig_of(&[VIDEO, "Wan-AI/Wan2.2-I2V-A14B"], "").await;
        let page = format!("<html><title>503 {words}</title></html>");
        rig.simulator
            .set_behaviour(Scope::Model(VIDEO.to_owned()), refusal(503, &page));
        let body = json!({"model": NAME, "prompt": "a cat", "image_size": "1280x720"});
        let seen = rig.ask("/v1/video/submit", &body).await;
        assert_eq!(seen.status, 503, "{}", seen.text());
        assert_eq!(rig.upstream_hits().await.len(), 1, "{words}");
    }
}

/// What a request waits for before its first account is there is no failover.
#[tokio::test]
async fn the_wait_for_the_list_of_models_leaves_the_window() {
    let clock = Arc::new(ManualClock::at(1_780_000_000_000));
    let given: Arc<ManualClock> = Arc::clone(&clock);
    let rig = Rig::with(RigOptions {
        clock: Some(given),
        ..options_of(&[FIRST, SECOND], "")
    })
    .await;
    rig.simulator
        .set_behaviour(Scope::Route("models".into()), Behaviour::Delay { ms: 300 });
    let late = async {
        let is_asked = |entries: &[Entry]| entries.iter().any(|entry| entry.path == "/v1/models");
        assert!(rig.simulator.ledger().wait_for(is_asked, PATIENCE).await);
        clock.advance_ms(20_000);
    };
    let (fallen, ()) = tokio::join!(Fallen::from(&rig, refusal(400, GONE), false), late);
    fallen.landed_on(SECOND, &rig).await;
}
