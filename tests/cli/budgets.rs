//! Prices that are set, and costs that are computed anew, beside a running gateway:
//! what it has in its memory follows.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_contract::{Budget, ClientLimits, Empty, SettingsPatch, UpdateClientRequest};
use flowkeep_core::clock::ManualClock;
use flowkeep_core::vault::VaultChoice;
use flowkeep_tests::books::assert_balanced;
use flowkeep_tests::{Rig, RigOptions};
use serde_json::Value;

use crate::program::{PATIENCE, flowkeep, run};
use crate::world::MODEL;

/// Nobody is there, and nobody is asked: it makes the upstream play .cn.
const NOWHERE: &str = "http://127.0.0.1:9/v1";
/// 2026-11-20 12:00 UTC, far from midnight in every zone from -11 to +11, and from the
/// turn of a month. The gateway stays there: no day ends in the middle of a test.
const NOON: i64 = 1_795_176_000_000;
/// Prices anew what began then.
const RECOMPUTE: [&str; 5] = ["recompute", "--from", "2026-11-19", "--to", "2026-11-21"];
/// ¥5 a day.
const LIMIT: i64 = 5_000_000_000;

/// A gateway in this process, on siliconflow.cn, whose vault others can open.
async fn gateway() -> Rig {
    let rig = Rig::with(RigOptions {
        com: Some(NOWHERE.to_owned()),
        vault: VaultChoice::File,
        clock: Some(Arc::new(ManualClock::at(NOON))),
        ..RigOptions::default()
    })
    .await;
    // The commands have the real clock, by which the rows grow old one day.
    let kept = SettingsPatch {
        retention_days: Some(0),
        ..SettingsPatch::default()
    };
    rig.app.update_settings(kept).await.expect("settings");
    rig
}

fn prices(rig: &Rig, words: &[&str]) -> Command {
    let folder: &Path = rig.folder();
    let mut command = flowkeep(&[&["prices"], words].concat());
    command.args(["--vault", "file", "--upstream", &rig.simulator.base_url()]);
    command.arg("--data-dir").arg(folder).env("HOME", folder);
    command
}

fn done(rig: &Rig, words: &[&str]) -> String {
    let ended = run(&mut prices(rig, words));
    assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
    ended.stdout
}

/// So much for a million tokens of the model.
fn set(rig: &Rig, amount: &str) {
    let words = ["set", MODEL, "--site", "cn", "--input", amount];
    done(rig, &[&words[..], &["--output", amount]].concat());
}

async fn limit(rig: &Rig) {
    let request = UpdateClientRequest {
        id: "default".to_owned(),
        limits: Some(ClientLimits {
            budget: Some(Budget {
                currency: "CNY".to_owned(),
                day_nano: Some(LIMIT),
                month_nano: Some(LIMIT),
            }),
            ..ClientLimits::default()
        }),
        ..UpdateClientRequest::default()
    };
    rig.app.update_client(request).await.expect("a budget");
}

/// What the gateway says that the default token has spent this month.
async fn spent(rig: &Rig) -> i64 {
    let list = rig.app.list_clients(Empty {}).await.expect("the tokens");
    let client = list.clients.into_iter().find(|client| client.is_default);
    let spent = client.and_then(|client| client.spent);
    spent.expect("a budget").month_nano
}

/// What the log says that all requests cost.
async fn logged(rig: &Rig) -> i64 {
    let rows = rig.rows().await;
    let costs = rows.iter().filter_map(|row| row.cost.as_ref());
    costs.map(|cost| cost.nano).sum()
}

/// A gateway goes by its own sums, and they are those of the log before and after
/// another process computed the costs anew.
#[tokio::test(flavor = "multi_thread")]
async fn budgets_follow_costs_that_another_process_computed() {
    let rig = gateway().await;
    limit(&rig).await;
    assert_eq!(rig.chats(MODEL, 4).await.count(200), 4);
    let before = logged(&rig).await;
    assert!(before > 0 && before < LIMIT / 100, "{before}");
    assert_eq!(spent(&rig).await, before);

    set(&rig, "1000000");
    let report = done(&rig, &[&RECOMPUTE[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(
        (&report["seen"], &report["changed"]),
        (&4.into(), &4.into())
    );
    let dear = logged(&rig).await;
    assert!(dear > LIMIT, "{dear}");
    becomes(&rig, dear).await;
    assert_eq!(rig.chat(MODEL).await.status(), 429);

    set(&rig, "0");
    done(&rig, &RECOMPUTE);
    becomes(&rig, 0).await;
    assert_eq!(rig.chats(MODEL, 2).await.count(200), 2);
    assert_eq!((spent(&rig).await, logged(&rig).await), (0, 0));
    let folder = rig.stop().await;
    assert_balanced(folder.path());
}

/// Nothing is counted twice or lost while traffic goes on.
#[tokio::test(flavor = "multi_thread")]
async fn budgets_are_right_also_under_traffic() {
    let rig = gateway().await;
    limit(&rig).await;
    assert_eq!(rig.chats(MODEL, 10).await.count(200), 10);
    set(&rig, "3");
    let mut recompute = prices(&rig, &RECOMPUTE);
    let ended = tokio::task::spawn_blocking(move || run(&mut recompute));
    while !ended.is_finished() {
        assert_eq!(rig.chats(MODEL, 5).await.count(200), 5);
    }
    let ended = ended.await.expect("no panic");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(rig.chats(MODEL, 5).await.count(200), 5);
    let whole = logged(&rig).await;
    becomes(&rig, whole).await;
    let folder = rig.stop().await;
    assert_balanced(folder.path());
}

async fn becomes(rig: &Rig, wanted: i64) {
    let begun = Instant::now();
    loop {
        let now = spent(rig).await;
        if now == wanted {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{now} and not {wanted}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
