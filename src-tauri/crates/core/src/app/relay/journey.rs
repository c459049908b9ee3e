//! What one request goes through upstream: accounts one after the other, and
//! models where its name stands for several.

mod ending;

use std::sync::Arc;
use std::time::Duration;

use super::answer::{Answer, Attempt};
use super::elsewhere::Elsewhere;
use super::fallback::{self, Trigger};
use super::late_model::{LateModel, Named};
use super::policy::{Next, Tally};
use super::trail::AttemptNumber;
use super::trip::Trip;
use super::{Call, CallBody, Denies, Failure, Served, splice};
use crate::app::App;
use crate::app::gauge::Retry;
use crate::app::models::{self, Models};
use crate::model::{AccountId, Class, Effect, Verdict};
use crate::pool::{Demand, Lease, NoKey, Resting};
use crate::upstream::{Outgoing, SendError, headers::request_headers};

/// What one request has been through so far.
pub(super) struct Journey<'a> {
    pub(super) app: &'a App,
    effect: Effect,
    tally: Tally,
    last: Option<(Served, Attempt)>,
    retry: Option<Retry>,
    denies: Option<Denies>,
    stand_ins: Option<StandIns>,
    late: Option<LateModel>,
    pub(super) elsewhere: Elsewhere,
    /// Whether the model costs nothing.
    free: bool,
    pub(super) call: Call,
}

/// The models behind the name that the client asked for.
struct StandIns {
    models: Models,
    at: usize,
    /// The body as it came; absent when it streams and can be sent only once.
    body: Option<bytes::Bytes>,
}

/// How it went with one model that gave no answer.
pub(super) struct Ending {
    tried: Option<(Served, Attempt)>,
    no_key: Option<Failure>,
    trigger: Option<Trigger>,
    model: Option<Arc<str>>,
}

/// What came of one upstream request.
enum Step {
    Arrived(Box<Answer>, Lease),
    Again,
    Ended(Box<Ending>),
}

impl<'a> Journey<'a> {
    pub(super) fn new(app: &'a App, denies: Option<Denies>, call: Call) -> Self {
        Self {
            app,
            effect: call.route.effect(call.method.as_str()),
            tally: Tally::new(app.limits(), &call.headers),
            last: None,
            retry: None,
            denies,
            stand_ins: None,
            late: None,
            elsewhere: Elsewhere::default(),
            free: app.is_free(call.model.as_deref()),
            call,
        }
    }

    /// Puts the first model that stands for the asked name into the request.
    pub(super) async fn choose_model(&mut self, trip: &mut Trip) {
        let Some(asked) = self.call.model.clone() else {
            self.late = LateModel::watch(self.app, &mut self.call);
            return;
        };
        let Some(models) = self.app.stand_ins(&asked).await else {
            return;
        };
        let Some(first) = models.first().cloned() else {
            return;
        };
        let headers = &self.call.headers;
        let (body, whole, is_named) = match std::mem::take(&mut self.call.body) {
            CallBody::Whole(bytes) => match splice::with_model(&bytes, headers, &first) {
                Some(spliced) => (CallBody::Whole(spliced), Some(bytes), true),
                None => (CallBody::Whole(bytes), None, false),
            },
            CallBody::Stream(body) => {
                let (body, is_named) = splice::stream_with_model(body, headers, &first).await;
                (CallBody::Stream(body), None, is_named)
            }
        };
        self.call.body = body;
        if is_named {
            self.stand_ins = Some(StandIns {
                models,
                at: 0,
                body: whole,
            });
            self.use_model(first, trip);
        }
    }

    fn use_model(&mut self, model: Arc<str>, trip: &mut Trip) {
        trip.uses(&model);
        self.free = self.app.is_free(Some(&model));
        self.elsewhere = Elsewhere::default();
        self.call.model = Some(model);
    }

    fn note_late_model(&mut self, trip: &mut Trip) {
        let named = self.late.as_ref().and_then(LateModel::named);
        if let Some(Named { asked, used }) = named {
            self.late = None;
            trip.asks(&asked);
            self.use_model(used.unwrap_or(asked), trip);
        }
    }

    /// Goes from account to account, and then from model to model.
    ///
    /// # Errors
    /// With the first model's ending when no other one has an answer either.
    pub(super) async fn travel(
        &mut self,
        trip: &mut Trip,
    ) -> Result<(Box<Answer>, Lease), Box<Ending>> {
        let mut first: Option<Box<Ending>> = None;
        loop {
            let ending = match self.step(trip).await {
                Step::Arrived(answer, lease) => return Ok((answer, lease)),
                Step::Again => continue,
                Step::Ended(ending) => ending,
            };
            let goes_on = ending.trigger.is_some_and(|why| self.fall_back(why, trip));
            let ending = first.unwrap_or(ending);
            if !goes_on {
                return Err(ending);
            }
            first = Some(ending);
        }
    }

