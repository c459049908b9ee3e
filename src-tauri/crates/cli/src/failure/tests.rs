use std::process::ExitCode;

use flowkeep_contract::{ApiError, ErrorCode};
use flowkeep_gateway::BindError;

use super::Failure;

#[test]
fn a_taken_port_names_its_holder_and_has_its_own_code() {
    let failure = Failure::from(BindError::PortTaken {
        port: 7898,
        holder: Some("nc (pid 12)".to_owned()),
    });
    let text = failure.to_string();
    assert!(
        text.contains("7898") && text.contains("nc (pid 12)"),
        "{text}"
    );
    assert_eq!(
        format!("{:?}", failure.exit_code()),
        format!("{:?}", ExitCode::from(98))
    );
}

#[test]
fn a_locked_vault_says_what_to_do() {
    let failure = Failure::from(ApiError::new(
        ErrorCode::VaultLocked,
        "the keychain is locked",
    ));
    assert!(failure.to_string().contains("--vault file"));
    assert_eq!(
        format!("{:?}", failure.exit_code()),
        format!("{:?}", ExitCode::from(1))
    );
}

#[test]
fn a_disk_that_takes_nothing_comes_with_advice() {
    #[derive(Debug, thiserror::Error)]
    #[error("lock the folder")]
    struct Locking(#[source] std::io::Error);
    for (kind, advice) in [
        (std::io::ErrorKind::StorageFull, "make room"),
        (std::io::ErrorKind::ReadOnlyFilesystem, "--data-dir"),
    ] {
        let text = Failure::because(&Locking(kind.into())).to_string();
        assert!(
            text.starts_with("lock the folder: ") && text.contains(advice),
            "{text}"
        );
    }
    let text = Failure::because(&Locking(std::io::ErrorKind::NotFound.into())).to_string();
    assert!(!text.contains(';'), "{text}");
}
