//! The variables of design.md §4 that concern the desktop; the same as for `serve`.

use std::env::VarError;
use std::path::PathBuf;
use std::str::FromStr;

use flowkeep_contract::Host;
use flowkeep_core::app::AppOptions;
use flowkeep_core::settings::{DataDir, OtlpHeaders, Overrides};
use flowkeep_core::vault::VaultChoice;
use secrecy::SecretString;

/// What the environment says; absent variables leave the settings as they are.
pub(crate) struct Environment {
    /// `FLOWKEEP_DATA_DIR`.
    pub(crate) data_dir: Option<PathBuf>,
    overrides: Overrides,
    vault: VaultChoice,
    passphrase: Option<SecretString>,
    client_token: Option<SecretString>,
    otlp_headers: OtlpHeaders,
}

/// A variable cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// It is not UTF-8.
    #[error("{0} is no text")]
    NotText(&'static str),
    /// Its value is wrong; `reason` says what is allowed.
    #[error("{name}: {reason}")]
    Malformed {
        /// The variable.
        name: &'static str,
        /// What is allowed.
        reason: String,
    },
}

impl Environment {
    /// Reads the variables of this process.
    ///
    /// # Errors
    /// Names the first variable that makes no sense: a program that ignores it
    /// would send keys elsewhere than its user believes.
    pub(crate) fn read() -> Result<Self, EnvironmentError> {
        Ok(Self {
            data_dir: std::env::var_os("FLOWKEEP_DATA_DIR")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            overrides: Overrides {
                port: parsed("FLOWKEEP_PORT")?,
                upstream: parsed("FLOWKEEP_UPSTREAM")?,
                strategy: None,
                ..Overrides::default()
            },
            vault: parsed("FLOWKEEP_VAULT")?.unwrap_or_default(),
            passphrase: variable("FLOWKEEP_VAULT_PASSPHRASE")?.map(SecretString::from),
            client_token: variable("FLOWKEEP_API_KEY")?.map(SecretString::from),
            otlp_headers: parsed("OTEL_EXPORTER_OTLP_HEADERS")?.unwrap_or_default(),
        })
    }

    /// What the engine is opened with in `folder`.
    pub(crate) fn options(self, folder: &DataDir) -> AppOptions {
        AppOptions {
            overrides: self.overrides,
            vault: self.vault,
            passphrase: self.passphrase,
            client_token: self.client_token,
            otlp_headers: self.otlp_headers,
            ..AppOptions::new(folder.path(), Host::Desktop)
        }
    }
}

/// An empty variable counts as absent.
fn variable(name: &'static str) -> Result<Option<String>, EnvironmentError> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(EnvironmentError::NotText(name)),
    }
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(
    name: &'static str,
) -> Result<Option<T>, EnvironmentError> {
    let Some(value) = variable(name)? else {
        return Ok(None);
    };
    match value.trim().parse() {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(EnvironmentError::Malformed {
            name,
            reason: T::Err::to_string(&error),
        }),
    }
}
