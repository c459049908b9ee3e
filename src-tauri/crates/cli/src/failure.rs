//! Why a command did not do what it was asked, and its exit code.

use std::process::ExitCode;

use flowkeep_contract::{ApiError, ErrorCode};
use flowkeep_gateway::BindError;

/// Another program has the port; the number of `EADDRINUSE` on Linux (F26).
const PORT_TAKEN: u8 = 98;
const USAGE: u8 = 2;
const FAILED: u8 = 1;

/// A command that failed, in the words the user reads.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A flag, a variable or a file says something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// The port is in use.
    #[error("{0}")]
    PortTaken(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => USAGE,
            Self::PortTaken(_) => PORT_TAKEN,
            Self::Failed(_) => FAILED,
        })
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let advice = match error.code {
            ErrorCode::VaultLocked => "; unlock the keychain, or choose --vault file",
            ErrorCode::NothingToImport => ": give one key per line, as `sk-… [label]`",
            _ => "",
        };
        Self::Failed(format!("{}{advice}", error.message))
    }
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        match error {
            BindError::PortTaken { port, .. } => Self::PortTaken(format!(
                "{error}; stop that program, or choose another port with --port (now {port})"
            )),
            BindError::Io { .. } => Self::from(anyhow::Error::new(error)),
        }
    }
}

#[cfg(test)]
mod tests;
