use proptest::prelude::{any, proptest};

use super::{Currency, MalformedAmount, Money, Nano};

fn nano(text: &str) -> Nano {
    text.parse().unwrap()
}

#[test]
fn a_decimal_text_is_read_to_the_last_digit() {
    assert_eq!(nano("6").get(), 6_000_000_000);
    assert_eq!(nano("0.07").get(), 70_000_000);
    assert_eq!(nano("0.000000001").get(), 1);
    assert_eq!(nano("-4.13").get(), -4_130_000_000);
    assert_eq!(nano("9223372036.854775807").get(), i64::MAX);
}

#[test]
fn what_is_no_amount_is_refused() {
    for text in [
        "", "-", ".", ".5", "5.", "1e3", "+1", "1,5", "0x1", "1.2.3", " 1", "NaN", "١",
    ] {
        assert_eq!(
            text.parse::<Nano>(),
            Err(MalformedAmount::NotDecimal),
            "{text}"
        );
    }
    assert_eq!(
        "0.0000000001".parse::<Nano>(),
        Err(MalformedAmount::TooFine)
    );
    assert_eq!(
        "9223372036.854775808".parse::<Nano>(),
        Err(MalformedAmount::TooLarge)
    );
}

#[test]
fn json_holds_text_and_refuses_a_float() {
    assert_eq!(serde_json::to_string(&nano("0.07")).unwrap(), "\"0.07\"");
    assert_eq!(
        serde_json::from_str::<Nano>("\"1.50\"").unwrap(),
        nano("1.5")
    );
    assert!(serde_json::from_str::<Nano>("0.07").is_err());
}

#[test]
fn rounding_is_half_away_from_zero() {
    assert_eq!(nano("0.005").rounded(2), "0.01");
    assert_eq!(nano("0.004999999").rounded(2), "0.00");
    assert_eq!(nano("-0.005").rounded(2), "-0.01");
    assert_eq!(nano("-0.004").rounded(2), "0.00");
    assert_eq!(nano("1.5").rounded(0), "2");
    assert_eq!(nano("0.123456789").rounded(9), "0.123456789");
    assert_eq!(nano("0.123456789").rounded(40), "0.123456789");
    assert_eq!(Nano::new(i64::MIN).rounded(2), "-9223372036.85");
}

#[test]
fn money_is_shown_with_its_sign() {
    assert_eq!(
        Money::new(nano("0.000006"), Currency::Cny).to_string(),
        "¥0.000006"
    );
    assert_eq!(Money::new(nano("-2"), Currency::Usd).rounded(2), "-$2.00");
    assert_eq!(Money::new(Nano::ZERO, Currency::Cny).to_string(), "¥0");
}

#[test]
fn currencies_do_not_mix_and_sums_do_not_wrap() {
    let yuan = |amount| Money::new(Nano::new(amount), Currency::Cny);
    let dollar = Money::new(Nano::new(1), Currency::Usd);
    assert_eq!(yuan(1).checked_add(yuan(2)), Some(yuan(3)));
    assert_eq!(yuan(1).checked_sub(yuan(2)), Some(yuan(-1)));
    assert_eq!(yuan(1).checked_add(dollar), None);
    assert_eq!(yuan(1).checked_sub(dollar), None);
    assert_eq!(yuan(i64::MAX).checked_add(yuan(1)), None);
    assert_eq!(yuan(i64::MIN).checked_sub(yuan(1)), None);
}

#[test]
fn a_currency_is_known_by_its_code() {
    for currency in Currency::ALL {
        assert_eq!(Currency::parse(currency.code()), Some(currency));
    }
    assert_eq!(Currency::parse("cny"), None);
    assert_eq!(serde_json::to_string(&Currency::Cny).unwrap(), "\"CNY\"");
}

proptest! {
    #[test]
    fn every_amount_survives_being_written(billionths in (i64::MIN + 1)..=i64::MAX) {
        let amount = Nano::new(billionths);
        assert_eq!(amount.to_string().parse(), Ok(amount));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = text.parse::<Nano>();
    }
}
