//! Refreshing by itself.

use flowkeep_contract::SettingsPatch;
use flowkeep_simulator::Entry;
use flowkeep_tests::{PATIENCE, Rig, RigOptions};

use super::MODELS;

fn asked(entries: &[Entry]) -> usize {
    entries.iter().filter(|entry| entry.path == MODELS).count()
}

#[tokio::test]
async fn it_goes_on_by_the_interval() {
    let rig = Rig::with(RigOptions {
        settings: "refresh_interval_s = 1".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let twice = rig
        .simulator
        .ledger()
        .wait_for(|entries| asked(entries) >= 6, PATIENCE)
        .await;
    assert!(twice, "three keys, twice");
    let status = rig.app.refreshing();
    assert_eq!(status.interval_s, 1);
    let last = status.last.expect("one has ended");
    assert_eq!((last.checked, last.valid), (3, 3));
}

/// Off means off, and a change counts at once.
#[tokio::test]
async fn the_interval_is_changed_while_it_runs() {
    let rig = Rig::with(RigOptions {
        settings: "refresh_interval_s = 0".to_owned(),
        ..RigOptions::default()
    })
    .await;
    let patch = |seconds| SettingsPatch {
        refresh_interval_s: Some(seconds),
        ..SettingsPatch::default()
    };
    assert_eq!(rig.app.refreshing().next_at_ms, None);
    rig.app
        .update_settings(patch(3_600))
        .await
        .expect("settings");
    let due_ms = next_at_ms(&rig).await;
    let away_ms = due_ms - rig.app.now().unix_ms;
    assert!((170_000..=361_000).contains(&away_ms), "{away_ms}");
    assert!(rig.hits(MODELS).is_empty());
    rig.app.update_settings(patch(1)).await.expect("settings");
    let once = rig
        .simulator
        .ledger()
        .wait_for(|entries| asked(entries) >= 3, PATIENCE)
        .await;
    assert!(once, "it is due at once");
    rig.app.update_settings(patch(0)).await.expect("settings");
    let begun = std::time::Instant::now();
    while rig.app.refreshing().next_at_ms.is_some() {
        assert!(begun.elapsed() < PATIENCE, "it is off");
        tokio::task::yield_now().await;
    }
}

async fn next_at_ms(rig: &Rig) -> i64 {
    let begun = std::time::Instant::now();
    loop {
        if let Some(at_ms) = rig.app.refreshing().next_at_ms {
            return at_ms;
        }
        assert!(begun.elapsed() < PATIENCE, "it is scheduled");
        tokio::task::yield_now().await;
    }
}
