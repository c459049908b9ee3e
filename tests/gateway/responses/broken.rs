//! Upstreams that fail, and clients that leave.

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{MODEL, PATIENCE, RawClient, Rig, RigOptions};
use serde_json::json;

use super::{PATH, asking, events, last};

/// The status stays, the form is `OpenAI`'s.
#[tokio::test]
async fn an_upstream_error_keeps_its_status() {
    let rig = Rig::start().await;
    for stream in [false, true] {
        let seen = rig.ask(PATH, &asking("no/such-model", stream)).await;
        assert_eq!(seen.status, 400);
        assert_eq!(seen.header("content-type"), "application/json");
        assert_eq!(
            seen.json(),
            json!({"error": {"message": "Model does not exist. Please check it carefully.",
                "type": "invalid_request_error", "param": null, "code": "20012"}})
        );
        let seen = rig.ask(PATH, &asking("sim/status:500", stream)).await;
        assert_eq!(seen.status, 500);
        assert_eq!(seen.json()["error"]["type"], "server_error");
    }
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row.route == "responses"));
    assert_eq!(rows[0].outcome, Outcome::Rejected);
    assert_eq!(rows[1].outcome, Outcome::UpstreamFailed);
}

#[tokio::test]
async fn a_stream_that_breaks_off_says_so() {
    let rig = Rig::start().await;
    for model in ["sim/cut:3", "sim/error-mid-stream:3"] {
        let seen = rig.ask(PATH, &asking(model, true)).await;
        assert_eq!(seen.status, 200);
        assert!(!seen.broke_off, "the stream itself is whole");
        let events = events(&seen);
        assert_eq!(events[0]["type"], "response.created");
        assert_eq!(events.last().unwrap()["type"], "response.failed", "{model}");
        let response = last(&seen);
        assert_eq!(response["status"], "failed");
        assert!(
            response["error"]["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        let rows = rig.settled_rows().await;
        assert_eq!(
            rows.last().unwrap().outcome,
            Outcome::Interrupted,
            "{model}"
        );
    }
}

/// An upstream that never ends a line fills no memory.
#[tokio::test]
async fn an_endless_line_ends_the_response() {
    let rig = Rig::start().await;
    let seen = rig
        .ask(PATH, &asking("sim/endless-line:1073741824", true))
        .await;
    assert_eq!(seen.status, 200);
    assert_eq!(last(&seen)["status"], "failed");
    let rows = rig.settled_rows().await;
    assert_eq!(rows[0].outcome, Outcome::Interrupted);
    let hits = rig.upstream_hits().await;
    assert!(
        hits[0].client_closed_at_ms.is_some(),
        "the upstream is hung up on"
    );
}

/// An error in place of an answer moves on to another account, as with a chat.
#[tokio::test]
async fn an_account_that_refuses_is_passed_over() {
    let rig = Rig::start().await;
    for account in ["alpha", "beta"] {
        let scope = Scope::Account(account.to_owned());
        rig.simulator
            .set_behaviour(scope, Behaviour::Code { code: 50602 });
    }
    let seen = rig.ask(PATH, &asking(MODEL, true)).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(seen.header("x-flowkeep-account"), "gamma");
    assert_eq!(last(&seen)["status"], "completed");
    rig.agree(&[seen]).await;
}

#[tokio::test]
async fn a_client_that_hangs_up_is_recorded() {
    let rig = Rig::start().await;
    let mut client = RawClient::connect(&rig).await;
    client
        .send(rig.raw_post(PATH, &asking("sim/stall:5", true)))
        .await;
    client.read_until("response.output_text.delta").await;
    drop(client);
    let left = rig
        .simulator
        .ledger()
        .wait_for(
            |entries| {
                entries
                    .iter()
                    .any(|entry| entry.client_closed_at_ms.is_some())
            },
            PATIENCE,
        )
        .await;
    assert!(left, "the upstream is hung up on");
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].outcome, rows[0].status),
        (Outcome::ClientClosed, 200)
    );
    assert!(rows[0].prompt_tokens.is_some(), "what was seen is counted");
}

#[tokio::test]
async fn without_keys_the_error_is_ours_in_the_form_of_openai() {
    let options = RigOptions {
        import: false,
        ..RigOptions::default()
    };
    let rig = Rig::with(options).await;
    let seen = rig.ask(PATH, &asking(MODEL, true)).await;
    assert_eq!((seen.status, seen.error()), (503, "no_keys"));
    assert_eq!(seen.json()["error"]["code"], "no_keys");
}
