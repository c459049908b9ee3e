//! A gateway with an admin, and what the admin sends.

use flowkeep_gateway::AdminAccess;
use flowkeep_tests::{Rig, RigOptions, Seen};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::time::Instant;

pub(crate) const NAME: &str = "admin";
pub(crate) const PASSWORD: &str = "a test password";

pub(crate) fn access() -> AdminAccess {
    AdminAccess {
        username: NAME.to_owned(),
        password: SecretString::from(PASSWORD),
    }
}

/// The sample accounts and an admin.
pub(crate) async fn administered() -> Rig {
    Rig::with(RigOptions {
        admin: Some(access()),
        ..RigOptions::default()
    })
    .await
}

/// A new session's token.
pub(crate) async fn login(rig: &Rig) -> String {
    let body = json!({"username": NAME, "password": PASSWORD});
    let sent = Instant::now();
    let request = rig
        .client
        .post(rig.url("/login"))
        .header("content-type", "application/json")
        .body(body.to_string());
    let seen = Seen::read(request.send().await.unwrap(), sent).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    seen.json()["token"].as_str().unwrap().to_owned()
}

/// One command of the contract.
pub(crate) async fn command(rig: &Rig, session: &str, name: &str, body: &Value) -> Seen {
    let sent = Instant::now();
    let request = rig
        .client
        .post(rig.url(&format!("/admin/rpc/{name}")))
        .bearer_auth(session)
        .header("content-type", "application/json")
        .body(body.to_string());
    Seen::read(request.send().await.unwrap(), sent).await
}
