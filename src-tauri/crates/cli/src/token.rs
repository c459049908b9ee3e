//! `flowkeep token …`: the tokens that tools use as API key.

mod capture;
mod list;
mod terms;

use flowkeep_contract::{
    ClientLimits, ClientView, CreateClientRequest, Empty, RevokeClientRequest, UpdateClientRequest,
};
use flowkeep_core::app::App;
use jiff::tz::TimeZone;

use crate::args::{PlaceArgs, TokenArgs, TokenCommand, TokenSetArgs};
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::output;
use crate::variables::Variables;

/// Runs one of the commands; without one, prints the default token.
pub(crate) async fn run(args: TokenArgs, variables: &Variables) -> Result<(), Failure> {
    let place = match &args.command {
        None => &args.place,
        Some(
            TokenCommand::List { place, .. }
            | TokenCommand::Create { place, .. }
            | TokenCommand::Set(TokenSetArgs { place, .. })
            | TokenCommand::Revoke { place, .. },
        ) => place,
    };
    let app = open(place, variables).await?;
    let said = answer(&app, args.command).await;
    app.close().await;
    output::line(&said?)
}

async fn open(args: &PlaceArgs, variables: &Variables) -> Result<App, Failure> {
    let place = Place::resolve(args, variables)?;
    place.needs_lasting_vault()?;
    engine::open_beside(&place).await
}

async fn answer(app: &App, command: Option<TokenCommand>) -> Result<String, Failure> {
    let Some(command) = command else {
        // Nothing else, so that `$(flowkeep token)` works.
        return Ok(app.client_token(Empty {}).await?.token);
    };
    match command {
        TokenCommand::List { json, .. } => {
            let list = app.list_clients(Empty {}).await?;
            if json {
                return in_json(&list);
            }
            let live = list.clients.iter();
            Ok(list::table(
                live.filter(|client| client.revoked_at_ms.is_none()),
                &TimeZone::system(),
            ))
        }
        TokenCommand::Create {
            name, terms, json, ..
        } => {
            let limits = terms::changed(ClientLimits::default(), &terms)?;
            let created = app
                .create_client(CreateClientRequest { name, limits })
                .await?;
            if json {
                return in_json(&created);
            }
            output::note("this token is shown once; put it into the tool as API key");
            Ok(created.token)
        }
        TokenCommand::Set(args) => set(app, args).await,
        TokenCommand::Revoke { name, .. } => {
            let client = named(app, &name).await?;
            let request = RevokeClientRequest { id: client.id };
            let revoked = app.revoke_client(request).await?;
            Ok(format!("revoked {}", revoked.name))
        }
    }
}

async fn set(app: &App, args: TokenSetArgs) -> Result<String, Failure> {
    let capture_minutes = args.capture.as_deref().map(capture::minutes).transpose()?;
    let client = named(app, &args.name).await?;
    let limits = terms::changed(client.limits, &args.terms)?;
    let request = UpdateClientRequest {
        id: client.id,
        name: args.rename,
        limits: Some(limits),
        capture_minutes,
    };
    let changed = app.update_client(request).await?;
    if capture_minutes.is_some() {
        capture::warn(app, &changed).await;
    }
    if args.json {
        return in_json(&changed);
    }
    let table = list::table(std::iter::once(&changed), &TimeZone::system());
    Ok(table)
}

/// The live token of this name, or of this id.
async fn named(app: &App, name: &str) -> Result<ClientView, Failure> {
    let clients = app.list_clients(Empty {}).await?.clients;
    let mut live = clients
        .into_iter()
        .filter(|client| client.revoked_at_ms.is_none());
    live.find(|client| client.name == name || client.id == name)
        .ok_or_else(|| {
            Failure::Failed(format!(
                "no token is named {name}; `flowkeep token list` shows them"
            ))
        })
}

fn in_json(answer: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(answer).map_err(|error| Failure::because(&error))
}
