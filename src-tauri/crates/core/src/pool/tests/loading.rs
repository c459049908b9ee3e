//! Members come and go while requests run.

use super::*;

#[test]
fn what_stays_keeps_its_leases_and_what_was_learnt() {
    let pool = pool_of(&["a", "b"]);
    let held = lease_of(&pool, 0, MODEL, "a");
    let limit = lease_of(&pool, 0, MODEL, "b");
    let _settled = settle(&pool, 0, &limit, limited(RateWindow::Minute, None));
    drop(limit);
    let renamed = Member {
        label: "new name".into(),
        ..member("a", "a")
    };
    pool.load(
        vec![member("b", "b"), renamed, member("c", "c")],
        vec![seed("a", Some(5))],
        at(1),
    );
    let view = view_of(&pool, 1, "a");
    assert_eq!((view.in_flight, &*view.label), (1, "new name"));
    assert_eq!(view.balance_nano, Some(5));
    assert_eq!(view_of(&pool, 1, "b").cooling.len(), 1);
    let _settled = settle(&pool, 1, &held, Class::AccountExhausted);
    drop(held);
    assert_eq!(view_of(&pool, 1, "a").in_flight, 0);
    assert_eq!(state_of(&pool, 1, "a"), KeyState::Exhausted);
    // A reload does not forgive.
    pool.load(vec![member("a", "a")], vec![seed("a", None)], at(2));
    assert_eq!(state_of(&pool, 2, "a"), KeyState::Exhausted);
    assert_eq!(view_of(&pool, 2, "a").balance_nano, Some(5));
}

#[test]
fn switching_off_and_on_keeps_the_state() {
    let pool = pool_of(&["a"]);
    let lease = pick(&pool, 0).unwrap();
    let _settled = settle(&pool, 0, &lease, Class::KeyUnauthorized);
    let _changes = pool.confirm_unauthorized(at(0), &"a".into());
    let off = Member {
        enabled: false,
        ..member("a", "a")
    };
    pool.load(vec![off], Vec::new(), at(0));
    assert_eq!(state_of(&pool, 0, "a"), KeyState::Disabled);
    pool.load(vec![member("a", "a")], Vec::new(), at(0));
    assert_eq!(state_of(&pool, 0, "a"), KeyState::Unauthorized);
}

#[test]
fn a_secret_that_becomes_readable_serves() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let locked = Member {
        secret: None,
        ..member("a", "a")
    };
    pool.load(vec![locked], Vec::new(), at(0));
    assert_eq!(state_of(&pool, 0, "a"), KeyState::Unreadable);
    pool.load(vec![member("a", "a")], Vec::new(), at(0));
    assert!(pick(&pool, 0).is_ok());
}

#[test]
fn a_key_stands_in_the_pool_once() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let members = vec![member("a", "a"), member("a", "b")];
    pool.load(members, Vec::new(), at(0));
    assert_eq!(pool.counts(at(0)).total, 1);
}

fn remembered(until_ms: i64) -> Condition {
    Condition {
        text: "from before".to_owned(),
        status: Some(429),
        since_ms: START - 1_000,
        next_retry_ms: Some(until_ms),
        ..Condition::default()
    }
}

/// State survives a restart, and ends when it was to end.
#[test]
fn coolings_from_before_are_taken_up() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let seed = AccountSeed {
        cooling: vec![
            (MODEL.to_owned(), remembered(START + 30_000)),
            (OTHER_MODEL.to_owned(), remembered(START - 1)),
            ("far".to_owned(), remembered(i64::MAX)),
        ],
        ..seed("a", None)
    };
    pool.load(vec![member("a", "a"), member("b", "b")], vec![seed], at(0));
    for _ in 0..2 {
        assert_eq!(pick(&pool, 29_999).unwrap().key().as_str(), "b");
    }
    assert_eq!(pick(&pool, 30_000).unwrap().key().as_str(), "a");
    let lease = pool.pick(at(0), &demand(OTHER_MODEL)).unwrap();
    assert_eq!(lease.key().as_str(), "b");
    assert_eq!(
        pool.pick(at(0), &demand(OTHER_MODEL))
            .unwrap()
            .key()
            .as_str(),
        "a"
    );
    // Nothing is kept away for ever by a wrong clock.
    let far = pool.pick(at(25 * 3_600_000), &demand("far"));
    assert!(!far.unwrap().is_probe());
}

