//! 401: suspicion, confirmation, and what becomes of the key.

use super::*;

fn two_keys_of_one_account() -> Pool {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let members = vec![member("a1", "a"), member("a2", "a")];
    pool.load(members, Vec::new(), at(0));
    pool
}

fn refuse(pool: &Pool, ms: u64) -> (String, Settled) {
    let lease = pick(pool, ms).unwrap();
    let settled = settle(pool, ms, &lease, Class::KeyUnauthorized);
    (lease.key().to_string(), settled)
}

#[test]
fn a_401_makes_a_suspect_that_is_asked_about_once() {
    let pool = two_keys_of_one_account();
    let leases: Vec<Lease> = (0..4).map(|_| pick(&pool, 0).unwrap()).collect();
    let asked: Vec<Option<KeyId>> = leases
        .iter()
        .filter(|lease| lease.key().as_str() == "a1")
        .map(|lease| settle(&pool, 0, lease, Class::KeyUnauthorized).confirm)
        .collect();
    assert_eq!(asked, [Some("a1".into()), None]);
    assert_eq!(pool.suspects(), ["a1".into()]);
    // It is avoided while another serves, but it is not out.
    for _ in 0..3 {
        assert_eq!(pick(&pool, 1).unwrap().key().as_str(), "a2");
    }
    assert_eq!(state_of(&pool, 1, "a1"), KeyState::Usable);
}

#[test]
fn a_confirmed_key_is_out_until_it_is_restored() {
    let pool = two_keys_of_one_account();
    let (key, _settled) = refuse(&pool, 0);
    let changes = pool.confirm_unauthorized(at(5), &key.as_str().into());
    let [
        StateChange::Key {
            key: named,
            state,
            condition: Some(condition),
        },
    ] = &changes[..]
    else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (named.as_str(), *state),
        (key.as_str(), KeyState::Unauthorized)
    );
    assert_eq!(condition.text, "the vendor's words");
    assert_eq!(pool.suspects(), []);
    assert_eq!(state_of(&pool, 5, &key), KeyState::Unauthorized);
    assert_eq!(pool.counts(at(5)).unauthorized, 1);
    for _ in 0..3 {
        assert_ne!(pick(&pool, 6).unwrap().key().as_str(), key);
    }
    assert_eq!(
        pool.restore(&key.as_str().into()),
        [StateChange::Key {
            key: key.as_str().into(),
            state: KeyState::Usable,
            condition: None,
        }]
    );
    assert_eq!(state_of(&pool, 7, &key), KeyState::Usable);
}

#[test]
fn one_key_of_an_account_may_be_out_while_the_other_serves() {
    let pool = two_keys_of_one_account();
    let (key, _settled) = refuse(&pool, 0);
    let tried = [key.as_str().into()];
    let next = Demand {
        tried_keys: &tried,
        ..demand(MODEL)
    };
    let lease = pool.pick(at(0), &next).unwrap();
    assert_eq!(lease.account().as_str(), "a");
    assert_ne!(lease.key().as_str(), key);
    // But a failure of the account excludes both.
    let tried = ["a".into()];
    let elsewhere = Demand {
        tried_accounts: &tried,
        ..demand(MODEL)
    };
    assert_eq!(pool.pick(at(0), &elsewhere).unwrap_err(), NoKey::AllTried);
}

#[test]
fn a_suspect_serves_when_no_other_can_and_a_success_clears_it() {
    let pool = pool_of(&["a"]);
    let (_, settled) = refuse(&pool, 0);
    assert_eq!(settled.confirm, Some("a".into()));
    let lease = pick(&pool, 1).unwrap();
    assert_eq!(settle(&pool, 1, &lease, Class::Success), Settled::default());
    assert_eq!(pool.suspects(), []);
}

#[test]
fn an_unanswered_confirmation_is_asked_again_but_not_at_once() {
    let pool = pool_of(&["a"]);
    let (_, settled) = refuse(&pool, 0);
    assert!(settled.confirm.is_some());
    pool.unconfirmed(at(5_000), &"a".into());
    assert_eq!(refuse(&pool, 10_000).1.confirm, None);
    assert_eq!(refuse(&pool, 15_000).1.confirm, Some("a".into()));
}

