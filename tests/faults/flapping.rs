//! F13: an upstream of which a part of the answers are 503.
//!
//! A failure rate of 30 % needs 43 % more requests to be hidden; the matrix asks
//! for at most 20 %. Both are what `reliability.md` §2.2 promises: three repeats
//! at a time are always allowed, so that the requests of one person all succeed;
//! above that no more than a fifth of what is under way is repeated, so that a
//! failing upstream is never hit by a multiple of the load.

use flowkeep_contract::Outcome;
use flowkeep_simulator::{Behaviour, Scope};
use flowkeep_tests::{MODEL, Rig, Seen};
use futures_util::stream::{self, StreamExt as _};

use crate::ledger::{is_unpenalised, with_status};

/// Requests that fail together, and the part of them that may be repeated.
const CROWD: usize = 60;
const REPEATED: usize = CROWD / 5;

fn flapping() -> Behaviour {
    Behaviour::Flapping {
        status: 503,
        percent: 30,
    }
}

/// One tool's requests, one after the other: none fails, and each failure
/// upstream costs one more request and nobody's standing.
#[tokio::test]
async fn one_client_does_not_notice_a_flapping_upstream() {
    let rig = Rig::start().await;
    rig.simulator.set_behaviour(Scope::All, flapping());
    let mut clients = Vec::new();
    for number in 0..100 {
        clients.push(rig.ask_chat(MODEL, number % 2 == 0).await);
    }
    assert!(clients.iter().all(Seen::is_whole), "no client saw an error");
    let rows = rig.agree(&clients).await;
    assert!(rows.iter().all(|row| row.outcome == Outcome::Success));
    let hits = rig.upstream_hits().await;
    let failed = with_status(&hits, 503);
    assert_eq!(hits.len(), clients.len() + failed, "a repeat per failure");
    assert!(
        (41..=43).contains(&failed),
        "30 % of the requests: {failed}"
    );
    assert!(is_unpenalised(&rig.keys().await));
}

/// Everything fails, for everybody, while all requests are under way: a fifth of
/// them is repeated, the others get the upstream's own answer at once.
#[tokio::test]
async fn no_more_than_a_fifth_is_repeated_at_a_time() {
    let rig = Rig::start().await;
    let late = Behaviour::LateStatus {
        status: 503,
        ms: 1_000,
    };
    rig.simulator.set_behaviour(Scope::All, late);
    let clients: Vec<Seen> = stream::iter(0..CROWD)
        .map(|number| rig.ask_chat(MODEL, number % 2 == 0))
        .buffer_unordered(CROWD)
        .collect()
        .await;
    let repeated = clients.iter().filter(|seen| seen.attempts() > 1).count();
    assert!((1..=REPEATED).contains(&repeated), "{repeated} repeated");
    for seen in &clients {
        assert_eq!((seen.status, seen.error()), (503, ""), "{}", seen.text());
        assert!(seen.attempts() <= 3, "{}", seen.attempts());
    }
    let rows = rig.agree(&clients).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::UpstreamFailed)
    );
    let hits = rig.upstream_hits().await.len();
    assert!(hits <= CROWD + 2 * REPEATED, "{hits} upstream requests");
    assert!(is_unpenalised(&rig.keys().await));
}

/// Many at a time before a flapping upstream: whoever sees an error sees the
/// upstream's own, every repeat follows a failure, and all is well right after.
#[tokio::test]
async fn a_crowd_before_a_flapping_upstream_does_not_multiply_itself() {
    let rig = Rig::start().await;
    rig.simulator.set_behaviour(Scope::All, flapping());
    let mut clients: Vec<Seen> = stream::iter(0..200)
        .map(|number| rig.ask_chat(MODEL, number % 2 == 0))
        .buffer_unordered(20)
        .collect()
        .await;
    let hits = rig.upstream_hits().await;
    let failed = with_status(&hits, 503);
    let errors = clients.iter().filter(|seen| !seen.is_whole());
    let errors = errors.map(|seen| assert_eq!((seen.status, seen.error()), (503, "")));
    assert_eq!(hits.len() - clients.len(), failed - errors.count());
    assert!(is_unpenalised(&rig.keys().await));

    rig.simulator.clear_behaviours();
    for _ in 0..6 {
        let seen = rig.ask_chat(MODEL, false).await;
        assert!(seen.is_whole() && seen.attempts() == 1);
        clients.push(seen);
    }
    rig.agree(&clients).await;
}
