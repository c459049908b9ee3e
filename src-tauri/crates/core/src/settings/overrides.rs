//! Values from flags and variables, laid over the settings of the file.

use super::{BindHost, Port, Settings, SettingsError, Strategy, UpstreamUrl};

/// What flags and variables say; `None` leaves the setting as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--port`, `FLOWKEEP_PORT`.
    pub port: Option<Port>,
    /// `--host`, `FLOWKEEP_HOST`.
    pub host: Option<BindHost>,
    /// `--upstream`, `FLOWKEEP_UPSTREAM`.
    pub upstream: Option<UpstreamUrl>,
    /// `--no-token`, `FLOWKEEP_NO_TOKEN`.
    pub require_token: Option<bool>,
    /// `FLOWKEEP_POOL_STRATEGY`.
    pub strategy: Option<Strategy>,
    /// `FLOWKEEP_REFRESH_INTERVAL`, in seconds.
    pub refresh_interval_s: Option<u32>,
}

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The values.
    pub settings: Settings,
    /// Names of the settings that are not the file's; never saved.
    pub overridden: Vec<&'static str>,
}

impl Settings {
    /// These settings with `overrides` laid over them.
    ///
    /// # Errors
    /// When they do not go together, as no token on a public address.
    pub fn with(&self, overrides: &Overrides) -> Result<Effective, SettingsError> {
        let mut settings = self.clone();
        let mut overridden = Vec::new();
        let mut lay = |name, is_given: bool| {
            if is_given {
                overridden.push(name);
            }
        };
        lay("port", put(&mut settings.port, overrides.port.as_ref()));
        lay("host", put(&mut settings.host, overrides.host.as_ref()));
        lay(
            "upstream",
            put(&mut settings.upstream, overrides.upstream.as_ref()),
        );
        lay(
            "require_token",
            put(
                &mut settings.require_token,
                overrides.require_token.as_ref(),
            ),
        );
        lay(
            "strategy",
            put(&mut settings.strategy, overrides.strategy.as_ref()),
        );
        lay(
            "refresh_interval_s",
            put(
                &mut settings.refresh_interval_s,
                overrides.refresh_interval_s.as_ref(),
            ),
        );
        settings.check()?;
        Ok(Effective {
            settings,
            overridden,
        })
    }
}

fn put<T: Clone>(setting: &mut T, given: Option<&T>) -> bool {
    if let Some(value) = given {
        setting.clone_from(value);
    }
    given.is_some()
}
