//! Opening the engine: settings, store, vault, pool, in this order.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};

use flowkeep_contract::{ApiError, GatewayState, Host};
use secrecy::SecretString;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::balances::{Balances, Refreshes};
use super::clients::Clients;
use super::gauge::Gauge;
use super::import::Imports;
use super::models::Catalogue;
use super::money::Ledger;
use super::neighbours::Neighbours;
use super::relay;
use super::resources::Owners;
use super::sites::{SiteTable, Sites};
use super::{App, Inner, Live};
use crate::clock::{Clock, SystemClock};
use crate::metrics::Tally;
use crate::pool::Pool;
use crate::settings::{DataDir, OtlpHeaders, Overrides, Settings, SettingsError, SettingsFile};
use crate::store::{Store, StoreError};
use crate::upstream::{UpstreamClient, UpstreamError};
use crate::vault::{StoreFactory, Vault, VaultChoice, VaultError, VaultKind, VaultOptions};

/// Events that a slow window may lag behind before it reads everything again.
const EVENTS: usize = 256;
/// Batches of state changes waiting for the disk.
const CHANGES: usize = 1024;

/// Says why the log stays empty.
const NOT_RECORDED: &str = "requests are not recorded (--no-log): the log and the statistics stay as they are, \
    and budgets forget at the next start what is spent now";

/// What the engine is opened with.
pub struct AppOptions {
    /// Folder of databases, vault and settings; made when absent, 0700.
    pub data_dir: PathBuf,
    /// What it runs as.
    pub host: Host,
    /// Flags and variables that go before `settings.toml`.
    pub overrides: Overrides,
    /// Where secrets go.
    pub vault: VaultChoice,
    /// Passphrase of the file vault.
    pub passphrase: Option<SecretString>,
    /// `FLOWKEEP_API_KEY`: the client token, instead of the generated one.
    pub client_token: Option<SecretString>,
    /// Whether finished requests go into the log and the statistics.
    pub records: bool,
    /// Whether clients are served. A command that ends at once serves none, and
    /// leaves the default token as the gateway beside it has it.
    pub serves: bool,
    /// `OTEL_EXPORTER_OTLP_HEADERS`: what the OTLP collector is shown.
    pub otlp_headers: OtlpHeaders,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Addresses of the vendor's sites, when a stand-in plays them.
    pub sites: SiteTable,
    /// A store of secrets of the caller's making, instead of `vault`.
    pub secrets: Option<StoreFactory>,
}

impl AppOptions {
    /// The defaults in this folder.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>, host: Host) -> Self {
        Self {
            data_dir: data_dir.into(),
            host,
            overrides: Overrides::default(),
            vault: VaultChoice::Auto,
            passphrase: None,
            client_token: None,
            records: true,
            serves: true,
            otlp_headers: OtlpHeaders::default(),
            clock: Arc::new(SystemClock::new()),
            sites: SiteTable::default(),
            secrets: None,
        }
    }
}

/// Why the engine cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder or `settings.toml`.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The databases.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The upstream's address or TLS.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The first reading of keys and tokens.
    #[error("{0}")]
    Load(ApiError),
    /// The opening itself broke off.
    #[error("opening was interrupted")]
    Interrupted,
}

impl Live {
    fn at_start(
        upstream: UpstreamClient,
        settings: Settings,
        overridden: Vec<&'static str>,
        stored: Settings,
    ) -> Self {
        Self {
            clients: Arc::new(Clients::default()),
            upstream: Arc::new(upstream),
            gateway: GatewayState::Starting,
            port: settings.port.get(),
            settings: Arc::new(settings),
            overridden,
            stored,
        }
    }
}

impl App {
    /// Opens the engine. It is ready to relay when this returns, unless the
    /// vault is locked.
    ///
    /// # Errors
    /// Says which part refuses and what to do.
    pub async fn open(options: AppOptions) -> Result<Self, OpenError> {
        let (changes, saver) = mpsc::channel(CHANGES);
        let app = tokio::task::spawn_blocking(move || Self::assemble(options, changes))
            .await
            .map_err(|_| OpenError::Interrupted)??;
        app.start_background(saver);
        Ok(app)
    }

