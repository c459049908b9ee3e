//! The engine and its gateway, living in this process.
//!
//! Guarantees: at most one gateway listens; a restart that cannot bind the new
//! port leaves the old one listening; everything has ended when [`Engine::close`]
//! returns.

use std::sync::Arc;

use anyhow::Context as _;
use flowkeep_contract::{ApiError, ErrorCode, GatewayState, GatewayStatus};
use flowkeep_core::app::{App, AppOptions};
use flowkeep_core::settings::InstanceLock;
use flowkeep_gateway::{BindError, Gateway, GatewayOptions};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A handle; clones are the same engine.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    app: App,
    /// The data folder is ours as long as this lives.
    lock: InstanceLock,
    listening: Mutex<Option<Listening>>,
    /// Every gateway that was started, the one that drains included.
    gateways: TaskTracker,
    closing: CancellationToken,
    /// Cuts every drain short.
    hurry: CancellationToken,
}

/// The gateway that answers now.
struct Listening {
    /// The port of the settings; 0 lets the system choose.
    wanted: u16,
    /// The port in use.
    port: u16,
    stop: CancellationToken,
}

impl Engine {
    /// Opens the engine and listens. A port that is taken is no error here: the
    /// window opens and says so (F26).
    ///
    /// # Errors
    /// When another process uses the data folder, or the engine cannot open it.
    pub(crate) async fn open(options: AppOptions) -> anyhow::Result<Self> {
        let lock = InstanceLock::acquire(&options.data_dir)?;
        let folder = options.data_dir.display().to_string();
        let app = App::open(options)
            .await
            .with_context(|| format!("open {folder}"))?;
        let engine = Self(Arc::new(Inner {
            app,
            lock,
            listening: Mutex::new(None),
            gateways: TaskTracker::new(),
            closing: CancellationToken::new(),
            hurry: CancellationToken::new(),
        }));
        if let Err(error) = engine.listen().await {
            tracing::error!("the gateway does not listen: {error}");
        }
        Ok(engine)
    }

    /// The use cases.
    pub(crate) fn app(&self) -> App {
        self.0.app.clone()
    }

    /// Listens on the port of the settings, if the gateway does not yet.
    ///
    /// # Errors
    /// When the new port is taken while another one still serves. When nothing
    /// serves, the status tells why.
    pub(crate) async fn restart(&self) -> Result<GatewayStatus, ApiError> {
        let refused = self.listen().await.err();
        match refused {
            Some(error) if self.is_listening().await => Err(refusal(&error)),
            Some(_) | None => Ok(self.0.app.status()),
        }
    }

    async fn is_listening(&self) -> bool {
        self.0.listening.lock().await.is_some()
    }

    async fn listen(&self) -> Result<(), BindError> {
        let mut listening = self.0.listening.lock().await;
        let wanted = self.0.app.effective_settings().port.get();
        let is_there = listening.as_ref().is_some_and(|now| now.wanted == wanted);
        if is_there || self.is_closing() {
            return Ok(());
        }
        let options = GatewayOptions {
            port: wanted,
            ..GatewayOptions::default()
        };
        let gateway = match Gateway::bind(self.0.app.clone(), options) {
            Ok(gateway) => gateway,
            Err(error) => {
                if let Some(now) = listening.as_ref() {
                    let still = GatewayState::Running;
                    self.0.app.set_gateway_state(still, Some(now.port));
                }
                return Err(error);
            }
        };
        if let Some(before) = listening.take() {
            before.stop.cancel();
        }
        let port = gateway.port();
        let address = format!("http://127.0.0.1:{port}");
        tracing::info!("listening on {address}");
        if let Err(error) = self.0.lock.publish(&address) {
            tracing::warn!(%error, "other Flowkeep commands will not find this gateway");
        }
        let stop = CancellationToken::new();
        let run = gateway.run(stop.clone(), self.0.hurry.clone());
        self.0.gateways.spawn(run);
        *listening = Some(Listening { wanted, port, stop });
        Ok(())
    }

    /// Whether [`Engine::close`] was called.
    pub(crate) fn is_closing(&self) -> bool {
        self.0.closing.is_cancelled()
    }

    /// Running requests no longer have the time of the drain.
    pub(crate) fn hurry(&self) {
        self.0.hurry.cancel();
    }

    /// Lets running requests finish and writes down what is not yet. Whoever
    /// calls it a second time waits for the same end.
    pub(crate) async fn close(&self) {
        self.0.closing.cancel();
        if let Some(now) = self.0.listening.lock().await.take() {
            now.stop.cancel();
        }
        self.0.gateways.close();
        self.0.gateways.wait().await;
        self.0.app.close().await;
    }
}

fn refusal(error: &BindError) -> ApiError {
    let code = match error {
        BindError::PortTaken { .. } => ErrorCode::PortTaken,
        BindError::Io { .. } => ErrorCode::InvalidSetting,
    };
    ApiError::new(code, error.to_string())
}
