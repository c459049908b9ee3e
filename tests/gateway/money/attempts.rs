//! Why this key: what the log says of each upstream request.

use flowkeep_contract::{AttemptView, Choice, GetRequestRequest, Left};
use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{Rig, RigOptions};

use super::desk::{Desk, chat, rich};

const V3_2: &str = "deepseek-ai/DeepSeek-V3.2";

/// The attempts of the last request.
async fn last_attempts(rig: &Rig) -> Vec<AttemptView> {
    let id = rig.rows().await.pop().expect("a row").id;
    let details = rig.app.get_request(GetRequestRequest { id }).await;
    details.expect("details").attempts
}

#[tokio::test]
async fn an_account_that_was_left_says_why() {
    let desk = Desk::with(RigOptions::with_accounts(vec![
        rich("alpha"),
        rich("beta"),
        rich("gamma"),
    ]))
    .await;
    let rig = &desk.rig;
    let fails = |account: &str, code| {
        let scope = Scope::Account(account.to_owned());
        rig.simulator.set_behaviour(scope, Behaviour::Code { code });
    };
    fails("alpha", 30_001);
    fails("beta", 50_602);
    let response = rig
        .post("/v1/chat/completions", &chat(V3_2, 10, 5))
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    drop(response.bytes().await);
    let attempts = last_attempts(rig).await;
    let row = rig.rows().await.pop().unwrap();
    assert_eq!(attempts.len(), row.attempts as usize);
    let last = attempts.last().unwrap();
    assert_eq!(last.account.as_deref(), Some("gamma"));
    assert_eq!((last.status, last.left), (Some(200), None));
    for attempt in &attempts[..attempts.len() - 1] {
        let (status, code, left) = match attempt.account.as_deref() {
            Some("alpha") => (402, 30_001, Left::AccountExhausted),
            Some("beta") => (429, 50_602, Left::RateLimited),
            other => panic!("{other:?} was left"),
        };
        assert_eq!(attempt.status, Some(status));
        assert_eq!(attempt.vendor_code, Some(code));
        assert_eq!(attempt.left, Some(left));
        assert_eq!(attempt.first_byte_ms, None);
    }
    for attempt in &attempts {
        assert_eq!(attempt.model.as_deref(), Some(V3_2));
        assert!(matches!(attempt.chosen, Choice::Strategy | Choice::Retry));
        // The clock stands still.
        assert_eq!((attempt.after_ms, attempt.headers_ms), (0, Some(0)));
        assert_eq!(attempt.end_ms, Some(0));
    }
}

#[tokio::test]
async fn a_model_that_was_replaced_stands_in_its_attempt() {
    let mut options = RigOptions::with_accounts(vec![rich("alpha")]);
    options.settings = format!("[aliases]\nfast = [\"acme/gone\", \"{V3_2}\"]\n");
    let desk = Desk::with(options).await;
    assert_eq!(
        desk.ask("/v1/chat/completions", &chat("fast", 10, 5)).await,
        200
    );
    let attempts = last_attempts(&desk.rig).await;
    let models: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.model.as_deref().unwrap(), attempt.left))
        .collect();
    assert_eq!(models, [("acme/gone", Some(Left::Rejected)), (V3_2, None)]);
    // What is paid is what was sent in the end: 10 × 4,000 + 5 × 6,000
    assert_eq!(desk.last().await.cost.unwrap().nano, 70_000);
}

/// A merged list asks every account.
#[tokio::test]
async fn a_merged_list_names_all_accounts_it_asked() {
    let desk = Desk::with(RigOptions::with_accounts(vec![rich("alpha"), rich("beta")])).await;
    let rig = &desk.rig;
    let list = rig.client.get(rig.url("/v1/audio/voice/list"));
    let response = list.bearer_auth(&rig.token).send().await.unwrap();
    assert_eq!(response.status(), 200);
    drop(response.bytes().await);
    let attempts = last_attempts(rig).await;
    let mut asked: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.account.as_deref().unwrap(), attempt.chosen))
        .collect();
    asked.sort_unstable_by_key(|(account, _)| *account);
    assert_eq!(asked, [("alpha", Choice::Owner), ("beta", Choice::Owner)]);
    assert!(attempts.iter().all(|attempt| attempt.left.is_none()));
}

/// Two tools that share a token are told apart by their names.
#[tokio::test]
async fn the_client_program_is_noted_without_secrets() {
    let desk = Desk::open().await;
    for (agent, noted) in [
        ("claude-cli/1.0.58 (external, cli)", Some("claude-cli")),
        ("sk-testalpha0000000000000000000000000000000000000000", None),
    ] {
        let request = desk
            .rig
            .client
            .post(desk.rig.url("/v1/chat/completions"))
            .bearer_auth(&desk.rig.token)
            .header("content-type", "application/json")
            .header("user-agent", agent)
            .body(chat(V3_2, 10, 5).to_string());
        drop(request.send().await.unwrap().bytes().await);
        assert_eq!(desk.last().await.user_agent.as_deref(), noted);
    }
}
