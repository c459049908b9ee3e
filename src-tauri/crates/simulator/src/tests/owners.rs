use std::collections::HashSet;

use reqwest::Method;
use serde_json::json;

use super::{get, post, post_form, send, start};
use crate::{ResourceKind, sample_key};

#[tokio::test]
async fn resources_and_their_owners_are_listed_from_afar() {
    let simulator = start().await;
    let parts = [("purpose", None, "batch"), ("file", Some("f"), "{}")];
    let file = post_form(&simulator, "alpha", "/v1/files", &parts)
        .await
        .json();
    let clip = json!({"model": "sim/ok", "prompt": "p", "image_size": "960x960"});
    post(&simulator, "beta", "/v1/video/submit", &clip).await;
    let listed = send(
        &simulator,
        (Method::GET, "/_sim/resources"),
        "",
        String::new(),
    )
    .await
    .json();
    let first =
        json!({"kind": "file", "id": file["data"]["id"], "owner": "alpha", "deleted": false});
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]), (2, &first));
    let resources = simulator.resources();
    assert_eq!(
        (resources[1].kind, resources[1].owner.as_str()),
        (ResourceKind::Video, "beta")
    );
    simulator.restart().await.unwrap();
    assert_eq!(simulator.resources(), resources, "a restart keeps them");
}

#[tokio::test]
async fn a_path_that_names_a_foreign_resource_is_noticed() {
    let simulator = start().await;
    let parts = [("purpose", None, "batch"), ("file", Some("f"), "{}")];
    let file = post_form(&simulator, "beta", "/v1/files", &parts)
        .await
        .json();
    let id = file["data"]["id"].as_str().unwrap();
    for path in [format!("/v1/files/{id}"), format!("/v1/files/{id}/content")] {
        assert_eq!(get(&simulator, &path).await.status, 404);
    }
    let wrong = simulator.ledger().misdirected();
    assert_eq!(wrong.len(), 2);
    assert_eq!(wrong[1].touched[0].owner.as_deref(), Some("beta"));
    let ledger = send(&simulator, (Method::GET, "/_sim/ledger"), "", String::new())
        .await
        .json();
    assert_eq!(ledger["totals"]["misdirected"], 2);
    assert_eq!(ledger["entries"][1]["touched"][0]["owner"], "beta");
}

#[tokio::test]
async fn ids_are_unique_over_simulators() {
    let mut ids = HashSet::new();
    let simulators = [start().await, start().await];
    for simulator in &simulators {
        for _ in 0..20 {
            let parts = [("purpose", None, "batch"), ("file", Some("f"), "{}")];
            post_form(simulator, "alpha", "/v1/files", &parts).await;
        }
        ids.extend(simulator.resources().into_iter().map(|one| one.id));
    }
    assert_eq!(ids.len(), 40);
}

#[tokio::test]
async fn a_fault_does_not_hide_a_wrong_call() {
    let simulator = start().await;
    let clip = json!({"model": "sim/ok", "prompt": "p", "image_size": "960x960"});
    let request = post(&simulator, "alpha", "/v1/video/submit", &clip)
        .await
        .json();
    let key = sample_key("beta");
    let fault = crate::Behaviour::status(503);
    simulator.set_behaviour(crate::Scope::Key(key), fault);
    let answer = post(&simulator, "beta", "/v1/video/status", &request).await;
    assert_eq!(answer.status, 503);
    assert_eq!(simulator.ledger().misdirected().len(), 1);
}
