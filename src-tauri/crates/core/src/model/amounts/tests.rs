use super::*;

const SOME: Amounts = Amounts {
    cny_nano: 5,
    usd_nano: -2,
};

#[test]
fn money_counts_in_its_own_currency() {
    let dollars = Amounts::money(Money::new(Nano::new(7), Currency::Usd));
    assert_eq!((dollars.cny_nano, dollars.usd_nano), (0, 7));
    let yuan = Amounts::money(Money::new(Nano::new(7), Currency::Cny));
    assert_eq!((yuan.cny_nano, yuan.usd_nano), (7, 0));
    for currency in Currency::ALL {
        assert_eq!(
            dollars.of(currency) == Nano::ZERO,
            currency != Currency::Usd
        );
    }
    assert!(!dollars.is_nothing() && !yuan.is_nothing());
    assert!(Amounts::default().is_nothing());
}

#[test]
fn sums_grow_and_are_compared_by_currency() {
    let sum = SOME.plus(SOME);
    assert_eq!((sum.cny_nano, sum.usd_nano), (10, -4));
    assert_eq!(sum.since(SOME), SOME);
    let most = Amounts {
        cny_nano: i64::MAX,
        usd_nano: i64::MIN,
    };
    assert_eq!(most.plus(SOME), most, "an absurd sum does not turn round");
    assert_eq!(most.since(SOME).usd_nano, i64::MIN + 2);
}
