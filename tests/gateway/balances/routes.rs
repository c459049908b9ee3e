//! `POST /refresh`, `/health` and `/api/keys` about it.

use std::time::Instant;

use flowkeep_contract::Empty;
use flowkeep_gateway::AdminAccess;
use flowkeep_simulator::Behaviour;
use flowkeep_tests::{Rig, RigOptions, Seen};
use secrecy::SecretString;
use serde_json::Value;

use super::{MODELS, event, on_route, tell_balances};

const NAME: &str = "admin";
const PASSWORD: &str = "a test password";

async fn administered() -> Rig {
    Rig::with(RigOptions {
        admin: Some(AdminAccess {
            username: NAME.to_owned(),
            password: SecretString::from(PASSWORD),
        }),
        ..RigOptions::default()
    })
    .await
}

async fn post_refresh(rig: &Rig) -> Seen {
    let request = rig.client.post(rig.url("/refresh"));
    let request = request.basic_auth(NAME, Some(PASSWORD));
    Seen::read(request.send().await.expect("an answer"), Instant::now()).await
}

async fn get(rig: &Rig, path: &str) -> Value {
    let request = rig.client.get(rig.url(path));
    let request = request.basic_auth(NAME, Some(PASSWORD));
    let seen = Seen::read(request.send().await.expect("an answer"), Instant::now()).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    seen.json()
}

/// It answers at the end, in the older pool's words, and removes nothing.
#[tokio::test]
async fn a_script_refreshes_and_is_told_the_sums() {
    let rig = administered().await;
    let health = get(&rig, "/health").await;
    assert_eq!(health["refresh"]["enabled"], true);
    assert_eq!(health["refresh"]["running"], Value::Null);
    assert_eq!(health["refresh"]["last"], Value::Null);
    assert_eq!(health["refresh"]["interval_s"], 3_600);

    let seen = post_refresh(&rig).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let answer = seen.json();
    assert!(
        answer["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("刷新完成"))
    );
    assert_eq!(
        (&answer["checked"], &answer["valid"]),
        (&3.into(), &3.into())
    );
    assert_eq!(answer["balances_failed"], 3);
    let listed = get(&rig, "/api/keys").await;
    assert_eq!(listed["total"], 3, "no key is gone");
    let first = &listed["keys"][0];
    assert_eq!(first["balance"], Value::Null);
    assert_eq!(first["balance_source"], "unknown");
    assert!(
        first["balance_failure"]
            .as_str()
            .is_some_and(|text| text.contains("410"))
    );
    assert!(
        first["balance_failed_at"]
            .as_f64()
            .is_some_and(|time| time > 1.7e9)
    );

    tell_balances(&rig);
    assert_eq!(post_refresh(&rig).await.json()["balances"], 3);
    let listed = get(&rig, "/api/keys?sort_field=balance").await;
    let first = &listed["keys"][0];
    assert_eq!(
        (&first["label"], &first["balance"]),
        (&"alpha".into(), &100.0.into())
    );
    assert_eq!(first["balance_source"], "reported");
    assert_eq!(first["balance_failure"], Value::Null);
    let health = get(&rig, "/health").await;
    assert_eq!(health["refresh"]["last"]["balances"], 3);
}

/// A second one joins in; a cancelled one is answered as such.
#[tokio::test]
async fn two_scripts_share_one_refresh() {
    let rig = administered().await;
    on_route(&rig, MODELS, Behaviour::Delay { ms: 200 });
    let (one, two) = tokio::join!(post_refresh(&rig), post_refresh(&rig));
    assert_eq!(one.json(), two.json());
    assert_eq!(rig.hits(MODELS).len(), 3);

    on_route(&rig, MODELS, Behaviour::Delay { ms: 60_000 });
    let mut events = rig.app.subscribe();
    let cancel = async {
        let begun = |event: &flowkeep_contract::Event| {
            matches!(event, flowkeep_contract::Event::RefreshProgress(_))
        };
        event(&mut events, begun).await;
        let health = get(&rig, "/health").await;
        assert_eq!(health["refresh"]["running"]["total"], 3);
        rig.app.cancel_refresh(Empty {}).await.expect("a status");
    };
    let (seen, ()) = tokio::join!(post_refresh(&rig), cancel);
    let answer = seen.json();
    assert_eq!((seen.status, &answer["cancelled"]), (200, &true.into()));
    assert!(
        answer["message"]
            .as_str()
            .is_some_and(|text| text.contains("已取消"))
    );
}
