//! The catalogue: which models exist, what they can do and what they cost.

use serde::{Deserialize, Serialize};

/// Id of the model that stands behind all `sim/…` names.
const SIMULATED: &str = "sim/ok";

/// One model of the catalogue, with its prices.
///
/// A thousand nano-CNY per token are one yuan per million tokens.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// `<org>/<name>`, for paid variants with `Pro/` in front.
    pub id: String,
    /// `text`, `image`, `audio` or `video`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `chat`, `embedding`, `reranker`, `text-to-image` and so on.
    pub sub_type: String,
    /// Largest prompt in tokens; 0 = not checked.
    pub context_tokens: u64,
    /// Price of a prompt token in nano-CNY.
    pub input_nano: i64,
    /// Price of an answer token in nano-CNY.
    pub output_nano: i64,
    /// Price of a cached prompt token in nano-CNY; only models that have one
    /// report `cached_tokens`.
    pub cached_nano: Option<i64>,
    /// Price of a picture in nano-CNY.
    pub image_nano: i64,
    /// Price of a video clip in nano-CNY.
    pub clip_nano: i64,
    /// Price of a UTF-8 byte that is read aloud, in nano-CNY.
    pub speech_byte_nano: i64,
    /// Price of a second of audio that is written down, in nano-CNY.
    pub second_nano: i64,
    /// Whether the model reasons before it answers.
    pub thinking: Thinking,
    /// A retired model answers 20012 and is not listed.
    pub retired: bool,
    /// A redirected model is not listed and answers as this one.
    pub redirect_to: Option<String>,
}

/// Whether a model writes a chain of thought.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Thinking {
    /// Never; `enable_thinking` is answered with 20015.
    #[default]
    Never,
    /// When `enable_thinking` is true.
    Optional,
    /// Always.
    Always,
}

impl Model {
    /// Whether only topped-up balance may pay for the model.
    #[must_use]
    pub fn needs_charge(&self) -> bool {
        self.id.starts_with("Pro/")
    }

    /// Whether `GET /models` shows it.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        !self.retired && self.redirect_to.is_none()
    }

    /// Whether the model does work of one of these sub types; `sim/…` does all.
    pub(crate) fn does(&self, sub_types: &[&str]) -> bool {
        self.is_simulated() || sub_types.contains(&self.sub_type.as_str())
    }

    /// Whether it stands behind the `sim/…` names.
    pub(crate) fn is_simulated(&self) -> bool {
        self.id == SIMULATED
    }

    /// The name in an answer: after a redirect the one that really answered.
    pub(crate) fn shown_as(&self, asked: String) -> String {
        if self.is_simulated() {
            asked
        } else {
            self.id.clone()
        }
    }

    /// The model behind the `sim/…` names: cheap, hybrid, with a prompt cache.
    pub(crate) fn simulated() -> Self {
        Self {
            id: SIMULATED.to_owned(),
            kind: "text".to_owned(),
            sub_type: "chat".to_owned(),
            input_nano: 1_000,
            output_nano: 2_000,
            cached_nano: Some(100),
            image_nano: 1_000_000,
            clip_nano: 1_000_000,
            speech_byte_nano: 1_000,
            second_nano: 1_000,
            thinking: Thinking::Optional,
            ..Self::default()
        }
    }
}

/// The catalogue of the `.cn` site (prices of 2026-07-21, first tier).
///
/// # Panics
/// Never: the file is part of the crate and a test reads it.
#[must_use]
pub fn default_catalogue() -> Vec<Model> {
    serde_json::from_str(include_str!("catalogue.json"))
        .expect("the catalogue file of this crate is valid")
}
