//! Balances as monitoring sees them.

use flowkeep_contract::SetBalanceRequest;
use flowkeep_tests::Rig;

use super::{NANO, import, key, priced, set_balance};

/// The lines of `flowkeep_balance`.
fn told(rig: &Rig) -> Vec<String> {
    let (text, _) = rig.app.metrics_text();
    let lines = text.lines().map(str::to_owned);
    lines
        .filter(|line| line.starts_with("flowkeep_balance{"))
        .collect()
}

async fn type_in(rig: &Rig, label: &str, currency: &str) {
    let request = SetBalanceRequest {
        account_id: key(&rig.keys().await, label).account_id.clone(),
        nano: Some(2 * NANO),
        currency: Some(currency.to_owned()),
    };
    rig.app.set_balance(request).await.expect("a balance");
}

/// A balance has a currency of its own, whatever its site is billed in.
#[tokio::test]
async fn a_balance_is_told_in_its_own_currency() {
    let rig = Rig::with(priced()).await;
    assert_eq!(told(&rig), Vec::<String>::new(), "nothing is known");
    type_in(&rig, "alpha", "USD").await;
    set_balance(&rig, "beta", Some(NANO / 2)).await;
    assert_eq!(
        told(&rig),
        [
            r#"flowkeep_balance{account="alpha",currency="USD"} 2"#,
            r#"flowkeep_balance{account="beta",currency="CNY"} 0.5"#,
        ]
    );
    // An address that tells nothing of money.
    let rig = Rig::start().await;
    type_in(&rig, "alpha", "USD").await;
    assert_eq!(
        told(&rig),
        [r#"flowkeep_balance{account="alpha",currency="USD"} 2"#]
    );
}

/// One line per account, however many keys it has.
#[tokio::test]
async fn an_account_with_two_keys_is_told_once() {
    let rig = Rig::start().await;
    import(&rig, &["eins account=team balance=3", "zwei account=team"]).await;
    assert_eq!(
        told(&rig),
        [r#"flowkeep_balance{account="team",currency="CNY"} 3"#]
    );
}
