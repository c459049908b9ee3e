//! Conversations and their accounts.

use std::collections::HashSet;

use super::*;

const HOUR_MS: u64 = 3_600_000;

fn talk(pool: &Pool, ms: u64, session: u64) -> Lease {
    let demand = Demand {
        session: Some(session),
        ..demand(MODEL)
    };
    pool.pick(at(ms), &demand).unwrap()
}

fn account_of(pool: &Pool, ms: u64, session: u64) -> String {
    talk(pool, ms, session).account().to_string()
}

#[test]
fn a_conversation_stays_whatever_the_strategy_would_do() {
    for strategy in Strategy::ALL {
        let pool = pool_with(strategy, &["a", "b", "c"]);
        let mine = account_of(&pool, 0, 7);
        for turn in 1..30_u64 {
            let _other = account_of(&pool, turn, 1_000 + turn);
            let lease = talk(&pool, turn, 7);
            assert_eq!(lease.account().as_str(), mine, "{strategy}");
            assert_eq!(lease.choice(), Choice::Session);
        }
        pool.set_strategy(Strategy::RoundRobin);
        assert_eq!(account_of(&pool, 40, 7), mine);
    }
}

#[test]
fn new_conversations_are_spread() {
    let pool = pool_of(&["a", "b", "c"]);
    let accounts: HashSet<String> = (0..3).map(|one| account_of(&pool, 0, one)).collect();
    assert_eq!(accounts.len(), 3);
}

/// Done when 3: the account is revoked, the conversation moves once and stays.
#[test]
fn a_hard_failure_moves_the_conversation_once() {
    let failures = [
        Class::AccountExhausted,
        Class::AccountRestricted,
        Class::ModelRestricted,
        Class::KeyUnauthorized,
        limited(RateWindow::Minute, None),
    ];
    for class in failures {
        let pool = pool_of(&["a", "b", "c"]);
        let before = talk(&pool, 0, 7);
        let _settled = settle(&pool, 0, &before, class);
        let tried = [before.account().clone()];
        let keys = [before.key().clone()];
        let is_key = class == Class::KeyUnauthorized;
        let again = Demand {
            session: Some(7),
            tried_accounts: if is_key { &[] } else { &tried },
            tried_keys: if is_key { &keys } else { &[] },
            ..demand(MODEL)
        };
        let moved = pool.pick(at(0), &again).unwrap().account().to_string();
        assert_ne!(moved, before.account().as_str());
        if is_key {
            let _changes = pool.confirm_unauthorized(at(1), before.key());
        }
        for ms in [1, 10_000, 50_000, 200_000, 1_000_000] {
            assert_eq!(account_of(&pool, ms, 7), moved, "{class:?} after {ms} ms");
        }
    }
}

#[test]
fn a_cooling_on_one_model_moves_no_conversation_about_another() {
    let pool = pool_of(&["a", "b"]);
    let before = talk(&pool, 0, 7);
    let _settled = settle_on(
        &pool,
        0,
        (&before, OTHER_MODEL),
        limited(RateWindow::Minute, None),
    );
    assert_eq!(account_of(&pool, 1, 7), before.account().as_str());
}

#[test]
fn what_is_not_the_accounts_fault_moves_nothing() {
    for class in [
        Class::UpstreamFailed,
        Class::Broken,
        Class::NoAnswer,
        Class::TimedOut,
    ] {
        let pool = pool_of(&["a", "b"]);
        let before = talk(&pool, 0, 7);
        let _settled = settle(&pool, 0, &before, class);
        let tried = [before.account().clone()];
        let again = Demand {
            session: Some(7),
            tried_accounts: &tried,
            ..demand(MODEL)
        };
        let elsewhere = pool.pick(at(0), &again).unwrap();
        assert_ne!(elsewhere.account(), before.account());
        assert_eq!(
            account_of(&pool, 1, 7),
            before.account().as_str(),
            "{class:?}"
        );
    }
}

#[test]
fn an_account_with_its_fill_is_passed_over_for_once() {
    let pool = pool_of(&["a", "b"]);
    pool.set_max_concurrency(Some(1));
    let first = talk(&pool, 0, 7);
    let home = first.account().to_string();
    let second = talk(&pool, 0, 7);
    assert_ne!(second.account().as_str(), home);
    drop((first, second));
    for ms in 1..4 {
        assert_eq!(account_of(&pool, ms, 7), home);
    }
}

#[test]
fn a_conversation_is_forgotten_after_an_hour_of_silence() {
    let pool = pool_of(&["a", "b"]);
    let home = account_of(&pool, 0, 7);
    assert_eq!(account_of(&pool, HOUR_MS - 1_000, 7), home, "still known");
    assert_eq!(account_of(&pool, 2 * HOUR_MS - 2_000, 7), home, "and again");
    assert_eq!(pool.sessions(at(2 * HOUR_MS)), 1);
    let later = 4 * HOUR_MS;
    assert_eq!(pool.sessions(at(later)), 0);
    assert_eq!(talk(&pool, later, 7).choice(), Choice::Strategy);
}

#[test]
fn the_memory_is_bounded_and_keeps_the_latest() {
    let pool = pool_of(&["a", "b", "c"]);
    let spread = |one: u64| one.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for one in 1..300_000 {
        let _lease = talk(&pool, one, spread(one));
    }
    let kept = pool.sessions(at(300_000));
    assert!((60_000..=100_000).contains(&kept), "{kept}");
    for one in 299_000..300_000 {
        assert_eq!(talk(&pool, 300_000, spread(one)).choice(), Choice::Session);
    }
    // Zero is a session as well.
    let home = account_of(&pool, 300_000, 0);
    assert_eq!(account_of(&pool, 300_000, 0), home);
}

#[test]
fn edits_of_the_pool_move_nothing_but_what_they_remove() {
    let pool = pool_of(&["a", "b", "c"]);
    let homes: Vec<String> = (0..6).map(|one| account_of(&pool, 0, one)).collect();
    let members = ["d", "c", "b"].map(|name| member(name, name)).to_vec();
    pool.load(members, Vec::new(), at(1));
    for (one, home) in (0..6).zip(&homes) {
        let lease = talk(&pool, 2, one);
        if home == "a" {
            assert_eq!(lease.choice(), Choice::Strategy);
        } else {
            assert_eq!(lease.account().as_str(), home);
        }
    }
}

#[test]
fn a_request_for_an_owner_is_no_turn_of_a_conversation() {
    let pool = pool_of(&["a", "b"]);
    let home = account_of(&pool, 0, 7);
    let other: AccountId = if home == "a" { "b" } else { "a" }.into();
    let owner = Demand {
        session: Some(7),
        only: Some(&other),
        ..demand(MODEL)
    };
    assert_eq!(pool.pick(at(0), &owner).unwrap().account(), &other);
    assert_eq!(account_of(&pool, 1, 7), home);
}

/// A probe is for those that have no home to lose.
#[test]
fn a_conversation_is_not_used_to_try_who_is_due() {
    let pool = pool_of(&["a", "b"]);
    let home = account_of(&pool, 0, 7);
    let other = if home == "a" { "b" } else { "a" };
    let lease = lease_of(&pool, 0, MODEL, other);
    let _settled = settle(&pool, 0, &lease, Class::AccountExhausted);
    let due = 20 * 60_000;
    assert_eq!(account_of(&pool, due, 7), home);
    assert!(pick(&pool, due).unwrap().is_probe());
}
