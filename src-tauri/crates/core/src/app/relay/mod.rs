//! A request's way: pick a key, send, look at the answer, go on or relay.
//!
//! Guarantees: a request is repeated only before its first byte reached the
//! client and only as `reliability.md` §2.2 allows ([`policy`]); every request
//! ends in exactly one record, also when the client hangs up ([`trip`]); bodies
//! pass untouched ([`body`]). It does not know how errors look to the client:
//! the gateway shapes them.

mod answer;
mod body;
mod failure;
mod gather;
mod peek;
mod policy;
mod trip;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio_util::sync::CancellationToken;

pub use body::{RelayBody, RelayBodyError};
pub use failure::{Failure, FailureCode};
pub use peek::{NotJson, Peeked, peek};
pub use policy::FailoverLimits;

use self::answer::{Answer, Attempt};
use self::policy::{Next, Tally};
use self::trip::Trip;
use super::App;
use super::gauge::Retry;
use crate::model::{AccountId, Class, Effect, Outcome, Route, Verdict};
use crate::pool::{Demand, Lease};
use crate::upstream::{Outgoing, SendError, UpstreamClient, headers::request_headers};

/// A request body as the gateway hands it over.
pub enum CallBody {
    /// Held whole, so it can be sent again.
    Whole(Bytes),
    /// Streams through; can be sent once.
    Stream(reqwest::Body),
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
        let mut trip = Trip::start(self, &call);
        if self.is_paused() {
            return Err(trip.fail(Failure::paused(), Outcome::Refused));
        }
        let mut journey = Journey {
            app: self,
            upstream: self.upstream(),
            effect: call.route.effect(call.method.as_str()),
            tally: Tally::new(self.limits(), &call.headers),
            last: None,
            retry: None,
            call,
        };
        loop {
            let lease = match journey.pick() {
                Ok(lease) => lease,
                Err(failure) => return journey.give_up(trip, Some(failure)),
            };
            trip.attempt(&lease);
            let attempt = journey.send(&lease).await;
            let verdict = attempt.verdict();
            // A good head is proof enough for the pool; a long body must not
            // keep others from what it proves.
            let settled = self.settle(&lease, journey.call.model.as_deref(), &verdict);
            if verdict.class == Class::Success
                && let Attempt::Answered(answer) = attempt
            {
                return Ok(trip.relay(*answer, lease, &journey.call));
            }
            let elapsed = trip.elapsed();
            let next =
                journey
                    .tally
                    .next(&verdict, journey.effect, elapsed, settled.upstream_level);
            journey.remember(&lease, attempt);
            drop(lease);
            match next {
                Next::Stop => return journey.give_up(trip, None),
                Next::Again { .. } if journey.body_is_spent() => {
                    return journey.give_up(trip, None);
                }
                Next::Again { after, budgeted } => {
                    if budgeted && !journey.take_retry() {
                        return journey.give_up(trip, None);
                    }
                    if !after.is_zero() {
                        tokio::time::sleep(after).await;
                    }
                }
            }
        }
    }
}

/// What one request has been through so far.
struct Journey<'a> {
    app: &'a App,
    upstream: Arc<UpstreamClient>,
    effect: Effect,
    tally: Tally,
    last: Option<(Served, Attempt)>,
    retry: Option<Retry>,
    call: Call,
}

impl Journey<'_> {
    fn pick(&self) -> Result<Lease, Failure> {
        let demand = Demand {
            model: self.call.model.as_deref(),
            session: None,
            only: self.call.account.as_ref(),
            tried_accounts: &self.tally.accounts,
            tried_keys: &self.tally.keys,
        };
        self.app
            .pool()
            .pick(self.app.now(), &demand)
            .map_err(|no_key| Failure::no_key(&no_key, self.app.vault_locked()))
    }

    async fn send(&mut self, lease: &Lease) -> Attempt {
        let body = match &mut self.call.body {
            CallBody::Whole(bytes) => reqwest::Body::from(bytes.clone()),
            CallBody::Stream(body) => std::mem::take(body),
        };
        let outgoing = Outgoing {
            method: self.call.method.clone(),
            path: self.call.route.path(),
            query: self.call.query.as_deref(),
            headers: request_headers(&self.call.headers),
            body,
            key: lease.secret(),
            fresh: self.needs_own_connection(),
        };
        match self.upstream.send(outgoing).await {
            Ok(response) => {
                let now = self.app.now().unix_ms;
                Answer::look(response, &self.call, lease.secret(), &self.upstream, now).await
            }
            Err(error) => Attempt::Failed(error),
        }
    }

    /// What creates something is sent once, and what got no answer once more:
    /// neither may meet a connection that is closing just now (F4).
    fn needs_own_connection(&self) -> bool {
        let unanswered = |(_, attempt): &(Served, Attempt)| {
            matches!(attempt, Attempt::Failed(SendError::NoAnswer(_)))
        };
        self.effect == Effect::Creates || self.last.as_ref().is_some_and(unanswered)
    }

    /// A streamed body is gone once a byte of it may have been sent.
    fn body_is_spent(&self) -> bool {
        matches!(self.call.body, CallBody::Stream(_))
    }

    /// Takes a share of the retry budget, so that a failing upstream is not hit
    /// by a multiple of the load (`reliability.md` §2.2).
    fn take_retry(&mut self) -> bool {
        if self.retry.is_none() {
            self.retry = self.app.gauge().retry();
        }
        self.retry.is_some()
    }

    fn remember(&mut self, lease: &Lease, attempt: Attempt) {
        self.tally
            .tried(&attempt.verdict(), lease.account(), lease.key());
        self.last = Some((Served::by(lease), attempt));
    }

    /// The end without an answer: the last upstream error as it came, or ours.
    fn give_up(self, mut trip: Trip, no_key: Option<Failure>) -> Result<Reply, Failure> {
        let Some((account, attempt)) = self.last else {
            let failure = no_key.unwrap_or_else(Failure::internal);
            return Err(trip.fail(failure, Outcome::Refused));
        };
        let verdict = attempt.verdict();
        trip.saw(&verdict);
        let outcome = policy::outcome(&verdict);
        let passes = policy::passes_through(&verdict);
        match attempt {
            Attempt::Answered(answer) if passes => {
                let wait = || {
                    let model = self.call.model.as_deref();
                    self.app.pool().retry_after(self.app.now(), model)
                };
                let retry_after = no_key.and_then(|failure| failure.retry_after).or_else(wait);
                Ok(trip.relay_error(*answer, account, outcome, retry_after))
            }
            attempt => {
                let failure = Failure::after(&attempt, &verdict, no_key);
                Err(trip.fail(failure, outcome))
            }
        }
    }
}

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
