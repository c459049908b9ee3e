//! Whether the limits of a token let a request through: the one place where they
//! are judged (S40).
//!
//! Reading costs nothing, so it needs only room in the pace. A batch is refused
//! to a token that may use some models only, or spend so much: what it will use
//! stands in a file that went upstream before. A token for some models sends
//! bodies that are held whole and name one model.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flowkeep_contract::BudgetPeriod;
use http::header::CONTENT_TYPE;
use jiff::tz::TimeZone;

use super::budget::Tally;
use super::naming::names_two;
use super::window::written;
use super::{Client, Reservation};
use crate::app::relay::{Call, CallBody, Failure, FailureCode};
use crate::app::{App, locked};
use crate::model::{Amounts, ClientLimits, Effect, Money, Route};

/// After which a request of what is running may have ended.
const RUNNING_WAIT: Duration = Duration::from_secs(5);
/// Models that a refusal names.
const NAMED: usize = 8;

impl App {
    /// Lets a request through, or says why not.
    ///
    /// # Errors
    /// When a limit of its token forbids it. Nothing is recorded.
    pub(in crate::app) async fn admit(&self, call: &mut Call) -> Result<(), Failure> {
        let clients = self.live(|live| Arc::clone(&live.clients));
        let Some(client) = clients.find(&call.client) else {
            return Ok(());
        };
        self.note_capture(client, call);
        if client.limits == ClientLimits::default() {
            return Ok(());
        }
        client.keep_pace(self.now().monotonic_ms)?;
        if call.route.effect(call.method.as_str()) == Effect::Read {
            return Ok(());
        }
        self.check_budget(client)?;
        if call.route == Route::Batches {
            client.check_batch()?;
        }
        self.check_model(client, call).await?;
        call.reservation = self.reserve(client, call).await?.map(Arc::new);
        Ok(())
    }

    /// Holds back of the budget what the request is likely to cost.
    async fn reserve(&self, client: &Client, call: &Call) -> Result<Option<Reservation>, Failure> {
        let Some(budget) = client.limits.budget else {
            return Ok(None);
        };
        let Some(likely) = self.likely_cost(client, call, budget.currency).await else {
            return Ok(None);
        };
        let check = |reserved: Amounts| {
            self.check_budget(client)?;
            let reserved = reserved.of(budget.currency).get();
            let is_held = |tally: &Tally| {
                reserved > 0 && tally.spent.get().saturating_add(reserved) >= tally.limit.get()
            };
            match self.budgets_of(client).into_iter().find(is_held) {
                Some(tally) => Err(client.budget_is_held(&tally)),
                None => Ok(()),
            }
        };
        client.reserve(likely, check).map(Some)
    }

    fn check_budget(&self, client: &Client) -> Result<(), Failure> {
        let is_spent = |tally: &Tally| tally.spent >= tally.limit;
        let Some(spent) = self.budgets_of(client).into_iter().find(is_spent) else {
            return Ok(());
        };
        let money = |amount| Money::new(amount, spent.currency);
        let period = name_of(spent.period);
        let message = format!(
            "the token {:?} has spent {} of its budget of {} a {period}; it begins anew at {}, or \
             raise it in Settings (Tokens) or with `flowkeep token set`",
            client.name,
            money(spent.spent),
            money(spent.limit),
            written(spent.window.to_ms, &TimeZone::system()),
        );
        let wait_ms = spent.window.to_ms - self.now().unix_ms;
        let wait = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000).max(1);
        Err(Failure {
            retry_after: Some(Duration::from_secs(wait)),
            ..Failure::new(FailureCode::BudgetSpent, message)
        })
    }

    async fn check_model(&self, client: &Client, call: &Call) -> Result<(), Failure> {
        if client.limits.models.is_empty() || !uses_a_model(&call.route) {
            return Ok(());
        }
        let model = client.only_model(call)?;
        if client.limits.allow(model) || Box::pin(self.stands_for_allowed(client, model)).await {
            return Ok(());
        }
        let message = format!("it may not use {model:?}");
        Err(client.not_allowed(&message))
    }

    /// Whether a name is an alias of models all of which are allowed.
    async fn stands_for_allowed(&self, client: &Client, name: &str) -> bool {
        let models = self.stand_ins(name).await;
        models.is_some_and(|models| models.iter().all(|model| client.limits.allow(model)))
    }
}

