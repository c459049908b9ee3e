//! `POST /import_keys`, and dry run, confirmation and undo over HTTP.

use std::time::Instant;

use flowkeep_gateway::AdminAccess;
use flowkeep_simulator::sample_key;
use flowkeep_tests::{Rig, RigOptions, Seen};
use secrecy::SecretString;
use serde_json::{Value, json};

const PASSWORD: &str = "a test password";

async fn administered() -> Rig {
    Rig::with(RigOptions {
        import: false,
        admin: Some(AdminAccess {
            username: "admin".to_owned(),
            password: SecretString::from(PASSWORD),
        }),
        ..RigOptions::default()
    })
    .await
}

async fn post(rig: &Rig, path: &str, session: Option<&str>, body: &Value) -> Seen {
    let sent = Instant::now();
    let mut request = rig
        .client
        .post(rig.url(path))
        .header("content-type", "application/json")
        .body(body.to_string());
    if let Some(session) = session {
        request = request.bearer_auth(session);
    }
    Seen::read(request.send().await.expect("an answer"), sent).await
}

async fn login(rig: &Rig) -> String {
    let body = json!({"username": "admin", "password": PASSWORD});
    let seen = post(rig, "/login", None, &body).await;
    seen.json()["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn the_older_pools_route_checks_adds_and_reports() {
    let rig = administered().await;
    let (alpha, beta) = (sample_key("alpha"), sample_key("beta"));
    let keys = json!({"keys": format!("{alpha}\nnonsense\n{}", sample_key("nobody"))});
    let refused = post(&rig, "/import_keys", None, &keys).await;
    assert_eq!(refused.status, 401);
    // A client's token is no admin's.
    let refused = post(&rig, "/import_keys", Some(&rig.token), &keys).await;
    assert_eq!(refused.status, 401);

    let session = login(&rig).await;
    let seen = post(&rig, "/import_keys", Some(&session), &keys).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let answer = seen.json();
    assert_eq!(answer["message"], "导入成功 1 个，有重复 0 个，无效 2 个");
    assert_eq!(
        (&answer["added"], &answer["rejected"]),
        (&json!(1), &json!(2))
    );
    assert!(!seen.text().contains(&alpha));

    let keys = json!({"keys": [alpha, {"key": beta, "label": "second"}]});
    let answer = post(&rig, "/import_keys", Some(&session), &keys)
        .await
        .json();
    assert_eq!(answer["message"], "导入成功 1 个，有重复 1 个，无效 0 个");
    for nothing in [json!({"keys": ""}), json!({"keys": 7}), json!({})] {
        let seen = post(&rig, "/import_keys", Some(&session), &nothing).await;
        assert_eq!(seen.status, 400, "{nothing}: {}", seen.text());
    }
}

#[tokio::test]
async fn a_dry_run_is_confirmed_and_undone_over_http() {
    let rig = administered().await;
    let session = login(&rig).await;
    let command = async |name: &str, body: Value| {
        post(&rig, &format!("/admin/rpc/{name}"), Some(&session), &body).await
    };
    let text = format!(
        "{} a\n{}\nnonsense",
        sample_key("alpha"),
        sample_key("nobody")
    );
    let preview = command("preview_import", json!({"text": text}))
        .await
        .json();
    assert_eq!(preview["format"], "lines");
    assert_eq!(
        (&preview["report"]["added"], &preview["report"]["rejected"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(rig.keys().await.keys.len(), 0);
    let request = json!({"preview": preview["preview"]});
    let report = command("confirm_import", request.clone()).await.json();
    assert_eq!(report["lines"], preview["report"]["lines"]);
    assert_eq!(rig.keys().await.keys.len(), 1);
    // What was found out in the dry run is not asked again.
    assert_eq!(rig.hits("/v1/models").len(), 2);
    let expired = command("confirm_import", request).await;
    assert_eq!(
        (expired.status, &expired.json()["code"]),
        (410, &json!("import_expired"))
    );

    let undo = json!({"undo": report["undo"]});
    let undone = command("undo_import", undo.clone()).await.json();
    assert_eq!(undone["removed"], 1);
    assert_eq!(rig.keys().await.keys.len(), 0);
    assert_eq!(command("undo_import", undo).await.status, 410);
    let nobody = json!({"id": "nobody", "label": "x"});
    assert_eq!(command("set_account", nobody).await.status, 404);
}
