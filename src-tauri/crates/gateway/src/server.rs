//! The accept loop (D18): timers, caps, and a drain that ends.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use flowkeep_contract::GatewayState;
use flowkeep_core::app::App;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::admin::{Admin, AdminAccess};
use crate::client_body::client_body;
use crate::connection::{ClientSocket, drive};
use crate::guard::{Guard, Source};
use crate::listen::{BindError, Listeners};
use crate::router::{self, GuessLimits, Shared};

/// hyper refuses more with 431 (S10).
const MAX_HEADERS: usize = 64;
/// The limit of a request's whole head, and of what is buffered (S10).
const MAX_HEAD: usize = 32 * 1024;
/// How long streams have, after the drain, to take their error event.
const FAREWELL: Duration = Duration::from_secs(2);
/// A rest for `accept` when the process has no file descriptor left (F24).
const OUT_OF_FILES: Duration = Duration::from_millis(200);

/// How the gateway is bound and who may administer it.
#[derive(Clone, Debug, Default)]
pub struct GatewayOptions {
    /// Address to bind; both loopback addresses when absent.
    pub host: Option<IpAddr>,
    /// Port; 0 lets the system choose.
    pub port: u16,
    /// The admin surface; off when absent (D15).
    pub admin: Option<AdminAccess>,
}

/// A bound gateway.
pub struct Gateway {
    app: App,
    listeners: Listeners,
    service: Service,
    abort: CancellationToken,
}

/// What a connection needs.
#[derive(Clone)]
struct Service {
    router: Router,
    guard: Arc<Guard>,
}

impl Gateway {
    /// Binds the addresses. Nothing is answered before [`Gateway::run`].
    ///
    /// # Errors
    /// When the port is taken or the address cannot be bound. The app's gateway
    /// state says so as well.
    pub fn bind(app: App, options: GatewayOptions) -> Result<Self, BindError> {
        let listeners = match Listeners::bind(options.host, options.port) {
            Ok(listeners) => listeners,
            Err(error) => {
                app.set_gateway_state(state_of(&error), None);
                return Err(error);
            }
        };
        let admin = options.admin.map(|access| Arc::new(Admin::new(access)));
        let guard = Arc::new(Guard::new(app.clone()));
        app.set_gateway_state(GatewayState::Starting, Some(listeners.port()));
        // One per gateway: the next one's streams must not end with this one's.
        let abort = CancellationToken::new();
        let shared = Shared {
            app: app.clone(),
            admin,
            guesses: Arc::new(GuessLimits::default()),
            abort: abort.clone(),
        };
        Ok(Self {
            service: Service {
                router: router::router(shared),
                guard,
            },
            abort,
            app,
            listeners,
        })
    }

    /// The port in use.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.listeners.port()
    }

    /// The bound addresses.
    #[must_use]
    pub fn addrs(&self) -> Vec<std::net::SocketAddr> {
        self.listeners.addrs()
    }

    /// Serves until `stop`; then no new connection is taken, running requests
    /// finish within the drain time, streams that do not are ended with an
    /// error event. `hurry` cuts the drain short.
    pub async fn run(self, stop: CancellationToken, hurry: CancellationToken) {
        let settings = self.app.effective_settings();
        let port = self.port();
        let connections = TaskTracker::new();
        let close = CancellationToken::new();
        let kill = CancellationToken::new();
        let slots = Arc::new(Semaphore::new(settings.max_connections));
        self.app.set_gateway_state(GatewayState::Running, None);
        let loops = TaskTracker::new();
        for listener in self.listeners.sockets {
            let each = Accept {
                service: self.service.clone(),
                connections: connections.clone(),
                slots: Arc::clone(&slots),
                close: close.clone(),
                kill: kill.clone(),
                header_timeout: settings.header_timeout(),
            };
            let stop = stop.clone();
            loops.spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = each.accept(listener) => {}
                }
            });
        }
        loops.close();
        loops.wait().await;
        // One that has taken over on another port has said how it is.
        if self.app.gateway_port() == port {
            self.app.set_gateway_state(GatewayState::Stopping, None);
        }
        connections.close();
        close.cancel();
        let drained = tokio::select! {
            () = connections.wait() => true,
            () = tokio::time::sleep(settings.drain()) => false,
            () = hurry.cancelled() => false,
        };
        if !drained {
            self.abort.cancel();
            let farewell = tokio::time::timeout(FAREWELL, connections.wait());
            tokio::select! {
                _ = farewell => {}
                () = async { hurry.cancelled().await; tokio::time::sleep(FAREWELL / 4).await } => {}
            }
            kill.cancel();
            connections.wait().await;
        }
    }
}

