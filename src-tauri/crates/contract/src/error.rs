//! Errors as the UI sees them: a code to choose the text by, and a message for logs.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::PriceFault;

/// Every code that a consumer tells apart. The UI has one text per code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is malformed; `message` names the field.
    InvalidRequest,
    /// Nothing to import was found in the text.
    NothingToImport,
    /// The text is larger than an import may be.
    ImportTooLarge,
    /// Another import is running.
    ImportRunning,
    /// The dry run or the import is too long ago to be carried out or undone.
    ImportExpired,
    /// There is no key or account of this id.
    NotFound,
    /// The vault is locked; unlock the keychain and try again.
    VaultLocked,
    /// No secret store answers.
    VaultUnavailable,
    /// The database could not be read or written.
    Storage,
    /// A setting has a value that is not allowed; `message` names it.
    InvalidSetting,
    /// What was to be changed is not what was looked at: somebody else changed it.
    ChangedMeanwhile,
    /// The port is taken by another program.
    PortTaken,
    /// Login needed, or the login has expired.
    Unauthorized,
    /// Too many wrong passwords came from here; wait a minute.
    TooManyAttempts,
    /// The default token was revoked.
    TokenRevoked,
    /// No such command.
    UnknownCommand,
    /// This works only in the desktop app.
    DesktopOnly,
    /// A bug; the log has the details.
    Internal,
}

/// A failed command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ApiError {
    /// What happened.
    pub code: ErrorCode,
    /// English, for logs and bug reports; never a secret.
    pub message: String,
    /// With a refused price row: its fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub price_fault: Option<PriceFault>,
}

impl ApiError {
    /// An error with a message for people who read logs.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            price_fault: None,
        }
    }

    /// The same, about a fault of a price row.
    #[must_use]
    pub fn with_price_fault(self, price_fault: Option<PriceFault>) -> Self {
        Self {
            price_fault,
            ..self
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
