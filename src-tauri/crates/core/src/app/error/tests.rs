use std::io;
use std::path::PathBuf;

use super::*;
use crate::settings::InvalidAddress;

fn unwritable(kind: ErrorKind) -> ApiError {
    let error = SettingsError::Io {
        action: "write",
        path: PathBuf::from("/data/settings.toml"),
        source: io::Error::from(kind),
    };
    error.into()
}

/// F32: a full disk is no fault of the setting.
#[test]
fn settings_that_cannot_be_kept_are_a_failure_of_the_storage() {
    for (kind, advice) in [
        (ErrorKind::StorageFull, "make room on the disk"),
        (ErrorKind::QuotaExceeded, "make room on the disk"),
        (ErrorKind::ReadOnlyFilesystem, "let Flowkeep write"),
        (ErrorKind::PermissionDenied, "let Flowkeep write"),
        (ErrorKind::Other, "see to the disk"),
    ] {
        let error = unwritable(kind);
        assert_eq!(error.code, ErrorCode::Storage, "{kind}");
        assert!(error.message.contains(advice), "{}", error.message);
        let begins = "write /data/settings.toml: ";
        assert!(error.message.starts_with(begins), "{}", error.message);
    }
}

#[test]
fn a_value_that_is_not_allowed_is_a_fault_of_the_setting() {
    let error = ApiError::from(SettingsError::from(InvalidAddress::Port));
    assert_eq!(error.code, ErrorCode::InvalidSetting);
}
