//! Limits of requests at a time, and the line of those that wait.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake};

use super::*;

/// Counts how often it was woken.
#[derive(Default)]
struct Alarm(AtomicUsize);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// One that waits, polled by hand.
struct Patient {
    waiting: Pin<Box<Waiting>>,
    alarm: Arc<Alarm>,
}

impl Patient {
    fn of(pool: &Pool, demand: &Demand<'_>) -> Self {
        let mut patient = Self {
            waiting: Box::pin(pool.wait(at(0), demand, 100).unwrap()),
            alarm: Arc::default(),
        };
        assert!(patient.lease().is_none(), "it has to wait");
        patient
    }

    fn lease(&mut self) -> Option<Lease> {
        match self.turn() {
            Poll::Ready(lease) => Some(lease.expect("nobody is sent away here")),
            Poll::Pending => None,
        }
    }

    fn turn(&mut self) -> Poll<Option<Lease>> {
        let waker = Arc::clone(&self.alarm).into();
        self.waiting.as_mut().poll(&mut Context::from_waker(&waker))
    }

    fn is_sent_away(&mut self) -> bool {
        matches!(self.turn(), Poll::Ready(None))
    }

    fn times_woken(&self) -> usize {
        self.alarm.0.load(Ordering::SeqCst)
    }
}

fn limited_to(most: u32, accounts: &[&str]) -> Pool {
    let pool = pool_of(accounts);
    pool.set_max_concurrency(Some(most));
    pool
}

#[test]
fn no_account_gets_more_than_its_limit() {
    let pool = limited_to(2, &["a", "b"]);
    let leases: Vec<Lease> = (0..4).map(|_| pick(&pool, 0).unwrap()).collect();
    for name in ["a", "b"] {
        assert_eq!(view_of(&pool, 0, name).in_flight, 2);
    }
    assert_eq!(pick(&pool, 0).unwrap_err(), NoKey::Busy);
    let only = AccountId::from("a");
    let owner = Demand {
        only: Some(&only),
        ..demand(MODEL)
    };
    assert_eq!(pool.pick(at(0), &owner).unwrap_err(), NoKey::Busy);
    let freed = leases.into_iter().find(|lease| *lease.account() == only);
    drop(freed);
    let lease = pool.pick(at(0), &owner).unwrap();
    assert_eq!((lease.account(), lease.choice()), (&only, Choice::Owner));
}

#[test]
fn an_account_may_have_a_limit_of_its_own() {
    let pool = Pool::new(Strategy::RoundRobin, 7);
    let own = AccountSeed {
        max_concurrency: Some(3),
        ..seed("a", None)
    };
    let members = vec![member("a", "a"), member("b", "b")];
    pool.load(members.clone(), vec![own], at(0));
    pool.set_max_concurrency(Some(1));
    let _leases: Vec<Lease> = (0..4).map(|_| pick(&pool, 0).unwrap()).collect();
    assert_eq!(view_of(&pool, 0, "a").in_flight, 3);
    assert!(pick(&pool, 0).is_err());
    // Edits take effect at once.
    pool.load(members, vec![seed("a", None), seed("b", None)], at(0));
    assert_eq!(pick(&pool, 0).unwrap_err(), NoKey::Busy);
    pool.set_max_concurrency(None);
    assert!(pick(&pool, 0).is_ok());
}

#[test]
fn those_that_wait_are_served_in_their_order() {
    let pool = limited_to(1, &["a"]);
    let held = pick(&pool, 0).unwrap();
    let mut patients: Vec<Patient> = (0..3).map(|_| Patient::of(&pool, &demand(MODEL))).collect();
    assert_eq!(pool.waiting(), 3);
    let mut next = Some(held);
    for index in 0..3 {
        assert_eq!(patients[index].times_woken(), 0);
        drop(next.take());
        for (other, patient) in patients.iter_mut().enumerate().skip(index) {
            let lease = patient.lease();
            assert_eq!(lease.is_some(), other == index);
            next = next.or(lease);
        }
        assert_eq!(patients[index].times_woken(), 1);
        assert!(pick(&pool, 0).is_err(), "nobody jumps the line");
    }
    drop(next);
    assert_eq!((pool.waiting(), view_of(&pool, 0, "a").in_flight), (0, 0));
}

#[test]
fn who_gives_up_frees_its_place_and_what_it_was_given() {
    let pool = limited_to(1, &["a"]);
    let held = pick(&pool, 0).unwrap();
    let gone = Patient::of(&pool, &demand(MODEL));
    let unlucky = Patient::of(&pool, &demand(MODEL));
    let mut last = Patient::of(&pool, &demand(MODEL));
    drop(gone);
    assert_eq!(pool.waiting(), 2);
    drop(held);
    // It was given the lease but left before it looked.
    assert_eq!(unlucky.times_woken(), 1);
    assert!(last.lease().is_none());
    drop(unlucky);
    let lease = last.lease().unwrap();
    assert_eq!(view_of(&pool, 0, "a").in_flight, 1);
    drop(lease);
    drop(last);
    assert_eq!(view_of(&pool, 0, "a").in_flight, 0);
    assert!(pick(&pool, 0).is_ok());
}

