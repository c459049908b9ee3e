//! Answers that were cut off: what was seen of them counts, and a guess stands
//! beside what was not told.

use flowkeep_contract::{Outcome, RequestView};
use flowkeep_simulator::{Behaviour, CutHow, Scope};
use flowkeep_tests::PATIENCE;
use serde_json::{Value, json};

use super::desk::{Desk, chat, cost};

const V3_2: &str = "deepseek-ai/DeepSeek-V3.2";

fn streamed(asked: usize) -> Value {
    let mut body = chat(V3_2, asked, 100);
    body["stream"] = json!(true);
    body
}

/// Reads so many events of a stream that then falls silent, and hangs up.
async fn hang_up_after(desk: &Desk, path: &str, events: usize) -> RequestView {
    let behaviour = Behaviour::Stall {
        after_chunks: events,
    };
    desk.rig.simulator.set_behaviour(Scope::All, behaviour);
    let mut response = desk.rig.post(path, &streamed(1_000)).await.unwrap();
    let mut seen = String::new();
    while seen.matches("data:").count() < events || !seen.ends_with("\n\n") {
        let chunk = response.chunk().await.unwrap().expect("more events");
        seen.push_str(&String::from_utf8_lossy(&chunk));
    }
    drop(response);
    let left = |entries: &[flowkeep_simulator::Entry]| entries.iter().all(|entry| entry.ended);
    let ledger = desk.rig.simulator.ledger();
    assert!(ledger.wait_for(left, PATIENCE).await);
    desk.rig.settled_rows().await.pop().unwrap()
}

#[tokio::test]
async fn a_client_that_hangs_up_pays_for_what_it_saw() {
    let desk = Desk::open().await;
    let row = hang_up_after(&desk, "/v1/chat/completions", 6).await;
    assert_eq!(row.outcome, Outcome::ClientClosed);
    // The first event has no text, each other one a token.
    assert_eq!(row.prompt_tokens, Some(1_000));
    assert_eq!(row.completion_tokens, Some(5));
    // 1,000 × 4,000 + 5 × 6,000
    assert_eq!(cost(&row), Some((4_030_000, "CNY")));
    assert_eq!(row.estimated_tokens, None);
}

/// In Anthropic's form the answer's tokens come at the end only.
#[tokio::test]
async fn a_message_that_is_cut_off_pays_its_prompt_and_says_that_this_is_not_all() {
    let desk = Desk::open().await;
    let row = hang_up_after(&desk, "/v1/messages", 6).await;
    assert_eq!(row.outcome, Outcome::ClientClosed);
    assert_eq!(row.prompt_tokens, Some(1_000));
    assert_eq!(row.completion_tokens, None);
    let cost = row.cost.expect("a cost");
    assert_eq!((cost.nano, cost.incomplete), (4_000_000, true));
    // Beside `message_start` and `content_block_start`, four events of text.
    assert_eq!(row.estimated_tokens, Some(1_004));
}

#[tokio::test]
async fn an_upstream_that_breaks_off_is_paid_for_what_it_said() {
    let desk = Desk::open().await;
    let cut = Behaviour::Cut {
        after_chunks: 6,
        how: CutHow::Fin,
    };
    desk.rig.simulator.set_behaviour(Scope::All, cut);
    let response = desk
        .rig
        .post("/v1/chat/completions", &streamed(1_000))
        .await;
    drop(response.unwrap().bytes().await);
    let row = desk.rig.settled_rows().await.pop().unwrap();
    assert_eq!(row.outcome, Outcome::Interrupted);
    assert_eq!(row.completion_tokens, Some(5));
    assert_eq!(cost(&row), Some((4_030_000, "CNY")));
}

/// Unknown stays unknown; the guess is shown beside it and is in no sum.
#[tokio::test]
async fn what_the_upstream_does_not_tell_is_guessed_beside() {
    let desk = Desk::open().await;
    desk.rig
        .simulator
        .set_behaviour(Scope::All, Behaviour::NoUsage);
    for stream in [false, true] {
        let mut body = chat(V3_2, 1_000, 100);
        body["stream"] = json!(stream);
        assert_eq!(desk.ask("/v1/chat/completions", &body).await, 200);
        let row = desk.last().await;
        assert_eq!((row.prompt_tokens, row.completion_tokens), (None, None));
        assert_eq!(row.cost, None);
        let guess = row.estimated_tokens.expect("a guess");
        assert!(guess > 100, "{guess}");
    }
    let request = flowkeep_contract::UsageOverviewRequest::default();
    let total = desk.rig.app.usage_overview(request).await.unwrap().totals;
    assert_eq!((total.prompt_tokens, total.completion_tokens), (0, 0));
}

/// Whoever leaves before the answer has begun has no cost, but perhaps a bill.
#[tokio::test]
async fn a_client_that_does_not_wait_has_a_guess_and_no_cost() {
    let desk = Desk::open().await;
    let late = Behaviour::Delay { ms: 60_000 };
    desk.rig.simulator.set_behaviour(Scope::All, late);
    let asked = streamed(1_000);
    let post = desk.rig.post("/v1/chat/completions", &asked);
    let ledger = desk.rig.simulator.ledger();
    let body = streamed(1_000).to_string().len() as u64;
    tokio::select! {
        _ = post => unreachable!("the upstream does not answer"),
        arrived = ledger.wait_for(|entries| entries.iter().any(|entry| entry.body_bytes == body), PATIENCE) => {
            assert!(arrived);
        }
    }
    let row = desk.rig.settled_rows().await.pop().unwrap();
    assert_eq!((row.outcome, row.status), (Outcome::ClientClosed, 499));
    assert_eq!(row.cost, None);
    assert!(row.estimated_tokens.is_some());
}
