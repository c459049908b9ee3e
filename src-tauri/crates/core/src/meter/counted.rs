//! What else than `usage` an answer tells of its use, by route (API reference §2).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::{Route, Units, Usage};

/// Longer sound than this, in seconds, is a mistake: a file has at most an hour.
const LONGEST_SOUND: f64 = 1e7;

/// What is counted of the answers of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Tokens read and written, in `usage`.
    Tokens,
    /// Tokens read, in `usage`.
    Read,
    /// Tokens read by a reranker, in `meta.tokens`.
    Ranked,
    /// Pictures made.
    Images,
    /// A clip. It is counted when it is accepted, as the vendor's price is per
    /// clip asked for; what asks for its state counts nothing.
    Clip,
    /// Sound heard.
    Sound,
    /// What a batch used, in a file of its results; other files count nothing.
    Results,
    /// Nothing: what speech costs stands in its request, and lists, files and
    /// batches cost nothing by themselves.
    Nothing,
}

impl Counted {
    /// What the answers of a route tell.
    #[must_use]
    pub fn of(route: &Route) -> Self {
        match route {
            Route::ChatCompletions
            | Route::Messages
            | Route::Responses
            | Route::Completions
            | Route::Other(_) => Self::Tokens,
            Route::Embeddings => Self::Read,
            Route::Rerank => Self::Ranked,
            Route::ImageGenerations => Self::Images,
            Route::VideoSubmit => Self::Clip,
            Route::AudioTranscriptions => Self::Sound,
            Route::FileContent(_) => Self::Results,
            Route::AudioSpeech
            | Route::CountTokens
            | Route::VoiceUpload
            | Route::VoiceList
            | Route::VoiceDeletion
            | Route::VideoStatus
            | Route::Files
            | Route::File(_)
            | Route::Batches
            | Route::Batch(_)
            | Route::BatchCancel(_)
            | Route::Models
            | Route::Model(_)
            | Route::UserInfo => Self::Nothing,
        }
    }

    /// Whether the answer is text that is paid by its tokens.
    #[must_use]
    pub fn writes(self) -> bool {
        self == Self::Tokens
    }

    /// Whether tokens are what is paid for.
    #[must_use]
    pub fn is_in_tokens(self) -> bool {
        matches!(self, Self::Tokens | Self::Read | Self::Ranked)
    }
}

/// The end of a reranking, or a whole one.
#[derive(Deserialize)]
struct Ranking {
    #[serde(default)]
    meta: Option<Meta>,
    /// Where older answers of `.com` have it.
    #[serde(default)]
    tokens: Option<Told>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    tokens: Option<Told>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Told {
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
    #[serde(default)]
    image_tokens: Option<u64>,
}

/// What a reranking used; `None` when it does not tell.
pub(super) fn ranked(json: &[u8]) -> Option<(Usage, Units)> {
    let ranking: Ranking = serde_json::from_slice(json).ok()?;
    let told = ranking.meta.and_then(|meta| meta.tokens);
    let told = told.or(ranking.tokens)?;
    let usage = Usage {
        prompt_tokens: told.input_tokens,
        completion_tokens: told.output_tokens,
        ..Usage::default()
    };
    let units = Units {
        image_tokens: told.image_tokens,
        ..Units::default()
    };
    Some((usage, units))
}

#[derive(Deserialize)]
struct Pictures {
    #[serde(default)]
    images: Option<Vec<IgnoredAny>>,
    /// OpenAI's name for the same.
    #[serde(default)]
    data: Option<Vec<IgnoredAny>>,
}

/// How many pictures an answer has.
pub(super) fn images(json: &[u8]) -> Option<u64> {
    let pictures: Pictures = serde_json::from_slice(json).ok()?;
    let counts = [pictures.images, pictures.data].map(|list| list.map(|list| list.len() as u64));
    counts.into_iter().flatten().max()
}

#[derive(Deserialize)]
struct Heard {
    /// Seconds.
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    usage: Option<HeardUsage>,
}

#[derive(Deserialize)]
struct HeardUsage {
    #[serde(default)]
    seconds: Option<f64>,
}

/// Milliseconds of sound that an answer tells of.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked against the range before"
)]
pub(super) fn sound_ms(json: &[u8]) -> Option<u64> {
    let heard: Heard = serde_json::from_slice(json).ok()?;
    let seconds = heard
        .duration
        .or_else(|| heard.usage.and_then(|usage| usage.seconds))?;
    let is_sound = (0.0..LONGEST_SOUND).contains(&seconds);
    is_sound.then(|| (seconds * 1_000.0).round() as u64)
}

#[derive(Deserialize)]
struct Accepted {
    #[serde(rename = "requestId")]
    request_id: String,
}

/// One, when the clip was accepted.
pub(super) fn clips(json: &[u8]) -> Option<u64> {
    let accepted: Accepted = serde_json::from_slice(json).ok()?;
    (!accepted.request_id.is_empty()).then_some(1)
}
