//! Issue 5, done when 6: a budget stops the client that has it and no other, at
//! once, also across a restart.

mod together;
mod uncounted;

use std::sync::Arc;

use flowkeep_contract::{
    Budget, BudgetPeriod, ClientLimits, Event, Notice, RequestView, UpdateClientRequest,
};
use flowkeep_core::clock::{Clock, ManualClock};
use flowkeep_core::vault::VaultChoice;
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::clients::{ask_as, create, listed};

/// ¥0.01.
const CENT: i64 = 10_000_000;
/// Costs nothing.
const FREE: &str = "Qwen/Qwen3-8B";

/// 2026-11-20 12:00 UTC, far from midnight in every zone from -11 to +11, and from
/// the turn of a month. It stands still: no day ends in the middle of a test.
fn noon() -> Arc<dyn Clock> {
    Arc::new(ManualClock::at(1_795_176_000_000))
}

/// Before a simulator that plays siliconflow.cn, so that requests have a price.
async fn priced() -> Rig {
    Rig::with(RigOptions {
        vault: VaultChoice::File,
        com: Some("http://127.0.0.1:9/v1".to_owned()),
        clock: Some(noon()),
        ..RigOptions::default()
    })
    .await
}

fn budget(currency: &str, day_nano: Option<i64>, month_nano: Option<i64>) -> ClientLimits {
    ClientLimits {
        budget: Some(Budget {
            currency: currency.to_owned(),
            day_nano,
            month_nano,
        }),
        ..ClientLimits::default()
    }
}

/// A chat of some thousand tokens, each time another one: a cache makes it cheap.
fn long_chat(model: &str, number: usize) -> Value {
    let text = format!("{number} {}", "a story of many words ".repeat(500));
    json!({"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 8})
}

async fn chat_as(rig: &Rig, token: &str, number: usize) -> Seen {
    let body = long_chat(MODEL, number);
    ask_as(rig, token, "/v1/chat/completions", &body).await
}

fn assert_spent(seen: &Seen) {
    assert_eq!(
        (seen.status, seen.error()),
        (429, "budget_spent"),
        "{}",
        seen.text()
    );
}

fn cost_of(rows: &[RequestView]) -> Vec<i64> {
    let costs = rows.iter().filter_map(|row| row.cost.as_ref());
    costs.map(|cost| cost.nano).collect()
}

fn notices(events: &mut Receiver<Event>) -> Vec<Notice> {
    let mut notices = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::Notice(notice) = event {
            notices.push(notice);
        }
    }
    notices
}

/// Asks until it is refused; the answer that refuses, and how many came before.
async fn until_refused(rig: &Rig, token: &str) -> (Seen, usize) {
    for number in 0..50 {
        let seen = chat_as(rig, token, number).await;
        if seen.status != 200 {
            return (seen, number);
        }
    }
    panic!("nothing was refused");
}

#[tokio::test]
async fn a_cent_stops_its_client_and_no_other_at_once_and_after_a_restart() {
    let rig = priced().await;
    let thrifty = create(&rig, "thrifty", budget("CNY", Some(CENT), None)).await;
    let other = create(&rig, "generous", budget("CNY", Some(100 * CENT), None)).await;
    let (refused, served) = until_refused(&rig, &thrifty.token).await;
    assert_spent(&refused);
    let costs = cost_of(&rig.settled_rows().await);
    assert_eq!(costs.len(), served, "each that was served has a cost");
    let spent: i64 = costs.iter().sum();
    assert!(spent >= CENT, "{costs:?}");
    let before_the_last = spent - costs.last().expect("a cost");
    assert!(
        before_the_last < CENT,
        "refused as soon as it was spent: {costs:?}"
    );

    // In words that help, in the shape of each protocol.
    let message = refused.json()["error"]["message"].to_string();
    for words in ["thrifty", "¥0.01 a day", "begins anew at"] {
        assert!(message.contains(words), "{message}");
    }
    let wait: i64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=25 * 3_600).contains(&wait), "{wait}");
    let mut body = long_chat(MODEL, 100);
    body["max_tokens"] = 64.into();
    let message = ask_as(&rig, &thrifty.token, "/v1/messages", &body).await;
    assert_spent(&message);
    let told = message.json();
    // Anthropic's errors have a type of their own, and no code.
    assert_eq!(
        (&told["type"], &told["error"]["type"]),
        (&"error".into(), &"rate_limit_error".into())
    );
    assert!(told["error"].get("code").is_none(), "{told}");
    let message = told["error"]["message"].to_string();
    assert!(
        message.contains("thrifty") && message.contains("¥0.01 a day"),
        "{message}"
    );
    // What costs nothing upstream is still there.
    let models = rig.client.get(rig.url("/v1/models"));
    let models = models.bearer_auth(&thrifty.token).send().await.unwrap();
    assert_eq!(models.status(), 200);
    assert_eq!(chat_as(&rig, &other.token, 200).await.status, 200);
    assert_eq!(rig.chat(MODEL).await.status(), 200, "the default token");

    let rig = rig.restart().await;
    rig.simulator.ledger().clear();
    assert_spent(&chat_as(&rig, &thrifty.token, 300).await);
    assert_eq!(rig.simulator.ledger().count(), 0, "nobody was asked");
    assert_eq!(chat_as(&rig, &other.token, 301).await.status, 200);
    let views = listed(&rig).await;
    let view = views.iter().find(|view| view.name == "thrifty").unwrap();
    assert_eq!(view.spent.unwrap().day_nano, spent);
    assert_eq!(view.spent.unwrap().month_nano, spent);
}

