//! S14: the key goes to the one address that the user set, and nowhere else.

use flowkeep_contract::{ErrorCode, SettingsPatch};
use flowkeep_simulator::{Behaviour, Scope, Script, Simulator};
use flowkeep_tests::{MODEL, Rig};
use serde_json::json;

use crate::admin::{administered, command, login};

/// S14: redirects of every kind are answers, not orders.
#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Simulator::start(Script::sample()).await.unwrap();
    let rig = Rig::start().await;
    for status in [301, 302, 303, 307, 308] {
        for path in ["chat/completions", "messages", "models"] {
            let url = format!("{}/{path}", elsewhere.base_url());
            rig.simulator
                .set_behaviour(Scope::All, Behaviour::Redirect { status, url });
            let seen = match path {
                "models" => {
                    let request = rig
                        .client
                        .get(rig.url("/v1/models"))
                        .bearer_auth(&rig.token);
                    let sent = std::time::Instant::now();
                    flowkeep_tests::Seen::read(request.send().await.unwrap(), sent).await
                }
                "messages" => rig.ask_message(MODEL, true).await,
                _ => rig.ask_chat(MODEL, false).await,
            };
            assert_eq!(seen.status, 502, "{status} {path}");
            assert_eq!(seen.error(), "upstream_redirect", "{status} {path}");
            assert_eq!(seen.header("location"), "", "{status} {path}");
            let port = elsewhere.addr().port().to_string();
            assert!(
                !seen.text().contains(&port),
                "{status} {path}: {}",
                seen.text()
            );
        }
    }
    assert_eq!(elsewhere.ledger().count(), 0);
    assert_eq!(rig.simulator.ledger().count(), 15, "one attempt each");
}

/// S14: the import's own requests do not follow either.
#[tokio::test]
async fn an_import_does_not_follow_redirects() {
    let elsewhere = Simulator::start(Script::sample()).await.unwrap();
    let rig = Rig::start().await;
    let url = format!("{}/models", elsewhere.base_url());
    rig.simulator
        .set_behaviour(Scope::All, Behaviour::Redirect { status: 307, url });
    let request = flowkeep_contract::ImportKeysRequest {
        text: flowkeep_simulator::sample_key("newcomer"),
        validate: true,
        force: false,
    };
    rig.app.import_keys(request).await.unwrap();
    assert_eq!(rig.hits("/v1/models").len(), 1);
    assert_eq!(elsewhere.ledger().count(), 0);
}

const BAD: [&str; 17] = [
    "http://169.254.169.254/",
    "http://api.siliconflow.cn/v1",
    "http://10.0.0.1/v1",
    "http://localhost.evil.test/v1",
    "http://0.0.0.0/v1",
    "https://u:p@evil.test",
    "https://u@evil.test/v1",
    "file:///etc/passwd",
    "ftp://localhost/v1",
    "http://[::ffff:127.0.0.1]",
    "https://[::ffff:10.0.0.1]/v1",
    "https://evil.test/v1?x=1",
    "https://evil.test/v1#x",
    "https://evil.test/a/../v1",
    "https://evil.test\\@localhost/v1",
    "javascript:alert(1)",
    "",
];

/// S14: an upstream address that could carry a key away is not accepted, by the
/// engine and by the admin surface, and nothing changes.
#[tokio::test]
async fn bad_upstream_addresses_are_refused() {
    let rig = administered().await;
    let session = login(&rig).await;
    let before = rig
        .app
        .get_settings(flowkeep_contract::Empty {})
        .await
        .unwrap();
    for address in BAD {
        let patch = SettingsPatch {
            upstream: Some(address.to_owned()),
            ..SettingsPatch::default()
        };
        let error = rig.app.update_settings(patch).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidSetting, "{address}");
        let seen = command(
            &rig,
            &session,
            "update_settings",
            &json!({"upstream": address}),
        )
        .await;
        assert_eq!(seen.status, 400, "{address}");
        assert_eq!(seen.json()["code"], "invalid_setting", "{address}");
    }
    let after = rig
        .app
        .get_settings(flowkeep_contract::Empty {})
        .await
        .unwrap();
    assert_eq!(before, after);
    let file = std::fs::read_to_string(rig.folder().join("settings.toml")).unwrap_or_default();
    assert!(!file.contains("upstream"), "{file}");
}

/// S14: only an admin changes the address: a client token does not.
#[tokio::test]
async fn a_client_cannot_change_the_upstream() {
    let rig = administered().await;
    let token = rig.token.clone();
    let body = json!({"upstream": "https://evil.test/v1"});
    let seen = command(&rig, &token, "update_settings", &body).await;
    assert_eq!(seen.status, 401);
    let settings = rig
        .app
        .get_settings(flowkeep_contract::Empty {})
        .await
        .unwrap();
    assert!(!settings.upstream.contains("evil"));
}
