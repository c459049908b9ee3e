//! What the user can set: defaults in code, differences in `settings.toml`.
//!
//! Guarantees: values in a [`Settings`] that was read or saved are valid; a file
//! that is damaged is neither used nor overwritten without a word (F43); keys of
//! later versions survive a rewrite. Values from flags and variables are laid
//! over them ([`Settings::with`]) and never written.

mod address;
mod aliases;
mod data_dir;
mod error;
mod file;
mod instance;
mod limits;
mod otlp_headers;
mod overrides;

use std::str::FromStr as _;

use serde::{Deserialize, Serialize};

pub use address::{BindHost, HostName, Origin, Port, UpstreamUrl};
pub use aliases::{AliasFault, Aliases, Models};
pub use data_dir::DataDir;
pub use error::{InvalidAddress, SettingsError};
pub use file::SettingsFile;
pub use instance::{InstanceError, InstanceLock, Running};
pub use otlp_headers::OtlpHeaders;
pub use overrides::{Effective, Overrides};

pub use crate::model::Strategy;

/// Language of window and tray.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// The system's, English when we do not speak it.
    #[default]
    #[serde(rename = "system")]
    System,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// The system's.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// All settings; what is missing in the file has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Port of the gateway.
    pub port: Port,
    /// Address that the gateway listens on; loopback means both loopbacks.
    pub host: BindHost,
    /// Upstream base URL.
    pub upstream: UpstreamUrl,
    /// Whether clients need a token; off is possible on loopback only (D14).
    pub require_token: bool,
    /// Language of window and tray.
    pub language: Language,
    /// Colours of the window.
    pub theme: Theme,
    /// How the pool chooses an account.
    pub strategy: Strategy,
    /// Whether a conversation stays with its account while that serves (D7).
    pub session_affinity: bool,
    /// Requests that an account may have under way at a time; 0 is no limit.
    pub max_concurrency: u32,
    /// Requests that may wait for an account with room.
    pub queue_length: u32,
    /// Seconds that a request waits at most.
    pub queue_s: u32,
    /// Seconds until upstream sends the first byte.
    pub first_byte_s: u32,
    /// Seconds between two chunks of a stream.
    pub stream_idle_s: u32,
    /// Seconds for a connection to upstream.
    pub connect_s: u32,
    /// Seconds between two pieces of a client's body.
    pub upload_idle_s: u32,
    /// Seconds for a client's headers.
    pub header_s: u32,
    /// Seconds that running requests have when the gateway stops.
    pub drain_s: u32,
    /// Seconds within which a request may go to another account.
    pub failover_s: u32,
    /// Clients connected at a time.
    pub max_connections: usize,
    /// Largest JSON body in MiB.
    pub json_body_mib: u32,
    /// Largest body in MiB that is kept to be sent again.
    pub replay_mib: u32,
    /// Accounts that one request may try.
    pub max_accounts_tried: u32,
    /// Attempts of one request whose outcome is unknown.
    pub max_ambiguous_attempts: u32,
    /// Upstream requests that one request may cost in all, fallback models included.
    pub max_attempts: u32,
    /// Names that a client may put in `Host`, besides the loopback ones: each a
    /// [`HostName`].
    #[serde(deserialize_with = "address::list::<HostName, _>")]
    pub allowed_hosts: Vec<String>,
    /// Web pages that may call the gateway: each an [`Origin`].
    #[serde(deserialize_with = "address::list::<Origin, _>")]
    pub allowed_origins: Vec<String>,
    /// Whether upstream is reached through the system's proxy.
    pub use_system_proxy: bool,
    /// Seconds between two looks at balances and models; 0 is off.
    pub refresh_interval_s: u32,
    /// Balance of an account, in whole units of its currency, at which it is said
    /// to be low; 0 is never.
    pub low_balance: u32,
    /// Days that the log of requests is kept; 0 is for ever. Sums are kept always.
    pub retention_days: u32,
    /// Requests that the log holds at most; 0 is no limit.
    pub retention_rows: u32,
    /// Largest size of the log in MiB; 0 is no limit.
    pub retention_mib: u32,
    /// KiB that are kept of a body, where the user has bodies kept (D17).
    pub capture_body_kib: u32,
    /// Largest size of all kept bodies in MiB.
    pub capture_mib: u32,
    /// Hours after which a kept body is removed.
    pub capture_hours: u32,
    /// Whether `/metrics` needs no password on loopback.
    pub open_metrics: bool,
    /// OTLP/HTTP collector that metrics are sent to, as `http://localhost:4318`;
    /// empty sends none.
    pub otlp_endpoint: String,
    /// Seconds between two sendings.
    pub otlp_interval_s: u32,
    /// Models behind other names. In the file it is a table that lies over the
    /// shipped one; an empty list takes a shipped name away.
    pub aliases: Aliases,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: Port::default(),
            host: BindHost::default(),
            upstream: UpstreamUrl::default(),
            require_token: true,
            language: Language::default(),
            theme: Theme::default(),
            strategy: Strategy::default(),
            session_affinity: true,
            max_concurrency: 0,
            queue_length: 256,
            queue_s: 30,
            first_byte_s: 600,
            stream_idle_s: 300,
            connect_s: 5,
            upload_idle_s: 60,
            header_s: 30,
            drain_s: 25,
            failover_s: 15,
            max_connections: 2_048,
            json_body_mib: 64,
            replay_mib: 8,
            max_accounts_tried: 32,
            max_ambiguous_attempts: 3,
            max_attempts: 32,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            use_system_proxy: false,
            refresh_interval_s: 3_600,
            low_balance: 5,
            retention_days: 90,
            retention_rows: 5_000_000,
            retention_mib: 1_024,
            capture_body_kib: 64,
            capture_mib: 64,
            capture_hours: 24,
            open_metrics: false,
            otlp_endpoint: String::new(),
            otlp_interval_s: 60,
            aliases: Aliases::default(),
        }
    }
}