/// Many at once may go over it together; what they cost counts for the next.
#[tokio::test]
async fn requests_that_run_together_count_when_they_end() {
    let rig = priced().await;
    let thrifty = create(&rig, "thrifty", budget("CNY", None, Some(CENT))).await;
    let token = thrifty.token.as_str();
    let together = (0..8).map(|number| chat_as(&rig, token, number));
    let seen = futures_util::future::join_all(together).await;
    assert!(seen.iter().any(|seen| seen.status == 200));
    assert_spent(&chat_as(&rig, token, 8).await);
    let refused = chat_as(&rig, token, 9).await;
    let message = refused.json()["error"]["message"].to_string();
    assert!(message.contains("¥0.01 a month"), "{message}");
}

/// The windows hear of 80 % and of the end, once each.
#[tokio::test]
async fn the_user_is_warned_in_time() {
    let rig = priced().await;
    let thrifty = create(&rig, "thrifty", ClientLimits::default()).await;
    assert_eq!(chat_as(&rig, &thrifty.token, 0).await.status, 200);
    let one = cost_of(&rig.settled_rows().await)[0];
    // The second chat reaches 90 % of this, the third goes over it.
    let limits = budget("CNY", Some(one * 2 * 10 / 9), None);
    let change = UpdateClientRequest {
        id: thrifty.client.id.clone(),
        name: None,
        limits: Some(limits),
        capture_minutes: None,
    };
    rig.app.update_client(change).await.unwrap();
    let mut events = rig.app.subscribe();
    assert_eq!(chat_as(&rig, &thrifty.token, 1).await.status, 200);
    rig.idle().await;
    let told = notices(&mut events);
    let [Notice::BudgetNear(near)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(
        (near.name.as_str(), near.period),
        ("thrifty", BudgetPeriod::Day)
    );
    assert!(near.spent_nano < near.limit_nano && near.spent_nano * 10 >= near.limit_nano * 8);
    assert_eq!(chat_as(&rig, &thrifty.token, 2).await.status, 200);
    rig.idle().await;
    let told = notices(&mut events);
    assert!(
        matches!(told.as_slice(), [Notice::BudgetSpent(_)]),
        "{told:?}"
    );
    assert_spent(&chat_as(&rig, &thrifty.token, 3).await);
    assert_eq!(notices(&mut events), []);
}

/// More money is more requests, from the next one on.
#[tokio::test]
async fn a_raised_budget_is_in_force_at_once() {
    let rig = priced().await;
    let thrifty = create(&rig, "thrifty", budget("CNY", Some(CENT), None)).await;
    let (refused, _) = until_refused(&rig, &thrifty.token).await;
    assert_spent(&refused);
    for (limits, status) in [
        (budget("CNY", Some(5 * CENT), None), 200),
        (budget("CNY", Some(CENT), None), 429),
        (ClientLimits::default(), 200),
    ] {
        let change = UpdateClientRequest {
            id: thrifty.client.id.clone(),
            name: None,
            limits: Some(limits),
            capture_minutes: None,
        };
        rig.app.update_client(change).await.unwrap();
        assert_eq!(chat_as(&rig, &thrifty.token, 1_000).await.status, status);
    }
}

/// What a batch costs is known when it is too late.
#[tokio::test]
async fn a_batch_is_no_way_around() {
    let rig = priced().await;
    let thrifty = create(&rig, "thrifty", budget("CNY", Some(CENT), None)).await;
    let body = json!({"input_file_id": "file-x", "endpoint": "/v1/chat/completions"});
    let seen = ask_as(&rig, &thrifty.token, "/v1/batches", &body).await;
    assert_eq!((seen.status, seen.error()), (403, "batch_not_allowed"));
    assert_eq!(rig.simulator.ledger().count(), 0, "nobody was asked");
}

/// Nothing is converted, and what is free or has no known price counts as nothing.
#[tokio::test]
async fn only_its_own_currency_counts() {
    let rig = priced().await;
    let dollars = create(&rig, "dollars", budget("USD", Some(1), None)).await;
    let yuan = create(&rig, "yuan", budget("CNY", Some(1), None)).await;
    for number in 0..3 {
        assert_eq!(chat_as(&rig, &dollars.token, number).await.status, 200);
        let body = long_chat(FREE, number);
        let seen = ask_as(&rig, &yuan.token, "/v1/chat/completions", &body).await;
        assert_eq!(seen.status, 200);
    }
    assert_eq!(chat_as(&rig, &yuan.token, 3).await.status, 200);
    assert_spent(&chat_as(&rig, &yuan.token, 4).await);
}
