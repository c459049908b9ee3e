//! A simulator, an engine with its keys, and a gateway in front, in one process.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowkeep_contract::{
    Empty, ErrorCode, Host, ImportKeysRequest, KeyList, ListRequestsRequest, RequestView,
};
use flowkeep_core::app::{App, AppOptions, SiteTable};
use flowkeep_core::clock::Clock;
use flowkeep_core::vault::VaultChoice;
use flowkeep_gateway::{AdminAccess, Gateway, GatewayOptions};
use flowkeep_simulator::{Account, Entry, Script, Simulator};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::seen::Outcomes;

/// A model that the simulator knows and that costs nothing special.
pub const MODEL: &str = "deepseek-ai/DeepSeek-V3";

/// How a [`Rig`] is put together.
pub struct RigOptions {
    /// What the simulator knows.
    pub script: Script,
    /// Ask about keys at the import.
    pub validate: bool,
    /// Lines of `settings.toml`.
    pub settings: String,
    /// Conversations stay with their accounts, as by default. Off here: most
    /// tests ask the same again and again to see what all accounts do.
    pub affinity: bool,
    /// Import the keys of all accounts of the script.
    pub import: bool,
    /// Name and password of the admin surface.
    pub admin: Option<AdminAccess>,
    /// Where the keys are kept.
    pub vault: VaultChoice,
    /// Upstream base URL, when it is not the simulator's.
    pub upstream: Option<String>,
    /// Base URL of what plays siliconflow.com, while the upstream plays .cn.
    pub com: Option<String>,
    /// Lines to import beside the keys of the script, `key label` each.
    pub more_keys: Vec<String>,
    /// Time; the system's when absent.
    pub clock: Option<Arc<dyn Clock>>,
}

impl Default for RigOptions {
    fn default() -> Self {
        Self {
            script: Script {
                record_bodies: true,
                ..Script::sample()
            },
            validate: false,
            settings: String::new(),
            affinity: false,
            import: true,
            admin: None,
            vault: VaultChoice::Memory,
            upstream: None,
            com: None,
            more_keys: Vec::new(),
            clock: None,
        }
    }
}

impl RigOptions {
    /// These accounts, otherwise the defaults.
    #[must_use]
    pub fn with_accounts(accounts: Vec<Account>) -> Self {
        Self {
            script: Script {
                record_bodies: true,
                ..Script::with_accounts(accounts)
            },
            ..Self::default()
        }
    }
}

/// Everything running. Dropping it stops it; [`Rig::stop`] waits for that.
pub struct Rig {
    /// The upstream.
    pub simulator: Simulator,
    /// The engine.
    pub app: App,
    /// An HTTP client without redirects, proxies or retries.
    pub client: Client,
    /// The default client token; empty when it was revoked.
    pub token: String,
    port: u16,
    folder: TempDir,
    clock: Option<Arc<dyn Clock>>,
    stop: CancellationToken,
    hurry: CancellationToken,
    tasks: TaskTracker,
}

impl Rig {
    /// The simulator's sample accounts, imported.
    pub async fn start() -> Self {
        Self::with(RigOptions::default()).await
    }

