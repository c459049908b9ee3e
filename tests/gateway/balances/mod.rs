//! Balances that stay honest, and the refreshing of keys and balances (D5).

mod estimates;
mod exhausted;
mod gone;
mod limits;
mod monitoring;
mod notices;
mod refresh;
mod routes;
mod schedule;

use flowkeep_contract::{
    Event, ImportKeysRequest, KeyList, KeyView, RefreshReport, RefreshRequest, SetBalanceRequest,
};
use flowkeep_simulator::{Behaviour, Scope, UserInfoMode, sample_key};
use flowkeep_tests::{PATIENCE, Rig, RigOptions};
use tokio::sync::broadcast::Receiver;

const NANO: i64 = 1_000_000_000;
const MODELS: &str = "/v1/models";
const USER_INFO: &str = "/v1/user/info";

/// The sample accounts at a site that has prices.
fn priced() -> RigOptions {
    RigOptions {
        // Nobody lives there; it makes the simulator siliconflow.cn.
        com: Some("http://127.0.0.1:9/v1".to_owned()),
        ..RigOptions::default()
    }
}

fn key<'a>(keys: &'a KeyList, label: &str) -> &'a KeyView {
    let found = keys.keys.iter().find(|key| key.label == label);
    found.expect("a key of that label")
}

async fn refresh(rig: &Rig) -> RefreshReport {
    let report = rig.app.refresh(RefreshRequest::default()).await;
    report.expect("a refresh")
}

async fn import(rig: &Rig, lines: &[&str]) {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
            format!("{} {name} {rest}", sample_key(name))
        })
        .collect();
    let request = ImportKeysRequest {
        text: lines.join("\n"),
        validate: false,
        force: true,
    };
    rig.app.import_keys(request).await.expect("an import");
}

async fn set_balance(rig: &Rig, label: &str, nano: Option<i64>) {
    let request = SetBalanceRequest {
        account_id: key(&rig.keys().await, label).account_id.clone(),
        nano,
        currency: None,
    };
    rig.app.set_balance(request).await.expect("a balance");
}

/// `GET /user/info` as it was before 2026-08-14.
fn tell_balances(rig: &Rig) {
    rig.simulator.set_user_info_mode(UserInfoMode::Legacy200);
}

fn on_route(rig: &Rig, path: &str, behaviour: Behaviour) {
    rig.simulator
        .set_behaviour(Scope::Route(path.to_owned()), behaviour);
}

/// The next event that is wanted.
async fn event(events: &mut Receiver<Event>, wanted: impl Fn(&Event) -> bool) -> Event {
    let next = async {
        loop {
            let event = events.recv().await.expect("no event is missed");
            if wanted(&event) {
                return event;
            }
        }
    };
    let event = tokio::time::timeout(PATIENCE, next).await;
    event.expect("the event comes")
}
