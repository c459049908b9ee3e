//! The pool, told as stories. Time is passed in and never waited for.

use std::time::Duration;

use super::*;
use crate::model::{Class, Condition, Evidence, KeyState, RateWindow, StateChange};

mod blocking;
mod coolings;
mod keys;
mod lanes;
mod loading;
mod pace;
mod properties;
mod queue;
mod sessions;
mod strategies;

const MODEL: &str = "deepseek-ai/DeepSeek-V3";
const OTHER_MODEL: &str = "Qwen/Qwen3-8B";
/// 2026-10-01T00:00:00Z, eight in the morning in China.
const START: i64 = 1_790_812_800_000;

fn at(ms: u64) -> Moment {
    Moment {
        monotonic_ms: ms,
        unix_ms: START + i64::try_from(ms).unwrap(),
    }
}

fn member(key: &str, account: &str) -> Member {
    let secret = ApiKey::parse(&format!("sk-test{key:0>40}")).unwrap();
    Member {
        key: key.into(),
        account: account.into(),
        account_label: format!("label of {account}").into(),
        label: key.into(),
        last_four: secret.last_four().into(),
        secret: Some(secret),
        enabled: true,
        weight: 1,
        state: KeyState::Usable,
        condition: None,
    }
}

fn seed(account: &str, balance_nano: Option<i64>) -> AccountSeed {
    AccountSeed {
        account: account.into(),
        state: KeyState::Usable,
        condition: None,
        balance_nano,
        cooling: Vec::new(),
        max_concurrency: None,
    }
}

/// A pool with one key per account, named alike.
fn pool_of(accounts: &[&str]) -> Pool {
    pool_with(Strategy::RoundRobin, accounts)
}

fn pool_with(strategy: Strategy, accounts: &[&str]) -> Pool {
    let pool = Pool::new(strategy, 7);
    let members = accounts.iter().map(|name| member(name, name)).collect();
    pool.load(members, Vec::new(), at(0));
    pool
}

fn demand(model: &str) -> Demand<'_> {
    Demand {
        model: Some(model),
        ..Demand::default()
    }
}

fn pick(pool: &Pool, ms: u64) -> Result<Lease, NoKey> {
    pool.pick(at(ms), &demand(MODEL))
}

/// Takes the key of this account, whatever the strategy would do.
fn lease_of(pool: &Pool, ms: u64, model: &str, account: &str) -> Lease {
    let others: Vec<AccountId> = pool
        .views(at(ms))
        .into_iter()
        .map(|view| view.account)
        .filter(|id| id.as_str() != account)
        .collect();
    let only = Demand {
        model: Some(model),
        tried_accounts: &others,
        ..Demand::default()
    };
    pool.pick(at(ms), &only).unwrap()
}

fn settle(pool: &Pool, ms: u64, lease: &Lease, class: Class) -> Settled {
    settle_on(pool, ms, (lease, MODEL), class)
}

fn settle_on(pool: &Pool, ms: u64, (lease, model): (&Lease, &str), class: Class) -> Settled {
    let verdict = Verdict {
        class,
        evidence: Evidence {
            status: Some(429),
            vendor_code: Some(50_602),
            text: "the vendor's words".to_owned(),
        },
    };
    pool.settle(at(ms), lease, Some(model), &verdict)
}

fn limited(window: RateWindow, after_secs: Option<u64>) -> Class {
    Class::RateLimited {
        window,
        retry_after: after_secs.map(Duration::from_secs),
    }
}

fn state_of(pool: &Pool, ms: u64, key: &str) -> KeyState {
    view_of(pool, ms, key).state
}

fn view_of(pool: &Pool, ms: u64, key: &str) -> MemberView {
    pool.views(at(ms))
        .into_iter()
        .find(|view| view.key.as_str() == key)
        .unwrap()
}

/// Milliseconds for which an account is kept away from a model.
fn kept_away_ms(pool: &Pool, ms: u64, key: &str) -> i64 {
    let view = view_of(pool, ms, key);
    let (_, condition) = view.cooling.first().unwrap();
    condition.next_retry_ms.unwrap() - at(ms).unix_ms
}

#[test]
fn an_empty_pool_says_so() {
    assert_eq!(pick(&pool_of(&[]), 0).unwrap_err(), NoKey::Empty);
    assert_eq!(pool_of(&[]).counts(at(0)), Counts::default());
}

#[test]
fn a_lease_counts_until_it_is_dropped() {
    let pool = pool_of(&["a"]);
    let first = pick(&pool, 0).unwrap();
    let second = pick(&pool, 0).unwrap();
    assert_eq!(view_of(&pool, 0, "a").in_flight, 2);
    drop(first);
    assert_eq!(view_of(&pool, 0, "a").in_flight, 1);
    let elsewhere = std::thread::spawn(move || drop(second));
    elsewhere.join().unwrap();
    assert_eq!(view_of(&pool, 0, "a").in_flight, 0);
}

#[test]
fn a_lease_says_who_serves_but_prints_no_secret() {
    let pool = pool_of(&["a"]);
    let lease = pick(&pool, 0).unwrap();
    assert_eq!(lease.key().as_str(), "a");
    assert_eq!(lease.account().as_str(), "a");
    assert_eq!(&*lease.account_label(), "label of a");
    assert_eq!(&*lease.last_four(), "000a");
    assert_eq!(lease.secret().last_four(), "000a");
    assert!(!lease.is_probe());
    assert!(!format!("{lease:?} {pool:?}").contains("sk-test"));
}
