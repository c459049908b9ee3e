use reqwest::Method;
use serde_json::json;

use super::{MODEL, chat, client, hello, send, start};
use crate::{Script, sample_key};

async fn control(
    simulator: &crate::Simulator,
    (method, name): (Method, &str),
    body: serde_json::Value,
) -> super::Answer {
    let path = format!("/_sim/{name}");
    send(simulator, (method, &path), "", body.to_string()).await
}

#[tokio::test]
async fn faults_and_accounts_are_set_from_afar() {
    let simulator = start().await;
    let orders = json!([
        {"scope": "account:alpha", "behaviour": "status:503"},
        {"scope": {"model": MODEL}, "behaviour": {"status": {"status": 500}}},
    ]);
    let set = control(&simulator, (Method::POST, "behaviours"), orders).await;
    assert_eq!(set.status, 200, "{}", set.body);
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 503);
    control(&simulator, (Method::DELETE, "behaviours"), json!(null)).await;
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 200);
    let account =
        json!({"id": "alpha", "keys": [sample_key("alpha")], "gift_nano": 0, "charge_nano": 0});
    control(&simulator, (Method::PUT, "accounts"), account).await;
    assert_eq!(chat(&simulator, &hello(MODEL, false)).await.status, 402);
    let accounts = control(&simulator, (Method::GET, "accounts"), json!(null))
        .await
        .json();
    assert_eq!(accounts[0]["charge_nano"], 0);
    let mode = json!({"mode": "legacy200"});
    control(&simulator, (Method::PUT, "user-info"), mode).await;
    assert_eq!(super::get(&simulator, "/v1/user/info").await.status, 200);
}

#[tokio::test]
async fn the_ledger_is_read_from_afar() {
    let simulator = start().await;
    chat(&simulator, &hello(MODEL, false)).await;
    let ledger = control(&simulator, (Method::GET, "ledger"), json!(null))
        .await
        .json();
    assert_eq!(ledger["totals"]["requests"], 1);
    let entry = &ledger["entries"][0];
    assert_eq!(
        (&entry["account"], &entry["status"]),
        (&json!("alpha"), &json!(200))
    );
    assert_eq!(entry["told"]["completion"], 4);
    control(&simulator, (Method::DELETE, "ledger"), json!(null)).await;
    assert_eq!(simulator.ledger().count(), 0);
}

#[tokio::test]
async fn bad_orders_and_browsers_are_refused() {
    let simulator = start().await;
    let order = json!({"scope": "nobody", "behaviour": "status:503"});
    let bad = control(&simulator, (Method::POST, "behaviours"), order).await;
    assert_eq!(bad.status, 400);
    let unknown = control(&simulator, (Method::GET, "nothing"), json!(null)).await;
    assert_eq!(unknown.status, 404);
    let browser = client()
        .get(format!("http://{}/_sim/accounts", simulator.addr()))
        .header("origin", "http://example.org")
        .send()
        .await
        .unwrap();
    assert_eq!(browser.status(), 403);
}

#[test]
fn a_script_file_may_leave_everything_out() {
    let script = Script::from_json("{}").unwrap();
    assert_eq!(script.accounts.len(), 3);
    let script = Script::from_json(
        r#"{"accounts":[{"id":"a","keys":["sk-test"],"limits":[{"model":"*","metric":"RPM","limit":2}]}],
            "behaviours":[["account:a","status:503"]],"user_info":"legacy200","rate_limit_body":"no-code"}"#,
    )
    .unwrap();
    assert_eq!(script.accounts[0].limits[0].limit, 2);
    assert_eq!(script.behaviours.len(), 1);
    assert!(!script.models.is_empty());
    assert!(
        Script::from_json(r#"{"acounts":[]}"#).is_err(),
        "typos are errors"
    );
    let text = serde_json::to_string(&Script::sample()).unwrap();
    assert_eq!(Script::from_json(&text).unwrap().accounts.len(), 3);
}

#[test]
fn sample_keys_look_like_keys() {
    let key = sample_key("alpha");
    assert!(
        key.starts_with("sk-testalpha000") && key.len() == 51,
        "{key}"
    );
}
