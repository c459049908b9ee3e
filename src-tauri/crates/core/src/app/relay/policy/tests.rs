use super::*;
use crate::model::RateWindow;

const SOON: Duration = Duration::from_millis(10);

fn tally() -> Tally {
    Tally::new(FailoverLimits::default(), &HeaderMap::new())
}

fn attempts(class: Class, effect: Effect) -> u32 {
    let mut tally = tally();
    let verdict = Verdict::plain(class);
    let mut attempts = 1;
    while attempts < 100 && tally.next(&verdict, effect, SOON, false) != Next::Stop {
        tally.tried(&verdict, &AccountId::generate(), &KeyId::generate());
        attempts += 1;
    }
    attempts
}

/// `reliability.md` §2.2, row by row: upstream requests until it is given up.
#[test]
fn every_class_has_its_number_of_attempts() {
    let limited = Class::RateLimited {
        window: RateWindow::Minute,
        retry_after: None,
    };
    let busy = Class::ModelBusy { retry_after: None };
    let rows = [
        (Class::NotSent, 3, 3),
        (Class::NoAnswer, 2, 1),
        (Class::KeyUnauthorized, 32, 32),
        (Class::AccountExhausted, 32, 32),
        (Class::PaidOnly, 32, 32),
        (Class::ModelRestricted, 32, 32),
        (Class::AccountRestricted, 32, 32),
        (limited, 32, 32),
        (busy, 3, 3),
        (Class::Rejected, 1, 1),
        (Class::UpstreamFailed, 2, 1),
        (Class::Broken, 2, 1),
        (Class::Redirected, 1, 1),
        (Class::TimedOut, 1, 1),
        (Class::ClientGone, 1, 1),
    ];
    for (class, inference, creates) in rows {
        assert_eq!(attempts(class, Effect::Inference), inference, "{class:?}");
        assert_eq!(attempts(class, Effect::Creates), creates, "{class:?}");
    }
}

#[test]
fn nothing_is_repeated_after_the_window() {
    let late = FailoverLimits::default().window + SOON;
    let next = tally().next(
        &Verdict::plain(Class::KeyUnauthorized),
        Effect::Read,
        late,
        false,
    );
    assert_eq!(next, Next::Stop);
}

/// F10: a limit on all accounts at once is not the accounts'.
#[test]
fn a_limit_above_the_accounts_stops_the_search() {
    let limited = Class::RateLimited {
        window: RateWindow::Minute,
        retry_after: None,
    };
    let next = tally().next(&Verdict::plain(limited), Effect::Inference, SOON, true);
    assert_eq!(next, Next::Stop);
}

/// The OpenAI SDKs retry by themselves; retries must not multiply.
#[test]
fn a_client_that_repeats_gets_no_ambiguous_repeats_from_us() {
    let mut headers = HeaderMap::new();
    headers.insert("x-stainless-retry-count", "1".parse().unwrap());
    let mut tally = Tally::new(FailoverLimits::default(), &headers);
    let failed = Verdict::plain(Class::UpstreamFailed);
    assert_eq!(
        tally.next(&failed, Effect::Inference, SOON, false),
        Next::Stop
    );
    let unauthorized = Verdict::plain(Class::KeyUnauthorized);
    assert_ne!(
        tally.next(&unauthorized, Effect::Inference, SOON, false),
        Next::Stop
    );
}

/// F14: an error that calls itself 200 must not reach the client as one.
#[test]
fn an_error_in_a_2xx_does_not_pass() {
    let busy = |status| {
        let mut verdict = Verdict::plain(Class::ModelBusy { retry_after: None });
        verdict.evidence.status = Some(status);
        verdict
    };
    assert!(passes_through(&busy(503)));
    assert!(!passes_through(&busy(200)));
    assert!(!passes_through(&Verdict::plain(Class::KeyUnauthorized)));
}

/// Whatever the failures are, they count together.
#[test]
fn the_total_of_attempts_ends_all_failover() {
    let limits = FailoverLimits {
        attempts: 2,
        ..FailoverLimits::default()
    };
    let mut tally = Tally::new(limits, &HeaderMap::new());
    let refused = Verdict::plain(Class::AccountExhausted);
    assert_ne!(
        tally.next(&refused, Effect::Inference, SOON, false),
        Next::Stop
    );
    assert!(tally.may_change_model(false, SOON));
    tally.change_model(false, SOON);
    assert_eq!(
        tally.next(&refused, Effect::Inference, SOON, false),
        Next::Stop
    );
    assert!(!tally.may_change_model(true, SOON));
}

/// What was learnt of accounts was learnt on the model before; keys stay out.
#[test]
fn another_model_meets_all_accounts_again() {
    let mut tally = tally();
    let limited = Verdict::plain(Class::RateLimited {
        window: RateWindow::Minute,
        retry_after: None,
    });
    tally.tried(&limited, &AccountId::generate(), &KeyId::generate());
    let unauthorized = Verdict::plain(Class::KeyUnauthorized);
    tally.tried(&unauthorized, &AccountId::generate(), &KeyId::generate());
    tally.change_model(false, SOON);
    assert_eq!((tally.accounts.len(), tally.keys.len()), (0, 1));
}

/// A model that kept the request waiting has used up the window by that alone.
#[test]
fn a_late_model_leaves_the_next_one_a_window_of_its_own() {
    let late = FailoverLimits::default().window + SOON;
    let mut tally = tally();
    assert!(!tally.may_change_model(false, late));
    assert!(tally.may_change_model(true, late));
    tally.change_model(true, late);
    let refused = Verdict::plain(Class::AccountExhausted);
    let next = tally.next(&refused, Effect::Inference, late + SOON, false);
    assert_ne!(next, Next::Stop);
}

/// D10: the words of a proxy's 503 are no certain refusal; a code of the vendor's is.
#[test]
fn a_creation_is_not_repeated_after_a_503_of_something_in_between() {
    let busy = Class::ModelBusy { retry_after: None };
    let limited = Class::RateLimited {
        window: RateWindow::Minute,
        retry_after: None,
    };
    for class in [busy, limited] {
        for (status, code, effect, goes_on) in [
            (503, None, Effect::Creates, false),
            (503, Some(503), Effect::Creates, false),
            (503, Some(50_505), Effect::Creates, true),
            (429, None, Effect::Creates, true),
            (503, None, Effect::Inference, true),
        ] {
            let mut verdict = Verdict::plain(class);
            verdict.evidence.status = Some(status);
            verdict.evidence.vendor_code = code;
            let next = tally().next(&verdict, effect, SOON, false);
            assert_eq!(next != Next::Stop, goes_on, "{verdict:?} {effect:?}");
        }
    }
}

/// What a request waited for before its first account is no failover.
#[test]
fn the_window_begins_with_the_first_account() {
    let window = FailoverLimits::default().window;
    let waited = window * 2;
    let refused = Verdict::plain(Class::AccountExhausted);
    let mut tally = tally();
    tally.begin(waited);
    let next = tally.next(&refused, Effect::Inference, waited + SOON, false);
    assert_ne!(next, Next::Stop);
    // A later wait does count.
    tally.begin(waited + window);
    let late = waited + window + SOON;
    let next = tally.next(&refused, Effect::Inference, late, false);
    assert_eq!(next, Next::Stop);
}
