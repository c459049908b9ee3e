use super::*;
use crate::model::Currency;

const V3: &str = "deepseek-ai/DeepSeek-V3";
const R1: &str = "deepseek-ai/DeepSeek-R1";
const GLM: &str = "Pro/zai-org/GLM-5.1";
/// 2026-10-15T12:00:00+08:00.
const NOON: i64 = 1_792_036_800_000;

fn usage(prompt: u64, completion: u64, cached: Option<u64>) -> Usage {
    Usage {
        prompt_tokens: Some(prompt),
        completion_tokens: Some(completion),
        cached_tokens: cached,
        reasoning_tokens: None,
    }
}

fn answered(model: &str, usage: Usage) -> ResultLine {
    ResultLine::Answered {
        model: Some(model.to_owned()),
        usage: Some(usage),
    }
}

fn total(lines: Vec<ResultLine>) -> Option<Total> {
    let prices = Arc::new(PriceTable::shipped());
    let mut takings = Takings::of("file-out", prices, (Site::Cn, NOON));
    for line in lines {
        takings.add(line);
    }
    takings.total()
}

#[test]
fn every_answer_costs_half() {
    let total = total(vec![
        answered(V3, usage(1_000, 100, None)),
        ResultLine::Failed,
        answered(V3, usage(2_000, 50, Some(500))),
    ])
    .unwrap();
    assert_eq!(&*total.model, V3);
    assert_eq!(total.usage, usage(3_000, 150, Some(500)));
    let cost = total.cost.unwrap();
    // Half of 1,000 × 2,000 + 100 × 8,000, and of
    // 1,500 × 2,000 + 500 × 200 + 50 × 8,000.
    assert_eq!(cost.money.nano(), 1_400_000 + 1_750_000);
    assert_eq!(cost.money.currency(), Currency::Cny);
    assert_eq!(&*cost.price, "cn:deepseek-ai/DeepSeek-V3");
    assert!(!cost.incomplete);
    // Half of 500 × 1,800.
    assert_eq!(total.saved_nano, Some(450_000));
}

#[test]
fn of_several_models_the_one_with_the_most_tokens_is_named() {
    let total = total(vec![
        answered(V3, usage(1_000, 100, None)),
        answered(R1, usage(900, 300, None)),
    ])
    .unwrap();
    assert_eq!(&*total.model, R1);
    let cost = total.cost.unwrap();
    // Half of 2,800,000, and of 900 × 4,000 + 300 × 16,000.
    assert_eq!(cost.money.nano(), 1_400_000 + 4_200_000);
    assert_eq!(&*cost.price, "cn:deepseek-ai/DeepSeek-R1");
    assert_eq!(total.usage, usage(1_900, 400, None));
}

/// Two inputs of 31,000 tokens are none of 62,000.
#[test]
fn each_answer_has_its_own_tier() {
    let short = answered(GLM, usage(31_000, 100, None));
    let long = answered(GLM, usage(33_000, 100, None));
    let total = total(vec![short.clone(), short, long]).unwrap();
    // Half of 31,000 × 6,000 + 100 × 24,000, twice, and of
    // 33,000 × 8,000 + 100 × 28,000.
    let expected = 94_200_000 * 2 + 133_400_000;
    assert_eq!(total.cost.unwrap().money.nano(), expected);
}

#[test]
fn what_is_not_known_makes_the_cost_a_part() {
    let good = || answered(V3, usage(1_000, 100, None));
    for other in [
        ResultLine::Strange,
        answered("acme/unheard-of", usage(5, 5, None)),
        ResultLine::Answered {
            model: None,
            usage: Some(usage(5, 5, None)),
        },
        ResultLine::Answered {
            model: Some(V3.to_owned()),
            usage: None,
        },
        answered(
            V3,
            Usage {
                prompt_tokens: Some(0),
                ..Usage::default()
            },
        ),
    ] {
        let cost = total(vec![other.clone(), good()]).unwrap().cost.unwrap();
        assert_eq!(cost.money.nano(), 1_400_000, "{other:?}");
        assert!(cost.incomplete, "{other:?}");
    }
}

#[test]
fn a_model_without_a_price_has_no_cost() {
    let unheard = total(vec![answered("acme/unheard-of", usage(5, 6, None))]).unwrap();
    assert_eq!(&*unheard.model, "acme/unheard-of");
    assert_eq!((unheard.usage, unheard.cost), (usage(5, 6, None), None));
    assert_eq!(total(vec![ResultLine::Failed]), None);
    assert_eq!(total(Vec::new()), None);
}
