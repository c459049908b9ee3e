//! A key for a request: at once, or after a wait for an account with room.

use super::App;
use crate::pool::{Demand, Lease, NoKey};
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
        let waiting = self.pool().wait(self.now(), demand, most)?;
        tokio::time::timeout(settings.queue_wait(), waiting)
            .await
            .map_err(|_| NoKey::Busy)
    }

    /// Puts the settings of the pool in force, for the next request.
    pub(super) fn obey_in_the_pool(&self, settings: &Settings) {
        self.pool().set_strategy(settings.strategy);
        self.pool()
            .set_max_concurrency(settings.concurrency_limit());
    }
}