    /// Starts everything.
    ///
    /// # Panics
    /// When a part does not start.
    pub async fn with(options: RigOptions) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let affinity = format!("session_affinity = {}\n", options.affinity);
        std::fs::write(
            folder.path().join("settings.toml"),
            affinity + &options.settings,
        )
        .expect("settings are written");
        let mut keys = options.more_keys;
        let known = options.script.accounts.iter().flat_map(|account| {
            let line = |key: &String| format!("{key} {}", account.id);
            account.keys.iter().map(line)
        });
        keys.extend(known);
        let simulator = Simulator::start(options.script).await.expect("a simulator");
        let upstream = options.upstream.unwrap_or_else(|| simulator.base_url());
        let clock = options.clock;
        let app = Self::open_app(
            folder.path(),
            (&upstream, options.com.as_deref()),
            (options.vault, clock.clone()),
        )
        .await;
        if options.import && !keys.is_empty() {
            let request = ImportKeysRequest {
                text: keys.join("\n"),
                validate: options.validate,
                force: true,
            };
            app.import_keys(request).await.expect("keys are imported");
        }
        simulator.ledger().clear();
        Self::serve(simulator, app, options.admin, (folder, clock)).await
    }

    /// Ends gateway and engine and starts them again on the same folder, before
    /// the same simulator, on the same clock. Only for a rig that keeps its keys in a
    /// file vault.
    ///
    /// # Panics
    /// When a part does not end or start.
    pub async fn restart(self) -> Self {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.app.close().await;
        let Self {
            simulator,
            folder,
            clock,
            app,
            ..
        } = self;
        drop(app);
        let upstream = simulator.base_url();
        let kept = (VaultChoice::File, clock.clone());
        let app = Self::open_app(folder.path(), (&upstream, None), kept).await;
        Self::serve(simulator, app, None, (folder, clock)).await
    }

    async fn serve(
        simulator: Simulator,
        app: App,
        admin: Option<AdminAccess>,
        (folder, clock): (TempDir, Option<Arc<dyn Clock>>),
    ) -> Self {
        let token = match app.client_token(Empty {}).await {
            Err(error) if error.code == ErrorCode::TokenRevoked => String::new(),
            told => told.expect("a token").token,
        };
        let gateway_options = GatewayOptions {
            host: None,
            port: 0,
            admin,
        };
        let gateway = Gateway::bind(app.clone(), gateway_options).expect("a free port");
        let port = gateway.port();
        let stop = CancellationToken::new();
        let hurry = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(gateway.run(stop.clone(), hurry.clone()));
        Self {
            simulator,
            app,
            client: plain_client(),
            token,
            port,
            folder,
            clock,
            stop,
            hurry,
            tasks,
        }
    }

    async fn open_app(
        folder: &Path,
        (upstream, com): (&str, Option<&str>),
        (vault, clock): (VaultChoice, Option<Arc<dyn Clock>>),
    ) -> App {
        let mut options = AppOptions::new(folder, Host::Server);
        options.vault = vault;
        let address = |url: &str| url.parse().expect("an upstream address");
        options.overrides.upstream = Some(address(upstream));
        if let Some(com) = com {
            options.sites = SiteTable {
                cn: address(upstream),
                com: address(com),
            };
        }
        if let Some(clock) = clock {
            options.clock = clock;
        }
        App::open(options).await.expect("the engine opens")
    }

    /// `http://127.0.0.1:PORT` and `path`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The gateway's port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A chat body for this model.
    #[must_use]
    pub fn chat_body(model: &str, stream: bool) -> Value {
        json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": "你好, hello"}]})
    }

    /// Sends a JSON body with the token.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post(&self, path: &str, body: &Value) -> reqwest::Result<Response> {
        self.client
            .post(self.url(path))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
    }

    /// One chat without a stream.
    ///
    /// # Panics
    /// When there is no HTTP answer.
    pub async fn chat(&self, model: &str) -> Response {
        self.post("/v1/chat/completions", &Self::chat_body(model, false))
            .await
            .expect("an HTTP answer")
    }

    /// One chat as a stream.
    ///
    /// # Panics
    /// When there is no HTTP answer.
    pub async fn stream(&self, model: &str) -> Response {
        self.post("/v1/chat/completions", &Self::chat_body(model, true))
            .await
            .expect("an HTTP answer")
    }

    /// So many chats, one after the other, bodies read.
    pub async fn chats(&self, model: &str, count: usize) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for _ in 0..count {
            let response = self.chat(model).await;
            outcomes.statuses.push(response.status().as_u16());
            drop(response.bytes().await);
        }
        outcomes
    }

    /// All log rows, oldest first, once all records are on disk.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn rows(&self) -> Vec<RequestView> {
        let app = self.app.clone();
        let flushed =
            tokio::task::spawn_blocking(move || app.flush_journal(Duration::from_secs(5)));
        assert!(flushed.await.expect("no panic"), "the journal is flushed");
        let (mut rows, mut before) = (Vec::new(), None);
        loop {
            let request = ListRequestsRequest {
                before,
                limit: Some(200),
                ..ListRequestsRequest::default()
            };
            let page = self.app.list_requests(request).await.expect("a page");
            rows.extend(page.requests);
            before = page.next;
            if before.is_none() {
                rows.reverse();
                return rows;
            }
        }
    }

    /// All keys.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn keys(&self) -> KeyList {
        self.app.list_keys(Empty {}).await.expect("keys")
    }

    /// Waits until the keys are as wanted; states follow probes that run beside.
    ///
    /// # Panics
    /// When they are not within five seconds; shows them.
    pub async fn keys_become(&self, wanted: impl Fn(&KeyList) -> bool) -> KeyList {
        let begun = Instant::now();
        loop {
            let keys = self.keys().await;
            if wanted(&keys) {
                return keys;
            }
            let patient = begun.elapsed() < Duration::from_secs(5);
            assert!(patient, "keys did not become as wanted: {keys:#?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Requests that the simulator saw on a route, as `/v1/chat/completions`.
    #[must_use]
    pub fn hits(&self, path: &str) -> Vec<Entry> {
        let mut entries = self.simulator.ledger().entries();
        entries.retain(|entry| entry.path == path);
        entries
    }

    /// Stops the gateway (drain) and the engine.
    pub async fn stop(self) -> TempDir {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.app.close().await;
        self.folder
    }

    /// Begins the drain without waiting for its end.
    pub fn begin_stop(&self) {
        self.stop.cancel();
        self.tasks.close();
    }

    /// Cuts the drain short.
    pub fn hurry(&self) {
        self.hurry.cancel();
    }

    /// Waits for the end of the drain.
    pub async fn stopped(&self) {
        self.tasks.wait().await;
    }
}

fn plain_client() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
        .expect("a client")
}