    async fn step(&mut self, trip: &mut Trip) -> Step {
        let lease = match self.pick().await {
            Ok(lease) => lease,
            Err(no_key) => return self.end_without(&no_key),
        };
        self.tally.begin(trip.elapsed());
        let number = trip.attempt(&lease);
        let attempt = self.send(&lease, (trip, number)).await;
        self.note_late_model(trip);
        let verdict = attempt.verdict();
        trip.settled(number, &verdict);
        // A good head is proof enough for the pool; a long body must not
        // keep others from what it proves.
        let model = self.call.model.as_deref();
        let settled = self.app.settle(&lease, model, &verdict);
        let attempt = match attempt {
            Attempt::Answered(answer) if verdict.class == Class::Success => {
                return Step::Arrived(answer, lease);
            }
            attempt => attempt,
        };
        let elapsed = trip.elapsed();
        let denied = self.is_denial(&verdict);
        let next = if denied {
            self.tally.pass_over(lease.account(), elapsed)
        } else {
            let everywhere = settled.upstream_level;
            self.tally.next(&verdict, self.effect, elapsed, everywhere)
        };
        if !self.may_yet_have_it(&verdict) {
            self.tally.tried(&verdict, lease.account(), lease.key());
        }
        self.last = Some((Served::by(&lease), attempt));
        let trigger = fallback::trigger(&verdict, self.effect).filter(|_| !denied);
        if trigger == Some(Trigger::Gone) && self.may_ask_another_site(elapsed, lease.account()) {
            return Step::Again;
        }
        drop(lease);
        match next {
            Next::Again { after, budgeted } => {
                if self.body_is_spent() || (budgeted && !self.take_retry()) {
                    return self.end(None, trigger);
                }
                if !after.is_zero() {
                    tokio::time::sleep(after).await;
                }
                Step::Again
            }
            Next::Stop => self.end(None, trigger),
        }
    }

    fn end_without(&mut self, no_key: &NoKey) -> Step {
        let cooling = matches!(
            no_key,
            NoKey::Cooling {
                why: Resting::RateLimit,
                ..
            }
        );
        let failure = Failure::no_key(no_key, self.app.vault_locked());
        let trigger = if self.elsewhere.is_away() {
            Some(Trigger::Gone)
        } else {
            cooling.then_some(Trigger::Limited)
        };
        self.end(Some(failure), trigger)
    }

    fn end(&mut self, no_key: Option<Failure>, trigger: Option<Trigger>) -> Step {
        Step::Ended(Box::new(Ending {
            tried: self.last.take(),
            no_key,
            trigger,
            model: self.call.model.clone(),
        }))
    }

    fn may_ask_another_site(&mut self, elapsed: Duration, account: &AccountId) -> bool {
        self.tally.may_change_model(false, elapsed)
            && !self.body_is_spent()
            && self.leave_site(account)
    }

    /// Puts the next model that may help into the request, as far as the limits
    /// of failover go.
    fn fall_back(&mut self, why: Trigger, trip: &mut Trip) -> bool {
        let Some((place, model, body)) = self.next_model(why) else {
            return false;
        };
        let elapsed = trip.elapsed();
        if !self
            .tally
            .may_change_model(why == Trigger::TimedOut, elapsed)
            || (why.is_budgeted() && !self.take_retry())
        {
            return false;
        }
        tracing::info!(
            request.id = %self.call.request_id,
            from = self.call.model.as_deref().unwrap_or_default(),
            to = &*model,
            why = why.as_str(),
            "another model takes over"
        );
        self.tally.change_model(why == Trigger::TimedOut, elapsed);
        if let Some(stand_ins) = &mut self.stand_ins {
            stand_ins.at = place;
        }
        self.call.body = CallBody::Whole(body);
        self.use_model(model, trip);
        true
    }

    fn next_model(&self, why: Trigger) -> Option<(usize, Arc<str>, bytes::Bytes)> {
        let StandIns { models, at, body } = self.stand_ins.as_ref()?;
        let place = fallback::next(models, *at, why, models::context_of)?;
        let model = Arc::clone(&models[place]);
        let body = splice::with_model(body.as_ref()?, &self.call.headers, &model)?;
        Some((place, model, body))
    }

    /// Whether an account that failed must be asked again before the others'
    /// denials mean anything.
    fn may_yet_have_it(&self, verdict: &Verdict) -> bool {
        self.denies.is_some() && matches!(verdict.class, Class::UpstreamFailed | Class::Broken)
    }

    fn is_denial(&self, verdict: &Verdict) -> bool {
        let denies = self.denies.is_some_and(|denies| denies(&verdict.evidence));
        verdict.class == Class::Rejected && denies
    }

    async fn pick(&self) -> Result<Lease, NoKey> {
        let demand = Demand {
            model: self.call.model.as_deref(),
            session: self.call.session,
            only: self.call.account.as_ref(),
            free: self.free,
            once: self.body_is_spent(),
            tried_accounts: &self.tally.accounts,
            tried_keys: &self.tally.keys,
        };
        if self.elsewhere.is_away() {
            return self.elsewhere.lease(self.app, demand).await;
        }
        self.app.lease(&demand).await
    }

    async fn send(&mut self, lease: &Lease, (trip, number): (&mut Trip, AttemptNumber)) -> Attempt {
        let upstream = self.app.upstream_for(lease.account());
        let fresh = self.needs_own_connection();
        trip.sends(&mut self.call.body);
        let body = match &mut self.call.body {
            CallBody::Whole(bytes) => reqwest::Body::from(bytes.clone()),
            CallBody::Stream(body) => std::mem::take(body),
        };
        let outgoing = Outgoing {
            method: self.call.method.clone(),
            path: &self.call.route.path(),
            query: self.call.query.as_deref(),
            headers: request_headers(&self.call.headers),
            body,
            key: lease.secret(),
            fresh,
        };
        match upstream.send(outgoing).await {
            Ok(response) => {
                trip.got_head(number);
                let now = self.app.now().unix_ms;
                Answer::look(response, &self.call, lease.secret(), &upstream, now).await
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

    /// A streamed body can be sent once, and is gone after.
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
}
