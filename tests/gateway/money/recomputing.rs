//! Pricing anew as it is watched, cancelled and asked for twice.

use flowkeep_contract::{
    Empty, ErrorCode, Event, RecomputeCostsReport, RecomputeCostsRequest, SetPriceOverridesRequest,
};
use flowkeep_tests::books::assert_balanced;
use serde_json::{from_value, json};
use tokio::sync::broadcast::Receiver;

use super::desk::{Desk, MIDNIGHT, chat, cost};

const CHAT: &str = "/v1/chat/completions";
const V3_2: &str = "deepseek-ai/DeepSeek-V3.2";
/// More than two steps have.
const ROWS: u64 = 1_100;

const ALL: RecomputeCostsRequest = RecomputeCostsRequest {
    from_ms: MIDNIGHT,
    to_ms: MIDNIGHT + 1,
};

/// A log of some steps, and a price that changes all of it.
async fn busy_desk() -> Desk {
    let desk = Desk::open().await;
    for _ in 0..ROWS {
        assert_eq!(desk.ask(CHAT, &chat(V3_2, 10, 5)).await, 200);
    }
    let mine = json!([{"id": "mine", "site": "cn", "model": V3_2,
        "tokens": [{"input": "1", "output": "2"}]}]);
    let request = SetPriceOverridesRequest {
        rows: from_value(mine).unwrap(),
        revision: None,
    };
    desk.rig.app.set_price_overrides(request).await.unwrap();
    desk
}

async fn next_progress(events: &mut Receiver<Event>) -> RecomputeCostsReport {
    loop {
        if let Event::CostsProgress(progress) = events.recv().await.expect("an event") {
            return progress;
        }
    }
}

#[tokio::test]
async fn it_can_be_watched_and_cancelled_and_done_again() {
    let desk = busy_desk().await;
    let app = &desk.rig.app;
    // Nobody is at it: this must not end the next one.
    app.cancel_recompute_costs(Empty {}).await.unwrap();
    let mut events = app.subscribe();
    let (report, progress) = tokio::join!(app.recompute_costs(ALL), async {
        let progress = next_progress(&mut events).await;
        let second = app.recompute_costs(ALL).await.unwrap_err();
        assert_eq!(second.code, ErrorCode::InvalidRequest);
        assert!(second.message.contains("already"), "{}", second.message);
        app.cancel_recompute_costs(Empty {}).await.unwrap();
        progress
    });
    let report = report.unwrap();
    assert_eq!((progress.seen, progress.total), (500, ROWS));
    assert!(!progress.is_cancelled);
    assert!(report.is_cancelled);
    assert!(
        report.seen < ROWS && report.changed == report.seen,
        "{report:?}"
    );
    assert_eq!(next_progress(&mut events).await, report, "the last one");
    let cheap = |row: &_| cost(row) == Some((20_000, "CNY"));
    let rows = desk.rig.rows().await;
    let done = rows.iter().filter(|row| cheap(row)).count();
    assert_eq!(done as u64, report.changed, "what was priced stays priced");
    assert_balanced(desk.rig.folder());

    let report = app.recompute_costs(ALL).await.unwrap();
    assert_eq!((report.seen, report.total), (ROWS, ROWS));
    assert!(!report.is_cancelled);
    assert_eq!(report.changed, ROWS - done as u64);
    assert!(desk.rig.rows().await.iter().all(cheap));
    assert_balanced(desk.rig.folder());
}

/// Three steps take less than the fifth of a second between two tellings.
#[tokio::test]
async fn the_windows_hear_of_the_beginning_and_of_the_end() {
    let desk = busy_desk().await;
    let begun = std::time::Instant::now();
    let mut events = desk.rig.app.subscribe();
    let report = desk.rig.app.recompute_costs(ALL).await.unwrap();
    let fifths = begun.elapsed().as_millis() / 200;
    let told: Vec<_> = std::iter::from_fn(|| events.try_recv().ok())
        .filter_map(|event| match event {
            Event::CostsProgress(progress) => Some(progress),
            _ => None,
        })
        .collect();
    assert_eq!(told.first().map(|progress| progress.seen), Some(500));
    assert_eq!(told.last(), Some(&report));
    assert!(told.len() >= 2, "{told:?}");
    assert!(told.len() as u128 <= fifths + 2, "{told:?}");
    assert!(told.is_sorted_by_key(|progress| progress.seen), "{told:?}");
}

/// What is told at the end is what there was, however it was guessed before.
#[tokio::test]
async fn the_total_is_of_the_time_that_is_asked_for() {
    let desk = Desk::open().await;
    for minute in 0..3 {
        desk.at(0, minute);
        assert_eq!(desk.ask(CHAT, &chat(V3_2, 10, 5)).await, 200);
    }
    let request = RecomputeCostsRequest {
        from_ms: MIDNIGHT,
        to_ms: MIDNIGHT + 60_000,
    };
    let report = desk.rig.app.recompute_costs(request).await.unwrap();
    assert_eq!((report.seen, report.total), (1, 1), "the end is exact");
    let empty = RecomputeCostsRequest {
        from_ms: 0,
        to_ms: MIDNIGHT,
    };
    let report = desk.rig.app.recompute_costs(empty).await.unwrap();
    assert_eq!((report.seen, report.total), (0, 0));
}
