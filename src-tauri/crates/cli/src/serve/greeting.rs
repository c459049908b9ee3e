//! What the user is told at the start, once and on stderr.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use flowkeep_contract::Empty;
use flowkeep_core::app::App;
use flowkeep_core::vault::VaultChoice;
use flowkeep_gateway::AdminAccess;
use secrecy::ExposeSecret as _;

use super::options::ServeOptions;
use crate::output;

/// Where the gateway listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Greeting {
    ip: IpAddr,
    port: u16,
}

impl Greeting {
    /// An address as it was bound.
    pub(super) fn new(ip: IpAddr, port: u16) -> Self {
        Self { ip, port }
    }

    /// As it was bound: `http://127.0.0.1:7898`.
    pub(super) fn address(self) -> String {
        format!("http://{}", SocketAddr::new(self.ip, self.port))
    }

    /// An address that a browser on this computer can open.
    fn local_address(self) -> String {
        let ip = match self.ip {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.port))
    }

    /// Says how to get the client token, when that is not known yet.
    pub(super) async fn tell_of_token(
        self,
        app: &App,
        options: &ServeOptions,
        is_first_start: bool,
    ) {
        let from_variable = options.client_token.is_some();
        if from_variable || !app.effective_settings().require_token {
            return;
        }
        // No other process can read a vault in memory, so it is shown here.
        if options.place.vault == VaultChoice::Memory {
            match app.client_token(Empty {}).await {
                Ok(token) => output::note(&format!("token: {}", token.token)),
                Err(error) => tracing::warn!(%error, "the client token cannot be shown"),
            }
        } else if is_first_start {
            output::note(&format!("token: run `{}`", token_command(options)));
        }
    }

    /// Shows the password that was made for this run.
    pub(super) fn tell_of_admin(self, admin: &AdminAccess) {
        output::note(&format!(
            "console: {}/  user {}  password {}",
            self.local_address(),
            admin.username,
            admin.password.expose_secret()
        ));
    }
}

/// `flowkeep token`, looking at the same place.
fn token_command(options: &ServeOptions) -> String {
    let mut command = "flowkeep token".to_owned();
    if let Some(folder) = &options.place.data_dir {
        command = format!("{command} --data-dir '{}'", folder.display());
    }
    let vault = match options.place.vault {
        VaultChoice::Auto => return command,
        VaultChoice::Keychain => "keychain",
        VaultChoice::File => "file",
        VaultChoice::Memory => "memory",
    };
    command.push_str(" --vault ");
    command.push_str(vault);
    command
}

#[cfg(test)]
mod tests;