    fn assemble(
        options: AppOptions,
        changes: mpsc::Sender<Vec<crate::model::StateChange>>,
    ) -> Result<Self, OpenError> {
        DataDir::open(Some(&options.data_dir))?;
        let (settings_file, stored, settings_warning) = SettingsFile::open(&options.data_dir);
        let effective = stored.with(&options.overrides)?;
        let settings = effective.settings;
        let (store, mut warnings) = Store::open(&options.data_dir, Arc::clone(&options.clock))?;
        warnings.extend(settings_warning);
        let (ledger, prices_warning) = Ledger::open(&options.data_dir);
        warnings.extend(prices_warning);
        warnings.extend((!options.records).then(|| NOT_RECORDED.to_owned()));
        let vault_options = VaultOptions {
            choice: options.vault,
            install_id: store.install_id()?,
            data_dir: options.data_dir.clone(),
            passphrase: options.passphrase,
            bundle_count_hint: bundle_count(&store)?,
        };
        let vault = open_vault(options.secrets, &vault_options)?;
        log_warnings(warnings.iter().cloned().chain(vault.warning()), &settings);
        let upstream = settings.upstream_client()?;
        let started = options.clock.now();
        let live = Live::at_start(upstream, settings.clone(), effective.overridden, stored);
        let app = Self(Arc::new(Inner {
            host: options.host,
            data_dir: options.data_dir,
            started,
            neighbours: Neighbours::since(store.data_version()?),
            journal: store.journal(),
            store,
            vault,
            vault_locked: AtomicBool::new(false),
            pool: Pool::new(settings.strategy, started.unix_ms.unsigned_abs()),
            owners: Owners::default(),
            balances: Balances::since(started.unix_ms),
            refreshes: Refreshes::default(),
            catalogue: Catalogue::default(),
            ledger,
            tally: Tally::default(),
            instance: uuid::Uuid::now_v7().to_string(),
            gauge: Gauge::default(),
            body_room: relay::room(),
            paused: AtomicBool::new(false),
            records: options.records,
            serves: options.serves,
            otlp_headers: options.otlp_headers,
            settings_file,
            overrides: options.overrides,
            client_token: options.client_token,
            clock: options.clock,
            live: RwLock::new(live),
            warnings: RwLock::new(warnings),
            events: broadcast::channel(EVENTS).0,
            changes,
            sites: Sites::of(options.sites),
            reloading: Mutex::new(()),
            imports: Imports::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }));
        app.take_up().map_err(OpenError::Load)?;
        Ok(app)
    }

    /// Obeys the settings, and reads what earlier processes left behind.
    fn take_up(&self) -> Result<(), ApiError> {
        self.obey_in_the_pool(&self.effective_settings());
        self.reload_resources()?;
        self.remember_spending();
        self.take_up_vault()
    }

    /// Reads tokens and keys; called at the start and when a locked vault opens.
    pub(super) fn take_up_vault(&self) -> Result<(), ApiError> {
        self.ensure_default_client()?;
        self.reload_clients()?;
        self.reload_pool()
    }
}

/// How many bundles to look for at least, so that a gap hides none.
fn bundle_count(store: &Store) -> Result<u32, StoreError> {
    let highest = store.keys()?.into_iter().map(|row| row.bundle + 1).max();
    Ok(highest.unwrap_or(0))
}

fn open_vault(secrets: Option<StoreFactory>, options: &VaultOptions) -> Result<Vault, VaultError> {
    match secrets {
        Some(factory) => Vault::open_over(factory, VaultKind::Memory, options),
        None => Vault::open(options),
    }
}

/// D4: said once in the log; health and the window show them as well, and the
/// aliases' faults stand beside their table in Settings.
fn log_warnings(warnings: impl Iterator<Item = String>, settings: &Settings) {
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    for fault in settings.aliases.faults() {
        tracing::warn!("{fault}; it is not used");
    }
}
