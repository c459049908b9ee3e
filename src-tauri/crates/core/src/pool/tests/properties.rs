//! What holds whatever happens.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::task::{Context, Poll, Waker};

use proptest::prelude::{Just, any};
use proptest::strategy::Strategy as Generator;
use proptest::test_runner::{Config as ProptestConfig, TestCaseError};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::*;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const MODELS: [&str; 3] = [MODEL, OTHER_MODEL, "Pro/x"];

#[derive(Clone, Debug)]
enum Event {
    Pick { model: usize, session: u64 },
    Settle { lease: usize, class: Class },
    Drop { lease: usize },
    Wait { ms: u64 },
    Reload { members: usize },
}

fn class() -> impl Generator<Value = Class> {
    prop_oneof![
        6 => Just(Class::Success),
        3 => (0..4_usize, proptest::option::of(0..90_u64)).prop_map(|(window, after)| {
            let windows = [
                RateWindow::Minute,
                RateWindow::Hour,
                RateWindow::Day,
                RateWindow::Unknown,
            ];
            limited(windows[window], after)
        }),
        1 => Just(Class::AccountExhausted),
        1 => Just(Class::PaidOnly),
        1 => Just(Class::ModelRestricted),
        1 => Just(Class::KeyUnauthorized),
        2 => Just(Class::UpstreamFailed),
    ]
}

fn event() -> impl Generator<Value = Event> {
    prop_oneof![
        6 => (0..MODELS.len(), 0..5_u64)
            .prop_map(|(model, session)| Event::Pick { model, session }),
        5 => (any::<usize>(), class()).prop_map(|(lease, class)| Event::Settle { lease, class }),
        4 => any::<usize>().prop_map(|lease| Event::Drop { lease }),
        3 => (0..100_000_u64).prop_map(|ms| Event::Wait { ms }),
        1 => (1..=NAMES.len()).prop_map(|members| Event::Reload { members }),
    ]
}

/// A demand of one of a few conversations; 0 is of none.
fn turn(model: &str, session: u64) -> Demand<'_> {
    Demand {
        session: (session > 0).then_some(session),
        ..demand(model)
    }
}

/// Whether nothing keeps an account from serving this model, as the views show.
fn is_healthy(pool: &Pool, ms: u64, account: &str, model: &str) -> bool {
    let suspects = pool.suspects();
    pool.views(at(ms)).iter().any(|view| {
        view.account.as_str() == account
            && view.state.serves()
            && !suspects.contains(&view.key)
            && !cools(view, model)
    })
}

fn cools(view: &MemberView, model: &str) -> bool {
    view.cooling
        .iter()
        .any(|(name, _)| name == model || (name == "Pro/*" && model.starts_with("Pro/")))
}

/// What must be true of a lease that was just given.
fn check_pick(pool: &Pool, ms: u64, model: &str, lease: &Lease) -> Result<(), TestCaseError> {
    let view = view_of(pool, ms, lease.key().as_str());
    if cools(&view, model) || !view.state.serves() {
        prop_assert!(lease.is_probe(), "{model} {view:?}");
    }
    prop_assert!(view.state != KeyState::Unauthorized);
    Ok(())
}

/// What one that waits was given.
fn ready(waiting: &mut Waiting) -> Option<Lease> {
    let mut context = Context::from_waker(Waker::noop());
    match std::pin::Pin::new(waiting).poll(&mut context) {
        Poll::Ready(turn) => Some(turn.expect("nobody is sent away here")),
        Poll::Pending => None,
    }
}

