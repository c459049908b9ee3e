//! The routes that scripts for the older pool know, over HTTP.

mod keys;
mod logs;
mod statistics;
mod stats;

use std::time::Instant;

use flowkeep_gateway::AdminAccess;
use flowkeep_tests::{Rig, RigOptions, Seen};
use http::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

const NAME: &str = "admin";
const PASSWORD: &str = "a test password";

/// The sample accounts and an admin.
async fn administered() -> Rig {
    with(RigOptions::default()).await
}

/// The same on siliconflow.cn, so that models have prices. Nobody plays .com.
async fn priced() -> Rig {
    with(RigOptions {
        com: Some("http://127.0.0.1:9/v1".to_owned()),
        ..RigOptions::default()
    })
    .await
}

async fn with(options: RigOptions) -> Rig {
    Rig::with(RigOptions {
        admin: Some(AdminAccess {
            username: NAME.to_owned(),
            password: SecretString::from(PASSWORD),
        }),
        ..options
    })
    .await
}

/// With name and password, as the scripts do.
async fn ask(rig: &Rig, method: Method, path: &str) -> Seen {
    let sent = Instant::now();
    let request = rig.client.request(method, rig.url(path));
    let request = request.basic_auth(NAME, Some(PASSWORD));
    Seen::read(request.send().await.expect("an answer"), sent).await
}

/// What a route that reads answers, when all is well.
async fn get(rig: &Rig, path: &str) -> Value {
    let seen = ask(rig, Method::GET, path).await;
    assert_eq!(seen.status, 200, "{path}: {}", seen.text());
    assert_eq!(seen.header("cache-control"), "no-store", "{path}");
    assert_eq!(seen.header("x-content-type-options"), "nosniff", "{path}");
    seen.json()
}

/// A query that is wrong: 400, with words about what to send.
async fn assert_refused(rig: &Rig, path: &str, about: &str) {
    let seen = ask(rig, Method::GET, path).await;
    assert_eq!(seen.status, 400, "{path}: {}", seen.text());
    assert_eq!(seen.json()["code"], "invalid_request", "{path}");
    let message = seen.json()["message"].to_string();
    assert!(message.contains(about), "{path}: {message}");
}

async fn login(rig: &Rig) -> String {
    let body = json!({"username": NAME, "password": PASSWORD});
    let request = rig.client.post(rig.url("/login"));
    let request = request
        .header("content-type", "application/json")
        .body(body.to_string());
    let seen = Seen::read(request.send().await.expect("an answer"), Instant::now()).await;
    seen.json()["token"].as_str().expect("a token").to_owned()
}
