//! Refreshing by itself. After a sleep of the machine it happens once, not as
//! often as it was missed.

use std::time::Duration;

use flowkeep_contract::{GatewayState, RefreshRequest};
use tokio::time::Instant;

use super::dice;
use crate::app::App;

/// The first one comes after a tenth of the interval at most, and not later than
/// this: what was switched on should soon know its keys.
const FIRST_AT_MOST_MS: u64 = 600_000;
/// How often it is looked whether there is a gateway by now.
const NOT_YET: Duration = Duration::from_secs(1);

impl App {
    pub(in crate::app) fn start_refreshing(&self) {
        let app = self.clone();
        self.0
            .tasks
            .spawn(async move { app.refresh_by_itself().await });
    }

    async fn refresh_by_itself(&self) {
        let mut since = Instant::now();
        let mut is_first = true;
        loop {
            let Some(wait) = self.refresh_wait(is_first) else {
                self.note_next_refresh(None);
                tokio::select! {
                    () = self.0.stop.cancelled() => return,
                    () = self.0.refreshes.changed.notified() => {}
                }
                // From being switched on, not from some time before.
                since = Instant::now();
                continue;
            };
            let due = since + wait;
            let left = due.saturating_duration_since(Instant::now());
            let left_ms = i64::try_from(left.as_millis()).unwrap_or(i64::MAX);
            self.note_next_refresh(Some(self.now().unix_ms.saturating_add(left_ms)));
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = self.0.refreshes.changed.notified() => continue,
                () = tokio::time::sleep_until(due) => {}
            }
            if !self.has_gateway() {
                // A command that works beside a gateway leaves this to it.
                if self.rest(NOT_YET).await {
                    return;
                }
                continue;
            }
            match self.refresh(RefreshRequest::default()).await {
                Ok(report) => tracing::debug!(?report, "keys and balances were refreshed"),
                Err(error) => tracing::warn!(error = error.message, "keys were not refreshed"),
            }
            is_first = false;
            since = Instant::now();
        }
    }

    /// How long to wait since the last one: a little longer than the interval, by
    /// chance, so that a thousand programs do not ask at the full hour.
    fn refresh_wait(&self, is_first: bool) -> Option<Duration> {
        let interval_ms = u64::from(self.effective_settings().refresh_interval_s) * 1_000;
        if interval_ms == 0 {
            return None;
        }
        let tenth = interval_ms / 10;
        let wait_ms = if is_first {
            let most = tenth.min(FIRST_AT_MOST_MS);
            most / 2 + dice(most / 2 + 1)
        } else {
            interval_ms + dice(tenth + 1)
        };
        Some(Duration::from_millis(wait_ms))
    }

    fn has_gateway(&self) -> bool {
        self.live(|live| live.gateway == GatewayState::Running)
    }
}