const DAY: u32 = 86_400;
const MAX_CONNECTIONS: usize = 65_536;

impl Settings {
    /// Checks what the types alone do not: ranges, and what goes together.
    ///
    /// # Errors
    /// Names the first setting that is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), SettingsError> {
        let ranges = [
            ("first_byte_s", self.first_byte_s, 1, DAY),
            ("stream_idle_s", self.stream_idle_s, 1, DAY),
            ("connect_s", self.connect_s, 1, 300),
            ("upload_idle_s", self.upload_idle_s, 1, DAY),
            ("header_s", self.header_s, 1, 600),
            ("drain_s", self.drain_s, 0, 3_600),
            ("failover_s", self.failover_s, 0, 600),
            ("json_body_mib", self.json_body_mib, 1, 1_024),
            ("replay_mib", self.replay_mib, 0, 256),
            ("max_concurrency", self.max_concurrency, 0, 100_000),
            ("queue_length", self.queue_length, 0, 100_000),
            ("queue_s", self.queue_s, 0, 3_600),
            ("max_accounts_tried", self.max_accounts_tried, 1, 1_000),
            ("max_ambiguous_attempts", self.max_ambiguous_attempts, 1, 10),
            ("max_attempts", self.max_attempts, 1, 1_000),
            ("refresh_interval_s", self.refresh_interval_s, 0, 30 * DAY),
            ("low_balance", self.low_balance, 0, 1_000_000),
            ("otlp_interval_s", self.otlp_interval_s, 1, DAY),
            ("retention_days", self.retention_days, 0, 36_500),
            ("retention_rows", self.retention_rows, 0, u32::MAX),
            ("retention_mib", self.retention_mib, 0, 1_048_576),
            ("capture_body_kib", self.capture_body_kib, 1, 1_024),
            ("capture_mib", self.capture_mib, 1, 1_024),
            ("capture_hours", self.capture_hours, 1, 720),
        ];
        for (name, value, min, max) in ranges {
            if !(min..=max).contains(&value) {
                return Err(SettingsError::OutOfRange { name, min, max });
            }
        }
        if !(1..=MAX_CONNECTIONS).contains(&self.max_connections) {
            return Err(SettingsError::Connections);
        }
        self.otlp_url()?;
        for host in &self.allowed_hosts {
            HostName::from_str(host)?;
        }
        for origin in &self.allowed_origins {
            Origin::from_str(origin)?;
        }
        if !self.require_token && !self.host.is_loopback() {
            return Err(SettingsError::TokenNeeded);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