/// What the UI is told about a failed bind.
fn state_of(error: &BindError) -> GatewayState {
    match error {
        BindError::PortTaken { port, holder } => GatewayState::PortTaken {
            port: *port,
            holder: holder.clone(),
        },
        BindError::Io { addr, source } => GatewayState::Failed {
            message: format!("listen on {addr}: {source}"),
        },
    }
}

struct Accept {
    service: Service,
    connections: TaskTracker,
    slots: Arc<Semaphore>,
    close: CancellationToken,
    kill: CancellationToken,
    header_timeout: Duration,
}

impl Accept {
    async fn accept(&self, listener: TcpListener) {
        loop {
            let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((tcp, peer)) => {
                    let connection = self.serve(tcp, peer.ip().into());
                    self.connections.spawn(async move {
                        connection.await;
                        drop(slot);
                    });
                }
                Err(error) if is_client_fault(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections for a moment");
                    tokio::time::sleep(OUT_OF_FILES).await;
                }
            }
        }
    }

    fn serve(&self, tcp: TcpStream, source: Source) -> impl Future<Output = ()> + Send + use<> {
        let service = self.service.clone();
        let close = self.close.clone();
        let kill = self.kill.clone();
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_headers(MAX_HEADERS)
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_HEAD);
        async move {
            if let Err(error) = tcp.set_nodelay(true) {
                tracing::debug!(%error, "cannot set TCP_NODELAY");
            }
            let socket = ClientSocket::new(tcp);
            let io = TokioIo::new(socket.io());
            let asked = Arc::clone(&socket);
            let handle = service_fn(move |request| {
                service.clone().call(request, source, Arc::clone(&asked))
            });
            let mut connection = std::pin::pin!(http.serve_connection(io, handle));
            tokio::select! {
                biased;
                ended = drive(&socket, connection.as_mut()) => {
                    // A stop does not wait for what would be thrown away.
                    if is_early(&socket, ended.as_ref()) {
                        close.run_until_cancelled(socket.linger()).await;
                    }
                    return log_end(ended);
                }
                () = kill.cancelled() => return,
                () = close.cancelled() => {}
            }
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = drive(&socket, connection) => log_end(ended),
                () = kill.cancelled() => {}
            }
        }
    }
}

impl Service {
    async fn call(
        self,
        request: Request<Incoming>,
        source: Source,
        socket: Arc<ClientSocket>,
    ) -> Result<Response<Body>, Infallible> {
        let (mut head, incoming) = request.into_parts();
        head.extensions.insert(source);
        let (body, end) = client_body(incoming, socket);
        let request = Request::from_parts(head, Body::new(body));
        let response = match self.guard.check(&request) {
            Ok(None) => self.router.oneshot(request).await?,
            Ok(Some(answer)) => answer,
            Err(refusal) => refusal.into_response(),
        };
        Ok(end.come_with(response))
    }
}

/// Whether an answer was given before all of the request had come.
fn is_early(socket: &ClientSocket, ended: Option<&Result<(), hyper::Error>>) -> bool {
    match ended {
        None => false,
        Some(Ok(())) => socket.body_is_open(),
        Some(Err(error)) => error.is_parse() || socket.body_is_open(),
    }
}

fn log_end(ended: Option<Result<(), hyper::Error>>) {
    if let Some(Err(error)) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The client went away between SYN and accept.
fn is_client_fault(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::ConnectionAborted
            | std::io::ErrorKind::ConnectionReset
            | std::io::ErrorKind::ConnectionRefused
    )
}
