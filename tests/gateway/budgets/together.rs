//! Requests that run together hold back what they are likely to cost.

use std::time::Duration;

use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{MODEL, PATIENCE, Rig, Seen};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::{assert_spent, budget, chat_as, cost_of, long_chat, priced};
use crate::clients::{ask_as, create};

const CHAT: &str = "/v1/chat/completions";
/// So long that all of them are under way together.
const SLOW: Behaviour = Behaviour::Delay { ms: 500 };
/// Longer than any test.
const HANGS: Behaviour = Behaviour::Delay { ms: 600_000 };

/// What one of these chats costs.
async fn cost_of_one(rig: &Rig) -> i64 {
    let body = long_chat(MODEL, 10_000);
    assert_eq!(rig.ask(CHAT, &body).await.status, 200);
    cost_of(&rig.settled_rows().await)[0]
}

fn behave(rig: &Rig, behaviour: Behaviour) {
    rig.simulator
        .set_behaviour(Scope::Route(CHAT.to_owned()), behaviour);
}

/// The refusal of a request that others may leave nothing for.
fn assert_held(seen: &Seen) {
    assert_spent(seen);
    assert_eq!(seen.header("retry-after"), "5");
    let message = seen.json()["error"]["message"].to_string();
    assert!(
        message.contains("that are running may use up the rest"),
        "{message}"
    );
}

/// Waits until so many requests are under way, each with what it holds back.
async fn under_way(rig: &Rig, count: usize) {
    let begun = Instant::now();
    while rig.app.in_flight() != count {
        assert!(
            begun.elapsed() < PATIENCE,
            "{} under way",
            rig.app.in_flight()
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn fifty_at_once_do_not_spend_a_budget_of_two() {
    let rig = priced().await;
    let one = cost_of_one(&rig).await;
    let limits = budget("CNY", Some(2 * one), None);
    let thrifty = create(&rig, "thrifty", limits).await;
    behave(&rig, SLOW);
    let token = thrifty.token.as_str();
    let seen = futures_util::future::join_all((0..50).map(|number| chat_as(&rig, token, number)));
    let (passed, refused): (Vec<_>, Vec<_>) =
        seen.await.into_iter().partition(|seen| seen.status == 200);
    assert!((1..=3).contains(&passed.len()), "{} passed", passed.len());
    refused.iter().for_each(assert_spent);
    assert_held(&refused[0]);
    // Nothing is held back any more.
    let spent: i64 = cost_of(&rig.settled_rows().await)[1..].iter().sum();
    let rest = budget("CNY", Some(spent + 1), None);
    raise(&rig, &thrifty.client.id, rest).await;
    behave(&rig, Behaviour::Ok);
    assert_eq!(chat_as(&rig, token, 100).await.status, 200);
    assert_spent(&chat_as(&rig, token, 101).await);
}

async fn raise(rig: &Rig, id: &str, limits: flowkeep_contract::ClientLimits) {
    let change = flowkeep_contract::UpdateClientRequest {
        id: id.to_owned(),
        name: None,
        limits: Some(limits),
        capture_minutes: None,
    };
    rig.app.update_client(change).await.unwrap();
}

/// The smallest budget there is admits a first request, and no second one beside it;
/// what has hung up holds nothing back.
#[tokio::test]
async fn a_request_that_ends_in_any_way_gives_back_what_it_held() {
    let rig = priced().await;
    let thrifty = create(&rig, "thrifty", budget("CNY", None, Some(1))).await;
    let other = create(&rig, "other", budget("CNY", None, Some(1))).await;
    behave(&rig, HANGS);
    let (client, url, token) = (rig.client.clone(), rig.url(CHAT), thrifty.token.clone());
    let body = long_chat(MODEL, 0).to_string();
    let tasks = TaskTracker::new();
    let first = tasks.spawn(async move {
        let request = client.post(url).bearer_auth(token);
        let request = request
            .header("content-type", "application/json")
            .body(body);
        drop(request.send().await);
    });
    under_way(&rig, 1).await;
    assert_held(&chat_as(&rig, &thrifty.token, 1).await);
    // Each token has its own.
    behave(&rig, Behaviour::Ok);
    assert_eq!(chat_as(&rig, &other.token, 2).await.status, 200);
    // What is free holds nothing back, and nothing holds it.
    let free = long_chat(super::FREE, 3);
    assert_eq!(ask_as(&rig, &thrifty.token, CHAT, &free).await.status, 200);
    first.abort();
    rig.idle().await;
    // A refusal of the upstream costs nothing.
    behave(&rig, Behaviour::Code { code: 20_015 });
    assert_eq!(chat_as(&rig, &thrifty.token, 4).await.status, 400);
    behave(&rig, Behaviour::Ok);
    assert_eq!(chat_as(&rig, &thrifty.token, 5).await.status, 200);
    assert_spent(&chat_as(&rig, &thrifty.token, 6).await);
}

/// A stream holds its money back until its end.
#[tokio::test]
async fn a_stream_holds_back_until_it_ends() {
    let rig = priced().await;
    let thrifty = create(&rig, "thrifty", budget("CNY", None, Some(1))).await;
    behave(&rig, Behaviour::Stall { after_chunks: 1 });
    let mut body = long_chat(MODEL, 0);
    body["stream"] = true.into();
    let request = rig.client.post(rig.url(CHAT)).bearer_auth(&thrifty.token);
    let request = request.header("content-type", "application/json");
    let stream = request.body(body.to_string()).send().await;
    let stream = stream.expect("a head");
    assert_eq!(stream.status(), 200);
    assert_held(&chat_as(&rig, &thrifty.token, 1).await);
    drop(stream);
    rig.idle().await;
    // The part that was seen has been spent.
    let refused = chat_as(&rig, &thrifty.token, 2).await;
    assert_spent(&refused);
    assert!(
        refused.text().contains("begins anew at"),
        "{}",
        refused.text()
    );
}

/// Nobody lives where dollars are paid, so nothing is held back of them.
#[tokio::test]
async fn a_budget_of_the_other_currency_holds_nothing_back() {
    let rig = priced().await;
    let dollars = create(&rig, "dollars", budget("USD", Some(1), None)).await;
    behave(&rig, SLOW);
    let together = (0..8).map(|number| chat_as(&rig, &dollars.token, number));
    let seen = futures_util::future::join_all(together).await;
    assert!(seen.iter().all(|seen| seen.status == 200), "{seen:?}");
}
