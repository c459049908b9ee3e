//! Who answers a request: Flowkeep itself, or the upstream through the relay.

use super::App;
use super::relay::{Call, Failure, Reply};

impl App {
    /// Answers one request that passed the guard.
    ///
    /// # Errors
    /// When there is no answer to pass on. The failure is recorded.
    pub async fn relay(&self, call: Call) -> Result<Reply, Failure> {
        self.forward(call).await
    }
}
