//! `GET /v1/user/info`, answered from the pool.

use flowkeep_contract::{ImportKeysRequest, Outcome};
use flowkeep_simulator::sample_key;
use flowkeep_tests::{MODEL, Rig, RigOptions, Seen};

/// A model that costs nothing.
const FREE: &str = "Qwen/Qwen3-8B";

async fn user_info(rig: &Rig) -> Seen {
    let sent = std::time::Instant::now();
    let request = rig
        .client
        .get(rig.url("/v1/user/info"))
        .bearer_auth(&rig.token);
    Seen::read(request.send().await.expect("an HTTP answer"), sent).await
}

/// Puts what is known of one account where the engine keeps it.
#[expect(
    clippy::disallowed_methods,
    reason = "no command of this version writes balances"
)]
fn note(rig: &Rig, account: &str, nano: i64, currency: &str) {
    let database = rusqlite::Connection::open(rig.folder().join("flowkeep.db"));
    let database = database.expect("the database opens");
    let changed = database
        .execute(
            "UPDATE accounts SET balance_nano = ?1, balance_currency = ?2,
             balance_source = 'manual', balance_as_of_ms = 1 WHERE label = ?3",
            rusqlite::params![nano, currency, account],
        )
        .expect("the row is written");
    assert_eq!(changed, 1);
}

/// D5: the vendor's shape, with what is known; what is not is said.
#[tokio::test]
async fn the_balance_is_the_sum_of_what_is_known() {
    let rig = Rig::start().await;
    let nothing = user_info(&rig).await;
    assert_eq!(nothing.status, 200);
    assert_eq!(
        nothing.json()["data"]["totalBalance"],
        "",
        "unknown is not zero, and an amount is a string"
    );
    assert_eq!(nothing.header("x-flowkeep-balance-unknown"), "3");
    note(&rig, "alpha", 880_000_000, "CNY");
    note(&rig, "gamma", 88_000_000_000, "CNY");
    let known = user_info(&rig).await;
    let body = known.json();
    assert_eq!(
        (&body["code"], &body["status"]),
        (&20000.into(), &true.into())
    );
    assert_eq!(body["data"]["totalBalance"], "88.88");
    assert_eq!(known.header("x-flowkeep-balance-unknown"), "1");
    assert_eq!(known.header("x-flowkeep-balance-currency"), "CNY");
    assert!(
        rig.hits("/v1/user/info").is_empty(),
        "the upstream has none"
    );
    let rows = rig.agree(&[nothing, known]).await;
    assert!(
        rows.iter()
            .all(|row| row.outcome == Outcome::Success && row.account.is_none())
    );
}

/// A gateway counts in its own site's currency, whichever account came first.
#[tokio::test]
async fn two_currencies_are_not_added_up() {
    let rig = Rig::start().await;
    note(&rig, "alpha", 3_000_000_000, "USD");
    note(&rig, "beta", 12_500_000_000, "CNY");
    note(&rig, "gamma", 5_000_000, "CNY");
    let seen = user_info(&rig).await;
    assert_eq!(seen.json()["data"]["totalBalance"], "12.505");
    for part in ["balance", "chargeBalance"] {
        assert_eq!(seen.json()["data"][part], "", "nobody knows the {part}");
    }
    assert_eq!(seen.header("x-flowkeep-balance-currency"), "CNY");
    assert_eq!(seen.header("x-flowkeep-balance-unknown"), "1");
}

/// What costs nothing is asked of the account with the least, so that the rest
/// is left for what does cost.
#[tokio::test]
async fn a_free_model_leaves_the_richest_account_alone() {
    let rig = Rig::with(RigOptions {
        import: false,
        ..RigOptions::default()
    })
    .await;
    let line = |name: &str, balance: u32| format!("{} {name} balance={balance}", sample_key(name));
    let request = ImportKeysRequest {
        text: [line("alpha", 5), line("beta", 500)].join("\n"),
        validate: false,
        force: true,
    };
    let report = rig.app.import_keys(request).await.expect("a report");
    assert_eq!(report.added, 2);
    for (model, account) in [(MODEL, "beta"), (FREE, "alpha"), (MODEL, "beta")] {
        let seen = rig.ask_chat(model, false).await;
        assert_eq!(seen.header("x-flowkeep-account"), account, "{model}");
    }
}
