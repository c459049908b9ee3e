//! The end of a journey that has brought no answer.

use super::{Ending, Journey};
use crate::app::relay::answer::Attempt;
use crate::app::relay::policy;
use crate::app::relay::trip::Trip;
use crate::app::relay::{Failure, FailureCode, Reply};
use crate::model::Outcome;

impl Journey<'_> {
    /// The end without an answer: the upstream's error as it came, or ours.
    pub(in crate::app::relay) fn give_up(
        self,
        mut trip: Trip,
        ending: Ending,
    ) -> Result<Reply, Failure> {
        let Ending {
            tried,
            no_key,
            model,
            ..
        } = ending;
        if let Some(model) = &model {
            trip.uses(model);
        }
        let Some((account, attempt)) = tried else {
            let failure = no_key.unwrap_or_else(Failure::internal);
            return Err(trip.fail(failure, Outcome::Refused));
        };
        let verdict = attempt.verdict();
        trip.saw(&verdict);
        if self.is_denial(&verdict)
            && let Some(failure) = not_all_asked(no_key.as_ref())
        {
            return Err(trip.fail(failure, Outcome::Refused));
        }
        let model = model.as_deref();
        let hint = model.and_then(|model| self.app.retirement_hint(model, &verdict, &account.id));
        let outcome = policy::outcome(&verdict);
        match attempt {
            Attempt::Answered(answer) if policy::passes_through(&verdict) => {
                let wait = || self.app.pool().retry_after(self.app.now(), model);
                let retry_after = no_key.and_then(|failure| failure.retry_after).or_else(wait);
                trip.advise(hint);
                Ok(trip.relay_error(*answer, account, outcome, retry_after))
            }
            attempt => {
                let failure = Failure::after(&attempt, &verdict, no_key).with_hint(hint);
                Err(trip.fail(failure, outcome))
            }
        }
    }
}

/// What to say when those that were asked deny having it, while one that was
/// not asked, because it rests or for lack of time, may have it.
fn not_all_asked(no_key: Option<&Failure>) -> Option<Failure> {
    match no_key {
        Some(failure) if failure.code == FailureCode::CoolingDown => Some(failure.clone()),
        Some(_) => None,
        None => Some(Failure::new(
            FailureCode::UpstreamTimeout,
            "there was no time to ask every account for it, and those that were asked do not \
             have it; ask again later",
        )),
    }
}
