//! What a request is likely to use, told by itself before it is sent.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::app::relay::{Call, CallBody};
use crate::meter::{Counted, estimate_json, estimate_messages};
use crate::model::{Protocol, Route, Units, Usage};
use crate::price::Measured;

/// Tokens of longer bodies are not guessed: it would keep other requests waiting.
const LONGEST_GUESSED: usize = 1 << 20;
/// Tokens of an answer, where neither the request nor earlier answers tell.
const USUAL_ANSWER: u64 = 1_024;
/// Answers of a token until their mean says something.
const ENOUGH: u32 = 8;
/// Tools ask for room for the longest answer and hardly ever use it: so many times
/// the mean is believed.
const BELIEVED: u64 = 4;
/// In the mean, an answer weighs as much as one in so many.
const WEIGHT: u64 = 8;

/// How long the answers of a token are, in tokens; the last ones count most.
#[derive(Debug, Default)]
pub(super) struct AnswerLength {
    seen: u32,
    /// The mean, times [`WEIGHT`].
    weighted: u64,
}

impl AnswerLength {
    /// An answer was so long.
    pub(super) fn note(&mut self, tokens: u64) {
        let tokens = tokens.min(u64::from(u32::MAX));
        self.weighted = if self.seen == 0 {
            tokens * WEIGHT
        } else {
            self.weighted - self.weighted / WEIGHT + tokens
        };
        self.seen = self.seen.saturating_add(1);
    }

    /// Absent until there were enough.
    pub(super) fn mean(&self) -> Option<u64> {
        (self.seen >= ENOUGH).then_some(self.weighted / WEIGHT)
    }
}

/// The fields of a body that tell how much is asked for.
#[derive(Default, Deserialize)]
struct Asked<'a> {
    max_tokens: Option<u64>,
    max_completion_tokens: Option<u64>,
    /// Of `/responses`.
    max_output_tokens: Option<u64>,
    n: Option<u64>,
    batch_size: Option<u64>,
    /// Text to be spoken, or of any other form elsewhere.
    #[serde(borrow)]
    input: Option<&'a RawValue>,
}

impl Asked<'_> {
    /// How many answers or pictures.
    fn pieces(&self) -> u64 {
        self.batch_size.or(self.n).unwrap_or(1).max(1)
    }

    fn longest_answer(&self) -> Option<u64> {
        self.max_completion_tokens
            .or(self.max_tokens)
            .or(self.max_output_tokens)
    }
}

/// What a request is likely to use, by a token whose answers have that mean length.
/// What cannot be guessed is unknown.
pub(super) fn expected(call: &Call, mean: Option<u64>) -> Measured {
    let body = match &call.body {
        CallBody::Whole(body) if body.len() <= LONGEST_GUESSED => Some(&body[..]),
        CallBody::Whole(_) | CallBody::Stream(_) => None,
    };
    let asked = body.and_then(|body| serde_json::from_slice::<Asked<'_>>(body).ok());
    let asked = asked.unwrap_or_default();
    let mut usage = Usage::default();
    let mut units = Units::default();
    match Counted::of(&call.route) {
        Counted::Tokens => {
            usage.prompt_tokens = body.and_then(|body| prompt(&call.route, body));
            let answer = answer(asked.longest_answer(), mean);
            usage.completion_tokens = Some(answer.saturating_mul(asked.pieces()));
        }
        Counted::Read | Counted::Ranked => {
            usage.prompt_tokens = body.and_then(|body| prompt(&call.route, body));
            usage.completion_tokens = Some(0);
        }
        Counted::Images => units.images = Some(asked.pieces()),
        Counted::Clip => units.clips = Some(1),
        Counted::Nothing if call.route == Route::AudioSpeech => units.bytes = spoken(&asked),
        Counted::Sound | Counted::Results | Counted::Nothing => {}
    }
    Measured { usage, units }
}

/// Tokens of an answer.
fn answer(longest: Option<u64>, mean: Option<u64>) -> u64 {
    match (longest, mean) {
        (Some(longest), Some(mean)) => longest.min(mean.saturating_mul(BELIEVED)),
        (Some(longest), None) => longest,
        (None, Some(mean)) => mean,
        (None, None) => USUAL_ANSWER,
    }
}

fn prompt(route: &Route, body: &[u8]) -> Option<u64> {
    match route.protocol() {
        Protocol::OpenAi => estimate_json(body),
        Protocol::Anthropic => estimate_messages(body).ok(),
    }
}

fn spoken(asked: &Asked<'_>) -> Option<u64> {
    let text: String = serde_json::from_str(asked.input?.get()).ok()?;
    Some(text.len() as u64)
}

#[cfg(test)]
mod tests;
