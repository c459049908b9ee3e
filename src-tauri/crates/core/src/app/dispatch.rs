//! Who answers a request: Flowkeep itself, or the upstream through the relay.

use super::App;
use super::relay::{Call, Failure, Reply};
use crate::model::Route;

impl App {
    /// Answers one request that passed the guard.
    ///
    /// # Errors
    /// When there is no answer to pass on. The failure is recorded.
    pub async fn relay(&self, mut call: Call) -> Result<Reply, Failure> {
        if let Err(failure) = self.admit(&mut call).await {
            return Err(self.refuse(&call, failure));
        }
        call.session = self.session_of(&call);
        match call.route {
            Route::Responses => Box::pin(self.respond(call)).await,
            Route::CountTokens => Box::pin(self.count_tokens(call)).await,
            Route::Models => Box::pin(self.list_models(call)).await,
            Route::Model(ref id) => {
                let id = id.clone();
                Box::pin(self.show_model(call, &id)).await
            }
            Route::UserInfo => Box::pin(self.user_info(call)).await,
            _ => self.relay_to_owner(call).await,
        }
    }
}
