//! `flowkeep prices …`: what models cost, prices of the user's own, and pricing the
//! log anew. A gateway that runs on the same folder takes a new price up within a
//! second.

mod list;
mod recompute;
mod row;

use flowkeep_contract::{ApiError, ErrorCode, PriceList, PriceSite};
use flowkeep_core::app::PriceBook;

use crate::args::{
    PlaceArgs, PriceListArgs, PriceRemoveArgs, PriceSetArgs, PricesArgs, PricesCommand, Site,
};
use crate::engine::Place;
use crate::failure::Failure;
use crate::variables::Variables;
use crate::{logging, output};

/// Runs one of the commands; without one, lists the prices.
pub(crate) async fn run(args: PricesArgs, variables: &Variables) -> Result<(), Failure> {
    logging::start_quiet(variables)?;
    match args.command {
        None => show(&args.list, variables),
        Some(PricesCommand::List(args)) => show(&args, variables),
        Some(PricesCommand::Set(args)) => set(&args, variables),
        Some(PricesCommand::Remove(args)) => remove(&args, variables),
        Some(PricesCommand::Recompute(args)) => recompute::run(&args, variables).await,
    }
}

/// The prices of the data folder; neither keys nor their vault are needed.
fn open(args: &PlaceArgs, variables: &Variables) -> Result<PriceBook, Failure> {
    let folder = Place::resolve(args, variables)?.open_folder()?;
    Ok(PriceBook::open(folder.path()))
}

fn site(site: Site) -> PriceSite {
    match site {
        Site::Cn => PriceSite::Cn,
        Site::Com => PriceSite::Com,
    }
}

fn show(args: &PriceListArgs, variables: &Variables) -> Result<(), Failure> {
    let prices = list::wanted(open(&args.place, variables)?.list()?, args);
    if args.json {
        return output::json(&prices);
    }
    if prices.overrides.is_empty() && prices.shipped.is_empty() {
        let what = if args.own {
            "no price of your own; set one with `flowkeep prices set`"
        } else {
            "no price matches"
        };
        output::note(what);
        return Ok(());
    }
    output::line(&list::table(&prices))?;
    output::line(&list::age(&prices.as_of))
}

fn set(args: &PriceSetArgs, variables: &Variables) -> Result<(), Failure> {
    // Before anything is opened: what cannot be is refused at once.
    let row = row::of(args)?;
    let id = row.id.clone();
    let book = open(&args.place, variables)?;
    let (replaces, list) = book.set(row).map_err(refused)?;
    let did = if replaces { "replaced" } else { "added" };
    output::line(&format!("{did} {id}"))?;
    tell_of_others(&list);
    output::note(
        "requests that end from now on are priced by it; `flowkeep prices recompute` prices \
         earlier ones",
    );
    Ok(())
}

fn remove(args: &PriceRemoveArgs, variables: &Variables) -> Result<(), Failure> {
    let id = &args.id;
    let book = open(&args.place, variables)?;
    let Some(list) = book.remove(id).map_err(refused)? else {
        return Err(Failure::Failed(format!(
            "no price of your own has the id {id}; `flowkeep prices --own` shows them"
        )));
    };
    output::line(&format!("removed {id}"))?;
    tell_of_others(&list);
    Ok(())
}

/// Rows that were not used, and hold as a consequence.
fn tell_of_others(list: &PriceList) {
    for id in &list.now_in_force {
        output::note(&output::plain(&format!(
            "the price {id} in prices.toml holds now: until now another one of yours \
             contradicted it, and it was not used; `flowkeep prices remove {id}` removes it"
        )));
    }
}

/// Rows that cannot be meant are the caller's mistake.
fn refused(error: ApiError) -> Failure {
    match error.code {
        ErrorCode::InvalidSetting | ErrorCode::InvalidRequest => Failure::Usage(error.message),
        _ => error.into(),
    }
}
