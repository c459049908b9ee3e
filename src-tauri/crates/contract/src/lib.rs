//! What the shell, the web console and the UI agree on.
//!
//! One table of commands ([`commands!`]), the types that travel, the events and
//! the closed set of error codes. This crate knows serde and ts-rs and nothing
//! else: no engine, no transport. TypeScript is generated from it into
//! `ui/src/lib/contract.ts`; a test fails when that file is stale.

mod balances;
mod bodies;
mod clients;
mod command;
mod error;
mod event;
mod import;
mod keys;
mod prices;
mod requests;
mod settings;
mod statistics;
mod status;
mod typescript;

pub use balances::{
    BalanceFailure, BalanceFailureReason, BalanceSource, BalanceView, RefreshProgress,
    RefreshReport, RefreshRequest, RefreshStatus, SetBalanceRequest,
};
pub use bodies::{CapturedBodies, CapturedBody, ClearBodiesReport, LeftOut};
pub use clients::{
    Budget, BudgetPeriod, BudgetSpent, ClientLimits, ClientList, ClientView, CreateClientRequest,
    CreatedClient, RevokeClientRequest, UpdateClientRequest,
};
pub use command::{COMMANDS, CommandSpec, DESKTOP_COMMANDS, Empty};
pub use error::{ApiError, ErrorCode};
pub use event::{BudgetNotice, Event, Notice, Topic};
pub use import::{
    ConfirmImportRequest, ImportFormat, ImportKeysRequest, ImportLine, ImportOutcome,
    ImportPreview, ImportProgress, ImportReason, ImportReport, PreviewImportRequest,
    UndoImportReport, UndoImportRequest,
};
pub use keys::{
    CoolingView, KeyList, KeyState, KeyView, RemoveKeysReport, RemoveKeysRequest,
    SetAccountRequest, SetKeyReport, SetKeyRequest, SiteName, SiteView, StateReason,
};
pub use prices::{
    PriceDates, PriceFault, PriceHours, PriceList, PriceSite, PriceTier, PriceView,
    RecomputeCostsReport, RecomputeCostsRequest, SetPriceOverridesRequest,
};
pub use requests::{
    AttemptView, Choice, ClearRequestsReport, CostState, CostView, ExportFormat,
    ExportRequestsReport, ExportRequestsRequest, GetRequestRequest, Left, ListRequestsRequest,
    Outcome, RequestDetails, RequestFilter, RequestPage, RequestView, UnitsView,
};
pub use settings::{
    Language, ModelAlias, SetAutostartRequest, SetPausedRequest, SettingsPatch, SettingsView,
    Strategy, Theme,
};
pub use statistics::{
    AccountBurn, Amounts, BurnRate, Percentiles, SeriesPoint, SeriesStep, UsageBreakdown,
    UsageBreakdownRequest, UsageDimension, UsageFilter, UsageOverview, UsageOverviewRequest,
    UsageRates, UsageSeries, UsageSeriesRequest, UsageShare, UsageTotals,
};
pub use status::{
    AutostartState, ClientToken, GatewayState, GatewayStatus, Host, KeyCounts, VaultKind,
    VaultState, VaultStatus,
};
pub use typescript::typescript;
