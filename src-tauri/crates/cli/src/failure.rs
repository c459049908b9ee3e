//! Why a command did not do what it was asked, and its exit code.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use flowkeep_contract::{ApiError, ErrorCode};
use flowkeep_core::app::OpenError;
use flowkeep_core::settings::SettingsError;
use flowkeep_gateway::BindError;

/// Another program has the port; the number of `EADDRINUSE` on Linux (F26).
const PORT_TAKEN: u8 = 98;
const USAGE: u8 = 2;
const FAILED: u8 = 1;
/// As a shell reports a program that wrote to nobody: 128 and the number of
/// SIGPIPE.
const UNREAD: u8 = 141;

/// A command that failed, in the words the user reads.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A flag, a variable or a file says something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// The port is in use.
    #[error("{0}")]
    PortTaken(String),
    /// Whoever read the output has enough of it, as `head`; nothing is said.
    #[error("nobody reads the standard output any more")]
    Unread,
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
            Self::Unread => UNREAD,
            Self::Failed(_) => FAILED,
        })
    }
}

impl Failure {
    /// The standard output takes no more.
    pub(crate) fn unwritten(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Unread;
        }
        Self::Failed(format!("write to the standard output: {error}"))
    }

    /// A failure in the words of an error and of what caused it.
    pub(crate) fn because(error: &dyn Error) -> Self {
        Self::Failed(format!("{}{}", chain(error), advice(error)))
    }
}

/// What to do about a disk that takes nothing.
fn advice(error: &dyn Error) -> &'static str {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    let kind = causes.find_map(|cause| cause.downcast_ref::<io::Error>().map(io::Error::kind));
    match kind {
        Some(io::ErrorKind::StorageFull) => "; make room on that disk and try again",
        Some(io::ErrorKind::ReadOnlyFilesystem) => {
            "; make that disk writable, or choose another folder with --data-dir"
        }
        _ => "",
    }
}

/// The causes in one line; an error that repeats its cause says it once.
fn chain(error: &dyn Error) -> String {
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

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match &error {
            OpenError::Settings(SettingsError::TokenNeeded | SettingsError::Address(_)) => {
                Self::Usage(chain(&error))
            }
            _ => Self::because(&error),
        }
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
            BindError::Io { .. } => Self::because(&error),
        }
    }
}

#[cfg(test)]
mod tests;
