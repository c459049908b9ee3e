use std::sync::Arc;

use super::limits::{Windows, glob_matches};
use super::{Customers, Denial, Load, Prompt};
use crate::account::{Account, Metric, RateLimit, Region};
use crate::ledger::{Usage, Work};
use crate::model::Model;

const MODEL: &str = "org/model";

fn limit(metric: Metric, limit: u64) -> Vec<RateLimit> {
    vec![RateLimit {
        model: "*".into(),
        metric,
        limit,
    }]
}

fn prompt(tokens: u64) -> Load {
    Load::tokens(tokens)
}

fn customer(account: Account) -> Arc<super::Customer> {
    let key = account.keys[0].clone();
    Customers::new(vec![account])
        .find(&key, Region::Cn)
        .unwrap()
}

fn priced(id: &str) -> Model {
    Model {
        id: id.into(),
        input_nano: 1_000,
        output_nano: 2_000,
        cached_nano: Some(100),
        ..Model::default()
    }
}

#[test]
fn globs_match_runs_of_characters() {
    for (pattern, text) in [
        ("*", "a/b"),
        ("a/*", "a/b"),
        ("*/b", "a/b"),
        ("a*c*e", "abcde"),
        ("a/b", "a/b"),
    ] {
        assert!(glob_matches(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in [
        ("a/*", "b/a"),
        ("a*a", "a"),
        ("a/b", "a/bc"),
        ("*x*", "abc"),
    ] {
        assert!(!glob_matches(pattern, text), "{pattern} {text}");
    }
}

#[test]
fn requests_slide_out_of_the_minute() {
    let limits = limit(Metric::Rpm, 2);
    let mut windows = Windows::default();
    assert_eq!(windows.admit(&limits, MODEL, (prompt(1), 0)), None);
    assert_eq!(windows.admit(&limits, MODEL, (prompt(1), 30_000)), None);
    let full = windows.admit(&limits, MODEL, (prompt(1), 59_999));
    assert_eq!(full, Some(Metric::Rpm));
    // The first left at 60,000; the refused one still counts.
    let full = windows.admit(&limits, MODEL, (prompt(1), 60_000));
    assert_eq!(full, Some(Metric::Rpm), "refused calls count");
    assert_eq!(windows.admit(&limits, MODEL, (prompt(1), 120_000)), None);
}

#[test]
fn models_are_limited_separately() {
    let limits = limit(Metric::Rpm, 1);
    let mut windows = Windows::default();
    assert_eq!(windows.admit(&limits, "a", (prompt(1), 0)), None);
    assert_eq!(windows.admit(&limits, "b", (prompt(1), 0)), None);
    assert_eq!(
        windows.admit(&limits, "a", (prompt(1), 1)),
        Some(Metric::Rpm)
    );
}

#[test]
fn tokens_fill_their_own_window() {
    let limits = limit(Metric::Tpm, 100);
    let mut windows = Windows::default();
    assert_eq!(windows.admit(&limits, MODEL, (prompt(40), 0)), None);
    windows.add(&limits, MODEL, (prompt(50), 10));
    assert_eq!(
        windows.admit(&limits, MODEL, (prompt(11), 20)),
        Some(Metric::Tpm)
    );
    assert_eq!(windows.admit(&limits, MODEL, (prompt(10), 20)), None);
    assert_eq!(
        windows.admit(&limits, MODEL, (prompt(1), 30)),
        Some(Metric::Tpm)
    );
    assert_eq!(windows.admit(&limits, MODEL, (prompt(1), 60_000)), None);
}

#[test]
fn long_windows_last_an_hour_and_a_day() {
    for (metric, window) in [(Metric::Rph, 3_600_000), (Metric::Rpd, 86_400_000)] {
        let limits = limit(metric, 1);
        let mut windows = Windows::default();
        assert_eq!(windows.admit(&limits, MODEL, (prompt(1), 0)), None);
        assert_eq!(
            windows.admit(&limits, MODEL, (prompt(1), window - 1)),
            Some(metric)
        );
        assert_eq!(windows.admit(&limits, MODEL, (prompt(1), 2 * window)), None);
    }
}

#[test]
fn denials_have_an_order() {
    let model = priced(MODEL);
    let admit = |account: Account| customer(account).admit(&model, MODEL, prompt(1), 0);
    let account = || Account::new("a", "sk-test");
    assert_eq!(admit(account()), Ok(()));
    let broke = account().with_balance(0, 0);
    assert_eq!(admit(broke), Err(Denial::Exhausted));
    let unverified = Account {
        verified: false,
        ..account()
    };
    assert_eq!(admit(unverified), Err(Denial::RealName));
    let limited = account().with_limit("*", Metric::Rpd, 0);
    assert_eq!(admit(limited), Err(Denial::RateLimited(Metric::Rpd)));
    let pro = priced("Pro/org/model");
    let gifted = customer(account().with_balance(5, 0));
    assert_eq!(
        gifted.admit(&pro, "Pro/org/model", prompt(1), 0),
        Err(Denial::NeedsCharge)
    );
    assert_eq!(gifted.admit(&model, MODEL, prompt(1), 0), Ok(()));
}

#[test]
fn gifts_are_spent_first_but_not_on_pro() {
    let usage = Usage {
        prompt: 10,
        completion: 5,
        cached: 4,
        reasoning: 0,
    };
    // 6 x 1000 + 4 x 100 + 5 x 2000
    let cost = 16_400;
    let customer = customer(Account::new("a", "sk-test").with_balance(10_000, 50_000));
    assert_eq!(
        customer.settle(&priced(MODEL), MODEL, (usage, Work::default()), 0),
        cost
    );
    let account = customer.account();
    assert_eq!((account.gift_nano, account.charge_nano), (0, 43_600));
    customer.settle(&priced("Pro/x"), "Pro/x", (usage, Work::default()), 0);
    assert_eq!(customer.account().charge_nano, 27_200);
}

#[test]
fn a_longer_conversation_finds_its_beginning() {
    let customer = customer(Account::new("a", "sk-test"));
    let prompt = |messages: &[&str]| {
        let mut prompt = Prompt::default();
        for message in messages {
            prompt.push(message, 10);
        }
        prompt
    };
    let cached = |messages: &[&str]| customer.cached_tokens(MODEL, &prompt(messages));
    assert_eq!(cached(&["one"]), 0);
    assert_eq!(cached(&["one"]), 0, "the last message is never cached");
    assert_eq!(cached(&["one", "two", "three"]), 10);
    assert_eq!(cached(&["one", "two", "three", "four"]), 30);
    assert_eq!(cached(&["other", "two", "three"]), 0);
    assert_eq!(customer.cached_tokens("m2", &prompt(&["one", "two"])), 0);
}

#[test]
fn an_upsert_moves_keys_and_keeps_order() {
    let customers = Customers::new(vec![Account::new("a", "k1"), Account::new("b", "k2")]);
    customers.upsert(Account::new("a", "k3").with_balance(1, 2));
    assert!(customers.find("k1", Region::Cn).is_none());
    assert_eq!(customers.find("k3", Region::Cn).unwrap().id(), "a");
    assert!(customers.find("k3", Region::Com).is_none(), "wrong region");
    let ids: Vec<String> = customers.accounts().into_iter().map(|a| a.id).collect();
    assert_eq!(ids, ["a", "b"]);
}

#[test]
fn images_have_windows_of_their_own() {
    let limits = limit(Metric::Ipm, 3);
    let mut windows = Windows::default();
    let images = |images: u64| Load { tokens: 0, images };
    assert_eq!(windows.admit(&limits, MODEL, (images(2), 0)), None);
    let full = windows.admit(&limits, MODEL, (images(2), 1));
    assert_eq!(full, Some(Metric::Ipm));
    assert_eq!(windows.admit(&limits, MODEL, (images(1), 2)), None);
    assert_eq!(windows.admit(&limits, MODEL, (prompt(1), 3)), None);
    assert_eq!(windows.admit(&limits, MODEL, (images(2), 60_001)), None);
}

#[test]
fn work_has_its_own_prices() {
    let model = Model {
        image_nano: 5,
        clip_nano: 70,
        speech_byte_nano: 900,
        second_nano: 11_000,
        ..Model::default()
    };
    let work = Work {
        images: 1,
        clips: 2,
        speech_bytes: 3,
        audio_seconds: 4,
    };
    let customer = customer(Account::new("a", "sk-test1"));
    let cost = customer.settle(&model, MODEL, (Usage::default(), work), 0);
    assert_eq!(cost, 5 + 2 * 70 + 3 * 900 + 4 * 11_000);
}
