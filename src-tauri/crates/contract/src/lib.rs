//! What the shell, the web console and the UI agree on.
//!
//! One table of commands ([`commands!`]), the types that travel, the events and
//! the closed set of error codes. This crate knows serde and ts-rs and nothing
//! else: no engine, no transport. TypeScript is generated from it into
//! `ui/src/lib/contract.ts`; a test fails when that file is stale.

mod command;
mod error;
mod event;
mod import;
mod keys;
mod requests;
mod settings;
mod status;
mod typescript;

pub use command::{COMMANDS, CommandSpec, DESKTOP_COMMANDS, Empty};
pub use error::{ApiError, ErrorCode};
pub use event::{Event, Topic};
pub use import::{
    ConfirmImportRequest, ImportFormat, ImportKeysRequest, ImportLine, ImportOutcome,
    ImportPreview, ImportProgress, ImportReason, ImportReport, PreviewImportRequest,
    UndoImportReport, UndoImportRequest,
};
pub use keys::{
    BalanceSource, BalanceView, CoolingView, KeyList, KeyState, KeyView, RemoveKeysReport,
    RemoveKeysRequest, SetAccountRequest, SetKeyReport, SetKeyRequest, SiteName, SiteView,
    StateReason,
};
pub use requests::{
    DayUsage, ListRequestsRequest, ModelUsage, Outcome, RequestPage, RequestView, UsageToday,
};
pub use settings::{
    Language, ModelAlias, SetAutostartRequest, SetPausedRequest, SettingsPatch, SettingsView,
    Strategy, Theme,
};
pub use status::{
    AutostartState, ClientToken, GatewayState, GatewayStatus, Host, KeyCounts, VaultKind,
    VaultState, VaultStatus,
};
pub use typescript::typescript;
