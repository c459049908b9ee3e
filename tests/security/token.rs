//! S7: no credential, no service; and a wrong one learns nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowkeep_contract::{ClientToken, ImportKeysRequest};
use flowkeep_core::clock::ManualClock;
use flowkeep_core::model::ApiKey;
use flowkeep_gateway::GatewayOptions;
use flowkeep_simulator::{Account, sample_key};
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};
use std::time::Instant;

use crate::admin;
use crate::spoken::reached;

/// Status, headers but those that differ by nature, and body.
fn face(seen: &Seen) -> (u16, BTreeMap<String, String>, String) {
    let headers = seen
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-flowkeep-request-id"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), format!("{value:?}")))
        .collect();
    (seen.status, headers, seen.text())
}

async fn models_with(rig: &Rig, path: &str, headers: &[(&str, &str)]) -> Seen {
    let mut request = rig.client.get(rig.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let sent = Instant::now();
    Seen::read(request.send().await.unwrap(), sent).await
}

/// S7: near and far misses get the very same answer.
#[tokio::test]
async fn wrong_tokens_get_identical_answers() {
    let clock = Arc::new(ManualClock::at(1_760_000_000_000));
    let rig = Rig::with(RigOptions {
        clock: Some(Arc::<ManualClock>::clone(&clock)),
        ..RigOptions::default()
    })
    .await;
    // So many in a row would be throttled (S9).
    let pause = || clock.advance_ms(30 * 60 * 1_000);
    let token = rig.token.clone();
    let last = if token.ends_with('0') { "1" } else { "0" };
    let wrong = [
        String::new(),
        "fk-".to_owned(),
        token[..token.len() - 1].to_owned(),
        token[..token.len() - 1].to_owned() + last,
        token.clone() + "0",
        token.to_uppercase(),
        sample_key("alpha"),
        "' OR 1=1--".to_owned(),
        "\" OR \"\"=\"".to_owned(),
        "x".repeat(10_000),
    ];
    let expected = face(&models_with(&rig, "/v1/models", &[]).await);
    assert_eq!(expected.0, 401);
    for guess in &wrong {
        let bearer = format!("Bearer {guess}");
        for header in [
            ("authorization", bearer.as_str()),
            ("x-api-key", guess.as_str()),
        ] {
            pause();
            let seen = models_with(&rig, "/v1/models", &[header]).await;
            assert_eq!(face(&seen), expected, "{header:?}");
        }
    }
    for header in [
        ("authorization", token.as_str()),
        ("authorization", &format!("Basic {token}")),
        ("cookie", &format!("token={token}; api_key={token}")),
        ("proxy-authorization", &format!("Bearer {token}")),
        ("x-flowkeep-token", token.as_str()),
    ] {
        let seen = models_with(&rig, "/v1/models", &[header]).await;
        assert_eq!(face(&seen), expected, "{}", header.0);
    }
    assert_eq!(reached(&rig), 0);
}

/// S7: a token in the address would end up in histories and logs.
#[tokio::test]
async fn a_token_in_the_query_does_not_count() {
    let rig = Rig::start().await;
    for name in [
        "api_key",
        "key",
        "token",
        "access_token",
        "x-api-key",
        "authorization",
    ] {
        let path = format!("/v1/models?{name}={}", rig.token);
        let seen = models_with(&rig, &path, &[]).await;
        assert_eq!(seen.status, 401, "{name}");
        assert_eq!(seen.error(), "invalid_token", "{name}");
    }
    assert_eq!(reached(&rig), 0);
}

/// S7: both headers that SDKs use are accepted, and the scheme in any case.
#[tokio::test]
async fn the_right_token_is_accepted_in_both_headers() {
    let rig = Rig::start().await;
    for (name, prefix) in [
        ("authorization", "Bearer "),
        ("authorization", "bearer "),
        ("x-api-key", ""),
    ] {
        let value = format!("{prefix}{}", rig.token);
        let seen = models_with(&rig, "/v1/models", &[(name, &value)]).await;
        assert_eq!(seen.status, 200, "{name} {prefix}");
    }
}

/// S7: off is an explicit setting, and Host and Origin are judged all the same.
#[tokio::test]
async fn without_a_token_only_when_the_user_says_so() {
    let rig = Rig::with(RigOptions {
        settings: "require_token = false\n".to_owned(),
        ..RigOptions::default()
    })
    .await;
    assert_eq!(models_with(&rig, "/v1/models", &[]).await.status, 200);
    for header in [
        ("origin", "https://evil.test"),
        ("host", "evil.test"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let seen = models_with(&rig, "/v1/models", &[header]).await;
        assert_eq!(seen.status, 403, "{header:?}");
    }
}

/// S7: secrets have no printable form.
#[test]
fn secrets_are_not_printed() {
    let key = sample_key("printed");
    let mut shown = vec![
        format!("{:?}", ApiKey::parse(&key).unwrap()),
        format!("{:?}", Account::new("printed", &key)),
    ];
    let request = ImportKeysRequest {
        text: key.clone(),
        validate: true,
        force: false,
    };
    shown.push(format!("{request:?}"));
    let token = ClientToken { token: key.clone() };
    shown.push(format!("{token:?}"));
    for text in shown {
        assert!(!text.contains("sk-testprinted"), "{text}");
    }
    let options = GatewayOptions {
        admin: Some(admin::access()),
        ..GatewayOptions::default()
    };
    for text in [format!("{options:?}"), format!("{:?}", admin::access())] {
        assert!(
            text.contains(admin::NAME) && !text.contains(admin::PASSWORD),
            "{text}"
        );
    }
}

/// S25: quotes in tokens and model names are data; the databases stay whole.
#[tokio::test]
async fn quotes_do_not_reach_sql() {
    let rig = Rig::start().await;
    let names = [
        "'; DROP TABLE requests;--",
        "\" OR 1=1",
        "%_%_%",
        "a\u{0}b",
        "'); DELETE FROM keys;",
    ];
    for name in names {
        let seen = rig.ask_chat(name, false).await;
        assert_eq!(
            seen.status, 400,
            "{name:?}: the simulator knows no such model"
        );
        let stolen = [("authorization", "Bearer ' OR 1=1--")];
        assert_eq!(models_with(&rig, "/v1/models", &stolen).await.status, 401);
    }
    assert_eq!(rig.ask_chat(MODEL, false).await.status, 200);
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), names.len() + 1);
    assert_eq!(rows[0].model.as_deref(), Some(names[0]));
    assert_eq!(rig.keys().await.keys.len(), 3);
    for file in ["flowkeep.db", "usage.db"] {
        assert_eq!(integrity(&rig, file), "ok", "{file}");
    }
}

fn integrity(rig: &Rig, file: &str) -> String {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = rusqlite::Connection::open_with_flags(rig.folder().join(file), flags).unwrap();
    database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap()
}
