//! The way without a proxy: hyper's own client.
//!
//! reqwest does not let one say how much of an answer is read ahead. Left alone
//! that is 400 KiB per HTTP/1.1 connection, in buffers that grow and are made
//! anew, and 2 MiB per HTTP/2 stream, while a slow client takes nothing (F21).

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::net::TcpStream;
use tower_service::Service;

use super::client::{Cause, UpstreamError};

/// Of an HTTP/1.1 answer; also the most that its head may have.
const READ_AHEAD: usize = 64 * 1024;
/// Of an HTTP/2 answer.
const STREAM_WINDOW: u32 = 512 * 1024;
/// Of all HTTP/2 answers on a connection.
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
/// An idle connection is closed after this time (`reliability.md` §2.4).
pub(super) const POOL_IDLE: Duration = Duration::from_secs(30);
/// When a silent connection is probed, and how often in vain before it is dead.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 3;
/// How long sent bytes may stay without an acknowledgement.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// A pool of connections to whatever address is asked for.
#[derive(Clone, Debug)]
pub(super) struct Direct(Client<Connector, reqwest::Body>);

impl Direct {
    /// Keeps so many idle connections per host.
    pub(super) fn new(connect: Duration, idle_connections: usize) -> Result<Self, UpstreamError> {
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(idle_connections)
            .http1_max_buf_size(READ_AHEAD)
            .http2_initial_stream_window_size(STREAM_WINDOW)
            .http2_initial_connection_window_size(CONNECTION_WINDOW);
        Ok(Self(builder.build(Connector::new(connect)?)))
    }

    /// Sends one request.
    pub(super) async fn send(
        &self,
        (method, uri): (Method, Uri),
        headers: HeaderMap,
        body: reqwest::Body,
    ) -> Result<Response<reqwest::Body>, hyper_util::client::legacy::Error> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let response = self.0.request(request).await?;
        Ok(response.map(reqwest::Body::wrap))
    }
}

/// Connects within a limit for DNS, TCP and TLS together.
#[derive(Clone, Debug)]
struct Connector {
    https: HttpsConnector<HttpConnector>,
    limit: Duration,
}

/// There was no connection within the limit.
#[derive(Debug, thiserror::Error)]
#[error("no connection within {0:?}")]
pub(super) struct TooLate(Duration);

type Connecting =
    Pin<Box<dyn Future<Output = Result<MaybeHttpsStream<TokioIo<TcpStream>>, Cause>> + Send>>;

impl Connector {
    fn new(limit: Duration) -> Result<Self, UpstreamError> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_keepalive(Some(KEEPALIVE));
        http.set_keepalive_interval(Some(KEEPALIVE));
        http.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
        #[cfg(target_os = "linux")]
        http.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls().map_err(UpstreamError::Tls)?)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(http);
        Ok(Self { https, limit })
    }
}

/// Certificates are judged as the system judges them.
fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(config)
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Cause;
    type Future = Connecting;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        let (connecting, limit) = (self.https.call(uri), self.limit);
        Box::pin(async move {
            tokio::time::timeout(limit, connecting)
                .await
                .unwrap_or_else(|_| Err(TooLate(limit).into()))
        })
    }
}
