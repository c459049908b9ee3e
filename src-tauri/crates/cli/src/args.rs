//! The command line. Flags are read here and judged by the commands, together
//! with the variables (`design.md` §4).

mod prices;
mod records;
mod token;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use flowkeep_core::vault::VaultChoice;

pub(crate) use self::prices::{
    PriceListArgs, PriceRemoveArgs, PriceSetArgs, PriceTermArgs, PricesArgs, PricesCommand,
    RecomputeArgs, Site, TokenPriceArgs,
};
pub(crate) use self::records::{
    By, ClearBodiesArgs, Format, LogsArgs, LogsCommand, ShowArgs, StatsArgs,
};
pub(crate) use self::token::{TermArgs, TokenArgs, TokenCommand, TokenSetArgs};

/// A local proxy that pools SiliconFlow keys.
#[derive(Debug, Parser)]
#[command(name = "flowkeep", version, propagate_version = true)]
#[command(after_help = "Exit codes: 0 fine, 1 failed, 2 wrong usage, 98 port taken.")]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway without a window
    Serve(ServeArgs),
    /// Import, list and remove keys
    Keys {
        /// What to do with them.
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Print the default client token; list, create, change and revoke tokens
    Token(TokenArgs),
    /// What was used, and what it cost
    Stats(StatsArgs),
    /// The log of requests; one of them with its bodies
    Logs(LogsArgs),
    /// List prices, set your own, price the log anew
    Prices(PricesArgs),
    /// Run a simulated SiliconFlow, for tests without a key
    Simulate(SimulateArgs),
    /// Run a gateway with sample keys and history in a temporary folder
    Demo(DemoArgs),
}

/// Where keys and settings are; the same in all commands.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PlaceArgs {
    /// Data folder.
    #[arg(
        long,
        value_name = "FOLDER",
        help = "Data folder [env: FLOWKEEP_DATA_DIR] [default: the platform's]"
    )]
    pub(crate) data_dir: Option<PathBuf>,
    /// auto, keychain, file or memory.
    #[arg(
        long,
        value_name = "KIND",
        help = "auto, keychain, file or memory [env: FLOWKEEP_VAULT] [default: auto]"
    )]
    pub(crate) vault: Option<VaultChoice>,
    /// Upstream base URL.
    #[arg(
        long,
        value_name = "URL",
        help = "Upstream base URL [env: FLOWKEEP_UPSTREAM] [default: https://api.siliconflow.cn/v1]"
    )]
    pub(crate) upstream: Option<String>,
}

/// `flowkeep serve`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = SERVE_VARIABLES)]
pub(crate) struct ServeArgs {
    /// Address to listen on.
    #[arg(
        long,
        value_name = "ADDRESS",
        help = "Address to listen on [env: FLOWKEEP_HOST] [default: 127.0.0.1 and ::1]"
    )]
    pub(crate) host: Option<String>,
    /// Port; 0 lets the system choose.
    #[arg(
        long,
        value_name = "PORT",
        help = "Port; 0 lets the system choose [env: FLOWKEEP_PORT] [default: 7898]"
    )]
    pub(crate) port: Option<u16>,
    /// Serve clients without a token; on loopback only.
    #[arg(
        long,
        help = "Serve clients without a token; on loopback only [env: FLOWKEEP_NO_TOKEN]"
    )]
    pub(crate) no_token: bool,
    /// Record no requests and no statistics.
    #[arg(
        long,
        help = "Record no requests and no statistics [env: FLOWKEEP_NO_LOG]"
    )]
    pub(crate) no_log: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// What has no flag, because other users see the flags of a process.
