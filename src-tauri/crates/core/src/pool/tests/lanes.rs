//! Choosing among many: what is found must be what a look at all would find.

use super::*;

const UNIT: i64 = 1_000_000_000;

fn many(strategy: Strategy, count: usize) -> Pool {
    let pool = Pool::new(strategy, 7);
    let names: Vec<String> = (0..count).map(|one| format!("{one:05}")).collect();
    let members = names.iter().map(|name| member(name, name)).collect();
    let seeds = names
        .iter()
        .enumerate()
        .map(|(one, name)| seed(name, i64::try_from(one).ok().map(|one| one * UNIT)))
        .collect();
    pool.load(members, seeds, at(0));
    pool
}

fn chosen(pool: &Pool, ms: u64, demand: &Demand<'_>) -> usize {
    let lease = pool.pick(at(ms), demand).unwrap();
    lease.account().as_str().parse().unwrap()
}

/// However many cool down, on however many models, the best of the rest is found.
#[test]
fn thousands_that_cool_down_are_stepped_over() {
    let pool = many(Strategy::HighestBalance, 2_000);
    let models: Vec<String> = (0..12).map(|one| format!("model-{one}")).collect();
    for (one, model) in models.iter().enumerate() {
        for round in 0..100 {
            let ms = 2_000 * (one as u64 * 100 + round);
            let lease = pool.pick(at(ms), &demand(model)).unwrap();
            let expected = 1_999 - usize::try_from(round).unwrap();
            let account: usize = lease.account().as_str().parse().unwrap();
            // Within a twentieth, and a band, it is a tie.
            assert!(account + 140 >= expected, "{account} {expected}");
            let _settled = settle_on(&pool, ms, (&lease, model), limited(RateWindow::Hour, None));
        }
    }
    let ms = 2_400_000;
    for model in &models {
        let view = pool.views(at(ms));
        let account = chosen(&pool, ms, &demand(model));
        let cooling = &view[account].cooling;
        assert!(cooling.iter().all(|(name, _)| name != model));
    }
    // After the hour all are back, some with each pick.
    let later = ms + 2 * 3_600_000;
    for model in &models {
        for _ in 0..5 {
            let _lease = pool.pick(at(later), &demand(model)).unwrap();
        }
        assert!(chosen(&pool, later, &demand(model)) >= 1_860);
    }
}

#[test]
fn a_free_model_leaves_the_highest_balance_alone() {
    let pool = Pool::new(Strategy::HighestBalance, 7);
    let balances = [("rich", Some(90)), ("poor", Some(2)), ("middle", Some(20))];
    let members = balances
        .iter()
        .map(|(name, _)| member(name, name))
        .collect();
    let seeds = balances
        .iter()
        .map(|(name, units)| seed(name, units.map(|units| units * UNIT)))
        .collect();
    pool.load(members, seeds, at(0));
    let free = Demand {
        free: true,
        ..demand(MODEL)
    };
    let next = |tried: &[AccountId], free: Demand<'_>| {
        let demand = Demand {
            tried_accounts: tried,
            ..free
        };
        pool.pick(at(0), &demand).unwrap().account().to_string()
    };
    assert_eq!(next(&[], free), "poor");
    assert_eq!(next(&["poor".into()], free), "middle");
    assert_eq!(next(&["poor".into(), "middle".into()], free), "rich");
    assert_eq!(next(&[], demand(MODEL)), "rich");
    // One that cannot serve does not, however little it has.
    let lease = lease_of(&pool, 0, MODEL, "poor");
    let _settled = settle(&pool, 0, &lease, Class::AccountExhausted);
    assert_eq!(next(&[], free), "middle");
    // Whoever shares otherwise, shares what is free as well.
    pool.set_strategy(Strategy::FillFirst);
    assert_eq!(next(&[], free), "rich");
}

#[test]
fn near_balances_tie_at_every_height() {
    for units in [1, 3, 19, 20, 21, 77, 1_000, 123_456, 9_000_000_000] {
        let best = units * UNIT;
        let near = best - (UNIT.max(best / 20) * 9 / 10);
        let far = best - (UNIT.max(best / 20) * 14 / 10);
        let band = |nano: i64| super::super::bands::of(Some(nano));
        let lowest = super::super::bands::near(band(best));
        assert!(band(near) >= lowest, "{units}");
        assert!(band(far) < lowest, "{units}");
        assert!(band(best) >= band(near) && band(near) >= band(far));
    }
    let bands = super::super::bands::of(Some(i64::MAX));
    assert!(usize::from(bands) < super::super::bands::COUNT);
    for nothing in [None, Some(0), Some(-5), Some(i64::MIN)] {
        assert_eq!(super::super::bands::of(nothing), super::super::bands::LAST);
    }
}

/// Ten thousand keys come and thirty thousand go in one go each.
#[test]
fn loads_of_keys_come_and_go_under_leases() {
    let pool = many(Strategy::LeastUsed, 3_000);
    let held: Vec<Lease> = (0..50).map(|_| pick(&pool, 0).unwrap()).collect();
    pool.load(
        vec![member("00007", "00007"), member("new", "new")],
        Vec::new(),
        at(1),
    );
    assert_eq!(pool.counts(at(1)).total, 2);
    let kept = held
        .iter()
        .filter(|lease| lease.key().as_str() == "00007")
        .count();
    assert_eq!(view_of(&pool, 1, "00007").in_flight as usize, kept);
    drop(held);
    assert_eq!(view_of(&pool, 1, "00007").in_flight, 0);
    pool.load(Vec::new(), Vec::new(), at(2));
    assert_eq!(pick(&pool, 2).unwrap_err(), NoKey::Empty);
}

#[test]
fn one_account_with_thousands_of_keys_shares_among_them() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let names: Vec<String> = (0..500).map(|one| format!("{one:05}")).collect();
    let members = names.iter().map(|name| member(name, "one")).collect();
    pool.load(members, Vec::new(), at(0));
    for name in &names {
        assert_eq!(pick(&pool, 0).unwrap().key().as_str(), name);
    }
    assert_eq!(pick(&pool, 0).unwrap().key().as_str(), "00000");
}

#[test]
fn a_weight_is_shared_by_the_keys_of_an_account() {
    let pool = Pool::new(Strategy::Weighted, 7);
    let members = [("a1", "a", 1), ("a2", "a", 3), ("b1", "b", 4)]
        .map(|(key, account, weight)| Member {
            weight,
            ..member(key, account)
        })
        .to_vec();
    pool.load(members, Vec::new(), at(0));
    let mut shares = std::collections::HashMap::new();
    for _ in 0..800 {
        let key = pick(&pool, 0).unwrap().key().to_string();
        *shares.entry(key).or_insert(0) += 1;
    }
    assert_eq!((shares["a1"], shares["a2"], shares["b1"]), (100, 300, 400));
}
