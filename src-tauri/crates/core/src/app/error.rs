//! The one place where errors of the parts become [`ApiError`]s.

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
        Self::new(ErrorCode::InvalidSetting, chain(&error))
    }
}