#[test]
fn one_that_cannot_use_what_is_free_blocks_nobody() {
    let pool = limited_to(1, &["a", "b"]);
    let limit = lease_of(&pool, 0, MODEL, "a");
    let _settled = settle(&pool, 0, &limit, limited(RateWindow::Minute, None));
    drop(limit);
    let held = [
        lease_of(&pool, 0, OTHER_MODEL, "a"),
        lease_of(&pool, 0, MODEL, "b"),
    ];
    let mut first = Patient::of(&pool, &demand(MODEL));
    let mut second = Patient::of(&pool, &demand(OTHER_MODEL));
    let [on_a, on_b] = held;
    drop(on_a);
    assert!(first.lease().is_none(), "a cools down on its model");
    assert_eq!(second.lease().unwrap().account().as_str(), "a");
    drop(on_b);
    assert_eq!(first.lease().unwrap().account().as_str(), "b");
}

#[test]
fn the_line_has_an_end_and_a_free_account_needs_none() {
    let pool = limited_to(1, &["a"]);
    let held = pick(&pool, 0).unwrap();
    let _first = pool.wait(at(0), &demand(MODEL), 1).unwrap();
    assert_eq!(
        pool.wait(at(0), &demand(MODEL), 1).unwrap_err(),
        NoKey::Busy
    );
    drop(held);
    let pool = limited_to(1, &["a"]);
    let waiting = pool.wait(at(0), &demand(MODEL), 0).unwrap();
    assert_eq!(view_of(&pool, 0, "a").in_flight, 1);
    drop(waiting);
    assert_eq!(view_of(&pool, 0, "a").in_flight, 0);
    assert_eq!(
        pool_of(&[]).wait(at(0), &demand(MODEL), 9).unwrap_err(),
        NoKey::Empty
    );
}

#[test]
fn what_the_user_changes_serves_those_that_wait() {
    let pool = limited_to(1, &["a"]);
    let _held = pick(&pool, 0).unwrap();
    let mut first = Patient::of(&pool, &demand(MODEL));
    let mut second = Patient::of(&pool, &demand(MODEL));
    pool.load(vec![member("a", "a"), member("b", "b")], Vec::new(), at(0));
    assert_eq!(first.lease().unwrap().account().as_str(), "b");
    let mut third = Patient::of(&pool, &demand(MODEL));
    assert!(second.lease().is_some(), "b was given back");
    pool.set_max_concurrency(None);
    assert!(third.lease().is_some());
}

#[test]
fn a_wait_is_not_a_reason_to_disturb_what_cools() {
    let pool = limited_to(1, &["a", "b"]);
    let limit = lease_of(&pool, 0, MODEL, "a");
    let _settled = settle(&pool, 0, &limit, limited(RateWindow::Minute, None));
    drop(limit);
    let _held = pick(&pool, 20_000).unwrap();
    assert_eq!(pick(&pool, 20_000).unwrap_err(), NoKey::Busy);
    // When it is back, those that wait go first.
    let mut patient = Patient::of(&pool, &demand(MODEL));
    let late = pick(&pool, 70_000);
    assert_eq!(patient.lease().unwrap().account().as_str(), "a");
    assert_eq!(late.unwrap_err(), NoKey::Busy);
}

#[test]
fn who_waits_for_an_account_that_goes_out_of_service_is_told() {
    let pool = limited_to(1, &["a"]);
    let held = pick(&pool, 0).unwrap();
    let mut patient = Patient::of(&pool, &demand(MODEL));
    let _settled = settle(&pool, 0, &held, limited(RateWindow::Minute, Some(2)));
    assert!(patient.is_sent_away(), "a cools down");
    assert_eq!((patient.times_woken(), pool.waiting()), (1, 0));
    drop(held);

    let pool = limited_to(1, &["a"]);
    let held = pick(&pool, 0).unwrap();
    let mut patient = Patient::of(&pool, &demand(MODEL));
    let _settled = settle(&pool, 0, &held, Class::AccountExhausted);
    assert!(patient.is_sent_away(), "a has no balance");
    drop(held);

    let pool = limited_to(1, &["a"]);
    let _held = pick(&pool, 0).unwrap();
    let mut patient = Patient::of(&pool, &demand(MODEL));
    pool.load(Vec::new(), Vec::new(), at(0));
    assert!(patient.is_sent_away(), "a was removed");
}

#[test]
fn who_waits_for_another_account_stays() {
    let pool = limited_to(1, &["a", "b"]);
    let on_a = lease_of(&pool, 0, MODEL, "a");
    let on_b = lease_of(&pool, 0, MODEL, "b");
    let mut patient = Patient::of(&pool, &demand(MODEL));
    let _settled = settle(&pool, 0, &on_a, Class::AccountExhausted);
    assert!(matches!(patient.turn(), Poll::Pending));
    drop(on_a);
    assert!(matches!(patient.turn(), Poll::Pending));
    drop(on_b);
    assert_eq!(patient.lease().unwrap().account().as_str(), "b");
}

#[test]
fn a_rest_that_ends_serves_who_waits_at_the_next_look() {
    let pool = limited_to(1, &["a", "b"]);
    let limit = lease_of(&pool, 0, MODEL, "a");
    let _settled = settle(&pool, 0, &limit, limited(RateWindow::Minute, Some(2)));
    drop(limit);
    let _on_b = lease_of(&pool, 0, MODEL, "b");
    let mut patient = Patient::of(&pool, &demand(MODEL));
    let back = pool.retry_after(at(0), Some(MODEL)).unwrap();
    let back_ms = u64::try_from(back.as_millis()).unwrap();
    pool.look_again(at(back_ms - 1));
    assert!(matches!(patient.turn(), Poll::Pending));
    pool.look_again(at(back_ms));
    assert_eq!(patient.lease().unwrap().account().as_str(), "a");
}
