//! Ids that nobody has told Flowkeep of.

use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::Rig;
use http::Method;
use serde_json::json;

use super::{
    ACCOUNTS, Asker, batch, file_made_elsewhere, made_elsewhere, options, speech, video, voice,
};

/// Once found, an owner is not looked for again, also not after a restart.
#[tokio::test]
async fn what_was_made_elsewhere_is_found_once_and_remembered() {
    let mut rig = Rig::with(options()).await;
    let mut requests = Vec::new();
    for account in ACCOUNTS {
        let uri = made_elsewhere(&rig, account, "/uploads/audio/voice", &voice(), "uri").await;
        requests.push((
            Method::POST,
            "/v1/audio/speech".to_owned(),
            Some(speech(&uri)),
        ));
        let id = made_elsewhere(&rig, account, "/video/submit", &video(), "requestId").await;
        let body = json!({"requestId": id});
        requests.push((Method::POST, "/v1/video/status".to_owned(), Some(body)));
        let file = file_made_elsewhere(&rig, account).await;
        requests.push((Method::POST, "/v1/batches".to_owned(), Some(batch(&file))));
        let id = made_elsewhere(&rig, account, "/batches", &batch(&file), "id").await;
        requests.push((Method::GET, format!("/v1/batches/{id}"), None));
    }
    let mut searched = 0;
    for round in 0..3 {
        let asker = Asker::new(&rig);
        rig.simulator.ledger().clear();
        let mut seen = Vec::new();
        for (method, path, body) in &requests {
            let body = body
                .as_ref()
                .map(|body| ("application/json", body.to_string()));
            let answer = asker.send(method.clone(), path, body).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            seen.push(answer);
        }
        let wrong = rig.simulator.ledger().misdirected().len();
        if round == 0 {
            searched = wrong;
            rig.agree(&seen).await;
        } else {
            assert_eq!(wrong, 0, "round {round}");
            rig = rig.restart().await;
        }
    }
    assert!(searched > 0, "somebody had to be asked in vain");
}

/// Everybody is asked once, and what the vendor says of it goes on as it is.
#[tokio::test]
async fn what_nobody_has_is_the_vendors_to_refuse() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let seen = [
        asker.get("/v1/batches/batch_none").await,
        asker
            .post("/v1/video/status", &json!({"requestId": "none"}))
            .await,
        asker
            .post("/v1/audio/speech", &speech("speech:none:a:b"))
            .await,
        asker.post("/v1/batches", &batch("file-none")).await,
    ];
    for answer in &seen {
        assert!(matches!(answer.status, 400 | 404), "{answer:?}");
        assert_eq!(answer.error(), "", "{}", answer.text());
        assert_eq!(answer.attempts(), 3, "{}", answer.text());
    }
    rig.agree(&seen).await;
}

/// An account that fails may have it: the others' denials prove nothing.
#[tokio::test]
async fn a_failing_account_is_not_taken_for_one_that_has_nothing() {
    let rig = Rig::with(options()).await;
    let id = made_elsewhere(&rig, "beta", "/video/submit", &video(), "requestId").await;
    let body = json!({"requestId": id});
    let asker = Asker::new(&rig);
    let fails = |account: &str| {
        let scope = Scope::Account(account.to_owned());
        rig.simulator.set_behaviour(scope, Behaviour::status(500));
    };
    rig.simulator.ledger().clear();
    fails("beta");
    let lost = asker.post("/v1/video/status", &body).await;
    assert_eq!((lost.status, lost.error()), (500, ""), "{}", lost.text());
    rig.simulator.clear_behaviours();
    fails("alpha");
    let found = asker.post("/v1/video/status", &body).await;
    assert_eq!(found.status, 200, "{}", found.text());
    rig.agree(&[lost, found]).await;
}

/// An error that is not about the resource is not asked around.
#[tokio::test]
async fn a_bad_request_is_refused_once() {
    let rig = Rig::with(options()).await;
    let asker = Asker::new(&rig);
    let mut body = speech("speech:none:a:b");
    body["model"] = "no/such-model".into();
    let seen = asker.post("/v1/audio/speech", &body).await;
    assert_eq!((seen.status, seen.attempts()), (400, 1), "{}", seen.text());
}

/// A deletion is not tried on accounts that may say yes to anything.
#[tokio::test]
async fn a_deletion_of_something_unknown_asks_nobody() {
    let rig = Rig::with(options()).await;
    let uri = made_elsewhere(&rig, "beta", "/uploads/audio/voice", &voice(), "uri").await;
    rig.simulator.ledger().clear();
    let asker = Asker::new(&rig);
    let body = json!({"uri": uri});
    let seen = asker.post("/v1/audio/voice/deletions", &body).await;
    assert_eq!((seen.status, seen.error()), (404, "resource_not_found"));
    assert!(
        seen.text().contains("/v1/audio/voice/list"),
        "{}",
        seen.text()
    );
    assert_eq!(rig.simulator.ledger().count(), 0);
    let cancel = asker
        .send(Method::POST, "/v1/batches/batch_x/cancel", None)
        .await;
    assert_eq!((cancel.status, cancel.error()), (404, "resource_not_found"));

    // As the message says: the list makes it known.
    asker.get("/v1/audio/voice/list").await;
    let seen = asker.post("/v1/audio/voice/deletions", &body).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert!(rig.simulator.ledger().misdirected().is_empty());
    assert_eq!(rig.settled_rows().await.len(), 4);
}