const SERVE_VARIABLES: &str = "\
Variables:
  FLOWKEEP_API_KEY           client token, at least 16 characters (32 when not on loopback)
  FLOWKEEP_ADMIN_USERNAME    name for the console [default: admin]
  FLOWKEEP_ADMIN_PASSWORD    password for the console [default: a new one, printed at the start]
  FLOWKEEP_KEYS              keys to add at the start, separated by commas or blanks
  FLOWKEEP_REFRESH_INTERVAL  seconds between balance checks, 0 = off [default: 3600]
  FLOWKEEP_POOL_STRATEGY     highest-balance, round-robin, fill-first, weighted or least-used
  FLOWKEEP_VAULT_PASSPHRASE  passphrase of the file vault
  OTEL_EXPORTER_OTLP_HEADERS headers for the OTLP collector, as authorization=Bearer%20abc
  TZ                         time zone of days and months, as Asia/Shanghai [default: the machine's]
  FLOWKEEP_LOG               what is logged, as `debug` or `flowkeep_core=trace` [default: info]

Older names, when the new one is absent: API_KEY, ADMIN_USERNAME, ADMIN_PASSWORD,
AUTO_REFRESH_INTERVAL, DB_PATH (its folder becomes the data folder).";

/// `flowkeep keys …`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Add keys: lines, CSV, JSON or an older pool's database
    Import(ImportArgs),
    /// List keys, without their secrets
    List(ListArgs),
    /// Remove keys by their ids
    Remove(RemoveArgs),
    /// Switch keys on
    Enable(IdsArgs),
    /// Switch keys off
    Disable(IdsArgs),
    /// Change a key, or its account's site, balance or limit
    Set(SetArgs),
    /// Ask the upstream about keys and balances
    Refresh(RefreshArgs),
    /// Give the keys out, one per line
    Export(ExportArgs),
}

/// What an import may look like.
const IMPORT_HELP: &str = "\
A line is `sk-… [label] [account=…] [site=cn|com|URL] [balance=…] [weight=…]`, with any
separators. CSV needs a header with a column `key`. JSON is an array of strings or objects,
or has one under `keys`. `pool.db` and `api_keys.db` of an older pool are read as they are.";

/// `flowkeep keys import`.
#[derive(Args, Debug)]
#[command(after_help = IMPORT_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct ImportArgs {
    /// File with the keys; `-` reads from the standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// Add keys that the upstream does not know as well
    #[arg(long)]
    pub(crate) force: bool,
    /// Do not ask the upstream about the keys
    #[arg(long)]
    pub(crate) no_check: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take an older pool's recorded calls over as well
    #[arg(long)]
    pub(crate) history: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep keys list`.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep keys enable` and `disable`.
#[derive(Args, Debug)]
pub(crate) struct IdsArgs {
    /// Ids, as `flowkeep keys list` shows them
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep keys set`.
#[derive(Args, Debug)]
#[group(id = "change", required = true, multiple = true, args = ["label", "weight", "account", "site", "balance", "max_concurrency"])]
pub(crate) struct SetArgs {
    /// Id, as `flowkeep keys list` shows it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Name of the key
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Share under the strategy `weighted`, 0 to 1000
    #[arg(long)]
    pub(crate) weight: Option<u32>,
    /// Account it belongs to, made when there is none; empty for one of its own
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Site of its account: cn, com, a base URL, or default
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// Balance of its account, as 12.50; `unknown` forgets it
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) balance: Option<String>,
    /// Currency of the balance, CNY or USD; that of the site without it
    #[arg(long, value_name = "CODE", requires = "balance")]
    pub(crate) currency: Option<String>,
    /// Requests that its account may have under way; 0 leaves it to the settings
    #[arg(long, value_name = "N")]
    pub(crate) max_concurrency: Option<u32>,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep keys refresh`.
#[derive(Args, Debug)]
pub(crate) struct RefreshArgs {
    /// Ids of keys, as `flowkeep keys list` shows them; all without any
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep keys export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// New file for the keys, which only you can read; the standard output without it
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Show the keys without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep keys remove`.
#[derive(Args, Debug)]
pub(crate) struct RemoveArgs {
    /// Ids, as `flowkeep keys list` shows them
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
    /// Where everything is.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// `flowkeep simulate`.
#[derive(Args, Debug)]
pub(crate) struct SimulateArgs {
    /// Port on 127.0.0.1; 0 lets the system choose
    #[arg(long, value_name = "PORT", default_value_t = 7899)]
    pub(crate) port: u16,
    /// Accounts, models and faults as JSON; three sample accounts without it
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,
}

/// `flowkeep demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Port of the gateway; 0 lets the system choose
    #[arg(long, value_name = "PORT", default_value_t = 7898)]
    pub(crate) port: u16,
}

#[cfg(test)]
mod tests;
