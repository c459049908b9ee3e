//! A key for a request: at once, or after a wait for an account with room.

use tokio::time::{Instant, sleep, timeout_at};

use super::App;
use crate::pool::{Demand, Lease, NoKey, Waiting};
use crate::settings::Settings;

impl App {
    /// Lends a key. When all that may serve have their fill of requests, this
    /// waits in line; a request that is dropped meanwhile leaves it.
    ///
    /// # Errors
    /// Says why there is none; [`NoKey::Busy`] when the line or the wait is too
    /// long.
    pub(super) async fn lease(&self, demand: &Demand<'_>) -> Result<Lease, NoKey> {
        match self.pool().pick(self.now(), demand) {
            Err(NoKey::Busy) => self.wait_in_line(demand).await,
            picked => picked,
        }
    }

    async fn wait_in_line(&self, demand: &Demand<'_>) -> Result<Lease, NoKey> {
        let settings = self.effective_settings();
        let most = settings.queue_length as usize;
        let until = Instant::now() + settings.queue_wait();
        loop {
            match self.pool().wait(self.now(), demand, most) {
                Ok(waiting) => {
                    if let Some(lease) = self.stand_in_line(waiting, demand, until).await? {
                        return Ok(lease);
                    }
                }
                // What it waited for is cooling down by now.
                Err(NoKey::Cooling { retry_after, .. }) if Instant::now() + retry_after < until => {
                    sleep(retry_after).await;
                }
                Err(no_key) => return Err(no_key),
            }
        }
    }

    /// Waits for a turn. An account whose rest ends is nobody's event, so the
    /// pool is made to look when that time has come.
    async fn stand_in_line(
        &self,
        mut waiting: Waiting,
        demand: &Demand<'_>,
        until: Instant,
    ) -> Result<Option<Lease>, NoKey> {
        loop {
            let back = self.pool().retry_after(self.now(), demand.model);
            let look = back.map_or(until, |back| until.min(Instant::now() + back));
            match timeout_at(look, &mut waiting).await {
                Ok(turn) => return Ok(turn),
                Err(_) if look == until => return Err(NoKey::Busy),
                Err(_) => self.pool().look_again(self.now()),
            }
        }
    }

    /// Puts the settings of the pool in force, for the next request.
    pub(super) fn obey_in_the_pool(&self, settings: &Settings) {
        self.pool().set_strategy(settings.strategy);
        self.pool()
            .set_max_concurrency(settings.concurrency_limit());
    }
}