#[test]
fn a_key_that_answers_is_no_longer_unchecked() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let unchecked = Member {
        state: KeyState::Unchecked,
        ..member("a", "a")
    };
    pool.load(vec![unchecked], Vec::new(), at(0));
    assert_eq!(pool.counts(at(0)).usable, 1);
    let lease = pick(&pool, 0).unwrap();
    let settled = settle(&pool, 0, &lease, Class::Success);
    assert_eq!(settled.changes.len(), 1);
    assert_eq!(state_of(&pool, 0, "a"), KeyState::Usable);
    assert_eq!(settle(&pool, 0, &lease, Class::Success).changes, []);
}

#[test]
fn what_cannot_serve_is_counted_by_its_reason() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let members = vec![
        Member {
            secret: None,
            ..member("unreadable", "a")
        },
        Member {
            enabled: false,
            ..member("disabled", "b")
        },
        Member {
            state: KeyState::Unauthorized,
            condition: Some(Condition::default()),
            ..member("unauthorized", "c")
        },
    ];
    pool.load(members, Vec::new(), at(0));
    let expected = Counts {
        total: 3,
        unreadable: 1,
        disabled: 1,
        unauthorized: 1,
        ..Counts::default()
    };
    assert_eq!(pick(&pool, 0).unwrap_err(), NoKey::Unusable(expected));
    assert!(pool.secret(&"unreadable".into()).is_none());
    assert!(pool.secret(&"disabled".into()).is_some());
    let order: Vec<String> = pool
        .views(at(0))
        .iter()
        .map(|v| v.key.to_string())
        .collect();
    assert_eq!(order, ["unreadable", "disabled", "unauthorized"]);
}

#[test]
fn a_key_that_is_gone_is_no_news() {
    let pool = pool_of(&["a"]);
    let lease = pick(&pool, 0).unwrap();
    pool.load(vec![member("b", "b")], Vec::new(), at(0));
    for class in [
        Class::Success,
        Class::KeyUnauthorized,
        Class::AccountExhausted,
    ] {
        assert_eq!(settle(&pool, 0, &lease, class), Settled::default());
    }
    let limit = settle(&pool, 0, &lease, limited(RateWindow::Minute, None));
    assert_eq!(limit.changes, []);
    assert_eq!(pool.confirm_unauthorized(at(0), &"a".into()), []);
    assert_eq!(pool.restore(&"a".into()), []);
}

const DAY_MS: u64 = 24 * 3_600_000;

#[test]
fn a_key_that_is_out_is_due_again_after_a_day() {
    let pool = two_keys_of_one_account();
    let (key, _settled) = refuse(&pool, 0);
    let key = KeyId::from(key.as_str());
    let _changes = pool.confirm_unauthorized(at(0), &key);
    let next_ms = |ms| {
        let condition = view_of(&pool, ms, key.as_str()).condition.unwrap();
        (
            condition.since_ms,
            condition.next_retry_ms.unwrap() - at(ms).unix_ms,
        )
    };
    let (since_ms, wait_ms) = next_ms(0);
    assert_eq!(since_ms, START);
    assert!((86_400_000..=90_000_000).contains(&wait_ms), "{wait_ms}");
    assert_eq!(pool.due_for_recheck(at(DAY_MS - 1), 9), []);
    let later = DAY_MS + 3_600_001;
    assert_eq!(
        pool.due_for_recheck(at(later), 9),
        std::slice::from_ref(&key)
    );
    assert_eq!(pool.due_for_recheck(at(later), 0), []);
    // No answer: in an hour. Still unknown: in a day, and since when stays.
    pool.unconfirmed(at(later), &key);
    assert_eq!(pool.due_for_recheck(at(later + 3_599_999), 9), []);
    let again = pool.due_for_recheck(at(later + 3_600_000), 9);
    assert_eq!(again, std::slice::from_ref(&key));
    let changes = pool.confirm_unauthorized(at(later), &key);
    assert_eq!(changes.len(), 1);
    assert_eq!(next_ms(later).0, START);
    assert_eq!(
        view_of(&pool, later, key.as_str()).condition.unwrap().text,
        "the vendor's words"
    );
    let _changes = pool.restore(&key);
    assert_eq!(pool.due_for_recheck(at(9 * DAY_MS), 9), []);
}
