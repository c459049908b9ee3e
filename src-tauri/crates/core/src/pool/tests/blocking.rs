//! Accounts out of service.

use super::*;

const TEN_MINUTES: u64 = 600_000;
const SIX_HOURS: i64 = 6 * 3_600_000;

fn exhaust(pool: &Pool, ms: u64, account: &str) -> Settled {
    let lease = lease_of(pool, ms, MODEL, account);
    settle(pool, ms, &lease, Class::AccountExhausted)
}

#[test]
fn an_exhausted_account_serves_no_model() {
    let pool = pool_of(&["a", "b"]);
    let settled = exhaust(&pool, 0, "a");
    let [
        StateChange::Account {
            account,
            state,
            condition: Some(condition),
        },
    ] = &settled.changes[..]
    else {
        panic!("{:?}", settled.changes);
    };
    assert_eq!((account.as_str(), *state), ("a", KeyState::Exhausted));
    assert_eq!(condition.text, "the vendor's words");
    let retry = condition.next_retry_ms.unwrap() - START;
    assert!((600_000..=660_000).contains(&retry), "{retry}");
    for model in [MODEL, OTHER_MODEL, "Pro/x"] {
        for _ in 0..2 {
            let lease = pool.pick(at(TEN_MINUTES - 1), &demand(model)).unwrap();
            assert_eq!(lease.key().as_str(), "b");
        }
    }
    assert_eq!(state_of(&pool, 0, "a"), KeyState::Exhausted);
    assert_eq!(view_of(&pool, 0, "a").condition.as_ref(), Some(condition));
    let counts = pool.counts(at(0));
    assert_eq!((counts.total, counts.usable, counts.exhausted), (2, 1, 1));
}

#[test]
fn all_keys_of_an_account_share_its_state() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let members = vec![member("a1", "a"), member("a2", "a"), member("b1", "b")];
    pool.load(members, Vec::new(), at(0));
    let _settled = exhaust(&pool, 0, "a");
    assert_eq!(state_of(&pool, 0, "a1"), KeyState::Exhausted);
    assert_eq!(state_of(&pool, 0, "a2"), KeyState::Exhausted);
    assert_eq!(pick(&pool, 1).unwrap().key().as_str(), "b1");
    assert_eq!(pick(&pool, 1).unwrap().key().as_str(), "b1");
}

#[test]
fn one_request_finds_out_when_the_time_has_come_and_the_delay_doubles() {
    let pool = pool_of(&["a", "b"]);
    let mut settled = exhaust(&pool, 0, "a");
    let mut ms = 0;
    let mut delays = Vec::new();
    for _ in 0..8 {
        let [
            StateChange::Account {
                condition: Some(condition),
                ..
            },
        ] = &settled.changes[..]
        else {
            panic!("{:?}", settled.changes);
        };
        assert_eq!(condition.since_ms, START, "since the first refusal");
        let delay = condition.next_retry_ms.unwrap() - at(ms).unix_ms;
        delays.push(delay / 600_000);
        assert!(delay <= SIX_HOURS + 60_000);
        ms += u64::try_from(delay).unwrap();
        assert_eq!(pick(&pool, ms - 1).unwrap().key().as_str(), "b");
        let probe = pick(&pool, ms).unwrap();
        assert!(probe.is_probe());
        assert_eq!(probe.key().as_str(), "a");
        // Only one.
        assert_eq!(pick(&pool, ms).unwrap().key().as_str(), "b");
        settled = settle(&pool, ms, &probe, Class::AccountExhausted);
    }
    assert_eq!(delays, [1, 2, 4, 8, 16, 32, 36, 36]);
}

#[test]
fn a_request_that_failed_already_takes_no_chances() {
    let pool = pool_of(&["a", "b", "c"]);
    let _settled = exhaust(&pool, 0, "a");
    let tried = ["b".into()];
    let second_try = Demand {
        tried_accounts: &tried,
        ..demand(MODEL)
    };
    let lease = pool.pick(at(2 * TEN_MINUTES), &second_try).unwrap();
    assert_eq!(lease.key().as_str(), "c");
}

#[test]
fn a_success_puts_the_account_back() {
    let pool = pool_of(&["a", "b"]);
    let early = lease_of(&pool, 0, MODEL, "a");
    let _settled = exhaust(&pool, 10, "a");
    // An answer to a request sent before the refusal proves nothing.
    assert_eq!(settle(&pool, 20, &early, Class::Success).changes, []);
    assert_eq!(state_of(&pool, 20, "a"), KeyState::Exhausted);
    let probe = pick(&pool, 2 * TEN_MINUTES).unwrap();
    let settled = settle(&pool, 2 * TEN_MINUTES, &probe, Class::Success);
    let serves = StateChange::Account {
        account: "a".into(),
        state: KeyState::Usable,
        condition: None,
    };
    assert_eq!(settled.changes, [serves]);
    assert_eq!(state_of(&pool, 2 * TEN_MINUTES, "a"), KeyState::Usable);
}

#[test]
fn many_refusals_at_once_are_one() {
    let pool = pool_of(&["a", "b"]);
    let leases: Vec<Lease> = (0..4).map(|_| lease_of(&pool, 0, MODEL, "a")).collect();
    let changes: Vec<usize> = leases
        .iter()
        .map(|lease| {
            settle(&pool, 5, lease, Class::AccountExhausted)
                .changes
                .len()
        })
        .collect();
    assert_eq!(changes, [1, 0, 0, 0]);
}

