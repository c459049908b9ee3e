use flowkeep_contract::{
    GatewayState, GatewayStatus, Host, KeyCounts, VaultKind, VaultState, VaultStatus,
};
use flowkeep_core::settings::Language;

use super::{Look, Mood};

fn status(gateway: GatewayState, keys: KeyCounts) -> GatewayStatus {
    GatewayStatus {
        host: Host::Desktop,
        version: "0.1.0".to_owned(),
        gateway,
        base_url: "http://localhost:7898/v1".to_owned(),
        upstream: "https://api.siliconflow.cn/v1".to_owned(),
        token_required: true,
        keys,
        vault: VaultStatus {
            kind: VaultKind::Keychain,
            state: VaultState::Ready,
            warning: None,
        },
        in_flight: 0,
        dropped_records: 0,
        storage_trouble: None,
        started_at_ms: 0,
    }
}

fn look(gateway: GatewayState, total: u32, usable: u32) -> Look {
    let keys = KeyCounts {
        total,
        usable,
        ..KeyCounts::default()
    };
    Look::of(&status(gateway, keys), Language::En)
}

#[test]
fn the_state_line_says_state_and_address() {
    let running = look(GatewayState::Running, 2, 1);
    assert_eq!(running.state, "Running · http://localhost:7898/v1");
    assert_eq!(running.mood, Mood::Running);
    assert!(!running.paused);
}

#[test]
fn a_gateway_that_can_answer_nothing_calls_for_help() {
    assert_eq!(look(GatewayState::Running, 0, 0).mood, Mood::Alert);
    assert_eq!(
        look(GatewayState::Running, 0, 0).state,
        "No keys · http://localhost:7898/v1"
    );
    assert_eq!(look(GatewayState::Running, 2, 0).mood, Mood::Alert);
    let taken = GatewayState::PortTaken {
        port: 7898,
        holder: None,
    };
    assert_eq!(look(taken, 2, 2).mood, Mood::Alert);
    let failed = GatewayState::Failed {
        message: "no".to_owned(),
    };
    assert_eq!(look(failed, 2, 2).mood, Mood::Alert);
}

#[test]
fn paused_offers_to_resume() {
    let paused = look(GatewayState::Paused, 2, 2);
    assert_eq!(paused.mood, Mood::Paused);
    assert!(paused.paused);
}
