//! A gateway whose clock stands in Beijing, and what its log says of money.

use std::sync::Arc;

use flowkeep_contract::RequestView;
use flowkeep_core::clock::{Clock as _, ManualClock};
use flowkeep_simulator::{Account, NANO, sample_key};
use flowkeep_tests::{Rig, RigOptions};
use serde_json::{Value, json};

/// 2026-10-15T00:00:00+08:00, after every change of price that is known.
pub(super) const MIDNIGHT: i64 = 1_791_993_600_000;
const MINUTE_MS: u64 = 60_000;
/// Nobody is there, and nobody is asked: it makes the upstream play .cn.
const NOWHERE: &str = "http://127.0.0.1:9/v1";

/// A gateway on siliconflow.cn with one rich account.
pub(super) struct Desk {
    pub(super) rig: Rig,
    clock: Arc<ManualClock>,
}

impl Desk {
    pub(super) async fn open() -> Self {
        Self::with(RigOptions::with_accounts(vec![rich("alpha")])).await
    }

    /// The same with other accounts.
    pub(super) async fn with(options: RigOptions) -> Self {
        let clock = Arc::new(ManualClock::at(MIDNIGHT));
        let rig = Rig::with(RigOptions {
            com: Some(options.com.unwrap_or_else(|| NOWHERE.to_owned())),
            clock: Some(Arc::clone(&clock) as _),
            ..options
        })
        .await;
        Self { rig, clock }
    }

    /// It is so many minutes past midnight in Beijing; time only goes on.
    pub(super) fn at(&self, hour: u64, minute: u64) {
        let wanted = (hour * 60 + minute) * MINUTE_MS;
        let now = (self.clock.now().unix_ms - MIDNIGHT).unsigned_abs();
        self.clock
            .advance_ms(wanted.checked_sub(now).expect("time goes on"));
    }

    /// Sends a request, reads its answer to the end, and tells its status.
    pub(super) async fn ask(&self, path: &str, body: &Value) -> u16 {
        let response = self.rig.post(path, body).await.expect("an HTTP answer");
        let status = response.status().as_u16();
        response.bytes().await.expect("a whole answer");
        status
    }

    /// The last row of the log.
    pub(super) async fn last(&self) -> RequestView {
        self.rig.rows().await.pop().expect("a row")
    }
}

/// An account that can pay for any of these days, verified.
pub(super) fn rich(name: &str) -> Account {
    Account::new(name, sample_key(name)).with_balance(0, 1_000 * NANO)
}

/// A text of so many tokens.
pub(super) fn text(tokens: usize) -> String {
    "word".repeat(tokens)
}

/// A chat with so many tokens asked and, for 100 and more of them, `answer` answered.
pub(super) fn chat(model: &str, asked: usize, answer: u64) -> Value {
    json!({
        "model": model,
        "max_tokens": answer,
        "messages": [{"role": "user", "content": text(asked)}],
    })
}

/// Nano-units and the currency of a row that has a cost.
pub(super) fn cost(row: &RequestView) -> Option<(i64, &str)> {
    let cost = row.cost.as_ref()?;
    assert!(!cost.incomplete, "{row:?}");
    Some((cost.nano, cost.currency.as_str()))
}
