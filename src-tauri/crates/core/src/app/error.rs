//! The one place where errors of the parts become [`ApiError`]s.

use std::io::ErrorKind;

use flowkeep_contract::{ApiError, ErrorCode};

use crate::settings::SettingsError;
use crate::store::StoreError;
use crate::vault::VaultError;

/// The whole chain of causes in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = if matches!(error, StoreError::AccountTaken { .. }) {
            ErrorCode::InvalidRequest
        } else {
            ErrorCode::Storage
        };
        Self::new(code, chain(&error))
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        let code = if matches!(error, VaultError::Locked) {
            ErrorCode::VaultLocked
        } else {
            ErrorCode::VaultUnavailable
        };
        Self::new(code, chain(&error))
    }
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        // What the user asked for may be all right, but it cannot be kept.
        if let SettingsError::Io { source, .. } = &error {
            let advice = advice_on(source);
            return Self::new(
                ErrorCode::Storage,
                format!("{}; nothing was changed: {advice}", chain(&error)),
            );
        }
        Self::new(ErrorCode::InvalidSetting, chain(&error))
    }
}

/// What to do about a file that cannot be read or written.
fn advice_on(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room on the disk of the data folder and try again"
        }
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
            "let Flowkeep write to its data folder and try again"
        }
        _ => "see to the disk of the data folder and try again",
    }
}

#[cfg(test)]
mod tests;
