//! The contract in TypeScript.

use std::fmt::Write as _;

use ts_rs::{Config, TS};

use crate::{
    AccountBurn, Amounts, ApiError, AttemptView, AutostartState, BalanceFailure,
    BalanceFailureReason, BalanceSource, BalanceView, Budget, BudgetNotice, BudgetPeriod,
    BudgetSpent, BurnRate, COMMANDS, CapturedBodies, CapturedBody, Choice, ClearBodiesReport,
    ClearRequestsReport, ClientLimits, ClientList, ClientToken, ClientView, CommandSpec,
    ConfirmImportRequest, CoolingView, CostState, CostView, CreateClientRequest, CreatedClient,
    DESKTOP_COMMANDS, Empty, ErrorCode, Event, ExportFormat, ExportRequestsReport,
    ExportRequestsRequest, GatewayState, GatewayStatus, GetRequestRequest, Host, ImportFormat,
    ImportKeysRequest, ImportLine, ImportOutcome, ImportPreview, ImportProgress, ImportReason,
    ImportReport, KeyCounts, KeyList, KeyState, KeyView, Language, Left, LeftOut,
    ListRequestsRequest, ModelAlias, Notice, Outcome, Percentiles, PreviewImportRequest,
    PriceDates, PriceFault, PriceHours, PriceList, PriceSite, PriceTier, PriceView,
    RecomputeCostsReport, RecomputeCostsRequest, RefreshProgress, RefreshReport, RefreshRequest,
    RefreshStatus, RemoveKeysReport, RemoveKeysRequest, RequestDetails, RequestFilter, RequestPage,
    RequestView, RevokeClientRequest, SeriesPoint, SeriesStep, SetAccountRequest,
    SetAutostartRequest, SetBalanceRequest, SetKeyReport, SetKeyRequest, SetPausedRequest,
    SetPriceOverridesRequest, SettingsPatch, SettingsView, SiteName, SiteView, StateReason,
    Strategy, Theme, Topic, UndoImportReport, UndoImportRequest, UnitsView, UpdateClientRequest,
    UsageBreakdown, UsageBreakdownRequest, UsageDimension, UsageFilter, UsageOverview,
    UsageOverviewRequest, UsageRates, UsageSeries, UsageSeriesRequest, UsageShare, UsageTotals,
    VaultKind, VaultState, VaultStatus,
};

/// Defines `declarations`: what each type looks like in TypeScript.
macro_rules! exported {
    ($($ty:ident,)*) => {
        fn declarations(config: &Config) -> Vec<String> {
            vec![$(<$ty as TS>::decl(config)),*]
        }
    };
}

exported! {
    AccountBurn,
    Amounts,
    ApiError,
    AttemptView,
    AutostartState,
    BalanceFailure,
    BalanceFailureReason,
    BalanceSource,
    BalanceView,
    Budget,
    BudgetNotice,
    BudgetPeriod,
    BudgetSpent,
    BurnRate,
    CapturedBodies,
    CapturedBody,
    Choice,
    ClearBodiesReport,
    ClearRequestsReport,
    ClientLimits,
    ClientList,
    ClientToken,
    ClientView,
    ConfirmImportRequest,
    CoolingView,
    CostState,
    CostView,
    CreateClientRequest,
    CreatedClient,
    Empty,
    ErrorCode,
    Event,
    ExportFormat,
    ExportRequestsReport,
    ExportRequestsRequest,
    GatewayState,
    GatewayStatus,
    GetRequestRequest,
    Host,
    ImportFormat,
    ImportKeysRequest,
    ImportLine,
    ImportOutcome,
    ImportPreview,
    ImportProgress,
    ImportReason,
    ImportReport,
    KeyCounts,
    KeyList,
    KeyState,
    KeyView,
    Language,
    Left,
    LeftOut,
    ListRequestsRequest,
    ModelAlias,
    Notice,
    Outcome,
    Percentiles,
    PreviewImportRequest,
    PriceDates,
    PriceFault,
    PriceHours,
    PriceList,
    PriceSite,
    PriceTier,
    PriceView,
    RecomputeCostsReport,
    RecomputeCostsRequest,
    RefreshProgress,
    RefreshReport,
    RefreshRequest,
    RefreshStatus,
    RemoveKeysReport,
    RemoveKeysRequest,
    RequestDetails,
    RequestFilter,
    RequestPage,
    RequestView,
    RevokeClientRequest,
    SeriesPoint,
    SeriesStep,
    SetAccountRequest,
    SetAutostartRequest,
    SetBalanceRequest,
    SetKeyReport,
    SetKeyRequest,
    SetPausedRequest,
    SetPriceOverridesRequest,
    SettingsPatch,
    SettingsView,
    SiteName,
    SiteView,
    StateReason,
    Strategy,
    Theme,
    Topic,
    UndoImportReport,
    UndoImportRequest,
    UnitsView,
    UpdateClientRequest,
    UsageBreakdown,
    UsageBreakdownRequest,
    UsageDimension,
    UsageFilter,
    UsageOverview,
    UsageOverviewRequest,
    UsageRates,
    UsageSeries,
    UsageSeriesRequest,
    UsageShare,
    UsageTotals,
    VaultKind,
    VaultState,
    VaultStatus,
}

/// The whole of `ui/src/lib/contract.ts`.
#[must_use]
pub fn typescript() -> String {
    let mut out = String::from(
        "// Generated from src-tauri/crates/contract. Do not edit; run the contract test with\n\
         // FLOWKEEP_UPDATE_CONTRACT=1 to write it anew.\n",
    );
    for declaration in declarations(&Config::default()) {
        out.push_str("\nexport ");
        out.push_str(&declaration);
        out.push('\n');
    }
    table(&mut out, "Commands", COMMANDS);
    table(&mut out, "DesktopCommands", DESKTOP_COMMANDS);
    out
}

fn table(out: &mut String, name: &str, commands: &[CommandSpec]) {
    write!(out, "\nexport interface {name} {{\n").expect("a String takes all writes");
    for command in commands {
        let CommandSpec {
            name,
            request,
            response,
        } = command;
        writeln!(
            out,
            "  {name}: {{ request: {request}; response: {response} }};"
        )
        .expect("a String takes all writes");
    }
    out.push_str("}\n");
}

#[cfg(test)]
mod tests;
