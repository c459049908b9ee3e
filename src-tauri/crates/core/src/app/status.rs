//! How everything is, at one moment.

use flowkeep_contract::{
    ApiError, Empty, GatewayState, GatewayStatus, KeyCounts, SetPausedRequest, Topic, VaultKind,
    VaultState, VaultStatus,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::App;
use crate::vault;

impl App {
    /// The status, without waiting for anything.
    #[must_use]
    pub fn status(&self) -> GatewayStatus {
        let (settings, gateway, port, upstream) = self.live(|live| {
            (
                Arc::clone(&live.settings),
                live.gateway.clone(),
                live.port,
                live.upstream.base().to_owned(),
            )
        });
        let gateway = match gateway {
            GatewayState::Running if self.is_paused() => GatewayState::Paused,
            other => other,
        };
        GatewayStatus {
            host: self.0.host,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            gateway,
            base_url: format!("http://localhost:{port}/v1"),
            upstream,
            token_required: settings.require_token,
            keys: self.key_counts(),
            vault: self.vault_status(),
            in_flight: u32::try_from(self.in_flight()).unwrap_or(u32::MAX),
            dropped_records: self.journal().dropped(),
            storage_trouble: self.storage_trouble(),
            started_at_ms: self.0.started.unix_ms,
        }
    }

    /// The status, as a command.
    ///
    /// # Errors
    /// Never; the signature is that of all commands.
    #[expect(
        clippy::unused_async,
        reason = "all commands are async for their transports"
    )]
    pub async fn gateway_status(&self, _: Empty) -> Result<GatewayStatus, ApiError> {
        Ok(self.status())
    }

    /// Pauses or resumes; running requests finish.
    ///
    /// # Errors
    /// Never; the signature is that of all commands.
    #[expect(
        clippy::unused_async,
        reason = "all commands are async for their transports"
    )]
    pub async fn set_paused(&self, request: SetPausedRequest) -> Result<GatewayStatus, ApiError> {
        self.0.paused.store(request.paused, Ordering::Relaxed);
        self.changed(&[Topic::Status]);
        Ok(self.status())
    }

    /// Asks the keychain to unlock, and loads the keys when it does.
    ///
    /// # Errors
    /// When the keys cannot be read after unlocking.
    pub async fn unlock_vault(&self, _: Empty) -> Result<VaultStatus, ApiError> {
        self.blocking(|app| {
            let state = app.0.vault.try_unlock();
            app.note_vault_state();
            if state == vault::VaultState::Ready {
                app.take_up_vault()?;
            }
            Ok(app.vault_status())
        })
        .await
    }

    /// What is wrong with the disk, if something is.
    #[must_use]
    pub fn storage_trouble(&self) -> Option<String> {
        self.journal().trouble()
    }

    fn key_counts(&self) -> KeyCounts {
        let counts = self.pool().counts(self.now());
        KeyCounts {
            total: counts.total,
            usable: counts.usable,
            cooling: counts.cooling,
            exhausted: counts.exhausted,
            restricted: counts.restricted,
            unauthorized: counts.unauthorized,
            unreadable: counts.unreadable,
            disabled: counts.disabled,
        }
    }

    fn vault_status(&self) -> VaultStatus {
        VaultStatus {
            kind: match self.0.vault.kind() {
                vault::VaultKind::Keychain => VaultKind::Keychain,
                vault::VaultKind::File => VaultKind::File,
                vault::VaultKind::Memory => VaultKind::Memory,
            },
            state: match self.0.vault.state() {
                vault::VaultState::Ready => VaultState::Ready,
                vault::VaultState::Locked => VaultState::Locked,
                vault::VaultState::Unavailable => VaultState::Unavailable,
            },
            warning: self.0.vault.warning(),
        }
    }
}
