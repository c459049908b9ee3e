//! What refusals teach about an account's limits.

use super::*;

/// Sends so many requests to whoever the pool picks, all answered, and counts
/// those of account "a".
fn send(pool: &Pool, ms: u64, requests: usize) -> usize {
    let mut to_a = 0;
    for _ in 0..requests {
        let lease = pick(pool, ms).unwrap();
        let _settled = settle(pool, ms, &lease, Class::Success);
        to_a += usize::from(lease.account().as_str() == "a");
    }
    to_a
}

/// Account "a" is preferred and takes ten requests a minute.
fn learnt() -> Pool {
    let pool = pool_with(Strategy::FillFirst, &["a", "b"]);
    assert_eq!(send(&pool, 0, 5) + send(&pool, 30_000, 5), 10);
    let lease = pick(&pool, 31_000).unwrap();
    assert_eq!(lease.account().as_str(), "a");
    let _settled = settle(&pool, 31_000, &lease, limited(RateWindow::Minute, None));
    pool
}

#[test]
fn the_first_refusal_tells_when_there_is_room_again() {
    let pool = learnt();
    // The first five leave their minute, not a minute from the refusal on.
    assert_eq!(kept_away_ms(&pool, 31_000, "a"), 31_000);
    assert_eq!(send(&pool, 61_999, 3), 0);
    let lease = pick(&pool, 62_000).unwrap();
    assert_eq!(lease.account().as_str(), "a");
    assert!(!lease.is_probe());
    let _settled = settle(&pool, 62_000, &lease, Class::Success);
}

#[test]
fn what_was_learnt_is_not_exceeded_while_others_serve() {
    let pool = learnt();
    // Six of the last minute count still: five answered and the refused one.
    assert_eq!(send(&pool, 62_000, 20), 4);
    assert_eq!(send(&pool, 91_000, 20), 0);
    // Now those of the half minute are gone, and with them the refused one.
    assert_eq!(send(&pool, 93_000, 20), 6);
    assert_eq!(send(&pool, 124_000, 20), 4);
    for ms in [62_000, 93_000, 124_000] {
        assert!(view_of(&pool, ms, "a").cooling.is_empty());
    }
}

#[test]
fn an_estimate_shuts_nobody_out_and_answers_raise_it() {
    let pool = learnt();
    let tried = ["b".into()];
    let rest = Demand {
        tried_accounts: &tried,
        ..demand(MODEL)
    };
    for _ in 0..16 {
        let lease = pool.pick(at(62_000), &rest).unwrap();
        assert!(!lease.is_probe());
        let _settled = settle(&pool, 62_000, &lease, Class::Success);
    }
    // Six before and sixteen now: it takes twelve more than was thought.
    assert_eq!(send(&pool, 124_000, 40), 22);
}

#[test]
fn several_that_were_under_way_are_counted_off() {
    let pool = pool_with(Strategy::FillFirst, &["a", "b"]);
    let _sent = send(&pool, 0, 10);
    let leases: Vec<Lease> = (0..4).map(|_| pick(&pool, 1_000).unwrap()).collect();
    for lease in &leases {
        let _settled = settle(&pool, 1_100, lease, limited(RateWindow::Minute, None));
    }
    drop(leases);
    assert_eq!(send(&pool, 64_000, 30), 10);
}

#[test]
fn what_was_learnt_is_forgotten_after_ten_minutes() {
    let pool = learnt();
    assert_eq!(send(&pool, 700_000, 30), 30);
}

#[test]
fn too_few_requests_teach_nothing() {
    let pool = pool_with(Strategy::FillFirst, &["a", "b"]);
    let _sent = send(&pool, 0, 1);
    let lease = pick(&pool, 30_000).unwrap();
    let _settled = settle(&pool, 30_000, &lease, limited(RateWindow::Minute, None));
    let length = kept_away_ms(&pool, 30_000, "a");
    assert!((60_000..=66_000).contains(&length), "{length}");
    assert_eq!(send(&pool, 100_000, 30), 30);
}

/// Somebody else may be using the account as well.
#[test]
fn refusals_in_a_row_are_believed_less_and_less() {
    let pool = learnt();
    let mut ms = 62_000;
    let mut lengths = Vec::new();
    for _ in 0..3 {
        let lease = lease_of(&pool, ms, MODEL, "a");
        let _settled = settle(&pool, ms, &lease, limited(RateWindow::Minute, None));
        let length = kept_away_ms(&pool, ms, "a");
        lengths.push(length);
        ms += u64::try_from(length).unwrap();
    }
    // What was sent half a minute ago leaves in thirty seconds: twice that, and
    // then a window, since almost nothing was sent of late.
    assert_eq!(lengths[0], 60_000);
    for length in lengths {
        assert!((60_000..=66_000).contains(&length), "{length}");
    }
}

#[test]
fn retry_after_goes_before_what_is_known() {
    let pool = pool_with(Strategy::FillFirst, &["a", "b"]);
    let _sent = send(&pool, 0, 10);
    let lease = pick(&pool, 30_000).unwrap();
    let _settled = settle(&pool, 30_000, &lease, limited(RateWindow::Minute, Some(5)));
    let length = kept_away_ms(&pool, 30_000, "a");
    assert!((5_000..=5_500).contains(&length), "{length}");
}
