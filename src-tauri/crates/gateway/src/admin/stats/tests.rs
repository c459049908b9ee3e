use super::*;
use flowkeep_contract::UsageTotals;
use serde_json::json;

fn with(balances: &[(&str, i64)]) -> serde_json::Value {
    let balances = balances
        .iter()
        .map(|(currency, nano)| ((*currency).to_owned(), *nano));
    let answer = OverviewAnswer::of(Overview {
        balances: balances.collect(),
        ..Overview::default()
    });
    json!(answer)
}

#[test]
fn balances_add_up_in_one_currency_only() {
    assert_eq!(with(&[])["total_balance"], json!(null));
    let one = with(&[("CNY", 12_500_000_000)]);
    assert_eq!(one["total_balance"], json!(12.5));
    let two = with(&[("CNY", 12_500_000_000), ("USD", 3_000_000_000)]);
    assert_eq!(two["total_balance"], json!(null));
    assert_eq!(two["balances"], json!({"CNY": 12.5, "USD": 3.0}));
}

#[test]
fn costs_add_up_in_one_currency_only() {
    let with = |cny_nano, usd_nano| {
        json!(OverviewAnswer::of(Overview {
            totals: UsageTotals {
                cost: Amounts { cny_nano, usd_nano },
                ..UsageTotals::default()
            },
            ..Overview::default()
        }))
    };
    assert_eq!(with(0, 0)["total_cost"], json!(0.0));
    assert_eq!(with(70_000_000, 0)["total_cost"], json!(0.07));
    let two = with(70_000_000, 1);
    assert_eq!(two["total_cost"], json!(null));
    assert_eq!(two["costs"], json!({"CNY": 0.07, "USD": 1e-9}));
}
