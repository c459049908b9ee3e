//! What runs beside the traffic: the pool hears of estimates every few seconds,
//! and low balances and a pool without a usable key are told once each.

use std::collections::HashSet;
use std::time::Duration;

use flowkeep_contract::{Event, Notice, Topic};
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;
use crate::model::{AccountId, BalanceSource};
use crate::store::Balance;

/// How often estimates are looked at: well below a second of work for 10,000
/// accounts, and no balance falls far in it.
const LOOK: Duration = Duration::from_secs(2);
/// Between two looks: in a storm of failures keys change a thousand times a second.
const PAUSE: Duration = Duration::from_millis(200);
const NANO: i64 = 1_000_000_000;

/// What was told already.
#[derive(Debug, Default)]
struct Told {
    /// Accounts that are low. Absent before the first look, which tells nothing:
    /// nobody saw them get there.
    low: Option<HashSet<AccountId>>,
    /// Whether all keys are down; absent before the first look.
    down: Option<bool>,
}

impl App {
    pub(in crate::app) fn start_watching_balances(&self) {
        let app = self.clone();
        self.0
            .tasks
            .spawn(async move { app.watch_balances().await });
    }

    async fn watch_balances(&self) {
        let mut told = Told::default();
        let mut events = self.subscribe();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let is_due = tokio::select! {
                () = self.0.stop.cancelled() => return,
                _ = look.tick() => true,
                event = events.recv() => match event {
                    Ok(Event::Changed { topics }) => topics.contains(&Topic::Keys),
                    Ok(_) => false,
                    Err(RecvError::Lagged(_)) => true,
                    Err(RecvError::Closed) => return,
                },
            };
            if is_due {
                self.look_at_balances(&mut told).await;
                if self.rest(PAUSE).await {
                    return;
                }
            }
        }
    }

    async fn look_at_balances(&self, told: &mut Told) {
        if !self.0.balances.uncounted().is_empty() {
            let counted = self.blocking(|app| {
                app.count_what_was_before();
                Ok(())
            });
            // A panic in there is in the log.
            let _ = counted.await;
        }
        for (account, nano) in self.0.balances.untold(self.spending()) {
            self.pool().set_balance(&account, Some(nano));
        }
        let counts = self.pool().counts(self.now());
        let blocked =
            counts.exhausted + counts.restricted + counts.unauthorized + counts.unreadable;
        // A locked vault says so itself, and is no fault of the keys.
        let down = counts.usable == 0 && blocked > 0 && !self.vault_locked();
        if let Some(notice) = told.changes(down, (counts.total, counts.usable)) {
            self.emit(Event::Notice(notice));
        }
        let limit = i64::from(self.effective_settings().low_balance) * NANO;
        let estimates = self.0.balances.estimates(self.spending());
        for (account, balance) in told.newly_low(estimates, limit) {
            let label = self.pool().label_of(&account).unwrap_or_default();
            self.emit(Event::Notice(Notice::LowBalance {
                account_id: account.to_string(),
                account: label.to_string(),
                nano: balance.nano,
                currency: balance.currency.code().to_owned(),
            }));
        }
    }
}

impl Told {
    fn changes(&mut self, down: bool, (keys, usable): (u32, u32)) -> Option<Notice> {
        let before = self.down.replace(down)?;
        match (before, down) {
            (false, true) => Some(Notice::AllKeysDown { keys }),
            (true, false) if usable > 0 => Some(Notice::KeysAreBack { usable }),
            (true | false, false) | (true, true) => None,
        }
    }

    /// Accounts that were above the limit, or of which nothing was known, and are
    /// not any more. What somebody has just typed is no news to them.
    fn newly_low(
        &mut self,
        estimates: Vec<(AccountId, Balance)>,
        limit_nano: i64,
    ) -> Vec<(AccountId, Balance)> {
        let is_low = |balance: &Balance| limit_nano > 0 && balance.nano <= limit_nano;
        let low: Vec<_> = estimates
            .into_iter()
            .filter(|(_, balance)| is_low(balance))
            .collect();
        let now = low.iter().map(|(account, _)| account.clone()).collect();
        let Some(before) = self.low.replace(now) else {
            return Vec::new();
        };
        low.into_iter()
            .filter(|(account, balance)| {
                !before.contains(account) && balance.source != BalanceSource::Manual
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
