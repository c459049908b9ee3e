//! Ways around the check of who made something.

use flowkeep_simulator::{Behaviour, Scope, sample_key};
use flowkeep_tests::{PATIENCE, RawClient, Rig};
use http::Method;
use serde_json::{Value, json};

use super::clients::{assert_not_there, two_clients, without_token};
use super::{Asker, BOUNDARY, batch, ids, options, speech, voice};

/// Padding behind the id that no repeat is held of.
fn padded(mut body: Value, bytes: usize) -> Value {
    body["zz"] = "x".repeat(bytes).into();
    body
}

#[tokio::test]
async fn a_body_too_long_to_be_held_is_read_all_the_same() {
    let rig = two_clients().await;
    let (one, other) = (Asker::new(&rig), without_token(&rig));
    let (voice, file, video) = (
        one.new_voice().await,
        one.new_file().await,
        one.new_video().await,
    );
    rig.simulator.ledger().clear();
    for (path, body) in [
        ("/v1/audio/speech", speech(&voice)),
        ("/v1/audio/voice/deletions", json!({"uri": voice})),
        ("/v1/video/status", json!({"requestId": video})),
        ("/v1/batches", batch(&file)),
    ] {
        assert_not_there(&other.post(path, &padded(body.clone(), 9 << 20)).await);
        let seen = other.post(path, &padded(body, 17 << 20)).await;
        assert_eq!(
            (seen.status, seen.error()),
            (413, "body_too_large"),
            "{path}"
        );
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
    let status = padded(json!({"requestId": video}), 9 << 20);
    let seen = one.post("/v1/video/status", &status).await;
    assert_eq!((seen.status, seen.attempts()), (200, 1), "{}", seen.text());
    assert!(rig.simulator.ledger().misdirected().is_empty());
}

/// What one parser reads and another does not.
#[tokio::test]
async fn no_spelling_of_an_id_leads_past_the_check() {
    let rig = two_clients().await;
    let (one, other) = (Asker::new(&rig), without_token(&rig));
    let voice = one.new_voice().await;
    let id = one.new_batch(&one.new_file().await).await;
    rig.simulator.ledger().clear();
    let path = "/v1/audio/voice/deletions";
    for body in [json!({"URI": voice}), json!({"uri": format!(" {voice} ")})] {
        assert_not_there(&other.post(path, &body).await);
    }
    let twice = format!(r#"{{"uri":"{voice}","uri":"speech:mine"}}"#);
    let twice = Some(("application/json", twice));
    let seen = other.send(Method::POST, path, twice).await;
    assert_eq!((seen.status, seen.error()), (400, "invalid_parameter"));
    for method in [Method::GET, Method::POST, Method::DELETE] {
        for below in ["x", "%63ancel/x", "cancel/"] {
            let path = format!("/v1/batches/{id}/{below}");
            if below == "cancel/" && method != Method::POST {
                continue;
            }
            assert_not_there(&other.send(method.clone(), &path, None).await);
        }
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
    let seen = one.get(&format!("/v1/batches/{id}/x")).await;
    assert_eq!(
        (seen.status, seen.attempts()),
        (404, 1),
        "its own account is asked"
    );
    assert!(rig.simulator.ledger().misdirected().is_empty());
}

/// An escaped letter gives a route no more methods.
#[tokio::test]
async fn an_escaped_route_takes_no_more_methods() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    for path in ["/v1/batches/x", "/v1/%62atches/x"] {
        let seen = asker.send(Method::DELETE, path, None).await;
        assert_eq!(
            (seen.status, seen.header("allow")),
            (405, "GET, HEAD"),
            "{path}"
        );
    }
    assert_eq!(rig.simulator.ledger().count(), 0);
}

/// Somebody else's list shows a finished batch before its maker asks for it.
#[tokio::test]
async fn what_a_batch_wrote_does_not_leak_through_lists() {
    let rig = two_clients().await;
    let (one, other) = (Asker::new(&rig), without_token(&rig));
    let file = one.new_file().await;
    let id = one.new_batch(&file).await;
    let owner = rig
        .simulator
        .resources()
        .into_iter()
        .find(|made| made.id == id);
    let owner = owner.expect("the batch").owner;
    // It ends while nobody asks Flowkeep.
    let mut output = Value::Null;
    for _ in 0..10 {
        let url = format!("{}/batches/{id}", rig.simulator.base_url());
        let request = rig.client.get(url).bearer_auth(sample_key(&owner));
        let answer = request.send().await.unwrap().bytes().await.unwrap();
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        output = answer["output_file_id"].take();
        if !output.is_null() {
            break;
        }
    }
    let output = output.as_str().expect("the batch ends");
    assert_eq!(
        ids(&other.get("/v1/batches").await, "id"),
        Vec::<String>::new()
    );
    rig.simulator.ledger().clear();
    assert_not_there(&other.get(&format!("/v1/files/{output}/content")).await);
    assert_eq!(rig.simulator.ledger().count(), 0);
}

/// A listed result that may be another's is not shown; one that cannot be is.
#[tokio::test]
async fn a_result_that_may_be_anothers_is_not_listed() {
    let rig = two_clients().await;
    let (one, other) = (Asker::new(&rig), without_token(&rig));
    let id = one.new_batch(&one.new_file().await).await;
    let made = rig.simulator.resources();
    let owner = &made
        .iter()
        .find(|made| made.id == id)
        .expect("the batch")
        .owner;
    let form = super::file_form()
        .1
        .replace("\r\nbatch\r\n", "\r\nbatch_output\r\n");
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    super::elsewhere(&rig, owner, "/files", (&content_type, form)).await;
    assert_eq!(ids(&other.get("/v1/files").await, "id").len(), 0);
    assert_eq!(ids(&one.get("/v1/files").await, "id").len(), 2);
}

/// A client that hangs up while its voice is being made: the voice is its own.
#[tokio::test]
async fn what_is_made_for_a_client_that_left_is_its_own() {
    let rig = two_clients().await;
    let behaviour = Behaviour::Delay { ms: 300 };
    rig.simulator.set_behaviour(Scope::All, behaviour);
    let mut client = RawClient::connect(&rig).await;
    client
        .send(rig.raw_post("/v1/uploads/audio/voice", &voice()))
        .await;
    let ledger = rig.simulator.ledger();
    let asked = ledger
        .wait_for(
            |all| all.iter().any(|one| one.body_sha256.is_some()),
            PATIENCE,
        )
        .await;
    assert!(asked);
    drop(client);
    rig.idle().await;
    rig.simulator.clear_behaviours();
    let (one, other) = (Asker::new(&rig), without_token(&rig));
    let path = "/v1/audio/voice/list";
    assert_eq!(ids(&other.get(path).await, "uri"), Vec::<String>::new());
    assert_eq!(ids(&one.get(path).await, "uri").len(), 1);
}
