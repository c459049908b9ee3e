//! A client token sees what was made with it, and what nobody is known to have
//! made.

use flowkeep_tests::{Rig, RigOptions, Seen};
use http::Method;
use serde_json::{Value, json};

use super::{Asker, batch, file_made_elsewhere, ids, options, speech};

/// Two clients: one with the default token, one without any.
pub(super) async fn two_clients() -> Rig {
    let mut options = options();
    options.settings.push_str("require_token = false\n");
    Rig::with(RigOptions { ..options }).await
}

pub(super) fn without_token(rig: &Rig) -> Asker<'_> {
    Asker { rig, token: None }
}

pub(super) fn assert_not_there(seen: &Seen) {
    assert_eq!(
        (seen.status, seen.error()),
        (404, "resource_not_found"),
        "{}",
        seen.text()
    );
    let body: Value = seen.json();
    assert_eq!(body["error"]["code"], "resource_not_found");
    let message = body["error"]["message"].as_str();
    assert!(message.is_some_and(|text| text.contains("token")), "{body}");
    assert_eq!(seen.attempts(), 0);
}

#[tokio::test]
async fn what_one_client_made_is_not_there_for_another() {
    let rig = two_clients().await;
    let (one, other) = (Asker::new(&rig), without_token(&rig));
    let (voice, file, video) = (
        one.new_voice().await,
        one.new_file().await,
        one.new_video().await,
    );
    let id = one.new_batch(&file).await;
    rig.simulator.ledger().clear();
    assert_not_there(&other.post("/v1/audio/speech", &speech(&voice)).await);
    assert_not_there(
        &other
            .post("/v1/audio/voice/deletions", &json!({"uri": voice}))
            .await,
    );
    assert_not_there(
        &other
            .post("/v1/video/status", &json!({"requestId": video}))
            .await,
    );
    assert_not_there(&other.post("/v1/batches", &batch(&file)).await);
    let path = format!("/v1/batches/{id}");
    assert_not_there(&other.get(&path).await);
    assert_not_there(&other.get(&path.replace("batch_", "%62atch_")).await);
    assert_not_there(&other.get(&path.replace("batches", "b%61tches")).await);
    assert_not_there(
        &other
            .send(Method::POST, &format!("{path}/cancel"), None)
            .await,
    );
    assert_not_there(&other.get(&format!("/v1/files/{file}")).await);
    assert_not_there(&other.get(&format!("/v1/files/{file}/content")).await);
    assert_not_there(
        &other
            .send(Method::DELETE, &format!("/v1/files/{file}"), None)
            .await,
    );
    assert_not_there(&other.get(&format!("/v1/batches?after={id}")).await);
    assert_eq!(rig.simulator.ledger().count(), 0, "no account was asked");

    for (path, name) in [
        ("/v1/audio/voice/list", "uri"),
        ("/v1/files", "id"),
        ("/v1/batches", "id"),
        ("/v1/b%61tches", "id"),
    ] {
        assert_eq!(
            ids(&other.get(path).await, name),
            Vec::<String>::new(),
            "{path}"
        );
        assert_eq!(ids(&one.get(path).await, name).len(), 1, "{path}");
    }
    assert_eq!(one.get(&path).await.status, 200);
}

#[tokio::test]
async fn what_nobody_made_here_is_everybodys() {
    let rig = two_clients().await;
    let file = file_made_elsewhere(&rig, "gamma").await;
    let (one, other) = (Asker::new(&rig), without_token(&rig));
    assert_eq!(ids(&one.get("/v1/files").await, "id"), [file.as_str()]);
    let id = one.new_batch(&file).await;
    // That its file was used by one does not take it from the other.
    one.get(&format!("/v1/batches/{id}")).await;
    assert_eq!(ids(&other.get("/v1/files").await, "id"), [file.as_str()]);
    other.new_batch(&file).await;
    assert_eq!(ids(&other.get("/v1/batches").await, "id").len(), 1);
    assert!(rig.simulator.ledger().misdirected().is_empty());
}

/// What a batch wrote belongs to whoever made the batch.
#[tokio::test]
async fn the_output_of_a_batch_is_its_makers() {
    let rig = two_clients().await;
    let (one, other) = (Asker::new(&rig), without_token(&rig));
    let id = one.new_batch(&one.new_file().await).await;
    let mut output = Value::Null;
    for _ in 0..10 {
        output = one.get(&format!("/v1/batches/{id}")).await.json()["output_file_id"].take();
        if !output.is_null() {
            break;
        }
    }
    let output = output.as_str().expect("the batch ends");
    rig.simulator.ledger().clear();
    assert_not_there(&other.get(&format!("/v1/files/{output}/content")).await);
    // The vendor has no such route; its own account is asked nevertheless.
    let seen = one.get(&format!("/v1/files/{output}/content")).await;
    assert_eq!((seen.status, seen.attempts()), (404, 1));
    assert!(rig.simulator.ledger().misdirected().is_empty());
}