#[test]
fn an_exhausted_account_from_before_is_tried_when_it_was_to_be() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let seed = AccountSeed {
        state: KeyState::Exhausted,
        condition: Some(remembered(START + 120_000)),
        ..seed("a", None)
    };
    pool.load(vec![member("a", "a"), member("b", "b")], vec![seed], at(0));
    let view = view_of(&pool, 0, "a");
    assert_eq!(view.state, KeyState::Exhausted);
    assert_eq!(view.condition.unwrap().text, "from before");
    assert_eq!(pick(&pool, 119_999).unwrap().key().as_str(), "b");
    let probe = pick(&pool, 120_000).unwrap();
    assert!(probe.is_probe());
    assert_eq!(probe.key().as_str(), "a");
}

#[test]
fn an_exhausted_account_without_a_date_is_tried_at_once() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let seed = AccountSeed {
        state: KeyState::Exhausted,
        ..seed("a", None)
    };
    pool.load(vec![member("a", "a")], vec![seed], at(0));
    assert!(pick(&pool, 0).unwrap().is_probe());
}

/// The request under way counts for the account that it was sent to.
#[test]
fn a_key_may_move_to_another_account_while_it_is_lent() {
    let pool = pool_of(&["a", "b"]);
    pool.set_max_concurrency(Some(1));
    let held = lease_of(&pool, 0, MODEL, "a");
    let moved = vec![member("a", "b"), member("a2", "a"), member("b", "b")];
    pool.load(moved, Vec::new(), at(1));
    assert_eq!(view_of(&pool, 1, "a").in_flight, 1);
    let other = pick(&pool, 1).unwrap();
    assert_eq!(other.account().as_str(), "b", "a has its fill");
    assert_eq!(pick(&pool, 1).unwrap_err(), NoKey::Busy);
    drop(held);
    assert_eq!(pick(&pool, 2).unwrap().key().as_str(), "a2");
    drop(other);
    for view in pool.views(at(2)) {
        assert_eq!(view.in_flight, 0);
    }
}

#[test]
fn a_lease_of_what_was_removed_and_added_again_counts_for_nobody() {
    let pool = pool_of(&["a"]);
    let held = pick(&pool, 0).unwrap();
    pool.load(vec![member("b", "b")], Vec::new(), at(1));
    pool.load(vec![member("a", "a")], Vec::new(), at(2));
    let anew = pick(&pool, 2).unwrap();
    drop(held);
    assert_eq!(view_of(&pool, 2, "a").in_flight, 1);
    drop(anew);
    assert_eq!(view_of(&pool, 2, "a").in_flight, 0);
}

/// F44: keys come and go while requests run.
#[test]
fn edits_under_load_lose_nothing() {
    let pool = pool_of(&["a", "b", "c", "d"]);
    pool.set_max_concurrency(Some(3));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for round in 0..1_000 {
                    let turn = Demand {
                        session: Some(round % 7),
                        ..demand(MODEL)
                    };
                    // "a" is never removed.
                    let lease = pool.pick(at(round), &turn).unwrap();
                    let _settled = settle(&pool, round, &lease, Class::Success);
                }
            });
        }
        for edit in 0..300 {
            let names = &["a", "b", "c", "d"][..=edit % 4];
            let members = names.iter().map(|name| member(name, name)).collect();
            pool.load(members, Vec::new(), at(0));
            pool.set_strategy(Strategy::ALL[edit % 5]);
            pool.set_balance(&"b".into(), i64::try_from(edit).ok());
        }
    });
    for view in pool.views(at(0)) {
        assert_eq!(view.in_flight, 0);
    }
}
