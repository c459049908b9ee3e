//! `flowkeep token …`.

use clap::{Args, Subcommand};

use super::PlaceArgs;

/// `flowkeep token`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct TokenArgs {
    /// What to do; prints the default token without it.
    #[command(subcommand)]
    pub(crate) command: Option<TokenCommand>,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// List the tokens, their limits and what they have spent
    List {
        /// Print JSON, with revoked tokens
        #[arg(long)]
        json: bool,
        /// Where everything is.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Make a token for a tool and print it, once
    Create {
        /// Name of the tool
        #[arg(value_name = "NAME")]
        name: String,
        /// Its limits.
        #[command(flatten)]
        terms: TermArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Where everything is.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Change a token's limits, or keep its bodies; what is not named stays
    Set(TokenSetArgs),
    /// Take a token back, for good
    Revoke {
        /// Name of the tool, or the id of its token
        #[arg(value_name = "NAME")]
        name: String,
        /// Where everything is.
        #[command(flatten)]
        place: PlaceArgs,
    },
}

/// `flowkeep token set`.
#[derive(Args, Debug)]
pub(crate) struct TokenSetArgs {
    /// Name of the tool, or the id of its token
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Another name
    #[arg(long, value_name = "NAME")]
    pub(crate) rename: Option<String>,
    /// Keep what it asks and is answered on disk for so long, as 30m, 2h or 1d; off ends it
    #[arg(long, value_name = "TIME")]
    pub(crate) capture: Option<String>,
    /// Its limits.
    #[command(flatten)]
    pub(crate) terms: TermArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// What a token may do.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TermArgs {
    /// Models or patterns, with commas between them, as `deepseek-ai/*`; `*` for all
    #[arg(long, value_name = "MODELS", value_delimiter = ',')]
    pub(crate) models: Option<Vec<String>>,
    /// Requests per minute; 0 for any number
    #[arg(long, value_name = "N")]
    pub(crate) rpm: Option<u32>,
    /// Money per day, as 5 or 0.5; 0 for any amount
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) budget_day: Option<String>,
    /// Money per calendar month; 0 for any amount
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) budget_month: Option<String>,
    /// What the budgets are in, and what counts: CNY or USD [default: CNY]
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
}
