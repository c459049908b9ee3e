//! `flowkeep stats` and `flowkeep logs`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::PlaceArgs;

/// What the table of `flowkeep stats` tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Model that was used
    Model,
    /// Account that answered
    Account,
    /// Client token
    Client,
    /// Route
    Route,
    /// Key that answered
    Key,
    /// How requests ended
    Outcome,
    /// Tool, as its User-Agent names it
    Tool,
}

/// Format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for spreadsheets
    Csv,
    /// A JSON object per line
    Jsonl,
}

/// `flowkeep stats`.
#[derive(Args, Debug)]
pub(crate) struct StatsArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many days to sum, today included
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=2_000))]
    pub(crate) days: u32,
    /// What to tell apart
    #[arg(long, value_enum, default_value_t = By::Model, value_name = "WHAT")]
    pub(crate) by: By,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep logs`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct LogsArgs {
    /// What to do; prints the newest requests without it.
    #[command(subcommand)]
    pub(crate) command: Option<LogsCommand>,
    /// Print JSON; with --follow an object per line
    #[arg(long)]
    pub(crate) json: bool,
    /// Only requests that asked for this model, or got it
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// Only requests of this client token
    #[arg(long)]
    pub(crate) client: Option<String>,
    /// Only requests with this text in model, client, error or trace id
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// How many of the newest to print
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) limit: u32,
    /// Go on with what comes, until interrupted
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Write all matching requests, newest first
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with_all = ["json", "follow"])]
    pub(crate) export: Option<Format>,
    /// File of the export, which must not exist yet; stdout without one
    #[arg(value_name = "FILE", requires = "export")]
    pub(crate) file: Option<PathBuf>,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// What can be done with the log.
#[derive(Debug, Subcommand)]
pub(crate) enum LogsCommand {
    /// Everything about one request
    Show(ShowArgs),
    /// Remove all bodies that were kept; the requests stay in the log
    ClearBodies(ClearBodiesArgs),
}

/// `flowkeep logs show`.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// Number of the request, as `flowkeep logs` shows it, or its x-flowkeep-request-id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Print JSON; the words of the bodies are in it only with --bodies
    #[arg(long)]
    pub(crate) json: bool,
    /// Print what was asked and answered, where it was kept
    #[arg(long)]
    pub(crate) bodies: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep logs clear-bodies`.
#[derive(Args, Debug)]
pub(crate) struct ClearBodiesArgs {
    /// Remove them without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}
