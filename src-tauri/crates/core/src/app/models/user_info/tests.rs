use super::*;
use crate::model::{AccountId, BalanceSource, KeyState};
use crate::store::Balance;

fn account(balance: Option<(i64, Currency)>) -> AccountRow {
    AccountRow {
        account_id: AccountId::generate(),
        label: "a".to_owned(),
        site: "https://api.siliconflow.cn/v1".to_owned(),
        state: KeyState::Usable,
        condition: None,
        balance: balance.map(|(nano, currency)| Balance {
            nano,
            currency,
            source: BalanceSource::Manual,
            as_of_ms: 0,
        }),
        balance_failure: None,
        max_concurrency: None,
        created_at_ms: 0,
    }
}

/// D5: what is not known is not zero.
#[test]
fn nothing_known_is_no_zero() {
    let sum = Sum::of(&[account(None), account(None)], Currency::Cny);
    assert_eq!((sum.nano, sum.unknown), (None, 2));
    let document = sum.document();
    for amount in ["balance", "chargeBalance", "totalBalance"] {
        assert_eq!(document["data"][amount], "", "{amount}");
    }
    assert_eq!(sum.headers()[UNKNOWN], "2");
}

const MIXED: [Option<(i64, Currency)>; 5] = [
    Some((5_000_000_000, Currency::Usd)),
    Some((880_000_000, Currency::Cny)),
    None,
    Some((88_000_000_000, Currency::Cny)),
    Some((3_000_000_000, Currency::Usd)),
];

/// Whichever account comes first, the sum is what the gateway's own site bills.
#[test]
fn what_is_known_is_added_up_in_the_currency_of_the_site() {
    for (home, total, unknown) in [(Currency::Cny, "88.88", "3"), (Currency::Usd, "8.00", "3")] {
        let mut accounts = MIXED.map(account);
        for _ in 0..accounts.len() {
            accounts.rotate_left(1);
            let sum = Sum::of(&accounts, home);
            let document = sum.document();
            assert_eq!(document["code"], 20000);
            assert_eq!(document["data"]["totalBalance"], total);
            assert_eq!(sum.headers()[UNKNOWN], unknown);
            assert_eq!(sum.headers()[CURRENCY], home.code());
        }
    }
}

/// Also where all accounts live at the other site.
#[test]
fn what_all_have_in_common_is_the_currency() {
    let dollars = [Some((3_000_000_000, Currency::Usd)), None].map(account);
    let sum = Sum::of(&dollars, Currency::Cny);
    assert_eq!(
        (sum.nano, sum.currency, sum.unknown),
        (Some(3_000_000_000), Currency::Usd, 1)
    );
}

#[test]
fn amounts_are_written_as_the_vendor_does() {
    for (nano, text) in [
        (0, "0.00"),
        (880_000_000, "0.88"),
        (1_500_000_000, "1.50"),
        (1, "0.000000001"),
        (-2_340_000_000, "-2.34"),
        (i64::MIN, "-9223372036.854775808"),
    ] {
        assert_eq!(amount(nano), text);
    }
}
