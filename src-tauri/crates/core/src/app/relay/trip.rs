//! One request's record, from start to whatever end.

mod results;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::answer::Answer;
use super::body::RelayBody;
use super::capture::Tap;
use super::error_event::words_of;
use super::failure::Failure;
use super::header_text::header_text;
use super::question::Question;
use super::trail::{AttemptNumber, Trail};
use super::{Call, Reply, Served};
use crate::app::App;
use crate::app::clients::{self, Reservation};
use crate::app::gauge::InFlight;
use crate::app::money::Takings;
use crate::clock::Moment;
use crate::meter::{Counted, End, EndHow, Scan};
use crate::model::{Left, Outcome, RequestRecord, Units, Verdict};
use crate::pool::Lease;
use crate::upstream::{classify, redact};

/// nginx's number for a client that left before it got a status.
const CLIENT_CLOSED_REQUEST: u16 = 499;
const TRACE_ID: &str = "x-siliconcloud-trace-id";
/// The model that was sent upstream.
const MODEL: HeaderName = HeaderName::from_static("x-flowkeep-model");
/// Advice on an error that passes as it came.
const HINT: HeaderName = HeaderName::from_static("x-flowkeep-hint");

/// A request under way. Dropping it unfinished is the client's leaving.
pub(super) struct Trip {
    app: App,
    started: Moment,
    record: RequestRecord,
    trail: Trail,
    question: Question,
    hint: Option<String>,
    /// What the results of a batch come to, where the answer may have some.
    takings: Option<Box<Takings>>,
    /// Held until the request is booked.
    reservation: Option<Arc<Reservation>>,
    /// Held while the body lives: the key counts as in flight.
    lease: Option<Lease>,
    /// Its bodies, where they are kept.
    pub(super) tap: Option<Box<Tap>>,
    finished: bool,
    _in_flight: InFlight,
}

impl Trip {
    pub(super) fn start(app: &App, call: &Call) -> Self {
        let started = app.now();
        Self {
            app: app.clone(),
            started,
            record: RequestRecord {
                route: recordable(call.route.name()).into_owned(),
                model_asked: call.model.as_ref().map(recordable_model),
                client: Arc::clone(&call.client),
                stream: call.stream,
                user_agent: product(&call.headers),
                ..RequestRecord::begun(call.request_id, started.unix_ms)
            },
            trail: Trail::default(),
            question: Question::of(call),
            hint: None,
            takings: None,
            reservation: call.reservation.clone(),
            lease: None,
            tap: Tap::of(app, call),
            finished: false,
            _in_flight: app.enter(),
        }
    }

    /// Time since the start.
    pub(super) fn elapsed(&self) -> Duration {
        Duration::from_millis(self.app.now().monotonic_ms - self.started.monotonic_ms)
    }

    /// The request has come to name its model.
    pub(super) fn asks(&mut self, model: &Arc<str>) {
        self.record.model_asked = Some(recordable_model(model));
    }

    /// From now on this model is sent.
    pub(super) fn uses(&mut self, model: &Arc<str>) {
        let model = recordable_model(model);
        let is_asked = self.record.model_asked.as_ref() == Some(&model);
        self.record.model_used = (!is_asked).then_some(model);
    }

    /// Advice that goes into the log and beside an error of the upstream.
    pub(super) fn advise(&mut self, hint: Option<String>) {
        self.hint = hint;
    }

    /// An upstream request begins.
    pub(super) fn attempt(&mut self, lease: &Lease) -> AttemptNumber {
        self.record.attempts += 1;
        self.asks_with(lease.secret());
        self.record.key = Some(lease.key().clone());
        self.record.key_last_four = Some(lease.last_four().to_string());
        self.record.account = Some(lease.account().clone());
        let (model, now) = (self.model().cloned(), self.now_ms());
        let whom = (lease.account(), lease.choice());
        self.trail.begin(whom, model, now)
    }

    /// The head of its answer is there.
    pub(super) fn got_head(&mut self, number: AttemptNumber) {
        let now = self.now_ms();
        self.trail.got_head(number, now);
    }

    /// It is known what came of it.
    pub(super) fn settled(&mut self, number: AttemptNumber, verdict: &Verdict) {
        let (model, now) = (self.model().cloned(), self.now_ms());
        self.trail.settle(number, (verdict, model), now);
    }

