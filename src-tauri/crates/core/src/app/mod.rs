//! The use cases. The only place where pool, vault, store and upstream meet.
//!
//! Guarantees: nothing on the request path touches SQLite or the keychain
//! (D11); what blocks runs on the blocking pool; every task that is spawned
//! ends with [`App::close`]. It knows no transport: the shell calls its methods
//! as Tauri commands, the gateway as `POST /admin/rpc/{command}`.

mod background;
mod balances;
mod bodies;
mod clients;
mod count_tokens;
mod dispatch;
mod error;
mod export;
mod exports;
mod form;
mod gauge;
mod import;
mod key_edits;
mod keys;
mod lease;
mod limits;
mod logs;
mod models;
mod money;
mod monitoring;
mod neighbours;
mod open;
mod probe;
mod records;
mod relay;
mod requests;
mod resources;
mod responses;
mod retention;
mod session;
mod settings;
mod sites;
mod statistics;
mod status;
mod whole_body;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use flowkeep_contract::{ApiError, Event, GatewayState, Host, Topic};
use secrecy::SecretString;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::clients::{Denied, Reservation, TokenCheck};
pub use self::export::ExportedKeys;
pub use self::exports::RequestExport;
pub use self::form::Form;
pub use self::import::{ImportOptions, Source};
pub use self::logs::{LogPage, LogQuery};
pub use self::money::PriceBook;
pub use self::open::{AppOptions, OpenError};
pub use self::records::Records;
pub use self::relay::{
    Call, CallBody, FailoverLimits, Failure, FailureCode, NotJson, Peeked, RelayBody,
    RelayBodyError, Reply, Served, header_text, peek,
};
pub use self::sites::SiteTable;
pub use self::statistics::{Overview, Period, Series};
pub use crate::settings::Settings;

use self::balances::{Balances, Refreshes};
use self::clients::Clients;
use self::gauge::{Gauge, InFlight};
use self::import::Imports;
use self::models::Catalogue;
use self::money::Ledger;
use self::neighbours::Neighbours;
use self::resources::Owners;
use self::sites::Sites;
use crate::clock::{Clock, Moment};
use crate::metrics::Tally;
use crate::model::{Room, StateChange};
use crate::pool::Pool;
use crate::settings::{Overrides, SettingsFile};
use crate::store::{Journal, Store};
use crate::upstream::UpstreamClient;
use crate::vault::{Vault, VaultState};

/// The engine, opened. Clones are handles to the same one.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    host: Host,
    data_dir: PathBuf,
    clock: Arc<dyn Clock>,
    started: Moment,
    store: Store,
    journal: Journal,
    vault: Vault,
    vault_locked: AtomicBool,
    pool: Pool,
    owners: Owners,
    balances: Balances,
    refreshes: Refreshes,
    catalogue: Catalogue,
    ledger: Ledger,
    tally: Tally,
    /// Tells this process from others that send metrics.
    instance: String,
    otlp_headers: crate::settings::OtlpHeaders,
    gauge: Gauge,
    /// Memory for the bodies that are kept.
    body_room: Arc<Room>,
    paused: AtomicBool,
    /// Whether finished requests go into the log and the statistics.
    records: bool,
    /// Whether clients are served, by this process.
    serves: bool,
    settings_file: SettingsFile,
    overrides: Overrides,
    client_token: Option<SecretString>,
    live: RwLock<Live>,
    warnings: RwLock<Vec<String>>,
    events: broadcast::Sender<Event>,
    changes: mpsc::Sender<Vec<StateChange>>,
    sites: Sites,
    neighbours: Neighbours,
    /// Held while the pool is given what was read: the last one read must win.
    reloading: Mutex<()>,
    imports: Imports,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// What may be exchanged while requests run.
struct Live {
    /// As in `settings.toml`.
    stored: Settings,
    /// With flags and variables laid over them.
    settings: Arc<Settings>,
    overridden: Vec<&'static str>,
    upstream: Arc<UpstreamClient>,
    clients: Arc<Clients>,
    gateway: GatewayState,
    port: u16,
}

