//! `flowkeep prices …`.

use clap::{Args, Subcommand, ValueEnum};

use super::PlaceArgs;

/// One of the vendor's sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Site {
    /// siliconflow.cn, in yuan
    Cn,
    /// siliconflow.com, in US dollars
    Com,
}

/// `flowkeep prices`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct PricesArgs {
    /// What to do; lists them without it.
    #[command(subcommand)]
    pub(crate) command: Option<PricesCommand>,
    /// Which to list.
    #[command(flatten)]
    pub(crate) list: PriceListArgs,
}

/// What can be done with prices.
#[derive(Debug, Subcommand)]
pub(crate) enum PricesCommand {
    /// List prices, your own first
    List(PriceListArgs),
    /// Add a price of your own, or replace one; it goes before those that came with Flowkeep
    Set(Box<PriceSetArgs>),
    /// Remove a price of your own
    Remove(PriceRemoveArgs),
    /// Price the requests of the log anew, by the prices in force
    Recompute(RecomputeArgs),
}

/// `flowkeep prices list`.
#[derive(Args, Debug)]
pub(crate) struct PriceListArgs {
    /// Only models with this in their name; with * it is the whole name
    #[arg(long, value_name = "PATTERN")]
    pub(crate) model: Option<String>,
    /// Only prices of this site
    #[arg(long, value_enum)]
    pub(crate) site: Option<Site>,
    /// Only your own
    #[arg(long)]
    pub(crate) own: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

const SET_HELP: &str = "\
Amounts are decimals in the currency of the site, as 0.2. Of several prices for one model
each needs an --id of its own, and days or hours that no other has.

  flowkeep prices set acme/model --site cn --input 1.5 --output 6 --cached 0.2
  flowkeep prices set acme/long --site cn --tier 0:4:16 --tier 32000:6:22";

/// `flowkeep prices set`.
#[derive(Args, Clone, Debug)]
#[command(after_help = SET_HELP)]
pub(crate) struct PriceSetArgs {
    /// Model, or a pattern with *, as `acme/*`
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,
    /// Site that asks the price
    #[arg(long, value_enum)]
    pub(crate) site: Site,
    /// Name of the row; made of site and model without it
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// What it costs.
    #[command(flatten)]
    pub(crate) tokens: TokenPriceArgs,
    /// What it costs besides.
    #[command(flatten)]
    pub(crate) pieces: PiecePriceArgs,
    /// When it holds.
    #[command(flatten)]
    pub(crate) term: PriceTermArgs,
    /// What a batch pays of it, in percent [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) batch_percent: Option<u8>,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Prices per million tokens.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TokenPriceArgs {
    /// Per million tokens of input
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) input: Option<String>,
    /// Per million tokens of output
    #[arg(
        long,
        value_name = "AMOUNT",
        allow_negative_numbers = true,
        requires = "input"
    )]
    pub(crate) output: Option<String>,
    /// Per million tokens of input found in the cache; as other input without it
    #[arg(
        long,
        value_name = "AMOUNT",
        allow_negative_numbers = true,
        requires = "input"
    )]
    pub(crate) cached: Option<String>,
    /// From so many tokens of input on; repeated for each length, the first from 0
    #[arg(long, value_name = "FROM:INPUT:OUTPUT[:CACHED]", conflicts_with_all = ["input", "output", "cached"])]
    pub(crate) tier: Vec<String>,
}

/// Prices of what is no token of text.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PiecePriceArgs {
    /// Per picture made
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) image: Option<String>,
    /// Per video clip made
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) clip: Option<String>,
    /// Per 1,000 UTF-8 bytes of text spoken
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) thousand_bytes: Option<String>,
    /// Per second of sound heard
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) second: Option<String>,
    /// Per million tokens of pictures read
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) image_tokens: Option<String>,
}

/// While and when a price holds.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PriceTermArgs {
    /// First day, as 2026-09-01
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// First day on which it no longer holds
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
    /// Hours of each day, as 02:00-08:00, also past midnight
    #[arg(long, value_name = "FROM-UNTIL")]
    pub(crate) hours: Option<String>,
    /// Time zone of days and hours [default: Asia/Shanghai for cn, UTC for com]
    #[arg(long, value_name = "NAME")]
    pub(crate) zone: Option<String>,
}

/// `flowkeep prices remove`.
#[derive(Args, Debug)]
pub(crate) struct PriceRemoveArgs {
    /// Id, as `flowkeep prices --own` shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep prices recompute`.
#[derive(Args, Debug)]
#[group(id = "since", required = true, multiple = false, args = ["from", "days"])]
pub(crate) struct RecomputeArgs {
    /// First day, as 2026-09-01, in the time zone of this computer
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// How many days, today included
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2_000))]
    pub(crate) days: Option<u32>,
    /// Last day, included; today without it
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}