    /// It is over before the request is.
    pub(super) fn left(&mut self, number: AttemptNumber, why: Option<Left>) {
        let now = self.now_ms();
        self.trail.end(number, why, now);
    }

    /// What is counted of the answer.
    pub(super) fn counted(&self) -> Counted {
        self.question.counted()
    }

    /// The answer tells its usage as it goes.
    pub(super) fn usage_is_told(&mut self) {
        self.question.is_told();
    }

    /// Notes what the upstream said.
    pub(super) fn saw(&mut self, verdict: &Verdict) {
        self.record.vendor_code = verdict.evidence.vendor_code;
        if !verdict.evidence.text.is_empty() {
            self.record.error = Some(verdict.evidence.text.clone());
        }
    }

    /// Ends with a failure of ours.
    pub(super) fn fail(&mut self, mut failure: Failure, outcome: Outcome) -> Failure {
        failure.attempts = self.record.attempts;
        self.record.error = Some(match self.record.error.take() {
            Some(seen) => format!("{}: {seen}", failure.code.as_str()),
            None => failure.code.as_str().to_owned(),
        });
        self.finish(outcome, failure.code.status());
        failure
    }

    /// Passes a good answer on; the body takes the trip along.
    pub(super) fn relay(mut self, mut answer: Answer, lease: Lease, call: &Call) -> Reply {
        self.note_trace(&answer);
        let upstream = self.app.upstream();
        let redirect = |model: &Arc<str>| self.app.redirect_hint(model, lease.account());
        self.hint = self.model().and_then(redirect);
        self.label(&mut answer.head);
        self.answers(&answer.head, b"");
        let account = Served::by(&lease);
        let attempts = self.record.attempts;
        self.record.status = answer.head.status.as_u16();
        self.record.first_byte_ms = Some(self.now_ms());
        self.record.units.bytes = self.question.spoken();
        self.takings = self.app.takings(call, answer.head.status, lease.account());
        self.lease = Some(lease);
        let stream_idle = upstream.deadlines().stream_idle;
        let abort = call.abort.clone();
        let words = words_of(answer.kind, call.route.protocol());
        let body = RelayBody::new(answer.prefix, answer.rest, answer.kind)
            .watched(stream_idle, abort, words)
            .metered(self);
        Reply {
            head: answer.head,
            body,
            account: Some(account),
            attempts,
        }
    }

