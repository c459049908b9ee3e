//! How long bodies are kept, and what takes them away.

use std::sync::Arc;

use flowkeep_contract::{
    ClientLimits, Empty, ErrorCode, Event, RevokeClientRequest, SettingsPatch, Topic,
    UpdateClientRequest,
};
use flowkeep_core::clock::{Clock, ManualClock, SystemClock};
use flowkeep_core::store::{Retention, Store};
use flowkeep_core::vault::VaultChoice;
use flowkeep_tests::books::{assert_balanced, usage_number};
use flowkeep_tests::{MODEL, PATIENCE, Rig, RigOptions};

use super::{DEFAULT, capture, details};
use crate::clients::{create, listed};

const COUNT: &str = "SELECT count(*) FROM bodies";
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

async fn timed() -> (Rig, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(1_787_400_000_000));
    let rig = Rig::with(RigOptions {
        clock: Some(Arc::<ManualClock>::clone(&clock)),
        ..RigOptions::default()
    })
    .await;
    (rig, clock)
}

/// Which requests have bodies, oldest first.
async fn kept(rig: &Rig) -> Vec<bool> {
    let all = details(rig).await;
    all.iter().map(|one| one.bodies.is_some()).collect()
}

async fn captured_until(rig: &Rig) -> Option<i64> {
    let clients = listed(rig).await;
    let default = clients.iter().find(|client| client.is_default);
    default.expect("the default token").capture_until_ms
}

#[tokio::test]
async fn it_ends_by_itself() {
    let (rig, clock) = timed().await;
    let view = capture(&rig, DEFAULT, 2).await;
    let until = clock.now().unix_ms + 120_000;
    assert_eq!(view.capture_until_ms, Some(until));
    clock.advance_ms(2 * MINUTE - 1);
    rig.chats(MODEL, 1).await;
    assert_eq!(captured_until(&rig).await, Some(until));
    clock.advance_ms(1);
    rig.chats(MODEL, 1).await;
    assert_eq!(captured_until(&rig).await, None);
    assert_eq!(kept(&rig).await, [true, false]);
}

