//! `flowkeep token`: the default client token, to put into tools.

use flowkeep_contract::Empty;

use crate::args::PlaceArgs;
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::output;
use crate::variables::Variables;

/// Prints the token and nothing else, so that `$(flowkeep token)` works.
pub(crate) async fn run(args: PlaceArgs, variables: &Variables) -> Result<(), Failure> {
    let place = Place::resolve(&args, variables)?;
    place.needs_lasting_vault()?;
    let app = engine::open_beside(&place).await?;
    let token = app.client_token(Empty {}).await;
    app.close().await;
    output::line(&token?.token)
}