/// F8: the owner paid.
#[test]
fn a_restored_account_serves_at_once() {
    let pool = pool_of(&["a"]);
    let lease = pick(&pool, 0).unwrap();
    let _settled = settle(&pool, 0, &lease, limited(RateWindow::Minute, None));
    let _settled = settle(&pool, 0, &lease, Class::AccountExhausted);
    let changes = pool.restore_account(&"a".into());
    assert_eq!(changes.len(), 2);
    assert!(!pick(&pool, 1).unwrap().is_probe());
    assert_eq!(pool.restore_account(&"a".into()), []);
    assert_eq!(pool.restore_account(&"nobody".into()), []);
}

#[test]
fn when_nothing_else_is_left_an_exhausted_account_is_asked_now_and_then() {
    let pool = pool_of(&["a"]);
    let _settled = exhaust(&pool, 0, "a");
    let NoKey::Unusable(counts) = pick(&pool, 59_999).unwrap_err() else {
        panic!("no key may serve");
    };
    assert_eq!(counts.exhausted, 1);
    let probe = pick(&pool, 60_000).unwrap();
    assert!(probe.is_probe());
    drop(probe);
    assert!(pick(&pool, 60_001).is_err());
}

#[test]
fn a_restricted_account_is_out_with_its_reason() {
    let pool = pool_of(&["a", "b"]);
    let lease = lease_of(&pool, 0, MODEL, "a");
    let _settled = settle(&pool, 0, &lease, Class::AccountRestricted);
    assert_eq!(state_of(&pool, 0, "a"), KeyState::Restricted);
    assert_eq!(pool.counts(at(0)).restricted, 1);
    assert_eq!(pick(&pool, 1).unwrap().key().as_str(), "b");
    assert_eq!(pick(&pool, 1).unwrap().key().as_str(), "b");
}

/// Pool poisoning: what is nobody's fault here changes nothing.
#[test]
fn faults_of_request_model_and_upstream_touch_no_account() {
    let pool = pool_of(&["a"]);
    for class in [
        Class::Rejected,
        Class::ModelBusy {
            retry_after: Some(Duration::from_mins(1)),
        },
        Class::UpstreamFailed,
        Class::Broken,
        Class::Redirected,
        Class::NotSent,
        Class::NoAnswer,
        Class::TimedOut,
        Class::ClientGone,
    ] {
        let before = pool.views(at(0));
        let lease = pick(&pool, 0).unwrap();
        assert_eq!(
            settle(&pool, 0, &lease, class),
            Settled::default(),
            "{class:?}"
        );
        drop(lease);
        assert_eq!(pool.views(at(0)), before, "{class:?}");
        assert!(!pick(&pool, 0).unwrap().is_probe());
    }
}

/// With thousands out of service, not every request finds out about one.
#[test]
fn while_others_serve_one_request_a_second_tries_who_is_due() {
    let pool = pool_of(&["a", "b", "c", "d"]);
    for name in ["a", "b", "c"] {
        let _settled = exhaust(&pool, 0, name);
    }
    let due = 2 * TEN_MINUTES;
    let probes = |ms| {
        (0..5)
            .filter(|_| pick(&pool, ms).unwrap().is_probe())
            .count()
    };
    assert_eq!(probes(due), 1);
    assert_eq!(probes(due + 999), 0);
    assert_eq!(probes(due + 1_000), 1);
    // When nobody else is left there is no waiting.
    let _settled = exhaust(&pool, due + 1_001, "d");
    let leases: Vec<Lease> = (0..3).map(|_| pick(&pool, due + 1_002).unwrap()).collect();
    assert!(leases.iter().all(Lease::is_probe));
    assert!(pick(&pool, due + 1_002).is_err(), "one each");
}

#[test]
fn what_costs_nothing_needs_no_balance() {
    let pool = pool_of(&["a"]);
    let _settled = exhaust(&pool, 0, "a");
    let only = AccountId::from("a");
    let own = Demand {
        only: Some(&only),
        ..Demand::default()
    };
    for wish in [own, Demand::default()] {
        let lease = pool.pick(at(1), &wish).unwrap();
        assert!(!lease.is_probe());
        // It was answered, which says nothing about the balance.
        let settled = pool.settle(at(1), &lease, None, &Verdict::plain(Class::Success));
        assert!(settled.changes.is_empty(), "{settled:?}");
        assert_eq!(state_of(&pool, 1, "a"), KeyState::Exhausted);
    }
    let [view] = pool.roster().try_into().unwrap();
    assert!(view.listable);
}

#[test]
fn a_free_read_is_not_sent_to_find_out_while_others_serve() {
    let pool = pool_of(&["a", "b"]);
    let _settled = exhaust(&pool, 0, "a");
    let due_ms = u64::try_from(
        view_of(&pool, 0, "a")
            .condition
            .unwrap()
            .next_retry_ms
            .unwrap()
            - at(0).unix_ms,
    )
    .unwrap();
    for wish in [
        Demand::default(),
        Demand {
            once: true,
            ..demand(MODEL)
        },
    ] {
        let lease = pool.pick(at(due_ms + 1), &wish).unwrap();
        assert_eq!(lease.account().as_str(), "b", "{wish:?}");
    }
    let lease = pick(&pool, due_ms + 1).unwrap();
    assert_eq!((lease.account().as_str(), lease.is_probe()), ("a", true));
}
