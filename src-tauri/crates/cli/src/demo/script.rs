//! The customers of the demo: three that serve, one without balance, and a key
//! that the upstream does not know.

use flowkeep_simulator::{Account, Metric, NANO, Script, sample_key};

/// Free of charge at the real service as well, so examples carry over.
pub(super) const MODEL: &str = "Qwen/Qwen3-8B";

/// Accounts with their gifted and charged balance in CNY.
const ACCOUNTS: [(&str, i64, i64); 4] = [
    ("alpha", 14, 86),
    ("beta", 14, 20),
    ("gamma", 2, 5),
    ("delta", 0, 0),
];
const REVOKED: &str = "omega";

/// What the simulator is started with.
pub(super) fn sample() -> Script {
    let account = |(name, gift, charge): (&str, i64, i64)| {
        Account::new(name, sample_key(name))
            .with_balance(gift * NANO, charge * NANO)
            .with_limit("*", Metric::Rpm, 1_000)
    };
    Script::with_accounts(ACCOUNTS.into_iter().map(account).collect())
}

/// The keys with their labels and balances, as a user would paste them. Nobody is
/// told the balance of an account without one.
pub(super) fn keys() -> String {
    let line = |(name, gift, charge): (&str, i64, i64)| {
        let balance = match gift + charge {
            0 => String::new(),
            sum => format!(" balance={sum}"),
        };
        format!("{} {name}{balance}", sample_key(name))
    };
    let unknown = format!("{} {REVOKED}", sample_key(REVOKED));
    let lines = ACCOUNTS.into_iter().map(line).chain([unknown]);
    lines.collect::<Vec<_>>().join("\n")
}
