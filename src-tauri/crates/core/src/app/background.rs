//! What runs beside the requests: saving states, seeing what other processes
//! changed, waiting for a locked vault.

use std::time::Duration;

use flowkeep_contract::Topic;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::App;
use crate::model::StateChange;
use crate::vault::VaultState;

/// How often another process's commit is looked for: one cheap read a second.
const LOOK: Duration = Duration::from_secs(1);
/// How often a locked vault is asked.
const VAULT_LOOK: Duration = Duration::from_secs(2);

impl App {
    pub(super) fn start_background(&self, saver: mpsc::Receiver<Vec<StateChange>>) {
        let app = self.clone();
        self.0
            .tasks
            .spawn(async move { app.save_states(saver).await });
        let app = self.clone();
        self.0
            .tasks
            .spawn(async move { app.follow_other_processes().await });
        let app = self.clone();
        self.0.tasks.spawn(async move { app.follow_vault().await });
        // Weak, or journal and app would keep each other alive.
        let weak = std::sync::Arc::downgrade(&self.0);
        self.journal().on_commit(move || {
            if let Some(inner) = weak.upgrade() {
                App(inner).changed(&[Topic::Requests]);
            }
        });
    }

    /// Fires when the app closes, for streams of events.
    #[must_use]
    pub fn closing(&self) -> CancellationToken {
        self.0.stop.clone()
    }

    async fn save_states(&self, mut changes: mpsc::Receiver<Vec<StateChange>>) {
        loop {
            let batch = tokio::select! {
                batch = changes.recv() => batch,
                () = self.0.stop.cancelled() => {
                    // What was queued before the stop is still saved.
                    changes.close();
                    changes.recv().await
                }
            };
            let Some(batch) = batch else { return };
            let saved = self
                .blocking(move |app| Ok(app.0.store.save_states(&batch)?))
                .await;
            if let Err(error) = saved {
                tracing::warn!(%error, "key states could not be saved");
            }
        }
    }

    /// The CLI works on the same folder; its commits are taken up within a second.
    async fn follow_other_processes(&self) {
        let mut seen = None;
        let mut rechecking: Option<tokio::task::JoinHandle<()>> = None;
        loop {
            // Beside, since an answer may take its time; one at a time.
            if rechecking
                .as_ref()
                .is_none_or(tokio::task::JoinHandle::is_finished)
            {
                let app = self.clone();
                let recheck = async move { app.recheck_next().await };
                rechecking = self
                    .any_due_for_recheck()
                    .then(|| self.0.tasks.spawn(recheck));
            }
            let version = self.blocking(|app| Ok(app.0.store.data_version()?)).await;
            match version {
                Ok(version) if seen.is_some_and(|seen| seen != version) => {
                    seen = Some(version);
                    let reloaded = self.blocking(|app| {
                        app.reload_pool()?;
                        app.reload_resources()
                    });
                    match reloaded.await {
                        Ok(()) => self.changed(&[Topic::Keys, Topic::Status]),
                        Err(error) => {
                            tracing::warn!(%error, "cannot take up what another process changed");
                        }
                    }
                }
                Ok(version) => seen = Some(version),
                Err(error) => tracing::debug!(%error, "cannot look for changes"),
            }
            if self.rest(LOOK).await {
                return;
            }
        }
    }

    fn any_due_for_recheck(&self) -> bool {
        !self.pool().due_for_recheck(self.now(), 1).is_empty()
    }

    /// S20, F42: a keychain that is unlocked or comes back is used without a
    /// restart. While all is well this only reads a flag.
    async fn follow_vault(&self) {
        while !self.rest(VAULT_LOOK).await {
            if self.0.vault.state() == VaultState::Ready {
                continue;
            }
            let looked = self
                .blocking(|app| {
                    let _ = app.0.vault.probe();
                    match app.note_vault_state() {
                        VaultState::Ready => app.take_up_vault(),
                        VaultState::Locked | VaultState::Unavailable => Ok(()),
                    }
                })
                .await;
            match looked {
                Ok(()) => self.changed(&[Topic::Status, Topic::Keys]),
                Err(error) => tracing::warn!(%error, "the vault opened but cannot be read"),
            }
        }
    }

    /// Waits; `true` when the app closes instead.
    async fn rest(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.0.stop.cancelled() => true,
            () = tokio::time::sleep(time) => false,
        }
    }
}
