//! How the gateway and the vault are.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the program runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// In the window.
    Desktop,
    /// As `flowkeep serve`.
    Server,
}

/// Whether `/v1` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum GatewayState {
    /// Starting.
    Starting,
    /// Listening.
    Running,
    /// Listening, answering 503 at the user's wish.
    Paused,
    /// The port is taken.
    PortTaken {
        /// The port.
        port: u16,
        /// Who holds it, as far as we may see.
        holder: Option<String>,
    },
    /// Could not listen for another reason.
    Failed {
        /// The system's words.
        message: String,
    },
    /// Shutting down.
    Stopping,
}

/// Keys by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyCounts {
    /// All keys.
    pub total: u32,
    /// Usable or unchecked.
    pub usable: u32,
    /// Usable, but cooling down on at least one model.
    pub cooling: u32,
    /// Without balance.
    pub exhausted: u32,
    /// Restricted.
    pub restricted: u32,
    /// Refused by the upstream.
    pub unauthorized: u32,
    /// Not readable from the vault.
    pub unreadable: u32,
    /// Switched off.
    pub disabled: u32,
}

/// Where the secrets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VaultKind {
    /// The system's keychain.
    Keychain,
    /// `vault.age` in the data folder.
    File,
    /// Memory only: gone when the program ends.
    Memory,
}

/// Whether secrets can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// Readable.
    Ready,
    /// The keychain is locked.
    Locked,
    /// The store does not answer.
    Unavailable,
}

/// The vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VaultStatus {
    /// Kind in use.
    pub kind: VaultKind,
    /// State.
    pub state: VaultState,
    /// The one visible warning, e.g. why the file is used instead of the keychain.
    pub warning: Option<String>,
}

/// All about the gateway at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GatewayStatus {
    /// What the program runs as.
    pub host: Host,
    /// Version of Flowkeep.
    pub version: String,
    /// Whether it answers.
    pub gateway: GatewayState,
    /// Base URL for OpenAI clients, as `http://localhost:7898/v1`.
    pub base_url: String,
    /// Upstream base URL.
    pub upstream: String,
    /// Whether clients need a token.
    pub token_required: bool,
    /// Keys by state.
    pub keys: KeyCounts,
    /// The vault.
    pub vault: VaultStatus,
    /// Requests under way.
    pub in_flight: u32,
    /// Log records dropped since the start because the disk could not keep up.
    #[ts(type = "number")]
    pub dropped_records: u64,
    /// Why requests cannot be logged at present, if so; they wait in memory.
    pub storage_trouble: Option<String>,
    /// Unix milliseconds of the start.
    #[ts(type = "number")]
    pub started_at_ms: i64,
}

/// The default client token, to put into tools.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientToken {
    /// The token.
    pub token: String,
}

impl std::fmt::Debug for ClientToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientToken(…)")
    }
}

/// Whether the app starts at login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AutostartState {
    /// On or off.
    pub enabled: bool,
}