    /// Passes an upstream error on as it came.
    pub(super) fn relay_error(
        mut self,
        mut answer: Answer,
        account: Served,
        outcome: Outcome,
        retry_after: Option<Duration>,
    ) -> Reply {
        self.note_trace(&answer);
        self.label(&mut answer.head);
        if let Some(hint) = &self.hint {
            let seen = self.record.error.take().unwrap_or_default();
            self.record.error = Some(format!("{seen}; {hint}"));
        }
        if answer.head.status == StatusCode::TOO_MANY_REQUESTS
            && let Some(wait) = retry_after
            && !answer.head.headers.contains_key(header::RETRY_AFTER)
        {
            let seconds = wait.as_secs().max(1);
            answer
                .head
                .headers
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let attempts = self.record.attempts;
        self.answers(&answer.head, &answer.prefix);
        self.finish(outcome, answer.head.status.as_u16());
        Reply {
            body: RelayBody::whole(answer.prefix),
            head: answer.head,
            account: Some(account),
            attempts,
        }
    }

    /// Answers with what was put together here from what accounts said: of
    /// `sole`, when only one was asked.
    pub(super) fn answer(
        mut self,
        head: http::response::Parts,
        body: Bytes,
        sole: Option<Served>,
    ) -> Reply {
        if sole.is_none() {
            self.record.key = None;
            self.record.key_last_four = None;
            self.record.account = None;
        }
        self.record.first_byte_ms = Some(self.now_ms());
        let attempts = self.record.attempts;
        self.answers(&head, &body);
        self.finish(Outcome::Success, head.status.as_u16());
        Reply {
            body: RelayBody::whole(body),
            head,
            account: sole,
            attempts,
        }
    }

    /// The relayed body has ended, one way or another.
    pub(super) fn ended(mut self, end: &End) {
        let Scan {
            usage,
            units,
            clean_end,
            ref error,
            ..
        } = end.scan;
        self.record.usage = usage;
        self.record.units = Units {
            bytes: self.record.units.bytes,
            ..units
        };
        self.record.estimated_tokens = self.question.estimate(&usage, &end.scan);
        let outcome = match &end.how {
            EndHow::Complete if clean_end && error.is_none() => Outcome::Success,
            EndHow::Complete | EndHow::UpstreamFailed(_) | EndHow::Idle | EndHow::Aborted => {
                Outcome::Interrupted
            }
            EndHow::ClientGone => Outcome::ClientClosed,
        };
        self.record.error = end.how.error();
        if outcome == Outcome::Interrupted {
            self.note_interruption(error.as_deref());
        }
        if let (Outcome::Success, Some(takings)) = (outcome, self.takings.take()) {
            self.count_results(*takings);
        }
        let status = self.record.status;
        self.finish(outcome, status);
    }

    /// What the upstream said in an answer that it did not bring to its end.
    fn note_interruption(&mut self, error: Option<&[u8]>) {
        let told = error.map(classify::error_in_stream);
        self.record.vendor_code = told.as_ref().and_then(|told| told.vendor_code);
        let words = told.map(|told| told.text).filter(|text| !text.is_empty());
        let cut = || "the answer ended without its end mark".to_owned();
        self.record.error = words.or(self.record.error.take()).or_else(|| Some(cut()));
    }

    /// The model that was sent, as it may be told.
    fn model(&self) -> Option<&Arc<str>> {
        let record = &self.record;
        record.model_used.as_ref().or(record.model_asked.as_ref())
    }

    /// Says which model it was, and what is to be said about it.
    fn label(&self, head: &mut http::response::Parts) {
        if let Some(model) = self.model() {
            head.headers.insert(MODEL, header_text(model));
        }
        if let Some(hint) = &self.hint {
            head.headers.insert(HINT, header_text(hint));
        }
    }

    fn note_trace(&mut self, answer: &Answer) {
        let trace = answer.head.headers.get(TRACE_ID);
        self.record.trace_id = trace
            .and_then(|value| value.to_str().ok())
            .map(|value| value.chars().take(128).collect());
    }

    fn finish(&mut self, outcome: Outcome, status: u16) {
        self.finished = true;
        let now = self.now_ms();
        let empty = RequestRecord::begun(self.record.request_id, self.record.started_at_ms);
        let mut record = std::mem::replace(&mut self.record, empty);
        record.outcome = outcome;
        record.status = status;
        record.duration_ms = now;
        record.trail = std::mem::take(&mut self.trail).close(now);
        let tap = self.tap.take();
        record.capture = tap.map(|tap| tap.close(self.app.now().unix_ms));
        self.app.book(record);
        self.reservation = None;
    }

    /// Milliseconds since the start.
    fn now_ms(&self) -> u32 {
        u32::try_from(self.elapsed().as_millis()).unwrap_or(u32::MAX)
    }
}

/// What a client named, as it may be kept: by mistake it may be a key (S17).
fn recordable(text: &str) -> Cow<'_, str> {
    if text.contains("fk-") && !redact::secret_spans(text.as_bytes(), &[]).is_empty() {
        Cow::Owned(String::from_utf8_lossy(redact::GONE).into_owned())
    } else if text.contains("sk-") {
        Cow::Owned(redact::redact(text, &[]))
    } else {
        Cow::Borrowed(text)
    }
}

fn recordable_model(model: &Arc<str>) -> Arc<str> {
    match recordable(model) {
        Cow::Owned(text) => text.into(),
        Cow::Borrowed(_) => Arc::clone(model),
    }
}

impl Drop for Trip {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        if self.record.attempts > 0 {
            // What was sent is paid for, though nobody told how much it was.
            let nothing = Scan::default();
            self.record.estimated_tokens = self.question.estimate(&nothing.usage, &nothing);
        }
        self.finish(Outcome::ClientClosed, CLIENT_CLOSED_REQUEST);
    }
}

/// The tool that the client's `User-Agent` names, as `claude-cli`.
fn product(headers: &HeaderMap) -> Option<Arc<str>> {
    clients::product(headers.get(header::USER_AGENT)?.to_str().ok()?)
}
