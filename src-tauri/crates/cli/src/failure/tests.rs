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