/// Locks; nothing is left half-way by a thread that panicked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Now, on both clocks.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.0.clock.now()
    }

    /// The settings in force, overrides included.
    #[must_use]
    pub fn effective_settings(&self) -> Arc<Settings> {
        self.live(|live| Arc::clone(&live.settings))
    }

    /// The data folder.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.0.data_dir
    }

    /// What the engine tells without being asked.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// The port of the gateway that was bound last.
    #[must_use]
    pub fn gateway_port(&self) -> u16 {
        self.live(|live| live.port)
    }

    /// The gateway says how it is and, when it listens, on which port.
    pub fn set_gateway_state(&self, state: GatewayState, port: Option<u16>) {
        self.change_live(|live| {
            live.gateway = state;
            if let Some(port) = port {
                live.port = port;
            }
        });
        self.changed(&[Topic::Status]);
    }

    /// Ends everything: waits for tasks and until the journal is on disk.
    pub async fn close(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        let journal = self.0.journal.clone();
        let closed = tokio::task::spawn_blocking(move || journal.close()).await;
        if closed.is_err() {
            tracing::error!("the journal could not be closed");
        }
        let lost = self.journal().dropped();
        if lost > 0 {
            tracing::error!(
                "{lost} requests could not be logged and are missing in the statistics"
            );
        }
    }

    /// Waits until everything recorded so far is on disk; `false` when that
    /// takes longer than `timeout`. Blocks.
    #[must_use]
    pub fn flush_journal(&self, timeout: std::time::Duration) -> bool {
        self.0.journal.flush(timeout)
    }

    /// Requests under way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.gauge.in_flight()
    }

    pub(crate) fn enter(&self) -> InFlight {
        self.0.gauge.enter()
    }

    fn gauge(&self) -> &Gauge {
        &self.0.gauge
    }

    fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    fn pool(&self) -> &Pool {
        &self.0.pool
    }

    fn journal(&self) -> &Journal {
        &self.0.journal
    }

    fn upstream(&self) -> Arc<UpstreamClient> {
        self.live(|live| Arc::clone(&live.upstream))
    }

    fn limits(&self) -> FailoverLimits {
        self.live(|live| live.settings.failover_limits())
    }

    fn is_paused(&self) -> bool {
        self.0.paused.load(Ordering::Relaxed)
    }

    fn vault_locked(&self) -> bool {
        self.0.vault_locked.load(Ordering::Relaxed)
    }

    fn note_vault_state(&self) -> VaultState {
        let state = self.0.vault.state();
        let locked = state == VaultState::Locked;
        if self.0.vault_locked.swap(locked, Ordering::Relaxed) != locked {
            self.changed(&[Topic::Status, Topic::Keys]);
        }
        state
    }

    fn live<T>(&self, read: impl FnOnce(&Live) -> T) -> T {
        read(&self.0.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change_live(&self, change: impl FnOnce(&mut Live)) {
        change(&mut self.0.live.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Tells the windows what to read again.
    fn changed(&self, topics: &[Topic]) {
        self.emit(Event::Changed {
            topics: topics.to_vec(),
        });
    }

    /// Nobody listening is no error: a server has no window.
    fn emit(&self, event: Event) {
        let _ = self.0.events.send(event);
    }

    /// Hands state changes to the saver. They only repeat what traffic will
    /// show again, so a full queue may drop them; it is said in the log.
    fn persist(&self, changes: Vec<StateChange>) {
        if changes.is_empty() {
            return;
        }
        if self.0.changes.try_send(changes).is_err() {
            tracing::warn!(
                "the state queue is full; a key state will be learned again after a restart"
            );
        }
        self.changed(&[Topic::Keys, Topic::Status]);
    }

    /// Runs what blocks (SQLite, keychain) off the async threads.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let app = self.clone();
        tokio::task::spawn_blocking(move || work(&app))
            .await
            .map_err(|error| {
                tracing::error!(%error, "a use case panicked");
                ApiError::new(flowkeep_contract::ErrorCode::Internal, "internal error")
            })?
    }
}
