//! The contract in TypeScript.

use std::fmt::Write as _;

use ts_rs::{Config, TS};

use crate::{
    ApiError, AutostartState, BalanceSource, BalanceView, COMMANDS, ClientToken, CommandSpec,
    ConfirmImportRequest, CoolingView, DESKTOP_COMMANDS, DayUsage, Empty, ErrorCode, Event,
    GatewayState, GatewayStatus, Host, ImportFormat, ImportKeysRequest, ImportLine, ImportOutcome,
    ImportPreview, ImportProgress, ImportReason, ImportReport, KeyCounts, KeyList, KeyState,
    KeyView, Language, ListRequestsRequest, ModelAlias, ModelUsage, Outcome, PreviewImportRequest,
    RemoveKeysReport, RemoveKeysRequest, RequestPage, RequestView, SetAccountRequest,
    SetAutostartRequest, SetKeyReport, SetKeyRequest, SetPausedRequest, SettingsPatch,
    SettingsView, SiteName, SiteView, StateReason, Strategy, Theme, Topic, UndoImportReport,
    UndoImportRequest, UsageToday, VaultKind, VaultState, VaultStatus,
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
    ApiError,
    AutostartState,
    BalanceSource,
    BalanceView,
    ClientToken,
    ConfirmImportRequest,
    CoolingView,
    DayUsage,
    Empty,
    ErrorCode,
    Event,
    GatewayState,
    GatewayStatus,
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
    ListRequestsRequest,
    ModelAlias,
    ModelUsage,
    Outcome,
    PreviewImportRequest,
    RemoveKeysReport,
    RemoveKeysRequest,
    RequestPage,
    RequestView,
    SetAccountRequest,
    SetAutostartRequest,
    SetKeyReport,
    SetKeyRequest,
    SetPausedRequest,
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
    UsageToday,
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
