//! Opening the engine: settings, store, vault, pool, in this order.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};

use flowkeep_contract::{ApiError, GatewayState, Host};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::clients::{ClientTokens, DEFAULT_CLIENT, TokenHash, generate_token, token_hash};
use super::gauge::Gauge;
use super::import::Imports;
use super::models::Catalogue;
use super::resources::Owners;
use super::sites::{SiteTable, Sites};
use super::{App, Inner, Live};
use crate::clock::{Clock, SystemClock};
use crate::pool::Pool;
use crate::price::PriceTable;
use crate::settings::{DataDir, Overrides, Settings, SettingsError, SettingsFile};
use crate::store::{ClientRow, Store, StoreError};
use crate::upstream::{UpstreamClient, UpstreamError};
use crate::vault::{
    StoreFactory, Vault, VaultChoice, VaultError, VaultKind, VaultOptions, VaultState,
};

/// Events that a slow window may lag behind before it reads everything again.
const EVENTS: usize = 256;
/// Batches of state changes waiting for the disk.
const CHANGES: usize = 1024;

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
            clients: Arc::new(ClientTokens::default()),
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
        let vault_options = VaultOptions {
            choice: options.vault,
            install_id: store.install_id()?,
            data_dir: options.data_dir.clone(),
            passphrase: options.passphrase,
            bundle_count_hint: bundle_count(&store)?,
        };
        let vault = open_vault(options.secrets, &vault_options)?;
        // D4: said once in the log; health and the window show it as well.
        for warning in warnings.iter().cloned().chain(vault.warning()) {
            tracing::warn!("{warning}");
        }
        warn_of_aliases(&settings);
        let upstream = settings.upstream_client()?;
        let started = options.clock.now();
        let live = Live::at_start(upstream, settings.clone(), effective.overridden, stored);
        let app = Self(Arc::new(Inner {
            host: options.host,
            data_dir: options.data_dir,
            started,
            journal: store.journal(),
            store,
            vault,
            vault_locked: AtomicBool::new(false),
            pool: Pool::new(settings.strategy, started.unix_ms.unsigned_abs()),
            owners: Owners::default(),
            catalogue: Catalogue::default(),
            prices: Arc::new(PriceTable::shipped()),
            gauge: Gauge::default(),
            paused: AtomicBool::new(false),
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
        app.obey_in_the_pool(&app.effective_settings());
        app.reload_resources().map_err(OpenError::Load)?;
        app.take_up_vault().map_err(OpenError::Load)?;
        Ok(app)
    }

    /// Reads tokens and keys; called at the start and when a locked vault opens.
    pub(super) fn take_up_vault(&self) -> Result<(), ApiError> {
        let default = self.default_token_hash()?;
        let settings = self.effective_settings();
        let mut entries = Vec::new();
        if let Some(hash) = default {
            entries.push((Arc::from(DEFAULT_CLIENT), hash));
        }
        self.change_live(|live| {
            live.clients = Arc::new(ClientTokens {
                entries,
                required: settings.require_token,
            });
        });
        self.reload_pool()
    }

    /// The digest of the default token. It stands in the database as well, so
    /// that a client is recognised while the vault is locked.
    fn default_token_hash(&self) -> Result<Option<TokenHash>, ApiError> {
        if let Some(token) = &self.0.client_token {
            return Ok(Some(token_hash(token.expose_secret())));
        }
        if self.note_vault_state() == VaultState::Locked {
            let clients = self.0.store.clients()?;
            let known = clients
                .into_iter()
                .find(|row| row.client_id == DEFAULT_CLIENT && row.revoked_at_ms.is_none());
            return Ok(known.map(|row| row.token_hash));
        }
        let token = if let Some(token) = self.0.vault.load()?.token {
            token
        } else {
            let token = generate_token();
            self.0.vault.set_token(&token)?;
            token
        };
        let hash = token_hash(token.expose_secret());
        let known = self.0.store.clients()?;
        let is_live = |row: &ClientRow| row.token_hash == hash && row.revoked_at_ms.is_none();
        if !known.iter().any(is_live) {
            // Also when the vault was lost or exchanged and the row is an older token's.
            self.0
                .store
                .put_client(DEFAULT_CLIENT, DEFAULT_CLIENT, &hash)?;
        }
        Ok(Some(hash))
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

/// Shown beside the table in Settings, as long as they are there.
fn warn_of_aliases(settings: &Settings) {
    for fault in settings.aliases.faults() {
        tracing::warn!("{fault}; it is not used");
    }
}