fn name_of(period: BudgetPeriod) -> &'static str {
    match period {
        BudgetPeriod::Day => "day",
        BudgetPeriod::Month => "month",
    }
}

impl Client {
    /// What is left may be used up by requests that have not ended.
    fn budget_is_held(&self, tally: &Tally) -> Failure {
        let money = |amount| Money::new(amount, tally.currency);
        let message = format!(
            "the token {:?} has spent {} of its budget of {} a {}, and its requests that are \
             running may use up the rest; ask again when they have ended, or raise it in Settings \
             (Tokens) or with `flowkeep token set`",
            self.name,
            money(tally.spent),
            money(tally.limit),
            name_of(tally.period),
        );
        Failure {
            retry_after: Some(RUNNING_WAIT),
            ..Failure::new(FailureCode::BudgetSpent, message)
        }
    }

    fn keep_pace(&self, monotonic_ms: u64) -> Result<(), Failure> {
        let Some(per_minute) = self.limits.requests_per_minute else {
            return Ok(());
        };
        let taken = locked(&self.standing.pace).take(per_minute, monotonic_ms);
        taken.map_err(|wait| Failure {
            retry_after: Some(wait),
            ..Failure::new(
                FailureCode::ClientPaced,
                format!(
                    "the token {:?} may send {per_minute} requests per minute; ask again in {} s",
                    self.name,
                    wait.as_secs()
                ),
            )
        })
    }

    /// What a batch uses and costs is not known when it is made.
    fn check_batch(&self) -> Result<(), Failure> {
        if !self.limits.models.is_empty() {
            let what = "a batch may use any model, so this token cannot make one";
            return Err(self.not_allowed(what));
        }
        if self.limits.budget.is_some() {
            let message = format!(
                "the token {:?} has a budget, and what a batch costs is not known in time, so it \
                 cannot make one; use a token without a budget",
                self.name
            );
            return Err(Failure::new(FailureCode::BatchNotAllowed, message));
        }
        Ok(())
    }

    /// The model that a body names, when it is sure that there is no other.
    fn only_model<'a>(&self, call: &'a Call) -> Result<&'a str, Failure> {
        let CallBody::Whole(body) = &call.body else {
            let what = "the body is too long to be looked through (replay_mib in settings.toml)";
            return Err(self.not_allowed(what));
        };
        let kind = call.headers.get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if names_two(kind, body) {
            return Err(self.not_allowed("the body names its model twice"));
        }
        let model = call.model.as_deref();
        model.ok_or_else(|| self.not_allowed("name the model in the body"))
    }

    fn not_allowed(&self, what: &str) -> Failure {
        let models = &self.limits.models;
        let mut message = format!("the token {:?} is for some models only: {what}", self.name);
        let named: Vec<&str> = models.iter().take(NAMED).map(String::as_str).collect();
        // Writing to a String cannot fail.
        let _ = write!(message, "; it may use {}", named.join(", "));
        if models.len() > NAMED {
            let _ = write!(message, " and {} others", models.len() - NAMED);
        }
        Failure {
            param: Some("model".to_owned()),
            ..Failure::new(FailureCode::ModelNotAllowed, message)
        }
    }
}

/// Whether what is asked for is done by a model, as opposed to keeping files.
fn uses_a_model(route: &Route) -> bool {
    match route {
        Route::ChatCompletions
        | Route::Messages
        | Route::CountTokens
        | Route::Responses
        | Route::Completions
        | Route::Embeddings
        | Route::Rerank
        | Route::ImageGenerations
        | Route::AudioSpeech
        | Route::AudioTranscriptions
        | Route::VoiceUpload
        | Route::VideoSubmit
        | Route::Other(_) => true,
        Route::VoiceList
        | Route::VoiceDeletion
        | Route::VideoStatus
        | Route::Files
        | Route::File(_)
        | Route::FileContent(_)
        | Route::Batches
        | Route::Batch(_)
        | Route::BatchCancel(_)
        | Route::Models
        | Route::Model(_)
        | Route::UserInfo => false,
    }
}
