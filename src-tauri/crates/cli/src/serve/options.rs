//! Flags and variables of `flowkeep serve`, judged together (`design.md` §4).
//!
//! A flag goes before its variable, that before the older name, that before
//! `settings.toml` and the default, which the engine knows.

use std::path::{Path, PathBuf};

use flowkeep_core::app::AppOptions;
use flowkeep_core::settings::{BindHost, DataDir, OtlpHeaders, Overrides, Port};
use secrecy::{ExposeSecret as _, SecretString};

use crate::args::ServeArgs;
use crate::engine::Place;
use crate::failure::Failure;
use crate::variables::Variables;

const SHORTEST_TOKEN: usize = 16;
/// 128 bits of hexadecimal digits (S2).
const SHORTEST_PUBLIC_TOKEN: usize = 32;
const DEFAULT_ADMIN: &str = "admin";
/// The name that OpenTelemetry gave it.
const OTLP_HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";

/// What `serve` was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct ServeOptions {
    /// Where keys and settings are.
    pub(super) place: Place,
    /// What goes before `settings.toml`.
    pub(super) overrides: Overrides,
    /// The client token, instead of the generated one.
    pub(super) client_token: Option<SecretString>,
    /// Name of the admin.
    pub(super) admin_username: String,
    /// Password of the admin; made at the start when absent.
    pub(super) admin_password: Option<SecretString>,
    /// Keys to add at the start, as they were written.
    pub(super) keys: Option<SecretString>,
    /// Whether nothing is recorded.
    pub(super) no_log: bool,
    /// What the OTLP collector is shown.
    pub(super) otlp_headers: OtlpHeaders,
}

impl ServeOptions {
    /// Reads and judges everything that can be judged without opening a file.
    pub(super) fn resolve(args: &ServeArgs, variables: &Variables) -> Result<Self, Failure> {
        let secret = |names: &[&str]| variables.first(names).map(|(_, text)| text.into());
        let mut place = Place::resolve(&args.place, variables)?;
        if place.data_dir.is_none() {
            place.data_dir = variables.get("DB_PATH").map(folder_of);
        }
        let username = variables.first(&["FLOWKEEP_ADMIN_USERNAME", "ADMIN_USERNAME"]);
        let options = Self {
            overrides: overrides(args, variables, &place)?,
            client_token: secret(&["FLOWKEEP_API_KEY", "API_KEY"]),
            admin_username: username.map_or(DEFAULT_ADMIN, |(_, name)| name).to_owned(),
            admin_password: secret(&["FLOWKEEP_ADMIN_PASSWORD", "ADMIN_PASSWORD"]),
            keys: secret(&["FLOWKEEP_KEYS"]),
            no_log: args.no_log || variables.switch("FLOWKEEP_NO_LOG")?,
            otlp_headers: variables.parse(&[OTLP_HEADERS])?.unwrap_or_default(),
            place,
        };
        let host = options.overrides.host.unwrap_or_default();
        if !host.is_loopback() && options.overrides.require_token == Some(false) {
            return Err(Failure::Usage(format!(
                "--no-token is for loopback only: everybody who reaches {host} could use your keys"
            )));
        }
        check_client_token(options.client_token.as_ref(), host.is_loopback())?;
        Ok(options)
    }

    /// What the engine is opened with.
    pub(super) fn engine(&self, folder: &DataDir) -> AppOptions {
        let mut options = self.place.options(folder);
        options.overrides = self.overrides.clone();
        options.records = !self.no_log;
        options.otlp_headers = self.otlp_headers.clone();
        options.client_token.clone_from(&self.client_token);
        options
    }
}

/// Refuses a token that could be guessed (S2).
pub(super) fn check_client_token(
    token: Option<&SecretString>,
    is_loopback: bool,
) -> Result<(), Failure> {
    let Some(token) = token else {
        return Ok(());
    };
    let text = token.expose_secret();
    let (least, place) = if is_loopback {
        (SHORTEST_TOKEN, "")
    } else {
        (SHORTEST_PUBLIC_TOKEN, " when others can reach the gateway")
    };
    if text.chars().count() < least {
        return Err(Failure::Usage(format!(
            "FLOWKEEP_API_KEY is too short: it needs at least {least} characters{place}"
        )));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::Usage(
            "FLOWKEEP_API_KEY has a blank or a character that no header can carry".to_owned(),
        ));
    }
    Ok(())
}

fn overrides(args: &ServeArgs, variables: &Variables, place: &Place) -> Result<Overrides, Failure> {
    let host = match &args.host {
        Some(host) => Some(bind_host("--host", host)?),
        None => match variables.get("FLOWKEEP_HOST") {
            Some(host) => Some(bind_host("FLOWKEEP_HOST", host)?),
            None => None,
        },
    };
    let port = match args.port {
        Some(port) => {
            let port = Port::try_from(port);
            Some(port.map_err(|error| Failure::Usage(format!("--port: {error}")))?)
        }
        None => variables.parse(&["FLOWKEEP_PORT"])?,
    };
    let no_token = args.no_token || variables.switch("FLOWKEEP_NO_TOKEN")?;
    Ok(Overrides {
        port,
        host,
        upstream: place.upstream.clone(),
        require_token: no_token.then_some(false),
        strategy: variables.parse(&["FLOWKEEP_POOL_STRATEGY"])?,
        refresh_interval_s: variables
            .parse(&["FLOWKEEP_REFRESH_INTERVAL", "AUTO_REFRESH_INTERVAL"])?,
    })
}

/// An address; an IPv6 one may stand in brackets, as in a URL.
fn bind_host(name: &str, text: &str) -> Result<BindHost, Failure> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse()
        .map_err(|error| Failure::Usage(format!("{name}: {error}")))
}

/// The folder of a database file; the current one when it is only a name.
fn folder_of(database: &str) -> PathBuf {
    let folder = Path::new(database).parent().unwrap_or(Path::new("/"));
    if folder.as_os_str().is_empty() {
        return PathBuf::from(".");
    }
    folder.to_owned()
}

#[cfg(test)]
mod tests;
