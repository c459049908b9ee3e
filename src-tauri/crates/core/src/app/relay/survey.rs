//! One question of a client that several accounts answer, each for itself.
//!
//! It leaves one record, like any request; who is asked, what is made of the
//! answers and when there are enough is for the caller to say.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use http_body_util::{BodyExt as _, Limited};

use super::answer::{Answer, Attempt};
use super::failure::Failure;
use super::trail::AttemptNumber;
use super::trip::Trip;
use super::{Call, Reply, Served, policy};
use crate::app::App;
use crate::model::{AccountId, Class, Left, Outcome};
use crate::pool::{Demand, Lease};
use crate::upstream::{Outgoing, headers::request_headers};

/// One account that dawdles must not keep the others' answers back.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// A page of a list is far smaller.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// A question under way.
pub(in crate::app) struct Survey<'a> {
    app: &'a App,
    call: &'a Call,
    trip: Mutex<Trip>,
}

/// Why an account told nothing.
pub(in crate::app) struct Missed(Why);

enum Why {
    /// It has no key that may be used now.
    NoKey(Failure),
    /// It gave no good answer.
    Unanswered(Served, Box<Attempt>),
    /// It was not done in time.
    Late(Served),
    /// Its answer is none that can be understood.
    Unreadable(Served),
}

/// What came of one upstream request.
enum Told {
    Answer(Bytes),
    Unreadable,
    Not(Class, Box<Attempt>),
}

impl Missed {
    /// Its answer is none that can be understood.
    pub(in crate::app) fn unreadable(served: Served) -> Self {
        Self(Why::Unreadable(served))
    }

    /// Whether the upstream itself refused the question.
    pub(in crate::app) fn is_rejection(&self) -> bool {
        match &self.0 {
            Why::Unanswered(_, attempt) => attempt.verdict().class == Class::Rejected,
            Why::NoKey(_) | Why::Late(_) | Why::Unreadable(_) => false,
        }
    }

    /// Whether this tells a client more than Flowkeep's own words would.
    pub(in crate::app) fn is_of_the_upstream(&self) -> bool {
        matches!(self.0, Why::Unanswered(..))
    }
}

impl From<Why> for Missed {
    fn from(why: Why) -> Self {
        Self(why)
    }
}

impl<'a> Survey<'a> {
    /// Begins one.
    ///
    /// # Errors
    /// When the gateway is paused.
    pub(in crate::app) fn start(app: &'a App, call: &'a Call) -> Result<Self, Failure> {
        let mut trip = Trip::start(app, call);
        if app.is_paused() {
            return Err(trip.fail(Failure::paused(), Outcome::Refused));
        }
        Ok(Self {
            app,
            call,
            trip: Mutex::new(trip),
        })
    }

    /// Asks one account the client's question, with another query.
    ///
    /// # Errors
    /// Says why there is no answer.
    pub(in crate::app) async fn ask(
        &self,
        account: &AccountId,
        query: &str,
    ) -> Result<Bytes, Missed> {
        let mut tried_keys = Vec::new();
        let mut missed = None;
        let mut fresh = false;
        loop {
            let demand = Demand {
                only: Some(account),
                tried_keys: &tried_keys,
                ..Demand::default()
            };
            let lease = match self.app.lease(&demand).await {
                Ok(lease) => lease,
                Err(no_key) => {
                    let failure = || Failure::no_key(&no_key, self.app.vault_locked());
                    return Err(missed.unwrap_or_else(|| Why::NoKey(failure())).into());
                }
            };
            let served = Served::by(&lease);
            let number = self.trip().attempt(&lease);
            let asking = self.ask_with((&lease, number), query, fresh);
            let Ok(told) = tokio::time::timeout(ANSWER_WAIT, asking).await else {
                self.trip().left(number, Some(Left::TimedOut));
                return Err(Why::Late(served).into());
            };
            match told {
                Told::Answer(body) => return Ok(body),
                Told::Unreadable => return Err(Why::Unreadable(served).into()),
                Told::Not(Class::KeyUnauthorized, attempt) => {
                    tried_keys.push(lease.key().clone());
                    missed = Some(Why::Unanswered(served, attempt));
                }
                // A connection that was closing just now (F4); asking is free.
                Told::Not(Class::NoAnswer, _) if !fresh => fresh = true,
                Told::Not(_, attempt) => return Err(Why::Unanswered(served, attempt).into()),
            }
        }
    }

