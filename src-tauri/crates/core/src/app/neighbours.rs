//! Other processes on the same data folder, as the CLI beside a gateway: what they
//! commit to `flowkeep.db` is taken up.
//!
//! Guarantees: within [`LOOK`] while clients come, within [`LOOK_AT_REST`] while
//! none do, so that a program that rests hardly wakes the processor; at once before
//! a token that nobody knows is refused ([`App::take_up_commits`]). A look is one
//! `PRAGMA`, off the async threads; requests never look themselves.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use flowkeep_contract::{ApiError, Topic};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::App;

/// How long another process's commit may go unseen while clients come.
const LOOK: Duration = Duration::from_millis(200);
/// The same while none come.
const LOOK_AT_REST: Duration = Duration::from_secs(1);
/// How long after the last client the looks stay frequent.
const BUSY: Duration = Duration::from_secs(30);
/// How far apart looks are at least, however many ask for one.
const CLOSEST: Duration = Duration::from_millis(50);
/// How long a request waits for a look.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often prices, costs and doubtful keys are seen to; a little less than a
/// rest, so that each rest is followed by one.
const TEND: Duration = Duration::from_millis(900);

/// What is known of other processes' commits.
pub(super) struct Neighbours {
    /// The version of `flowkeep.db` before anything was read from it.
    at_start: i64,
    /// Looks begun.
    begun: AtomicU64,
    /// The number of the last look whose tokens are in force.
    ended: watch::Sender<u64>,
    /// Somebody waits for a look.
    asked: Notify,
    /// A client came since the last look.
    is_busy: AtomicBool,
}

impl Neighbours {
    /// To be made before anything is read, or a commit in between goes unseen.
    pub(super) fn since(at_start: i64) -> Self {
        Self {
            at_start,
            begun: AtomicU64::new(0),
            ended: watch::Sender::new(0),
            asked: Notify::new(),
            is_busy: AtomicBool::new(false),
        }
    }

    /// Notes that a client came. Called for each, hence only a read as a rule.
    pub(super) fn client_came(&self) {
        if !self.is_busy.load(Ordering::Relaxed) {
            self.is_busy.store(true, Ordering::Relaxed);
        }
    }

    fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Returns when a look has ended that began after this call.
    async fn next_look(&self) {
        let wanted = self.begun.load(Ordering::SeqCst) + 1;
        self.asked.notify_one();
        let mut ended = self.ended.subscribe();
        // The sender lives as long as `self`.
        let _ = ended.wait_for(|number| *number >= wanted).await;
    }
}

/// Work beside the looks, one of each kind at a time.
#[derive(Default)]
struct Tending {
    last: Option<Instant>,
    rechecking: Option<tokio::task::JoinHandle<()>>,
    recounting: Option<tokio::task::JoinHandle<()>>,
}

impl App {
    /// Takes up what other processes have committed until now, as a token that was
    /// made a moment ago. However many call it, there are few looks; gives up after
    /// a second.
    pub async fn take_up_commits(&self) {
        let looked = timeout(PATIENCE, self.0.neighbours.next_look());
        if let Some(Err(_)) = self.0.stop.run_until_cancelled(looked).await {
            tracing::debug!("the look for changes takes too long");
        }
    }

    /// Looks, rests and looks again until the app closes.
    pub(super) async fn follow_other_processes(&self) {
        let neighbours = &self.0.neighbours;
        let mut seen = neighbours.at_start;
        let mut tending = Tending::default();
        let mut busy_until = Instant::now();
        loop {
            let began = Instant::now();
            self.tend(&mut tending);
            self.look(&mut seen).await;
            if neighbours.is_busy.swap(false, Ordering::Relaxed) {
                busy_until = began + BUSY;
            }
            let is_busy = began < busy_until;
            let next = began + if is_busy { LOOK } else { LOOK_AT_REST };
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = sleep_until(next) => {}
                () = neighbours.asked.notified() => sleep_until(began + CLOSEST).await,
            }
        }
    }

    async fn look(&self, seen: &mut i64) {
        let number = self.0.neighbours.begin();
        let version = self.blocking(|app| Ok(app.0.store.data_version()?)).await;
        let changed = version.as_ref().is_ok_and(|version| version != seen);
        // Tokens first: somebody may wait for them, and the vault has time.
        let clients = if changed {
            self.blocking(App::reload_clients).await
        } else {
            Ok(())
        };
        self.0.neighbours.ended.send_replace(number);
        match version {
            Ok(version) if changed => match self.take_up_rest(clients).await {
                Ok(()) => {
                    *seen = version;
                    self.changed(&[Topic::Keys, Topic::Status, Topic::Clients]);
                }
                // Looked for again: a token may have been revoked.
                Err(error) => {
                    tracing::warn!(%error, "cannot take up what another process changed");
                }
            },
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "cannot look for changes"),
        }
    }

    async fn take_up_rest(&self, clients: Result<(), ApiError>) -> Result<(), ApiError> {
        clients?;
        self.blocking(|app| {
            app.reload_pool()?;
            app.recheck_what_differs()?;
            app.reload_resources()
        })
        .await
    }

    /// Asks about keys that are in doubt, and takes up prices and costs that were
    /// changed. Beside the looks, since both may take their time.
    fn tend(&self, tending: &mut Tending) {
        if tending.last.is_some_and(|last| last.elapsed() < TEND) {
            return;
        }
        tending.last = Some(Instant::now());
        let is_free = |task: &Option<tokio::task::JoinHandle<()>>| {
            task.as_ref()
                .is_none_or(tokio::task::JoinHandle::is_finished)
        };
        if is_free(&tending.rechecking) {
            let app = self.clone();
            let recheck = async move { app.recheck_next().await };
            tending.rechecking = self
                .any_due_for_recheck()
                .then(|| self.0.tasks.spawn(recheck));
        }
        if is_free(&tending.recounting) {
            let app = self.clone();
            tending.recounting = Some(self.0.tasks.spawn_blocking(move || {
                // Prices first: costs were computed by them.
                app.follow_prices();
                app.follow_costs();
            }));
        }
    }

    fn any_due_for_recheck(&self) -> bool {
        !self.pool().due_for_recheck(self.now(), 1).is_empty()
    }
}

#[cfg(test)]
mod tests;
