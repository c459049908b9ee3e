use super::*;
use crate::model::{Class, Evidence};

fn verdict(class: Class, status: Option<u16>, vendor_code: Option<i64>) -> Verdict {
    Verdict {
        class,
        evidence: Evidence {
            status,
            vendor_code,
            text: String::new(),
        },
    }
}

fn whom(account: &str) -> (AccountId, Choice) {
    (AccountId::from(account), Choice::Strategy)
}

/// Begins an attempt of an account.
fn begin(trail: &mut Trail, account: &str, at_ms: u32) -> AttemptNumber {
    let (account, chosen) = whom(account);
    trail.begin((&account, chosen), Some("m".into()), at_ms)
}

#[test]
fn an_account_that_was_left_says_why_and_when() {
    let mut trail = Trail::default();
    let first = begin(&mut trail, "alpha", 5);
    trail.got_head(first, 25);
    let exhausted = verdict(Class::AccountExhausted, Some(402), Some(30_001));
    trail.settle(first, (&exhausted, None), 30);
    let second = begin(&mut trail, "beta", 31);
    trail.got_head(second, 131);
    trail.settle(
        second,
        (&verdict(Class::Success, Some(200), None), None),
        140,
    );
    let attempts = trail.close(1_031);
    assert_eq!(
        attempts[0],
        AttemptRecord {
            account: AccountId::from("alpha"),
            model: Some("m".into()),
            after_ms: 5,
            chosen: Choice::Strategy,
            status: Some(402),
            vendor_code: Some(30_001),
            headers_ms: Some(20),
            first_byte_ms: None,
            end_ms: Some(25),
            left: Some(Left::AccountExhausted),
        }
    );
    assert_eq!(
        attempts[1],
        AttemptRecord {
            account: AccountId::from("beta"),
            model: Some("m".into()),
            after_ms: 31,
            chosen: Choice::Strategy,
            status: Some(200),
            vendor_code: None,
            headers_ms: Some(100),
            first_byte_ms: Some(109),
            end_ms: Some(1_000),
            left: None,
        }
    );
}

#[test]
fn what_had_no_answer_when_the_client_left_says_so() {
    let mut trail = Trail::default();
    begin(&mut trail, "alpha", 0);
    let attempts = trail.close(70);
    assert_eq!(attempts[0].left, Some(Left::ClientGone));
    assert_eq!(attempts[0].end_ms, Some(70));
    assert_eq!(attempts[0].headers_ms, None);
}

#[test]
fn what_could_not_be_sent_has_no_status() {
    let mut trail = Trail::default();
    let number = begin(&mut trail, "alpha", 0);
    trail.settle(number, (&verdict(Class::NotSent, None, None), None), 3);
    let attempts = trail.close(9);
    assert_eq!(attempts[0].status, None);
    assert_eq!(attempts[0].left, Some(Left::NotSent));
    assert_eq!(attempts[0].end_ms, Some(3));
}

/// Several accounts are asked for their lists at once.
#[test]
fn attempts_that_run_at_a_time_keep_their_own_times() {
    let mut trail = Trail::default();
    let first = begin(&mut trail, "alpha", 0);
    let second = begin(&mut trail, "beta", 2);
    let success = verdict(Class::Success, Some(200), None);
    trail.settle(second, (&success, None), 10);
    trail.end(second, None, 12);
    trail.end(first, Some(Left::TimedOut), 30_000);
    let attempts = trail.close(30_001);
    assert_eq!(attempts[0].left, Some(Left::TimedOut));
    assert_eq!(attempts[0].end_ms, Some(30_000));
    assert_eq!(attempts[1].left, None);
    assert_eq!(attempts[1].first_byte_ms, Some(8));
    assert_eq!(attempts[1].end_ms, Some(10));
}

#[test]
fn a_model_that_an_upload_tells_late_is_noted() {
    let mut trail = Trail::default();
    let (account, chosen) = whom("alpha");
    let number = trail.begin((&account, chosen), None, 0);
    let success = verdict(Class::Success, Some(200), None);
    trail.settle(number, (&success, Some("late".into())), 4);
    assert_eq!(trail.close(5)[0].model.as_deref(), Some("late"));
}

/// A request with one attempt, as nearly all are, has room for no more.
#[test]
fn one_attempt_takes_the_room_of_one() {
    let mut trail = Trail::default();
    begin(&mut trail, "alpha", 0);
    assert_eq!(trail.close(0).capacity(), 1);
}
