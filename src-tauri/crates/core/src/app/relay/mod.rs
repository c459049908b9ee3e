//! A request's way: pick a key, send, look at the answer, go on or relay.
//!
//! Guarantees: a request is repeated only before its first byte reached the
//! client and only as `reliability.md` §2.2 allows ([`policy`]), with the models
//! behind its name one after the other ([`fallback`]); every request
//! ends in exactly one record, also when the client hangs up ([`trip`]); bodies
//! pass untouched ([`body`]). It does not know how errors look to the client:
//! the gateway shapes them.

mod ahead;
mod answer;
mod body;
mod capture;
mod elsewhere;
mod error_event;
mod failure;
mod fallback;
mod fetch;
mod gather;
mod header_text;
mod journey;
mod late_model;
mod peek;
mod policy;
mod question;
mod splice;
mod survey;
mod trail;
mod translation;
mod trip;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio_util::sync::CancellationToken;

pub use body::{RelayBody, RelayBodyError};
pub use failure::{Failure, FailureCode};
pub use header_text::header_text;
pub use peek::{NotJson, Peeked, peek};
pub use policy::FailoverLimits;

pub(super) use capture::room;
pub(super) use fetch::Fetched;
pub(super) use survey::{Missed, Survey};
pub(super) use translation::{Overlong, Translation};

use self::journey::Journey;
use self::trip::Trip;
use super::App;
use super::clients::Reservation;
use crate::model::{AccountId, Evidence, Outcome, Route, Verdict};
use crate::pool::Lease;

/// A request body as the gateway hands it over.
pub enum CallBody {
    /// Held whole, so it can be sent again.
    Whole(Bytes),
    /// Streams through; can be sent once.
    Stream(reqwest::Body),
}

impl Default for CallBody {
    fn default() -> Self {
        Self::Whole(Bytes::new())
    }
}

/// A request that passed the guard.
pub struct Call {
    /// `x-flowkeep-request-id`.
    pub request_id: uuid::Uuid,
    /// Method.
    pub method: Method,
    /// Route, from the validated path.
    pub route: Route,
    /// Query as it came.
    pub query: Option<String>,
    /// All of the client's headers; the policy picks.
    pub headers: HeaderMap,
    /// Body.
    pub body: CallBody,
    /// `model` of the body.
    pub model: Option<Arc<str>>,
    /// `stream` of the body.
    pub stream: bool,
    /// Client token's id.
    pub client: Arc<str>,
    /// The one account that may serve it (D8); any when absent.
    pub account: Option<AccountId>,
    /// Its conversation (D7), which [`App::relay`] finds out.
    pub session: Option<u64>,
    /// Whether its bodies are kept (D17), which [`App::relay`] finds out.
    pub captured: bool,
    /// What is held back for it of its token's budget, which [`App::relay`] finds out.
    pub reservation: Option<Arc<Reservation>>,
    /// Fires when the gateway no longer waits: a stream ends with an error event.
    pub abort: CancellationToken,
}

/// The account behind an answer.
#[derive(Clone, Debug)]
pub struct Served {
    /// Its id.
    pub id: AccountId,
    /// Its name, for `x-flowkeep-account`.
    pub label: Arc<str>,
}

impl Served {
    fn by(lease: &Lease) -> Self {
        Self {
            id: lease.account().clone(),
            label: lease.account_label(),
        }
    }
}

/// An answer on its way to the client.
pub struct Reply {
    /// Status and headers, stripped by the header policy.
    pub head: http::response::Parts,
    /// The body; metered while it passes.
    pub body: RelayBody,
    /// The account that answered; absent when Flowkeep did.
    pub account: Option<Served>,
    /// Upstream requests made.
    pub attempts: u32,
}

impl App {
    /// Sends one request upstream, by whichever account the pool picks.
    ///
    /// # Errors
    /// When no answer of the upstream can be passed on. The failure is recorded.
    pub(super) async fn forward(&self, call: Call) -> Result<Reply, Failure> {
        self.forward_past(None, call).await
    }

    /// As [`App::forward`], while nobody knows which account has what the request
    /// names: each is asked once, as long as those that were asked deny having it.
    ///
    /// # Errors
    /// As [`App::forward`].
    pub(super) async fn seek(&self, call: Call, denies: Denies) -> Result<Reply, Failure> {
        self.forward_past(Some(denies), call).await
    }

    /// Refuses a request that no account is to see. The refusal is recorded.
    pub(super) fn refuse(&self, call: &Call, failure: Failure) -> Failure {
        Trip::start(self, call).fail(failure, Outcome::Rejected)
    }

    /// Answers a request with what is known here. The answer is recorded.
    pub(super) fn answer(&self, call: &Call, head: http::response::Parts, body: Bytes) -> Reply {
        Trip::start(self, call).answer(head, body, None)
    }

    async fn forward_past(&self, denies: Option<Denies>, call: Call) -> Result<Reply, Failure> {
        let mut trip = Trip::start(self, &call);
        if self.is_paused() {
            return Err(trip.fail(Failure::paused(), Outcome::Refused));
        }
        let mut journey = Journey::new(self, denies, call);
        journey.choose_model(&mut trip).await;
        match journey.travel(&mut trip).await {
            Ok((answer, lease)) => Ok(trip.relay(*answer, lease, &journey.call)),
            Err(ending) => journey.give_up(trip, *ending),
        }
    }
}

/// Whether a rejection says that the account has nothing of what was named.
pub(super) type Denies = fn(&Evidence) -> bool;

/// Tells the app what a verdict did to the pool, and acts on it.
impl App {
    pub(crate) fn settle(
        &self,
        lease: &Lease,
        model: Option<&str>,
        verdict: &Verdict,
    ) -> crate::pool::Settled {
        let mut settled = self.pool().settle(self.now(), lease, model, verdict);
        self.persist(std::mem::take(&mut settled.changes));
        if let Some(key) = settled.confirm.take() {
            self.confirm_unauthorized(key, lease.secret().clone());
        }
        settled
    }
}

/// How long a client should wait at least before it asks again.
const SHORT_WAIT: Duration = Duration::from_secs(1);