    async fn ask_with(
        &self,
        (lease, number): (&Lease, AttemptNumber),
        query: &str,
        fresh: bool,
    ) -> Told {
        let upstream = self.app.upstream_for(lease.account());
        let outgoing = Outgoing {
            method: Method::GET,
            path: &self.call.route.path(),
            query: Some(query),
            headers: request_headers(&self.call.headers),
            body: reqwest::Body::default(),
            key: lease.secret(),
            fresh,
        };
        let attempt = match upstream.send(outgoing).await {
            Ok(response) => {
                self.trip().got_head(number);
                let now = self.app.now().unix_ms;
                Answer::look(response, self.call, lease.secret(), &upstream, now).await
            }
            Err(error) => Attempt::Failed(error),
        };
        let verdict = attempt.verdict();
        self.trip().settled(number, &verdict);
        drop(self.app.settle(lease, None, &verdict));
        match attempt {
            Attempt::Answered(answer) if verdict.class == Class::Success => {
                let read = whole(*answer).await;
                let why = read.is_none().then_some(Left::Broken);
                self.trip().left(number, why);
                read.map_or(Told::Unreadable, Told::Answer)
            }
            attempt => Told::Not(verdict.class, Box::new(attempt)),
        }
    }

    /// The end, with an answer that was put together here.
    pub(in crate::app) fn answer(
        self,
        headers: HeaderMap,
        body: Bytes,
        sole: Option<Served>,
    ) -> Reply {
        let (mut head, ()) = http::Response::new(()).into_parts();
        head.headers = headers;
        let json = http::HeaderValue::from_static("application/json; charset=utf-8");
        head.headers.insert(header::CONTENT_TYPE, json);
        self.into_trip().answer(head, body, sole)
    }

    /// The end, when nobody could tell anything: the upstream's own error where
    /// there is one.
    ///
    /// # Errors
    /// When there is no answer to pass on.
    pub(in crate::app) fn give_up(self, missed: Missed) -> Result<Reply, Failure> {
        let mut trip = self.into_trip();
        let (served, attempt) = match missed.0 {
            Why::NoKey(failure) => return Err(trip.fail(failure, Outcome::Refused)),
            Why::Late(served) => {
                let failure = Failure::late(&served.label, ANSWER_WAIT);
                return Err(trip.fail(failure, Outcome::UpstreamFailed));
            }
            Why::Unreadable(served) => {
                let failure = Failure::unreadable(&served.label);
                return Err(trip.fail(failure, Outcome::UpstreamFailed));
            }
            Why::Unanswered(served, attempt) => (served, attempt),
        };
        let verdict = attempt.verdict();
        trip.saw(&verdict);
        let outcome = policy::outcome(&verdict);
        match *attempt {
            Attempt::Answered(answer) if policy::passes_through(&verdict) => {
                Ok(trip.relay_error(*answer, served, outcome, None))
            }
            attempt => Err(trip.fail(Failure::after(&attempt, &verdict, None), outcome)),
        }
    }

    /// Ends with what is wrong with the question.
    pub(in crate::app) fn reject(self, failure: Failure) -> Failure {
        self.into_trip().fail(failure, Outcome::Rejected)
    }

    /// Ends with a refusal of ours.
    pub(in crate::app) fn refuse(self, failure: Failure) -> Failure {
        self.into_trip().fail(failure, Outcome::Refused)
    }

    fn trip(&self) -> MutexGuard<'_, Trip> {
        self.trip.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_trip(self) -> Trip {
        self.trip
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The whole answer, unless it breaks off or is no list any more.
pub(super) async fn whole(answer: Answer) -> Option<Bytes> {
    let rest = match answer.rest {
        Some(body) => Limited::new(body, LONGEST_ANSWER)
            .collect()
            .await
            .ok()?
            .to_bytes(),
        None => Bytes::new(),
    };
    if answer.prefix.is_empty() {
        return Some(rest);
    }
    if rest.is_empty() {
        return Some(answer.prefix);
    }
    Some([answer.prefix, rest].concat().into())
}
