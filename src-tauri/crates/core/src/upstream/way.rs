//! How the upstream is reached: straight, or through the system's proxy.

use std::time::Duration;

use http::{HeaderMap, Method, Response, Uri};
use reqwest::Url;

use super::client::{Cause, UpstreamError};
use super::direct::{Direct, POOL_IDLE, TooLate};

/// How the upstream is reached.
#[derive(Clone, Debug)]
pub(super) enum Way {
    Direct(Box<Direct>),
    /// reqwest knows the system's proxies.
    Proxied(reqwest::Client),
}

impl Way {
    /// Keeps so many idle connections per host.
    pub(super) fn new(
        connect: Duration,
        system_proxy: bool,
        idle_connections: usize,
    ) -> Result<Self, UpstreamError> {
        // A system proxy that went away must not take every request along
        // (cc-switch #4679), so it is used only when the user says so.
        if !system_proxy {
            let direct = Direct::new(connect, idle_connections)?;
            return Ok(Self::Direct(Box::new(direct)));
        }
        let proxied = proxied(connect).pool_max_idle_per_host(idle_connections);
        proxied
            .build()
            .map(Self::Proxied)
            .map_err(UpstreamError::Client)
    }

    /// Sends one request and waits for the answer's head.
    pub(super) async fn send(
        &self,
        (method, url): (Method, Url),
        headers: HeaderMap,
        body: reqwest::Body,
    ) -> Result<Response<reqwest::Body>, Unsent> {
        match self {
            Self::Direct(direct) => {
                let uri: Uri = url.as_str().parse().map_err(Unsent::no_address)?;
                let sent = direct.send((method, uri), headers, body).await;
                sent.map_err(Unsent::direct)
            }
            Self::Proxied(client) => {
                let request = client.request(method, url).headers(headers).body(body);
                let sent = request.send().await;
                sent.map(Into::into).map_err(Unsent::proxied)
            }
        }
    }
}

/// A failure, and the phase it was in.
pub(super) struct Unsent {
    /// There was no connection yet.
    pub(super) connecting: bool,
    /// There was none within the limit.
    pub(super) too_late: bool,
    /// What the library said.
    pub(super) cause: Cause,
}

impl Unsent {
    fn no_address(error: http::uri::InvalidUri) -> Self {
        Self {
            connecting: true,
            too_late: false,
            cause: error.into(),
        }
    }

    fn direct(error: hyper_util::client::legacy::Error) -> Self {
        Self {
            connecting: error.is_connect(),
            too_late: find::<TooLate>(&error).is_some(),
            cause: error.into(),
        }
    }

    fn proxied(error: reqwest::Error) -> Self {
        Self {
            connecting: error.is_connect() || error.is_dns(),
            too_late: error.is_timeout(),
            cause: error.without_url().into(),
        }
    }
}

fn proxied(connect: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(connect)
        .pool_idle_timeout(POOL_IDLE)
        .tcp_nodelay(true)
}

/// An error of this type among the causes; libraries have no name for the
/// faults of our own parts.
pub(super) fn find<'a, E: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a E> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}
