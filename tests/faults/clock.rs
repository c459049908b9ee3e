//! F38: the wall clock jumps. What is waited for is not: cooling down, backing
//! off and latencies run on the monotonic clock. What is written down stays
//! consistent with itself, at whatever time it seems to have happened.

use std::sync::Arc;

use flowkeep_contract::KeyState;
use flowkeep_core::clock::ManualClock;
use flowkeep_simulator::{Account, Behaviour, Scope, sample_key};
use flowkeep_tests::books::{assert_balanced, usage_number};
use flowkeep_tests::{MODEL, PATIENCE, Rig, RigOptions, Seen};

use crate::ledger::{by_hand, is_unpenalised, key, of};

const DAY_MS: i64 = 24 * 3_600_000;
const MINUTE_MS: u64 = 60_000;

async fn ask(rig: &Rig, times: usize, clients: &mut Vec<Seen>) {
    for _ in 0..times {
        clients.push(rig.ask_chat(MODEL, false).await);
    }
}

/// Forth, back and forth again: an account that cools down for a minute does so
/// for a minute that passes.
#[tokio::test]
async fn a_cooling_lasts_as_long_as_it_was_said_to() {
    let (clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    let limited = Behaviour::Status {
        status: 429,
        body: None,
        retry_after: Some(60),
    };
    rig.simulator
        .set_behaviour(Scope::Account("alpha".into()), limited);
    let mut clients = Vec::new();
    ask(&rig, 6, &mut clients).await;
    rig.simulator.clear_behaviours();
    for jump_ms in [DAY_MS, -2 * DAY_MS, 3 * DAY_MS, -DAY_MS] {
        clock.jump_wall_ms(jump_ms);
        ask(&rig, 6, &mut clients).await;
        let keys = rig.keys().await;
        assert_eq!(key(&keys, "alpha").cooling.len(), 1, "{jump_ms}");
        let hits = rig.upstream_hits().await;
        assert_eq!(of(&hits, "alpha").len(), 1, "{jump_ms}: it came back early");
    }
    // And the few seconds that chance adds.
    clock.advance_ms(MINUTE_MS + 10_000);
    ask(&rig, 6, &mut clients).await;
    assert!(of(&rig.upstream_hits().await, "alpha").len() > 1);
    assert!(is_unpenalised(&rig.keys().await));
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    assert_balanced(rig.folder());
}

/// An account without balance is asked again when its time has come, not when
/// the clock says so.
#[tokio::test]
async fn an_exhausted_account_is_not_asked_early_and_not_forgotten() {
    let poor = Account::new("poor", sample_key("poor")).with_balance(0, 0);
    let rich = Account::new("rich", sample_key("rich"));
    let (clock, options) = by_hand(RigOptions::with_accounts(vec![poor, rich]));
    let rig = Rig::with(options).await;
    let mut clients = Vec::new();
    ask(&rig, 4, &mut clients).await;
    let asked = async || of(&rig.upstream_hits().await, "poor").len();
    assert_eq!(asked().await, 1);
    for (jump_ms, total) in [(DAY_MS, 2), (-3 * DAY_MS, 3)] {
        clock.jump_wall_ms(jump_ms);
        ask(&rig, 3, &mut clients).await;
        assert_eq!(asked().await, total - 1, "not due after {jump_ms}");
        // Longer than the backoff, which doubles.
        clock.advance_ms(45 * MINUTE_MS);
        ask(&rig, 3, &mut clients).await;
        assert_eq!(asked().await, total, "due");
        let keys = rig.keys().await;
        assert_eq!(key(&keys, "poor").state, KeyState::Exhausted);
    }
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
}

/// One request, in the middle of which the clock jumps. Returns how long it took
/// by its row, and until its first byte.
async fn interrupted_by(jump_ms: i64, rig: &Rig, clock: &Arc<ManualClock>) -> (i64, i64) {
    let before = rig.rows().await.len();
    let ledger = rig.simulator.ledger();
    ledger.clear();
    let arrived = async {
        let is_there = |entries: &[flowkeep_simulator::Entry]| !entries.is_empty();
        assert!(ledger.wait_for(is_there, PATIENCE).await);
        clock.jump_wall_ms(jump_ms);
        clock.advance_ms(250);
    };
    let (seen, ()) = tokio::join!(rig.ask_chat("sim/delay:300", false), arrived);
    assert!(seen.is_whole(), "{}", seen.text());
    let rows = rig.settled_rows().await;
    assert_eq!(rows.len(), before + 1);
    let row = rows.into_iter().last().unwrap();
    let first_byte = row.first_byte_ms.expect("it had one");
    (row.duration_ms, first_byte)
}

#[tokio::test]
async fn no_latency_is_negative_or_a_day_long() {
    let (clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    for jump_ms in [DAY_MS, -DAY_MS, -90 * DAY_MS] {
        let latencies = interrupted_by(jump_ms, &rig, &clock).await;
        assert_eq!(latencies, (250, 250), "{jump_ms}");
    }
    assert_balanced(rig.folder());
}

/// Across midnight and back again, across the changes of summer time in Europe
/// and America, a leap second, the turn of a year, and before 1970: every
/// request stands in the hour that its row says, once.
#[tokio::test]
async fn the_sums_stay_those_of_the_rows() {
    // One second before each, in UTC.
    let moments = [
        1_790_812_799_000, // 2026-09-30 23:59:59
        1_792_889_999_000, // 2026-10-25 00:59:59
        1_793_512_799_000, // 2026-11-01 05:59:59
        1_483_228_799_000, // 2016-12-31 23:59:59
        1_798_761_599_000, // 2026-12-31 23:59:59
        -1_000,            // 1969-12-31 23:59:59
        1_790_812_799_000,
    ];
    let (clock, options) = by_hand(RigOptions::default());
    let rig = Rig::with(options).await;
    let mut now_ms = 1_780_000_000_000;
    let mut clients = Vec::new();
    for moment in moments {
        clock.jump_wall_ms(moment - now_ms);
        ask(&rig, 2, &mut clients).await;
        clock.advance_ms(2_000);
        ask(&rig, 2, &mut clients).await;
        // The clock is put right: the same second once more.
        clock.jump_wall_ms(-2_000);
        ask(&rig, 1, &mut clients).await;
        now_ms = moment;
    }
    assert!(clients.iter().all(Seen::is_whole));
    rig.agree(&clients).await;
    let calls = i64::try_from(clients.len()).unwrap();
    assert_eq!(assert_balanced(rig.folder()), calls);
    let hours = "SELECT count(DISTINCT hour) FROM usage_hourly";
    // Two hours of each moment; before 1970 there is only the first of all.
    assert_eq!(usage_number(rig.folder(), hours), 2 * 6 - 1);
    let before = "SELECT count(*) FROM requests WHERE started_at_ms < 0 OR duration_ms < 0";
    assert_eq!(usage_number(rig.folder(), before), 0);
}
