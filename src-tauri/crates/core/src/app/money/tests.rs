use super::*;
use crate::model::{AccountId, Cost, Currency, Money, Nano, Units, Usage};

/// 2026-10-15T12:00:00+08:00.
const NOON: i64 = 1_792_036_800_000;

fn chat(model: &str) -> RequestRecord {
    RequestRecord {
        route: "chat/completions".to_owned(),
        model_asked: Some(model.into()),
        account: Some(AccountId::from("alpha")),
        status: 200,
        outcome: Outcome::Success,
        usage: Usage {
            prompt_tokens: Some(10_000),
            completion_tokens: Some(500),
            cached_tokens: Some(9_000),
            reasoning_tokens: None,
        },
        ..RequestRecord::begun(uuid::Uuid::nil(), NOON)
    }
}

fn priced_at(record: &RequestRecord, site: Option<Site>) -> Option<Priced> {
    price(&PriceTable::shipped(), record, |_| site)
}

fn priced(record: &RequestRecord) -> Option<Priced> {
    priced_at(record, Some(Site::Cn))
}

#[test]
fn an_answer_costs_what_its_model_costs_at_its_site() {
    let record = chat("deepseek-ai/DeepSeek-V3.2");
    let here = priced(&record).unwrap();
    // 1,000 × 4,000 + 9,000 × 400 + 500 × 6,000
    assert_eq!(here.cost.money.nano(), 10_600_000);
    assert_eq!(here.cost.money.currency(), Currency::Cny);
    assert_eq!(&*here.cost.price, "cn:deepseek-ai/DeepSeek-V3.2");
    // 9,000 × 3,600
    assert_eq!(here.saved_nano, Some(32_400_000));
    let there = priced_at(&record, Some(Site::Com)).unwrap();
    // 10,000 × 270 + 500 × 420: no price for cached input is known.
    assert_eq!(there.cost.money.nano(), 2_910_000);
    assert_eq!(there.cost.money.currency(), Currency::Usd);
    assert_eq!(priced_at(&record, None), None);
}

#[test]
fn the_model_that_was_sent_is_the_one_that_is_paid() {
    let mut record = chat("claude-sonnet-4");
    assert_eq!(priced(&record), None);
    record.model_used = Some("deepseek-ai/DeepSeek-V3.2".into());
    assert!(priced(&record).is_some());
}

#[test]
fn free_is_nothing_and_unknown_is_unknown() {
    let free = priced(&chat("Qwen/Qwen3-8B")).unwrap();
    assert_eq!(free.cost.money.nano(), 0);
    assert!(!free.cost.incomplete);
    assert_eq!(priced(&chat("acme/unheard-of")), None);
    let mut nameless = chat("x");
    nameless.model_asked = None;
    assert_eq!(priced(&nameless), None);
}

#[test]
fn only_an_answer_is_charged() {
    let answered = chat("deepseek-ai/DeepSeek-V3.2");
    for (outcome, status, is_charged) in [
        (Outcome::Success, 200, true),
        (Outcome::Interrupted, 200, true),
        (Outcome::ClientClosed, 200, true),
        (Outcome::ClientClosed, 499, false),
        (Outcome::Rejected, 400, false),
        (Outcome::Refused, 429, false),
        (Outcome::UpstreamFailed, 502, false),
        // An error that came as a 200.
        (Outcome::UpstreamFailed, 200, false),
    ] {
        let record = RequestRecord {
            status,
            outcome,
            ..answered.clone()
        };
        assert_eq!(
            priced(&record).is_some(),
            is_charged,
            "{outcome:?} {status}"
        );
    }
}

#[test]
fn an_answer_that_told_a_part_costs_at_least_that() {
    let mut record = chat("deepseek-ai/DeepSeek-V3.2");
    record.outcome = Outcome::ClientClosed;
    record.usage.completion_tokens = None;
    record.usage.cached_tokens = None;
    let part = priced(&record).unwrap();
    assert_eq!(part.cost.money.nano(), 40_000_000);
    assert!(part.cost.incomplete);
    assert_eq!(part.saved_nano, None);
    record.usage = Usage::default();
    assert_eq!(priced(&record), None);
}

#[test]
fn pieces_are_priced_as_well() {
    let mut clip = chat("Wan-AI/Wan2.2-T2V-A14B");
    clip.usage = Usage::default();
    assert_eq!(priced(&clip), None);
    clip.units = Units {
        clips: Some(1),
        ..Units::default()
    };
    assert_eq!(priced(&clip).unwrap().cost.money.nano(), 2_000_000_000);
}

/// The account may have moved or gone since.
#[test]
fn a_cost_that_is_known_tells_the_site() {
    let mut record = chat("deepseek-ai/DeepSeek-V3.2");
    record.cost = Some(Cost {
        money: Money::new(Nano::new(1), Currency::Usd),
        price: "an older row".into(),
        incomplete: false,
    });
    let again = price(&PriceTable::shipped(), &record, |_| {
        unreachable!("the site is known")
    });
    assert_eq!(again.unwrap().cost.money.currency(), Currency::Usd);
}
