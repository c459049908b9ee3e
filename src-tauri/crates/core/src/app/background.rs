//! What runs beside the requests: saving states, waiting for a locked vault, and
//! what other modules start ([`super::neighbours`] sees what other processes change).

use std::sync::Arc;
use std::time::Duration;

use flowkeep_contract::Topic;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::App;
use crate::model::StateChange;
use crate::vault::VaultState;

/// After this states are saved again that could not be.
const SAVE_AGAIN: Duration = Duration::from_secs(1);
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
        self.start_keeping_the_log();
        self.start_keeping_bodies();
        self.start_watching_balances();
        self.start_refreshing();
        self.start_sending_metrics();
        // Weak, or journal and app would keep each other alive.
        let weak = Arc::downgrade(&self.0);
        let told = std::sync::Mutex::new((false, 0));
        self.journal().on_commit(move || {
            if let Some(inner) = weak.upgrade() {
                App(inner).tell_of_the_journal(&mut super::locked(&told));
            }
        });
    }

    /// New rows, and whether the disk is in trouble or a file was set aside since
    /// this was `told` last.
    fn tell_of_the_journal(&self, told: &mut (bool, usize)) {
        let journal = self.journal();
        let now = (journal.trouble().is_some(), journal.warnings().len());
        if std::mem::replace(told, now) == now {
            self.changed(&[Topic::Requests]);
        } else {
            self.changed(&[Topic::Requests, Topic::Status, Topic::Settings]);
        }
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
            self.save(Arc::new(batch)).await;
        }
    }

    /// Saves states, however often it takes: they must survive a restart. Those
    /// that follow wait meanwhile, or an older one would be saved over a newer.
    async fn save(&self, batch: Arc<Vec<StateChange>>) {
        loop {
            let states = Arc::clone(&batch);
            let saved = self
                .blocking(move |app| Ok(app.0.store.save_states(&states)?))
                .await;
            let Err(error) = saved else { return };
            tracing::warn!(%error, "key states cannot be saved; they wait");
            if self.rest(SAVE_AGAIN).await {
                return;
            }
        }
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
    pub(super) async fn rest(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.0.stop.cancelled() => true,
            () = tokio::time::sleep(time) => false,
        }
    }
}
