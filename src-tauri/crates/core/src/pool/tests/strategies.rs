//! Who is chosen among those who may serve.

use std::collections::HashMap;

use super::*;

const UNIT: i64 = 1_000_000_000;

fn with_balances(balances: &[(&str, Option<i64>)]) -> Pool {
    let pool = Pool::new(Strategy::HighestBalance, 7);
    let members = balances
        .iter()
        .map(|(name, _)| member(name, name))
        .collect();
    let seeds = balances
        .iter()
        .map(|(name, balance)| seed(name, *balance))
        .collect();
    pool.load(members, seeds, at(0));
    pool
}

fn chosen(pool: &Pool) -> String {
    pick(pool, 0).unwrap().key().to_string()
}

/// How often each key is chosen in `rounds` requests that end at once.
fn shares(pool: &Pool, rounds: usize) -> HashMap<String, usize> {
    let mut shares = HashMap::new();
    for _ in 0..rounds {
        *shares.entry(chosen(pool)).or_default() += 1;
    }
    shares
}

#[test]
fn names_are_read_and_written() {
    for strategy in Strategy::ALL {
        assert_eq!(strategy.as_str().parse(), Ok(strategy));
        assert_eq!(strategy.to_string(), strategy.as_str());
    }
    let unknown = "fastest".parse::<Strategy>().unwrap_err();
    assert!(unknown.to_string().contains("\"fastest\""));
}

#[test]
fn the_highest_balance_serves() {
    let pool = with_balances(&[
        ("poor", Some(2 * UNIT)),
        ("rich", Some(90 * UNIT)),
        ("unknown", None),
        ("empty", Some(0)),
    ]);
    assert_eq!(shares(&pool, 5), HashMap::from([("rich".to_owned(), 5)]));
    pool.set_balance(&"poor".into(), Some(200 * UNIT));
    assert_eq!(chosen(&pool), "poor");
    pool.set_balance(&"poor".into(), None);
    assert_eq!(chosen(&pool), "rich");
}

#[test]
fn near_balances_share_by_requests_in_flight() {
    let pool = with_balances(&[
        ("a", Some(100 * UNIT)),
        ("b", Some(96 * UNIT)),
        ("c", Some(90 * UNIT)),
    ]);
    let first = pick(&pool, 0).unwrap();
    let second = pick(&pool, 0).unwrap();
    let third = pick(&pool, 0).unwrap();
    let mut keys = [first.key().as_str(), second.key().as_str()];
    keys.sort_unstable();
    assert_eq!(keys, ["a", "b"]);
    assert_ne!(third.key().as_str(), "c");
}

/// D5: vouchers are invisible, so no balance means nothing is known.
#[test]
fn unknown_balances_share_by_requests_in_flight() {
    let pool = with_balances(&[("a", None), ("b", Some(0)), ("c", Some(-UNIT))]);
    let leases: Vec<Lease> = (0..6).map(|_| pick(&pool, 0).unwrap()).collect();
    for name in ["a", "b", "c"] {
        assert_eq!(view_of(&pool, 0, name).in_flight, 2, "{name}");
    }
    drop(leases);
}

#[test]
fn round_robin_takes_turns() {
    let pool = pool_with(Strategy::RoundRobin, &["a", "b", "c"]);
    let order: Vec<String> = (0..6).map(|_| chosen(&pool)).collect();
    assert_eq!(order, ["a", "b", "c", "a", "b", "c"]);
}

#[test]
fn round_robin_gives_an_account_one_turn_however_many_keys_it_has() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let members = vec![member("a1", "a"), member("a2", "a"), member("b1", "b")];
    pool.load(members, Vec::new(), at(0));
    let order: Vec<String> = (0..4).map(|_| chosen(&pool)).collect();
    assert_eq!(order, ["a1", "b1", "a2", "b1"]);
}

#[test]
fn fill_first_stays_with_the_first_that_serves() {
    let pool = pool_with(Strategy::FillFirst, &["a", "b"]);
    let lease = pick(&pool, 0).unwrap();
    assert_eq!(shares(&pool, 3), HashMap::from([("a".to_owned(), 3)]));
    let _settled = settle(&pool, 0, &lease, Class::AccountExhausted);
    assert_eq!(chosen(&pool), "b");
}

#[test]
fn least_used_evens_out_and_a_newcomer_does_not_pay_for_the_past() {
    let pool = pool_with(Strategy::LeastUsed, &["a", "b"]);
    let shared = shares(&pool, 10);
    assert_eq!((shared["a"], shared["b"]), (5, 5));
    let members = ["a", "b", "c"].map(|name| member(name, name)).to_vec();
    pool.load(members, Vec::new(), at(0));
    let shared = shares(&pool, 9);
    assert_eq!((shared["a"], shared["b"], shared["c"]), (3, 3, 3));
}

#[test]
fn weights_are_kept_and_none_waits_long() {
    let pool = Pool::new(Strategy::Weighted, 7);
    let members = [("a", 1), ("b", 2), ("c", 7), ("d", 0)]
        .map(|(name, weight)| Member {
            weight,
            ..member(name, name)
        })
        .to_vec();
    pool.load(members, Vec::new(), at(0));
    let shared = shares(&pool, 10_000);
    assert_eq!((shared["a"], shared["b"], shared["c"]), (1000, 2000, 7000));
    assert_eq!(shared.get("d"), None);
}

#[test]
fn a_weight_of_nothing_serves_when_no_other_can() {
    let pool = Pool::new(Strategy::Weighted, 7);
    let idle = Member {
        weight: 0,
        ..member("idle", "idle")
    };
    pool.load(vec![member("a", "a"), idle], Vec::new(), at(0));
    let tried = ["a".into()];
    let rest = Demand {
        tried_accounts: &tried,
        ..demand(MODEL)
    };
    assert_eq!(pool.pick(at(0), &rest).unwrap().key().as_str(), "idle");
}

#[test]
fn the_strategy_changes_while_leases_run() {
    let pool = pool_with(Strategy::FillFirst, &["a", "b"]);
    let _held = pick(&pool, 0).unwrap();
    pool.set_strategy(Strategy::RoundRobin);
    assert_eq!(chosen(&pool), "b");
}
