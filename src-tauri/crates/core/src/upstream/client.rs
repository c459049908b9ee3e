//! The HTTP client with its phase deadlines.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Response, header};
use reqwest::Url;

use super::progress::Progress;
use super::way::{Unsent, Way, find};
use crate::model::{ApiKey, Class};

const USER_AGENT: &str = concat!("flowkeep/", env!("CARGO_PKG_VERSION"));

/// How long each phase may take (`reliability.md` §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// DNS, TCP and TLS.
    pub connect: Duration,
    /// From the last byte sent to the answer's head.
    pub first_byte: Duration,
    /// Between two pieces of the answer's body.
    pub stream_idle: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_mins(10),
            stream_idle: Duration::from_mins(5),
        }
    }
}

/// What an HTTP library had to say.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The address is no URL.
    #[error("upstream address {0:?} is not a URL")]
    Address(String),
    /// The way through a proxy could not be set up.
    #[error("set up the upstream client")]
    Client(#[source] reqwest::Error),
    /// TLS could not be set up.
    #[error("set up TLS for the upstream")]
    Tls(#[source] rustls::Error),
}

/// A request without an answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// DNS, TCP or TLS failed; nothing was sent.
    #[error("could not connect to the upstream")]
    NotSent(#[source] Cause),
    /// No connection within the limit.
    #[error("no connection to the upstream within {0:?}")]
    ConnectTimedOut(Duration),
    /// Sent, and closed without an answer.
    #[error("the upstream closed the connection without an answer")]
    NoAnswer(#[source] Cause),
    /// Sent, and no head within the limit.
    #[error("no answer from the upstream within {0:?}")]
    TimedOut(Duration),
    /// The client's own body broke off while it was sent.
    #[error("the request body broke off")]
    Body(#[source] Cause),
    /// The client's own body turned out longer than allowed while it was sent.
    #[error("the request body is larger than allowed")]
    BodyTooLarge,
    /// The client's own body stopped coming while it was sent.
    #[error("no byte of the request body came for too long")]
    BodyIdle,
}

/// Why a body that streams through cannot be sent to its end. The body of an
/// [`Outgoing`] fails with this, so that it is told from the upstream's faults.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The client broke off.
    #[error("the client's upload broke off")]
    BrokeOff(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is longer than allowed.
    #[error("the upload is larger than allowed")]
    TooLarge,
    /// It stopped coming.
    #[error("no byte of the upload came for too long")]
    Idle,
}

impl SendError {
    /// What it means for failover.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::NotSent(_) | Self::ConnectTimedOut(_) => Class::NotSent,
            Self::NoAnswer(_) => Class::NoAnswer,
            Self::TimedOut(_) => Class::TimedOut,
            Self::Body(_) | Self::BodyIdle => Class::ClientGone,
            Self::BodyTooLarge => Class::Rejected,
        }
    }

    /// The whole chain of causes in one line, for logs and records. It cannot
    /// hold a key: keys travel in a header that errors do not show.
    #[must_use]
    pub fn detail(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// One request on its way.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// Method.
    pub method: Method,
    /// Path below the base URL, validated (S12), without a leading slash.
    pub path: &'a str,
    /// Query as it came.
    pub query: Option<&'a str>,
    /// Headers after [`super::headers::request_headers`].
    pub headers: HeaderMap,
    /// Body.
    pub body: reqwest::Body,
    /// The key it is sent with.
    pub key: &'a ApiKey,
    /// Over a connection of its own. One that was used before may be closing
    /// just now, and then nobody knows whether the request was seen (F4).
    pub fresh: bool,
}

/// The client, with the one address it knows.
#[derive(Clone, Debug)]
pub struct UpstreamClient {
    http: Way,
    /// Keeps no connection for a second request.
    unpooled: Way,
    base: Url,
    deadlines: Deadlines,
}

impl UpstreamClient {
    /// A client for `base`, such as `https://api.siliconflow.cn/v1`.
    ///
    /// # Errors
    /// When the address is no URL or TLS cannot be set up.
    pub fn new(
        base: &str,
        deadlines: Deadlines,
        system_proxy: bool,
    ) -> Result<Self, UpstreamError> {
        let base = Url::parse(base.trim_end_matches('/'))
            .ok()
            .filter(|url| url.has_host() && !url.cannot_be_a_base())
            .ok_or_else(|| UpstreamError::Address(base.to_owned()))?;
        let way = |idle_connections| Way::new(deadlines.connect, system_proxy, idle_connections);
        Ok(Self {
            http: way(128)?,
            unpooled: way(0)?,
            base,
            deadlines,
        })
    }

    /// The same client for another address, whose connections it shares.
    #[must_use]
    pub fn at(&self, base: Url) -> Self {
        Self {
            base,
            ..self.clone()
        }
    }

    /// The limits in force.
    #[must_use]
    pub fn deadlines(&self) -> Deadlines {
        self.deadlines
    }

    /// The base URL in force.
    #[must_use]
    pub fn base(&self) -> &str {
        self.base.as_str()
    }

    /// Sends one request and waits for the answer's head.
    ///
    /// # Errors
    /// Says in which phase it failed; an HTTP error status is an answer.
    pub async fn send(&self, outgoing: Outgoing<'_>) -> Result<Response<reqwest::Body>, SendError> {
        let url = self.url(outgoing.path, outgoing.query);
        let mut headers = outgoing.headers;
        headers.insert(header::AUTHORIZATION, bearer(outgoing.key));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let accept = headers.entry(header::ACCEPT);
        accept.or_insert(HeaderValue::from_static("*/*"));
        let http = if outgoing.fresh {
            &self.unpooled
        } else {
            &self.http
        };
        let (body, progress) = Progress::of(outgoing.body);
        let sending = http.send((outgoing.method, url), headers, body);
        match progress.wait(self.deadlines.first_byte, sending).await {
            Some(Ok(response)) => Ok(response),
            Some(Err(unsent)) => Err(self.failure(unsent)),
            None => Err(SendError::TimedOut(self.deadlines.first_byte)),
        }
    }

    /// The address of a request. S12: scheme, host and port always stay the
    /// base's own, whatever the path.
    #[must_use]
    pub fn url(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}/{path}",
            self.base.path().trim_end_matches('/')
        ));
        url.set_query(query.filter(|query| !query.is_empty()));
        url
    }

    fn failure(&self, unsent: Unsent) -> SendError {
        let Unsent {
            connecting,
            too_late,
            cause,
        } = unsent;
        if connecting && too_late {
            return SendError::ConnectTimedOut(self.deadlines.connect);
        }
        if connecting {
            return SendError::NotSent(cause);
        }
        match find(cause.as_ref()) {
            Some(UploadError::BrokeOff(_)) => SendError::Body(cause),
            Some(UploadError::TooLarge) => SendError::BodyTooLarge,
            Some(UploadError::Idle) => SendError::BodyIdle,
            None => SendError::NoAnswer(cause),
        }
    }
}

fn bearer(key: &ApiKey) -> HeaderValue {
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose()))
        .expect("a parsed key has only letters, digits, - and _");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests;