proptest! {
    #[test]
    fn leases_return_and_nothing_cooling_is_lent_but_as_a_probe(
        strategy in 0..Strategy::ALL.len(),
        events in proptest::collection::vec(event(), 1..120),
    ) {
        let pool = pool_with(Strategy::ALL[strategy], &NAMES);
        let mut held: Vec<(Lease, usize)> = Vec::new();
        let mut homes: HashMap<u64, String> = HashMap::new();
        let mut ms = 0;
        for event in events {
            match event {
                Event::Pick { model, session } => {
                    let home = homes.get(&session).filter(|_| session > 0);
                    let home = home
                        .filter(|home| is_healthy(&pool, ms, home, MODELS[model]))
                        .cloned();
                    if let Ok(lease) = pool.pick(at(ms), &turn(MODELS[model], session)) {
                        check_pick(&pool, ms, MODELS[model], &lease)?;
                        let account = lease.account().to_string();
                        // Affinity holds while its account is healthy.
                        prop_assert_eq!(home.unwrap_or_else(|| account.clone()), account.clone());
                        homes.insert(session, account);
                        held.push((lease, model));
                    }
                }
                Event::Settle { lease, class } if !held.is_empty() => {
                    let (lease, model) = &held[lease % held.len()];
                    let settled = settle_on(&pool, ms, (lease, MODELS[*model]), class);
                    if let Some(key) = settled.confirm {
                        let _changes = pool.confirm_unauthorized(at(ms), &key);
                    }
                }
                Event::Drop { lease } if !held.is_empty() => {
                    drop(held.swap_remove(lease % held.len()));
                }
                Event::Wait { ms: more } => ms += more,
                Event::Reload { members } => {
                    let names = &NAMES[..members];
                    homes.retain(|_, home| names.contains(&home.as_str()));
                    let members = names.iter().map(|name| member(name, name));
                    pool.load(members.collect(), Vec::new(), at(ms));
                }
                Event::Settle { .. } | Event::Drop { .. } => {}
            }
            let mut expected: BTreeMap<&str, u32> = BTreeMap::new();
            for (lease, _) in &held {
                *expected.entry(lease.key().as_str()).or_default() += 1;
            }
            let views = pool.views(at(ms));
            let counts = pool.counts(at(ms));
            prop_assert_eq!(counts.total as usize, views.len());
            for (index, view) in views.iter().enumerate() {
                let expected = expected.get(view.key.as_str()).copied().unwrap_or(0);
                // A key that was away in between starts to count anew.
                prop_assert!(view.in_flight <= expected);
                prop_assert!(index > 0 || view.in_flight == expected);
            }
        }
        drop(held);
        for view in pool.views(at(ms)) {
            prop_assert_eq!(view.in_flight, 0);
        }
    }

    /// Whatever happened to some, the others all get their turn.
    #[test]
    fn no_usable_account_starves(
        strategy in 0..3_usize,
        classes in proptest::collection::vec((0..NAMES.len(), class()), 0..30),
    ) {
        let strategy =
            [Strategy::RoundRobin, Strategy::Weighted, Strategy::HighestBalance][strategy];
        let pool = pool_with(strategy, &NAMES);
        for (name, class) in classes {
            let others: Vec<AccountId> = NAMES
                .iter()
                .filter(|other| **other != NAMES[name])
                .map(|other| (*other).into())
                .collect();
            let only = Demand { tried_accounts: &others, ..demand(MODEL) };
            if let Ok(lease) = pool.pick(at(0), &only) {
                let _settled = settle(&pool, 0, &lease, class);
            }
        }
        let healthy = NAMES.iter().filter(|name| is_healthy(&pool, 1, name, MODEL));
        let healthy: BTreeSet<String> = healthy.map(ToString::to_string).collect();
        // Two rounds: one of them may go to those that were away.
        let leases: Vec<Lease> = (0..2 * healthy.len())
            .map(|_| pick(&pool, 1).unwrap())
            .collect();
        let served: BTreeSet<String> =
            leases.iter().map(|lease| lease.account().to_string()).collect();
        prop_assert!(healthy.is_subset(&served), "{healthy:?} {served:?}");
    }

    /// No more than its limit for any account, and everybody who waits is served.
    #[test]
    fn limits_hold_and_the_line_moves(
        most in 1..4_u32,
        drops in proptest::collection::vec(any::<usize>(), 1..60),
    ) {
        let pool = pool_of(&NAMES);
        pool.set_max_concurrency(Some(most));
        let mut held: Vec<Lease> = Vec::new();
        let mut waiting: std::collections::VecDeque<Waiting> = std::collections::VecDeque::new();
        for drop_at in drops {
            waiting.push_back(pool.wait(at(0), &demand(MODEL), 1_000).unwrap());
            waiting.push_back(pool.wait(at(0), &demand(MODEL), 1_000).unwrap());
            while let Some(lease) = waiting.front_mut().and_then(ready) {
                held.push(lease);
                waiting.pop_front();
            }
            prop_assert!(waiting.iter_mut().all(|one| ready(one).is_none()), "in order");
            for view in pool.views(at(0)) {
                prop_assert!(view.in_flight <= most);
            }
            prop_assert_eq!(pool.waiting(), waiting.len());
            drop(held.swap_remove(drop_at % held.len()));
        }
        while let Some(mut next) = waiting.pop_front() {
            if let Some(lease) = ready(&mut next) {
                held.push(lease);
            } else {
                prop_assert!(!held.is_empty(), "one waits for nobody");
                held.clear();
                waiting.push_front(next);
            }
        }
    }

    /// Whatever went wrong, after a while every usable account serves again.
    #[test]
    fn nothing_is_shut_out_for_ever(
        classes in proptest::collection::vec((0..NAMES.len(), class()), 0..40),
    ) {
        let pool = pool_of(&NAMES);
        for (ms, (name, class)) in classes.into_iter().enumerate() {
            let ms = u64::try_from(ms).unwrap();
            let others: Vec<AccountId> = NAMES
                .iter()
                .filter(|other| **other != NAMES[name])
                .map(|other| (*other).into())
                .collect();
            let only = Demand { tried_accounts: &others, ..demand(MODEL) };
            if let Ok(lease) = pool.pick(at(ms), &only) {
                let _settled = settle(&pool, ms, &lease, class);
            }
        }
        let later = 2 * 24 * 3_600_000;
        for name in NAMES {
            let lease = lease_of(&pool, later, MODEL, name);
            let _settled = settle(&pool, later, &lease, Class::Success);
            prop_assert_eq!(state_of(&pool, later, name), KeyState::Usable);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// No strategy that shares leaves an account without work.
    #[test]
    fn shares_are_fair(
        weights in proptest::collection::vec(1_u32..20, 2..6),
        shape in 0..3_usize,
    ) {
        let strategy = [Strategy::Weighted, Strategy::RoundRobin, Strategy::LeastUsed][shape];
        let pool = Pool::new(strategy, 7);
        let members = weights.iter().enumerate().map(|(index, weight)| {
            let name = format!("k{index}");
            Member { weight: *weight, ..member(&name, &name) }
        });
        pool.load(members.collect(), Vec::new(), at(0));
        let mut shares: HashMap<String, u32> = HashMap::new();
        for _ in 0..10_000 {
            *shares.entry(pick(&pool, 0).unwrap().key().to_string()).or_default() += 1;
        }
        let total: u32 = weights.iter().sum();
        for (index, weight) in weights.iter().enumerate() {
            let part = match strategy {
                Strategy::Weighted => f64::from(*weight) / f64::from(total),
                _ => 1.0 / f64::from(u32::try_from(weights.len()).unwrap()),
            };
            let share = f64::from(shares[&format!("k{index}")]) / 10_000.0;
            prop_assert!((share - part).abs() <= part * 0.05, "{share} {part}");
        }
    }
}

#[test]
fn threads_share_the_pool() {
    let pool = pool_of(&NAMES);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..2_000_u64 {
                    let lease = pick(&pool, round).unwrap();
                    let _settled = settle(&pool, round, &lease, Class::Success);
                }
            });
        }
    });
    for view in pool.views(at(0)) {
        assert_eq!(view.in_flight, 0);
    }
}