#[tokio::test]
async fn a_week_is_the_longest_and_windows_are_told() {
    let rig = Rig::start().await;
    let request = |minutes| UpdateClientRequest {
        id: DEFAULT.to_owned(),
        name: None,
        limits: None,
        capture_minutes: Some(minutes),
    };
    let error = rig.app.update_client(request(10_081)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert_eq!(captured_until(&rig).await, None);
    let mut events = rig.app.subscribe();
    rig.app.update_client(request(10_080)).await.unwrap();
    let told = async {
        loop {
            let event = events.recv().await.expect("an event");
            if matches!(event, Event::Changed { topics } if topics.contains(&Topic::Clients)) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("told");
    assert!(captured_until(&rig).await.is_some());
}

#[tokio::test]
async fn what_has_expired_is_not_shown() {
    let (rig, clock) = timed().await;
    let patch = SettingsPatch {
        capture_hours: Some(2),
        ..SettingsPatch::default()
    };
    rig.app.update_settings(patch).await.unwrap();
    capture(&rig, DEFAULT, 60).await;
    rig.chats(MODEL, 1).await;
    let bodies = details(&rig).await[0].bodies.clone().unwrap();
    assert_eq!(bodies.expires_at_ms, clock.now().unix_ms + 7_200_000);
    clock.advance_ms(2 * HOUR - 1);
    assert_eq!(kept(&rig).await, [true]);
    clock.advance_ms(1);
    assert_eq!(kept(&rig).await, [false]);
}

/// Nobody has to ask: the gateway removes what has expired.
#[tokio::test]
async fn what_has_expired_is_removed() {
    let (rig, clock) = timed().await;
    capture(&rig, DEFAULT, 60).await;
    rig.chats(MODEL, 1).await;
    assert_eq!(kept(&rig).await, [true]);
    clock.advance_ms(24 * HOUR);
    let mut events = rig.app.subscribe();
    let gone = async {
        while usage_number(rig.folder(), COUNT) > 0 {
            events.recv().await.expect("an event");
        }
    };
    tokio::time::timeout(2 * PATIENCE, gone)
        .await
        .expect("it is removed");
    assert_eq!(kept(&rig).await, [false], "its row stays");
    assert_eq!(assert_balanced(rig.folder()), 1);
}

#[tokio::test]
async fn it_goes_on_after_a_restart() {
    let rig = Rig::with(RigOptions {
        vault: VaultChoice::File,
        ..RigOptions::default()
    })
    .await;
    let until = capture(&rig, DEFAULT, 60).await.capture_until_ms;
    rig.chats(MODEL, 1).await;
    assert_eq!(kept(&rig).await, [true]);
    let rig = rig.restart().await;
    assert_eq!(captured_until(&rig).await, until);
    rig.chats(MODEL, 1).await;
    assert_eq!(kept(&rig).await, [true, true]);
}

/// A token that was taken back keeps nothing, and one of the same name begins anew.
#[tokio::test]
async fn a_new_token_keeps_nothing() {
    let rig = Rig::start().await;
    let first = create(&rig, "Cursor", ClientLimits::default()).await;
    for id in [DEFAULT, &first.client.id] {
        capture(&rig, id, 60).await;
        let request = RevokeClientRequest { id: id.to_owned() };
        let revoked = rig.app.revoke_client(request).await.expect("revoked");
        assert_eq!(revoked.capture_until_ms, None);
    }
    for name in [DEFAULT, "Cursor"] {
        let made = create(&rig, name, ClientLimits::default()).await;
        assert_eq!(made.client.capture_until_ms, None, "{name}");
    }
}

#[tokio::test]
async fn all_bodies_are_removed_at_a_word() {
    let rig = Rig::start().await;
    assert_eq!(rig.app.clear_bodies(Empty {}).await.unwrap().removed, 0);
    capture(&rig, DEFAULT, 60).await;
    rig.chats(MODEL, 3).await;
    assert_eq!(kept(&rig).await, [true; 3]);
    assert_eq!(rig.app.clear_bodies(Empty {}).await.unwrap().removed, 3);
    assert_eq!(kept(&rig).await, [false; 3]);
    rig.chats(MODEL, 1).await;
    assert_eq!(kept(&rig).await, [false, false, false, true], "it goes on");
    assert_eq!(assert_balanced(rig.folder()), 4);
}

/// Also what had finished a moment ago and was not on disk yet.
#[tokio::test]
async fn clearing_the_log_takes_the_bodies_along() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    rig.chats(MODEL, 3).await;
    rig.idle().await;
    assert_eq!(rig.app.clear_requests(Empty {}).await.unwrap().removed, 3);
    assert_eq!(usage_number(rig.folder(), COUNT), 0);
}

#[tokio::test]
async fn the_limits_of_the_log_take_the_bodies_along() {
    let rig = Rig::start().await;
    capture(&rig, DEFAULT, 60).await;
    rig.chats(MODEL, 5).await;
    assert_eq!(kept(&rig).await, [true; 5]);
    let folder = rig.folder().to_owned();
    let limit = Retention {
        rows: 2,
        ..Retention::default()
    };
    let retaining = tokio::task::spawn_blocking(move || {
        let (store, _) = Store::open(&folder, Arc::new(SystemClock::new())).expect("it opens");
        store.retain(&limit).expect("rows go").removed
    });
    assert_eq!(retaining.await.unwrap(), 3);
    assert_eq!(kept(&rig).await, [true; 2]);
    assert_eq!(usage_number(rig.folder(), COUNT), 2);
    let orphans = "SELECT count(*) FROM bodies WHERE request NOT IN (SELECT id FROM requests)";
    assert_eq!(usage_number(rig.folder(), orphans), 0);
}

/// Senseless limits are refused.
#[tokio::test]
async fn limits_of_bodies_are_checked() {
    let rig = Rig::start().await;
    let patches = [
        SettingsPatch {
            capture_body_kib: Some(0),
            ..SettingsPatch::default()
        },
        SettingsPatch {
            capture_mib: Some(1_025),
            ..SettingsPatch::default()
        },
        SettingsPatch {
            capture_hours: Some(721),
            ..SettingsPatch::default()
        },
    ];
    for patch in patches {
        let error = rig.app.update_settings(patch).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidSetting);
    }
}
