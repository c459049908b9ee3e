//! `flowkeep keys …`: works beside a running gateway on the same folder.

mod edit;
mod export;
mod import;
mod list;
mod refresh;
mod words;

use flowkeep_contract::{Empty, RemoveKeysRequest};

use crate::args::{KeysCommand, ListArgs, PlaceArgs, RemoveArgs};
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::variables::Variables;
use crate::{logging, output};

/// Runs one of the commands.
pub(crate) async fn run(command: KeysCommand, variables: &Variables) -> Result<(), Failure> {
    logging::start_quiet(variables)?;
    match command {
        KeysCommand::Import(args) => import::run(&args, variables).await,
        KeysCommand::List(args) => list(&args, variables).await,
        KeysCommand::Remove(args) => remove(args, variables).await,
        KeysCommand::Enable(args) => edit::switch(args, true, variables).await,
        KeysCommand::Disable(args) => edit::switch(args, false, variables).await,
        KeysCommand::Set(args) => edit::set(args, variables).await,
        KeysCommand::Refresh(args) => refresh::run(args, variables).await,
        KeysCommand::Export(args) => export::run(&args, variables).await,
    }
}

fn resolve(args: &PlaceArgs, variables: &Variables) -> Result<Place, Failure> {
    let place = Place::resolve(args, variables)?;
    place.needs_lasting_vault()?;
    Ok(place)
}

async fn list(args: &ListArgs, variables: &Variables) -> Result<(), Failure> {
    let place = resolve(&args.place, variables)?;
    let app = engine::open_beside(&place).await?;
    let keys = app.list_keys(Empty {}).await;
    let now_ms = app.now().unix_ms;
    app.close().await;
    let keys = keys?;
    if args.json {
        let json = serde_json::to_string_pretty(&keys);
        return output::line(&json.map_err(|error| Failure::because(&error))?);
    }
    if keys.keys.is_empty() {
        output::note("no keys yet; add some with `flowkeep keys import`");
        return Ok(());
    }
    output::line(&list::table(&keys.keys, now_ms))
}

async fn remove(args: RemoveArgs, variables: &Variables) -> Result<(), Failure> {
    let place = resolve(&args.place, variables)?;
    let app = engine::open_beside(&place).await?;
    let report = app.remove_keys(RemoveKeysRequest { ids: args.ids }).await;
    app.close().await;
    let report = report?;
    output::line(&format!("removed {}", report.removed))?;
    all_known(&report.unknown)
}

/// Fails with the ids that no key has.
fn all_known(unknown: &[String]) -> Result<(), Failure> {
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "no key has the id {}",
        unknown.join(", ")
    )))
}
